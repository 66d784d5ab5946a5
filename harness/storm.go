package harness

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results/record"
)

// A storm is all connections at once, as after a failure of the network: each connects, speaks once, is answered, and all leave; and
// again, for as long as is measured. Its latency is from a connection's first attempt until it was answered, its message a whole
// connection, and its throughput connections a second.

// storms adds up what they were.
type storms struct {
	established int64     // over all rounds
	least       int       // of a round
	perS        []float64 // by round
	answered    merged
	last        *hdrhistogram.Histogram // until the last was answered, by round
	cpu         time.Duration           // of the load
}

func (m *measurement) storm(ctx context.Context, e *Experiment, p record.Planned, proc *server.Process, clients *load.Remote, plan load.Plan, empty idleMemory) error {
	m.empty(empty)
	plan.Ramp = p.Conns // all of them at once
	sum := storms{least: p.Conns, last: load.NewHistogram()}
	if err := m.round(ctx, clients, plan, nil); err != nil { // fills caches and grows buffers: not counted
		return err
	}
	m.quiet(ctx, proc)
	m.settled(proc, &m.calm.before)
	m.before = m.edge(proc, true)
	began, err := probe.ReadCPU([]int{clients.Pid()})
	if err != nil {
		return err
	}
	for end := time.Now().Add(time.Duration(p.Params.DurationNS)); time.Now().Before(end); {
		if err := m.round(ctx, clients, plan, &sum); err != nil {
			return err
		}
	}
	ended, err := probe.ReadCPU([]int{clients.Pid()})
	if err != nil {
		return err
	}
	sum.cpu = ended - began
	m.after = m.edge(proc, false)
	m.settled(proc, &m.calm.after)
	m.place(e, p, proc)
	m.storms(e, sum)
	if peak, err := probe.ReadPeak(proc.PIDs()); err == nil {
		m.cell.Memory.PeakRSS = &peak
	}
	return nil
}

// round is one storm.
func (m *measurement) round(ctx context.Context, clients *load.Remote, plan load.Plan, sum *storms) error {
	opened, err := clients.Open(ctx, plan)
	m.failed(opened.Errors)
	m.verified(opened.Verify)
	m.evidence.Odd = cmp.Or(m.evidence.Odd, opened.Odd)
	if err != nil {
		return err
	}
	if sum != nil {
		sum.established += int64(opened.Established)
		sum.least = min(sum.least, opened.Established)
		sum.last.RecordValue(opened.Took.Nanoseconds()) // one of over a minute has failed to connect, and is void
		sum.answered.add(opened.Answered)
		if opened.PerS != nil {
			sum.perS = append(sum.perS, *opened.PerS)
		}
	}
	closed, err := clients.Close()
	m.verified(closed.Verify)
	return err
}

// storms writes them down.
func (m *measurement) storms(e *Experiment, sum storms) {
	c := &m.cell
	c.Load.Established = sum.least
	c.Load.Sent, c.Load.Received, c.Load.Expected = sum.established, sum.established, sum.established
	c.Latency = sum.answered.summary()
	if sum.last.TotalCount() > 0 {
		c.Last = record.NewLatency(sum.last)
	}
	if len(sum.perS) > 0 {
		slices.Sort(sum.perS)
		median := sum.perS[len(sum.perS)/2]
		c.Load.ConnectPerS, c.Load.ThroughputPerS = &median, &median
	}
	used := m.after.usage.Sub(m.before.usage)
	if m.before.err != nil || m.after.err != nil || sum.established == 0 {
		return
	}
	m.evidence.Window = used.Wall
	cpu, per, client := used.CPU.Nanoseconds(), float64(used.CPU)/float64(sum.established), sum.cpu.Nanoseconds()
	server, loaded := float64(used.CPU)/float64(used.Wall), float64(sum.cpu)/float64(used.Wall)
	c.CPU.ServerNS, c.CPU.ServerNSPerMessage, c.CPU.ClientNS = &cpu, &per, &client
	c.Load.ServerCPURatio, c.Load.ClientCPURatio = &server, &loaded
	m.cpuParts(used)
	m.waits(used)
	m.machine(e, load.Report{CPUNS: client})
}

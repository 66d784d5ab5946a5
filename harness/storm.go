package harness

import (
	"cmp"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/results/record"
)

// A storm is all connections at once, as after a failure of the network: each connects, speaks once, is answered, and
// all leave; and again, for as long as is measured. Its latency is from a connection's first attempt until it was
// answered, its message a whole connection, and its throughput connections a second.

// storms adds up what they were.
type storms struct {
	established int64     // over all rounds
	least       int       // of a round
	perS        []float64 // by round
	answered    merged
	last        *hdrhistogram.Histogram // until the last was answered, by round
}

// storm goes through as many of them as the plan has time for.
func (s *session) storm(empty memory) error {
	s.empty(empty)
	plan := s.loadPlan(s.plan.Conns)
	plan.Ramp = s.plan.Conns // all of them at once
	sum := storms{least: s.plan.Conns, last: load.NewHistogram()}
	if err := s.stormOnce(plan, nil); err != nil { // fills caches and grows buffers: not counted
		return err
	}
	s.quiet()
	var w window
	var of ownAccount
	w.rested, w.restErr = probe.ReadUsage(s.proc.PIDs())
	w.edge(s, true, of.ask(s))
	began, err := probe.ReadCPU([]int{s.clients.Pid()})
	if err != nil {
		return err
	}
	for end := time.Now().Add(time.Duration(s.plan.Params.DurationNS)); time.Now().Before(end); {
		if err := s.stormOnce(plan, &sum); err != nil {
			return err
		}
	}
	ended, err := probe.ReadCPU([]int{s.clients.Pid()})
	if err != nil {
		return err
	}
	w.report.CPUNS = (ended - began).Nanoseconds()
	w.edge(s, false, of.ask(s))
	w.rest(s)
	s.place()
	s.storms(&sum, &w)
	if peak, err := probe.ReadPeak(s.proc.PIDs()); err == nil {
		s.cell.Memory.PeakRSS = &peak
	}
	return nil
}

// stormOnce is one storm.
func (s *session) stormOnce(plan load.Plan, sum *storms) error {
	opened, err := s.clients.Open(s.ctx, plan)
	s.failed(opened.Errors)
	s.verified(opened.Verify)
	s.evidence.Odd = cmp.Or(s.evidence.Odd, opened.Odd)
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
	closed, err := s.clients.Close()
	s.verified(closed.Verify)
	return err
}

// storms writes them down.
func (s *session) storms(sum *storms, w *window) {
	c := &s.cell
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
	used, err := w.used()
	if err != nil || sum.established == 0 {
		return
	}
	s.evidence.Window = used.Wall
	cpu, per := used.CPU.Nanoseconds(), float64(used.CPU)/float64(sum.established)
	server, client := float64(used.CPU)/float64(used.Wall), float64(w.report.CPUNS)/float64(used.Wall)
	c.CPU.ServerNS, c.CPU.ServerNSPerMessage, c.CPU.ClientNS = &cpu, &per, &w.report.CPUNS
	c.Load.ServerCPURatio, c.Load.ClientCPURatio = &server, &client
	s.cpuParts(used)
	s.waits(w, used)
	b := w.beside(s.e.cpus())
	c.Machine = b.shares()
}

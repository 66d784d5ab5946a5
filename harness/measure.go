package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results"
	"cbench/scenarios/wire"
)

// measurement is one repetition while it is taken.
type measurement struct {
	cell  results.Cell
	phase func(string)

	before, after edge // the window's
}

// edge is the server's account at one edge of the measured window.
type edge struct {
	usage  probe.Usage
	pause  *int64 // stop-the-world time so far
	err    error
	memory idleMemory
}

// take goes through a repetition with a server that listens. What goes wrong with the server is in the cell.
func (m *measurement) take(ctx context.Context, e *Experiment, p results.Planned, proc *server.Process) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a dead server answers nothing: do not wait for it
		select {
		case <-proc.Exited():
			cancel()
		case <-ctx.Done():
		}
	}()

	empty := m.memory(proc, true)
	clients, err := load.Start(load.Process{Args: e.loadArgs(p.Params.Driver), CPUs: e.LoadCPUs, Threads: e.LoadLoops})
	if err != nil {
		return fmt.Errorf("load process: %w", err)
	}
	defer clients.Stop()

	m.phase("connecting")
	opened, err := clients.Open(ctx, load.Plan{
		Addr: proc.Addr.String(), Scenario: p.Scenario, Params: traffic(p.Params, p.Conns, p.Seed), Threads: e.LoadLoops,
	})
	m.opened(opened)
	if err != nil {
		m.fail(proc, "connecting", err)
		return nil
	}

	if p.Params.Driver == "" { // others dial when they drive, and not before: there is no memory at rest
		m.phase("measuring memory")
		m.quiet(ctx, proc)
		m.idle(empty, m.memory(proc, true))
		m.rest(ctx, proc)
	}

	m.phase("measuring")
	limit, done := context.WithTimeout(ctx, time.Duration(p.Params.WarmupNS+p.Params.DurationNS)+time.Minute)
	defer done()
	report, err := clients.Drive(limit, load.Drive{
		Rate: p.Params.RatePerS, Pipeline: p.Params.Pipeline,
		Warmup: time.Duration(p.Params.WarmupNS), Duration: time.Duration(p.Params.DurationNS),
	}, load.Watch{Window: func(start bool) {
		if start {
			m.before = m.edge(proc, true)
		} else {
			m.after = m.edge(proc, false)
		}
	}})
	if err != nil {
		m.fail(proc, "measuring", err)
		return nil
	}
	m.report(report)
	m.window(report)

	m.phase("closing")
	closed, err := clients.Close()
	if err != nil {
		m.fail(proc, "closing", err)
		return nil
	}
	m.verified(closed.Verify)
	if open := m.cell.Load.Established - closed.Closed; open > 0 && p.Params.Driver == "" {
		m.warn("%d of %d connections were not closed in answer to our FIN: %v", open, m.cell.Load.Established, closed.Errors)
	}
	if p.Params.Driver == "" { // nor do they close
		m.quiet(ctx, proc)
		last := m.memory(proc, true)
		m.cell.Memory.AfterCloseRSS, m.cell.Memory.AfterCloseAnon = last.rss, last.anon
	}
	m.judge()
	return nil
}

// loadArgs is the command line of the load process with that driver.
func (e *Experiment) loadArgs(driver string) []string {
	if driver == "" {
		return e.LoadArgs
	}
	return append(slices.Clone(e.LoadArgs), "--driver="+driver)
}

// stop ends the server and notes how it took it.
func (m *measurement) stop(proc *server.Process) {
	m.phase("stopping the server")
	select {
	case <-proc.Exited():
		// First of the reasons: the others follow from it.
		m.cell.Void = append([]string{fmt.Sprintf("the server died: %v", proc.Err())}, m.cell.Void...)
		proc.Stop(0)
		return
	default:
	}
	if ending, err := proc.Stop(wire.ShutdownGrace + 3*time.Second); ending != server.Clean {
		m.warn("shutdown: %s: %v", ending, err)
	} else if err != nil {
		m.warn("shutdown: %v", err)
	}
}

// fail voids the cell for an error of the load, unless it only followed from the server's death, which stop notes.
func (m *measurement) fail(proc *server.Process, doing string, err error) {
	select {
	case <-proc.Exited():
		return
	default:
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no end in sight: the server hangs, or the load does")
	}
	m.void("%s: %v", doing, err)
}

// quiet waits until the server does nothing any more, for two seconds at most.
func (m *measurement) quiet(ctx context.Context, proc *server.Process) {
	const look, idle = 50 * time.Millisecond, time.Millisecond
	var last time.Duration
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; {
		usage, err := probe.ReadUsage(proc.PIDs())
		if err != nil || last != 0 && usage.CPU-last < idle {
			return
		}
		last = usage.CPU
		select {
		case <-time.After(look):
		case <-ctx.Done():
		}
	}
}

// edge reads the server's account at the start or the end of the window. What asks the server itself costs it time, and so
// comes before the start and after the end.
func (m *measurement) edge(proc *server.Process, start bool) (at edge) {
	pids := proc.PIDs()
	if !start {
		at.usage, at.err = probe.ReadUsage(pids)
	}
	if rt, err := proc.Runtime(); err == nil {
		pause := rt.GCPause.Nanoseconds()
		at.pause = &pause
		m.cell.CPU.Goroutines = &rt.Goroutines
	}
	if start {
		at.usage, at.err = probe.ReadUsage(pids)
	} else {
		at.memory = m.memory(proc, false)
	}
	return at
}

func (m *measurement) opened(r load.ConnectReport) {
	m.cell.Load.Established = r.Established
	m.cell.Load.ConnectPerS = r.PerS
	m.failed(r.Errors)
	m.verified(r.Verify)
}

// report writes down what the load measured.
func (m *measurement) report(r load.Report) {
	c := &m.cell
	c.Load.Sent, c.Load.Received, c.Load.Expected = r.Sent, r.Received, r.Expected
	c.Load.LateSendRatio = r.LateRatio
	c.Latency, c.Service = r.Latency, r.Service
	c.First, c.Last, c.Spread = r.First, r.Last, r.Spread
	c.Warnings = append(c.Warnings, r.Warnings...)
	c.Fairness = results.Fairness{Jain: r.Jain, WorstConnP99NS: r.WorstP99}
	m.failed(r.Errors)
	m.verified(r.Verify)
	if r.Odd != "" {
		m.warn("the first wrong reply: %s", r.Odd)
	}
	if r.Overflow > 0 {
		m.void("%d latencies of over 60 s are in no histogram", r.Overflow)
	}
}

// window writes down what the measured window cost both sides.
func (m *measurement) window(r load.Report) {
	c := &m.cell
	if r.WindowNS > 0 {
		wall := float64(r.WindowNS)
		throughput := float64(r.InWindow) * 1e9 / wall
		c.Load.ThroughputPerS = &throughput
		client := float64(r.CPUNS) / wall
		c.Load.ClientCPURatio, c.CPU.ClientNS = &client, &r.CPUNS
	}
	if err := errors.Join(m.before.err, m.after.err); err != nil {
		m.warn("CPU of the server: %v", err)
		return
	}
	used := m.after.usage.Sub(m.before.usage)
	cpu := used.CPU.Nanoseconds()
	ratio := float64(used.CPU) / float64(used.Wall)
	threads := int64(used.Threads)
	c.CPU.ServerNS, c.Load.ServerCPURatio, c.CPU.Threads = &cpu, &ratio, &threads
	c.CPU.VoluntarySwitches, c.CPU.InvoluntarySwitches = &used.Voluntary, &used.Involuntary
	if r.InWindow > 0 && c.Load.ThroughputPerS != nil {
		// Both edges of the window are read some tens of microseconds late: per message, by the time between the readings.
		per := float64(cpu) / (*c.Load.ThroughputPerS * used.Wall.Seconds())
		c.CPU.ServerNSPerMessage = &per
	}
	if m.before.pause != nil && m.after.pause != nil {
		pause := *m.after.pause - *m.before.pause
		c.CPU.GCPauseNS = &pause
	}
	at := m.after.memory
	c.Memory.LoadedRSS, c.Memory.LoadedAnon, c.Memory.LoadedKernel = at.rss, at.anon, at.kernel
	c.Memory.LoadedHeap, c.Memory.LoadedStack = at.heap, at.stack
}

// failed adds up failed connections and messages by kind.
func (m *measurement) failed(errs map[string]int64) {
	for kind, n := range errs {
		m.cell.Load.Errors[kind] += n
	}
}

func (m *measurement) verified(v results.Verify) {
	sum := &m.cell.Verify
	sum.Lost += v.Lost
	sum.Duplicated += v.Duplicated
	sum.Reordered += v.Reordered
	sum.Corrupted += v.Corrupted
	sum.Surplus += v.Surplus
}

// judge voids the cell if what it shows is not what was asked for.
func (m *measurement) judge() {
	c := &m.cell
	if c.Load.Established < c.Conns {
		m.void("only %d of %d connections were established", c.Load.Established, c.Conns)
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Load.Errors)) {
		if n := c.Load.Errors[kind]; n > 0 {
			m.void("%d × %s", n, kind)
		}
	}
	for _, fault := range []struct {
		n    int64
		what string
	}{
		{c.Verify.Lost, "lost"}, {c.Verify.Duplicated, "duplicated"}, {c.Verify.Reordered, "reordered"},
		{c.Verify.Corrupted, "corrupted"}, {c.Verify.Surplus, "surplus"},
	} {
		if fault.n > 0 {
			m.void("replies: %d %s", fault.n, fault.what)
		}
	}
	if c.Latency == nil {
		m.void("no message was answered in the window")
	}
	m.judgeLoad()
}

// Bounds beyond which the load did not do, or hardly did, what it was asked for.
const (
	leastOfRate   = 0.99 // of the offered rate that must be achieved
	mostLate      = 0.01 // of the sends that may be over 1 ms late before p99 tells of the client
	mostlyLate    = 0.5  // beyond which latency is the client's
	enoughSends   = 1000 // for that to be more than chance
	saturatedFrom = 0.95 // of its CPUs that the client uses when it is the bottleneck

	mostBacklog = 250 * time.Millisecond // of messages, at the edge of a window
)

func (m *measurement) judgeLoad() {
	c := &m.cell
	if c.Params.Loop == "open" {
		offered := c.Params.RatePerS * float64(c.Params.DurationNS) / 1e9
		if float64(c.Load.Sent) < leastOfRate*offered-1 {
			m.void("only %d of %.0f messages were sent: the client could not keep up", c.Load.Sent, offered)
		}
		m.judgeRate()
		switch late := c.Load.LateSendRatio; {
		case late != nil && *late > mostlyLate && c.Load.Sent >= enoughSends:
			m.void("%.0f%% of the sends were over 1 ms late: the client could not keep up", *late*100)
		case late != nil && *late > mostLate:
			m.warn("%.0f%% of the sends were over 1 ms late: the highest percentiles tell of the client too", *late*100)
		}
	} else if cpu := c.Load.ClientCPURatio; cpu != nil && *cpu > saturatedFrom {
		m.warn("the client used %.2f of a CPU: the throughput is its limit, not the server's; compare CPU per message", *cpu)
	}
}

// judgeRate voids the cell if the offered rate was not achieved. What counts is the backlog that the window left or was left
// with: a stall at either edge, however short, moves replies over it, and to void for that would be to throw away the worst
// repetitions; a server that cannot do the rate falls behind by more and more.
func (m *measurement) judgeRate() {
	c := &m.cell
	if c.Load.ThroughputPerS == nil {
		return
	}
	perSend := float64(c.Load.Expected) / float64(max(1, c.Load.Sent))
	offered, achieved := c.Params.RatePerS*perSend, *c.Load.ThroughputPerS
	backlog := math.Abs(offered-achieved) * float64(c.Params.DurationNS) / 1e9 / offered
	switch off := math.Abs(achieved/offered - 1); {
	case off <= 1-leastOfRate:
	case backlog > mostBacklog.Seconds():
		m.void("offered %.0f messages/s and achieved %.0f: beyond what the server, or the client, can do", offered, achieved)
	default:
		m.warn("a stall at the edge of the window moved %.0f%% of the replies over it", off*100)
	}
}

func (m *measurement) void(format string, args ...any) {
	m.cell.Void = append(m.cell.Void, fmt.Sprintf(format, args...))
}

func (m *measurement) warn(format string, args ...any) {
	m.cell.Warnings = append(m.cell.Warnings, fmt.Sprintf(format, args...))
}

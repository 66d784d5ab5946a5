package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/validity"
	"cbench/results/record"
)

// member is one server of a rotation, with its clients.
type member struct {
	*measurement
	plan    record.Planned
	proc    *server.Process // nil: it did not start
	clients *load.Remote
	out     bool // it failed: the others go on without it

	pause *int64 // stop-the-world time before the first round
	fresh bool   // the rounds begin: what connections received before does not count
	lost  bool   // the last round does not count: nor does what they received in it
	sums  sums
}

// slot is what one slot of one server was.
type slot struct {
	report        load.Report
	idle, rest    probe.Usage // before the load, and when the server had worked off what it was sent
	from, to      probe.Usage // at the start of the window, and at its end
	before, after probe.Machine
	machineErr    error
	wall          time.Duration // of all of it
	others        time.Duration // CPU time of the other servers meanwhile
	busiest       string        // who of them took most
	disturbed     string        // what others than these took in the round, if it was too much
}

// mostIdle is the CPU time, as a share of the slot, that all idle servers together may take in it: beyond it they take from the one
// that is loaded. A Go runtime at rest takes some tenths of a per cent, a collection after load ends with the pause.
const mostIdle = 0.02

// open starts the server and opens its connections. What goes wrong with the server is in the cell; the error is for what it is not
// to blame for.
func (m *member) open(ctx context.Context, e *Experiment) (err error) {
	if m.proc, err = e.start(ctx, m.plan); err != nil {
		m.out = true
		m.void("%v", err)
		return nil
	}
	if m.clients, err = load.Start(load.Process{Args: e.LoadArgs, CPUs: e.LoadCPUs, Threads: e.LoadLoops}); err != nil {
		m.out = true
		return fmt.Errorf("load process: %w", err)
	}
	ctx, cancel := alive(ctx, m.proc)
	defer cancel()
	opened, err := m.clients.Open(ctx, load.Plan{
		Addr: m.proc.Addr.String(), Scenario: m.plan.Scenario, Params: traffic(m.plan.Params, m.plan.Conns, m.plan.Seed), Threads: e.LoadLoops,
	})
	m.opened(opened)
	if err != nil {
		m.out = true
		m.fail(m.proc, "connecting", err)
	}
	if opened.Established < m.plan.Conns || opened.Verify != (record.Verify{}) {
		m.out = true // a gate says why
	}
	return nil
}

// start notes what the server's runtime had done before the first round.
func (m *member) start() {
	m.fresh = true
	if m.out {
		return
	}
	if rt, err := m.proc.Runtime(); err == nil {
		pause := rt.GCPause.Nanoseconds()
		m.pause = &pause
	}
}

// load drives the server for one slot. It is not ok if the server failed, which is in the cell then.
func (m *member) load(ctx context.Context, length, ramp time.Duration) (s slot, ok bool) {
	ctx, cancel := alive(ctx, m.proc)
	defer cancel()
	ctx, done := context.WithTimeout(ctx, length+ramp+time.Minute)
	defer done()
	pids, began := m.proc.PIDs(), time.Now()
	var usageErr error
	s.idle, usageErr = probe.ReadUsage(pids)
	edge := func(start bool) {
		var clockErr, machineErr error
		if start { // the machine's account inside the server's, as measurement.edge has it
			s.from, clockErr = probe.ReadClock(pids)
			s.before, machineErr = probe.ReadMachine()
		} else {
			s.after, machineErr = probe.ReadMachine()
			s.to, clockErr = probe.ReadClock(pids)
		}
		usageErr, s.machineErr = errors.Join(usageErr, clockErr), errors.Join(s.machineErr, machineErr)
	}
	p := m.plan.Params
	r, err := m.clients.Drive(ctx, load.Drive{
		Rate: p.RatePerS, Arrivals: p.Arrivals, Pipeline: p.Pipeline, Warmup: ramp, Duration: length, Keep: !m.fresh, LeaveOut: m.lost,
	}, load.Watch{Window: edge})
	s.report, s.wall, m.fresh = r, time.Since(began), false
	if err == nil {
		err = usageErr
	}
	if err != nil {
		m.fail(m.proc, "measuring", err)
		return s, false
	}
	m.failed(r.Errors)
	m.verified(r.Verify)
	m.renewed(r)
	m.stoppedBefore(time.Duration(r.SilenceBefore))
	if ok = r.Verify == (record.Verify{}) && len(r.Errors) == 0; !ok {
		m.silence(time.Duration(r.Silence)) // no round will tell of it
	}
	return s, ok
}

// end closes what is open, writes the sums into the cell, judges it, and stops the server.
func (m *member) end(e *Experiment) {
	if m.proc == nil {
		return
	}
	defer m.stop(m.proc)
	if m.clients == nil {
		return
	}
	defer m.clients.Stop()
	if rt, err := m.proc.Runtime(); err == nil {
		m.cell.CPU.Goroutines = &rt.Goroutines
		if m.pause != nil {
			pause := rt.GCPause.Nanoseconds() - *m.pause
			m.cell.CPU.GCPauseNS = &pause
		}
	}
	if !m.out {
		m.place(e, m.plan, m.proc)
		closed, err := m.clients.Close()
		if err != nil {
			m.fail(m.proc, "closing", err)
		}
		m.verified(closed.Verify)
	}
	m.sums.into(m)
	m.tellRenewed()
	if !m.died(m.proc) { // else all follows from that, and stop says it
		m.judge(validity.Judge)
	}
}

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
	"cbench/results/words"
)

// trial is a server with its connections open, of which a search takes windows.
type trial struct {
	m      *measurement
	e      *Experiment
	p      record.Planned
	server Server
	slo    SLO

	proc    *server.Process
	clients *load.Remote
	conns   int    // that are open, or were to be
	refused string // why they are not
	again   int    // windows that were taken again
	machine beside // what it did beside the windows that count
	cancel  context.CancelFunc
	ctx     context.Context // ends with the server
	err     error           // for which no server is to blame
}

// errVoid ends a search with which something is wrong that no rate mends; the cell says what.
var errVoid = errors.New("void")

// drainTimeout is how long replies are waited for after a window: a server that was offered twice what it can do for a second or two
// has to work it off, and to cut that short would count them lost and spoil the next window.
const drainTimeout = 15 * time.Second

// begin starts a server and opens its connections. Where it fails, the cell says why, or err.
func (t *trial) begin(ctx context.Context, conns int) bool {
	if t.conns == 0 {
		t.m.phase(FirstPhase)
	} else {
		t.m.phase("starting another server")
	}
	t.conns, t.refused = conns, ""
	proc, err := t.e.start(ctx, t.p)
	if err != nil {
		t.m.void("%v", err)
		return false
	}
	t.proc = proc
	t.ctx, t.cancel = context.WithCancel(ctx)
	go func(ctx context.Context, cancel func()) { // a dead server answers nothing: do not wait for it
		select {
		case <-proc.Exited():
			cancel()
		case <-ctx.Done():
		}
	}(t.ctx, t.cancel)
	t.clients, err = load.Start(load.Process{Args: t.e.LoadArgs, CPUs: t.e.LoadCPUs, Threads: t.e.LoadLoops})
	if err != nil {
		t.clients, t.err = nil, fmt.Errorf("load process: %w", err)
		return false
	}
	return t.connect()
}

// connect opens the connections. Fewer than asked for end a search of rates; of connections, it is an answer.
func (t *trial) connect() bool {
	t.m.phase(fmt.Sprintf("connecting %d times", t.conns))
	opened, err := t.clients.Open(t.ctx, load.Plan{
		Addr: t.proc.Addr.String(), Scenario: t.p.Scenario, Params: traffic(t.p.Params, t.conns, t.p.Seed),
		Threads: t.e.LoadLoops, Timeout: drainTimeout,
	})
	t.m.cell.Load.Established = opened.Established
	t.m.verified(opened.Verify)
	if opened.Established == t.conns && err == nil {
		return true
	}
	t.refused = opened.Missing(t.conns)
	if err != nil && len(opened.Errors) == 0 {
		t.refused += ": " + err.Error()
	}
	switch {
	case t.p.Params.Search != SearchConns:
		t.m.failed(opened.Errors)
		t.m.void("%s", t.refused)
		return false
	case t.ctx.Err() != nil:
		t.m.fail(t.proc, "connecting", err)
		return false
	}
	return true
}

// end ends the server and its load, if there are any.
func (t *trial) end() {
	if t.cancel != nil {
		defer t.cancel()
	}
	if t.clients != nil {
		t.clients.Stop()
	}
	if t.proc != nil {
		if t.ctx.Err() == nil { // it is alive
			t.m.place(t.e, t.p, t.proc)
		}
		t.m.stop(t.proc)
	}
	t.proc, t.clients = nil, nil
}

// atConns takes a window with so many connections, at the rate that was asked for: with a fresh server, unless they are open already.
func (t *trial) atConns(ctx context.Context, conns int) (sample, error) {
	if conns != t.conns {
		t.end()
		if len(t.m.cell.Void) > 0 || !t.begin(ctx, conns) {
			return sample{}, errVoid
		}
	}
	if t.refused != "" {
		return sample{Window: record.Window{RatePerS: t.p.Params.RatePerS, Conns: conns, Why: t.refused}}, nil
	}
	return t.window(t.p.Params.RatePerS)
}

// length is how long a window at that rate must be for its percentiles to be some.
func (t *trial) length(rate float64) time.Duration {
	asked := time.Duration(t.p.Params.DurationNS)
	wanted := time.Duration(t.slo.samples() / rate * float64(time.Second))
	return max(asked, min(wanted, longestWindow))
}

// window takes one window, and again if others took the CPUs meanwhile: whether it held does not matter for that.
func (t *trial) window(rate float64) (sample, error) {
	for {
		s, others, err := t.load(rate)
		if err != nil {
			return s, err
		}
		if others.share() >= mostTaken {
			if t.again++; t.again <= mostAgain {
				continue
			}
			t.m.warnOnce("others took the CPUs in over %d windows: the rest of them count nevertheless", mostAgain)
		}
		t.machine.join(others)
		return s, nil
	}
}

// Others take some of the CPUs at any time. What takes a quarter of one for a whole window breaks a limit that would have held, and
// tells in the ratio of two slots.
const (
	mostTaken = 0.25 // of a CPU
	mostAgain = 20   // windows of a search
)

// load takes a window from rest: what the last one left is worked off first. others is what the machine did beside it.
func (t *trial) load(rate float64) (s sample, others beside, err error) {
	t.m.quiet(t.ctx, t.proc)
	var before, after account
	length, warmup := t.length(rate), time.Duration(t.p.Params.WarmupNS)
	limit, done := context.WithTimeout(t.ctx, length+warmup+drainTimeout+time.Minute)
	defer done()
	rested, restErr := probe.ReadUsage(t.proc.PIDs())
	began := time.Now()
	r, err := t.clients.Drive(limit, load.Drive{
		Rate: rate, Arrivals: t.p.Params.Arrivals, Warmup: warmup, Duration: length,
	}, load.Watch{Window: func(start bool) {
		if start {
			before = accountOf(t.proc, true)
		} else {
			after = accountOf(t.proc, false)
		}
	}})
	took := time.Since(began)
	if err != nil {
		t.m.fail(t.proc, "measuring", err)
		return sample{}, others, errVoid
	}
	var cpu float64
	if err := errors.Join(before.err, after.err); err != nil {
		t.m.warnOnce("CPU of the server: %v", err)
	} else if used := after.server.Sub(before.server); used.Wall > 0 {
		cpu = float64(used.CPU) / float64(used.Wall)
		others.add(after.machine.Sub(before.machine), t.e.cpus(), used.CPU+time.Duration(r.CPUNS))
	}
	if s, err = sampleOf(r, rate, t.conns, cpu); err != nil {
		return sample{}, others, err
	}
	if worked, err := probe.ReadUsage(t.proc.PIDs()); errors.Join(err, restErr) == nil {
		s.BusiestThread = float64(worked.Sub(rested).Busiest) / float64(took)
	}
	s.SilenceNS = r.Silence
	t.m.silence(time.Duration(r.Silence))
	t.memory(&s)
	s.Why = t.slo.why(r, s.Window)
	s.Held = s.Why == ""
	return s, others, t.settle(r, s.Window)
}

// memory notes what the server holds after a window, where that is limited or of interest.
func (t *trial) memory(s *sample) {
	if _, limited := t.slo.below("mem"); !limited && t.p.Params.Search != SearchConns {
		return
	}
	if mem, err := probe.ReadMemory(t.proc.PIDs()); err == nil {
		s.Anon = mem.Anon
	} else {
		t.m.warnOnce("memory of the server: %v", err)
	}
}

// account is what the server and all of the machine had used at one edge of a window.
type account struct {
	server  probe.Usage
	machine probe.Machine
	err     error
}

// accountOf reads it, the machine's inside the server's (measurement.edge).
func accountOf(proc *server.Process, start bool) (a account) {
	var clockErr, machineErr error
	if start {
		a.server, clockErr = probe.ReadClock(proc.PIDs())
	}
	a.machine, machineErr = probe.ReadMachine()
	if !start {
		a.server, clockErr = probe.ReadClock(proc.PIDs())
	}
	a.err = errors.Join(clockErr, machineErr)
	return a
}

// settle adds the window to the account of the cell, and makes good what it broke.
func (t *trial) settle(r load.Report, w record.Window) error {
	c := &t.m.cell
	c.Load.Sent += r.Sent
	c.Load.Received += r.Received
	c.Load.Expected += r.Expected
	t.m.failed(r.Errors)
	t.m.verified(r.Verify)
	t.m.renewed(r)
	for _, w := range r.Warnings {
		t.m.warnOnce("%s", w)
	}
	for _, why := range samplesOf(r).Void {
		t.m.void("at %s messages/s %s", words.PerSecond(w.RatePerS), why)
		return errVoid
	}
	wrong := r.Verify
	if t.slo.tooMuch(r, w) != "" || len(r.Errors) > 0 {
		wrong.Lost = 0 // for want of capacity
	}
	if wrong != (record.Verify{}) {
		t.m.void("replies at %s messages/s: %d lost, %d duplicated, %d reordered, %d corrupted, %d surplus%s", words.PerSecond(w.RatePerS),
			wrong.Lost, wrong.Duplicated, wrong.Reordered, wrong.Corrupted, wrong.Surplus, validity.Odd(r.Odd))
		return errVoid
	}
	if r.Verify.Lost == 0 && len(r.Errors) == 0 {
		return nil
	}
	// A server that drops those it cannot keep up with, or whose replies come too late to count, is as it was before with new connections.
	if _, err := t.clients.Close(); err != nil {
		t.m.fail(t.proc, "closing", err)
		return errVoid
	}
	t.m.quiet(t.ctx, t.proc)
	if !t.connect() {
		return errVoid
	}
	return nil
}

// samplesOf judges a window's latencies by themselves.
func samplesOf(r load.Report) validity.Verdict {
	return validity.Samples(&record.Cell{Load: record.Load{Received: r.Received}, Latency: r.Latency, Service: r.Service}, r.Overflow)
}

package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cbench/harness/load"
	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
)

// searchRun is a search with real servers: a session, whose server it starts anew where it must, and the windows that it takes.
type searchRun struct {
	*session
	slo record.SLO

	conns   int    // that are open, or were to be
	refused string // why they are not
	again   int    // windows that were taken again
	machine beside // what it did beside the windows that count
	err     error  // for which no server is to blame
}

// errVoid ends a search with which something is wrong that no rate mends; the cell says what.
var errVoid = errors.New("void")

// begin starts a server and opens its connections. Where it fails, the cell says why, or err.
func (t *searchRun) begin(ctx context.Context, conns int) bool {
	if t.conns == 0 {
		t.phase(FirstPhase)
	} else {
		t.phase("starting another server")
	}
	t.conns, t.refused = conns, ""
	if !t.start(ctx) {
		return false
	}
	if t.err = t.startLoad(); t.err != nil {
		return false
	}
	return t.connect()
}

// connect opens the connections. Fewer than asked for end a search of rates; of connections, it is an answer.
func (t *searchRun) connect() bool {
	t.phase(fmt.Sprintf("connecting %d times", t.conns))
	to := t.loadPlan(t.conns)
	to.Timeout = drainTimeout
	opened, err := t.clients.Open(t.ctx, to)
	t.cell.Load.Established = opened.Established
	t.verified(opened.Verify)
	if opened.Established == t.conns && err == nil {
		return true
	}
	t.refused = opened.Missing(t.conns)
	if err != nil && len(opened.Errors) == 0 {
		t.refused += ": " + err.Error()
	}
	switch {
	case t.plan.Params.Search != plan.SearchConns:
		t.failed(opened.Errors)
		t.void("%s", t.refused)
		return false
	case t.ctx.Err() != nil:
		t.fail("connecting", err)
		return false
	}
	return true
}

// end ends the server and its load, if there are any.
func (t *searchRun) end() {
	if t.proc != nil && t.ctx.Err() == nil { // it is alive
		t.place()
	}
	t.session.end()
}

// atConns takes a window with so many connections, at the rate that was asked for: with a fresh server, unless they
// are open already.
func (t *searchRun) atConns(ctx context.Context, conns int) (sample, error) {
	if conns != t.conns {
		t.end()
		if len(t.cell.Void) > 0 || !t.begin(ctx, conns) {
			return sample{}, errVoid
		}
	}
	if t.refused != "" {
		return sample{Window: record.Window{RatePerS: t.plan.Params.RatePerS, Conns: conns, Why: t.refused}}, nil
	}
	return t.window(t.plan.Params.RatePerS)
}

// length is how long a window at that rate must be for its percentiles to be some.
func (t *searchRun) length(rate float64) time.Duration {
	asked := time.Duration(t.plan.Params.DurationNS)
	wanted := time.Duration(t.slo.Samples() / rate * float64(time.Second))
	return max(asked, min(wanted, longestWindow))
}

// window takes one window, and again if others took the CPUs meanwhile: whether it held does not matter for that.
func (t *searchRun) window(rate float64) (sample, error) {
	for {
		s, others, err := t.try(rate)
		if err != nil {
			return s, err
		}
		if others.share() >= mostTaken {
			if t.again++; t.again <= mostAgain {
				continue
			}
			t.warnOnce("others took the CPUs in over %d windows: the rest of them count nevertheless", mostAgain)
		}
		t.machine.join(others)
		return s, nil
	}
}

// Others take some of the CPUs at any time. What takes a quarter of one for a whole window breaks a limit that would
// have held, and tells in the ratio of two slots.
const (
	mostTaken = 0.25 // of a CPU
	mostAgain = 20   // windows of a search
)

// try takes a window from rest: what the last one left is worked off first. others is what the machine did beside it.
func (t *searchRun) try(rate float64) (s sample, others beside, err error) {
	t.quiet()
	d := t.drive(time.Duration(t.plan.Params.WarmupNS), t.length(rate))
	d.Rate = rate
	w, err := t.load(d, nil)
	if err != nil {
		t.fail("measuring", err)
		return sample{}, others, errVoid
	}
	w.rest(t.session)
	var cpu float64
	if used, err := w.used(); err != nil {
		t.warnOnce("CPU of the server: %v", err)
	} else if used.Wall > 0 {
		cpu = float64(used.CPU) / float64(used.Wall)
		others = w.beside(t.e.cpus())
	}
	r := w.report
	if s, err = sampleOf(r, rate, t.conns, cpu); err != nil {
		return sample{}, others, err
	}
	if w.restErr == nil {
		s.BusiestThread = float64(w.worked.Sub(w.rested).Busiest) / float64(w.took)
	}
	s.SilenceNS = r.Silence
	t.silence(time.Duration(r.Silence))
	t.held(&s)
	s.Why = whyNot(t.slo, r, s.Window)
	s.Held = s.Why == ""
	return s, others, t.settle(r, s.Window)
}

// held notes what the server holds after a window, where that is limited or of interest.
func (t *searchRun) held(s *sample) {
	if _, limited := t.slo.Below("mem"); !limited && t.plan.Params.Search != plan.SearchConns {
		return
	}
	if mem, err := probe.ReadMemory(t.proc.PIDs()); err == nil {
		s.Anon = mem.Anon
	} else {
		t.warnOnce("memory of the server: %v", err)
	}
}

// settle adds the window to the account of the cell, and makes good what it broke.
func (t *searchRun) settle(r load.Report, w record.Window) error {
	c := &t.cell
	c.Load.Sent += r.Sent
	c.Load.Received += r.Received
	c.Load.Expected += r.Expected
	t.failed(r.Errors)
	t.verified(r.Verify)
	t.renewed(r)
	for _, w := range r.Warnings {
		t.warnOnce("%s", w)
	}
	for _, why := range samplesOf(r).Void {
		t.void("at %s messages/s %s", words.PerSecond(w.RatePerS), why)
		return errVoid
	}
	wrong := r.Verify
	if tooMuch(t.slo, r, w) != "" || len(r.Errors) > 0 {
		wrong.Lost = 0 // for want of capacity
	}
	if wrong != (record.Verify{}) {
		t.void("replies at %s messages/s: %d lost, %d duplicated, %d reordered, %d corrupted, %d surplus%s",
			words.PerSecond(w.RatePerS),
			wrong.Lost, wrong.Duplicated, wrong.Reordered, wrong.Corrupted, wrong.Surplus, validity.Odd(r.Odd))
		return errVoid
	}
	if r.Verify.Lost == 0 && len(r.Errors) == 0 {
		return nil
	}
	// A server that drops those it cannot keep up with, or whose replies come too late to count, is as it was before
	// with new connections.
	if _, err := t.clients.Close(); err != nil {
		t.fail("closing", err)
		return errVoid
	}
	t.quiet()
	if !t.connect() {
		return errVoid
	}
	return nil
}

// samplesOf judges a window's latencies by themselves.
func samplesOf(r load.Report) validity.Verdict {
	c := record.Cell{Load: record.Load{Received: r.Received}, Latency: r.Latency, Service: r.Service}
	return validity.Samples(&c, r.Overflow)
}

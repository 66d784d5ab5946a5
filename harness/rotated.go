package harness

import (
	"context"
	"errors"
	"time"

	"cbench/harness/validity"
	"cbench/results/record"
)

// rotated is one server of a rotation, with its clients.
type rotated struct {
	*session
	out bool // it failed: the others go on without it

	gcPause *int64 // stop-the-world time before the first round
	fresh   bool   // the rounds begin: what connections received before does not count
	lost    bool   // the last round does not count: nor does what they received in it
	sums    sums
}

// slot is what one slot of one server was.
type slot struct {
	window
	others    time.Duration // CPU time of the other servers meanwhile
	busiest   string        // who of them took most
	disturbed string        // what others than these took in the round, if it was too much
}

// mostIdle is the CPU time, as a share of the slot, that all idle servers together may take in it: beyond it they
// take from the one that is loaded. A Go runtime at rest takes some tenths of a per cent, a collection after load
// ends with the pause.
const mostIdle = 0.02

// open starts the server and opens its connections.
func (srv *rotated) open(ctx context.Context) error {
	srv.out = true
	if !srv.start(ctx) {
		return nil
	}
	if err := srv.startLoad(); err != nil {
		return err
	}
	opened, err := srv.clients.Open(srv.ctx, srv.loadPlan(srv.plan.Conns))
	srv.opened(opened)
	if err != nil {
		srv.fail("connecting", err)
	}
	srv.out = err != nil || opened.Established < srv.plan.Conns || opened.Verify != (record.Verify{}) // a check says why
	return nil
}

// begin notes what the server's runtime had done before the first round.
func (srv *rotated) begin() {
	srv.fresh = true
	if srv.out {
		return
	}
	asked := time.Now()
	if rt, err := srv.proc.Runtime(); err == nil {
		pause := rt.GCPause.Nanoseconds()
		srv.gcPause = &pause
	}
	srv.stoppedBefore(time.Since(asked))
}

// slot loads the server for one slot. It is not ok if the server failed, which is in the cell then.
func (srv *rotated) slot() (s slot, ok bool) {
	p := srv.plan.Params
	d := srv.drive(time.Duration(p.WarmupNS), time.Duration(p.SlotNS))
	d.Keep, d.LeaveOut = !srv.fresh, srv.lost
	w, err := srv.load(d, nil)
	s.window, srv.fresh = w, false
	if err = errors.Join(err, w.restErr, w.from.err, w.to.err); err != nil {
		srv.fail("measuring", err)
		return s, false
	}
	r := w.report
	srv.failed(r.Errors)
	srv.verified(r.Verify)
	srv.renewed(r)
	srv.stoppedBefore(time.Duration(r.SilenceBefore))
	if ok = r.Verify == (record.Verify{}) && len(r.Errors) == 0; !ok {
		srv.silence(time.Duration(r.Silence)) // no round will tell of it
	}
	return s, ok
}

// end closes what is open, writes the sums into the cell, judges it, and ends the server.
func (srv *rotated) end() {
	defer srv.session.end()
	if srv.proc == nil || srv.clients == nil {
		return
	}
	if rt, err := srv.proc.Runtime(); err == nil {
		srv.cell.CPU.Goroutines = &rt.Goroutines
		if srv.gcPause != nil {
			pause := rt.GCPause.Nanoseconds() - *srv.gcPause
			srv.cell.CPU.GCPauseNS = &pause
		}
	}
	if !srv.out {
		srv.place()
		closed, err := srv.clients.Close()
		if err != nil {
			srv.fail("closing", err)
		}
		srv.verified(closed.Verify)
	}
	srv.sums.into(srv)
	srv.tellRenewed()
	if !srv.died() { // else all follows from that, and the session's end says it
		srv.judge(validity.Judge)
	}
}

package load

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"cbench/internal/poll"
)

// Connections that a server ends in good order, as HTTP lets it, are renewed where the scenario can go on with another
// (scenarios.Renewing). One is dialled when there is something to say on it, as HTTP clients do, and what was under way is
// said again. A message counts from when it was due, or its turn came: the time for another connection is part of its latency.

const (
	// leaveGrace is how long a server that said it ends a connection is given to do so: who closes first holds the port (TIME_WAIT).
	leaveGrace = 100 * time.Millisecond
	idleEnd    = time.Second // of silence, from which a connection was ended for being idle
)

// there reports whether the client can be told to say something: it is connected, or will be.
func (cl *client) there() bool {
	return cl.state == ready || cl.state == leaving || cl.state == away || cl.state == reopening
}

// Closing: the server announced that it ends the connection (scenarios.Recorder).
func (l *loop) Closing(int) { l.closing = true }

// leave: the server ends connection c behind what it just said.
func (l *loop) leave(c int) {
	cl := &l.clients[c]
	if cl.state != ready {
		return
	}
	if l.renewing == nil {
		l.drop(c, errClosing)
		return
	}
	cl.state, cl.held = leaving, nil
	l.watch(c, poll.In)
	if cl.state == leaving && l.owes(c) {
		l.renew(c)
	}
}

// owes reports whether connection c waits for an answer.
func (l *loop) owes(c int) bool {
	l.out = l.renewing.Again(c, l.out[:0])
	return len(l.out) > 0
}

// renewed reports whether a connection that ended for the reason err did so in good order. Then it is away until there is
// something to say.
func (l *loop) renewed(c int, err error) bool {
	cl := &l.clients[c]
	if l.renewing == nil || !closedByPeer(err) || cl.state != ready && cl.state != opening && cl.state != leaving {
		return false
	}
	if cl.state != leaving && !l.inOrder(c) {
		return false
	}
	if cl.state == gone { // its first reply was wrong
		return true
	}
	if silent := l.silent(c); cl.state == ready && silent >= idleEnd {
		if kept := l.renewing.Kept(); kept > 0 && kept < silent { // some look only now and then for whose time is up
			silent = kept
		}
		l.t.idled(silent)
	}
	poll.Close(int(cl.fd))
	waits := cl.state == leaving && cl.slot >= 0
	cl.fd, cl.state, cl.held = -1, away, nil
	switch {
	case waits:
		l.opener.slots[cl.slot].again = 0
		l.redial(c)
	case l.owes(c):
		l.renew(c)
	}
	return true
}

// inOrder asks the traffic whether connection c, which ended, might: what was kept of it may be an answer that its end makes
// whole.
func (l *loop) inOrder(c int) bool {
	cl := &l.clients[c]
	var rest []byte
	if cl.held != nil {
		rest = cl.held.in
	}
	l.reading, l.faulted = c, false
	ended := l.renewing.Ended(c, rest, cl.heard, clock(), l)
	if l.closing = false; cl.state == opening {
		if l.faulted {
			l.refused(c, errWrong)
		}
		return l.faulted
	}
	return ended
}

// unsaid: a message could not be said. Where the connection may end in good order, what it was told before that is read first.
func (l *loop) unsaid(c int, err error) {
	if l.renewing == nil || !closedByPeer(err) || l.clients[c].state != ready {
		l.drop(c, err)
		return
	}
	if h := l.clients[c].held; h != nil {
		h.out = h.out[:0]
	}
	l.watch(c, poll.In)
}

// forIdleness is err, or that the server ended the connection because it had been idle.
func (l *loop) forIdleness(c int, err error) error {
	if closedByPeer(err) {
		if silent := l.silent(c); silent >= idleEnd {
			return errIdle(silent)
		}
	}
	return err
}

func closedByPeer(err error) bool {
	return err == io.EOF || err == unix.ECONNRESET || err == unix.EPIPE
}

// renew has another connection dialled in place of c, if it is not on its way already.
func (l *loop) renew(c int) {
	cl, o, at := &l.clients[c], &l.opener, clock()
	if cl.slot >= 0 {
		return
	}
	if len(o.free) == 0 {
		o.free = append(o.free, int32(len(o.slots)))
		o.slots = append(o.slots, attempt{c: -1})
	}
	cl.slot = o.free[len(o.free)-1]
	o.free = o.free[:len(o.free)-1]
	o.slots[cl.slot] = attempt{c: int32(c), since: at}
	if r := &l.round; r.renewals == never {
		r.renewals = at + int64(openerTick)
		r.mark = min(r.mark, r.renewals)
	}
	if cl.state == leaving {
		o.slots[cl.slot].again = at + int64(leaveGrace)
		return
	}
	l.redial(c)
}

func (l *loop) redial(c int) {
	cl := &l.clients[c]
	if cl.fd >= 0 {
		poll.Close(int(cl.fd))
	}
	cl.fd, cl.state = -1, reopening
	l.dial(c)
}

// reopened: the other connection is there.
func (l *loop) reopened(c int) {
	cl := &l.clients[c]
	cl.state, cl.heard = ready, clock()
	l.leaveSlot(c)
	l.t.reconnects++
	l.watch(c, poll.In)
	if cl.state == ready && l.owes(c) {
		l.write(c, l.out)
	}
}

// lookAfterRenewals is lookAfter while a round goes on.
func (l *loop) lookAfterRenewals(at int64) {
	r := &l.round
	if at < r.renewals {
		return
	}
	l.lookAfter(at)
	r.renewals = never
	if len(l.opener.free) < len(l.opener.slots) {
		r.renewals = at + int64(openerTick)
	}
}

// catchUp hears of what happened between two drives: above all, of connections that their server ended.
func (l *loop) catchUp() error {
	for {
		n, err := l.poll(0)
		if n == 0 || err != nil {
			return err
		}
	}
}

// silent is for how long connection c had been so when its server ended it: 0 where that is not known. The kernel knows when
// the last packet came, which was the FIN (tcp_info, tcpi_last_ack_recv); it may be read much later.
func (l *loop) silent(c int) time.Duration {
	cl := &l.clients[c]
	info, err := unix.GetsockoptTCPInfo(int(cl.fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil || cl.heard == 0 {
		return 0
	}
	return time.Duration(clock()-cl.heard) - time.Duration(info.Last_ack_recv)*time.Millisecond
}

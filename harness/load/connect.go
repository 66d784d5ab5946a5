package load

import (
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"cbench/internal/poll"
	"cbench/scenarios"
)

// opener is a loop's ramp: a bounded number of connections on their way from unborn to ready.
type opener struct {
	slots     []attempt
	free      []int32 // of slots
	next      int     // the first connection not yet begun
	began     int64
	lastReady int64 // when the last connection became ready, or the opening began
	shift     int   // source addresses passed over: their ports had run out
	failed    int   // connections given up
	hopeless  error // why no more are begun
}

// attempt is one connection that is being opened.
type attempt struct {
	c     int32 // -1: the slot is free
	tries int
	since int64 // of the first try
	again int64 // when the next try is to be; 0: one is under way
}

const (
	maxTries   = 6                     // of a connection that is refused
	firstPause = 20 * time.Millisecond // before the second try, doubled with each: 0.6 s in all
	openerTick = 10 * time.Millisecond // how often time-outs and tries are looked after
	maxShift   = 64

	// perSource is connections a source address. The usual range has 28,232 ports, and connect tries those of one parity
	// first (Linux, __inet_hash_connect): while a destination has less than half of the range from one address, it finds a port at
	// once; past that it searches longer and longer: 2,000 connects a second instead of 18,000, at 19,000 from one address.
	perSource = 12_000
)

// open opens every connection of the share, or as many as the server lets it.
func (l *loop) open() error {
	o := &l.opener
	ramp := max(l.plan.Ramp/l.plan.Threads, 1)
	*o = opener{slots: make([]attempt, ramp), free: make([]int32, ramp), began: clock(), lastReady: clock()}
	for i := range o.slots {
		o.slots[i].c, o.free[i] = -1, int32(i)
	}
	l.round = idleRound()
	tick := int64(0)
	for o.next < len(l.clients) || len(o.free) < len(o.slots) {
		if l.stop.Load() {
			return errStopped
		}
		at := clock()
		l.begin(at)
		if at >= tick {
			l.lookAfter(at)
			tick = at + int64(openerTick)
		}
		if _, err := l.poll(tick - at); err != nil {
			return err
		}
	}
	o.slots, o.free = nil, nil
	return nil
}

// begin begins as many connections as there are free slots.
func (l *loop) begin(at int64) {
	o := &l.opener
	for o.next < len(l.clients) && o.hopeless != nil {
		l.bury(o.next, o.hopeless)
		o.next++
	}
	for o.next < len(l.clients) && len(o.free) > 0 {
		c, slot := o.next, o.free[len(o.free)-1]
		o.next++
		o.free = o.free[:len(o.free)-1]
		o.slots[slot] = attempt{c: int32(c), since: at}
		l.clients[c] = client{fd: -1, slot: slot}
		l.dial(c)
	}
}

// lookAfter tries again what was to be tried again, and gives up what took too long.
func (l *loop) lookAfter(at int64) {
	for i := range l.opener.slots {
		s := &l.opener.slots[i]
		switch {
		case s.c < 0:
		case at-s.since >= int64(l.plan.ConnectTimeout):
			l.giveUp(int(s.c), errTimeout)
		case s.again > 0 && at >= s.again && l.clients[s.c].there():
			s.again = 0
			l.redial(int(s.c))
		case s.again > 0 && at >= s.again:
			s.again = 0
			l.dial(int(s.c))
		}
	}
}

func (l *loop) dial(c int) {
	fd, err := poll.Dial(l.to, l.source(c))
	if err == nil {
		if l.clients[c].fd = int32(fd); l.clients[c].state != reopening {
			l.clients[c].state = connecting
		}
		err = l.poller.AddAs(fd, c, poll.In|poll.Out)
		l.narrow(fd, l.mayBeDropped(c))
	}
	if err != nil {
		l.refused(c, err)
	}
}

// source is the source address of a connection: of the kernel's choice but where so many go to loopback that one
// address has not ports enough.
func (l *loop) source(c int) netip.Addr {
	i := (l.first+c)/perSource + l.opener.shift
	if i == 0 || !l.to.Addr().Is4() || !l.to.Addr().IsLoopback() {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte{127, byte(i / (254 * 256)), byte(i / 254), byte(1 + i%254)})
}

// connected: the attempt to connect is decided.
func (l *loop) connected(c int) {
	cl := &l.clients[c]
	if err := poll.Dialed(int(cl.fd)); err != nil {
		l.refused(c, err)
		return
	}
	if cl.state == reopening {
		l.reopened(c)
		return
	}
	cl.state = opening
	l.watch(c, poll.In)
	l.allow(c, min(l.piece, firstTaste))
	if cl.state == opening {
		l.out = l.traffic.Open(c, l.out[:0])
		l.write(c, l.out)
	}
}

// opened: the opening is answered.
func (l *loop) opened(c int) {
	l.clients[c].state = ready
	l.sate(c)
	l.opener.lastReady = clock()
	if c < l.counted {
		l.t.opening.record(l.opener.lastReady - l.opener.slots[l.clients[c].slot].since)
	}
	l.leaveSlot(c)
	l.ready++
	l.live.Add(1)
}

// refused: an attempt failed. A refused connect is tried again, for servers restart; a source address without
// ports is left for the next.
func (l *loop) refused(c int, err error) {
	cl := &l.clients[c]
	s := &l.opener.slots[cl.slot]
	l.unanswered(c, err)
	if cl.fd >= 0 {
		poll.Close(int(cl.fd))
	}
	s.tries++
	switch {
	case err == unix.ECONNREFUSED && s.tries < maxTries:
		s.again = clock() + int64(firstPause)<<(s.tries-1)
	case err == unix.EADDRNOTAVAIL && l.opener.shift < maxShift && l.to.Addr().IsLoopback():
		l.opener.shift++
		s.again = 1 // at the next tick
	default:
		cl.fd = -1
		l.giveUp(c, err)
		return
	}
	again := cl.state
	if *cl = (client{fd: -1, slot: cl.slot}); again == reopening {
		cl.state = reopening
	}
}

// unanswered notes what connection c wanted as an answer to its opening, and what it got before it failed.
func (l *loop) unanswered(c int, err error) {
	if cl := &l.clients[c]; cl.state == opening && l.t.odd == "" {
		got := "no answer"
		if cl.held != nil && len(cl.held.in) > 0 {
			got = scenarios.Quote(cl.held.in) + " and no more"
		} else if closedByPeer(err) {
			got = "the end of the connection"
		}
		l.t.odd = l.traffic.Wanted(c).Missed(got)
	}
}

// giveUp: a connection will not be. If a whole ramp failed and no other ever was, or none has been for as long as one may
// take, no more are begun.
func (l *loop) giveUp(c int, err error) {
	l.unanswered(c, err)
	if fd := l.clients[c].fd; fd >= 0 {
		poll.Close(int(fd))
	}
	again := l.clients[c].there()
	l.leaveSlot(c)
	l.bury(c, err)
	if again {
		l.ready--
		l.live.Add(-1)
		return
	}
	o := &l.opener
	o.failed++
	if l.live.Load() == 0 && o.failed >= len(o.slots) || clock()-o.lastReady >= int64(l.plan.ConnectTimeout) {
		o.hopeless = err
	}
}

func (l *loop) leaveSlot(c int) {
	slot := l.clients[c].slot
	l.clients[c].slot = -1
	l.opener.slots[slot].c = -1
	l.opener.free = append(l.opener.free, slot)
}

// idleRound is a round in which nothing is said or measured.
func idleRound() round { return round{mark: never, renewals: never} }

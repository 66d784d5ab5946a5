package load

import (
	"io"
	"net/netip"
	"sync/atomic"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios"
)

// loop is one thread's share of the clients: one goroutine at a time runs it.
type loop struct {
	poller  *poll.Poller
	waker   poll.Waker
	stop    *atomic.Bool  // set by whoever wants the loop to end; then the waker wakes it
	live    *atomic.Int64 // ready connections of all loops
	plan    Plan
	to      netip.AddrPort
	first   int // the share's first connection, of all
	counted int // clients that are the scenario's; the others only speak (scenarios.Scenario.Extra)
	clients []client
	traffic scenarios.Traffic

	in, out  []byte                // what is being read and written
	asked    []byte                // what the traffic has the connection say that is being read
	turns    []int32               // closed loop: whose turn it is to say a message
	longest  int                   // more bytes than any reply has
	piece    int                   // bytes that a message allows to be read (scenarios.Scenario.Piece); 0: all is
	slow     scenarios.SlowReaders // nil: all connections read
	renewing scenarios.Renewing    // nil: a connection that ends is an error
	closing  bool                  // the server ends the connection that is being read
	faulted  bool                  // what it said was wrong
	reading  int                   // which that is
	ready    int                   // connections that are
	closed   int                   // connections ended in answer to our FIN
	opener   opener
	round    round
	silence  silence
	t        *tally

	sent, received atomic.Int64 // published once a second, for others to read
}

// client is one connection.
type client struct {
	fd      int32
	slot    int32 // in the opener, while it is being opened; else -1
	state   state
	want    int32 // bytes that may be read yet, where readers are paced
	stopped bool  // it does not read at present
	held    *held // nil while there is nothing to hold, which is nearly always
	heard   int64 // when its last byte came; 0: none did
}

// held is bytes between two events.
type held struct {
	in  []byte // read, and not yet whole
	out []byte // said, and not yet taken by the socket
}

type state uint8

const (
	unborn     state = iota
	connecting       // a SYN is out
	opening          // connected, and the opening said
	ready            // the opening was answered
	finishing        // our FIN is out
	gone

	leaving   // the server said that it ends the connection (renew.go)
	away      // it is ended, and nothing is to be said
	reopening // another is on its way
)

const (
	readSize = 64 << 10 // bytes a read: more than a socket that is read as it fills ever holds
	maxKept  = 1 << 20  // bytes said that one socket does not take, until its server counts as stalled
	wakerTag = -1
)

func newLoop(p Plan, to netip.AddrPort, s *scenarios.Scenario, first, n int, live *atomic.Int64) (*loop, error) {
	poller, err := poll.Open()
	if err != nil {
		return nil, err
	}
	waker, err := poller.NewWaker()
	if err == nil {
		err = poller.ModifyAs(waker.Fd(), wakerTag, poll.In)
	}
	if err != nil {
		poller.Close()
		return nil, err
	}
	extra, longest := 0, p.Params.Payload+256
	if s.Extra != nil {
		extra = s.Extra(p.Params, n)
	}
	if s.Longest != nil {
		longest = s.Longest(p.Params)
	}
	traffic := s.New(p.Params, first, n)
	slow, _ := traffic.(scenarios.SlowReaders)
	renewing, _ := traffic.(scenarios.Renewing)
	return &loop{
		poller: poller, waker: waker, live: live,
		plan: p, to: to, first: first,
		counted: n,
		clients: make([]client, n+extra),
		traffic: traffic, slow: slow, renewing: renewing,
		in:      make([]byte, readSize+longest),
		out:     make([]byte, 0, p.Params.Payload+256),
		turns:   make([]int32, 0, 64),
		longest: longest,
		piece:   s.Piece,
		t:       newTally(n),
		silence: silence{heard: new(atomic.Int64)},
	}, nil
}

// poll waits for events and serves them, and returns how many there were. A wait of 0 or less asks only.
func (l *loop) poll(wait int64) (int, error) {
	wait = l.silence.limit(max(wait, 0))
	events, err := l.poller.Wait(time.Duration(wait))
	if err != nil {
		return 0, err
	}
	l.silence.back(clock(), wait)
	for i := range events {
		c := int(events[i].Fd)
		if c == wakerTag {
			l.waker.Clear()
			continue
		}
		l.serve(c, events[i].Events)
	}
	return len(events), nil
}

func (l *loop) serve(c int, events uint32) {
	switch l.clients[c].state {
	case connecting, reopening:
		l.connected(c)
		return
	case unborn, gone, away: // told of a socket that an earlier event of this wait had closed
		return
	}
	if events&poll.Out != 0 {
		l.flush(c)
	}
	if events&(poll.In|poll.Err) != 0 {
		l.read(c)
	}
}

// read takes what arrived on a connection: one read an event, for the poller tells again if there is more.
func (l *loop) read(c int) {
	cl := &l.clients[c]
	if cl.state == gone {
		return
	}
	kept := 0
	if cl.held != nil {
		kept = copy(l.in, cl.held.in)
	}
	state := cl.state
	n, err := poll.Read(int(cl.fd), l.room(c, kept))
	at := clock()
	if at >= l.round.mark {
		if l.pass(at); cl.state != state { // another connection is on its way in its place
			return
		}
	}
	if err == poll.ErrAgain {
		return
	}
	l.answered()
	if n == 0 {
		if err == nil {
			err = io.EOF
		}
		l.drop(c, err)
		if len(l.turns) > 0 {
			l.takeTurns(at)
		}
		return
	}
	if cl.state == leaving {
		return // behind its last answer
	}
	if l.spend(c, n); cl.state == gone {
		return
	}
	cl.heard = at
	l.reading, l.faulted = c, false
	whole := l.traffic.Receive(c, l.in[:kept+n], at, l)
	if l.traffic.Underway() == 0 {
		l.silence.since = 0
	}
	if l.faulted && cl.state == opening { // what follows would be no better
		l.drop(c, errWrong)
		return
	}
	if rest := l.in[whole : kept+n]; len(rest) > 0 || kept > 0 {
		l.keep(c, rest)
	}
	if l.closing {
		l.closing = false
		l.leave(c)
	}
	if len(l.asked) > 0 {
		if cl.state != gone {
			l.write(c, l.asked)
		}
		l.asked = l.asked[:0]
	}
	if len(l.turns) > 0 {
		l.takeTurns(at)
	}
}

// keep holds the unfinished rest of what was read.
func (l *loop) keep(c int, rest []byte) {
	if len(rest) >= l.longest { // what comes is no reply at all
		l.reading = c
		l.Fault(scenarios.Corrupted, 1, rest)
		l.drop(c, errGarbled)
		return
	}
	cl := &l.clients[c]
	if cl.held == nil {
		cl.held = new(held)
	}
	cl.held.in = append(cl.held.in[:0], rest...)
}

// write says a message, or keeps what the socket does not take.
func (l *loop) write(c int, message []byte) {
	cl := &l.clients[c]
	if cl.state >= leaving { // it is said on the next connection
		l.renew(c)
		return
	}
	if cl.held != nil && len(cl.held.out) > 0 {
		cl.held.out = append(cl.held.out, message...)
		if len(cl.held.out) > maxKept {
			l.drop(c, errStalled)
		}
		return
	}
	n, err := poll.Write(int(cl.fd), message)
	if err != nil && err != poll.ErrAgain {
		l.unsaid(c, err)
		return
	}
	if n == len(message) {
		return
	}
	if cl.held == nil {
		cl.held = new(held)
	}
	cl.held.out = append(cl.held.out, message[n:]...)
	l.watch(c, poll.In|poll.Out)
}

// flush writes what was kept.
func (l *loop) flush(c int) {
	cl := &l.clients[c]
	if cl.held == nil || len(cl.held.out) == 0 {
		return
	}
	n, err := poll.Write(int(cl.fd), cl.held.out)
	if err != nil && err != poll.ErrAgain {
		l.unsaid(c, err)
		return
	}
	cl.held.out = cl.held.out[:copy(cl.held.out, cl.held.out[n:])]
	if len(cl.held.out) == 0 {
		l.watch(c, poll.In)
	}
}

func (l *loop) watch(c int, events uint32) {
	if err := l.poller.ModifyAs(int(l.clients[c].fd), c, events); err != nil {
		l.drop(c, err)
	}
}

// drop ends a connection for the reason err.
func (l *loop) drop(c int, err error) {
	cl := &l.clients[c]
	if cl.state != finishing && cl.state != gone && l.renewed(c, err) {
		return
	}
	switch cl.state {
	case unborn, connecting, opening, reopening:
		l.refused(c, err)
		return
	case gone:
		return
	case finishing:
		if err == io.EOF {
			l.closed++
			err = nil
		}
	case ready:
		err = l.forIdleness(c, err)
	}
	poll.Close(int(cl.fd))
	l.ready--
	l.live.Add(-1)
	if l.mayBeDropped(c) {
		err = nil
	}
	l.bury(c, err)
}

// bury forgets a connection whose descriptor is closed; err, if any, is counted.
func (l *loop) bury(c int, err error) {
	l.clients[c] = client{fd: -1, slot: -1, state: gone}
	lost := l.t.faults[scenarios.Lost]
	l.traffic.Gone(c, l)
	if idle, is := err.(errIdle); is && l.t.faults[scenarios.Lost] == lost {
		l.t.idled(time.Duration(idle))
	}
	if err != nil {
		l.t.errors[kind(err)]++
	}
}

// Ready, Received, Next and Fault: what the traffic tells (scenarios.Recorder).

func (l *loop) Ready(c int) {
	if l.clients[c].state == opening {
		l.opened(c)
	}
}

func (l *loop) Received(c int, due, sent, now int64) {
	t, r := l.t, &l.round
	t.received++
	if r.measures(now) {
		t.inWindow++
		if now < r.edge {
			t.behind--
		}
	}
	if !r.counts(due, now) {
		return
	}
	if due < r.start { // it was sent before the window, and count has not counted it
		l.round.heldUp++
	}
	t.checked++
	t.receipts[c]++
	t.sketches[c].record(now - due)
	t.latency.record(now - due)
	if !r.closed {
		t.service.record(now - sent)
	}
}

func (l *loop) Next(c int) {
	if l.round.closed {
		l.turns = append(l.turns, int32(c))
	}
}

// Say: after our FIN nothing more is.
func (l *loop) Say(c int, p []byte) {
	if l.clients[c].state != finishing {
		l.asked = append(l.asked, p...)
	}
}

func (l *loop) Aside(due, now int64) {
	if l.round.counts(due, now) {
		l.t.aside.record(now - due)
	}
}

func (l *loop) Heard(due, first, last int64) {
	if !l.round.counts(due, last) {
		return
	}
	l.t.first.record(first - due)
	l.t.last.record(last - due)
	l.t.between.record(last - first)
}

func (l *loop) Fault(f scenarios.Fault, n int, line []byte) {
	l.t.faults[f] += int64(n)
	l.faulted = true
	if line != nil && l.t.odd == "" {
		l.t.odd = l.traffic.Wanted(l.reading).Not(line)
	}
}

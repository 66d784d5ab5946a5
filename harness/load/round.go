package load

import (
	"math"
	"time"

	"cbench/scenarios"
)

// round is one drive as one loop goes through it. All times are the engine's clock's.
type round struct {
	closed   bool     // a closed loop
	arrivals arrivals // open loop
	pipeline int      // closed loop
	origin   int64    // when the first message may be due
	start    int64    // of the measured window
	end      int64    // of it: nothing is due from here on
	edge     int64    // when so much of it is left as a machine's pause may be: see Report.Behind
	giveUp   int64    // when replies are waited for no longer
	turn     uint64   // open loop: whose turn it is
	kicked   int      // closed loop: connections that were made to begin
	stalled  bool     // closed loop: the server did not answer when the window began
	heldUp   int64    // and this many replies to what was sent before it came afterwards
	brings   int      // replies to the last message
	saying   bool     // messages are due yet
	mark     int64    // the next time at which pass has something to do
	progress int64    // when progress is next told
	hearing  int64    // when it is next looked who reads
	renewals int64    // when it is next looked how connections that are renewed get on
	watch    Watch    // of the first loop; empty in the others
	sum      func() Progress
	begun    *windowEdge // when and at what cost the window really began and ended: the first loop's task
	ended    *windowEdge
}

// windowEdge is one end of the measured window.
type windowEdge struct{ at, cpu int64 }

const (
	burst    = 64 // messages said between two looks at what arrived
	never    = math.MaxInt64
	lateNS   = int64(time.Millisecond)
	shortNap = int64(3 * time.Microsecond) // a wait that costs more to sleep than to poll through
)

// measures reports whether what was due at that time is measured. One compare: a time before the start wraps round.
func (r *round) measures(due int64) bool { return uint64(due-r.start) < uint64(r.end-r.start) }

// counts reports whether a reply that came now, to what was due then, is measured: what was due in the window is. In
// a closed loop a server that stops before the window begins is sent nothing in it, and would lose its worst wait:
// there what it left unanswered then counts as well, a message a connection. Where nothing stopped it does not, for
// messages that are under way at a given moment are those that take long.
func (r *round) counts(due, now int64) bool {
	return r.measures(due) || r.stalled && due < r.start && now >= r.start
}

// drive goes through its round: says what is due, hears what comes, until the window is over and all is answered.
func (l *loop) drive() error {
	l.t.clear()
	l.silence.begin(clock())
	l.turns = l.turns[:0]
	if err := l.catchUp(); err != nil {
		return err
	}
	for {
		if l.stop.Load() {
			return errStopped
		}
		at := clock()
		if at >= l.round.mark {
			l.pass(at)
		}
		next := l.say(at)
		if l.over(at) {
			break
		}
		wait := min(next, l.round.mark) - at
		if wait < shortNap {
			wait = 0
		}
		if _, err := l.poll(wait); err != nil {
			return err
		}
	}
	l.settle()
	return nil
}

// over reports whether the round is: all was said and answered or given up, or nobody is left to say anything.
func (l *loop) over(at int64) bool {
	if at < l.round.end {
		return l.live.Load() == 0
	}
	return !l.round.saying && l.traffic.Underway() == 0 || at >= l.round.giveUp || l.live.Load() == 0
}

// say sends what is due, at most a burst of it, and tells when there is more to do: the next message, the window's end, or the
// end of waiting.
func (l *loop) say(at int64) (next int64) {
	r := &l.round
	switch {
	case !r.saying && at < r.end:
		return r.end
	case !r.saying:
		return r.giveUp
	case r.closed:
		return l.kick(at)
	}
	for range burst {
		due := r.origin + r.arrivals.due()
		if due >= r.end {
			r.saying = false
			return min(max(r.end, at), r.giveUp)
		}
		if due > at {
			return due
		}
		r.arrivals.pass()
		if c := l.speaker(); c >= 0 {
			l.send(c, due, at)
		} else {
			l.t.errors["unsent"]++
		}
		at = clock()
	}
	return at
}

// kick makes the connections of a closed loop begin, a burst of them at a time.
func (l *loop) kick(at int64) (next int64) {
	r := &l.round
	l.takeTurns(at)
	if at >= r.end {
		r.saying = false
		return r.giveUp
	}
	for said := 0; r.kicked < len(l.clients); r.kicked++ {
		if said >= burst {
			return at
		}
		if c := r.kicked; l.clients[c].there() && l.traffic.Speaks(c) {
			for range r.pipeline {
				l.turns = append(l.turns, int32(c))
			}
			l.takeTurns(clock())
			said += r.pipeline
		}
	}
	return r.end
}

// speaker is who says the next message of an open loop: a connection that is there, -1 if none is.
func (l *loop) speaker() int {
	if l.ready == 0 {
		return -1
	}
	for {
		c := l.traffic.Speaker(l.round.turn)
		l.round.turn++
		if c < 0 || l.clients[c].there() {
			return c
		}
	}
}

func (l *loop) send(c int, due, at int64) {
	message, receipts := l.traffic.Send(c, due, at, l.out[:0])
	l.out = message
	l.count(due, at, receipts)
	l.allow(c, l.piece)
	if len(message) > 0 {
		l.write(c, message)
	}
}

func (l *loop) count(due, at int64, receipts int) {
	t := l.t
	t.sent++
	l.round.brings = receipts
	l.silence.waits(at)
	if l.round.measures(due) {
		t.measured++
		t.expected += int64(receipts)
		if due < l.round.edge {
			t.behind += int64(receipts)
		}
		if at-due > lateNS {
			t.late++
		}
	}
}

// takeTurns says the messages whose turn it is in a closed loop; what one connection has to say goes out in one write.
func (l *loop) takeTurns(at int64) {
	for i := 0; i < len(l.turns) && at < l.round.end; {
		c := int(l.turns[i])
		message, receipts := l.out[:0], 0
		for ; i < len(l.turns) && int(l.turns[i]) == c; i++ {
			if l.clients[c].there() {
				message, receipts = l.traffic.Send(c, at, at, message)
				l.count(at, at, receipts)
				l.allow(c, l.piece)
			}
		}
		if l.out = message; len(message) > 0 {
			l.write(c, message)
		}
	}
	l.turns = l.turns[:0]
}

// pass does what is to be done at a mark: the window begins or ends, or a second has gone by.
func (l *loop) pass(at int64) {
	r := &l.round
	if r.begun != nil && r.begun.at == 0 && at >= r.start {
		l.edge(r.begun, true)
	}
	if r.ended != nil && r.ended.at == 0 && at >= r.end {
		l.edge(r.ended, false)
	}
	if at >= r.progress {
		r.progress += int64(time.Second)
		l.sent.Store(l.t.sent)
		l.received.Store(l.t.received)
		if r.watch.Progress != nil {
			r.watch.Progress(r.sum())
		}
	}
	if at >= r.hearing {
		r.hearing = at + slowTick
		l.listen(time.Duration(at - r.start))
	}
	l.lookAfterRenewals(at)
	r.mark = r.nextMark()
}

func (l *loop) edge(e *windowEdge, start bool) {
	e.at, e.cpu = clock(), cpu()
	if l.round.watch.Window != nil {
		l.round.watch.Window(start)
	}
}

func (r *round) nextMark() int64 {
	mark := min(r.progress, r.hearing, r.renewals)
	if r.begun != nil && r.begun.at == 0 {
		mark = min(mark, r.start)
	}
	if r.ended != nil && r.ended.at == 0 {
		mark = min(mark, r.end)
	}
	return mark
}

// settle ends a round: what is missing is lost, and what was begun is thrown away.
func (l *loop) settle() {
	r := &l.round
	if r.begun != nil && r.begun.at == 0 { // all died before the window began
		l.edge(r.begun, true)
	}
	if r.ended != nil && r.ended.at == 0 {
		l.edge(r.ended, false)
	}
	for ; r.saying && !r.closed && r.origin+r.arrivals.due() < r.end; r.arrivals.pass() {
		l.t.errors["unsent"]++
	}
	r.mark = never
	l.forbid()
	l.wake()
	l.poll(0) // what came since is no loss; and a reply that comes twice often does so at once
	if l.traffic.Underway() > 0 {
		l.answered() // given up, rather
	}
	l.silence.since = 0
	if r.heldUp > 0 {
		l.t.expected += r.heldUp
		each := int64(max(1, r.brings))
		l.t.measured += (r.heldUp + each - 1) / each
	}
	for c := range l.clients {
		h := l.clients[c].held
		if h == nil {
			continue
		}
		if len(h.in) > 0 {
			l.traffic.Torn(c, l)
			h.in = h.in[:0]
		}
		if len(h.out) == 0 {
			l.clients[c].held = nil
		}
	}
	l.tellMissing()
	l.traffic.Settle(l)
	l.turns = l.turns[:0]
}

// tellMissing notes one of the replies that did not come, where nothing was odd before.
func (l *loop) tellMissing() {
	for c := 0; c < len(l.clients) && l.t.odd == "" && l.traffic.Underway() > 0; c++ {
		if w := l.traffic.Wanted(c); w.Words != "" && l.clients[c].state != gone {
			l.t.odd = w.Missed("no answer")
		}
	}
}

var _ scenarios.Recorder = (*loop)(nil)

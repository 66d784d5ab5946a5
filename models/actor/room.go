package actor

import (
	"runtime"

	"cbench/scenarios/wire"
)

// room is where a room is reached, under any host. Nothing in it ever changes, so a connection keeps it, and what it posts to a
// host that panics, the next host receives.
type room struct {
	name    string
	mailbox chan any
	more    chan *address // members who have taken what they were told
	history *history
}

// How many messages wait for a host before those who send them do.
const roomMailbox = 32

func newRoom(name string, log wire.Log, up chan<- any) *room {
	return &room{
		name: name, mailbox: make(chan any, roomMailbox), more: make(chan *address, roomMailbox), history: newHistory(name, log, up),
	}
}

// host is a room's actor, until it panics.
type host struct {
	*room
	up      chan<- any
	fault   func(*room, point)        // a test's; else nil
	seats   map[*address]*seat        // members
	waiters map[*address]*pollRequest // long polls
	woken   unregister                // those who got their news, until the history knows
}

// seat is what the host knows of a member.
type seat struct {
	to      *address
	ready   bool   // it has asked for more
	sending int    // bytes it was told and has not asked for more since
	owed    []byte // what it will be told next
	last    int64  // the newest id in that
}

// run hosts the room until its mailbox is closed. over is what the host before was at when it panicked, if there was one.
func (h *host) run(over any) {
	at := over
	defer func() {
		if why := recover(); why != nil {
			h.history.mailbox <- h.woken // what was done is done
			h.up <- hostPanic{h.room, at, why}
		}
	}()
	if over != nil {
		h.takeOver(over)
	}
	for {
		select { // first: a member that waits for us must not be thought slow
		case a := <-h.more:
			at = a
			h.tellMore(a)
			continue
		default:
		}
		select {
		case a := <-h.more:
			at = a
			h.tellMore(a)
		case m, open := <-h.mailbox:
			if !open {
				close(h.history.mailbox)
				h.up <- actorEnded{}
				return
			}
			at = m
			h.receive(m)
		}
	}
}

func (h *host) receive(m any) {
	h.mayFail(received)
	switch m := m.(type) {
	case *sayRequest:
		h.say(m)
	case *joinRequest:
		h.join(m)
	case *leaveRequest:
		h.leave(m)
	case *pollRequest:
		h.park(m)
	case *cancelRequest:
		h.unpark(m)
	case rejoinRequest:
		h.rejoin(m)
	}
}

// takeOver settles what the host before was at, and asks every registered connection where it stands.
func (h *host) takeOver(over any) {
	switch q := over.(type) {
	case *sayRequest:
		q.lost = q.id == 0 // else it is in the history, and members will hear it
		q.from.post(q)
	case *pollRequest:
		h.history.mailbox <- register{q.from} // it will come again
	case rejoinRequest: // so will this
		h.history.mailbox <- register{q.from}
	case question:
		q.question().lost = true
		q.question().from.post(q)
	}
	h.history.mailbox <- announceHost{}
}

// mayFail is where a test plants a panic.
func (h *host) mayFail(at point) {
	if h.fault != nil {
		h.fault(h.room, at)
	}
}

type point int

const (
	received point = iota // a message, with nothing done about it
	logged                // what was said has its id, and no member was sent it
	midway                // one member was sent it
	waking                // a waiter got it
)

// join seats the connection. Its answer comes before any message of the room can.
func (h *host) join(q *joinRequest) {
	h.history.mailbox <- register{q.from}
	now := newsQuery{since: -1}
	h.history.ask(&now)
	q.head = now.since
	h.seats[q.from] = &seat{to: q.from, ready: true}
	h.tally(1, 0, 0)
	q.from.post(q)
}

// leave answers with what the member was not sent yet.
func (h *host) leave(q *leaveRequest) {
	if s := h.seats[q.from]; s != nil {
		q.owed = s.owed
		h.remove(s)
	} else { // it was another host's, who panicked
		missing := replayQuery{since: q.seen}
		h.history.ask(&missing)
		q.owed, q.missed = missing.lines, missing.missed
		h.history.mailbox <- unregister{q.from}
	}
	q.from.post(q)
}

func (h *host) remove(s *seat) {
	delete(h.seats, s.to)
	h.history.mailbox <- unregister{s.to}
	h.tally(-1, 0, 0)
}

func (h *host) tally(members, waiters, dropped int) {
	h.up <- countChange{h.room, members, waiters, dropped}
}

// rejoin seats a member of the host before, and sends it what it lacks.
func (h *host) rejoin(q rejoinRequest) {
	h.history.mailbox <- register{q.from}
	missing := replayQuery{since: q.seen}
	h.history.ask(&missing)
	s := &seat{to: q.from, ready: true}
	h.seats[q.from] = s
	h.tally(1, 0, 0)
	switch {
	case missing.missed > 0: // so far behind that a message is gone: it is told so by the end of its connection
		h.drop(s)
	case missing.lines != nil:
		s.tell(&messages{missing.lines, missing.head})
	}
}

// say gives the message the room's next id and tells every member and every waiter. Nobody is waited for: a member that owes
// too much is dropped.
func (h *host) say(q *sayRequest) {
	h.history.ask(q)
	h.mayFail(logged)
	pressed := h.tellMembers(q)
	h.notify()
	q.from.post(q)
	if pressed {
		// A member may be behind only because this actor, with a long mailbox, kept the CPU from it.
		runtime.Gosched()
	}
}

// tellMembers reports whether somebody is owed half of what is too much.
func (h *host) tellMembers(q *sayRequest) (pressed bool) {
	if len(h.seats) == 0 {
		return false
	}
	news := &messages{wire.AppendMessage(nil, wire.Message{ID: q.id, From: q.name, Text: q.text}), q.id}
	var slow []*seat
	for _, s := range h.seats {
		owed := s.tell(news)
		pressed = pressed || owed > wire.MaxOwed/2
		if owed > wire.MaxOwed {
			slow = append(slow, s)
		}
		h.mayFail(midway)
	}
	for _, s := range slow {
		h.drop(s)
	}
	return pressed
}

func (h *host) drop(s *seat) {
	h.remove(s)
	h.tally(0, 0, 1)
	s.to.nc.Close() // its port tells it
}

// tell tells the member at once if it has asked for more, else when it does, and returns how many bytes it is owed.
func (s *seat) tell(news *messages) int {
	if s.ready {
		s.ready, s.sending = false, len(news.lines)
		s.to.post(news)
		return s.sending
	}
	s.owed, s.last = append(s.owed, news.lines...), news.id
	return len(s.owed) + s.sending
}

// tellMore tells the member all that it is owed.
func (h *host) tellMore(a *address) {
	s := h.seats[a]
	switch {
	case s == nil: // another host had told it, or it was dropped
	case s.owed == nil:
		s.ready, s.sending = true, 0
	default:
		s.to.post(&messages{s.owed, s.last})
		s.sending, s.owed = len(s.owed), nil
	}
}

package coroutine

import (
	"slices"
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	s       *server
	name    string
	log     wire.Log
	seats   []*seat
	waiters []*waiter // long polls, each with its coroutine
	line    []byte    // the message being told, encoded once for all
	used    time.Time // when it was last joined, left, waited for or spoken in
}

// seat is a member's place in its room, with the outbox that the room fills and the end of the turn empties: into the
// socket, as far as that takes it, and what it does not take a writer coroutine writes.
type seat struct {
	c    *conn
	room *room
	name string

	owed      []byte
	atTurnEnd bool       // on the server's list of members to be written to
	writing   bool       // a writer is at work
	gone      bool       // the socket failed or was closed: nothing is owed any more
	pacing    *coroutine // its own, while that waits until less is owed
}

// room is the room of that name, new if it has not been used; nil if there are too many.
func (s *server) room(name string) *room {
	r := s.rooms.Find(name, (*room).idle, func() *room { return &room{s: s, name: name} })
	if r == nil {
		return nil
	}
	r.used = time.Now()
	return r
}

// idle reports whether nobody is in the room, and it was not used since.
func (r *room) idle(since time.Time) bool {
	return len(r.seats)+len(r.waiters) == 0 && r.used.Before(since)
}

// join seats the connection and answers JOINED before any message of the room can come. It returns nil if there is no place for
// the room.
func (s *server) join(c *conn, q *wire.Request) *seat {
	r := s.room(string(q.Room))
	if r == nil {
		return nil
	}
	s.members++
	m := &seat{c: c, room: r, name: string(q.Name)}
	m.queue(q.Form.AppendJoined(nil, r.name, r.log.Head()))
	r.seats = append(r.seats, m)
	return m
}

// say tells the member's room the text, and waits until the member itself takes what it is owed.
func (m *seat) say(text []byte) {
	m.room.tell(m, []byte(m.name), text)
	m.pace(0)
}

// tell tells every member and every waiter the text, in the room's one order, and returns the message's id. Nobody is waited
// for: a member that owes too much is dropped.
func (r *room) tell(from *seat, name, text []byte) int64 {
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	r.notify()
	var slow []*seat
	for _, member := range r.seats {
		if member.queue(r.line) > wire.MaxOwed && member != from {
			slow = append(slow, member)
		}
	}
	for _, member := range slow {
		r.remove(member)
		r.s.dropped++
		member.c.nc.Close() // its own coroutine wakes from Read and cleans up
	}
	return m.ID
}

// remove takes the member out of the room, if it is still in it.
func (r *room) remove(m *seat) {
	i := slices.Index(r.seats, m)
	if i < 0 {
		return
	}
	r.seats = slices.Delete(r.seats, i, i+1)
	r.used = time.Now()
	r.s.members--
}

func (m *seat) leave() { m.room.remove(m) }

// queue puts bytes into the outbox, has it emptied at the end of the turn, and returns how many bytes are now owed. Of what is
// too much it is first seen whether the member takes it now: it may only have been told much in this one turn.
func (m *seat) queue(b []byte) int {
	if m.gone {
		return 0
	}
	s := m.room.s
	if m.owed == nil {
		m.owed = s.spare.Get()
	}
	m.owed = append(m.owed, b...)
	if len(m.owed) > wire.MaxOwed {
		m.push()
	}
	if !m.atTurnEnd && !m.writing {
		m.atTurnEnd = true
		s.atTurnEnd = append(s.atTurnEnd, m)
	}
	return len(m.owed)
}

// reply owes the member the answer to a request of its own, and reports whether the member is there.
func (m *seat) reply(b []byte) bool {
	m.pace(len(b))
	m.queue(b)
	return !m.gone
}

// pace makes a member's own coroutine wait until it can be owed n bytes more: as any echo client, it is not read
// on while it does not read.
func (m *seat) pace(n int) { m.await(wire.MaxOwed - n) }

// flush waits until nothing is owed.
func (m *seat) flush() { m.await(0) }

// await waits until no more than so many bytes are owed.
func (m *seat) await(most int) {
	for len(m.owed) > max(0, most) {
		if m.push(); len(m.owed) > max(0, most) {
			m.pacing = m.room.s.running
			m.room.s.wait(less)
			m.pacing = nil
		}
	}
}

// push writes what the client takes now, and has a writer write what it does not take.
func (m *seat) push() {
	s := m.room.s
	n, err := m.c.nc.writeNow(m.owed)
	switch {
	case err != nil:
		m.gone, m.owed = true, nil
		m.c.nc.Close() // its own coroutine wakes from Read and cleans up: a socket that cannot send may still be readable
	case n == len(m.owed):
		s.spare.Put(m.owed)
		m.owed = nil
	default:
		m.owed = m.owed[n:]
		if !m.writing {
			m.writing = true
			s.spawn(m.write)
		}
	}
	s.notify(m.pacing, less)
}

// write is a writer: it sends what is owed until nothing is, and ends.
func (m *seat) write() {
	for len(m.owed) > 0 {
		m.c.nc.await(writable)
		m.push()
	}
	m.writing = false
}

// endTurn ends a turn: one write for each member that was told something, however much it was.
func (s *server) endTurn() {
	for i, m := range s.atTurnEnd {
		s.atTurnEnd[i] = nil
		if m.atTurnEnd = false; !m.writing && len(m.owed) > 0 {
			m.push()
		}
	}
	s.atTurnEnd = s.atTurnEnd[:0]
}

package pool

import (
	"slices"
	"sync"
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	s    *server
	name string

	mu      sync.Mutex // guards all below; taken before any connection's
	log     wire.Log   //
	seats   []*seat    //
	waiters []*waiter  // long polls
	line    []byte     // the message being told, encoded once for all
	used    time.Time  // when it was last joined, left, waited for or spoken in
}

// seat is a member's place in its room.
type seat struct {
	c    *conn
	room *room
	name string
}

// room is the room of that name, new if it has not been used.
func (s *server) room(name string) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		s.sweep()
		r = &room{s: s, name: name}
		s.rooms[name] = r
	}
	r.mu.Lock()
	r.used = time.Now() // so that it is not swept before whoever asked has entered it
	r.mu.Unlock()
	return r
}

// join seats the connection and answers JOINED before any message of the room can come.
func (s *server) join(c *conn, q *wire.Request) *seat {
	r := s.room(string(q.Room))
	s.members.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &seat{c: c, room: r, name: string(q.Name)}
	c.send(q.Form.AppendJoined(nil, r.name, r.log.Head()))
	r.seats = append(r.seats, m)
	return m
}

// sweep drops the rooms that nobody used for long, at most once a minute. The caller holds s.mu.
func (s *server) sweep() {
	now := time.Now()
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for name, r := range s.rooms {
		r.mu.Lock()
		if len(r.seats)+len(r.waiters) == 0 && now.Sub(r.used) > wire.RoomIdle {
			delete(s.rooms, name)
		}
		r.mu.Unlock()
	}
}

// tell tells every member and every waiter the text, in the room's one order. Nobody is waited for: a member that owes too
// much is dropped. It returns the message's id, and how many bytes the speaker is owed.
func (r *room) tell(from *seat, name, text []byte) (id int64, owing int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	var slow []*seat
	for _, member := range r.seats {
		switch owed := member.hear(r.line); {
		case member == from:
			owing = owed
		case owed > wire.MaxOwed:
			slow = append(slow, member)
		}
	}
	for _, member := range slow {
		r.remove(member)
		r.s.dropped.Add(1)
		member.c.hangUp()
	}
	for len(r.waiters) > 0 {
		w := r.waiters[len(r.waiters)-1]
		r.line, _ = w.form.AppendNews(r.line[:0], &r.log, w.since)
		w.end(r.line)
	}
	return m.ID, owing
}

// hear writes the line to the member and returns how many bytes it is owed.
func (m *seat) hear(line []byte) int {
	c := m.c
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.owed)
	owed := c.write(line)
	if before == 0 && owed > 0 && !c.held {
		c.watch()
	}
	return owed
}

// remove takes the member out of the room, if it is still in it. The caller holds r.mu.
func (r *room) remove(m *seat) {
	i := slices.Index(r.seats, m)
	if i < 0 {
		return
	}
	r.seats = slices.Delete(r.seats, i, i+1)
	r.used = time.Now()
	r.s.members.Add(-1)
}

func (m *seat) leave() {
	m.room.mu.Lock()
	m.room.remove(m)
	m.room.mu.Unlock()
}

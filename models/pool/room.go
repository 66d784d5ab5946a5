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

	mu    sync.Mutex // guards all below; taken before any connection's
	log   wire.Log   //
	seats []*seat    //
	line  []byte     // the message being told, encoded once for all
	used  time.Time  // when it was last joined, left or spoken in
}

// seat is a member's place in its room.
type seat struct {
	c    *conn
	room *room
	name string
}

// join seats the connection and answers JOINED before any message of the room can come.
func (s *server) join(c *conn, name, who string, f wire.Form) *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		s.sweep()
		r = &room{s: s, name: name}
		s.rooms[name] = r
	}
	s.members.Add(1)

	r.mu.Lock()
	defer r.mu.Unlock()
	m := &seat{c: c, room: r, name: who}
	c.send(f.AppendJoined(nil, name, r.log.Head()))
	r.seats = append(r.seats, m)
	r.used = time.Now()
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
		if len(r.seats) == 0 && now.Sub(r.used) > wire.RoomIdle {
			delete(s.rooms, name)
		}
		r.mu.Unlock()
	}
}

// say tells every member the text, in the room's one order. Nobody is waited for: a member that owes too much is
// dropped. It reports whether the speaker may go on: not while it owes too much itself.
func (m *seat) say(text []byte) bool {
	r := m.room
	r.mu.Lock()
	defer r.mu.Unlock()
	r.used = time.Now()
	r.line = wire.Lines.AppendMessage(r.line[:0], r.log.Append([]byte(m.name), text))
	var slow []*seat
	goOn := true
	for _, member := range r.seats {
		switch owed := member.tell(r.line); {
		case member == m:
			goOn = owed < wire.MaxOwed
		case owed > wire.MaxOwed:
			slow = append(slow, member)
		}
	}
	for _, member := range slow {
		r.remove(member)
		r.s.dropped.Add(1)
		member.c.hangUp()
	}
	return goOn
}

// tell writes the line to the member and returns how many bytes it is owed.
func (m *seat) tell(line []byte) int {
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

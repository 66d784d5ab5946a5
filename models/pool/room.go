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

// room is the room of that name, new if it has not been used; nil if there are too many.
func (s *server) room(name string) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms.Find(name, (*room).idle, func() *room { return &room{s: s, name: name} })
	if r == nil {
		return nil
	}
	r.mu.Lock()
	r.used = time.Now() // so that it is not swept before the caller has entered it
	r.mu.Unlock()
	return r
}

// idle reports whether nobody is in the room, and it was not used since.
func (r *room) idle(since time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seats)+len(r.waiters) == 0 && r.used.Before(since)
}

// join seats the connection and answers JOINED before any message of the room can come. It returns nil if there is no such room,
// and no place for it.
func (s *server) join(c *conn, q *wire.Request) *seat {
	r := s.room(string(q.Room))
	if r == nil {
		return nil
	}
	s.members.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &seat{c: c, room: r, name: string(q.Name)}
	c.queue(q.Form.AppendJoined(nil, r.name, r.log.Head()))
	r.seats = append(r.seats, m)
	return m
}

// tell tells every member and every waiter the text, in the room's one order. Nobody is waited for: a member that owes too
// much is dropped. It returns the message's id, and how many bytes the speaker is owed.
func (r *room) tell(w *worker, from *seat, name, text []byte) (id int64, owing int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	var slow []*seat
	for _, member := range r.seats {
		switch owed := member.queueLine(w, r.line); {
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
	r.notify()
	return m.ID, owing
}

// queueLine queues the member the line, to be written at the end of the worker's turn, and returns how many bytes it is owed.
func (m *seat) queueLine(w *worker, line []byte) int {
	c := m.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.gone {
		return 0
	}
	if c.owed == nil {
		c.owed, c.unwritten = w.spare.Get(), true
		w.atTurnEnd = append(w.atTurnEnd, c)
	}
	c.owed = append(c.owed, line...)
	if c.unwritten && len(c.owed) > wire.MaxOwed {
		c.deliver() // many messages in this one turn do not make it slow
	}
	return len(c.owed)
}

// deliver writes what is owed, and has the connection watched for the rest unless its holder will. The caller has c.mu.
func (c *conn) deliver() {
	if c.write(); c.owed != nil && !c.held {
		c.watch()
	}
}

// endTurn writes to each connection that was told something in this turn, unless another worker has done so meanwhile, as one
// does that serves or answers it.
func (w *worker) endTurn() {
	for _, c := range w.atTurnEnd {
		c.mu.Lock()
		if b := c.owed; c.unwritten {
			if c.deliver(); c.owed == nil {
				w.spare.Put(b)
			}
		}
		c.mu.Unlock()
	}
	clear(w.atTurnEnd)
	w.atTurnEnd = w.atTurnEnd[:0]
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

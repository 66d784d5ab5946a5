package goroutine

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	s    *server
	name string

	mu      sync.Mutex // guards all below; taken before any seat's
	log     wire.Log   //
	seats   []*seat    //
	waiters []*waiter  // long polls, each with its goroutine
	line    []byte     // the message being told, encoded once for all
	used    time.Time  // when it was last joined, left, waited for or spoken in
}

// seat is a member's place in its room, with the outbox that the room fills and a writer goroutine empties.
type seat struct {
	c    *conn
	room *room
	name string

	mu      sync.Mutex // guards all below
	owed    []byte     // not yet taken up by the writer
	sending int        // bytes that the writer holds
	gone    bool       // the socket failed or was closed: nothing is owed any more
	drained sync.Cond  // the writer has less left, or gave up
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

// join seats the connection and answers JOINED before any message of the room can come. It returns nil if there is no place for
// the room.
func (s *server) join(c *conn, q *wire.Request) *seat {
	r := s.room(string(q.Room))
	if r == nil {
		return nil
	}
	s.members.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &seat{c: c, room: r, name: string(q.Name)}
	m.drained.L = &m.mu
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
	id, pressed := r.publish(from, name, text)
	if pressed {
		// A writer may be behind only because this goroutine, with a long batch, kept the CPU from it.
		runtime.Gosched()
	}
	return id
}

// publish is tell, under the room's lock. It reports whether some outbox is half full.
func (r *room) publish(from *seat, name, text []byte) (id int64, pressed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	r.notify()
	var slow []*seat
	for _, member := range r.seats {
		owed := member.queue(r.line)
		pressed = pressed || owed > wire.MaxOwed/2
		if owed > wire.MaxOwed && member != from {
			slow = append(slow, member)
		}
	}
	for _, member := range slow {
		r.remove(member)
		r.s.dropped.Add(1)
		member.c.nc.Close() // its own goroutine wakes from Read and cleans up
	}
	return m.ID, pressed
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

// queue puts bytes into the outbox, starts a writer if none is at work, and returns how many bytes are now owed.
func (m *seat) queue(b []byte) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return 0
	}
	if len(m.owed)+m.sending == 0 {
		go m.write()
	}
	m.owed = append(m.owed, b...)
	return len(m.owed) + m.sending
}

// reply queues the member the answer to a request of its own.
func (m *seat) reply(b []byte) bool {
	m.pace(len(b))
	return m.queue(b) > 0
}

// pace makes a member's own goroutine wait until it can be owed n bytes more: as any echo client, it is not read
// on while it does not read.
func (m *seat) pace(n int) {
	m.mu.Lock()
	for len(m.owed)+m.sending > wire.MaxOwed-n && !m.gone {
		m.drained.Wait()
	}
	m.mu.Unlock()
}

// flush waits until nothing is owed.
func (m *seat) flush() {
	m.mu.Lock()
	for len(m.owed)+m.sending > 0 && !m.gone {
		m.drained.Wait()
	}
	m.mu.Unlock()
}

// write sends what is owed until nothing is, and ends.
func (m *seat) write() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.owed) > 0 && !m.gone {
		b := m.owed
		m.owed, m.sending = nil, len(b)
		m.mu.Unlock()
		_, err := m.c.nc.Write(b)
		m.mu.Lock()
		m.sending = 0
		if err != nil {
			m.gone = true
			m.c.nc.Close() // its own goroutine wakes from Read and cleans up: a socket that cannot send may still be readable
		}
		m.drained.Broadcast()
	}
}

package thread

import (
	"bytes"
	"slices"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

type room struct {
	s    *server
	name string

	mu      mutex     // guards all below; taken before any seat's
	log     wire.Log  //
	seats   []*seat   //
	waiters []*waiter // long polls, each with its thread
	line    []byte    // the message being told, encoded once for all
	used    time.Time // when it was last joined, left, waited for or spoken in
}

// seat is a member's place in its room, with what its socket did not take yet.
type seat struct {
	c    *conn
	room *room
	name string

	mu   mutex  // guards all below
	owed []byte // the member's own thread writes it, when its socket takes it
	gone bool   // the socket failed or is about to be closed: nothing is owed any more
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
	id, waiters := r.publish(from, name, text)
	notify(waiters)
	return id
}

// publish is tell, under the room's lock, up to the waiters, who are not in the room any more.
func (r *room) publish(from *seat, name, text []byte) (id int64, waiters []*waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	var slow []*seat
	for _, member := range r.seats {
		if owed := member.queue(r.line); owed > wire.MaxOwed && member != from {
			slow = append(slow, member)
		}
	}
	for _, member := range slow {
		r.remove(member)
		r.s.dropped.Add(1)
		member.hangUp()
	}
	waiters, r.waiters = r.waiters, nil
	for _, w := range waiters {
		w.news.Store(true) // its thread takes the news itself
	}
	return m.ID, waiters
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

// queue writes what the socket takes of b, behind what is owed already, and returns how many bytes are owed then.
//
// NOTE: that is a write a message and member, also where many messages come at once. Gathering them until the speaker's thread
// has read all that its client sent would delay them behind whatever this thread blocks on next: a slow client's send, or a slow
// request.
func (m *seat) queue(b []byte) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return 0
	}
	if len(m.owed) > 0 {
		m.owed = append(m.owed, b...)
		return len(m.owed)
	}
	if m.owed = m.write(b); m.owed != nil {
		m.owed = bytes.Clone(m.owed) // b is the room's, and will be another message
		m.c.wake()                   // from here on it waits for room in the socket, too
	}
	return len(m.owed)
}

// write writes what the socket takes of b, and returns the rest. The caller holds m.mu.
func (m *seat) write(b []byte) []byte {
	n, err := sendNow(m.c.fd, b)
	if err != nil {
		m.gone = true
		m.c.wake() // its own thread cleans up: a socket that cannot send may still be readable
	}
	if m.gone || n == len(b) {
		return nil
	}
	return b[n:]
}

// listen waits until the client has sent something, and meanwhile pays what is owed. It reports whether there is a client.
func (m *seat) listen() bool {
	for {
		owing, gone := m.flush()
		events := int16(in)
		if owing > 0 {
			events |= out
		}
		if gone || m.room.s.ending.Load() || listen(m.c.fd, events, -1)&^out != 0 {
			return !gone
		}
	}
}

// flush writes what the socket takes, and is how much is owed then.
func (m *seat) flush() (n int, gone bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.owed) > 0 {
		m.owed = m.write(m.owed)
	}
	return len(m.owed), m.gone
}

// reply queues the member the answer to a request of its own.
func (m *seat) reply(b []byte) bool {
	m.pace(len(b))
	m.queue(b)
	_, gone := m.flush()
	return !gone
}

// pace makes a member's own thread wait until it can be owed n bytes more: as any echo client, it is not read
// on while it does not read.
func (m *seat) pace(n int) {
	for owing, gone := m.flush(); owing > max(0, wire.MaxOwed-n) && !gone; owing, gone = m.flush() {
		listen(m.c.fd, out, -1)
	}
}

// hangUp ends the conversation with a slow member.
func (m *seat) hangUp() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.gone {
		m.gone, m.owed = true, nil
		poll.Shutdown(m.c.fd) // its own thread wakes and cleans up
	}
}

// close waits until nothing is owed. From then on nobody else touches the socket.
func (m *seat) close() {
	for owing, gone := m.flush(); owing > 0 && !gone; owing, gone = m.flush() {
		listen(m.c.fd, out, -1)
	}
	m.mu.Lock()
	m.gone = true
	m.mu.Unlock()
}

package reactor

import (
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	lp      *loop
	name    string
	log     wire.Log
	seats   []*seat
	waiters []*conn   // parked until there is news
	used    time.Time // when it was last joined, left, waited for or spoken in
}

// seat is a member's place in its room.
type seat struct {
	c    *conn
	room *room
	name string
	at   int // index in room.seats
}

// room is the room of that name, new if it has not been used; nil if there are too many.
func (lp *loop) room(name string) *room {
	r := lp.rooms.Find(name, (*room).idle, func() *room { return &room{lp: lp, name: name} })
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
func (lp *loop) join(c *conn, q *wire.Request) *seat {
	r := lp.room(string(q.Room))
	if r == nil {
		return nil
	}
	lp.members++
	m := &seat{c: c, room: r, name: string(q.Name), at: len(r.seats)}
	c.owed = q.Form.AppendJoined(c.owed, r.name, r.log.Head())
	r.seats = append(r.seats, m)
	return m
}

// tell tells every member and every waiter the text, in the room's one order, and returns the message's id. Nobody is waited
// for: a member that owes too much is dropped.
func (r *room) tell(from *conn, name, text []byte) int64 {
	lp := r.lp
	m := r.log.Append(name, text)
	r.used = time.Now()
	lp.line = wire.AppendMessage(lp.line[:0], m)
	for i := len(r.seats) - 1; i >= 0; i-- { // backwards, because the last takes the seat of one that is dropped
		switch c := r.seats[i].c; {
		case c == from: // it is being served: its answers are bounded and written there
			c.owed = append(c.owed, lp.line...)
		case lp.tooSlow(c, len(lp.line)):
			lp.dropped++
			lp.drop(c)
		case c.fd != 0:
			lp.queue(c, lp.line)
		}
	}
	r.notify()
	return m.ID
}

func (m *seat) leave() {
	r := m.room
	end := len(r.seats) - 1
	r.seats[m.at] = r.seats[end]
	r.seats[m.at].at = m.at
	r.seats[end] = nil
	r.seats = r.seats[:end]
	r.used = time.Now()
	r.lp.members--
}

// tooSlow reports whether n bytes more would be too much to owe the connection, even after a write: many messages in this one
// turn do not make it slow.
func (lp *loop) tooSlow(c *conn, n int) bool {
	if len(c.owed)+n <= wire.MaxOwed {
		return false
	}
	lp.write(c)
	return c.fd != 0 && len(c.owed)+n > wire.MaxOwed
}

// queue adds to what the connection is owed, which is written at the end of this turn.
func (lp *loop) queue(c *conn, b []byte) {
	c.owed = append(lp.owing(c), b...)
	lp.writeAtTurnEnd(c)
}

func (lp *loop) writeAtTurnEnd(c *conn) {
	if !c.atTurnEnd {
		c.atTurnEnd = true
		lp.atTurnEnd = append(lp.atTurnEnd, c)
	}
}

// endTurn writes once to each connection that was told something in this turn, however much it was. One that was parked goes on
// with what it sent meanwhile.
func (lp *loop) endTurn() {
	for i := 0; i < len(lp.atTurnEnd); i++ { // the list may grow: a connection that goes on may tell others something
		if c := lp.atTurnEnd[i]; c.atTurnEnd {
			c.atTurnEnd = false
			if lp.write(c) && (c.in.Held() > 0 || lp.ending) {
				lp.serve(c, nil)
			}
		}
	}
	lp.atTurnEnd = lp.atTurnEnd[:0]
}

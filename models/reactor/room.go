package reactor

import (
	"time"

	"cbench/scenarios/wire"
)

type room struct {
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
	r := lp.rooms.Find(name, (*room).idle, func() *room { return &room{name: name} })
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

func (lp *loop) join(c *conn, q *wire.Request) {
	r := lp.room(string(q.Room))
	if r == nil {
		lp.refuse(c, q)
		return
	}
	c.owed = q.Form.AppendJoined(c.owed, r.name, r.log.Head())
	c.seat = &seat{c: c, room: r, name: string(q.Name), at: len(r.seats)}
	r.seats = append(r.seats, c.seat)
	lp.members++
}

// refuse tells the connection that there is no place for one more room.
func (lp *loop) refuse(c *conn, q *wire.Request) {
	q.Refuse(wire.TooManyRooms)
	lp.answer(c, q)
}

// send says something in a room that the speaker need not be a member of.
func (lp *loop) send(c *conn, q *wire.Request) {
	r := lp.room(string(q.Room))
	if r == nil {
		lp.refuse(c, q)
		return
	}
	id := lp.tell(r, q.Name, q.Text, c)
	c.owed = q.Form.AppendSent(c.owed, id)
}

func (lp *loop) leave(c *conn) {
	r, at := c.seat.room, c.seat.at
	end := len(r.seats) - 1
	r.seats[at] = r.seats[end]
	r.seats[at].at = at
	r.seats[end] = nil
	r.seats = r.seats[:end]
	r.used = time.Now()
	lp.members--
	c.seat = nil
}

// tell tells every member and every waiter of a room the text, in the room's one order, and returns the message's id. Nobody
// is waited for: a member that owes too much is dropped.
func (lp *loop) tell(r *room, name, text []byte, from *conn) int64 {
	m := r.log.Append(name, text)
	r.used = time.Now()
	lp.line = wire.AppendMessage(lp.line[:0], m)
	// Backwards, for the seat of who goes is taken by the last.
	for i := len(r.seats) - 1; i >= 0; i-- {
		lp.tellMember(r.seats[i].c, lp.line, from)
	}
	lp.notify(r)
	return m.ID
}

func (lp *loop) tellMember(c *conn, line []byte, from *conn) {
	if c == from { // being served: its answers are bounded and written there
		c.owed = append(c.owed, line...)
		return
	}
	if len(c.owed)+len(line) > wire.MaxOwed {
		// It may only have been told much in this one turn: slow is who does not take it.
		if lp.write(c); c.fd == 0 {
			return
		}
		if len(c.owed)+len(line) > wire.MaxOwed {
			lp.dropped++
			lp.drop(c)
			return
		}
	}
	c.owed = append(lp.owing(c), line...)
	lp.writeAtEnd(c)
}

// writeAtEnd has the connection written to at the end of this turn.
func (lp *loop) writeAtEnd(c *conn) {
	if !c.late {
		c.late = true
		lp.late = append(lp.late, c)
	}
}

// writeLate ends a turn: one write for each connection that was told something, however much it was. Who was parked
// goes on with what it sent meanwhile.
func (lp *loop) writeLate() {
	for i := 0; i < len(lp.late); i++ { // the list may grow: whoever goes on may have something to tell
		if c := lp.late[i]; c.late {
			c.late = false
			if lp.write(c) && (c.in.Held() > 0 || lp.ending) {
				lp.serve(c, nil)
			}
		}
	}
	lp.late = lp.late[:0]
}

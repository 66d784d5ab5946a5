package reactor

import (
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	name  string
	log   wire.Log
	seats []*seat
	used  time.Time // when it was last joined, left or spoken in
}

// seat is a member's place in its room.
type seat struct {
	c    *conn
	room *room
	name string
	at   int // index in room.seats
}

func (lp *loop) join(c *conn, name, who string, f wire.Form) {
	r := lp.rooms[name]
	if r == nil {
		lp.sweep()
		r = &room{name: name}
		lp.rooms[name] = r
	}
	c.owed = f.AppendJoined(c.owed, name, r.log.Head())
	c.seat = &seat{c: c, room: r, name: who, at: len(r.seats)}
	r.seats = append(r.seats, c.seat)
	r.used = time.Now()
	lp.members++
}

// sweep drops the rooms that nobody used for long, at most once a minute.
func (lp *loop) sweep() {
	now := time.Now()
	if now.Sub(lp.swept) < time.Minute {
		return
	}
	lp.swept = now
	for name, r := range lp.rooms {
		if len(r.seats) == 0 && now.Sub(r.used) > wire.RoomIdle {
			delete(lp.rooms, name)
		}
	}
}

// say tells every member the text, in the room's one order. Nobody is waited for: a member that owes too much is dropped.
func (lp *loop) say(from *conn, text []byte) {
	r := from.seat.room
	r.used = time.Now()
	lp.line = wire.Lines.AppendMessage(lp.line[:0], r.log.Append([]byte(from.seat.name), text))
	// Backwards, for a dropped member's seat is taken by the last.
	for i := len(r.seats) - 1; i >= 0; i-- {
		lp.tell(r.seats[i].c, lp.line, from)
	}
}

func (lp *loop) tell(c *conn, line []byte, from *conn) {
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
	if c.owed == nil {
		c.owed = lp.buffer()
	}
	c.owed = append(c.owed, line...)
	if !c.late {
		c.late = true
		lp.late = append(lp.late, c)
	}
}

// writeLate ends a turn: one write for each member that was told something, however much it was.
func (lp *loop) writeLate() {
	for _, c := range lp.late {
		if c.late {
			c.late = false
			lp.write(c)
		}
	}
	lp.late = lp.late[:0]
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

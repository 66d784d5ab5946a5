package callback

import (
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	lp    *loop
	name  string
	log   wire.Log
	seats []*seat
	line  []byte    // the message being told, encoded once for all
	used  time.Time // when it was last joined, left or spoken in
}

// seat is a member's place in its room.
type seat struct {
	c    *conn
	room *room
	name string
	at   int // index in room.seats
}

// join fires with JOINED. The seat is taken in a callback, so that nothing is told before it is.
func (lp *loop) join(c *conn, r *wire.Request) *Deferred {
	if c.seat != nil {
		return lp.failures.Fail(&refusal{r.Form, wire.BadRejoin})
	}
	return lp.failures.Succeed(lp.room(string(r.Room))).AddCallback(func(result any) (any, error) {
		rm := result.(*room)
		rm.take(c, string(r.Name))
		return answer(func(out []byte) []byte { return r.Form.AppendJoined(out, rm.name, rm.log.Head()) }), nil
	})
}

func (lp *loop) room(name string) *room {
	r := lp.rooms[name]
	if r == nil {
		lp.sweep()
		r = &room{lp: lp, name: name}
		lp.rooms[name] = r
	}
	return r
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

func (r *room) take(c *conn, who string) {
	c.seat = &seat{c: c, room: r, name: who, at: len(r.seats)}
	r.seats = append(r.seats, c.seat)
	r.used = time.Now()
	r.lp.members++
}

// say fires with nothing more to write: the speaker hears the message with the other members.
func (c *conn) say(r *wire.Request) *Deferred {
	if c.seat == nil {
		return c.lp.failures.Fail(&refusal{r.Form, wire.NotJoined})
	}
	c.seat.room.tell(c.seat, r.Text)
	return c.lp.failures.Succeed(answer(func(out []byte) []byte { return out }))
}

// tell tells every member the text, in the room's one order. Nobody is waited for: a member that owes too much is dropped.
func (r *room) tell(from *seat, text []byte) {
	r.used = time.Now()
	r.line = wire.Lines.AppendMessage(r.line[:0], r.log.Append([]byte(from.name), text))
	// Backwards, for a dropped member's seat is taken by the last.
	for i := len(r.seats) - 1; i >= 0; i-- {
		m := r.seats[i]
		if m != from && m.c.tooSlow(len(r.line)) {
			r.lp.dropped++
			m.c.connectionLost()
			continue
		}
		m.c.write(r.line)
	}
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

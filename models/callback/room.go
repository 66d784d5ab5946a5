package callback

import (
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	lp      *loop
	name    string
	log     wire.Log
	seats   []*seat
	waiters []*waiter // long polls
	line    []byte    // the message being told, encoded once for all
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

// join fires with JOINED. The seat is taken in a callback, so that nothing is told before it is.
func (lp *loop) join(c *conn, r *wire.Request) *Deferred {
	rm := lp.room(string(r.Room))
	if rm == nil {
		return lp.refuse(r)
	}
	return lp.failures.Succeed(rm).AddCallback(func(any) (any, error) {
		rm.take(c, string(r.Name))
		return answer(func(out []byte) []byte { return r.Form.AppendJoined(out, rm.name, rm.log.Head()) }), nil
	})
}

func (r *room) take(c *conn, who string) {
	c.seat = &seat{c: c, room: r, name: who, at: len(r.seats)}
	r.seats = append(r.seats, c.seat)
	r.used = time.Now()
	r.lp.members++
}

// say fires with nothing more to write: the speaker hears the message with the other members.
func (c *conn) say(r *wire.Request) *Deferred {
	c.seat.room.tell(c.seat, []byte(c.seat.name), r.Text)
	return c.lp.failures.Succeed(answer(nothing))
}

// tell tells every member and every waiter the text, in the room's one order, and returns the message's id. Nobody is waited
// for: a member that owes too much is dropped.
func (r *room) tell(from *seat, name, text []byte) int64 {
	m := r.log.Append(name, text)
	r.used = time.Now()
	r.line = wire.AppendMessage(r.line[:0], m)
	for i := len(r.seats) - 1; i >= 0; i-- { // backwards, because the last takes the seat of one that is dropped
		member := r.seats[i]
		if member != from && member.c.tooSlow(len(r.line)) {
			r.lp.dropped++
			member.c.connectionLost()
			continue
		}
		member.c.write(r.line)
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

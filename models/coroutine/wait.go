package coroutine

import (
	"slices"
	"time"

	"cbench/scenarios/wire"
)

// waiter is a parked long poll. Its coroutine waits for any of: news of the room, the client's leaving, the deadline, which is
// also what the end of the server brings forward.
type waiter struct {
	c       *conn
	name    string        // of the room
	room    *room         // nil until it waits there
	since   int64         // -1: the head as it enters
	timeout time.Duration // from then on
	form    wire.Form
}

// park answers a long poll when there is news, or none in time. It reports whether the connection goes on.
func (c *conn) park() bool {
	w := c.parked
	c.deadline(true, w.timeout)
	if w.enter() {
		got := c.nc.await(news | gone)
		w.unpark()
		if c.over = got&gone != 0; c.over {
			return false
		}
	}
	b := batches.Get().(*batch)
	out := w.answer(b.out[:0])
	open := c.send(out)
	b.out, c.parked = out, nil
	batches.Put(b)
	c.deadline(false, 0)
	return open && !w.form.Last() && c.handle(nil)
}

// enter has the waiter wait in its room, and reports whether there is anything to wait for.
func (w *waiter) enter() bool {
	s := w.c.s
	r := s.room(w.name)
	if w.room = r; r == nil {
		return false
	}
	if w.since < 0 {
		w.since = r.log.Head()
	}
	if w.since != r.log.Head() {
		return false
	}
	r.waiters = append(r.waiters, w)
	s.waiters++
	return true
}

// notify has the coroutines of a room's long polls take the news.
func (r *room) notify() {
	for _, w := range r.waiters {
		r.s.loop.notify(w.c.nc.in, news)
	}
	clear(r.waiters)
	r.waiters = r.waiters[:0]
}

// unpark takes the waiter out of its room, where no news did so already.
func (w *waiter) unpark() {
	r := w.room
	if i := slices.Index(r.waiters, w); i >= 0 {
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
	r.used = time.Now()
	r.s.waiters--
}

// answer appends what is new in the room, or that nothing is; or that there is no place for the room.
func (w *waiter) answer(out []byte) []byte {
	if w.room == nil {
		return w.form.AppendRefusal(out, wire.TooManyRooms)
	}
	out, news := w.form.AppendNews(out, &w.room.log, w.since)
	if !news {
		out = w.form.AppendNone(out, w.since)
	}
	return out
}

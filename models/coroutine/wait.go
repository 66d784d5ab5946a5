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
	since   int64         // -1: the head as it enters
	timeout time.Duration // from then on
	form    wire.Form
}

// park answers a long poll when there is news, or none in time. It reports whether the connection goes on.
func (c *conn) park() bool {
	w := c.parked
	r := c.s.room(w.name)
	if w.since < 0 {
		w.since = r.log.Head()
	}
	if w.since == r.log.Head() && !c.await(r, w) {
		return false
	}
	c.parked = nil
	b := batches.Get().(*batch)
	out, answered := w.form.AppendNews(b.out[:0], &r.log, w.since)
	if !answered {
		out = w.form.AppendNone(out, w.since)
	}
	open := c.send(out)
	b.out = out
	batches.Put(b)
	return open && !w.form.Last() && c.handle(nil)
}

// await waits for news of the room, and reports whether the client is still there.
func (c *conn) await(r *room, w *waiter) bool {
	r.waiters = append(r.waiters, w)
	c.s.waiters++
	c.deadline(true, w.timeout)
	got := c.nc.await(news | gone)
	c.deadline(false, 0)
	c.s.waiters--
	if i := slices.Index(r.waiters, w); i >= 0 { // else there was news
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
	r.used = time.Now()
	return got&gone == 0
}

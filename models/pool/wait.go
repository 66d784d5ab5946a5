package pool

import (
	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// waiter is a parked long poll: an entry in its room. No worker waits with it. Who has news answers it; the poller does when
// its time is over.
type waiter struct {
	c     *conn
	room  *room
	since int64
	form  wire.Form
	at    int // index in room.waiters, under its lock; -1: answered
	alarm *poll.Alarm[func()]
}

// park answers a long poll if there is news, and else parks the connection. It reports whether to go on with the next request.
func (r *room) park(c *conn, q *wire.Request, out []byte) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	since := q.Since
	if since < 0 {
		since = r.log.Head()
	}
	out, answered := q.Form.AppendNews(out, &r.log, since)
	if answered {
		return out, true
	}
	w := &waiter{c: c, room: r, since: since, form: q.Form, at: len(r.waiters)}
	r.waiters = append(r.waiters, w)
	r.s.waiters.Add(1)
	w.alarm = r.s.alarm(q.Delay, w.timeOut)
	c.mu.Lock()
	c.parked, c.waiter = true, w
	c.mu.Unlock()
	if r.s.ending.Load() { // it may have begun before anybody could see that the connection is parked
		w.answer(w.form.AppendNone(nil, since))
	}
	return out, false
}

// notify answers the long polls of a room that has news. The caller has the room's lock.
func (r *room) notify() {
	for len(r.waiters) > 0 {
		w := r.waiters[len(r.waiters)-1]
		r.line, _ = w.form.AppendNews(r.line[:0], &r.log, w.since)
		w.answer(r.line)
	}
}

// timeOut answers that there is no news.
func (w *waiter) timeOut() {
	w.room.mu.Lock()
	defer w.room.mu.Unlock()
	if w.at >= 0 {
		w.answer(w.form.AppendNone(nil, w.since))
	}
}

// answer answers the long poll. The caller has the room's lock, and w is still in the room.
func (w *waiter) answer(answer []byte) {
	w.unpark()
	w.c.resume(answer)
}

// unpark takes the waiter out of the room.
func (w *waiter) unpark() {
	r := w.room
	end := len(r.waiters) - 1
	r.waiters[w.at] = r.waiters[end]
	r.waiters[w.at].at = w.at
	r.waiters[end] = nil
	r.waiters = r.waiters[:end]
	w.at = -1
	r.s.waiters.Add(-1)
	r.s.cancel(w.alarm)
}

// timeOut answers the connection's long poll, if it has one, that there is no news.
func (c *conn) timeOut() {
	if w := c.waiting(); w != nil {
		w.timeOut()
	}
}

// unpark forgets the connection's long poll, if it has one.
func (c *conn) unpark() {
	if w := c.waiting(); w != nil {
		w.room.mu.Lock()
		if w.at >= 0 {
			w.unpark()
		}
		w.room.mu.Unlock()
	}
}

func (c *conn) waiting() *waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiter
}

package callback

import (
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// waiter is a long poll: a Deferred that nobody has fired yet.
type waiter struct {
	*Deferred
	c       *conn
	room    *room
	since   int64
	form    wire.Form
	at      int // index in room.waiters
	timeout *poll.Alarm[func()]
}

// park fires when there is news in the room, or the request's time is over.
func (lp *loop) park(c *conn, r *wire.Request) *Deferred {
	rm, since := lp.room(string(r.Room)), r.Since
	if rm == nil {
		return lp.refuse(r)
	}
	if since < 0 {
		since = rm.log.Head()
	}
	if out, answered := r.Form.AppendNews(nil, &rm.log, since); answered {
		return lp.failures.Succeed(said(out))
	}
	if lp.ending { // no news comes any more
		return lp.failures.Succeed(said(r.Form.AppendNone(nil, since)))
	}
	w := &waiter{Deferred: lp.failures.Deferred(), c: c, room: rm, since: since, form: r.Form, at: len(rm.waiters)}
	rm.waiters = append(rm.waiters, w)
	c.parked = w
	lp.waiters++
	w.timeout = lp.callLater(r.Delay, w.timeOut)
	return w.Deferred
}

// said is an answer that is rendered already.
func said(b []byte) answer { return func(out []byte) []byte { return append(out, b...) } }

// timeOut answers that there is no news.
func (w *waiter) timeOut() {
	w.unpark()
	w.Callback(said(w.form.AppendNone(nil, w.since)))
}

// notify answers the long polls of a room that has news.
func (r *room) notify() {
	for i := len(r.waiters) - 1; i >= 0; i-- { // backwards, because the last takes the place of one that goes
		w := r.waiters[i]
		out, _ := w.form.AppendNews(nil, &r.log, w.since)
		w.unpark()
		w.Callback(said(out))
	}
}

// unpark takes the long poll out of its room.
func (w *waiter) unpark() {
	r := w.room
	end := len(r.waiters) - 1
	r.waiters[w.at] = r.waiters[end]
	r.waiters[w.at].at = w.at
	r.waiters[end] = nil
	r.waiters = r.waiters[:end]
	r.used = time.Now()
	r.lp.waiters--
	r.lp.later.Cancel(w.timeout)
	w.c.parked = nil
}

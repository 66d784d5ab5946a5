package callback

import (
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// wait is a long poll: a Deferred that nobody has fired yet.
type wait struct {
	*Deferred
	c       *conn
	room    *room
	since   int64
	form    wire.Form
	at      int // index in room.waits
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
	w := &wait{Deferred: lp.failures.Deferred(), c: c, room: rm, since: since, form: r.Form, at: len(rm.waits)}
	rm.waits = append(rm.waits, w)
	c.wait = w
	lp.waiters++
	w.timeout = lp.callLater(r.Delay, w.timeOut)
	return w.Deferred
}

// said is an answer that is rendered already.
func said(b []byte) answer { return func(out []byte) []byte { return append(out, b...) } }

// timeOut answers that there is no news.
func (w *wait) timeOut() {
	w.unpark()
	w.Callback(said(w.form.AppendNone(nil, w.since)))
}

// notify answers the long polls of a room that has news.
func (r *room) notify() {
	for i := len(r.waits) - 1; i >= 0; i-- { // backwards, for the place of who goes is taken by the last
		w := r.waits[i]
		out, _ := w.form.AppendNews(nil, &r.log, w.since)
		w.unpark()
		w.Callback(said(out))
	}
}

// unpark takes the long poll out of its room.
func (w *wait) unpark() {
	r := w.room
	end := len(r.waits) - 1
	r.waits[w.at] = r.waits[end]
	r.waits[w.at].at = w.at
	r.waits[end] = nil
	r.waits = r.waits[:end]
	r.used = time.Now()
	r.lp.waiters--
	r.lp.later.Cancel(w.timeout)
	w.c.wait = nil
}

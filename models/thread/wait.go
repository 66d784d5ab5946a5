package thread

import (
	"slices"
	"sync/atomic"
	"time"

	"cbench/scenarios/wire"
)

// waiter is a parked long poll. Its thread waits in a ppoll of its own, with a timeout. News is a knock; a client that leaves, or
// the end of the server, is an event of its socket's.
type waiter struct {
	c     *conn
	room  *room
	since int64
	until time.Time
	form  wire.Form
	news  atomic.Bool // there is some, and the room knows the waiter no more; set under its lock
}

// park answers a long poll if there is news, and else parks the connection.
func (c *conn) park(q *wire.Request, out []byte) ([]byte, bool) {
	r := c.s.room(string(q.Room))
	if r == nil {
		return c.refuse(q, out)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	since := q.Since
	if since < 0 {
		since = r.log.Head()
	}
	out, answered := q.Form.AppendNews(out, &r.log, since)
	if !answered {
		c.parked = &waiter{c: c, room: r, since: since, until: time.Now().Add(q.Delay), form: q.Form}
		r.waiters = append(r.waiters, c.parked)
		c.s.waiters.Add(1)
	}
	return out, true
}

// await waits until there is news, time is over, the server ends or the client leaves. It returns the answer unless the client
// left.
func (w *waiter) await(buf []byte) (answer []byte, there bool) {
	there = true
	for there && !w.news.Load() {
		limit := time.Until(w.until)
		if limit <= 0 || w.c.s.ending.Load() {
			break
		}
		events := int16(left)
		if w.c.in.Held() <= wire.MaxOwed {
			events |= in
		}
		switch is := listen(w.c.fd, events, limit); {
		case is&(left|over) != 0:
			there = false
		case is&in != 0: // a request behind the long poll waits for it
			n, err := receiveNow(w.c.fd, buf)
			there = err == nil && n > 0
			w.c.in.Feed(buf[:n])
			w.c.in.Keep()
		}
	}
	return w.unpark(there)
}

// notify has the threads of long polls take the news. Nobody holds the room's lock, which is the first thing that they ask for.
// One that has gone by itself meanwhile is not missed: where its thread's number is in use again, it is ours, and looks up for
// nothing.
func notify(waiters []*waiter) {
	for _, w := range waiters {
		w.c.wake()
	}
}

// unpark takes the waiter out of the room, with the answer to its long poll unless the client left.
func (w *waiter) unpark(there bool) (answer []byte, ok bool) {
	r := w.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !w.news.Load() {
		i := slices.Index(r.waiters, w)
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
	r.used = time.Now()
	w.c.s.waiters.Add(-1)
	if !there {
		return nil, false
	}
	answer, answered := w.form.AppendNews(nil, &r.log, w.since)
	if !answered {
		answer = w.form.AppendNone(nil, w.since)
	}
	return answer, true
}

// resume answers, and reports whether the connection goes on: with what was asked behind the long poll.
func (c *conn) resume(answer []byte, there bool) bool {
	last := c.parked.form.Last()
	c.parked, c.over = nil, !there
	return there && c.send(answer) && !last && c.handle(nil)
}

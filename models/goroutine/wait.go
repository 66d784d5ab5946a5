package goroutine

import (
	"errors"
	"os"
	"slices"

	"cbench/scenarios/wire"
)

// waiter is a parked long poll. Its goroutine waits in Read, as ever, but with a deadline. News interrupts the read; so
// do the deadline, the end of the server, and a client that leaves.
type waiter struct {
	c     *conn
	room  *room
	since int64
	form  wire.Form
}

// wait answers a long poll if there is news, and else parks the connection.
func (c *conn) wait(q *wire.Request, out []byte) []byte {
	r := c.s.room(string(q.Room))
	r.mu.Lock()
	defer r.mu.Unlock()
	since := q.Since
	if since < 0 {
		since = r.log.Head()
	}
	out, answered := q.Form.AppendNews(out, &r.log, since)
	if !answered {
		c.parked = &waiter{c, r, since, q.Form}
		r.waiters = append(r.waiters, c.parked)
		c.s.waiters.Add(1)
		c.deadline(true, q.Delay) // under the lock: news comes after it, and interrupts
	}
	return out
}

// unpark takes what the read of a parked connection came to, and reports whether the connection goes on.
func (c *conn) unpark(p []byte, err error) bool {
	if err == nil { // a request behind the long poll waits for it
		c.in.Feed(p)
		c.in.Keep()
		if c.in.Held() <= wire.MaxOwed {
			return true
		}
		err = c.doze()
	}
	w := c.parked
	out, goOn := w.answer(errors.Is(err, os.ErrDeadlineExceeded))
	c.parked = nil
	goOn = goOn && !w.form.Last() && c.deadline(false, 0)
	return c.send(out) && goOn && c.handle(nil)
}

// doze waits as Read does, but leaves what comes where it is, and returns why it waits no longer.
func (c *conn) doze() error {
	raw, err := c.nc.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(func(uintptr) bool { return false })
}

// answer takes the waiter out of the room, with the answer to its long poll unless the client left.
func (w *waiter) answer(there bool) (out []byte, ok bool) {
	r := w.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := slices.Index(r.waiters, w); i >= 0 { // else there was news
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
	w.c.s.waiters.Add(-1)
	if !there {
		return nil, false
	}
	if out, ok = w.form.AppendNews(nil, &r.log, w.since); !ok {
		out = w.form.AppendNone(nil, w.since)
	}
	return out, true
}

package goroutine

import (
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// waiter is a parked long poll. Its goroutine waits in Read, as ever, but with a deadline. News interrupts the read; so
// do the deadline, the end of the server, and a client that leaves.
type waiter struct {
	c       *conn
	name    string        // of the room
	room    *room         // nil until it waits there
	since   int64         // -1: the head as it enters
	timeout time.Duration // from then on
	form    wire.Form
}

// park answers a long poll if there is news, and else has it wait in its room. It reports whether the connection goes on.
func (c *conn) park() bool {
	w := c.parked
	c.deadline(true, w.timeout) // before it enters: news comes after that, and interrupts
	out := w.enter()
	if out == nil {
		return true
	}
	return c.send(out) && c.goOn()
}

// goOn goes on with what was asked behind a long poll that is answered. It reports whether the connection goes on.
func (c *conn) goOn() bool {
	last := c.parked.form.Last()
	c.parked = nil
	c.deadline(false, 0)
	return !last && c.handle(nil)
}

// enter puts the waiter into its room, or returns the answer.
func (w *waiter) enter() []byte {
	r := w.c.s.room(w.name)
	if r == nil {
		return w.form.AppendRefusal(nil, wire.TooManyRooms)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.since < 0 {
		w.since = r.log.Head()
	}
	if out, answered := w.form.AppendNews(nil, &r.log, w.since); answered {
		return out
	}
	w.room = r
	r.waiters = append(r.waiters, w)
	w.c.s.waiters.Add(1)
	return nil
}

// hold keeps what came behind a long poll: it waits for it. Where that is too much, nothing more is read; then it returns what
// ends the poll.
func (c *conn) hold(p []byte) error {
	c.in.Feed(p)
	c.in.Keep()
	if c.in.Held() <= wire.MaxOwed {
		return nil
	}
	return c.awaitLeaving()
}

// notify has the goroutines of a room's long polls take the news. The caller holds r.mu.
func (r *room) notify() {
	for _, w := range r.waiters {
		w.c.interrupt()
	}
	clear(r.waiters)
	r.waiters = r.waiters[:0]
}

// resume ends a long poll for what failed the read, and reports whether the connection goes on: news, its timeout and shutdown
// come as a deadline that has passed, and a client that left as anything else.
func (c *conn) resume(err error) bool {
	c.over = !errors.Is(err, os.ErrDeadlineExceeded)
	w, b := c.parked, batches.Get().(*batch)
	out, there := w.unpark(b.out[:0], !c.over)
	open := there && c.send(out)
	b.out = out
	batches.Put(b)
	return open && c.goOn()
}

// awaitLeaving waits as Read does, but leaves what comes where it is, and returns why it waits no longer: io.EOF where the
// client left.
func (c *conn) awaitLeaving() error {
	raw, err := c.nc.SyscallConn()
	if err != nil {
		return err
	}
	if err := raw.Read(func(fd uintptr) bool { return poll.Left(int(fd)) }); err != nil {
		return err
	}
	return io.EOF
}

// unpark takes the waiter out of its room and appends the answer to its long poll, unless the client left.
func (w *waiter) unpark(out []byte, there bool) ([]byte, bool) {
	w.room.mu.Lock()
	defer w.room.mu.Unlock()
	w.room.release(w)
	if !there {
		return out, false
	}
	out, news := w.form.AppendNews(out, &w.room.log, w.since)
	if !news {
		out = w.form.AppendNone(out, w.since)
	}
	return out, true
}

// release forgets the waiter, where no news did so already. The caller holds r.mu.
func (r *room) release(w *waiter) {
	if i := slices.Index(r.waiters, w); i >= 0 {
		r.waiters = slices.Delete(r.waiters, i, i+1)
	}
	r.s.waiters.Add(-1)
}

package coroutine

import (
	"errors"
	"os"
	"sync"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client. All of it belongs to its coroutine; what others may touch is in its seat.
type conn struct {
	s      *server
	nc     socket
	in     wire.Decoder
	seat   *seat   // in a room; nil before JOIN
	parked *waiter // a long poll; nil if there is none
	timed  bool    // an HTTP request has begun, and has a deadline
	over   bool    // the client has said its last, or is gone
}

// Answers are sent when there are so many bytes of them.
const largeRead = 64 << 10

// A batch is what it takes to handle requests. It is borrowed for as long as that lasts, never while waiting; and kept off
// the stack, which for a waiting coroutine is to stay at its first 2 KiB.
type batch struct {
	request wire.Request
	out     []byte // answers
}

// Answers begin with some room: to grow a slice takes stack, of which a waiter that is answered has little left.
var batches = sync.Pool{New: func() any { return &batch{out: make([]byte, 0, 1<<10)} }}

// serve is the connection's coroutine. It waits here for everything, where its stack is shallow.
func (c *conn) serve() {
	defer c.close()
	for open := true; open; {
		p, err := c.nc.Read()
		if err != nil {
			c.over = !errors.Is(err, os.ErrDeadlineExceeded)
			c.expire()
			return
		}
		open = c.handle(p)
		for open && c.parked != nil {
			open = c.park()
		}
	}
}

// keep takes what came and is not decoded out of the loop's buffer, for others to read into it.
func (c *conn) keep() {
	c.in.Keep()
	c.s.giveBack()
}

// handle answers every whole request that p completes and reports whether the connection goes on.
func (c *conn) handle(p []byte) bool {
	b := batches.Get().(*batch)
	r, out, open := &b.request, b.out[:0], true
	c.in.Feed(p)
	for open && c.parked == nil && c.in.Next(r) {
		out, open = c.answer(r, out)
		open = open && (!r.Form.Last() || c.parked != nil)
		if len(out) >= largeRead {
			open = c.send(out) && open
			out = out[:0]
		}
	}
	c.keep()
	open = c.send(out) && open
	b.out = out
	batches.Put(b) // and not by defer: in a coroutine's frames what that takes is the difference between 2 KiB of stack and 4
	if open {
		c.limit()
	}
	return open
}

// answer appends the answer to one request and reports whether the connection goes on.
func (c *conn) answer(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Echo:
		return r.Form.AppendEcho(out, r.Body), true
	case wire.Stats:
		return r.Form.AppendStats(out, c.s.cfg.Name, c.s.counts()), true
	case wire.Page:
		return r.Form.AppendPage(out), true
	case wire.Continue:
		return r.Form.AppendContinue(out), true
	case wire.Quit:
		c.leave() // no message comes after BYE
		return r.Form.AppendBye(out), true
	case wire.Bad:
		if r.Form.Last() {
			c.leave()
		}
		return r.Form.AppendRefusal(out, r.Refusal), true
	}
	// What takes time, or tells others, comes after what was asked before it is answered.
	if !c.send(out) {
		return out[:0], false
	}
	return c.act(r, out[:0])
}

func (c *conn) act(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Join:
		if c.seat = c.s.join(c, r); c.seat == nil {
			return c.refuse(r, out)
		}
	case wire.Say:
		c.seat.say(r.Text)
	case wire.Send:
		room := c.s.room(string(r.Room))
		if room == nil {
			return c.refuse(r, out)
		}
		return r.Form.AppendSent(out, room.tell(nil, r.Name, r.Text)), true
	case wire.Wait:
		c.parked = &waiter{c: c, name: string(r.Room), since: r.Since, timeout: r.Delay, form: r.Form}
	case wire.Block:
		if !c.block(r.How, r.Delay) {
			return out, false
		}
		return r.Form.AppendBlocked(out, r.Delay), true
	case wire.Zip:
		return out, c.stream(wire.NewArchive(r), out)
	}
	return out, true
}

// refuse tells the client that there is no place for one more room.
func (c *conn) refuse(r *wire.Request, out []byte) ([]byte, bool) {
	r.Refuse(wire.TooManyRooms)
	return r.Form.AppendRefusal(out, r.Refusal), true
}

// stream writes an archive piece by piece. The client is waited for: that bounds what it is owed.
func (c *conn) stream(a *wire.Archive, out []byte) bool {
	c.keep()
	poll.Unhurried(int(c.nc.fd))
	out = a.AppendStart(out)
	for more := true; more; {
		out, more = a.AppendNext(out)
		if _, err := c.nc.Write(out); err != nil {
			return false
		}
		out = out[:0]
	}
	return true
}

// send writes to a client that is in no room, and waits for it: that is the backpressure. A member's
// answers take their turn among its room's messages.
func (c *conn) send(out []byte) bool {
	if len(out) == 0 {
		return true
	}
	if c.seat != nil {
		return c.seat.reply(out)
	}
	_, err := c.nc.Write(out)
	return err == nil
}

// limit gives an HTTP request that has begun and is not whole its time.
func (c *conn) limit() {
	unfinished := c.in.Unfinished()
	switch {
	case c.parked != nil: // the deadline is the long poll's
		c.timed = false
	case unfinished != c.timed:
		c.timed = unfinished
		c.deadline(unfinished, wire.RequestGrace)
	}
}

// deadline bounds the reads to come, or no longer does. Once shutdown began reads fail for good.
func (c *conn) deadline(set bool, after time.Duration) {
	var at time.Time
	if set {
		at = time.Now().Add(after)
	}
	c.nc.SetReadDeadline(at)
	if c.s.ending {
		c.interrupt() // its deadline may have been set just before ours
	}
}

// interrupt makes the read that its coroutine waits in, or the next, fail with a timeout.
func (c *conn) interrupt() { c.nc.SetReadDeadline(time.Unix(1, 0)) }

// expire tells a client whose request did not get whole in time.
func (c *conn) expire() {
	if c.timed && !c.over && c.s.ctx.Err() == nil {
		c.send(wire.Expired.AppendRefusal(nil, wire.TooSlow))
	}
}

func (c *conn) leave() {
	if c.seat != nil {
		c.seat.leave()
	}
}

func (c *conn) close() {
	c.leave()
	if c.seat != nil {
		c.seat.flush()
	}
	if !c.over {
		c.nc.linger()
	}
	c.s.forget(c)
	c.nc.Close()
}

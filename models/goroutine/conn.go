package goroutine

import (
	"net"
	"sync"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client. All of it belongs to its goroutine; what others may touch is in its seat.
type conn struct {
	s    *server
	nc   *net.TCPConn
	in   wire.Decoder
	seat *seat // in a room; nil before JOIN
}

// A waiting connection holds a small buffer. One that had more to say than fits gets twice as much for the next
// read, until a read fits the small one again.
const (
	smallRead = 256
	largeRead = 64 << 10
)

// A batch is what it takes to handle requests. It is borrowed for as long as that lasts, never while waiting; and kept off
// the stack, which for a waiting goroutine is to stay at its first 2 KiB.
type batch struct {
	request wire.Request
	out     []byte // answers
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func (c *conn) serve() {
	defer c.s.serving.Done()
	defer c.close()
	buf := make([]byte, smallRead)
	for {
		n, err := c.nc.Read(buf)
		if err != nil || !c.handle(buf[:n]) {
			return
		}
		switch {
		case n == len(buf) && n < largeRead:
			buf = make([]byte, 2*n)
		case n <= smallRead && len(buf) > smallRead:
			buf = make([]byte, smallRead)
		}
	}
}

// handle answers every whole request that p completes and reports whether the connection goes on.
func (c *conn) handle(p []byte) bool {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	r, out, open := &b.request, b.out[:0], true
	c.in.Feed(p)
	for open && c.in.Next(r) {
		out, open = c.answer(r, out)
		if len(out) >= largeRead {
			open = c.send(out) && open
			out = out[:0]
		}
	}
	c.in.Keep()
	b.out = out
	return c.send(out) && open
}

// answer appends the answer to one request and reports whether the connection goes on.
func (c *conn) answer(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Echo:
		return r.Form.AppendEcho(out, r.Body), true
	case wire.Join:
		if c.seat != nil {
			return r.Form.AppendRefusal(out, wire.BadRejoin), false
		}
		sent := c.send(out) // what was asked before JOIN is answered before any message
		c.seat = c.s.join(c, string(r.Room), string(r.Name), r.Form)
		return out[:0], sent
	case wire.Say:
		if c.seat == nil {
			return r.Form.AppendRefusal(out, wire.NotJoined), true
		}
		sent := c.send(out)
		c.seat.say(r.Text)
		c.seat.pace(0)
		return out[:0], sent
	case wire.Block:
		sent := c.send(out) // nobody waits for answers that are ready
		if !c.block(r.How, r.Delay) {
			return out[:0], false
		}
		return r.Form.AppendBlocked(out[:0], r.Delay), sent
	case wire.Stats:
		return r.Form.AppendStats(out, c.s.cfg.Name, c.s.counts()), true
	case wire.Quit:
		c.leave() // no message comes after BYE
		return r.Form.AppendBye(out), false
	default:
		c.leave()
		return r.Form.AppendRefusal(out, r.Refusal), false
	}
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
	c.s.forget(c)
	if raw, err := c.nc.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { poll.Drain(int(fd)) })
	}
	c.nc.Close()
}

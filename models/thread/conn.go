package thread

import (
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client. All of it belongs to its thread; what others may touch is in its seat.
type conn struct {
	s      *server
	fd     int          // a blocking socket
	tid    atomic.Int32 // its thread, by which others wake it
	in     wire.Decoder
	seat   *seat     // in a room; nil before JOIN
	parked *waiter   // a long poll; nil if there is none
	timed  time.Time // an HTTP request has begun, and must be whole by then
	over   bool      // the client has said its last, or is gone
}

// A waiting connection holds a small buffer. Where more came than fits, the rest is read into a large one that is borrowed.
const (
	smallRead = 256
	largeRead = 64 << 10
)

// A batch is what it takes to handle requests. It is borrowed for as long as that lasts, never while waiting; and kept off
// the stack, which for a waiting thread is to stay small.
type batch struct {
	request wire.Request
	in      []byte // what came, where it is more than smallRead; made when first used
	out     []byte // answers
}

var batches = sync.Pool{New: func() any { return new(batch) }}

// serve is the connection's thread. It waits here for everything, where its stack is shallow.
func (c *conn) serve() {
	runtime.LockOSThread() // and never unlocked: the thread ends with the connection
	defer c.s.serving.Done()
	defer c.close()
	tid, err := self(c.s.cpus)
	if err != nil {
		return
	}
	c.tid.Store(int32(tid))
	buf := make([]byte, smallRead)
	for open := true; open; {
		if c.parked != nil {
			answer, there := c.parked.await(buf)
			open = c.resume(answer, there)
			continue
		}
		switch n, err := c.read(buf); err {
		case nil:
			open = c.handle(buf[:n])
		case poll.ErrAgain:
			c.send(wire.Expired.AppendRefusal(nil, wire.TooSlow))
			return
		default:
			c.over = err != errEnding
			return
		}
	}
}

// read waits for the client. A member's thread waits for room in its socket, too, if it is owed something.
func (c *conn) read(p []byte) (int, error) {
	if c.seat != nil && !c.seat.listen() {
		return 0, net.ErrClosed
	}
	n, err := receive(c.fd, p, &c.s.ending)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// rest reads what more has come, behind p, without waiting.
func (b *batch) rest(c *conn, p []byte) []byte {
	if b.in == nil {
		b.in = make([]byte, largeRead)
	}
	n := copy(b.in, p)
	more, _ := receiveNow(c.fd, b.in[n:]) // what failed will fail again, where it is looked at
	return b.in[:n+more]
}

// handle answers every whole request that p completes and reports whether the connection goes on.
func (c *conn) handle(p []byte) bool {
	b := batches.Get().(*batch)
	defer batches.Put(b)
	r, out, open := &b.request, b.out[:0], true
	if len(p) == smallRead {
		p = b.rest(c, p)
	}
	c.in.Feed(p)
	for open && c.parked == nil && c.in.Next(r) {
		out, open = c.answer(r, out)
		open = open && (!r.Form.Last() || c.parked != nil)
		if len(out) >= largeRead {
			open = c.send(out) && open
			out = out[:0]
		}
	}
	c.in.Keep()
	b.out = out
	if open = c.send(out) && open; open {
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
		return c.park(r, out)
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
	poll.Unhurried(c.fd)
	out = a.AppendStart(out)
	for more := true; more; {
		out, more = a.AppendNext(out)
		if send(c.fd, out) != nil {
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
	return send(c.fd, out) == nil
}

// limit gives an HTTP request that has begun and is not whole its time.
func (c *conn) limit() {
	unfinished := c.parked == nil && c.in.Unfinished()
	switch {
	case unfinished && c.timed.IsZero():
		c.timed = time.Now().Add(wire.RequestGrace)
	case !unfinished && !c.timed.IsZero():
		c.timed = time.Time{}
		c.receiveWithin(0) // for ever
	}
	if unfinished {
		c.receiveWithin(max(time.Until(c.timed), time.Millisecond))
	}
}

// receiveWithin bounds each of the reads to come; it has to be set anew before each for that to bound them all.
func (c *conn) receiveWithin(d time.Duration) {
	t := unix.NsecToTimeval(int64(d))
	unix.SetsockoptTimeval(c.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &t)
}

func (c *conn) leave() {
	if c.seat != nil {
		c.seat.leave()
	}
}

func (c *conn) close() {
	c.leave()
	if c.seat != nil {
		c.seat.close()
	}
	unix.SetNonblock(c.fd, true)
	if !c.over {
		c.linger()
	}
	c.s.forget(c)
}

// linger waits until the client has everything that was written, or the time for that is over.
func (c *conn) linger() {
	for end := time.Now().Add(wire.LingerGrace); poll.Linger(c.fd) && time.Now().Before(end); {
		listen(c.fd, in, poll.LingerCheck)
	}
}

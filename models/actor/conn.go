package actor

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/scenarios/wire"
)

// conn is one client. All of it belongs to its actor; what others may know is its address.
type conn struct {
	address
	*world
	port     port
	in       wire.Decoder
	room     *room        // entered last: it is there until another is, or the connection is gone
	name     []byte       // as a member; nil if it is none
	seen     int64        // the newest id that it was told as a member
	parked   *pollRequest // a long poll; nil if there is none
	returned *pollRequest // one that came back while another answer was awaited
	clock    *time.Timer  // until when an HTTP request must be whole, or there must be news
	says     sayRequest   // the one that is being said, again and again

	lent    bool // the port waits to be told to read on: its buffer is ours
	watched bool // the port only watches the client
	timed   bool // an HTTP request has begun, and has a deadline
	broken  bool // the socket failed
	ending  bool // the server ends
	over    bool // the client has said its last, or is gone
	arrived bool // what the port has read came while an answer was awaited
}

// world is what every connection knows from its birth.
type world struct {
	cfg        config.Config
	ctx        context.Context // done when nothing more is to be read
	killed     context.Context // done when shutdown has waited long enough
	supervisor chan<- any
	sleepers   chan<- any
}

// port reads for the actor, which cannot wait for the socket and its mailbox at once. It reads once and waits to be told
// to read on, as an Erlang port that is {active, once}: what has not been asked for stays in the kernel.
type port struct {
	n    int
	err  error
	more chan bool // read on, or, if false, only tell when the client leaves; closed: end
	buf  [smallRead]byte
}

// A waiting connection holds a small buffer. Where more came than fits, the rest is read into a large one that is borrowed.
const (
	smallRead = 256
	largeRead = 64 << 10
)

// A batch is what it takes to handle requests. It is borrowed for as long as that lasts, never while waiting.
type batch struct {
	request wire.Request
	in      []byte // what came, where it is more than smallRead; made when first used
	out     []byte // answers
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func newConn(w *world, nc *net.TCPConn) *conn {
	return &conn{
		address: address{make(chan any, mailboxSize), nc},
		world:   w,
		port:    port{more: make(chan bool)},
	}
}

// read is the port's goroutine. It ends with the socket, or when the actor wants no more.
func (p *port) read(to *address) {
	for reads, open := true, true; open; reads, open = <-p.more {
		if reads {
			p.n, p.err = to.nc.Read(p.buf[:])
		} else {
			p.n, p.err = 0, watch(to.nc)
		}
		to.post(p)
		if p.err != nil {
			return
		}
	}
}

// watch leaves what comes where it is. It returns io.EOF when the client has left, and nil at a deadline, which is over then:
// somebody wants to read.
func watch(nc *net.TCPConn) error {
	raw, err := nc.SyscallConn()
	if err == nil {
		err = raw.Read(func(fd uintptr) bool { return poll.Left(int(fd)) })
	}
	switch {
	case err == nil:
		return io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nc.SetReadDeadline(time.Time{})
	}
	return err
}

// live is the actor: it takes one message after the other.
func (c *conn) live() {
	go c.port.read(&c.address)
	for open := true; open && !c.broken; {
		if c.arrived {
			c.arrived = false
			open = c.read()
			continue
		}
		switch {
		case c.ending && c.parked != nil:
			open = c.resume(c.timeOut())
		case c.ending && c.lent: // the port has nothing more, and is not told to read on
			open = false
		default:
			open = c.receive(c.next())
		}
	}
	c.close()
}

// next is the next message: Erlang's receive … after.
func (c *conn) next() any {
	if c.clock == nil {
		return <-c.mailbox
	}
	select {
	case m := <-c.mailbox:
		return m
	case <-c.clock.C:
		return timeUp{}
	}
}

// receive reports whether the connection goes on.
func (c *conn) receive(m any) bool {
	switch m := m.(type) {
	case *port:
		c.lent, c.watched = true, false
		return c.read()
	case *messages:
		c.deliver(m)
	case *pollRequest:
		return m != c.parked || c.resume(m.form, m.answer)
	case hostReplaced:
		c.rejoin()
	case stop:
		c.end()
	case timeUp:
		if c.parked != nil {
			return c.resume(c.timeOut())
		}
		c.send(wire.Expired.AppendRefusal(nil, wire.TooSlow))
		return false
	}
	return true
}

// await takes messages until the question comes back with its answer. What the port has read waits until then.
func (c *conn) await(q question) {
	for {
		switch m := (<-c.mailbox).(type) {
		case question:
			if m == q {
				return
			}
			c.returned, _ = m.(*pollRequest)
		case *port:
			c.lent, c.watched, c.arrived = true, false, true
		case *messages:
			c.deliver(m)
		case hostReplaced:
			c.rejoin()
		case stop:
			c.end()
		}
	}
}

// end has nothing more be read. What the port has read by now is answered.
func (c *conn) end() {
	c.ending = true
	c.nc.SetReadDeadline(time.Unix(1, 0))
}

// ask asks and waits. It reports whether there is an answer.
func (c *conn) ask(to chan<- any, q question) bool {
	to <- q
	c.await(q)
	return !q.question().lost && !c.broken
}

// A question that was lost with a room's host is asked so many times. Then the client is told in the one way that is left: its
// connection ends.
const attempts = 3

// askWithRetry asks the room, and asks again if its host panicked.
func (c *conn) askWithRetry(q question) bool {
	for range attempts {
		q.question().lost, q.question().seen = false, c.seen
		c.room.mailbox <- q
		if c.await(q); !q.question().lost {
			return !c.broken
		}
	}
	c.broken = true
	return false
}

// deliver tells the client what was said, and asks for more once the socket has taken it.
func (c *conn) deliver(m *messages) {
	c.seen = m.id
	if c.send(m.lines) {
		c.room.more <- &c.address
	}
}

// rejoin tells the host that took over where this connection stands: nowhere, if it is about to come or to go, for that
// question it will ask again.
func (c *conn) rejoin() {
	switch {
	case c.name != nil:
		c.room.mailbox <- rejoinRequest{&c.address, c.seen}
	case c.parked != nil:
		c.room.mailbox <- c.parked
	}
}

// read takes what the port has read.
func (c *conn) read() bool {
	p := &c.port
	switch {
	case p.err != nil: // the client left, also where it is parked; or the server ends
		c.over = !errors.Is(p.err, os.ErrDeadlineExceeded)
		return !c.over && c.parked != nil
	case c.parked == nil:
		return c.handle(p.buf[:p.n])
	}
	c.in.Feed(p.buf[:p.n]) // a request behind the long poll waits for it
	c.in.Keep()
	c.readOn()
	return true
}

// readOn gives the port its buffer back. Where too much is held behind a long poll, the port only watches, until that is over.
func (c *conn) readOn() {
	reads := c.parked == nil || c.in.Held() <= wire.MaxOwed
	switch {
	case c.ending, c.ctx.Err() != nil: // stop is on its way
	case c.lent && !c.arrived:
		c.lent, c.watched = false, !reads
		c.port.more <- reads
	case c.watched && reads:
		c.watched = false
		c.nc.SetReadDeadline(time.Unix(1, 0))
	}
}

// rest reads what more has come, behind p, without waiting.
func (b *batch) rest(c *conn, p []byte) []byte {
	raw, err := c.nc.SyscallConn()
	if err != nil {
		return p
	}
	if b.in == nil {
		b.in = make([]byte, largeRead)
	}
	n := copy(b.in, p)
	raw.Read(func(fd uintptr) bool {
		more, _ := poll.Read(int(fd), b.in[n:])
		n += more // what failed will fail again, where it is looked at
		return true
	})
	return b.in[:n]
}

package callback

import (
	"bytes"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// doRead is called when there is something to read. It reads once: the poller tells again.
func (c *conn) doRead() {
	n, err := poll.Read(int(c.fd), c.lp.in)
	switch {
	case err == poll.ErrAgain:
	case err != nil:
		c.connectionLost()
	default:
		c.eof = n == 0
		c.dataReceived(c.lp.in[:n])
	}
}

// doWrite is called when the socket takes more.
func (c *conn) doWrite() {
	if c.producer != nil {
		c.produce()
		return
	}
	c.goOn()
}

// goOn writes what is owed, and takes up requests that were not answered meanwhile.
func (c *conn) goOn() {
	if c.flush() && (c.in.Held() > 0 || c.lp.ending) {
		c.dataReceived(nil)
	}
}

// registerProducer has pieces written for as long as there are more, each when the one before is gone: a pull producer, in
// Twisted's words (IPullProducer). done is called after the last.
func (c *conn) registerProducer(next func(out []byte) (piece []byte, more bool), done func()) {
	c.producer, c.produced = next, done
	if !c.atTurnEnd {
		c.atTurnEnd = true
		c.lp.atTurnEnd = append(c.lp.atTurnEnd, c)
	}
}

// Of a producer, so many pieces are written a turn, so that a fast reader does not starve the others.
const piecesATurn = 8

func (c *conn) produce() {
	for range piecesATurn {
		if c.flush(); c.fd == 0 || c.owed != nil {
			return
		}
		more := false
		if c.owed, more = c.producer(c.lp.out[:0]); !more {
			done := c.produced
			c.producer, c.produced = nil, nil
			c.flush()
			done()
			return
		}
	}
	c.flush()
}

// write gives bytes to the transport. They are written at the end of the loop's turn, or of the connection's own.
func (c *conn) write(b []byte) {
	if c.fd == 0 {
		return
	}
	if c.owed == nil {
		c.owed = c.lp.spare.Get()
	}
	c.owed = append(c.owed, b...)
	if !c.atTurnEnd {
		c.atTurnEnd = true
		c.lp.atTurnEnd = append(c.lp.atTurnEnd, c)
	}
}

// loseConnection reads no more, leaves the room, so that no message follows the last answer, and closes once everything is
// written.
func (c *conn) loseConnection() {
	c.last = true
	if c.seat != nil {
		c.seat.leave()
		c.seat = nil
	}
}

// connectionDone ends a connection to which all is said.
func (c *conn) connectionDone() { c.lp.hungUp.Add(c.free(), c.eof) }

// connectionLost ends a connection on which nothing more can be said, or is to be.
func (c *conn) connectionLost() {
	poll.Close(c.free()) // the poller forgets it with that
	c.lp.left()
}

// free is the last that is called, and returns what is to be closed.
func (c *conn) free() (fd int) {
	c.loseConnection()
	if c.parked != nil {
		c.parked.unpark()
	}
	fd = int(c.fd)
	c.lp.later.Cancel(c.timeout)
	*c.lp.conns.At(fd) = nil
	c.fd, c.owed = 0, nil
	return fd
}

// flush writes what is owed and sets what is waited for next. It reports whether the connection may be read.
func (c *conn) flush() bool {
	if c.fd == 0 {
		return false
	}
	n := 0
	if len(c.owed) > 0 {
		var err error
		if n, err = poll.Write(int(c.fd), c.owed); err != nil && err != poll.ErrAgain {
			c.connectionLost()
			return false
		}
	}
	switch {
	case n == len(c.owed):
		c.lp.spare.Put(c.owed)
		c.owed = nil
	case c.lp.borrowed(c.owed):
		c.owed = bytes.Clone(c.owed[n:])
	default:
		c.owed = c.owed[n:]
	}
	if c.last && c.owed == nil && !c.waiting {
		c.connectionDone()
		return false
	}
	c.watch()
	return c.owed == nil && !c.waiting
}

func (c *conn) watch() {
	wants := uint32(poll.In)
	switch {
	case c.owed != nil, c.producer != nil:
		wants = poll.Out
	case c.parked != nil:
		wants = poll.Gone // what it sends meanwhile stays in the socket
	case c.waiting:
		wants = 0
	}
	if wants != c.wants {
		c.wants = wants
		c.lp.poll.Modify(int(c.fd), wants)
	}
}

// tooSlow reports whether n bytes more would be more than the client may be owed, also after it was given the
// chance to take some: it may only have been told much in this one turn.
func (c *conn) tooSlow(n int) bool {
	if len(c.owed)+n <= wire.MaxOwed {
		return false
	}
	c.flush()
	return c.fd != 0 && len(c.owed)+n > wire.MaxOwed
}

// borrowed reports whether b lies in the loop's own buffer, which the next connection will use.
func (lp *loop) borrowed(b []byte) bool {
	return cap(b) > 0 && &b[:1][0] == &lp.out[:1][0]
}

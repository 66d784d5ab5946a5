package pool

import (
	"sync"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client. Reading it is for the worker that holds it; writing to it is for whoever has its lock. It either reads or
// writes: while it is owed bytes that its socket did not take it is not read, which bounds what it can be owed.
type conn struct {
	s    *server
	in   wire.Decoder // the holder's
	seat *seat        // the holder's; in a room, nil before JOIN
	fd   int32

	more bool // the holder's: requests may wait, whole, in the decoder
	eof  bool // the holder's: the client sends no more
	last bool // the holder's: nothing more is read; closed once nothing is owed

	mu     sync.Mutex // guards all below
	held   bool       // queued, or with a worker
	parked bool       // waits for an offloaded sleep
	closed bool
	owed   []byte
}

// take makes the caller the holder, if there is none. An event may come while there is one, for instance because
// somebody told a member a message and had it watched for that; the holder will have it watched anew.
func (c *conn) take() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held || c.closed {
		return false
	}
	c.held = true
	return true
}

// A worker has the buffers that a connection borrows while it is served.
type worker struct{ in, out []byte }

const readSize = 64 << 10

// serve does what there is to do for a connection that it holds, and lets it go.
func (w *worker) serve(c *conn) {
	for again := true; again; again = c.release() {
		if !c.pay() {
			continue
		}
		n := 0
		if !c.more {
			var err error
			if n, err = poll.Read(int(c.fd), w.in); err == poll.ErrAgain {
				continue
			}
			c.last = err != nil
			c.eof = n == 0
		}
		w.handle(c, w.in[:n])
	}
}

// handle answers every whole request that p completes, as far as the bound on what a connection is owed allows.
func (w *worker) handle(c *conn, p []byte) {
	var r wire.Request
	c.in.Feed(p)
	out := w.out[:0]
	for open := !c.last; open; {
		if c.more = c.in.Next(&r); !c.more {
			c.last = c.eof
			break
		}
		out, open = c.answer(&r, out)
		open = open && len(out) < wire.MaxOwed
	}
	c.in.Keep()
	c.send(out)
}

// answer appends the answer to one request and reports whether to go on with the next.
func (c *conn) answer(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Echo:
		return r.Form.AppendEcho(out, r.Body), true
	case wire.Join:
		if c.seat != nil {
			c.finish()
			return r.Form.AppendRefusal(out, wire.BadRejoin), false
		}
		c.send(out) // what was asked before JOIN is answered before any message
		c.seat = c.s.join(c, string(r.Room), string(r.Name), r.Form)
		return out[:0], true
	case wire.Say:
		if c.seat == nil {
			return r.Form.AppendRefusal(out, wire.NotJoined), true
		}
		c.send(out)
		return out[:0], c.seat.say(r.Text)
	case wire.Block:
		c.send(out) // nobody waits for answers that are ready
		return c.block(r, out[:0])
	case wire.Stats:
		return r.Form.AppendStats(out, c.s.cfg.Name, c.s.counts()), true
	case wire.Quit:
		c.finish()
		return r.Form.AppendBye(out), false
	default:
		c.finish()
		return r.Form.AppendRefusal(out, r.Refusal), false
	}
}

// finish leaves the room, so that no message follows the last answer, and has the connection closed after that.
func (c *conn) finish() {
	c.last = true
	if c.seat != nil {
		c.seat.leave() // a room's lock comes before a connection's
		c.seat = nil
	}
}

// send writes what the socket takes, and owes the rest.
func (c *conn) send(b []byte) {
	c.mu.Lock()
	c.write(b)
	c.mu.Unlock()
}

// write is send for who has the lock. It returns how many bytes are owed. A socket that fails is left to the holder, or will have one
// soon, for the poller tells of failures always.
func (c *conn) write(b []byte) int {
	if c.closed {
		return 0
	}
	if c.owed == nil && len(b) > 0 {
		n, err := poll.Write(int(c.fd), b)
		if err != nil && err != poll.ErrAgain {
			return 0
		}
		b = b[n:]
	}
	if len(b) > 0 {
		c.owed = append(c.owed, b...)
	}
	return len(c.owed)
}

// pay writes what was owed before and reports whether the connection may be read.
func (c *conn) pay() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owed != nil || c.parked {
		// Also with nothing to write: that tells whether a parked client is still there.
		n, err := poll.Write(int(c.fd), c.owed)
		if err != nil && err != poll.ErrAgain {
			c.owed, c.last = nil, true
			return false
		}
		if c.owed = c.owed[n:]; len(c.owed) == 0 {
			c.owed = nil
		}
	}
	if c.s.ending.Load() && !c.parked {
		c.last = true
	}
	return c.owed == nil && !c.parked && !c.last
}

// release lets the connection go: closed, or watched for what it waits for. It reports true, and keeps holding, if
// there are requests to answer right now.
func (c *conn) release() (again bool) {
	c.mu.Lock()
	if c.last && c.owed == nil {
		c.mu.Unlock()
		c.close()
		return false
	}
	defer c.mu.Unlock()
	if c.more && c.owed == nil && !c.parked {
		return true
	}
	c.held = false
	c.watch()
	return false
}

// watch has the poller tell, once, when the connection can go on. The caller has the lock.
func (c *conn) watch() {
	events := uint32(poll.In)
	switch {
	case c.owed != nil:
		events = poll.Out
	case c.parked:
		events = 0 // failures are told all the same
	}
	c.s.poll.Modify(int(c.fd), events|poll.OneShot)
}

// close is for the holder.
func (c *conn) close() {
	c.finish()
	c.mu.Lock()
	c.closed, c.owed = true, nil
	poll.Close(int(c.fd)) // under the lock: the number may be another's at once
	c.mu.Unlock()
	c.s.left()
}

// hangUp ends the conversation with a slow member. Whoever holds it next finds the socket failed, and closes it.
func (c *conn) hangUp() {
	c.mu.Lock()
	if !c.closed {
		poll.Shutdown(int(c.fd))
	}
	c.mu.Unlock()
}

package reactor

import (
	"bytes"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client: a state machine. It either reads or writes: while it is owed bytes that its socket did not take it is not
// read, which bounds what it can be owed. Parked, it waits for an offloaded sleep and is not read either.
type conn struct {
	in     wire.Decoder
	owed   []byte // in lp.out while it is being served, else a buffer of its own or nil
	seat   *seat  // in a room; nil before JOIN
	fd     int32  // 0: the entry is free
	turn   uint32 // how many connections had this entry: tells a late answer that its asker is gone
	wants  uint32 // the events it is watched for
	parked bool
	eof    bool // the client sends no more
	last   bool // nothing more is read: closed once nothing is owed
	late   bool // on the loop's list of members to write to
}

// readable reads once: a second read to learn that there is no more would cost as much as the first, and a
// level-triggered poller tells again.
func (lp *loop) readable(c *conn) {
	n, err := poll.Read(int(c.fd), lp.in)
	switch {
	case err == poll.ErrAgain:
	case err != nil:
		lp.drop(c)
	default:
		c.eof = n == 0
		lp.serve(c, lp.in[:n])
	}
}

func (lp *loop) writable(c *conn) {
	if lp.write(c) && !c.parked {
		lp.serve(c, nil) // requests that were not answered while it owed
	}
}

// serve answers every whole request that p completes, as far as the bound on what a connection is owed allows, and
// writes the answers.
func (lp *loop) serve(c *conn, p []byte) {
	var r wire.Request
	c.in.Feed(p)
	for more := true; more; {
		if c.owed == nil {
			c.owed = lp.out[:0]
		}
		for more = true; more && !c.parked && !c.last && len(c.owed) < wire.MaxOwed; {
			if more = c.in.Next(&r); more {
				lp.answer(c, &r)
			}
		}
		c.last = c.last || c.eof && !more
		more = more && !c.parked && !c.last
		if !lp.write(c) {
			break // it is gone, or owes
		}
	}
	if c.fd != 0 {
		c.in.Keep()
	}
}

// answer adds the answer to one request to what the connection is owed.
func (lp *loop) answer(c *conn, r *wire.Request) {
	switch r.Kind {
	case wire.Echo:
		c.owed = r.Form.AppendEcho(c.owed, r.Body)
	case wire.Join:
		if c.seat != nil {
			c.owed = r.Form.AppendRefusal(c.owed, wire.BadRejoin)
			lp.finish(c)
			return
		}
		lp.join(c, string(r.Room), string(r.Name), r.Form)
	case wire.Say:
		if c.seat == nil {
			c.owed = r.Form.AppendRefusal(c.owed, wire.NotJoined)
			return
		}
		lp.say(c, r.Text)
	case wire.Block:
		lp.block(c, r)
	case wire.Stats:
		c.owed = r.Form.AppendStats(c.owed, lp.cfg.Name, lp.counts())
	case wire.Quit:
		c.owed = r.Form.AppendBye(c.owed)
		lp.finish(c)
	default:
		c.owed = r.Form.AppendRefusal(c.owed, r.Refusal)
		lp.finish(c)
	}
}

// finish leaves the room, so that no message follows the last answer, and has the connection closed after that.
func (lp *loop) finish(c *conn) {
	c.last = true
	if c.seat != nil {
		lp.leave(c)
	}
}

// write writes what the connection is owed and sets what it waits for next. It reports whether the connection is there and owes
// nothing.
func (lp *loop) write(c *conn) bool {
	n := 0
	if len(c.owed) > 0 {
		var err error
		if n, err = poll.Write(int(c.fd), c.owed); err != nil && err != poll.ErrAgain {
			lp.drop(c)
			return false
		}
	}
	switch {
	case n == len(c.owed):
		lp.recycle(c.owed)
		c.owed = nil
	case lp.borrowed(c.owed):
		c.owed = bytes.Clone(c.owed[n:])
	default:
		c.owed = c.owed[n:]
	}
	if c.last && c.owed == nil {
		lp.drop(c)
		return false
	}
	lp.watch(c)
	return c.owed == nil
}

func (lp *loop) watch(c *conn) {
	wants := uint32(poll.In)
	switch {
	case c.owed != nil:
		wants = poll.Out
	case c.parked:
		wants = 0
	}
	if wants != c.wants {
		c.wants = wants
		lp.poll.Modify(int(c.fd), wants)
	}
}

// borrowed reports whether b lies in the loop's own buffer, which the next connection will use.
func (lp *loop) borrowed(b []byte) bool {
	return cap(b) > 0 && &b[:1][0] == &lp.out[:1][0]
}

// Of buffers for members, so many are kept, and none that is larger.
const (
	spareMax  = 1024
	spareSize = 4 << 10
)

func (lp *loop) recycle(b []byte) {
	if cap(b) > 0 && cap(b) <= spareSize && len(lp.spare) < spareMax {
		lp.spare = append(lp.spare, b[:0])
	}
}

func (lp *loop) buffer() []byte {
	if n := len(lp.spare); n > 0 {
		b := lp.spare[n-1]
		lp.spare = lp.spare[:n-1]
		return b
	}
	return make([]byte, 0, 256)
}

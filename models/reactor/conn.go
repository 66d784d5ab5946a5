package reactor

import (
	"bytes"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client: a state machine. It either reads or writes: while it is owed bytes that its socket did not take it is not
// read, which bounds what it can be owed. Parked, it waits for something else and is not read either.
type conn struct {
	in        wire.Decoder
	owed      []byte             // in lp.out while it is being served, else a buffer of its own or nil
	seat      *seat              // in a room; nil before JOIN
	parked    *parked            // what it waits for; nil if for its client
	alarm     *poll.Alarm[*conn] // until when it may wait, if there is such a time
	fd        int32              // 0: the entry is free
	turn      uint32             // how many connections had this entry: tells a late answer that its asker is gone
	wants     uint32             // the events it is watched for
	eof       bool               // the client sends no more
	last      bool               // nothing more is read: closed once nothing is owed and it is not parked
	atTurnEnd bool               // on the loop's list of connections to write to
}

// parked is what a connection waits for: news of a room, room for more of an archive, or neither: an offloaded sleep.
type parked struct {
	room    *room
	since   int64
	at      int // index in room.waiters
	form    wire.Form
	archive *wire.Archive
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
	switch {
	case c.parked != nil && c.parked.archive != nil:
		lp.stream(c)
	case lp.write(c):
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
		for more = true; more && c.parked == nil && !c.last && len(c.owed) < wire.MaxOwed; {
			if more = c.in.Next(&r); more {
				lp.answer(c, &r)
			}
		}
		if (c.eof || lp.ending) && !more {
			lp.finish(c)
		}
		more = more && c.parked == nil && !c.last
		if !lp.write(c) {
			break // it is gone, parked, or owes
		}
	}
	if c.fd != 0 {
		c.in.Keep()
		lp.limit(c)
	}
	if c.parked != nil && c.parked.archive != nil {
		lp.stream(c)
	}
}

// limit gives an HTTP request that has begun and is not whole its time.
func (lp *loop) limit(c *conn) {
	switch unfinished := c.parked == nil && c.in.Unfinished(); {
	case unfinished && c.alarm == nil:
		c.alarm = lp.alarms.Set(time.Now().Add(wire.RequestGrace), c)
	case !unfinished && c.alarm != nil && (c.parked == nil || c.parked.room == nil):
		lp.alarms.Cancel(c.alarm)
		c.alarm = nil
	}
}

// answer adds the answer to one request to what the connection is owed.
func (lp *loop) answer(c *conn, r *wire.Request) {
	switch r.Kind {
	case wire.Echo:
		c.owed = r.Form.AppendEcho(c.owed, r.Body)
	case wire.Join:
		if c.seat = lp.join(c, r); c.seat == nil {
			lp.refuse(c, r)
		}
	case wire.Say:
		c.seat.room.tell(c, []byte(c.seat.name), r.Text)
	case wire.Send:
		lp.send(c, r)
	case wire.Wait:
		lp.park(c, r)
	case wire.Block:
		lp.block(c, r)
	case wire.Zip:
		archive := wire.NewArchive(r)
		poll.Unhurried(int(c.fd))
		c.parked = &parked{archive: archive}
		c.owed = archive.AppendStart(c.owed)
	case wire.Page:
		c.owed = r.Form.AppendPage(c.owed)
	case wire.Stats:
		c.owed = r.Form.AppendStats(c.owed, lp.cfg.Name, lp.counts())
	case wire.Quit:
		c.owed = r.Form.AppendBye(c.owed)
	case wire.Continue:
		c.owed = r.Form.AppendContinue(c.owed)
	case wire.Bad:
		c.owed = r.Form.AppendRefusal(c.owed, r.Refusal)
	}
	if r.Form.Last() {
		lp.finish(c)
	}
}

// send says something in a room that the speaker need not be a member of.
func (lp *loop) send(c *conn, q *wire.Request) {
	r := lp.room(string(q.Room))
	if r == nil {
		lp.refuse(c, q)
		return
	}
	id := r.tell(c, q.Name, q.Text)
	c.owed = q.Form.AppendSent(c.owed, id)
}

// refuse tells the client that there is no place for one more room.
func (lp *loop) refuse(c *conn, q *wire.Request) {
	q.Refuse(wire.TooManyRooms)
	lp.answer(c, q)
}

// finish leaves the room, so that no message follows the last answer, and has the connection closed after that.
func (lp *loop) finish(c *conn) {
	c.last = true
	if c.seat != nil {
		c.seat.leave()
		c.seat = nil
	}
}

// Of an archive, so many pieces are written to one client a turn, so that a fast reader does not starve the others.
const piecesATurn = 8

// stream writes pieces of the archive for as long as the socket takes them.
func (lp *loop) stream(c *conn) {
	for range piecesATurn {
		if lp.write(c); c.fd == 0 || c.owed != nil {
			return
		}
		more := false
		if c.owed, more = c.parked.archive.AppendNext(lp.out[:0]); !more {
			c.parked = nil
			if lp.write(c) {
				lp.serve(c, nil)
			}
			return
		}
	}
	lp.write(c)
}

// write writes what the connection is owed and sets what it waits for next. It reports whether the next request may be
// answered: the connection is there, owes nothing and is not parked.
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
		lp.spare.Put(c.owed)
		c.owed = nil
	case lp.borrowed(c.owed):
		c.owed = bytes.Clone(c.owed[n:])
	default:
		c.owed = c.owed[n:]
	}
	if c.last && c.owed == nil && c.parked == nil {
		lp.hangUp(c)
		return false
	}
	lp.watch(c)
	return c.owed == nil && c.parked == nil
}

func (lp *loop) watch(c *conn) {
	wants := uint32(poll.In)
	switch {
	case c.owed != nil, c.parked != nil && c.parked.archive != nil:
		wants = poll.Out
	case c.parked != nil && c.parked.room != nil:
		wants = poll.Gone // what it sends meanwhile stays in the socket
	case c.parked != nil:
		wants = 0
	}
	if wants != c.wants {
		c.wants = wants
		lp.poll.Modify(int(c.fd), wants)
	}
}

// owing is what the connection is owed, to be added to.
func (lp *loop) owing(c *conn) []byte {
	if c.owed != nil {
		return c.owed
	}
	return lp.spare.Get()
}

// borrowed reports whether b lies in the loop's own buffer, which the next connection will use.
func (lp *loop) borrowed(b []byte) bool {
	return cap(b) > 0 && &b[:1][0] == &lp.out[:1][0]
}

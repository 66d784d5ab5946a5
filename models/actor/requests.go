package actor

import (
	"bytes"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/linger"
	"cbench/scenarios/wire"
)

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
	if !c.send(out) || !open {
		return false
	}
	c.limit()
	c.readOn()
	return true
}

// answer appends the answer to one request and reports whether the connection goes on.
func (c *conn) answer(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Echo:
		return r.Form.AppendEcho(out, r.Body), true
	case wire.Page:
		return r.Form.AppendPage(out), true
	case wire.Continue:
		return r.Form.AppendContinue(out), true
	case wire.Bad:
		if !r.Form.Last() {
			return r.Form.AppendRefusal(out, r.Refusal), true
		}
	}
	// Earlier requests are answered first: while this one waits for its answer, messages of the room may be written.
	if !c.send(out) {
		return out[:0], false
	}
	if answer, ok := c.act(r, out[:0]); ok {
		return answer, true
	}
	return out[:0], false // what was not done is not said to be
}

func (c *conn) act(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Join:
		return c.join(r, out)
	case wire.Say:
		return out, c.say(c.name, r.Text)
	case wire.Send:
		if !c.enter(r.Room) {
			return c.refuse(r, out)
		}
		ok := c.say(r.Name, r.Text)
		return r.Form.AppendSent(out, c.says.id), ok
	case wire.Wait:
		if !c.enter(r.Room) {
			return c.refuse(r, out)
		}
		c.park(r)
	case wire.Block:
		ok := c.block(r.How, r.Delay)
		return r.Form.AppendBlocked(out, r.Delay), ok
	case wire.Zip:
		return out, c.stream(wire.NewArchive(r), out)
	case wire.Stats:
		q := &statsRequest{asked: asked{from: &c.address}}
		ok := c.ask(c.supervisor, q)
		return r.Form.AppendStats(out, c.cfg.Name, q.Counts), ok
	case wire.Quit:
		ok := c.leave() // no message comes after BYE
		return r.Form.AppendBye(out), ok
	case wire.Bad:
		ok := c.leave()
		return r.Form.AppendRefusal(out, r.Refusal), ok
	}
	return out, true
}

// enter makes the room of that name, new if it has not been used, the connection's. It reports whether there is a place for it.
func (c *conn) enter(name []byte) bool {
	if c.room != nil && c.room.name == string(name) {
		return true
	}
	q := &enterRequest{asked: asked{from: &c.address}, name: string(name), last: c.room}
	c.ask(c.supervisor, q)
	c.room = q.room
	return c.room != nil
}

// refuse tells the client that there is no place for one more room.
func (c *conn) refuse(r *wire.Request, out []byte) ([]byte, bool) {
	r.Refuse(wire.TooManyRooms)
	return r.Form.AppendRefusal(out, r.Refusal), true
}

func (c *conn) join(r *wire.Request, out []byte) ([]byte, bool) {
	if !c.enter(r.Room) {
		return c.refuse(r, out)
	}
	q := &joinRequest{asked: asked{from: &c.address}}
	if !c.askWithRetry(q) {
		return out, false
	}
	c.name, c.seen = bytes.Clone(r.Name), q.head
	return r.Form.AppendJoined(out, c.room.name, q.head), true
}

// say has the room tell everybody. The text is lent to it until it answers.
func (c *conn) say(name, text []byte) bool {
	c.says = sayRequest{asked: asked{from: &c.address}, name: name, text: text}
	ok := c.askWithRetry(&c.says)
	c.says.name, c.says.text = nil, nil
	return ok
}

// leave ends membership, and sends the client what it had not been sent.
func (c *conn) leave() bool {
	if c.name == nil {
		return true
	}
	c.name = nil
	q := &leaveRequest{asked: asked{from: &c.address}}
	return c.askWithRetry(q) && q.missed == 0 && c.send(q.owed)
}

// stream writes an archive piece by piece. The client is waited for: that bounds what it is owed.
func (c *conn) stream(a *wire.Archive, out []byte) bool {
	if raw, err := c.nc.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { poll.Unhurried(int(fd)) })
	}
	out = a.AppendStart(out)
	for more := true; more; {
		out, more = a.AppendNext(out)
		if !c.send(out) {
			return false
		}
		out = out[:0]
	}
	return true
}

// send writes, and waits for the client: that is the backpressure. Nobody waits for this actor meanwhile.
func (c *conn) send(out []byte) bool {
	if len(out) > 0 && !c.broken {
		_, err := c.nc.Write(out)
		c.broken = err != nil
	}
	return !c.broken
}

// limit gives an HTTP request that has begun and is not whole its time.
func (c *conn) limit() {
	unfinished := c.parked == nil && c.in.Unfinished()
	switch {
	case unfinished && !c.timed:
		c.until(time.Now().Add(wire.RequestGrace))
	case !unfinished && c.timed && c.parked == nil: // parked, the clock is the long poll's
		c.until(time.Time{})
	}
	c.timed = unfinished
}

// until sets the clock; the zero time is none.
func (c *conn) until(t time.Time) {
	if c.clock != nil {
		c.clock.Stop()
		c.clock = nil
	}
	if !t.IsZero() {
		c.clock = time.NewTimer(time.Until(t))
	}
}

// close leaves the room, flushes, and closes. The port has ended by then, because nobody else may read a connection that lingers.
func (c *conn) close() {
	if c.parked != nil {
		c.unpark()
	}
	c.leave()
	c.until(time.Time{})
	c.nc.SetReadDeadline(time.Unix(1, 0))
	for !c.lent { // it is in Read, which fails now
		_, c.lent = (<-c.mailbox).(*port)
	}
	close(c.port.more)
	if !c.over {
		linger.TCP(c.nc)
	}
	c.nc.Close()
	c.supervisor <- connClosed{&c.address, c.room}
}

package callback

import (
	"errors"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// conn is one client: the protocol, which is the application, on its transport (transport.go). It either reads or writes: while
// it is owed bytes that its socket did not take it is not read, which bounds what it can be owed.
type conn struct {
	lp     *loop
	in     wire.Decoder
	seat   *seat   // in a room; nil before JOIN
	parked *waiter // a long poll, nil if there is none

	timeout  *poll.Alarm[func()]                        // until when an HTTP request must be whole
	producer func(out []byte) (piece []byte, more bool) // of what is streamed; nil if nothing is
	produced func()

	owed      []byte // the transport's: in lp.out while it is being served, else a buffer of its own or nil
	fd        int32  // 0: it is gone
	wants     uint32 // the events it is watched for
	waiting   bool   // for the Deferred of a request: the next is answered after it
	serving   bool   // dataReceived is at work
	eof       bool   // the client sends no more
	last      bool   // nothing more is read: closed once nothing is owed
	atTurnEnd bool   // on the loop's list of transports to write
}

// answer is what a request's Deferred is fired with: it appends the answer's bytes.
type answer func(out []byte) []byte

// refusal is what it fails with.
type refusal struct {
	form wire.Form
	why  wire.Refusal
}

func (r *refusal) Error() string { return string(r.why) }

// dataReceived takes up whole requests until one has to be waited for, or the bound on what a connection is owed is reached.
func (c *conn) dataReceived(data []byte) {
	r := &c.lp.request
	c.in.Feed(data)
	c.serving = true
	for more := true; more; {
		if c.owed == nil {
			c.owed = c.lp.out[:0]
		}
		for more = true; more && !c.waiting && !c.last && len(c.owed) < wire.MaxOwed; {
			if more = c.in.Next(r); more {
				c.requestReceived(r)
			}
		}
		if (c.eof || c.lp.ending) && !more {
			c.loseConnection()
		}
		more = c.flush() && more && !c.last
	}
	c.serving = false
	c.in.Keep()
	c.setTimeout()
}

// setTimeout gives an HTTP request that has begun and is not whole its time.
func (c *conn) setTimeout() {
	switch unfinished := c.fd != 0 && !c.waiting && c.in.Unfinished(); {
	case unfinished && c.timeout == nil:
		c.timeout = c.lp.callLater(wire.RequestGrace, func() {
			c.write(wire.Expired.AppendRefusal(nil, wire.TooSlow))
			c.loseConnection()
		})
	case !unfinished && c.timeout != nil:
		c.lp.later.Cancel(c.timeout)
		c.timeout = nil
	}
}

// requestReceived starts a request and says what becomes of it: its answer is written, or its refusal, and then the
// connection goes on. Any other failure is nobody's to handle: it is a bug, and reported.
func (c *conn) requestReceived(r *wire.Request) {
	c.waiting = true
	d := c.request(r).
		AddCallbacks(c.writeAnswer, c.writeRefusal).
		AddCallback(c.proceed)
	if r.Form.Last() {
		c.loseConnection()
	}
	c.lp.failures.Forget(d)
}

func (c *conn) writeAnswer(result any) (any, error) {
	if c.fd != 0 {
		if c.owed == nil {
			c.owed = c.lp.spare.Get()
		}
		c.owed = result.(answer)(c.owed)
	}
	return nil, nil
}

func (c *conn) writeRefusal(err error) (any, error) {
	var r *refusal
	if !errors.As(err, &r) {
		return nil, err
	}
	c.write(r.form.AppendRefusal(nil, r.why))
	return nil, nil
}

// proceed goes on with the next request: where dataReceived is at work, by its loop, else by a call of it.
func (c *conn) proceed(any) (any, error) {
	c.waiting = false
	if !c.serving && c.fd != 0 && !c.atTurnEnd {
		c.atTurnEnd = true // it goes on at the end of the turn
		c.lp.atTurnEnd = append(c.lp.atTurnEnd, c)
	}
	return nil, nil
}

// request starts one request. What it returns fires with an answer, or fails with a refusal.
func (c *conn) request(r *wire.Request) *Deferred {
	lp := c.lp
	switch r.Kind {
	case wire.Echo:
		return lp.failures.Succeed(answer(func(out []byte) []byte { return r.Form.AppendEcho(out, r.Body) }))
	case wire.Join:
		return lp.join(c, r)
	case wire.Say:
		return c.say(r)
	case wire.Send:
		return lp.send(r)
	case wire.Wait:
		return lp.park(c, r)
	case wire.Block:
		return c.block(r)
	case wire.Zip:
		return c.sendArchive(wire.NewArchive(r))
	case wire.Stats:
		return lp.failures.Succeed(answer(func(out []byte) []byte {
			return r.Form.AppendStats(out, lp.cfg.Name, lp.counts())
		}))
	case wire.Page:
		return lp.failures.Succeed(answer(r.Form.AppendPage))
	case wire.Continue:
		return lp.failures.Succeed(answer(r.Form.AppendContinue))
	case wire.Quit:
		c.loseConnection() // no message comes after BYE
		return lp.failures.Succeed(answer(r.Form.AppendBye))
	default:
		if r.Form.Last() {
			c.loseConnection()
		}
		return lp.failures.Fail(&refusal{r.Form, r.Refusal})
	}
}

// send fires with the message's id.
func (lp *loop) send(r *wire.Request) *Deferred {
	rm := lp.room(string(r.Room))
	if rm == nil {
		return lp.refuse(r)
	}
	id := rm.tell(nil, r.Name, r.Text)
	return lp.failures.Succeed(answer(func(out []byte) []byte { return r.Form.AppendSent(out, id) }))
}

// refuse fails because there is no place for one more room.
func (lp *loop) refuse(r *wire.Request) *Deferred {
	r.Refuse(wire.TooManyRooms)
	return lp.failures.Fail(&refusal{r.Form, r.Refusal})
}

// sendArchive fires when the archive is written.
func (c *conn) sendArchive(a *wire.Archive) *Deferred {
	d := c.lp.failures.Deferred()
	poll.Unhurried(int(c.fd))
	c.owed = a.AppendStart(c.owed)
	c.registerProducer(a.AppendNext, func() { d.Callback(answer(nothing)) })
	return d
}

// nothing is the answer where all is said.
func nothing(out []byte) []byte { return out }

package callback

import (
	"errors"

	"cbench/scenarios/wire"
)

// conn is one client: the protocol, which is the application, on its transport (transport.go). It either reads or writes: while
// it is owed bytes that its socket did not take it is not read, which bounds what it can be owed.
type conn struct {
	lp   *loop
	in   wire.Decoder
	seat *seat // in a room; nil before JOIN

	owed    []byte // the transport's: in lp.out while it is being served, else a buffer of its own or nil
	fd      int32  // 0: it is gone
	wants   uint32 // the events it is watched for
	waiting bool   // for the Deferred of a request: the next is answered after it
	serving bool   // dataReceived is at work
	eof     bool   // the client sends no more
	last    bool   // nothing more is read: closed once nothing is owed
	late    bool   // on the loop's list of transports to write
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
		c.last = c.last || c.eof && !more
		more = c.flush() && more
	}
	c.serving = false
	c.in.Keep()
}

// requestReceived starts a request and says what becomes of it: its answer is written, or its refusal, and then the
// connection goes on. Any other failure is nobody's to handle: it is a bug, and reported.
func (c *conn) requestReceived(r *wire.Request) {
	c.waiting = true
	d := c.request(r).
		AddCallbacks(c.writeAnswer, c.writeRefusal).
		AddCallback(c.proceed)
	c.lp.failures.Forget(d)
}

func (c *conn) writeAnswer(result any) (any, error) {
	if c.fd != 0 {
		if c.owed == nil {
			c.owed = c.lp.buffer()
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
	if r.why != wire.NotJoined {
		c.loseConnection()
	}
	return nil, nil
}

// proceed goes on with the next request: where dataReceived is at work, by its loop, else by a call of it.
func (c *conn) proceed(any) (any, error) {
	c.waiting = false
	if c.lp.ending {
		c.loseConnection()
	}
	if !c.serving && c.flush() {
		c.dataReceived(nil)
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
	case wire.Block:
		return lp.block(r)
	case wire.Stats:
		return lp.failures.Succeed(answer(func(out []byte) []byte {
			return r.Form.AppendStats(out, lp.cfg.Name, lp.counts())
		}))
	case wire.Quit:
		c.loseConnection()
		return lp.failures.Succeed(answer(r.Form.AppendBye))
	default:
		return lp.failures.Fail(&refusal{r.Form, r.Refusal})
	}
}

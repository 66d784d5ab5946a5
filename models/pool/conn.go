package pool

import (
	"sync"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/buffers"
	"cbench/scenarios/wire"
)

// conn is one client. Only the worker that holds it reads it; any worker that has its lock may write to it. It either reads or
// writes: while it is owed bytes that its socket did not take it is not read, which bounds what it can be owed.
type conn struct {
	s       *server
	in      wire.Decoder        // the holder's
	seat    *seat               // the holder's; in a room, nil before JOIN
	archive *wire.Archive       // the holder's; being streamed
	alarm   *poll.Alarm[func()] // the holder's; until when an HTTP request must be whole
	fd      int32

	more    bool // the holder's: requests may wait, whole, in the decoder
	eof     bool // the holder's: the client sends no more
	last    bool // the holder's: nothing more is read; closed once nothing is owed or waited for
	expired bool // the holder's, after the poller's: its HTTP request did not get whole

	mu        sync.Mutex // guards all below; taken after any room's
	held      bool       // queued, or with a worker
	parked    bool       // waits for an offloaded sleep or a long poll
	gone      bool       // the client left: the socket failed, or the poller told so while it was parked
	closed    bool
	unwritten bool    // nobody has tried to write what is owed; a worker that has it on its list, or the holder, is about to
	waiter    *waiter // the long poll
	owed      []byte
}

// take makes the caller the holder, if there is none. An event may come while there is one, for instance because
// another worker told a member something and had it watched for that; the holder will have it watched anew.
func (c *conn) take(events uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held || c.closed {
		return false
	}
	c.held = true
	c.gone = c.gone || c.parked && events&(poll.Err|poll.Gone) != 0
	return true
}

// A worker has the buffers that a connection borrows while it is served.
type worker struct {
	in, out   []byte
	atTurnEnd []*conn      // told something in this turn, to be written to at its end
	spare     buffers.Pool // buffers for what they are owed
}

const readSize = 64 << 10

// serve does what there is to do for a connection that it holds, and lets it go.
func (w *worker) serve(c *conn) {
	for again := true; again; again = c.release() {
		switch {
		case !c.flush():
		case c.archive != nil:
			w.stream(c)
		case c.expired:
			c.finish()
			c.send(wire.Expired.AppendRefusal(w.out[:0], wire.TooSlow))
		default:
			w.read(c)
		}
	}
}

func (w *worker) read(c *conn) {
	n := 0
	if !c.more {
		if c.last = c.s.ending.Load(); c.last {
			return
		}
		var err error
		if n, err = poll.Read(int(c.fd), w.in); err == poll.ErrAgain {
			return
		}
		c.last = err != nil
		c.eof = n == 0
	}
	w.handle(c, w.in[:n])
}

// handle answers every whole request that p completes, as far as the bound on what a connection is owed allows. That is a turn:
// it ends with one write for each connection that was told something, however much it was.
func (w *worker) handle(c *conn, p []byte) {
	var r wire.Request
	c.in.Feed(p)
	out := w.out[:0]
	for open := !c.last; open; {
		if c.more = c.in.Next(&r); !c.more {
			c.last = c.eof || c.s.ending.Load()
			break
		}
		out, open = w.answer(c, &r, out)
		open = open && len(out) < wire.MaxOwed
		if r.Form.Last() {
			c.finish()
			c.more, open = false, false
		}
	}
	c.in.Keep()
	c.send(out)
	w.endTurn()
}

// answer appends the answer to one request and reports whether to go on with the next.
func (w *worker) answer(c *conn, r *wire.Request, out []byte) ([]byte, bool) {
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
		c.finish() // no message comes after BYE
		return r.Form.AppendBye(out), false
	case wire.Bad:
		if r.Form.Last() {
			c.finish()
		}
		return r.Form.AppendRefusal(out, r.Refusal), true
	}
	c.queue(out) // what takes time, or tells others, comes after what was asked before it is answered
	return w.act(c, r, out[:0])
}

func (w *worker) act(c *conn, r *wire.Request, out []byte) ([]byte, bool) {
	switch r.Kind {
	case wire.Join:
		if c.seat = c.s.join(c, r); c.seat == nil {
			return w.refuse(c, r, out)
		}
	case wire.Say:
		_, owed := c.seat.room.tell(w, c.seat, []byte(c.seat.name), r.Text)
		return out, owed < wire.MaxOwed
	case wire.Send:
		room := c.s.room(string(r.Room))
		if room == nil {
			return w.refuse(c, r, out)
		}
		id, _ := room.tell(w, nil, r.Name, r.Text)
		return r.Form.AppendSent(out, id), true
	case wire.Wait:
		room := c.s.room(string(r.Room))
		if room == nil {
			return w.refuse(c, r, out)
		}
		return room.park(c, r, out)
	case wire.Block:
		c.send(nil) // nobody is to wait for as long as this takes
		w.endTurn()
		return c.block(r, out)
	case wire.Zip:
		c.archive = wire.NewArchive(r)
		poll.Unhurried(int(c.fd))
		return c.archive.AppendStart(out), false
	}
	return out, true
}

// refuse tells the connection that there is no place for one more room.
func (w *worker) refuse(c *conn, r *wire.Request, out []byte) ([]byte, bool) {
	r.Refuse(wire.TooManyRooms)
	return w.answer(c, r, out)
}

// Of an archive, so many pieces are written before the worker looks after others.
const piecesATurn = 8

// stream writes pieces of the archive for as long as the socket takes them.
func (w *worker) stream(c *conn) {
	for range piecesATurn {
		out, more := c.archive.AppendNext(w.out[:0])
		if !more {
			c.archive = nil
		}
		if c.send(out); !more || !c.flush() {
			return
		}
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

// queue has the bytes written behind what is owed already: at the end of the turn, which is for the holder to see to.
func (c *conn) queue(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(b) > 0 && !c.closed && !c.gone {
		c.unwritten = c.unwritten || c.owed == nil
		c.owed = append(c.owed, b...)
	}
}

// send writes what the socket takes, and owes the rest.
func (c *conn) send(b []byte) {
	c.mu.Lock()
	c.sendLocked(b)
	c.mu.Unlock()
}

// sendLocked is send for a caller that has the lock.
func (c *conn) sendLocked(b []byte) {
	switch {
	case c.closed || c.gone:
	case c.owed != nil:
		c.owed = append(c.owed, b...)
		if c.unwritten {
			c.write()
		}
	case len(b) > 0:
		if n := c.put(b); !c.gone && n < len(b) {
			c.owed = append(c.owed, b[n:]...)
		}
	}
}

// put writes what the socket takes of b. A socket that fails is left to its holder, or to the next: it is shut down, because the
// poller reports that, and may not report the failure itself. The caller has the lock.
func (c *conn) put(b []byte) (n int) {
	n, err := poll.Write(int(c.fd), b)
	if err != nil && err != poll.ErrAgain {
		c.gone = true
		poll.Shutdown(int(c.fd))
	}
	return n
}

// write writes what the socket takes of what is owed. The caller has the lock.
func (c *conn) write() {
	c.unwritten = false
	if c.owed == nil || c.closed || c.gone {
		return
	}
	if c.owed = c.owed[c.put(c.owed):]; len(c.owed) == 0 {
		c.owed = nil
	}
}

// flush writes what was owed before and reports whether the connection may be served.
func (c *conn) flush() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.write()
	if c.gone {
		c.owed, c.archive, c.last, c.parked = nil, nil, true, false
		return false
	}
	return c.owed == nil && !c.parked && (!c.last || c.archive != nil)
}

// release lets the connection go: closed, or watched for what it waits for. It reports true, and keeps holding, if
// there are requests to answer right now.
func (c *conn) release() (again bool) {
	c.mu.Lock()
	if c.unwritten { // told meanwhile: what is waited for depends on whether the socket takes it
		c.write()
	}
	if c.last && c.owed == nil && !c.parked && c.archive == nil {
		c.mu.Unlock()
		c.close()
		return false
	}
	defer c.mu.Unlock()
	if (c.more || c.s.ending.Load()) && c.owed == nil && !c.parked && c.archive == nil {
		return true
	}
	c.limit()
	c.held = false
	c.watch()
	return false
}

// limit gives an HTTP request that has begun and is not whole its time.
func (c *conn) limit() {
	switch unfinished := !c.parked && !c.more && c.in.Unfinished(); {
	case unfinished && c.alarm == nil:
		c.alarm = c.s.alarm(wire.RequestGrace, c.expire)
	case !unfinished && c.alarm != nil:
		c.s.cancel(c.alarm)
		c.alarm = nil
	}
}

// expire is called by the poller.
func (c *conn) expire() {
	if !c.take(0) { // a worker is at it: a moment more
		c.s.alarm(100*time.Millisecond, c.expire)
		return
	}
	c.alarm, c.expired = nil, c.in.Unfinished()
	c.s.queue <- c
}

// watch has the poller tell, once, when the connection can go on. The caller has the lock.
func (c *conn) watch() {
	events := uint32(poll.In)
	switch {
	case c.owed != nil, c.archive != nil:
		events = poll.Out
	case c.waiter != nil:
		events = poll.Gone // what it sends meanwhile stays in the socket
	case c.parked:
		events = 0 // failures are told all the same
	}
	c.s.poll.Modify(int(c.fd), events|poll.OneShot)
}

// resume answers what a parked connection waited for, and has it gone on with.
func (c *conn) resume(answer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parked, c.waiter = false, nil
	c.sendLocked(answer)
	switch {
	case c.held || c.closed: // the holder sees that it is parked no more
	case c.more || c.last || c.s.ending.Load():
		go c.requeue() // not here: a worker that waits for a place in the queue serves nobody
	default:
		c.watch()
	}
}

func (c *conn) requeue() {
	if c.take(0) {
		select {
		case c.s.queue <- c:
		case <-c.s.killed.Done():
		}
	}
}

// close is for the holder.
func (c *conn) close() {
	c.finish()
	c.unpark()
	c.s.cancel(c.alarm)
	c.mu.Lock()
	over := c.eof || c.gone
	// The table keeps the rest until the descriptor is used again.
	c.closed, c.owed, c.unwritten, c.in = true, nil, false, wire.Decoder{}
	c.mu.Unlock()
	c.s.hungUp.Add(int(c.fd), over) // nobody uses it any more: all see, under the lock, that it is closed
}

// hangUp ends the conversation with a slow member. Whoever holds it next finds the socket failed, and closes it.
func (c *conn) hangUp() {
	c.mu.Lock()
	if !c.closed {
		poll.Shutdown(int(c.fd))
	}
	c.mu.Unlock()
}

package callback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/buffers"
	"cbench/models/internal/config"
	"cbench/models/internal/linger"
	"cbench/models/internal/rooms"
	"cbench/scenarios/wire"
)

// loop is what Twisted calls the reactor: it waits, and calls those who have something to do. All of it belongs to the
// goroutine that runs it, but for what threads guards.
type loop struct {
	cfg      config.Config
	ctx      context.Context
	poll     *poll.Poller
	wake     poll.Waker
	listener int

	conns    poll.Table[*conn] // by descriptor
	open     int               // connections in the table, and those that linger
	hungUp   linger.Sockets    // of connections that are over, until their clients have everything
	full     bool              // the listener is not watched: no descriptor is left
	rooms    rooms.Table[room]
	members  int
	waiters  int
	dropped  int
	threads  *threads
	later    poll.Alarms[func()] // calls to be made later
	failures Failures

	request wire.Request // the one being taken up: closures refer to it, so it is not on a stack

	in        []byte       // where every read goes
	out       []byte       // where the answers of the connection being served are gathered
	atTurnEnd []*conn      // transports that were written to in this turn
	spare     buffers.Pool // free buffers for those

	ending bool            // shutdown began
	killed context.Context // done when it has taken long enough
	kill   func()
	bug    error // the first failure that nobody handled
}

const (
	readSize  = 64 << 10
	acceptMax = 128 // connections taken a turn, so that a storm of them does not starve the others
)

// Serve runs the loop until ctx is done and every connection is closed. A failure that no errback took is a bug of the
// application's, and Serve ends with it.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	lp, err := newLoop(ctx, l, cfg.Resolve())
	l.Close() // the loop has a descriptor of its own
	if err != nil {
		return err
	}
	off := lp.wake.WakeAtEnd(ctx)
	err = lp.run()
	off()
	lp.close()
	return errors.Join(err, lp.bug)
}

func newLoop(ctx context.Context, l net.Listener, cfg config.Config) (*loop, error) {
	lp := &loop{
		cfg: cfg, ctx: ctx,
		in: make([]byte, readSize), out: make([]byte, 0, readSize),
	}
	lp.killed, lp.kill = config.Killed(ctx)
	var err error
	if lp.poll, err = poll.Open(); err != nil {
		lp.kill()
		return nil, err
	}
	lp.hungUp = linger.Sockets{Poll: lp.poll, Closed: lp.left}
	if lp.wake, err = lp.poll.NewWaker(); err != nil {
		lp.kill()
		lp.poll.Close()
		return nil, err
	}
	lp.threads = newThreads(cfg.Offload, lp.wake.Wake)
	if lp.listener, err = poll.Listener(l); err == nil {
		err = lp.poll.Add(lp.listener, poll.In)
	}
	if err != nil {
		lp.close()
		return nil, err
	}
	return lp, nil
}

// run turns until shutdown is through. A turn: wait, call who is ready, write what was given to transports.
func (lp *loop) run() error {
	defer lp.wake.WakeAtEnd(lp.killed)()
	for lp.bug == nil && (!lp.ending || lp.open > 0 && lp.killed.Err() == nil) {
		events, err := lp.poll.Wait(lp.pollTimeout())
		if err != nil {
			return err
		}
		for i := range events {
			lp.ready(int(events[i].Fd), events[i].Events)
		}
		lp.fireAlarms()
		for i := 0; i < len(lp.atTurnEnd); i++ { // the list may grow: a connection that goes on may tell others something
			lp.atTurnEnd[i].atTurnEnd = false
			lp.atTurnEnd[i].goOn()
		}
		lp.atTurnEnd = lp.atTurnEnd[:0]
		lp.hungUp.Check()
		lp.failures.Report(func(err error) {
			lp.bug = fmt.Errorf("unhandled failure in a Deferred: %w", err)
		})
	}
	return nil
}

// pollTimeout is the time until the loop has something to do without an event, or -1 if there is no such time.
func (lp *loop) pollTimeout() time.Duration {
	first := time.Duration(-1)
	if lp.later.Len() > 0 {
		first = lp.later.PollTimeout(time.Now())
	}
	return lp.hungUp.PollTimeout(first)
}

// callLater has f called after d, unless it is cancelled (lp.later.Cancel).
func (lp *loop) callLater(d time.Duration, f func()) *poll.Alarm[func()] {
	return lp.later.Set(time.Now().Add(d), f)
}

func (lp *loop) fireAlarms() {
	if lp.later.Len() == 0 {
		return
	}
	for now := time.Now(); ; {
		f, due := lp.later.Due(now)
		if !due {
			return
		}
		f()
	}
}

func (lp *loop) ready(fd int, events uint32) {
	switch fd {
	case lp.listener:
		lp.accept()
	case lp.wake.Fd():
		lp.onWake()
	default:
		if lp.ctx.Err() != nil {
			lp.end() // before anything more is read, though the waker's turn may come later
		}
		c := *lp.conns.At(fd)
		switch {
		case c == nil: // closed earlier in this turn, or lingers
			lp.hungUp.OnEvent(fd)
		case events&poll.Out != 0:
			c.doWrite()
		case events&poll.In != 0:
			c.doRead()
		default: // reset, and noticed while we wanted neither
			c.connectionLost()
		}
	}
}

func (lp *loop) accept() {
	for range acceptMax {
		fd, err := poll.Accept(lp.listener)
		switch {
		case err == poll.ErrAgain:
			return
		case err != nil:
			// Out of descriptors, most likely. A listener watched with connections waiting and no way to take
			// them would turn the loop at full speed: look again when somebody leaves, or in a while.
			lp.full = true
			lp.poll.Modify(lp.listener, 0)
			lp.callLater(config.AcceptRetry, lp.resumeAccept)
			return
		case lp.open >= lp.cfg.MaxConns:
			poll.Close(fd)
		default:
			lp.buildProtocol(fd)
		}
	}
}

func (lp *loop) buildProtocol(fd int) {
	c := &conn{lp: lp, fd: int32(fd), wants: poll.In}
	*lp.conns.At(fd) = c
	lp.open++
	if lp.poll.Add(fd, poll.In) != nil {
		c.connectionLost()
	}
}

// left is called for each connection whose socket was closed.
func (lp *loop) left() {
	lp.open--
	lp.resumeAccept()
}

// resumeAccept has the listener watched again if it was not.
func (lp *loop) resumeAccept() {
	if lp.full && !lp.ending {
		lp.full = false
		lp.poll.Modify(lp.listener, poll.In)
	}
}

// onWake: offloaded sleeps are over, or shutdown begins.
func (lp *loop) onWake() {
	lp.wake.Clear()
	for _, call := range lp.threads.results() {
		call()
	}
	if lp.ctx.Err() != nil {
		lp.end()
	}
}

// end stops accepting and reading, and answers the long polls. Each connection is closed once what was read of it is answered.
func (lp *loop) end() {
	if lp.ending {
		return
	}
	lp.ending = true
	lp.poll.Remove(lp.listener)
	poll.Shutdown(lp.listener) // nobody connects any more, not even into its queue
	for _, slot := range lp.conns.All {
		c := *slot
		if c == nil {
			continue
		}
		if c.parked != nil {
			c.parked.timeOut()
		} else {
			c.goOn()
		}
	}
}

// close frees what the loop holds. Connections still open are reset by it.
func (lp *loop) close() {
	for _, c := range lp.conns.All {
		if *c != nil {
			(*c).connectionLost()
		}
	}
	lp.hungUp.Close()
	lp.kill()
	lp.threads.close()
	poll.Close(lp.listener)
	lp.wake.Close()
	lp.poll.Close()
}

func (lp *loop) counts() wire.Counts {
	return wire.Counts{Conns: lp.open, Waiters: lp.waiters, Members: lp.members, Rooms: lp.rooms.Len(), DroppedSlow: lp.dropped}
}

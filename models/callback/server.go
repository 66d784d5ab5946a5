package callback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/scenarios/wire"
)

// loop is what Twisted calls the reactor: it waits, and calls whoever has something to do. All of it belongs to the
// goroutine that runs it, but for what threads guards.
type loop struct {
	cfg      config.Config
	ctx      context.Context
	poll     *poll.Poller
	wake     poll.Waker
	listener int

	conns    poll.Table[*conn] // by descriptor
	open     int               // connections in the table
	full     bool              // the listener is not watched: no descriptor is left
	rooms    map[string]*room
	swept    time.Time // when unused rooms were last dropped
	members  int
	dropped  int
	threads  *threads
	failures Failures

	request wire.Request // the one being taken up: closures refer to it, so it is not on a stack

	in    []byte   // where every read goes
	out   []byte   // where the answers of the connection being served are gathered
	late  []*conn  // transports that were written to in this turn
	spare [][]byte // buffers for those, for the next who needs one

	ending   bool      // shutdown began
	deadline time.Time // when it is forced
	bug      error     // the first failure that nobody handled
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
	defer context.AfterFunc(ctx, lp.wake.Wake)()
	err = lp.run()
	lp.close()
	return errors.Join(err, lp.bug)
}

func newLoop(ctx context.Context, l net.Listener, cfg config.Config) (*loop, error) {
	lp := &loop{
		cfg: cfg, ctx: ctx, rooms: make(map[string]*room), swept: time.Now(),
		in: make([]byte, readSize), out: make([]byte, 0, readSize),
	}
	var err error
	if lp.poll, err = poll.Open(); err != nil {
		return nil, err
	}
	if lp.wake, err = lp.poll.NewWaker(); err != nil {
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
	for lp.bug == nil && (!lp.ending || lp.open > 0 && time.Now().Before(lp.deadline)) {
		patience := time.Duration(-1)
		if lp.ending {
			patience = max(0, time.Until(lp.deadline))
		}
		events, err := lp.poll.Wait(patience)
		if err != nil {
			return err
		}
		for i := range events {
			lp.ready(int(events[i].Fd), events[i].Events)
		}
		for _, c := range lp.late {
			c.late = false
			c.flush()
		}
		lp.late = lp.late[:0]
		lp.failures.Report(func(err error) {
			lp.bug = fmt.Errorf("unhandled failure in a Deferred: %w", err)
		})
	}
	return nil
}

func (lp *loop) ready(fd int, events uint32) {
	switch fd {
	case lp.listener:
		lp.accept()
	case lp.wake.Fd():
		lp.wake.Clear()
		for _, call := range lp.threads.results() {
			call()
		}
		if lp.ctx.Err() != nil && !lp.ending {
			lp.end()
		}
	default:
		c := *lp.conns.At(fd)
		switch {
		case c == nil: // closed earlier in this turn
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
			// Out of descriptors, most likely. A listener watched with connections waiting and no way
			// to take them would turn the loop at full speed: look again when somebody leaves.
			lp.full = lp.open > 0 && lp.poll.Modify(lp.listener, 0) == nil
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

// end stops accepting and reading. Who is owed nothing is closed at once, the others when they have it.
func (lp *loop) end() {
	lp.ending, lp.deadline = true, time.Now().Add(wire.ShutdownGrace)
	lp.poll.Remove(lp.listener)
	for _, c := range lp.conns.All {
		if *c != nil && !(*c).waiting {
			(*c).loseConnection()
			(*c).flush()
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
	lp.threads.close()
	poll.Close(lp.listener)
	lp.wake.Close()
	lp.poll.Close()
}

func (lp *loop) counts() wire.Counts {
	return wire.Counts{Conns: lp.open, Members: lp.members, Rooms: len(lp.rooms), DroppedSlow: lp.dropped}
}

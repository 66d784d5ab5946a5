package reactor

import (
	"context"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/scenarios/wire"
)

// loop is the whole server. All of it belongs to the goroutine that runs it, but for what pool guards.
type loop struct {
	cfg      config.Config
	ctx      context.Context
	poll     *poll.Poller
	wake     poll.Waker
	listener int

	conns    poll.Table[conn] // by descriptor
	open     int              // connections in the table
	full     bool             // the listener is not watched: no descriptor is left
	rooms    map[string]*room
	swept    time.Time // when unused rooms were last dropped
	members  int
	dropped  int
	sleepers *sleepers

	in    []byte   // where every read goes
	out   []byte   // where the answers of the connection being served are gathered
	line  []byte   // a message being told, encoded once for all members
	late  []*conn  // members told something in this turn, to be written to at its end
	spare [][]byte // buffers that members are owed bytes in, for the next who needs one

	ending   bool      // shutdown began
	deadline time.Time // when it is forced
}

const (
	readSize  = 64 << 10
	acceptMax = 128 // connections taken a turn, so that a storm of them does not starve the others
)

// Serve runs the loop until ctx is done and every connection is closed.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	lp, err := newLoop(ctx, l, cfg.Resolve())
	l.Close() // the loop has a descriptor of its own
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, lp.wake.Wake)()
	err = lp.run()
	lp.close()
	return err
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
	lp.sleepers = newSleepers(cfg.Offload, lp.wake.Wake)
	if lp.listener, err = poll.Listener(l); err == nil {
		err = lp.poll.Add(lp.listener, poll.In)
	}
	if err != nil {
		lp.close()
		return nil, err
	}
	return lp, nil
}

// run turns until shutdown is through. A turn: wait, serve who is ready, write to the members who were told something.
func (lp *loop) run() error {
	for !lp.ending || lp.open > 0 && time.Now().Before(lp.deadline) {
		events, err := lp.poll.Wait(lp.patience())
		if err != nil {
			return err
		}
		for i := range events {
			lp.ready(int(events[i].Fd), events[i].Events)
		}
		lp.writeLate()
	}
	return nil
}

func (lp *loop) patience() time.Duration {
	if lp.ending {
		return max(0, time.Until(lp.deadline))
	}
	return -1
}

func (lp *loop) ready(fd int, events uint32) {
	switch fd {
	case lp.listener:
		lp.accept()
	case lp.wake.Fd():
		lp.woken()
	default:
		c := lp.conns.At(fd)
		switch {
		case c.fd == 0: // closed earlier in this turn
		case events&poll.Out != 0:
			lp.writable(c)
		case events&poll.In != 0:
			lp.readable(c)
		default: // reset, and noticed while we wanted neither
			lp.drop(c)
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
			lp.admit(fd)
		}
	}
}

func (lp *loop) admit(fd int) {
	c := lp.conns.At(fd)
	*c = conn{fd: int32(fd), turn: c.turn + 1, wants: poll.In}
	lp.open++
	if lp.poll.Add(fd, poll.In) != nil {
		lp.drop(c)
	}
}

// drop closes a connection, in good order or not, and frees its entry.
func (lp *loop) drop(c *conn) {
	lp.finish(c)
	lp.recycle(c.owed)
	poll.Close(int(c.fd)) // epoll forgets it with that
	*c = conn{turn: c.turn}
	lp.open--
	if lp.full {
		lp.full = lp.poll.Modify(lp.listener, poll.In) != nil
	}
}

// woken: offloaded sleeps are over, or shutdown begins.
func (lp *loop) woken() {
	lp.wake.Clear()
	for _, s := range lp.sleepers.over() {
		lp.resume(s)
	}
	if lp.ctx.Err() != nil && !lp.ending {
		lp.end()
	}
}

// end stops accepting and reading. Who is owed nothing is closed at once, the others when they have it.
func (lp *loop) end() {
	lp.ending, lp.deadline = true, time.Now().Add(wire.ShutdownGrace)
	lp.poll.Remove(lp.listener)
	for _, c := range lp.conns.All {
		if c.fd != 0 && !c.parked {
			lp.finish(c)
			lp.write(c)
		}
	}
}

// close frees what the loop holds. Connections still open are reset by it.
func (lp *loop) close() {
	for _, c := range lp.conns.All {
		if c.fd != 0 {
			lp.drop(c)
		}
	}
	lp.sleepers.close()
	poll.Close(lp.listener)
	lp.wake.Close()
	lp.poll.Close()
}

func (lp *loop) counts() wire.Counts {
	return wire.Counts{Conns: lp.open, Members: lp.members, Rooms: len(lp.rooms), DroppedSlow: lp.dropped}
}

package reactor

import (
	"context"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/buffers"
	"cbench/models/internal/config"
	"cbench/models/internal/linger"
	"cbench/models/internal/rooms"
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
	open     int              // connections in the table, and those that linger
	hungUp   linger.Sockets   // of connections that are over, until their clients have everything
	full     bool             // the listener is not watched: no descriptor is left
	rooms    rooms.Table[room]
	members  int
	waiters  int
	dropped  int
	alarms   poll.Alarms[*conn]
	sleepers *sleepers

	in        []byte       // where every read goes
	out       []byte       // where the answers of the connection being served are gathered
	line      []byte       // a message being told, encoded once for all members
	atTurnEnd []*conn      // connections told something in this turn, to be written to at its end
	spare     buffers.Pool // free buffers for what members are owed

	ending bool            // shutdown began
	killed context.Context // done when it has taken long enough
	kill   func()
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
	off := lp.wake.WakeAtEnd(ctx)
	err = lp.run()
	off()
	lp.close()
	return err
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
	defer lp.wake.WakeAtEnd(lp.killed)()
	for !lp.ending || lp.open > 0 && lp.killed.Err() == nil {
		events, err := lp.poll.Wait(lp.pollTimeout())
		if err != nil {
			return err
		}
		for i := range events {
			lp.ready(int(events[i].Fd), events[i].Events)
		}
		lp.fireAlarms()
		lp.endTurn()
		lp.hungUp.Check()
	}
	return nil
}

// pollTimeout is the time until the loop has something to do without an event, or -1 if there is no such time.
func (lp *loop) pollTimeout() time.Duration {
	first := time.Duration(-1)
	if lp.alarms.Len() > 0 {
		first = lp.alarms.PollTimeout(time.Now())
	}
	return lp.hungUp.PollTimeout(first)
}

// fireAlarms serves the alarms that are due: long polls that are over, HTTP requests that do not get whole, and, for no
// connection, another look at the listener.
func (lp *loop) fireAlarms() {
	if lp.alarms.Len() == 0 {
		return
	}
	for now := time.Now(); ; {
		c, due := lp.alarms.Due(now)
		switch {
		case !due:
			return
		case c == nil:
			lp.resumeAccept()
		case c.parked != nil:
			lp.timeOut(c)
		default:
			c.owed = wire.Expired.AppendRefusal(lp.owing(c), wire.TooSlow)
			lp.finish(c)
			lp.write(c)
		}
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
		c := lp.conns.At(fd)
		switch {
		case c.fd == 0: // closed earlier in this turn, or lingers
			lp.hungUp.OnEvent(fd)
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
			// Out of descriptors, most likely. A listener watched with connections waiting and no way to take
			// them would turn the loop at full speed: look again when somebody leaves, or in a while.
			lp.full = true
			lp.poll.Modify(lp.listener, 0)
			lp.alarms.Set(time.Now().Add(config.AcceptRetry), nil)
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

// hangUp ends a connection to which all is said, and frees its entry.
func (lp *loop) hangUp(c *conn) {
	fd, over := int(c.fd), c.eof
	lp.free(c)
	lp.hungUp.Add(fd, over)
}

// drop ends a connection on which nothing more can be said, or is to be.
func (lp *loop) drop(c *conn) {
	fd := int(c.fd)
	lp.free(c)
	poll.Close(fd) // epoll forgets it with that
	lp.left()
}

func (lp *loop) free(c *conn) {
	lp.finish(c)
	lp.unpark(c)
	lp.alarms.Cancel(c.alarm)
	lp.spare.Put(c.owed)
	*c = conn{turn: c.turn}
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
	for _, s := range lp.sleepers.over() {
		lp.resume(s)
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
	for _, c := range lp.conns.All {
		if c.fd == 0 {
			continue
		}
		if c.parked != nil && c.parked.room != nil {
			lp.timeOut(c)
		} else if lp.write(c) {
			lp.serve(c, nil)
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
	lp.hungUp.Close()
	lp.kill()
	lp.sleepers.close()
	poll.Close(lp.listener)
	lp.wake.Close()
	lp.poll.Close()
}

func (lp *loop) counts() wire.Counts {
	return wire.Counts{Conns: lp.open, Waiters: lp.waiters, Members: lp.members, Rooms: lp.rooms.Len(), DroppedSlow: lp.dropped}
}

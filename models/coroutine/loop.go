package coroutine

import (
	"context"
	"sync"
	"time"

	"cbench/internal/poll"
)

// loop runs coroutines, one at a time, and waits for all of them. All of it belongs to the goroutine that runs it, which is
// now the loop and now one of the coroutines, but for what mu guards.
type loop struct {
	poll    *poll.Poller
	wake    poll.Waker
	sockets poll.Table[*socket] // by descriptor
	alarms  poll.Alarms[*coroutine]
	atEnd   func()          // of every turn; nil: nothing
	ctx     context.Context // once it is done nothing more is read

	running *coroutine   // nil: the loop itself
	ready   []*coroutine // to be resumed in the next turn
	resumed []*coroutine // in this turn
	alive   int          // coroutines that did not end
	closing []int32      // descriptors to be closed at the end of the turn: that takes a deeper stack than a coroutine's

	in     []byte     // where every read goes
	reader *coroutine // who is not done with what is there, if anybody
	wrote  int        // bytes that the running coroutine wrote without waiting

	mu     sync.Mutex // guards all below
	posted []func()   // by other threads, to be run on the loop
	closed bool
}

const (
	readSize  = 64 << 10
	writeMost = 256 << 10 // bytes written by one coroutine a turn, so that a fast reader does not starve the others
)

func (lp *loop) open(ctx context.Context) (err error) {
	lp.ctx = ctx
	lp.in = make([]byte, readSize)
	if lp.poll, err = poll.Open(); err != nil {
		return err
	}
	if lp.wake, err = lp.poll.NewWaker(); err != nil {
		lp.poll.Close()
	}
	return err
}

func (lp *loop) close() {
	lp.mu.Lock()
	defer lp.mu.Unlock()
	lp.closed = true
	lp.closeSockets()
	lp.wake.Close()
	lp.poll.Close()
}

// run turns until every coroutine has ended. A turn: wait, tell who has something to go on with, resume those. If it can no
// longer wait it has fail end them all, and says why.
func (lp *loop) run(fail func()) (failed error) {
	for lp.alive > 0 {
		events, err := lp.poll.Wait(lp.pollTimeout())
		if err != nil && failed == nil {
			failed = err
			fail()
		}
		for i := range events {
			lp.onEvent(int(events[i].Fd), event(events[i].Events))
		}
		if failed != nil {
			lp.runPosted()
		}
		lp.fireAlarms()
		lp.turn()
	}
	return failed
}

// pollTimeout is the time until the loop has something to do without an event, or -1 if there is no such time.
func (lp *loop) pollTimeout() time.Duration {
	switch {
	case len(lp.ready) > 0:
		return 0
	case lp.alarms.Len() == 0:
		return -1
	}
	return lp.alarms.PollTimeout(time.Now())
}

func (lp *loop) onEvent(fd int, what event) {
	if fd == lp.wake.Fd() {
		lp.wake.Clear()
		lp.runPosted()
	} else if s := *lp.sockets.At(fd); s != nil {
		s.onEvent(what)
	}
}

// fireAlarms tells who waited long enough.
func (lp *loop) fireAlarms() {
	if lp.alarms.Len() == 0 {
		return
	}
	for now := time.Now(); ; {
		co, due := lp.alarms.Due(now)
		if !due {
			return
		}
		lp.notify(co, timeout)
	}
}

// turn resumes every coroutine that is ready. Those that become ready by that are resumed in the next, because
// more may be ready by then.
func (lp *loop) turn() {
	lp.ready, lp.resumed = lp.resumed[:0], lp.ready
	for i, co := range lp.resumed {
		lp.resumed[i] = nil
		lp.running, lp.wrote = co, 0
		if _, lives := co.resume(); !lives {
			lp.alive--
		}
	}
	lp.running = nil
	if lp.atEnd != nil {
		lp.atEnd()
	}
	lp.closeSockets()
}

func (lp *loop) closeSockets() {
	for _, fd := range lp.closing {
		poll.Close(int(fd)) // epoll forgets it with that
	}
	lp.closing = lp.closing[:0]
}

// post has the loop run f, soon: the one thing that another thread may ask of it. After its end it is not run.
func (lp *loop) post(f func()) {
	lp.mu.Lock()
	defer lp.mu.Unlock()
	if !lp.closed {
		lp.posted = append(lp.posted, f)
		lp.wake.Wake()
	}
}

func (lp *loop) runPosted() {
	lp.mu.Lock()
	posted := lp.posted
	lp.posted = nil
	lp.mu.Unlock()
	for _, f := range posted {
		f()
	}
}

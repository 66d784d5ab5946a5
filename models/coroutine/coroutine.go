package coroutine

import (
	"iter"
	"time"

	"cbench/internal/poll"
)

// event is something that a coroutine may wait for: a set of them, of which any will do. A socket's are epoll's own bits.
type event uint32

const (
	readable event = poll.In
	writable event = poll.Out
	gone     event = poll.Gone // the client sends no more
	onSocket       = readable | writable | gone
)

const (
	news    event = 1 << (16 + iota) // in the room that a long poll waits in
	less                             // is owed to a member
	done                             // is what a thread was asked to do
	place                            // for one more connection
	turn                             // of the loop: the next
	timeout                          //
)

// coroutine is a stack of its own that runs when the loop resumes it and until it waits: cooperative, and so alone. It is
// iter.Pull's, whose switch is the runtime's own, from stack to stack on one thread, without the scheduler.
type coroutine struct {
	resume func() (struct{}, bool)
	yield  func(struct{}) bool
	wants  event // what it waits for; none while it runs
	got    event // which of these came: not none while it is on the list of those to be resumed
}

// spawn starts a coroutine in the loop's next turn. It must end by itself: nothing stops it.
func (lp *loop) spawn(run func()) {
	co := new(coroutine)
	co.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
		co.yield = yield
		run()
	})
	lp.ready = append(lp.ready, co)
	lp.alive++
}

// wait yields until any of the events is told to the running coroutine, and returns which were. What was told earlier is
// not remembered: look whether there is need to wait, then wait. Nothing can come in between.
func (lp *loop) wait(any event) event {
	co := lp.running
	if lp.reader == co { // it is not done with what it read
		lp.reader, lp.in = nil, make([]byte, readSize)
	}
	co.wants, co.got = any, 0
	if any&turn != 0 {
		lp.notify(co, turn)
	}
	co.yield(struct{}{})
	co.wants = 0
	return co.got
}

// waitUntil is wait with a timeout.
func (lp *loop) waitUntil(any event, at time.Time) event {
	alarm := lp.alarms.Set(at, lp.running)
	got := lp.wait(any | timeout)
	lp.alarms.Cancel(alarm)
	return got
}

// notify has a coroutine resumed if it waits for any of the events, and reports whether it does. A nil coroutine waits for none.
func (lp *loop) notify(co *coroutine, what event) bool {
	if co == nil || co.wants&what == 0 {
		return false
	}
	if co.got == 0 {
		lp.ready = append(lp.ready, co)
	}
	co.got |= co.wants & what
	return true
}

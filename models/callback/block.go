package callback

import (
	"sync"
	"time"

	"cbench/models/internal/offload"
	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline and spin stall the loop, and so everybody: that is the lesson. Offloaded, the sleep
// is deferred to a thread, and its result called back with.
func (c *conn) block(r *wire.Request) *Deferred {
	lp := c.lp
	form, delay := r.Form, r.Delay // the request itself is another's by the time the thread is done
	blocked := answer(func(out []byte) []byte { return form.AppendBlocked(out, delay) })
	switch r.How {
	case wire.Inline:
		sleep(delay, lp.killed.Done())
	case wire.Deep:
		stack.Deep(func() { sleep(delay, lp.killed.Done()) })
	case wire.Spin:
		for end := time.Now().Add(delay); time.Now().Before(end) && lp.killed.Err() == nil; {
		}
	case wire.Offload:
		return lp.deferToThread(func() (any, error) {
			sleep(delay, lp.threads.stop)
			return blocked, nil
		})
	}
	if lp.killed.Err() != nil { // cut short: that is no answer
		c.loseConnection()
		return lp.failures.Succeed(answer(nothing))
	}
	return lp.failures.Succeed(blocked)
}

func sleep(d time.Duration, stop <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-stop:
	}
}

// deferToThread calls f where it may block, and fires with what it returns, back on the loop.
func (lp *loop) deferToThread(f func() (any, error)) *Deferred {
	d := lp.failures.Deferred()
	lp.threads.Add(func() {
		value, err := f()
		lp.threads.callFromThread(func() { d.fire(value, err) })
	})
	return d
}

// threads are where calls may block, and from where the loop is called back.
type threads struct {
	offload.Threads
	wake func() // tells the loop that there are results
	stop chan struct{}

	mu   sync.Mutex // guards all below
	back []func()   // to be called on the loop
}

func newThreads(limit int, wake func()) *threads {
	return &threads{Threads: offload.Threads{Most: limit}, wake: wake, stop: make(chan struct{})}
}

// callFromThread has the loop call f. It may be called from any goroutine.
func (t *threads) callFromThread(f func()) {
	t.mu.Lock()
	t.back = append(t.back, f)
	t.mu.Unlock()
	t.wake()
}

// results takes what is to be called on the loop.
func (t *threads) results() []func() {
	t.mu.Lock()
	defer t.mu.Unlock()
	back := t.back
	t.back = nil
	return back
}

// close cuts every sleep short and waiters until the threads are gone.
func (t *threads) close() {
	close(t.stop)
	t.Wait()
}

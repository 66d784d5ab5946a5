package reactor

import (
	"sync"
	"time"

	"cbench/models/internal/offload"
	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline and spin stall the loop, and so everybody: that is the lesson. Offloaded, the
// connection is parked and the sleep slept elsewhere.
func (lp *loop) block(c *conn, r *wire.Request) {
	switch r.How {
	case wire.Inline:
		lp.sleep(r.Delay)
	case wire.Deep:
		stack.Deep(func() { lp.sleep(r.Delay) })
	case wire.Spin:
		for end := time.Now().Add(r.Delay); time.Now().Before(end) && lp.killed.Err() == nil; {
		}
	case wire.Offload:
		c.parked = &parked{form: r.Form}
		s := sleep{fd: c.fd, turn: c.turn, form: r.Form, delay: r.Delay}
		lp.sleepers.Add(func() { lp.sleepers.run(s) })
		return
	}
	if lp.killed.Err() != nil { // cut short: that is no answer
		lp.finish(c)
		return
	}
	c.owed = r.Form.AppendBlocked(c.owed, r.Delay)
}

// sleep is cut short if the server is forced to end.
func (lp *loop) sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-lp.killed.Done():
	}
}

// resume answers an offloaded sleep that is over, if the connection is still there, and goes on with it.
func (lp *loop) resume(s sleep) {
	c := lp.conns.At(int(s.fd))
	if c.fd == 0 || c.turn != s.turn {
		return
	}
	c.parked = nil
	c.owed = s.form.AppendBlocked(lp.owing(c), s.delay)
	if lp.write(c) {
		lp.serve(c, nil)
	}
}

// sleep is one offloaded request: who asked, and what to answer.
type sleep struct {
	fd    int32
	turn  uint32
	form  wire.Form
	delay time.Duration
}

// sleepers are the threads for blocking work, and what came of it.
type sleepers struct {
	offload.Threads
	wake func() // tells the loop that some are over
	stop chan struct{}

	mu    sync.Mutex // guards all below
	ended []sleep
}

func newSleepers(limit int, wake func()) *sleepers {
	return &sleepers{Threads: offload.Threads{Most: limit}, wake: wake, stop: make(chan struct{})}
}

// run sleeps, in one of the threads.
func (p *sleepers) run(s sleep) {
	t := time.NewTimer(s.delay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-p.stop:
	}
	p.mu.Lock()
	p.ended = append(p.ended, s)
	p.mu.Unlock()
	p.wake()
}

// over takes the sleeps that ended since it was last asked.
func (p *sleepers) over() []sleep {
	p.mu.Lock()
	defer p.mu.Unlock()
	ended := p.ended
	p.ended = nil
	return ended
}

// close ends every sleep and waits until the goroutines are gone.
func (p *sleepers) close() {
	close(p.stop)
	p.Wait()
}

package reactor

import (
	"sync"
	"time"

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
		c.park = &park{form: r.Form}
		lp.sleepers.add(sleep{fd: c.fd, turn: c.turn, form: r.Form, delay: r.Delay})
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

// resume answers an offloaded sleep that is over, if whoever asked is still there, and goes on with the connection.
func (lp *loop) resume(s sleep) {
	c := lp.conns.At(int(s.fd))
	if c.fd == 0 || c.turn != s.turn {
		return
	}
	c.park = nil
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

// sleepers are the threads for blocking work: goroutines, started when there is something to sleep, limit at most.
type sleepers struct {
	limit int
	wake  func() // tells the loop that some are over
	stop  chan struct{}
	done  sync.WaitGroup

	mu      sync.Mutex // guards all below
	waiting []sleep    // more than limit: they queue
	running int
	ended   []sleep
}

func newSleepers(limit int, wake func()) *sleepers {
	return &sleepers{limit: limit, wake: wake, stop: make(chan struct{})}
}

func (p *sleepers) add(s sleep) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, s)
	if p.running < p.limit {
		p.running++
		p.done.Go(p.run)
	}
}

// run sleeps until nothing is queued.
func (p *sleepers) run() {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		p.mu.Lock()
		if len(p.waiting) == 0 {
			p.running--
			p.mu.Unlock()
			return
		}
		s := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.mu.Unlock()

		t.Reset(s.delay)
		select {
		case <-t.C:
		case <-p.stop:
		}

		p.mu.Lock()
		p.ended = append(p.ended, s)
		p.mu.Unlock()
		p.wake()
	}
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
	p.done.Wait()
}

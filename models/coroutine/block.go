package coroutine

import (
	"sync"
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline and spin stall the loop, and so everybody: that is the lesson. Offloaded, only this coroutine
// waits, and a thread sleeps. It reports whether it came to its end: not if the server was forced to.
func (c *conn) block(how wire.How, d time.Duration) (ended bool) {
	switch how {
	case wire.Spin:
		for end := time.Now().Add(d); time.Now().Before(end); {
			if c.s.killed.Err() != nil {
				return false
			}
		}
		return true
	case wire.Offload:
		c.keep()
		c.s.offload(func() { ended = c.s.sleep(d) })
		return ended
	case wire.Deep:
		stack.Deep(func() { ended = c.s.sleep(d) })
		return ended
	}
	return c.s.sleep(d)
}

func (s *server) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.killed.Done():
		return false
	}
}

// offload has a thread make a blocking call, for which only the running coroutine waits.
func (s *server) offload(call func()) {
	co := s.running
	s.threads.add(func() {
		call()
		s.post(func() { s.tell(co, done) })
	})
	s.wait(done)
}

// threads are for blocking calls: goroutines that the runtime gives threads where these block in the kernel, started when
// there is something to do, most at most.
type threads struct {
	most int
	done sync.WaitGroup

	mu      sync.Mutex // guards all below
	calls   []func()   // more than most: they queue
	running int
}

func (p *threads) add(call func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
	if p.running < p.most {
		p.running++
		p.done.Go(p.run)
	}
}

// run makes calls until none is queued.
func (p *threads) run() {
	for {
		p.mu.Lock()
		if len(p.calls) == 0 {
			p.running--
			p.mu.Unlock()
			return
		}
		call := p.calls[0]
		p.calls[0] = nil
		p.calls = p.calls[1:]
		p.mu.Unlock()
		call()
	}
}

// end waits until every call was made.
func (p *threads) end() { p.done.Wait() }

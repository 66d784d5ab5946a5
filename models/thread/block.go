package thread

import (
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. It blocks only its own thread, and so harms no other client. An offloaded sleep is slept here too,
// once there is a place for it: this thread is the spare one. block reports false if the server was forced to end first.
func (c *conn) block(how wire.How, d time.Duration) (ended bool) {
	switch how {
	case wire.Spin:
		for end := used() + d; used() < end; { // of its own CPU time: others of its CPU's threads may run meanwhile
			if c.s.killed.Err() != nil {
				return false
			}
		}
		return true
	case wire.Offload:
		if !c.s.place.take() {
			return false
		}
		defer c.s.place.give()
	case wire.Deep:
		stack.Deep(func() { ended = c.s.sleep(d) })
		return ended
	}
	return c.s.sleep(d)
}

// sleep parks the thread.
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

// take waits for a place. It reports false if the server was forced to end.
func (p *places) take() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.free == 0 && !p.closed {
		p.freed.Wait()
	}
	if p.closed {
		return false
	}
	p.free--
	return true
}

func (p *places) give() {
	p.mu.Lock()
	p.free++
	p.mu.Unlock()
	p.freed.Signal()
}

func (p *places) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.freed.Broadcast()
}

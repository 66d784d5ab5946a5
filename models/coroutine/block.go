package coroutine

import (
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline and spin stall the loop, and so everybody: that is the lesson. Offloaded, only this coroutine
// waits, and a thread sleeps. block reports false if the server was forced to end first.
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
	s.threads.Add(func() {
		call()
		s.post(func() { s.notify(co, done) })
	})
	s.wait(done)
}

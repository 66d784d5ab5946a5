package goroutine

import (
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. It blocks only its own goroutine, and so harms no other client. An offloaded sleep is slept here
// too, once there is a place for it: this goroutine is the spare one. block reports false if the server was forced to end first.
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
		select {
		case c.s.sleepers <- struct{}{}:
			defer func() { <-c.s.sleepers }()
		case <-c.s.killed.Done():
			return false
		}
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

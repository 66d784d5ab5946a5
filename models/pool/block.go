package pool

import (
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline and spin take a worker out of service, and with as many of them as there are workers everybody
// waits. Offloaded, the connection is parked and no worker waits with it. It reports whether to go on with the next request.
func (c *conn) block(r *wire.Request, out []byte) ([]byte, bool) {
	switch r.How {
	case wire.Inline:
		if !c.s.sleep(r.Delay) {
			c.finish()
			return out, false
		}
	case wire.Deep:
		ended := false
		if stack.Deep(func() { ended = c.s.sleep(r.Delay) }); !ended {
			c.finish()
			return out, false
		}
	case wire.Spin:
		for end := time.Now().Add(r.Delay); time.Now().Before(end) && c.s.killed.Err() == nil; {
		}
		if c.s.killed.Err() != nil {
			c.finish()
			return out, false
		}
	case wire.Offload:
		c.mu.Lock()
		c.parked = true
		c.mu.Unlock()
		form, delay := r.Form, r.Delay
		c.s.sleeping.Go(func() { c.offload(form, delay) })
		return out, false
	}
	return r.Form.AppendBlocked(out, r.Delay), true
}

// offload sleeps in a goroutine of its own once there is a place, answers, and queues the connection to be gone on with.
func (c *conn) offload(f wire.Form, d time.Duration) {
	select {
	case c.s.sleepers <- struct{}{}:
		defer func() { <-c.s.sleepers }()
	case <-c.s.killed.Done():
		return
	}
	if !c.s.sleep(d) {
		return
	}
	c.resume(f.AppendBlocked(nil, d))
}

// sleep reports whether it came to its end: not if the server was forced to.
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

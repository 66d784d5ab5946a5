// Package offload makes blocking calls on behalf of a loop that must not block.
package offload

import "sync"

// Threads make calls: goroutines that the runtime gives threads where these block in the kernel. They are started when there is
// something to do, Most at most.
type Threads struct {
	Most int

	done sync.WaitGroup

	mu      sync.Mutex // guards all below
	calls   []func()   // more than Most: they queue
	running int
}

// Add has a thread make the call, once there is one for it.
func (t *Threads) Add(call func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, call)
	if t.running < t.Most {
		t.running++
		t.done.Go(t.run)
	}
}

// run makes calls until none is queued.
func (t *Threads) run() {
	for {
		t.mu.Lock()
		if len(t.calls) == 0 {
			t.running--
			t.mu.Unlock()
			return
		}
		call := t.calls[0]
		t.calls[0] = nil
		t.calls = t.calls[1:]
		t.mu.Unlock()
		call()
	}
}

// Wait waits until every call was made.
func (t *Threads) Wait() { t.done.Wait() }

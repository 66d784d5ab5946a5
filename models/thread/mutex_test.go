package thread

import (
	"runtime"
	"sync"
	"testing"
)

// TestMutex: one thread at a time is inside, whoever waits gets in, and what is done inside is seen by the next: else the race
// detector tells.
func TestMutex(t *testing.T) {
	const threads, each = 8, 500
	var m mutex
	var all sync.WaitGroup
	inside, n := 0, 0
	for range threads {
		all.Go(func() {
			runtime.LockOSThread()
			for range each {
				m.Lock()
				if inside++; inside != 1 {
					t.Error("two are inside")
				}
				n++
				runtime.Gosched() // so that others come and wait
				inside--
				m.Unlock()
			}
		})
	}
	all.Wait()
	if n != threads*each || m.state.Load() != unlocked {
		t.Errorf("%d turns, want %d; state %d", n, threads*each, m.state.Load())
	}
	defer func() {
		if recover() == nil {
			t.Error("an unlocked lock can be unlocked")
		}
	}()
	m.Unlock()
}

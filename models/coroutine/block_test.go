package coroutine

import (
	"sync/atomic"
	"testing"

	"cbench/models/internal/offload"
)

// TestOffload: no more calls at once than there are threads for, the others queue, and the loop turns meanwhile.
func TestOffload(t *testing.T) {
	const most, calls = 2, 7
	s := &server{threads: offload.Threads{Most: most}}
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	var running, peak, made atomic.Int32
	entered, leave := make(chan struct{}, calls), make(chan struct{})
	for range calls {
		s.spawn(func() {
			s.offload(func() {
				peak.Store(max(peak.Load(), running.Add(1)))
				entered <- struct{}{}
				<-leave
				running.Add(-1)
				made.Add(1)
			})
		})
	}
	s.spawn(func() {
		for len(entered) < most {
			s.wait(turn) // the loop turns, though every thread is blocked
		}
		if n := len(entered); n != most {
			t.Errorf("%d calls at once, want %d", n, most)
		}
		close(leave)
	})
	s.finish(t)
	s.threads.Wait()
	if made.Load() != calls || peak.Load() > most {
		t.Errorf("%d calls made of %d, %d at once", made.Load(), calls, peak.Load())
	}
}

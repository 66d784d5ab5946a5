package modeltest

import (
	"context"
	"sync"
)

// subtests is *testing.T, without linking package testing into every command that checks.
type subtests[S any] interface {
	Helper()
	Run(name string, f func(S)) bool
	Parallel()
	Cleanup(f func())
	Skip(args ...any)
	Error(args ...any)
	Log(args ...any)
}

// Test checks serve in this process, a subtest a case; with no parts named it checks all of them. serve is to return
// once its context is done and nothing of it is left, and closes the listener.
//
// Cases that look at what the process holds come first, one after the other; then all others, side by side, each with
// servers to itself.
func Test[S subtests[S]](t S, serve Serve, parts ...string) {
	t.Helper()
	if len(parts) == 0 {
		parts = Parts
	}
	idle := suites{target: Target{Start: InProcess(serve)}}
	t.Cleanup(func() {
		for _, why := range idle.close() {
			t.Error("a server that cases shared: " + why)
		}
	})
	for _, c := range Cases() {
		if !c.within(parts) {
			continue
		}
		t.Run(c.Name, func(t S) {
			if !c.looks {
				t.Parallel()
			}
			s := idle.take()
			defer idle.put(s)
			switch r := s.check(c); {
			case r.Outcome == Skip:
				t.Skip(r.Why)
			case r.Outcome == Fail:
				t.Error(c.Doc + "\n" + r.Why)
			case r.Why != "":
				t.Log(r.Why)
			}
		})
	}
}

// suites are those that no case is using: as many as there were ever cases at once.
type suites struct {
	target Target

	mu  sync.Mutex // guards all
	all []*suite
}

func (s *suites) take() *suite {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.all); n > 0 {
		last := s.all[n-1]
		s.all = s.all[:n-1]
		return last
	}
	return newSuite(context.Background(), s.target)
}

func (s *suites) put(one *suite) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, one)
}

// close stops all shared servers and says what was wrong with their ends.
func (s *suites) close() (whys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if why := one.close(); why != "" {
			whys = append(whys, why)
		}
	}
	return whys
}

package modeltest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

// Side by side, the cases are the same and are told in the same order, and every server that was started is stopped.
func TestRunSideBySide(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex // guards alive
	alive := map[*Server]bool{}
	start := func(cfg StartConfig) (*Server, error) {
		srv, err := asCommand("")(cfg)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		alive[srv] = true
		stop := srv.Stop
		srv.Stop = func() error {
			mu.Lock()
			defer mu.Unlock()
			delete(alive, srv)
			return stop()
		}
		return srv, nil
	}
	var want, got []string
	for _, c := range Cases() {
		if c.within([]string{Echo}) {
			want = append(want, c.Name)
		}
	}
	ok := Run(t.Context(), Target{Start: start, AtOnce: 5}, []string{Echo}, func(r Result) {
		if got = append(got, r.Case); r.Outcome != Pass {
			t.Errorf("%s: %s: %s", r.Case, r.Outcome, r.Why)
		}
	})
	if !ok || !slices.Equal(got, want) {
		t.Errorf("ok is %v, cases %v, want %v", ok, got, want)
	}
	if len(alive) > 0 {
		t.Errorf("%d servers were left", len(alive))
	}
}

// What was wrong with the end of any of the shared servers is told, once.
func TestRunSideBySideTellsOfBadEnds(t *testing.T) {
	t.Parallel()
	start := func(cfg StartConfig) (*Server, error) {
		srv, err := InProcess(serveReference(""))(cfg)
		if err != nil {
			return nil, err
		}
		stop := srv.Stop
		srv.Stop = func() error { return errors.Join(stop(), errors.New("it wept")) }
		return srv, nil
	}
	var last Result
	ended := 0
	ok := Run(t.Context(), Target{Start: start, AtOnce: 3}, []string{Chat}, func(r Result) {
		if last = r; r.Case == "shared-server" {
			ended++
		}
	})
	if ok || ended != 1 || last.Case != "shared-server" || last.Outcome != Fail {
		t.Errorf("ok is %v, told %d times, the last %+v", ok, ended, last)
	}
}

func TestRunSideBySideInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	ok := Run(ctx, Target{Start: asCommand(""), AtOnce: 4}, allParts, func(Result) {
		told++
		cancel()
	})
	if ok || told != 1 {
		t.Errorf("ok is %v after an interrupt, %d cases were told", ok, told)
	}
}

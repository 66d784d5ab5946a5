package load

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/results/record"
)

func take(a arrivals, n int) (due []int64) {
	for range n {
		due = append(due, a.due())
		a.pass()
	}
	return due
}

func TestConstantArrivals(t *testing.T) {
	for _, c := range []struct {
		rate, phase float64
		n           int
		last        int64 // ns
	}{
		{1, 0, 1, 0},
		{1, 0, 4, 3e9},
		{1000, 0, 1001, 1e9},
		{1000, 0.5, 1001, 1e9 + 5e5},
		{3, 0, 3_000_001, 1e15}, // a third of a second does not drift
		{20000, 0.25, 2, 62500},
	} {
		if due := take(constant(c.rate, c.phase), c.n); due[c.n-1] != c.last {
			t.Errorf("%v/s from %v: message %d is due at %d ns, want %d", c.rate, c.phase, c.n, due[c.n-1], c.last)
		}
	}
}

func TestPoissonArrivals(t *testing.T) {
	const rate, n = 1000, 100_000
	due := take(poisson(rate, 1, 0), n)
	var squares float64
	last := int64(0)
	for _, at := range due {
		if at < last {
			t.Fatalf("due at %d ns after %d", at, last)
		}
		squares += math.Pow(float64(at-last)/1e6, 2)
		last = at
	}
	mean := float64(last) / n / 1e6
	if spread := squares/n - mean*mean; math.Abs(mean-1) > 0.02 || math.Abs(spread-1) > 0.05 {
		t.Errorf("gaps of %v ms, variance %v: both must be about 1", mean, spread)
	}
	again, other := take(poisson(rate, 1, 0), 3), take(poisson(rate, 1, 1), 3)
	if again[2] != due[2] || other[2] == due[2] {
		t.Error("the sequence does not follow from seed and loop")
	}
}

func TestSketch(t *testing.T) {
	for ns := int64(1); ns < 60e9; ns = ns*9/8 + 1 {
		i := bucketOf(ns)
		if end := upperEnd(i); ns > end || i > 0 && ns >= 1<<sketchFloor && float64(end) > 1.26*float64(ns) {
			t.Fatalf("%d ns is in bucket %d, which ends at %d", ns, i, end)
		}
	}
	var s sketch
	for range 99 {
		s.record(1e6)
	}
	if _, ok := s.p99(); ok {
		t.Error("99 values have a 99th percentile")
	}
	s.record(1e9)
	if p, _ := s.p99(); p < 1e6 || p > 1.26e6 {
		t.Errorf("p99 %d of 99 values of 1 ms and one of 1 s", p)
	}
	s.record(1e9)
	if p, _ := s.p99(); p < 1e9 || p > 1.26e9 {
		t.Errorf("p99 %d of 99 values of 1 ms and two of 1 s", p)
	}
	for range 3 * math.MaxUint16 { // past what a bucket counts to
		s.record(2e6)
	}
	if p, ok := s.p99(); !ok || p < 2e6 || p > 2.6e6 {
		t.Errorf("p99 %d of mostly 2 ms", p)
	}
}

func TestFairness(t *testing.T) {
	a, b := newTally(2), newTally(2)
	copy(a.receipts, []uint32{400, 400})
	copy(b.receipts, []uint32{0, 0})
	if f := fairness([]*tally{a, b}); f.Jain == nil || *f.Jain != 0.5 || f.WorstConnP99NS != nil || f.MedianConnP99NS != nil {
		t.Errorf("half of the connections served: %+v", f)
	}
	for range 100 {
		a.sketches[0].record(1e6)
		a.sketches[1].record(1e6)
		b.sketches[1].record(8e6)
	}
	copy(b.receipts, []uint32{400, 400})
	f := fairness([]*tally{a, b})
	if *f.Jain != 1 || f.WorstConnP99NS == nil || *f.WorstConnP99NS < 8e6 || *f.MedianConnP99NS < 1e6 || *f.MedianConnP99NS > 2e6 {
		t.Errorf("as many replies each, one of them late: %+v", f)
	}
	if f := fairness([]*tally{newTally(5)}); f != (record.Fairness{}) {
		t.Errorf("none served: %+v", f)
	}
}

func TestMeasures(t *testing.T) {
	r := round{start: 100, end: 200}
	for at, want := range map[int64]bool{-5: false, 0: false, 99: false, 100: true, 199: true, 200: false, never: false} {
		if r.measures(at) != want {
			t.Errorf("due at %d: %v", at, !want)
		}
	}
	if none := idleRound(); none.measures(0) || none.measures(5) {
		t.Error("an idle round measures")
	}
}

func TestClock(t *testing.T) {
	before := clockOf(unix.CLOCK_MONOTONIC)
	at := mono(clock())
	after := clockOf(unix.CLOCK_MONOTONIC)
	// began and beganMono are read one after the other, so the two may be apart by as much as that took.
	const apart = int64(time.Second)
	if at < before-apart || at > after+apart {
		t.Errorf("%d is not between %d and %d", at, before, after)
	}
}

// Every thread of a load process is where it was put, and this process where it was.
func TestStartPins(t *testing.T) {
	t.Setenv("CBENCH_TEST_LOAD", "1")
	var before, after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	last := -1
	for c := range 1024 {
		if before.IsSet(c) {
			last = c
		}
	}
	p := testProcess()
	p.CPUs = []int{last}
	r, err := Start(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(t.Context(), plan(serve(t, nil).addr(), "echo", 1)); err != nil {
		t.Fatal(err)
	}
	tasks, err := os.ReadDir("/proc/" + strconv.Itoa(r.Pid()) + "/task")
	if err != nil || len(tasks) == 0 {
		t.Fatal(err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(r.Pid()) + "/task/" + task.Name() + "/status")
		if err != nil {
			continue // a thread that just ended
		}
		if !strings.Contains(string(status), "Cpus_allowed_list:\t"+strconv.Itoa(last)+"\n") {
			t.Errorf("thread %s runs elsewhere than CPU %d", task.Name(), last)
		}
	}
	if err := r.Stop(); err != nil {
		t.Error(err)
	}
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != before {
		t.Errorf("this process was moved: %v", err)
	}
	p.CPUs = []int{1023}
	if _, err := Start(p); err == nil {
		t.Error("a CPU that does not exist is taken")
	}
}

// A steady deficit is behind well before a stall at the end could be; a stall at the end is not; and what the warm-up left
// is negative.
func TestBehind(t *testing.T) {
	ms := int64(time.Millisecond)
	for _, tt := range []struct {
		name             string
		answered         func(due int64) int64 // when
		behind, inWindow int64
	}{
		{"as fast as can be", func(due int64) int64 { return due }, 0, 1000},
		{"under way at every time", func(due int64) int64 { return due + 20*ms }, 0, 1000},
		{"four of five, from the beginning", func(due int64) int64 { return due * 5 / 4 }, 150, 800},
		{"a stall of 200 ms at the end", func(due int64) int64 {
			if due >= 1800*ms {
				return 2000 * ms
			}
			return due
		}, 0, 800},
		{"the warm-up ended in one", func(due int64) int64 {
			if due >= 900*ms && due < 1000*ms {
				return 1000 * ms
			}
			return due
		}, -100, 1100},
	} {
		l := &loop{t: newTally(1), round: round{start: 1000 * ms, end: 2000 * ms, edge: 1750 * ms}}
		for due := int64(0); due < 2000*ms; due += ms {
			l.count(due, due, 1)
			l.Received(0, due, due, tt.answered(due))
		}
		if l.t.behind != tt.behind || l.t.inWindow != tt.inWindow || l.t.expected != 1000 {
			t.Errorf("%s: behind by %d, %d of %d in the window, want %d and %d", tt.name, l.t.behind, l.t.inWindow, l.t.expected, tt.behind, tt.inWindow)
		}
	}
}

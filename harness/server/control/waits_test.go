package control

import (
	"slices"
	"testing"
	"time"
)

func TestWaits(t *testing.T) {
	before := Waits{{time.Microsecond, 5}, {time.Millisecond, 1}}
	after := Waits{{time.Microsecond, 95}, {time.Millisecond, 1}, {time.Second, 10}}
	since := after.Sub(before)
	if want := (Waits{{time.Microsecond, 90}, {time.Second, 10}}); !slices.Equal(since, want) {
		t.Fatalf("since: %v, want %v", since, want)
	}
	for q, want := range map[float64]time.Duration{0.5: time.Microsecond, 0.9: time.Microsecond, 0.91: time.Second, 1: time.Second} {
		if got, ok := since.Quantile(q); got != want || !ok {
			t.Errorf("quantile %g: %v, %v; want %v", q, got, ok, want)
		}
	}
	if _, ok := Waits(nil).Quantile(0.5); ok {
		t.Error("a quantile of nothing")
	}
}

// What the server tells of its scheduler and its heap grows by what it does meanwhile.
func TestScheduling(t *testing.T) {
	client, fd := pair(t)
	go Serve(fd)
	first, err := client.Scheduling(generous)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan []byte)
	const more = 1000
	for range more {
		go func() { done <- make([]byte, 1<<10) }()
		<-done
	}
	after, err := client.Scheduling(generous)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := after.Sched.Sub(first.Sched).Quantile(0.99); !ok {
		t.Errorf("a thousand goroutines ran and none was seen to wait: %v", after.Sched)
	}
	// What a thread has in its cache is counted later: some spans are missing at each end.
	const most = more * 9 / 10
	if d := after.Allocs - first.Allocs; d < most {
		t.Errorf("%d objects were allocated, want %d or more", d, most)
	}
	if d := after.AllocBytes - first.AllocBytes; d < most<<10 {
		t.Errorf("%d bytes were allocated, want %d or more", d, most<<10)
	}
	if first.HeapAt == 0 || first.HeapAt != after.HeapAt {
		t.Errorf("the heap is at %#x, and at %#x", first.HeapAt, after.HeapAt)
	}
	if plain, err := client.Runtime(false, generous); err != nil || plain.Sched != nil {
		t.Errorf("not asked for, and told: %v, %v", plain.Sched, err)
	}
}

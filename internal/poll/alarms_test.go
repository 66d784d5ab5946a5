package poll

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestAlarms sets and cancels at random, and expects what a sorted list would do.
func TestAlarms(t *testing.T) {
	epoch := time.Unix(1000, 0)
	draw := rand.New(rand.NewPCG(1, 2))
	var a Alarms[int]
	set := map[int]*Alarm[int]{}
	at := map[int]time.Time{}
	for i := range 2000 {
		when := epoch.Add(time.Duration(draw.IntN(500)) * time.Millisecond)
		set[i], at[i] = a.Set(when, i), when
		if victim := draw.IntN(i + 1); draw.IntN(3) == 0 && set[victim] != nil {
			a.Cancel(set[victim])
			a.Cancel(set[victim]) // a second time is nothing
			delete(at, victim)
		}
	}
	a.Cancel(nil)
	if a.Len() != len(at) {
		t.Fatalf("%d alarms are set, want %d", a.Len(), len(at))
	}
	var want []time.Time
	for _, when := range at {
		want = append(want, when)
	}
	slices.SortFunc(want, time.Time.Compare)
	if got := a.PollTimeout(epoch.Add(-time.Second)); got != want[0].Sub(epoch)+time.Second {
		t.Errorf("patience %v, want until %v", got, want[0])
	}
	if _, due := a.Due(want[0].Add(-1)); due {
		t.Error("one is due before its time")
	}
	for i, when := range want {
		what, due := a.Due(epoch.Add(time.Second))
		if !due || !at[what].Equal(when) {
			t.Fatalf("number %d is due at %v (%v), want %v", i, at[what], due, when)
		}
	}
	if a.Len() != 0 || a.PollTimeout(epoch) >= 0 {
		t.Errorf("%d left, patience %v", a.Len(), a.PollTimeout(epoch))
	}
}

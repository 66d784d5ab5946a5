package control

import (
	"math"
	"runtime/metrics"
	"time"
)

// Waits counts how long goroutines were ready before they ran, as the runtime's own histogram has it: waits up to each bound, in
// order. Bounds that counted nothing are left out. It is a sample: each goroutine is timed every eighth time (gTrackingPeriod in
// runtime/runtime2.go).
type Waits []Wait

// Wait is one bucket: N waits of at most UpTo, and of more than the bucket below.
type Wait struct {
	UpTo time.Duration `json:"up_to"`
	N    uint64        `json:"n"`
}

// readWaits is this process's own, from its start.
func readWaits() Waits {
	sample := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	var all Waits
	for i, n := range h.Counts {
		if n == 0 {
			continue
		}
		upTo := h.Buckets[i+1]
		if math.IsInf(upTo, 1) {
			upTo = h.Buckets[i]
		}
		all = append(all, Wait{UpTo: time.Duration(upTo * float64(time.Second)), N: n})
	}
	return all
}

// Sub is what was waited from the reading before to the reading w of the same process.
func (w Waits) Sub(before Waits) Waits {
	had := make(map[time.Duration]uint64, len(before))
	for _, b := range before {
		had[b.UpTo] += b.N
	}
	var since Waits
	for _, b := range w {
		if n := b.N - had[b.UpTo]; b.N > had[b.UpTo] {
			since = append(since, Wait{b.UpTo, n})
		}
	}
	return since
}

// Quantile is the bound that the share q of all waits did not exceed; there must be some.
func (w Waits) Quantile(q float64) (time.Duration, bool) {
	var all, seen uint64
	for _, b := range w {
		all += b.N
	}
	for _, b := range w {
		seen += b.N
		if float64(seen) >= q*float64(all) {
			return b.UpTo, true
		}
	}
	return 0, false
}

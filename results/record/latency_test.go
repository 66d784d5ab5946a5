package record

import (
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestLatencyRoundTrip(t *testing.T) {
	h := hdrhistogram.New(1, 60e9, 3)
	for v := int64(1); v <= 1000; v++ {
		if err := h.RecordValue(v * 1000); err != nil {
			t.Fatal(err)
		}
	}
	l := NewLatency(h)
	near := func(name string, got, want int64) {
		if d := got - want; d < -want/1000 || d > want/1000 {
			t.Errorf("%s = %d, want %d to three digits", name, got, want)
		}
	}
	near("min", l.Min, 1000)
	near("mean", int64(l.Mean), 500_500)
	near("p50", l.P50, 500_000)
	near("p90", l.P90, 900_000)
	near("p99", l.P99, 990_000)
	near("p99.9", l.P999, 999_000)
	near("max", l.Max, 1_000_000)
	if l.Count != 1000 {
		t.Errorf("count = %d", l.Count)
	}
	back, err := l.Histogram()
	if err != nil || !back.Equals(h) {
		t.Errorf("decoded: %v, equal %v", err, err == nil && back.Equals(h))
	}
}

func TestExactBoundsPercentiles(t *testing.T) {
	h := hdrhistogram.New(1000, 60e9, 3)
	if err := h.RecordValue(1_234_567); err != nil {
		t.Fatal(err)
	}
	l := NewLatency(h).Exact(1_234_567, 1_234_567)
	if l.Min != 1_234_567 || l.P50 != 1_234_567 || l.P999 != 1_234_567 || l.Max != 1_234_567 {
		t.Errorf("one value is every percentile: %+v", l)
	}
}

func TestNoLatency(t *testing.T) {
	if l := NewLatency(hdrhistogram.New(1, 1000, 3)); l != nil || l.Exact(1, 2) != nil {
		t.Errorf("nothing recorded: %+v, want nil", l)
	}
	if NewLatency(nil) != nil {
		t.Error("no histogram: want nil")
	}
	for _, l := range []*Latency{nil, {}, {HDR: "not base64"}, {HDR: "AAAA"}} {
		if _, err := l.Histogram(); err == nil {
			t.Errorf("%+v: decoded, want an error", l)
		}
	}
}

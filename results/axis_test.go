package results

import (
	"cbench/results/figure"

	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func labelsOf(a plot.Axis) (labels []string) {
	for _, t := range a.Tick.Marker.Ticks(a.Min, a.Max) {
		if t.Label != "" {
			labels = append(labels, t.Label)
		}
	}
	return labels
}

func TestLogAxis(t *testing.T) {
	for _, tc := range []struct {
		name   string
		lo, hi float64
		in     unit
		want   []string
	}{
		{"one value", 30e3, 30e3, inTime, []string{"5 µs", "10 µs", "20 µs", "50 µs", "100 µs"}},
		{"within a decade", 200, 700, inTime, []string{"100 ns", "200 ns", "500 ns", "1 µs", "2 µs"}},
		{"two decades", 1e3, 1e5, inTime, []string{"1 µs", "2 µs", "5 µs", "10 µs", "20 µs", "50 µs", "100 µs"}},
		{"four decades", 1.5e3, 9e6, inTime, []string{"1 µs", "10 µs", "100 µs", "1 ms", "10 ms"}},
		{"one size", 228, 228, inBytes, []string{"32 B", "64 B", "128 B", "256 B", "512 B", "1 KiB"}},
	} {
		var a plot.Axis
		logAxis(&a, tc.lo, tc.hi, tc.in)
		if a.Min > tc.lo || a.Max < tc.hi || a.Max/a.Min < 10*(1-1e-9) {
			t.Errorf("%s: axis from %v to %v for %v to %v", tc.name, a.Min, a.Max, tc.lo, tc.hi)
		}
		if got := labelsOf(a); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Whatever is drawable gets an axis with a few labels, each within it.
func TestLogAxisAlwaysLabelled(t *testing.T) {
	for e := -3.0; e <= 17; e += 0.37 {
		for _, span := range []float64{1, 1.001, 3, 9.99, 10, 500, 1e4, 1e9, 1e21} {
			lo := math.Pow(10, e)
			hi := min(lo*span, 1e18)
			for _, in := range []unit{inBytes, inTime, inPerSecond} {
				var a plot.Axis
				logAxis(&a, lo, hi, in)
				n := 0
				for _, tick := range a.Tick.Marker.Ticks(a.Min, a.Max) {
					if tick.Label != "" {
						n++
					}
					if tick.Value < a.Min*(1-1e-6) || tick.Value > a.Max*(1+1e-6) {
						t.Fatalf("%v to %v: a tick at %v outside %v to %v", lo, hi, tick.Value, a.Min, a.Max)
					}
				}
				if a.Min > lo || a.Max < hi*(1-1e-9) || n < 2 || n > mostLabels+1 {
					t.Fatalf("%v to %v: axis %v to %v with %d labels", lo, hi, a.Min, a.Max, n)
				}
			}
		}
	}
}

func TestConnsAxis(t *testing.T) {
	var a plot.Axis
	connsAxis(&a, []float64{100, 1000, 10000, 19000}, 0.05, 0.06)
	if got, want := labelsOf(a), []string{"19k", "10k", "1k", "100"}; !slices.Equal(got, want) {
		t.Errorf("wide: %q, want %q", got, want)
	}
	connsAxis(&a, []float64{100, 1000, 10000, 19000}, 0.14, 0.26)
	if got, want := labelsOf(a), []string{"19k", "1k", "100"}; !slices.Equal(got, want) {
		t.Errorf("narrow: %q, want %q", got, want)
	}
	connsAxis(&a, []float64{1000}, 0.05, 0.06)
	if a.Min >= 1000 || a.Max <= 1000 || !slices.Equal(labelsOf(a), []string{"1k"}) {
		t.Errorf("one N: %v to %v, %q", a.Min, a.Max, labelsOf(a))
	}
}

func TestNinesAxis(t *testing.T) {
	var a plot.Axis
	ninesAxis(&a, 4)
	if got, want := labelsOf(a), []string{"50", "90", "99", "99.9", "99.99"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if x := figure.Nines(99.9); math.Abs(x-3) > 1e-9 {
		t.Errorf("99.9 %% stands at %v nines", x)
	}
}

func TestApart(t *testing.T) {
	for _, tc := range []struct{ want, at []vg.Length }{
		{nil, []vg.Length{}},
		{[]vg.Length{90, 50, 10}, []vg.Length{90, 50, 10}},
		{[]vg.Length{50, 50, 50}, []vg.Length{60, 50, 40}},
		{[]vg.Length{99, 99, 30}, []vg.Length{100, 90, 30}},
		{[]vg.Length{30, 2, 1, 0}, []vg.Length{30, 20, 10, 0}},
		{[]vg.Length{55, 54, 20, 19}, []vg.Length{59.5, 49.5, 24.5, 14.5}},
	} {
		if got := apart(tc.want, 10, 100, 0); !slices.EqualFunc(got, tc.at, func(a, b vg.Length) bool { return math.Abs(float64(a-b)) < 1e-9 }) {
			t.Errorf("apart(%v) = %v, want %v", tc.want, got, tc.at)
		}
	}
}

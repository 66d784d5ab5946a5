package report

import (
	"math"
	"strings"
	"testing"

	"cbench/results"
)

func TestBestOf(t *testing.T) {
	cpu, rate := figures.cpu, figures.throughput
	nan := math.NaN()
	interval := func(other string, v results.Verdict, low, mid, high float64) results.Comparison {
		c := compared(other, 100, v, mid, cpu)
		c.Ratio.Low, c.Ratio.High = low, high
		return c
	}
	for _, tt := range []struct {
		name string
		of   []results.Comparison
		want string
	}{
		{"nothing", nil, ""},
		{"the base alone", []results.Comparison{compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor"},
		{"no difference over a wide interval", []results.Comparison{interval("pool", results.Same, 0.85, 1, 1.2), compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor pool"},
		{"no difference, and how sure is not known", []results.Comparison{interval("pool", results.Same, nan, 1, nan)}, "reactor pool"},
		{"others that meet, but may be much worse", []results.Comparison{interval("pool", results.Less, 0.45, 0.5, 0.55), interval("actor", results.Less, 0.5, 0.6, 0.7)}, "pool"},
		{"others whose intervals meet", []results.Comparison{interval("pool", results.Less, 0.48, 0.5, 0.52), interval("actor", results.Less, 0.49, 0.52, 0.54)}, "pool actor"},
		{"a tie", []results.Comparison{compared("pool", 100, results.Same, 1, cpu), compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor pool"},
		{"another", []results.Comparison{compared("pool", 100, results.Less, 0.5, cpu), compared("goroutine", 100, results.Less, 0.8, cpu)}, "pool"},
		{"more is better", []results.Comparison{compared("pool", 100, results.More, 1.9, rate), compared("goroutine", 100, results.Less, 0.6, rate)}, "pool"},
		{"a control is none", []results.Comparison{compared("floor", 100, results.Less, 0.5, cpu), compared("pool", 100, results.Same, 1, cpu)}, "reactor pool"},
		{"too little is known", []results.Comparison{compared("pool", 100, results.Unknown, 0, cpu)}, ""},
	} {
		if got := strings.Join(bestOf(tt.of, isFloor), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Who is neither worse nor surely as good is named, and as that.
func TestShortNamesWhoIsNotToldApart(t *testing.T) {
	cpu := figures.cpu
	wide := compared("pool", 100, results.Same, 1, cpu)
	wide.Ratio.Low, wide.Ratio.High = 0.7, 1.4
	of := []results.Comparison{wide, compared("callback", 100, results.Same, 1, cpu), compared("goroutine", 100, results.More, 1.4, cpu)}
	got := facts{control: isFloor}.short(of, bestOf(of, isFloor))
	want := "no difference found in `callback`; 40% more (30 to 50%) in `goroutine`; `pool` not told apart, but not known to be within 10% either."
	if !strings.HasSuffix(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

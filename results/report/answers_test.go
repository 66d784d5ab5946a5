package report

import (
	"math"
	"strings"
	"testing"

	"cbench/results/compare"
)

func TestBestOf(t *testing.T) {
	cpu, rate := figures.cpu, figures.throughput
	nan := math.NaN()
	interval := func(other string, v compare.Verdict, low, mid, high float64) compare.Comparison {
		c := compared(other, 100, v, mid, cpu)
		c.Ratio.Low, c.Ratio.High = low, high
		return c
	}
	for _, tt := range []struct {
		name string
		of   []compare.Comparison
		want string
	}{
		{"nothing", nil, ""},
		{"the base alone", []compare.Comparison{compared("goroutine", 100, compare.More, 1.4, cpu)}, "reactor"},
		{"no difference over a wide interval", []compare.Comparison{interval("pool", compare.Same, 0.85, 1, 1.2), compared("goroutine", 100, compare.More, 1.4, cpu)}, "reactor pool"},
		{"no difference, and how sure is not known", []compare.Comparison{interval("pool", compare.Same, nan, 1, nan)}, "reactor pool"},
		{"others that meet, but may be much worse", []compare.Comparison{interval("pool", compare.Less, 0.45, 0.5, 0.55), interval("actor", compare.Less, 0.5, 0.6, 0.7)}, "pool"},
		{"others whose intervals meet", []compare.Comparison{interval("pool", compare.Less, 0.48, 0.5, 0.52), interval("actor", compare.Less, 0.49, 0.52, 0.54)}, "pool actor"},
		{"a tie", []compare.Comparison{compared("pool", 100, compare.Same, 1, cpu), compared("goroutine", 100, compare.More, 1.4, cpu)}, "reactor pool"},
		{"another", []compare.Comparison{compared("pool", 100, compare.Less, 0.5, cpu), compared("goroutine", 100, compare.Less, 0.8, cpu)}, "pool"},
		{"more is better", []compare.Comparison{compared("pool", 100, compare.More, 1.9, rate), compared("goroutine", 100, compare.Less, 0.6, rate)}, "pool"},
		{"a control is none", []compare.Comparison{compared("floor", 100, compare.Less, 0.5, cpu), compared("pool", 100, compare.Same, 1, cpu)}, "reactor pool"},
		{"too little is known", []compare.Comparison{compared("pool", 100, compare.Unknown, 0, cpu)}, ""},
	} {
		if got := strings.Join(bestOf(tt.of, isFloor), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Who is neither worse nor surely as good is named, and as that.
func TestShortNamesWhoIsNotToldApart(t *testing.T) {
	cpu := figures.cpu
	wide := compared("pool", 100, compare.Same, 1, cpu)
	wide.Ratio.Low, wide.Ratio.High = 0.7, 1.4
	of := []compare.Comparison{wide, compared("callback", 100, compare.Same, 1, cpu), compared("goroutine", 100, compare.More, 1.4, cpu)}
	got := facts{control: isFloor}.short(of, bestOf(of, isFloor))
	want := "no difference found in `callback`; 40% more (30 to 50%) in `goroutine`; `pool` not told apart, but not known to be within 10% either."
	if !strings.HasSuffix(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

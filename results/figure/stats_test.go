package figure_test

import (
	"math"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

func TestSpreadOf(t *testing.T) {
	for _, tc := range []struct {
		values []float64
		want   stats.Spread
		half   float64
	}{
		{nil, stats.Spread{}, 0},
		{[]float64{7}, stats.Spread{N: 1, Median: 7, Min: 7, Max: 7}, 0},
		{[]float64{9, 1, 5}, stats.Spread{N: 3, Median: 5, Min: 1, Max: 9}, 0.8},
		{[]float64{4, 1, 2, 3}, stats.Spread{N: 4, Median: 2.5, Min: 1, Max: 4}, 0.6},
		{[]float64{-2, 0, 2}, stats.Spread{N: 3, Median: 0, Min: -2, Max: 2}, 0},
	} {
		got := stats.SpreadOf(tc.values)
		if got != tc.want || got.HalfRange() != tc.half {
			t.Errorf("SpreadOf(%v) = %+v ±%v, want %+v ±%v", tc.values, got, got.HalfRange(), tc.want, tc.half)
		}
	}
}

func TestLeastSquares(t *testing.T) {
	for _, tc := range []struct {
		name string
		x, y []float64
		want stats.Line
		ok   bool
	}{
		{"none", nil, nil, stats.Line{}, false},
		{"one point", []float64{5}, []float64{1}, stats.Line{}, false},
		{"one x twice", []float64{5, 5}, []float64{1, 3}, stats.Line{}, false},
		{"exact", []float64{100, 1000, 10000}, []float64{3_228_000, 3_433_200, 5_485_200}, stats.Line{Slope: 228, Intercept: 3_205_200, Points: 3}, true},
		// By hand: x̄ = 2, ȳ = 4, Σ(x-x̄)(y-ȳ) = 3, Σ(x-x̄)² = 2.
		{"best fit", []float64{1, 2, 3}, []float64{2, 5, 5}, stats.Line{Slope: 1.5, Intercept: 1, Points: 3}, true},
	} {
		got, ok := stats.LeastSquares(tc.x, tc.y, nil)
		near := math.Abs(got.Slope-tc.want.Slope) < 1e-6 && math.Abs(got.Intercept-tc.want.Intercept) < 1e-6
		if ok != tc.ok || got.Points != tc.want.Points || !near {
			t.Errorf("%s: %+v %v, want %+v %v", tc.name, got, ok, tc.want, tc.ok)
		}
	}
}

func TestSummariseKeepsVoidApart(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	groups := figure.Summarise(cells)
	if got, want := len(groups), 3*(5+4+5); got != want {
		t.Fatalf("%d groups, want %d", got, want)
	}
	for _, g := range groups {
		valid, void := 3, 0
		switch {
		case g.Scenario == "echo" && g.Conns == 10000 && g.Model == "pool":
			valid, void = 2, 1
		case g.Scenario == "echo" && g.Conns == 10000 && g.Model == "callback":
			valid, void = 0, 3
		}
		if len(g.Valid) != valid || len(g.Void) != void {
			t.Errorf("%s %s N=%d: %d valid, %d void, want %d and %d", g.Scenario, g.Model, g.Conns, len(g.Valid), len(g.Void), valid, void)
		}
		if got := g.Of(figure.Throughput).N; got != valid {
			t.Errorf("%s %s N=%d: a spread over %d, want %d", g.Scenario, g.Model, g.Conns, got, valid)
		}
		if got := g.Of(figure.KernelPerConn).N; g.Scenario == "chat" && got != 0 {
			t.Errorf("chat: kernel memory known %d times, want never", got)
		}
	}
	if g := groups[0]; g.Scenario != "echo" || g.Conns != 100 || g.Model != "goroutine" {
		t.Errorf("the first group is %s N=%d %s", g.Scenario, g.Conns, g.Model)
	}
}

func TestMemoryGrowth(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	growth := figure.MemoryGrowth(figure.Summarise(cells))
	if len(growth) != 14 {
		t.Fatalf("%d rows, want 14", len(growth))
	}
	for _, g := range growth {
		var like recordtest.Nature
		for _, n := range recordtest.Natures {
			if n.Model == g.Model {
				like = n
			}
		}
		if g.User == nil || math.Abs(g.User.Slope/like.User-1) > 0.05 {
			t.Errorf("%s %s: user %+v, made with %v a connection", g.Setting.Scenario, g.Model, g.User, like.User)
		}
		if known := g.Kernel != nil; known != (g.Setting.Scenario != "chat") {
			t.Errorf("%s %s: kernel %+v", g.Setting.Scenario, g.Model, g.Kernel)
		}
		if g.Setting.Scenario == "echo" && g.Model == "callback" && g.User.Points != 2 {
			t.Errorf("callback's slope is over %d points, want 2: its third is void", g.User.Points)
		}
	}
}

func TestTailNeedsMessages(t *testing.T) {
	for _, tc := range []struct {
		count           int64
		p50, p99, p99_9 bool
	}{{0, false, false, false}, {1, true, false, false}, {99, true, false, false}, {100, true, true, false}, {1000, true, true, true}} {
		c := &record.Cell{Latency: &record.Latency{Count: tc.count, P50: 1, P99: 2, P999: 3}}
		_, p50 := figure.LatencyP50(c)
		_, p99 := figure.LatencyP99(c)
		_, p999 := figure.LatencyP999(c)
		if p50 != tc.p50 || p99 != tc.p99 || p999 != tc.p99_9 {
			t.Errorf("%d messages: p50 %v, p99 %v, p99.9 %v", tc.count, p50, p99, p999)
		}
	}
}

package compare_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cbench/results/figure"
	"cbench/results/stats"
)

func TestIntervalOf(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct {
		name   string
		values []float64
		want   stats.Interval
	}{
		{"nothing", nil, stats.Interval{}},
		{"one", []float64{7}, stats.Interval{Low: nan, Mid: 7, High: nan, N: 1}},
		{"five are too few for 95%", []float64{5, 1, 3, 2, 4}, stats.Interval{Low: nan, Mid: 3, High: nan, N: 5}},
		{"six: from the smallest to the largest, 96.9%", []float64{6, 1, 5, 2, 4, 3}, stats.Interval{Low: 1, Mid: 3.5, High: 6, N: 6}},
		{"no variance", []float64{2, 2, 2, 2, 2, 2}, stats.Interval{Low: 2, Mid: 2, High: 2, N: 6}},
	} {
		got := stats.IntervalOf(tc.values)
		if !same(got.Low, tc.want.Low) || got.Mid != tc.want.Mid || !same(got.High, tc.want.High) || got.N != tc.want.N {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
		if got.Sure() != !math.IsNaN(tc.want.Low+tc.want.High) && got.N > 0 {
			t.Errorf("%s: sure is %v", tc.name, got.Sure())
		}
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestMiddle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 60; n++ {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(rng.IntN(20)) // ties too
		}
		want := stats.SpreadOf(v).Median
		if got := stats.Middle(slices.Clone(v)); got != want {
			t.Fatalf("middle(%v) = %v, want %v", v, got, want)
		}
	}
}

func TestHolm(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct{ p, want []float64 }{
		{nil, nil},
		{[]float64{0.04}, []float64{0.04}},
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}}, // Holm's procedure by hand
		{[]float64{0.5, 0.6}, []float64{1, 1}},
		{[]float64{nan, 0.02, nan, 0.01}, []float64{nan, 0.02, nan, 0.02}},
	} {
		got := stats.Holm(tc.p)
		for i := range tc.want {
			if !same(got[i], tc.want[i]) && math.Abs(got[i]-tc.want[i]) > 1e-12 {
				t.Errorf("holm(%v) = %v, want %v", tc.p, got, tc.want)
				break
			}
		}
	}
}

func TestUnpaired(t *testing.T) {
	times := func(v []float64, by float64) (w []float64) {
		for _, x := range v {
			w = append(w, x*by)
		}
		return w
	}
	three := []float64{99, 100, 101}
	ten := []float64{95, 96, 97, 98, 99, 101, 102, 103, 104, 105}
	for _, tc := range []struct {
		name        string
		base, other []float64
		mid         float64
		test        stats.Test
		sure        bool
		low, high   float64 // bounds of p
	}{
		{"nothing", nil, three, 0, "", false, math.NaN(), 0},
		{"below 0", []float64{-1, 2, 3}, three, 0, "", false, math.NaN(), 0},
		{"two", []float64{100, 100}, []float64{200, 200}, 2, "", false, math.NaN(), 0},
		{"three, twenty times", three, times(three, 20), 20, stats.Welch, true, 0, 1e-6},
		{"three, the same", three, three, 1, stats.Welch, true, 0.99, 1},
		{"no variance, the same", []float64{5, 5, 5}, []float64{5, 5, 5}, 1, stats.MannWhitney, true, 1, 1},
		{"no variance, another", []float64{5, 5, 5}, []float64{6, 6, 6}, 1.2, stats.MannWhitney, true, 0.05, 0.11},
		{"ten, a tenth more", ten, times(ten, 1.1), 1.1, stats.MannWhitney, true, 1e-6, 0.001},
		{"ten, the same", ten, ten, 1, stats.MannWhitney, true, 0.9, 1},
		{"ten without variance", times(three[1:2], 1), nil, 0, "", false, math.NaN(), 0},
	} {
		got := stats.Unpaired(tc.base, tc.other)
		if math.Abs(got.Ratio.Mid-tc.mid) > 1e-9 || got.Test != tc.test || got.Ratio.Sure() != tc.sure {
			t.Errorf("%s: %+v", tc.name, got)
		}
		if math.IsNaN(tc.low) != math.IsNaN(got.P) || got.P < tc.low || got.P > tc.high {
			t.Errorf("%s: p = %v, want %v to %v", tc.name, got.P, tc.low, tc.high)
		}
		if tc.sure && (got.Ratio.Low > tc.mid+1e-9 || got.Ratio.High < tc.mid-1e-9) {
			t.Errorf("%s: %+v does not hold its own middle", tc.name, got.Ratio)
		}
	}
}

// The interval of Mann-Whitney's test excludes 1 where the test refuses it, and only there.
func TestIntervalAgreesWithRanks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, n := range []int{8, 12, 25} {
		for range 60 {
			var a, b []float64
			for range n {
				a = append(a, math.Exp(0.1*rng.NormFloat64()))
				b = append(b, math.Exp(0.08+0.1*rng.NormFloat64()))
			}
			got := stats.Unpaired(a, b)
			if math.Abs(got.P-0.05) > 0.004 && got.Ratio.Excludes1() != (got.P < 0.05) { // at 25 a side the normal is near, not exact
				t.Fatalf("n = %d: p = %v, and %+v", n, got.P, got.Ratio)
			}
		}
	}
}

// sample draws rotations: every process has an offset of its own, every round noise.
func sample(rng *rand.Rand, rotations, rounds int, offset, process, noise float64) (all []stats.Rotated) {
	for range rotations {
		own := offset + process*rng.NormFloat64()
		all = append(all, figure.BlocksOfRounds(rounds, func(int) (float64, bool) { return own + noise*rng.NormFloat64(), true }))
	}
	return all
}

// Of intervals that say 95%, about that share hold what they are of: with one rotation over its rounds, with several over
// processes.
func TestBootstrapHoldsTheTruth(t *testing.T) {
	for _, tc := range []struct {
		rotations, rounds int
		process, noise    float64
		least             float64
	}{
		{1, 20, 0, 0.03, 0.85},
		{3, 20, 0.01, 0.03, 0.85},
		{6, 12, 0.02, 0.01, 0.85},
	} {
		rng := rand.New(rand.NewPCG(4, uint64(tc.rotations*tc.rounds)))
		const of = 40
		held := 0
		width := 0.0
		for range of {
			i := stats.Bootstrap(sample(rng, tc.rotations, tc.rounds, 0.05, tc.process, tc.noise), stats.Location())
			if i.Low <= 0.05 && 0.05 <= i.High {
				held++
			}
			width += (i.High - i.Low) / of
		}
		t.Logf("%+v: %d of %d, width %.3f", tc, held, of, width)
		if float64(held)/of < tc.least {
			t.Errorf("%+v: %d of %d intervals hold the truth", tc, held, of)
		}
	}
}

func TestBootstrapEdges(t *testing.T) {
	few := []stats.Rotated{{{1, 2}, {3, 4}}}
	if i := stats.Bootstrap(few, stats.Location()); i.Sure() || i.N != 4 || i.Mid != 2.5 {
		t.Errorf("four rounds: %+v", i)
	}
	if i := stats.Bootstrap(nil, stats.Location()); i.N != 0 || i.Sure() {
		t.Errorf("nothing: %+v", i)
	}
	equal := []stats.Rotated{{{0.1, 0.1}, {0.1, 0.1}, {0.1, 0.1}, {0.1}}}
	if i := stats.Bootstrap(equal, stats.Location()); i.Low != i.High || math.Abs(i.Mid-0.1) > 1e-12 || i.N != 7 {
		t.Errorf("no variance: %+v", i)
	}
	rng := rand.New(rand.NewPCG(5, 1))
	some := sample(rng, 2, 10, 0, 0.01, 0.03)
	if a, b := stats.Bootstrap(some, stats.Location()), stats.Bootstrap(some, stats.Location()); a != b {
		t.Errorf("the same samples give %+v and %+v", a, b)
	}
}

func TestBlocksOfRounds(t *testing.T) {
	r := figure.BlocksOfRounds(7, func(i int) (float64, bool) { return float64(i), i != 1 && i != 4 && i != 5 })
	want := stats.Rotated{{0}, {2, 3}, {6}}
	if !slices.EqualFunc(r, want, slices.Equal) {
		t.Errorf("%v, want %v", r, want)
	}
}

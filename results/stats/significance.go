package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
)

// Test is how the probability of a difference by chance was found.
type Test string

// The tests. Which is used depends on how the samples were taken and how many there are, never on what they say.
const (
	// Controls is Student's t test of the mean log ratio over rotations, against what the controls (A/A) of the run came to:
	// see lucks.
	Controls Test = "controls"
	// Rotations is the same against how rotations differ among themselves: where there is no control, or where that is more.
	Rotations Test = "rotations"
	// MannWhitney is of two samples apart, two-sided: of either being as likely to be the greater (benchmath.AssumeNothing).
	MannWhitney Test = "mann-whitney"
	// Welch is Welch's t test of the logarithms of 3 to 7 repetitions a side. From so few, ranks alone could not tell a factor
	// of ten from chance once it is one of many comparisons: 3 against 3 never give less than p = 0.1.
	Welch Test = "welch"
	// Slopes is Student's t of two slopes over N, by how repetitions scatter about either line.
	Slopes Test = "slopes"
)

// tested is a ratio with the probability of its distance from 1 by chance.
type Estimate struct {
	Ratio Interval
	P     float64 // NaN: not known
	Test  Test

	StdErr StdErr // of paired rounds
}

// enoughForRanks is how many repetitions a side are compared by their ranks.
const (
	LeastRepetitions = 3
	enoughForRanks   = 8
)

// unpaired is the ratio of repetitions apart. Its bounds and p are NaN where there are under 3 a side; all is unknown where
// a value at or below 0 makes a ratio meaningless.
func Unpaired(base, other []float64) Estimate {
	if len(base) == 0 || len(other) == 0 || slices.Min(base) <= 0 || slices.Min(other) <= 0 {
		return Estimate{P: math.NaN()}
	}
	n := min(len(base), len(other))
	switch {
	case n < LeastRepetitions:
		mid := SpreadOf(other).Median / SpreadOf(base).Median
		return Estimate{Ratio: Interval{math.NaN(), mid, math.NaN(), n}, P: math.NaN()}
	case n < enoughForRanks:
		return welch(Logs(base), Logs(other))
	}
	return mannWhitney(Logs(base), Logs(other))
}

// welch compares means of logarithms: its ratio is that of the geometric means.
func welch(base, other []float64) Estimate {
	n1, n2 := float64(len(base)), float64(len(other))
	difference := stats.Mean(other) - stats.Mean(base)
	t := Estimate{Ratio: Interval{difference, difference, difference, min(len(base), len(other))}.Exp(), Test: Welch}
	result, err := stats.TwoSampleWelchTTest(stats.Sample{Xs: other}, stats.Sample{Xs: base}, stats.LocationDiffers)
	if err != nil { // nothing varies, so that there is no t: what is left is the ranks
		ranks := mannWhitney(base, other)
		t.P, t.Test = ranks.P, MannWhitney
		return t
	}
	half := stats.InvCDF(stats.TDist{V: result.DoF})(1-Significance/2) * math.Sqrt(stats.Variance(base)/n1+stats.Variance(other)/n2)
	t.Ratio = Interval{difference - half, difference, difference + half, t.Ratio.N}.Exp()
	t.P = result.P
	return t
}

// mannWhitney compares by ranks. Its ratio is the median of all ratios of one to one, and the interval holds every ratio
// that the same test would not refuse (Hodges and Lehmann 1963; Bauer 1972): from the k-th smallest of them to the k-th
// largest, k the greatest with
//
//	P(U < k) <= 0.025.
func mannWhitney(base, other []float64) Estimate {
	b, o := slices.Sorted(slices.Values(base)), slices.Sorted(slices.Values(other))
	all := len(b) * len(o)
	at := func(k int) float64 {
		if k < 0 || k >= all {
			return math.NaN()
		}
		return nthDifference(b, o, k)
	}
	k := rankAt(len(b), len(o))
	middle := (at((all-1)/2) + at(all/2)) / 2
	ratio := Interval{at(k - 1), middle, at(all - k), min(len(b), len(o))}.Exp()
	sample := func(v []float64) *benchmath.Sample { return benchmath.NewSample(v, &benchmath.DefaultThresholds) }
	return Estimate{Ratio: ratio, P: benchmath.AssumeNothing.Compare(sample(b), sample(o)).P, Test: MannWhitney}
}

// rankAt is the k of mannWhitney. From 20 a side U is as good as normal: mean n·m/2, variance n·m·(n+m+1)/12.
func rankAt(n, m int) int {
	if min(n, m) < 20 {
		d := stats.UDist{N1: n, N2: m}
		k := 0
		for d.CDF(float64(k)) <= Significance/2 {
			k++
		}
		return k
	}
	nm := float64(n) * float64(m)
	z := stats.InvCDF(stats.StdNormal)(1 - Significance/2)
	return int(nm/2 - z*math.Sqrt(nm*float64(n+m+1)/12))
}

func Logs(v []float64) []float64 {
	l := make([]float64, len(v))
	for i := range v {
		l[i] = math.Log(v[i])
	}
	return l
}

// holm adjusts p-values of one family so that any of them is below α by chance alone with a probability of at most α (Holm
// 1979): the i-th smallest of m is multiplied by m - i + 1, and none comes out smaller than one before it. NaN is not of the
// family.
func Holm(p []float64) []float64 {
	adjusted := slices.Clone(p)
	var order []int
	for i := range p {
		if !math.IsNaN(p[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	last := 0.0
	for place, i := range order {
		last = max(last, min(1, p[i]*float64(len(order)-place)))
		adjusted[i] = last
	}
	return adjusted
}

// chance is how far the mean over rotations may come out by chance alone.
type StdErr struct {
	Se, Df  float64
	Control string // the controls it is known from, in words; "": none
	Test    Test   // what se is of
}

// known reports whether there is anything to tell chance by.
func (c StdErr) Known() bool { return !math.IsNaN(c.Se) }

// reach is how far from 0 a logarithm comes by chance in 19 of 20 times at most.
func (c StdErr) Reach() float64 {
	if !c.Known() {
		return 0
	}
	return stats.InvCDF(stats.TDist{V: c.Df})(1-Significance/2) * c.Se
}

// p is the probability of a logarithm as far from 0 as that by chance, two-sided.
func (c StdErr) P(d float64) float64 {
	switch {
	case !c.Known():
		return math.NaN()
	case c.Se == 0 && d == 0:
		return 1
	case c.Se == 0:
		return 0
	}
	return 2 * stats.TDist{V: c.Df}.CDF(-math.Abs(d)/c.Se)
}

// plus is the chance of the difference of two such means, of different runs. Its degrees of freedom are Welch's and
// Satterthwaite's.
func (c StdErr) Plus(o StdErr) StdErr {
	if !c.Known() || !o.Known() {
		return StdErr{Se: math.NaN(), Test: Rotations}
	}
	a, b := c.Se*c.Se, o.Se*o.Se
	sum := StdErr{math.Sqrt(a + b), c.Df + o.Df, fmt.Sprintf("%s and %s", c.from(), o.from()), c.Test}
	if o.Test == Rotations {
		sum.Test = Rotations
	}
	if a+b > 0 {
		sum.Df = (a + b) * (a + b) / (a*a/c.Df + b*b/o.Df)
	}
	return sum
}

// beside is that of two means of one run. Both are known from the same controls, which are no more for being counted twice:
// what one knows less of, by fewer degrees of freedom, is what is known of both.
func (c StdErr) Beside(o StdErr) StdErr {
	sum := c.Plus(o)
	if !sum.Known() || c.Control == "" && o.Control == "" { // each from rotations of its own
		return sum
	}
	sum.Df = min(c.Df, o.Df)
	if c.Control == o.Control {
		sum.Control = c.Control
	}
	return sum
}

func (c StdErr) from() string {
	if c.Control == "" {
		return "its rotations"
	}
	return c.Control
}

package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"

	"cbench/results/words"
)

// confidence is that of every interval, and significance what P must be below.
const (
	confidence   = 0.95
	Significance = 1 - confidence
)

// IntervalOf is the median of repetitions apart, with the interval between two of them by their rank
// (benchmath.AssumeNothing): it supposes nothing about how they are spread, and takes at least 6 values.
func IntervalOf(values []float64) Interval {
	if len(values) == 0 {
		return Interval{}
	}
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds), confidence)
	i := Interval{Low: s.Lo, Mid: SpreadOf(values).Median, High: s.Hi, N: len(values)}
	if len(values) < 2 || math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
		i.Low, i.High = math.NaN(), math.NaN()
	}
	return i
}

// Sure reports whether the interval's bounds are known.
func (i Interval) Sure() bool { return i.N > 0 && !math.IsNaN(i.Low) && !math.IsNaN(i.High) }

// Half is half of the interval's width as a share of the figure: the x of "± 100·x %". It is 0 where it is not known.
func (i Interval) Half() float64 {
	if !i.Sure() || i.Mid == 0 {
		return 0
	}
	return (i.High - i.Low) / 2 / math.Abs(i.Mid)
}

// excludes1 reports whether a ratio of 1 is outside.
func (i Interval) Excludes1() bool { return i.Sure() && (i.Low > 1 || i.High < 1) }

// exp is the ratio of an interval of its logarithm.
func (i Interval) Exp() Interval {
	return Interval{Low: math.Exp(i.Low), Mid: math.Exp(i.Mid), High: math.Exp(i.High), N: i.N}
}

// rotated is the samples of one rotation, in blocks of neighbours: a round forward and the one backward after it. What
// drifts over the two is in both.
type Rotated [][]float64

func (r Rotated) Flat(into []float64) []float64 {
	into = into[:0]
	for _, block := range r {
		into = append(into, block...)
	}
	return into
}

// The least that an interval is made of.
const (
	LeastRounds = 6
	LeastBlocks = 3
)

// resamples of a bootstrap: Efron and Tibshirani (An Introduction to the Bootstrap, 1993, 14.6) ask for at least 1,000 for
// percentiles.
const resamples = 1000

// bootstrap is a figure over rotations with its percentile interval (Efron and Tibshirani 1993, chapter 13), drawn from
// blocks of two neighbouring rounds within each, widened for few samples as Student's t would (Hesterberg, What Teachers
// Should Know About the Bootstrap, 2015, 4.3):
//
//	α/2 = Φ(-√((ν+1)/ν) · t[0.975, ν]), ν as freedom
//
// It is the interval of these processes at this time: what others of the same program would have shown, only controls and
// comparisons tell.
func Bootstrap(all []Rotated, of func([]Rotated) float64) Interval {
	i, drawn := draws(all, of, 1)
	if !i.Sure() {
		return i
	}
	i.Low, i.High = percentiles(drawn, freedom(all))
	return i
}

// draws is the figure, and what it is over each resample; bounds are NaN where there is too little to draw from.
func draws(all []Rotated, of func([]Rotated) float64, stream uint64) (i Interval, drawn []float64) {
	blocks := 0
	for _, r := range all {
		i.N += len(r.Flat(nil))
		blocks += len(r)
	}
	if i.N == 0 {
		return i, nil
	}
	i.Mid = of(all)
	if i.N < LeastRounds || blocks < LeastBlocks {
		i.Low, i.High = math.NaN(), math.NaN()
		return i, nil
	}
	rng := rand.New(rand.NewPCG(resamples, stream)) // the same samples give the same interval
	drawn = make([]float64, resamples)
	again := make([]Rotated, len(all))
	for n := range drawn {
		for j := range again {
			from := all[rng.IntN(len(all))]
			again[j] = again[j][:0]
			for range from {
				again[j] = append(again[j], from[rng.IntN(len(from))])
			}
		}
		drawn[n] = of(again)
	}
	i.Low, i.High = i.Mid, i.Mid
	return i, drawn
}

// percentiles are the bounds of the interval within what was drawn, at so many degrees of freedom.
func percentiles(drawn []float64, freedom float64) (low, high float64) {
	slices.Sort(drawn)
	tail := Significance / 2
	if freedom > 0 && freedom < 1e4 {
		t := stats.InvCDF(stats.TDist{V: freedom})(1 - tail)
		tail = stats.StdNormal.CDF(-math.Sqrt((freedom+1)/freedom) * t)
	}
	at := int(tail * float64(len(drawn)))
	return drawn[at], drawn[len(drawn)-1-at]
}

// freedom is the degrees of freedom of the mean over rotations, between those of rotations and those of blocks by how much of its
// variance comes from either (Satterthwaite 1946, with the rotations' means for classes). It is 0 where nothing varies.
func freedom(all []Rotated) float64 {
	n := float64(len(all))
	var means []float64
	var within, inside float64 // variance of the mean that is within rotations, and its degrees of freedom
	for _, r := range all {
		var each []float64
		for _, block := range r {
			each = append(each, stats.Mean(block))
		}
		means = append(means, stats.Mean(each))
		if len(each) > 1 {
			within += stats.Variance(each) / float64(len(each)) / (n * n)
			inside += float64(len(each) - 1)
		}
	}
	between := 0.0
	if len(means) > 1 {
		between = max(0, stats.Variance(means)/n-within)
	}
	uncertain := 0.0
	if between > 0 {
		uncertain += between * between / (n - 1)
	}
	if within > 0 {
		uncertain += within * within / inside
	}
	if uncertain == 0 {
		return 0
	}
	return (between + within) * (between + within) / uncertain
}

// location is the mean over rotations of hodgesLehmann of the rounds of each.
func Location() func([]Rotated) float64 {
	var flat, averages []float64 // kept from call to call
	return func(all []Rotated) float64 {
		sum := 0.0
		for _, r := range all {
			flat = r.Flat(flat)
			averages = walsh(flat, averages)
			sum += Middle(averages)
		}
		return sum / float64(len(all))
	}
}

// medianOf is the median over the rounds of all rotations.
func MedianOf() func([]Rotated) float64 {
	var flat []float64
	return func(all []Rotated) float64 {
		flat = flat[:0]
		for _, r := range all {
			for _, block := range r {
				flat = append(flat, block...)
			}
		}
		return Middle(flat)
	}
}

// walsh is the averages of every two of v, each with itself too: their median is the estimate of Hodges and Lehmann
// (Estimates of Location Based on Rank Tests, 1963). It is as good as blind to a wild round, and nearly as fine as the mean
// where there is none.
func walsh(v, into []float64) []float64 {
	into = into[:0]
	for i, a := range v {
		for _, b := range v[i:] {
			into = append(into, (a+b)/2)
		}
	}
	return into
}

// Interval is a figure with its 95% confidence interval. Where N is 0 it is not known; where Low and High are NaN the figure
// is, and how sure it is not: there were too few samples.
type Interval struct {
	Low, Mid, High float64
	N              int // samples
}

// InWords is a ratio as a change, "+35%", "-1.2%", or beyond a factor of two as the factor, "×2.3"; and its interval in the
// same way.
func (i Interval) InWords() (change, interval string) {
	inWords := changeInWords
	for _, v := range []float64{i.Low, i.Mid, i.High} {
		if v >= 2 || v <= 0.5 {
			inWords = func(v float64) string { return "×" + words.Digits(v) }
		}
	}
	if math.IsNaN(i.Mid) {
		return "–", "not known"
	}
	if !i.Sure() {
		return inWords(i.Mid), "not known"
	}
	return inWords(i.Mid), inWords(i.Low) + " to " + inWords(i.High)
}

func changeInWords(ratio float64) string {
	change := words.Signed(ratio - 1)
	switch {
	case math.Abs(ratio-1) < 5e-4:
		return "+0%"
	case ratio < 1:
		return change
	}
	return "+" + change
}

// Between is an interval of which an end may not be known, in words: "95 to 105", "over 95", "under 105", "not known".
func (i Interval) Between(inWords func(float64) string) string {
	switch low, high := !math.IsNaN(i.Low), !math.IsNaN(i.High); {
	case low && high:
		return inWords(i.Low) + " to " + inWords(i.High)
	case low:
		return "over " + inWords(i.Low)
	case high:
		return "under " + inWords(i.High)
	}
	return "not known"
}

package results

import (
	"cbench/results/record"
	"fmt"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// overProcesses is one figure of several processes of one program as one: from three on the geometric mean with the 95% interval of
// Student's t of the logarithms, of two the middle between them and both for ends, which is no interval of any certainty (of two, t
// would reach over decades), and of one the figure alone. within is the variance of such a logarithm by what was seen within a process:
// processes that happen to agree are not surer than that.
func overProcesses(values []float64, within float64) Interval {
	spread, n := SpreadOf(values), len(values)
	i := Interval{Low: math.NaN(), Mid: spread.Median, High: math.NaN(), N: n}
	switch {
	case n == 0:
		i.Mid = math.NaN()
		return i
	case n == 1:
		return i
	case n < leastRepetitions || spread.Min <= 0:
		i.Low, i.High = spread.Min, spread.Max
		return i
	}
	l := logs(values)
	mid := stats.Mean(l)
	half := stats.InvCDF(stats.TDist{V: float64(n - 1)})(1-significance/2) * math.Sqrt(max(stats.Variance(l), within)/float64(n))
	return Interval{mid - half, mid, mid + half, n}.exp()
}

// AtLoad is what a group's searches measured at one load: medians over them, and the window of each.
type AtLoad struct {
	record.Window
	Each []record.Window // one a process, or one a visit on the way
}

// Over is a latency there over processes, as overProcesses: with two of them its ends are both.
func (a AtLoad) Over(latency func(record.Window) int64) Interval {
	var values []float64
	for _, w := range a.Each {
		if v := latency(w); v > 0 {
			values = append(values, float64(v))
		}
	}
	return overProcesses(values, 0)
}

// OverWhat says what the interval of Capacity is of.
func (g *Group) OverWhat() string {
	switch n, byT := g.searches(); {
	case n == 0:
		return "–"
	case n == 1:
		return "1 process"
	case byT:
		return fmt.Sprintf("%d processes, t", n)
	default:
		return fmt.Sprintf("%d processes, hull", n)
	}
}

// hull reports whether the interval of Capacity goes from one process to another, which has no certainty to name.
func (g *Group) hull() bool {
	n, byT := g.searches()
	return n > 1 && !byT
}

// CapacityHead is what the intervals of these groups' Capacity are called together: none is more than the least of them.
func CapacityHead(all []*Group) string {
	if slices.ContainsFunc(all, (*Group).hull) {
		return "range"
	}
	return "95% interval"
}

// searches is how many searches there are, and whether they are enough, and each with an end of its own, for Student's t over them.
func (g *Group) searches() (n int, byT bool) {
	byT = true
	for i := range g.Valid {
		if s := g.Valid[i].Search; s != nil {
			n++
			byT = byT && s.Found != nil && *s.Found > 0 && s.Bound != "limit" // at the limit it is not what was found that held, but that at least
		}
	}
	return n, byT && n >= leastRepetitions
}

// withinSearches is the mean variance of what searches found, as logarithms, by their own intervals; 0: none has one.
func (g *Group) withinSearches() float64 {
	z := stats.InvCDF(stats.StdNormal)(1 - significance/2)
	var all []float64
	for i := range g.Valid {
		if s := g.Valid[i].Search; s != nil && s.Low != nil && s.High != nil && *s.Low > 0 {
			all = append(all, sq(math.Log(*s.High / *s.Low)/2/z))
		}
	}
	if len(all) == 0 {
		return 0
	}
	return stats.Mean(all)
}

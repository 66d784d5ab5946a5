package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	moremath "github.com/aclements/go-moremath/stats"

	"cbench/results/record"
	"cbench/results/stats"
)

// overProcesses is one figure of several processes of one program as one: from three on the geometric mean with the 95%
// interval of Student's t of the logarithms, of two the middle between them and both for ends, which is no interval of any
// certainty (of two, t would reach over decades), and of one the figure alone. within is the variance of such a logarithm by
// what was seen within a process: processes that happen to agree are not surer than that.
func overProcesses(values []float64, within float64) stats.Interval {
	spread, n := stats.SpreadOf(values), len(values)
	i := stats.Interval{Low: math.NaN(), Mid: spread.Median, High: math.NaN(), N: n}
	switch {
	case n == 0:
		i.Mid = math.NaN()
		return i
	case n == 1:
		return i
	case n < stats.LeastRepetitions || spread.Min <= 0:
		i.Low, i.High = spread.Min, spread.Max
		return i
	}
	l := stats.Logs(values)
	mid := moremath.Mean(l)
	half := moremath.InvCDF(moremath.TDist{V: float64(n - 1)})(1-stats.Significance/2) * math.Sqrt(max(moremath.Variance(l), within)/float64(n))
	return stats.Interval{Low: mid - half, Mid: mid, High: mid + half, N: n}.Exp()
}

// AtLoad is what a group's searches measured at one load: medians over them, and the window of each.
type AtLoad struct {
	record.Window
	Each []record.Window // one a process, or one a visit on the way
}

// Over is a latency there over processes, as overProcesses: with two of them its ends are both.
func (a AtLoad) Over(latency func(record.Window) int64) stats.Interval {
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

// searches is how many searches there are, and whether they are enough, and each with an end of its own, for Student's t
// over them.
func (g *Group) searches() (n int, byT bool) {
	byT = true
	for i := range g.Valid {
		if s := g.Valid[i].Search; s != nil {
			n++
			byT = byT && s.Found != nil && *s.Found > 0 && s.Bound != "limit" // at the limit it is not what was found that held, but that at least
		}
	}
	return n, byT && n >= stats.LeastRepetitions
}

// withinSearches is the mean variance of what searches found, as logarithms, by their own intervals; 0: none has one.
func (g *Group) withinSearches() float64 {
	z := moremath.InvCDF(moremath.StdNormal)(1 - stats.Significance/2)
	var all []float64
	for i := range g.Valid {
		if s := g.Valid[i].Search; s != nil && s.Low != nil && s.High != nil && *s.Low > 0 {
			all = append(all, sq(math.Log(*s.High / *s.Low)/2/z))
		}
	}
	if len(all) == 0 {
		return 0
	}
	return moremath.Mean(all)
}

// Loads is what the group's searches measured by load, from low to high: the curve of each, below it windows on the way up,
// and beyond it those that failed, up to a little farther (beyond). Of several searches the curves alone: what one process
// met on its way no other did. A search of connections has its windows by their number.
func (g *Group) Loads() []AtLoad {
	const common = -2                   // the key of the common rate
	at := map[float64][]record.Window{} // by load, or those of the curve by what several searches have in common, the share: below 0
	load := func(w record.Window) float64 { return w.RatePerS }
	if g.Params.Search == "conns" {
		load = func(w record.Window) float64 { return float64(w.Conns) }
	}
	searches, _ := g.searches()
	for _, c := range g.Valid {
		if c.Search == nil || c.Search.Found == nil {
			continue
		}
		found := *c.Search.Found
		lowest := found
		for _, w := range c.Search.Curve {
			if w.Count > 0 {
				lowest = min(lowest, load(w))
				key := load(w)
				switch {
				case slices.Contains(ShownShares, w.Share):
					key = -w.Share
				case w.RatePerS == c.Params.RatePerS:
					key = common
				}
				at[key] = append(at[key], w)
			}
		}
		curved := len(c.Search.Curve) > 0
		if curved && searches > 1 {
			continue
		}
		for _, w := range c.Search.Tried {
			if x := load(w); w.Count > 0 && (x < lowest || !curved && x <= found || x > found && x <= beyond*found) {
				at[x] = append(at[x], w)
			}
		}
	}
	var all []AtLoad
	for key, windows := range at {
		point := AtLoad{medianWindow(windows), windows}
		if key > 0 { // on the way, or beyond: windows of one process are no processes
			point.Each = []record.Window{point.Window}
		}
		all = append(all, point)
	}
	slices.SortFunc(all, func(a, b AtLoad) int { return cmp.Compare(load(a.Window), load(b.Window)) })
	return all
}

// beyond is how far above what was found windows that failed are shown: farther up a queue only grows with the length of the
// window.
const beyond = 1.5

package figure

import (
	"math"
	"slices"
	"strings"

	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Capacity is the most that a search found: messages a second, or connections, by what was searched.
func Capacity(c *record.Cell) (float64, bool) {
	if c.Search == nil {
		return 0, false
	}
	return Known(c.Search.Found)
}

// searched reports whether the group's repetitions are searches: they have a capacity, and of the other figures none.
func (g *Group) Searched() bool { return g.Params.Searches() }

// Capacity is the most that the group's searches found, each of a process of its own, and in which interval it lies. From
// three on, all with an end of their own, it is the geometric mean with Student's t over processes (overProcesses). Of fewer
// it is the median over those that found any, from the lowest end of any to the highest: of one process what its windows
// tell, which is not how another would do. Where N is 0, no more than half of them found any, or nothing is known. An end
// that one of them does not know is not a number: Low where nothing held, High where no end was seen. OverWhat says which it
// is.
func (g *Group) Capacity() stats.Interval {
	if _, byT := g.searches(); byT {
		var found []float64
		for i := range g.Valid {
			if s := g.Valid[i].Search; s != nil {
				found = append(found, *s.Found)
			}
		}
		return overProcesses(found, g.withinSearches())
	}
	held := stats.Interval{Low: math.Inf(1), Mid: math.NaN(), High: math.Inf(-1)}
	searches := 0
	for _, c := range g.Valid {
		if c.Search == nil {
			continue
		}
		searches++
		low := orNaN(c.Search.Low)
		if c.Search.Found == nil {
			low = math.NaN()
		}
		held.Low, held.High = min(held.Low, low), max(held.High, orNaN(c.Search.High)) // both are NaN where any is
	}
	if searches == 0 {
		return stats.Interval{Low: math.NaN(), Mid: math.NaN(), High: math.NaN()}
	}
	if over := g.Of(Capacity); 2*over.N > searches {
		held.Mid, held.N = over.Median, over.N
	}
	return held
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// At is what the group's searches measured at that share of what each found, 0 for the common rate. It is not ok where none did.
func (g *Group) At(share float64) (at AtLoad, ok bool) {
	for _, c := range g.Valid {
		if c.Search == nil {
			continue
		}
		for _, w := range slices.Backward(c.Search.Curve) { // the common rate comes last
			if common := c.Params.RatePerS > 0 && w.RatePerS == c.Params.RatePerS; share == 0 && common || share > 0 && w.Share == share {
				at.Each = append(at.Each, w)
				break
			}
		}
	}
	if len(at.Each) == 0 {
		return at, false
	}
	at.Window = medianWindow(at.Each)
	return at, true
}

// Shares is at which shares of what they found the group's searches looked, 0 for the common rate.
func (g *Group) Shares() (all []float64) {
	for _, share := range append(slices.Clone(ShownShares), 0) {
		if _, ok := g.At(share); ok {
			all = append(all, share)
		}
	}
	return all
}

// medianWindow is the medians of several windows' figures; it held if more than half did.
func medianWindow(of []record.Window) record.Window {
	w := of[0]
	median := func(figure func(record.Window) float64) float64 {
		var values []float64
		for _, w := range of {
			values = append(values, figure(w))
		}
		return stats.SpreadOf(values).Median
	}
	w.RatePerS = median(func(w record.Window) float64 { return w.RatePerS })
	w.ThroughputPerS = median(func(w record.Window) float64 { return w.ThroughputPerS })
	w.P50 = int64(median(func(w record.Window) float64 { return float64(w.P50) }))
	w.P90 = int64(median(func(w record.Window) float64 { return float64(w.P90) }))
	w.P999 = int64(median(func(w record.Window) float64 { return float64(w.P999) }))
	w.P99 = int64(median(func(w record.Window) float64 { return float64(w.P99) }))
	w.ServiceP99 = int64(median(func(w record.Window) float64 { return float64(w.ServiceP99) }))
	held := 0
	for _, w := range of {
		if w.Held {
			held++
		}
	}
	w.Held = 2*held > len(of)
	return w
}

// shownShares are the columns of latency at shares of what each model can do.
var ShownShares = []float64{0.25, 0.5, 0.75, 0.9, 1}

// bounds is who was at an end: "client?" where searches disagree.
func (g *Group) Bounds() string {
	var all []string
	for _, c := range g.Valid {
		if c.Search != nil && !slices.Contains(all, c.Search.Bound) {
			all = append(all, words.Printable(c.Search.Bound))
		}
	}
	if len(all) == 0 {
		return "–"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// LimitedLatency is the latency that such limits are on, of several the farthest out, and p99 where they are on none.
func LimitedLatency(slo string) (name string, of func(record.Window) int64) {
	for _, f := range []struct {
		key, name string
		of        func(record.Window) int64
	}{
		{"p999", "p99.9", func(w record.Window) int64 { return w.P999 }}, {"p99", "p99", func(w record.Window) int64 { return w.P99 }},
		{"p90", "p90", func(w record.Window) int64 { return w.P90 }}, {"p50", "p50", func(w record.Window) int64 { return w.P50 }},
	} {
		if LimitOf(slo, f.key) > 0 {
			return f.name, f.of
		}
	}
	return "p99", func(w record.Window) int64 { return w.P99 }
}

// LimitOf is the latency that limits such as "p50<1ms,p99<5ms" allow that percentile, in nanoseconds; 0: none.
func LimitOf(slo, name string) float64 {
	limits, _ := record.ParseSLO(slo) // one that nobody wrote limits nothing
	below, _ := limits.Below(name)
	return float64(below)
}

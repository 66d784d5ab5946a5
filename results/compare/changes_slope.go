package compare

import (
	"math"
	"slices"

	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// slopeFigures are what one more connection costs, by the line over all N (slopeInterval): of a model as a whole, and of no
// one cell.
var slopeFigures = []figure.Figure{
	{Name: "user_slope_bytes", Title: "memory of one more connection", Metric: figure.Anon, Less: true, Words: words.Bytes},
	{Name: "kernel_slope_bytes", Title: "kernel memory of one more connection", Metric: figure.Kernel, Less: true, Words: words.Bytes},
}

// slopeChanges is the change of every model's slopes, over those N that both runs have. Their Conns is 0.
func slopeChanges(before, after []figure.Group, skip func(model string) bool) (all []Change) {
	old := figure.Rows(before)
	for _, is := range figure.Rows(after) {
		at := slices.IndexFunc(old, func(r figure.Row) bool { return r.Setting == is.Setting && r.Model == is.Model && r.Procs == is.Procs })
		if at < 0 || skip(is.Model) || is.Setting.Params.Searches() {
			continue
		}
		was, now := atSameConns(old[at].Groups, is.Groups), atSameConns(is.Groups, old[at].Groups)
		for _, f := range slopeFigures {
			o, knew := figure.SlopeOf(was, f.Metric)
			n, knows := figure.SlopeOf(now, f.Metric)
			if !knew || !knows {
				continue
			}
			found := ratioOfSlopes(o, n)
			all = append(all, Change{Setting: is.Setting, Model: is.Name, Figure: f, Old: o.Interval, New: n.Interval, Ratio: found.Ratio, P: found.P, Test: found.Test})
		}
	}
	return all
}

// atSameConns is the groups at those N that others know as well.
func atSameConns(groups, others []figure.Group) (same []figure.Group) {
	for _, g := range groups {
		if slices.ContainsFunc(others, func(o figure.Group) bool { return o.Conns == g.Conns }) {
			same = append(same, g)
		}
	}
	return same
}

// ratioOfSlopes is new over old, by Student's t of the difference of their logarithms: the variance of each is (se/slope)²
// (the delta method; Casella and Berger, Statistical Inference, 5.5.4), the degrees of freedom are Welch's and
// Satterthwaite's. A slope that is not told from 0 has no logarithm, and no ratio.
func ratioOfSlopes(old, now figure.Slope) stats.Estimate {
	n := min(old.N, now.N)
	t := stats.Estimate{Ratio: stats.Interval{Low: math.NaN(), Mid: math.NaN(), High: math.NaN(), N: n}, P: math.NaN(), Test: stats.Slopes}
	if old.Mid <= 0 || now.Mid <= 0 {
		return t
	}
	d := math.Log(now.Mid / old.Mid)
	i := stats.Interval{Low: math.NaN(), Mid: d, High: math.NaN(), N: n}
	if old.Low > 0 && now.Low > 0 { // false of what is not known, too
		c := old.StdErr().Plus(now.StdErr())
		i.Low, i.High, t.P = d-c.Reach(), d+c.Reach(), c.P(d)
	}
	t.Ratio = i.Exp()
	return t
}

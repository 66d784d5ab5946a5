package results

import (
	"cbench/results/words"
	"math"
	"slices"
)

// slopeFigures are what one more connection costs, by the line over all N (slopeInterval): of a model as a whole, and of no one cell.
var slopeFigures = []Figure{
	{Name: "user_slope_bytes", Title: "memory of one more connection", Metric: Anon, Less: true, Words: words.Bytes},
	{Name: "kernel_slope_bytes", Title: "kernel memory of one more connection", Metric: Kernel, Less: true, Words: words.Bytes},
}

// slopeChanges is the change of every model's slopes, over those N that both runs have. Their Conns is 0.
func slopeChanges(before, after []Group, skip func(model string) bool) (all []Change) {
	old := rows(before)
	for _, is := range rows(after) {
		at := slices.IndexFunc(old, func(r row) bool { return r.setting == is.setting && r.model == is.model && r.procs == is.procs })
		if at < 0 || skip(is.model) || is.setting.Params.Searches() {
			continue
		}
		was, now := atSameConns(old[at].groups, is.groups), atSameConns(is.groups, old[at].groups)
		for _, f := range slopeFigures {
			o, knew := slopeOf(was, f.Metric)
			n, knows := slopeOf(now, f.Metric)
			if !knew || !knows {
				continue
			}
			found := ratioOfSlopes(o, n)
			all = append(all, Change{Setting: is.setting, Model: is.name, Figure: f, Old: o.Interval, New: n.Interval, Ratio: found.ratio, P: found.p, Test: found.test})
		}
	}
	return all
}

// atSameConns is the groups at those N that others know as well.
func atSameConns(groups, others []Group) (same []Group) {
	for _, g := range groups {
		if slices.ContainsFunc(others, func(o Group) bool { return o.Conns == g.Conns }) {
			same = append(same, g)
		}
	}
	return same
}

// ratioOfSlopes is new over old, by Student's t of the difference of their logarithms: the variance of each is (se/slope)² (the delta
// method; Casella and Berger, Statistical Inference, 5.5.4), the degrees of freedom are Welch's and Satterthwaite's. A slope that is not told
// from 0 has no logarithm, and no ratio.
func ratioOfSlopes(old, now slope) tested {
	n := min(old.N, now.N)
	t := tested{ratio: Interval{math.NaN(), math.NaN(), math.NaN(), n}, p: math.NaN(), test: Slopes}
	if old.Mid <= 0 || now.Mid <= 0 {
		return t
	}
	d := math.Log(now.Mid / old.Mid)
	i := Interval{math.NaN(), d, math.NaN(), n}
	if old.Low > 0 && now.Low > 0 { // false of what is not known, too
		c := old.chance().plus(now.chance())
		i.Low, i.High, t.p = d-c.reach(), d+c.reach(), c.p(d)
	}
	t.ratio = i.exp()
	return t
}

// chance is how far the logarithm of the slope may be off.
func (s slope) chance() chance { return chance{se: s.se / s.Mid, df: s.free} }

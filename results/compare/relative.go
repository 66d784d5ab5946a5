package compare

import (
	"math"

	"cbench/results/figure"
	"cbench/results/stats"
)

// relative is a model's figure relative to that of another in one run, by paired rounds.
type relative struct {
	log    float64 // of the ratio
	n      int     // rounds
	chance stats.StdErr
}

// relative is that of such pairs; not ok of none.
func (l controls) relative(f figure.Figure, pairs []pairedRounds) (r relative, ok bool) {
	if len(pairs) == 0 {
		return r, false
	}
	c := l.stdErrOf(f.Name, pairs, false)
	t := pairedRatio(pairs, c)
	return relative{math.Log(t.Ratio.Mid), t.Ratio.N, c}, t.Ratio.N > 0
}

// relativeTo is a model's figure relative to that of a base under the same load. Where the two were in no rotation together,
// but each was in some with a third, via, it is its ratio to that, over the base's: the noise of both is in it. It is not ok
// where there is neither.
func (n noise) relativeTo(groups []figure.Group, g *figure.Group, base, via string, f figure.Figure) (r relative, ok bool) {
	b := baseOf(groups, g, base)
	if b == nil {
		return r, false
	}
	if r, ok = n.controls.relative(f, n.controls.pairsOf(b, g, f)); ok {
		return r, true
	}
	third := baseOf(groups, g, via)
	if third == nil || third.Model == base {
		return r, false
	}
	own, known := n.controls.relative(f, n.controls.pairsOf(third, g, f))
	its, also := n.controls.relative(f, n.controls.pairsOf(third, b, f))
	if !known || !also {
		return r, false
	}
	return relative{own.log - its.log, min(own.n, its.n), own.chance.Beside(its.chance)}, true
}

// over is the ratio of two such ratios, with the chance that both have together.
func (r relative) over(o relative, c stats.StdErr) stats.Estimate {
	d := r.log - o.log
	t := stats.Estimate{P: c.P(d), Test: c.Test, StdErr: c}
	i := stats.Interval{Low: math.NaN(), Mid: d, High: math.NaN(), N: min(r.n, o.n)}
	if c.Known() {
		i.Low, i.High = d-c.Reach(), d+c.Reach()
	}
	t.Ratio = i.Exp()
	return t
}

package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// Rounds of a rotation are of the same processes: they tell how two processes differ, and not how two programs do, for processes of one
// program differ too (where their memory came to lie, which thread runs where). What that luck comes to, the controls tell: each is a
// process of the base's own program, beside the base, in a rotation. So a ratio is tested against the ratios of controls:
//
//	t = d̄ / √(v/R),  v = Σc²/m + max(0, w̄ - w̄c),  with m degrees of freedom
//
// where d̄ is the mean, over R rotations, of the logarithm of the ratio in each (location), c the same of the m rotations that have a control,
// whose true middle is 0, and w̄ and w̄c the mean variance of such a d and c that is due to rounds: where rounds scatter more than
// they did under the controls, what they scatter more is added. All loads of a run are taken together, figure by figure. Without any control
// there is only how the rotations themselves differ: Student's t of their mean, of at least three.

// control is a twin in one rotation.
type control struct {
	id     string  // of the rotation
	d      float64 // logarithm of its ratio to the base
	within float64 // variance of d that is due to rounds
}

// lucks is all controls of a run, by figure.
type lucks map[string][]control

// lucksOf takes them from the controls among the groups. Those of processes that only compute are of no other load: they repeat far better than one that is
// woken for every message.
func lucksOf(groups []Group, twins map[string]string) lucks {
	all := lucks{}
	others := slices.ContainsFunc(groups, func(g Group) bool { return g.Scenario != coresScenario })
	for _, block := range blocksOf(groups) {
		if others && block[0].Scenario == coresScenario {
			continue
		}
		for i := range block {
			twin := &block[i]
			of, is := twins[twin.Model]
			if !is {
				continue
			}
			base := baseIn(block, twin, of)
			if base == nil {
				continue
			}
			for _, f := range Figures {
				if !f.comparable(twin.Setting()) {
					continue
				}
				for _, p := range pairsOf(base, twin, f) {
					if d, within, ok := p.mean(); ok {
						all[f.Name] = append(all[f.Name], control{p.id, d, within})
					}
				}
			}
		}
	}
	return all
}

// chance is how far the mean over rotations may come out by chance alone.
type chance struct {
	se, df  float64
	control string // what it is known from, in words; "": from the rotations themselves, and where se is NaN from nothing
}

// chanceOf is that of the mean of such pairs. A control is not held to itself.
func (l lucks) chanceOf(figure string, pairs []pairing, twin bool) chance {
	var squares, controlWithin float64
	m := 0
	for _, c := range l[figure] {
		if twin && slices.ContainsFunc(pairs, func(p pairing) bool { return p.id == c.id }) {
			continue
		}
		squares += c.d * c.d
		controlWithin += c.within
		m++
	}
	var ds []float64
	within := 0.0
	for _, p := range pairs {
		d, w, ok := p.mean()
		if !ok {
			return chance{se: math.NaN()}
		}
		ds = append(ds, d)
		within += w
	}
	r := float64(len(pairs))
	switch {
	case len(pairs) == 0:
		return chance{se: math.NaN()}
	case m > 0:
		v := squares/float64(m) + max(0, within/r-controlWithin/float64(m))
		return chance{math.Sqrt(v / r), float64(m), plural(m, "control")}
	case len(pairs) >= leastRepetitions:
		return chance{math.Sqrt(max(stats.Variance(ds), within/r) / r), r - 1, ""}
	}
	return chance{se: math.NaN()}
}

// known reports whether there is anything to tell chance by.
func (c chance) known() bool { return !math.IsNaN(c.se) }

// reach is how far from 0 a logarithm comes by chance in 19 of 20 times at most.
func (c chance) reach() float64 {
	if !c.known() {
		return 0
	}
	return stats.InvCDF(stats.TDist{V: c.df})(1-significance/2) * c.se
}

// p is the probability of a logarithm as far from 0 as that by chance, two-sided.
func (c chance) p(d float64) float64 {
	switch {
	case !c.known():
		return math.NaN()
	case c.se == 0 && d == 0:
		return 1
	case c.se == 0:
		return 0
	}
	return 2 * stats.TDist{V: c.df}.CDF(-math.Abs(d)/c.se)
}

// pairing is the log ratios of two models in one rotation, by blocks of rounds.
type pairing struct {
	id     string
	rounds rotated
}

// mean is the ratio's logarithm, and the variance of it that is due to rounds; not ok of too few.
func (p pairing) mean() (d, within float64, ok bool) {
	flat := p.rounds.flat(nil)
	if len(flat) < leastRounds || len(p.rounds) < leastBlocks {
		return 0, 0, false
	}
	var blocks []float64
	for _, b := range p.rounds {
		blocks = append(blocks, stats.Mean(b))
	}
	return location()([]rotated{p.rounds}), stats.Variance(blocks) / float64(len(blocks)), true
}

// pairedRatio is the ratio of paired rounds with what chance may do to it.
func pairedRatio(pairs []pairing, c chance) tested {
	t := tested{test: Controls, p: math.NaN(), chance: c}
	if c.control == "" {
		t.test = Rotations
	}
	var all []rotated
	for _, p := range pairs {
		all = append(all, p.rounds)
		t.ratio.N += len(p.rounds.flat(nil))
	}
	if t.ratio.N == 0 {
		return t
	}
	mid := location()(all)
	low, high := math.NaN(), math.NaN()
	if c.known() {
		low, high = mid-c.reach(), mid+c.reach()
		t.p = c.p(mid)
	}
	t.ratio = Interval{low, mid, high, t.ratio.N}.exp()
	return t
}

// plus is the chance of the difference of two such means, of different runs. Its degrees of freedom are Welch's and Satterthwaite's.
func (c chance) plus(o chance) chance {
	if !c.known() || !o.known() {
		return chance{se: math.NaN()}
	}
	a, b := c.se*c.se, o.se*o.se
	sum := chance{se: math.Sqrt(a + b), df: c.df + o.df, control: fmt.Sprintf("%s and %s", c.from(), o.from())}
	if a+b > 0 {
		sum.df = (a + b) * (a + b) / (a*a/c.df + b*b/o.df)
	}
	return sum
}

func (c chance) from() string {
	if c.control == "" {
		return "its rotations"
	}
	return c.control
}

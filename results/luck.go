package results

import (
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aclements/go-moremath/stats"
)

// Rounds of a rotation are of the same processes: they tell how two processes differ, and not how two programs do, for processes of one
// program differ too (where their memory came to lie, which thread runs where). What that luck comes to, the controls tell: each is a
// process of the base's own program, beside the base, in a rotation. So a ratio is tested against the ratios of controls:
//
//	t = d̄ / √(v/R),  v = s·Σc²/m + max(0, w̄ - s·w̄c),  with m degrees of freedom
//
// where d̄ is the mean, over R rotations, of the logarithm of the ratio in each (location), c the same of the m rotations that have a control,
// whose true middle is 0, and w̄ and w̄c the mean variance of such a d and c that is due to rounds: where rounds scatter more than
// they did under the controls, what they scatter more is added. Where a rotation has a control, the base is in it twice, and a ratio is to the
// geometric mean of the two: its variance is (1 + ½)/2 = ¾ of that between the two (s), and as their sum and their difference are
// uncorrelated, what it is tested against is not part of it.
//
// A load that has controls enough is judged by its own; else those of all loads of a run are taken together, figure by figure. But those of
// rotations of a few stay apart from those of many, in which more time, and more that fills the caches, comes between two slots that are
// compared. What they tell is of the base's luck: where the rotations of the models themselves differ by more, that is what counts (among.go).
// Without any control there is only how the rotations themselves differ: Student's t of their mean, of at least three.

// control is a twin in one rotation.
type control struct {
	id     string  // of the rotation
	d      float64 // logarithm of its ratio to the base
	within float64 // variance of d that is due to rounds
	load   load
}

// lucks is all controls of a run.
type lucks struct {
	controls map[lot][]control
	twins    map[place]*record.Rotation // the control of each rotation that has one
	among    among
}

// place is a rotation, by its ID, and the threads that a server in it has.
type place struct {
	id    string
	procs int
}

// lot is what controls are taken together of.
type lot struct {
	figure string
	few    bool // servers in the rotation
}

// fewServers is the most that are loaded in turn where servers are compared in pairs: the base, another and the control.
const fewServers = 3

// lucksOf takes them from the controls among the groups. Those of processes that only compute are of no other load: they repeat far better than one that is
// woken for every message.
func lucksOf(groups []Group, twins map[string]string) lucks {
	all := lucks{controls: map[lot][]control{}, twins: map[place]*record.Rotation{}}
	computes := func(g Group) bool { return g.Scenario == coresScenario }
	if !slices.ContainsFunc(groups, func(g Group) bool { return !computes(g) }) {
		computes = func(Group) bool { return false }
	}
	groups = slices.DeleteFunc(slices.Clone(groups), computes)
	for _, block := range blocksOf(groups) {
		for i := range block {
			twin := &block[i]
			of, is := twins[twin.Model]
			if !is {
				continue
			}
			if base := baseIn(block, twin, of); base != nil {
				all.add(base, twin)
			}
		}
	}
	all.among = all.amongOf(groups, twins)
	return all
}

func (l lucks) add(base, twin *Group) {
	for _, f := range Figures {
		if !f.comparable(twin.Setting()) {
			continue
		}
		for _, p := range l.rotationsOf(base, twin, f) {
			if d, within, ok := p.mean(); ok {
				of := lot{f.Name, p.few}
				l.controls[of] = append(l.controls[of], control{p.id, d, within, p.load})
			}
		}
	}
	for i := range twin.Rotated { // after the above: a control's own ratio is to the base alone
		l.twins[place{twin.Rotated[i].Rotation.ID, twin.Params.Procs}] = twin.Rotated[i].Rotation
	}
}

// pairsOf is the log ratios of the rounds that both have in common, by rotation: of rotations of a few servers where there are any, being the finer.
func (l lucks) pairsOf(base, other *Group, f Figure) []pairing {
	all := l.rotationsOf(base, other, f)
	if few := slices.DeleteFunc(slices.Clone(all), func(p pairing) bool { return !p.few }); len(few) > 0 {
		return few
	}
	return all
}

// rotationsOf is that of all rotations. A round that is void for either is in none.
func (l lucks) rotationsOf(base, other *Group, f Figure) (all []pairing) {
	if f.Round == nil {
		return nil
	}
	for i := range other.Rotated {
		o := other.Rotated[i].Rotation
		at := slices.IndexFunc(base.Rotated, func(c record.Cell) bool { return c.Rotation.ID == o.ID })
		if at < 0 {
			continue
		}
		b := &base.Rotated[at]
		var again []record.Round
		if twin := l.twins[place{o.ID, base.Params.Procs}]; twin != nil && twin.TwinOf == base.Model && o.TwinOf == "" {
			again = twin.Rounds
		}
		if p := pairRounds(b.Rotation.Rounds, again, o.Rounds, f); len(p.rounds) > 0 {
			p.id, p.few = o.ID, strings.Count(b.Params.Rotation, "+") < fewServers
			p.kind = kind{lot{f.Name, p.few}, base.foreign() || other.foreign()}
			p.load = load{other.Setting(), other.Conns}
			all = append(all, p)
		}
	}
	return all
}

// pairRounds pairs the rounds of two, again being those of the base's control.
func pairRounds(base, again, other []record.Round, f Figure) (p pairing) {
	twice, n := 0, 0
	p.rounds = blocksOfRounds(min(len(base), len(other)), func(i int) (float64, bool) {
		x, known := valueIn(base, i, f)
		y, also := valueIn(other, i, f)
		if !known || !also {
			return 0, false
		}
		n++
		if z, known := valueIn(again, i, f); known {
			twice++
			x = (x + z) / 2
		}
		return y - x, true
	})
	p.share = 1 - float64(twice)/float64(4*max(1, n))
	return p
}

// valueIn is the logarithm of a round's figure.
func valueIn(rounds []record.Round, i int, f Figure) (log float64, known bool) {
	if i >= len(rounds) || rounds[i].Void != "" {
		return 0, false
	}
	v, known := f.Round(rounds[i])
	return math.Log(v), known && v > 0
}

// foreign reports whether the group is of a server on another runtime, or of another make: such a server is not told how many threads to use.
func (g *Group) foreign() bool { return g.Params.Procs == 0 }

// chance is how far the mean over rotations may come out by chance alone.
type chance struct {
	se, df  float64
	control string // the controls it is known from, in words; "": none
	test    Test   // what se is of
}

// chanceOf is that of the mean of such pairs. A control is not held to itself.
func (l lucks) chanceOf(figure string, pairs []pairing, twin bool) chance {
	unknown := chance{se: math.NaN(), test: Rotations}
	if len(pairs) == 0 {
		return unknown
	}
	var ds []float64
	within, s := 0.0, 0.0
	r := float64(len(pairs))
	for _, p := range pairs {
		d, w, ok := p.mean()
		if !ok {
			return unknown
		}
		ds = append(ds, d)
		within += w / r
		s += p.share / r
	}
	luck := l.fromControls(lot{figure, pairs[0].few}, pairs, twin) // as pairsOf has them, all are of few servers or none is
	var rotations pooled
	if !twin {
		rotations = l.among.of(pairs[0])
	}
	switch {
	case luck.df > 0 && (rotations.df > 0 || twin || !pairs[0].kind.foreign):
		tells := pooled{s*luck.variance + max(0, within-s*luck.within), luck.df}
		v, own := tells.orLarger(pooled{s * rotations.variance, rotations.df})
		c := chance{math.Sqrt(v.variance / r), v.df, words.Plural(int(luck.df), "control"), Controls}
		if own {
			c.test = Rotations
		}
		return c
	case len(pairs) >= leastRepetitions:
		return chance{math.Sqrt(max(stats.Variance(ds), within) / r), r - 1, "", Rotations}
	}
	return unknown
}

// ofControls is what controls come to.
type ofControls struct {
	pooled
	within float64 // of the variance, what is due to rounds
}

// leastControls is how many of a load's own are enough: the t of eight is 2.3, of infinitely many 2.0. What more there are of other loads would
// only make it as noisy as these, and these as quiet.
const leastControls = 8

func (l lucks) fromControls(of lot, pairs []pairing, twin bool) (all ofControls) {
	controls := slices.DeleteFunc(slices.Clone(l.controls[of]), func(c control) bool {
		return twin && slices.ContainsFunc(pairs, func(p pairing) bool { return p.id == c.id })
	})
	own := slices.DeleteFunc(slices.Clone(controls), func(c control) bool { return c.load != pairs[0].load })
	if len(own) >= leastControls {
		controls = own
	}
	for _, c := range controls {
		all.variance += c.d * c.d
		all.within += c.within
		all.df++
	}
	all.variance /= max(1, all.df)
	all.within /= max(1, all.df)
	return all
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
	few    bool    // servers in the rotation
	share  float64 // of the variance between a control and its base, that the ratio has by chance
	kind   kind
	load   load
}

// mean is the ratio's logarithm, and the variance of it that is due to rounds; not ok of too few.
func (p pairing) mean() (d, within float64, ok bool) {
	flat := p.rounds.flat(nil)
	if len(flat) < LeastRounds || len(p.rounds) < leastBlocks {
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
	t := tested{test: c.test, p: math.NaN(), chance: c}
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
		return chance{se: math.NaN(), test: Rotations}
	}
	a, b := c.se*c.se, o.se*o.se
	sum := chance{math.Sqrt(a + b), c.df + o.df, fmt.Sprintf("%s and %s", c.from(), o.from()), c.test}
	if o.test == Rotations {
		sum.test = Rotations
	}
	if a+b > 0 {
		sum.df = (a + b) * (a + b) / (a*a/c.df + b*b/o.df)
	}
	return sum
}

// beside is that of two means of one run. Both are known from the same controls, which are no more for being counted twice: what one knows less of, by
// fewer degrees of freedom, is what is known of both.
func (c chance) beside(o chance) chance {
	sum := c.plus(o)
	if !sum.known() || c.control == "" && o.control == "" { // each from rotations of its own
		return sum
	}
	sum.df = min(c.df, o.df)
	if c.control == o.control {
		sum.control = c.control
	}
	return sum
}

func (c chance) from() string {
	if c.control == "" {
		return "its rotations"
	}
	return c.control
}

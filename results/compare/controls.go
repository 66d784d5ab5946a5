package compare

import (
	"math"
	"slices"
	"strings"

	moremath "github.com/aclements/go-moremath/stats"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Rounds of a rotation are of the same processes: they tell how two processes differ, and not how two programs do, for
// processes of one program differ too (where their memory came to lie, which thread runs where). We estimate this
// process-to-process noise from A/A controls: each is a process of the base's own program, beside the base, in a rotation.
// So a ratio is tested against the ratios of controls:
//
//	t = d̄ / √(v/R),  v = s·Σc²/m + max(0, w̄ - s·w̄c),  with m degrees of freedom
//
// where d̄ is the mean, over R rotations, of the logarithm of the ratio in each (location), c the same of the m rotations
// that have a control, whose true middle is 0, and w̄ and w̄c the mean variance of such a d and c that is due to rounds:
// where rounds scatter more than they did under the controls, what they scatter more is added. Where a rotation has a
// control, the base is in it twice, and a ratio is to the geometric mean of the two: its variance is (1 + ½)/2 = ¾ of that
// between the two (s), and as their sum and their difference are uncorrelated, what it is tested against is not part of it.
//
// A load that has controls enough is judged by its own; else those of all loads of a run are taken together, figure by
// figure. But those of rotations of a few stay apart from those of many, in which more time, and more that fills the caches,
// comes between two slots that are compared. What they tell is of the noise of the base: where the rotations of the models
// themselves differ by more, that is what counts (among.go). Without any control there is only how the rotations themselves
// differ: Student's t of their mean, of at least three.

// control is a twin in one rotation.
type control struct {
	id     string  // of the rotation
	d      float64 // logarithm of its ratio to the base
	within float64 // variance of d that is due to rounds
	load   load
}

// controls is all controls of a run.
type controls struct {
	controls map[controlKey][]control
	twins    map[place]*record.Rotation // the control of each rotation that has one
	among    among
}

// place is a rotation, by its ID, and the threads that a server in it has.
type place struct {
	id    string
	procs int
}

// controlKey is what controls are taken together of.
type controlKey struct {
	fig string
	few bool // servers in the rotation
}

// fewServers is the most that are loaded in turn where servers are compared in pairs: the base, another and the control.
const fewServers = 3

// controlsOf takes them from the controls among the groups. Those of processes that only compute are of no other load: they
// repeat far better than one that is woken for every message.
func controlsOf(groups []figure.Group, twins map[string]string) controls {
	all := controls{controls: map[controlKey][]control{}, twins: map[place]*record.Rotation{}}
	computes := func(g figure.Group) bool { return g.Scenario == figure.CoresScenario }
	if !slices.ContainsFunc(groups, func(g figure.Group) bool { return !computes(g) }) {
		computes = func(figure.Group) bool { return false }
	}
	groups = slices.DeleteFunc(slices.Clone(groups), computes)
	for _, block := range figure.Blocks(groups) {
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

func (l controls) add(base, twin *figure.Group) {
	for _, f := range figure.Figures {
		if !f.Comparable(twin.Setting()) {
			continue
		}
		for _, p := range l.rotationsOf(base, twin, f) {
			if d, within, ok := p.mean(); ok {
				of := controlKey{f.Name, p.few}
				l.controls[of] = append(l.controls[of], control{p.id, d, within, p.load})
			}
		}
	}
	for i := range twin.Rotated { // after the above: a control's own ratio is to the base alone
		l.twins[place{twin.Rotated[i].Rotation.ID, twin.Params.Procs}] = twin.Rotated[i].Rotation
	}
}

// pairsOf is the log ratios of the rounds that both have in common, by rotation: of rotations of a few servers where there
// are any, being the finer.
func (l controls) pairsOf(base, other *figure.Group, f figure.Figure) []pairedRounds {
	all := l.rotationsOf(base, other, f)
	if few := slices.DeleteFunc(slices.Clone(all), func(p pairedRounds) bool { return !p.few }); len(few) > 0 {
		return few
	}
	return all
}

// rotationsOf is that of all rotations. A round that is void for either is in none.
func (l controls) rotationsOf(base, other *figure.Group, f figure.Figure) (all []pairedRounds) {
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
			p.kind = kind{controlKey{f.Name, p.few}, base.Foreign() || other.Foreign()}
			p.load = load{other.Setting(), other.Conns}
			all = append(all, p)
		}
	}
	return all
}

// pairRounds pairs the rounds of two, again being those of the base's control.
func pairRounds(base, again, other []record.Round, f figure.Figure) (p pairedRounds) {
	twice, n := 0, 0
	p.rounds = figure.BlocksOfRounds(min(len(base), len(other)), func(i int) (float64, bool) {
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
func valueIn(rounds []record.Round, i int, f figure.Figure) (log float64, known bool) {
	if i >= len(rounds) || rounds[i].Void != "" {
		return 0, false
	}
	v, known := f.Round(rounds[i])
	return math.Log(v), known && v > 0
}

// stdErrOf is that of the mean of such pairs. A control is not held to itself.
func (l controls) stdErrOf(fig string, pairs []pairedRounds, twin bool) stats.StdErr {
	unknown := stats.StdErr{Se: math.NaN(), Test: stats.Rotations}
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
	controls := l.fromControls(controlKey{fig, pairs[0].few}, pairs, twin) // as pairsOf has them, all are of few servers or none is
	var rotations pooled
	if !twin {
		rotations = l.among.of(pairs[0])
	}
	switch {
	case controls.df > 0 && (rotations.df > 0 || twin || !pairs[0].kind.foreign):
		tells := pooled{s*controls.variance + max(0, within-s*controls.within), controls.df}
		v, own := tells.orLarger(pooled{s * rotations.variance, rotations.df})
		c := stats.StdErr{Se: math.Sqrt(v.variance / r), Df: v.df, Control: words.Plural(int(controls.df), "control"), Test: stats.Controls}
		if own {
			c.Test = stats.Rotations
		}
		return c
	case len(pairs) >= stats.LeastRepetitions:
		return stats.StdErr{Se: math.Sqrt(max(moremath.Variance(ds), within) / r), Df: r - 1, Control: "", Test: stats.Rotations}
	}
	return unknown
}

// ofControls is what controls come to.
type ofControls struct {
	pooled
	within float64 // of the variance, what is due to rounds
}

// leastControls is how many of a load's own are enough: the t of eight is 2.3, of infinitely many 2.0. What more there are
// of other loads would only make it as noisy as these, and these as quiet.
const leastControls = 8

func (l controls) fromControls(of controlKey, pairs []pairedRounds, twin bool) (all ofControls) {
	controls := slices.DeleteFunc(slices.Clone(l.controls[of]), func(c control) bool {
		return twin && slices.ContainsFunc(pairs, func(p pairedRounds) bool { return p.id == c.id })
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

// pairedRounds is the log ratios of two models in one rotation, by blocks of rounds.
type pairedRounds struct {
	id     string
	rounds stats.Rotated
	few    bool    // servers in the rotation
	share  float64 // of the variance between a control and its base, that the ratio has by chance
	kind   kind
	load   load
}

// mean is the ratio's logarithm, and the variance of it that is due to rounds; not ok of too few.
func (p pairedRounds) mean() (d, within float64, ok bool) {
	flat := p.rounds.Flat(nil)
	if len(flat) < stats.LeastRounds || len(p.rounds) < stats.LeastBlocks {
		return 0, 0, false
	}
	var blocks []float64
	for _, b := range p.rounds {
		blocks = append(blocks, moremath.Mean(b))
	}
	return stats.Location()([]stats.Rotated{p.rounds}), moremath.Variance(blocks) / float64(len(blocks)), true
}

// pairedRatio is the ratio of paired rounds with what chance may do to it.
func pairedRatio(pairs []pairedRounds, c stats.StdErr) stats.Estimate {
	t := stats.Estimate{Test: c.Test, P: math.NaN(), StdErr: c}
	var all []stats.Rotated
	for _, p := range pairs {
		all = append(all, p.rounds)
		t.Ratio.N += len(p.rounds.Flat(nil))
	}
	if t.Ratio.N == 0 {
		return t
	}
	mid := stats.Location()(all)
	low, high := math.NaN(), math.NaN()
	if c.Known() {
		low, high = mid-c.Reach(), mid+c.Reach()
		t.P = c.P(mid)
	}
	t.Ratio = stats.Interval{Low: low, Mid: mid, High: high, N: t.Ratio.N}.Exp()
	return t
}

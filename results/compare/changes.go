package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Change is one model's figure in a new run over that in an old one, under one load at one number of connections.
type Change struct {
	Setting figure.Setting
	Conns   int    // 0: of the line over all N that both runs have (slopeFigures)
	Model   string // with its threads where it ran on several numbers of them
	Figure  figure.Figure

	Old, New stats.Interval // the figure itself
	Ratio    stats.Interval // new / old, of the figure or of its ratios to Base
	Base     string         // the model that both were taken relative to by rounds of rotations, so that what drifted between the runs cancels
	Test     stats.Test
	P        float64 // of there being no change, adjusted by Holm over all changes of this figure
	Floor    float64 // the larger of both runs, as in Comparison
	Control  string
	Verdict  Verdict // of new over old
	Why      string
}

// Worse reports whether the change is one, and for the worse.
func (c *Change) Worse() bool {
	return c.Figure.Less && c.Verdict == More || !c.Figure.Less && c.Verdict == Less
}

// Better reports whether the change is one, and for the better.
func (c *Change) Better() bool {
	return c.Figure.Less && c.Verdict == Less || !c.Figure.Less && c.Verdict == More
}

// Loss is how much worse the figure became, as a share of what it was; below 0 it became better.
func (c *Change) Loss() float64 {
	if c.Figure.Less {
		return c.Ratio.Mid - 1
	}
	return 1 - c.Ratio.Mid
}

// LossAtMost is how much worse the figure may have become, by the end of the interval that is the worse; NaN where that is
// not known.
func (c *Change) LossAtMost() float64 {
	if c.Figure.Less {
		return c.Ratio.High - 1
	}
	return 1 - c.Ratio.Low
}

// Changed is what differs between two runs.
type Changed struct {
	Base    string   // the model that rotations of both runs were taken relative to, or those, with a comma; empty: none
	Changes []Change // in the order that models are shown in
	OnlyOld []string // what one of the two alone measured
	OnlyNew []string
}

// Changes compares what two runs have in common. Rounds of different runs are never paired with each other. But where both
// rotated a model with the same base, its ratios to the base are compared, each with the chance that its own run's controls
// tell (controls). That is the change of the model beside the base, so the base is taken not to have changed; its own
// change, and every figure that rotations do not know, is of repetitions apart, and where it depends on time it must exceed
// Drift.
//
// With base "" it is, load by load, the control floor where both runs rotated it with the model, or both with a third
// (noise.relativeTo), for nobody changes it; else usualBase if that is one for both. (Between the two repetitions of the
// reference run, CPU per message as it stands differs by 14%, as the root of the mean square over all models; relative to
// reactor by 9%, and relative to floor by 6.5%.)
func Changes(old, now []record.Cell, base string) Changed {
	via := ""
	if usualBase(old) == usualBase(now) {
		via = usualBase(now)
	}
	bases := []string{base}
	if base == "" {
		bases = slices.DeleteFunc([]string{"floor", via}, func(b string) bool { return b == "" })
	}
	before, after := figure.Summarise(old), figure.Summarise(now)
	twins := figure.TwinsOf(slices.Concat(old, now))
	oldNoise, newNoise := noiseOf(old), noiseOf(now)
	var out Changed
	var all []Change
	for i := range after {
		g := &after[i]
		was := sameGroup(before, g)
		switch _, twin := twins[g.Model]; {
		case was == nil:
			out.OnlyNew = append(out.OnlyNew, placeOf(after, g))
		case !twin:
			all = append(all, changesOf(before, after, was, g, bases, via, oldNoise, newNoise)...)
		}
	}
	for i := range before {
		if sameGroup(after, &before[i]) == nil {
			out.OnlyOld = append(out.OnlyOld, placeOf(before, &before[i]))
		}
	}
	all = append(all, slopeChanges(before, after, func(model string) bool { return twins[model] != "" })...)
	out.Changes = judgeChanges(all, oldNoise, newNoise)
	bases = slices.DeleteFunc(bases, func(b string) bool {
		return b == "" || !slices.ContainsFunc(out.Changes, func(c Change) bool { return c.Base == b })
	})
	out.Base = strings.Join(bases, ", ")
	return out
}

func sameGroup(groups []figure.Group, g *figure.Group) *figure.Group {
	at := slices.IndexFunc(groups, func(o figure.Group) bool {
		return o.Model == g.Model && o.Conns == g.Conns && o.Params.Procs == g.Params.Procs && o.Setting() == g.Setting()
	})
	if at < 0 {
		return nil
	}
	return &groups[at]
}

func placeOf(groups []figure.Group, g *figure.Group) string {
	return fmt.Sprintf("%s, N = %s (%s): %s", g.Scenario, words.Number(float64(g.Conns)), g.Setting().Params, figure.NameOf(groups, g))
}

// changesOf is the change of every figure of one model, relative to the first of the bases that can be, if need be by way of via.
func changesOf(before, after []figure.Group, was, is *figure.Group, bases []string, via string, oldNoise, newNoise noise) (all []Change) {
	for _, f := range figure.Figures {
		c := Change{Setting: is.Setting(), Conns: is.Conns, Model: figure.NameOf(after, is), Figure: f, Old: was.Interval(f), New: is.Interval(f)}
		if !f.Comparable(c.Setting) || c.Old.N == 0 || c.New.N == 0 {
			continue
		}
		var found stats.Estimate
		for _, base := range bases {
			if is.Model == base { // where others are taken relative to it, it has nothing beside it that is more sure not to have changed
				break
			}
			old, knew := oldNoise.relativeTo(before, was, base, via, f)
			now, knows := newNoise.relativeTo(after, is, base, via, f)
			if knew && knows {
				found, c.Base = now.over(old, old.chance.Plus(now.chance)), base
				break
			}
		}
		if found.Ratio.N == 0 {
			found = stats.Unpaired(alike(was, is, f.Metric))
		}
		if found.Ratio.N == 0 {
			found = stats.Estimate{Ratio: stats.Interval{Low: math.NaN(), Mid: math.NaN(), High: math.NaN(), N: min(c.Old.N, c.New.N)}, P: math.NaN()}
		}
		c.Ratio, c.P, c.Test = found.Ratio, found.P, found.Test
		c.Floor, c.Control = math.Expm1(found.StdErr.Reach()), found.StdErr.Control
		all = append(all, c)
	}
	return all
}

// baseOf is the base of g among all groups.
func baseOf(groups []figure.Group, g *figure.Group, base string) *figure.Group {
	for _, block := range figure.Blocks(groups) {
		if block[0].Conns == g.Conns && block[0].Setting() == g.Setting() {
			return baseIn(block, g, base)
		}
	}
	return nil
}

// noise is what a run knows of its own.
type noise struct {
	controls controls
	drowned  drowning
}

func noiseOf(cells []record.Cell) noise {
	groups := figure.Summarise(cells)
	return noise{controls: controlsOf(groups, figure.TwinsOf(cells)), drowned: drownedBy(groups)}
}

func judgeChanges(all []Change, old, now noise) []Change {
	raw := make([]float64, len(all))
	for i := range all {
		raw[i] = all[i].P
	}
	sizes := adjust(all, func(c *Change) any { return c.Figure.Name }, func(c *Change) *float64 { return &c.P })
	for i := range all {
		c := &all[i]
		drowned := now.drowned.at(c.Setting, c.Conns, c.Figure).why
		if drowned == "" {
			drowned = old.drowned.at(c.Setting, c.Conns, c.Figure).why
		}
		j := judgement{ratio: c.Ratio, rounds: c.Base != "", p: c.P, raw: raw[i], of: sizes[i], drowned: drowned}
		if c.Base == "" && c.Figure.Busy {
			j.floor, c.Floor = Drift, Drift
		}
		c.Verdict, c.Why = j.verdict()
	}
	return all
}

// Drift is by how much runs apart may differ in whatever depends on time, without anybody's doing, on a machine that is
// shared: what repetitions of one run do not show. Only what each run took relative to a base beside it is free of it.
const Drift = 0.15

// InWords is what may be said of the change.
func (c *Change) InWords() string {
	switch {
	case c.Worse():
		return "worse"
	case c.Better():
		return "better"
	case c.Verdict == Same:
		return "no change found"
	}
	return "cannot tell"
}

package compare

import (
	"math"

	"cbench/results/figure"
)

// Against compares one model with each of some others by CPU per message, all of it one family of Holm's. Where both were in
// the same rotations their rounds are paired, as Comparisons does with one base for all. Where both were in rotations with
// that base, but not with each other, their ratios to it are: what drifted cancels out of each. Else repetitions are
// compared as they come.
func (e *Evidence) Against(model string, others ...string) []Comparison {
	groups, controls, between := e.Groups, e.controls, usualBase(e.Cells)
	f := figure.Named("cpu_ns_per_message")
	var all []Comparison
	for _, other := range others {
		for _, block := range figure.Blocks(groups) {
			for i := range block {
				g := &block[i]
				base := baseIn(block, g, other)
				if g.Model != model || base == nil || g.Scenario == figure.CoresScenario {
					continue
				}
				c, ok := try(base, g, f, controls, false)
				if b := baseIn(block, g, between); ok && !c.Paired && b != nil {
					c.across(b, base, g, controls)
				}
				if ok {
					c.Base, c.Other = figure.NameOf(groups, base), figure.NameOf(groups, g)
					all = append(all, c)
				}
			}
		}
	}
	return judge(all, nil)
}

// across makes the ratio that of two ratios, both to what both were in rotations with; it leaves it as it is where they were not.
func (c *Comparison) across(between, base, other *figure.Group, controls controls) {
	its, known := controls.relative(c.Figure, controls.pairsOf(between, base, c.Figure))
	own, also := controls.relative(c.Figure, controls.pairsOf(between, other, c.Figure))
	if !known || !also {
		return
	}
	t := own.over(its, its.chance.Beside(own.chance))
	c.Ratio, c.P, c.Test, c.Paired = t.Ratio, t.P, t.Test, true
	c.Floor, c.Control = math.Expm1(t.StdErr.Reach()), t.StdErr.Control
}

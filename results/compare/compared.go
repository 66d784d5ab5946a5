package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Comparisons compares every model with the base, under every load, at every number of connections, by every figure that
// both know. With base "" it is usualBase. Where both were in the same rotations their rounds are paired, else repetitions
// are compared as they come. A ratio of p99 over paired rounds is of the p99 of a round, as a rule: what is rarer than
// rounds are long shows in p99.9, which is of repetitions, and in the tables. Models come in the order they are shown in; a
// control (Twin) stands beside its own base, whatever the base of the others.
//
// A difference is called one only where P, adjusted by Holm over all comparisons of the figure, is below 0.05. Of paired
// rounds P is the chance of it by how much the controls differ from what they are (controls.go), or rotations among
// themselves where that is more (among.go), so that no difference within their noise is one. Controls have a family of their
// own.
func Comparisons(cells []record.Cell, base string) []Comparison {
	return EvidenceOf(cells).Comparisons(base)
}

// Comparisons is Comparisons of the evidence's cells.
func (e *Evidence) Comparisons(base string) []Comparison {
	if base == "" {
		base = usualBase(e.Cells)
	}
	all := triedOf(e.Groups, e.controls, func(model string) (against string, twin bool) {
		if of, is := e.Twins[model]; is {
			return of, true
		}
		return base, false
	})
	return judge(all, e.drowned)
}

// triedOf compares every group with that of the model it is held against, if any, in the same block.
func triedOf(groups []figure.Group, controls controls, against func(model string) (base string, twin bool)) (all []Comparison) {
	for _, block := range figure.Blocks(groups) {
		if block[0].Scenario == figure.CoresScenario {
			continue // it compares a model with itself: CoresOf
		}
		for i := range block {
			other := &block[i]
			base, twin := against(other.Model)
			b := baseIn(block, other, base)
			if b == nil {
				continue
			}
			for _, f := range figure.Figures {
				if t, ok := try(b, other, f, controls, twin); ok {
					t.Base, t.Other, t.Twin = figure.NameOf(groups, b), figure.NameOf(groups, other), twin
					all = append(all, t)
				}
			}
		}
	}
	return all
}

// usualBase is the model that comparisons are made with unless another is chosen: the one in the most rotations, being what
// their pairs have in common; where that is not one alone, the reactor, or else the model shown first.
func usualBase(cells []record.Cell) string {
	in := map[string]map[string]bool{} // rotations, by model
	var names []string
	for i := range cells {
		c := &cells[i]
		if c.Rotation != nil && c.Rotation.TwinOf != "" {
			continue
		}
		if in[c.Model] == nil {
			in[c.Model] = map[string]bool{}
			names = append(names, c.Model)
		}
		if c.Rotation != nil {
			in[c.Model][c.Rotation.ID] = true
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(in[a]), len(in[b])), figure.CompareNames(figure.ModelOrder, a, b))
	})
	most := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return len(in[n]) < len(in[names[0]]) })
	if slices.Contains(most, "reactor") {
		return "reactor"
	}
	return most[0]
}

// baseIn is the group of the block that other is compared with: of the same threads where the base ran on several numbers of
// them.
func baseIn(block []figure.Group, other *figure.Group, base string) *figure.Group {
	var found *figure.Group
	for i := range block {
		b := &block[i]
		if b.Model != base || b == other || b.Model == other.Model {
			continue
		}
		if found == nil || b.Params.Procs == other.Params.Procs {
			found = b
		}
	}
	return found
}

// try compares one figure; it is not ok where one of the two does not know it.
func try(base, other *figure.Group, f figure.Figure, controls controls, twin bool) (t Comparison, ok bool) {
	setting := other.Setting()
	if !f.Comparable(setting) {
		return t, false
	}
	var found stats.Estimate
	pairs := controls.pairsOf(base, other, f)
	if len(pairs) > 0 {
		found = pairedRatio(pairs, controls.stdErrOf(f.Name, pairs, twin))
	} else {
		found = stats.Unpaired(alike(base, other, f.Metric))
	}
	if found.Ratio.N == 0 {
		return t, false
	}
	t = Comparison{Setting: setting, Conns: other.Conns, Figure: f,
		Ratio: found.Ratio, Paired: len(pairs) > 0, Test: found.Test, P: found.P}
	t.Floor, t.Control = math.Expm1(found.StdErr.Reach()), found.StdErr.Control
	return t, true
}

// alike is a figure of both, from repetitions that were taken alike.
func alike(base, other *figure.Group, m figure.Metric) (b, o []float64) {
	if b, o = figure.ValuesOf(base.Rotated, m), figure.ValuesOf(other.Rotated, m); len(b) > 0 && len(o) > 0 {
		return b, o
	}
	return figure.ValuesOf(base.Valid, m), figure.ValuesOf(other.Valid, m)
}

// judge says of each what may be said.
func judge(all []Comparison, drowned drowning) []Comparison {
	raw := make([]float64, len(all))
	for i := range all {
		raw[i] = all[i].P
	}
	family := func(c *Comparison) any { return [2]any{c.Figure.Name, c.Twin} }
	sizes := adjust(all, family, func(c *Comparison) *float64 { return &c.P })
	for i := range all {
		c := &all[i]
		j := judgement{ratio: c.Ratio, rounds: c.Paired, p: c.P, raw: raw[i], of: sizes[i]}
		swung := drowned.at(c.Setting, c.Conns, c.Figure)
		j.drowned, c.Drowned = swung.why, swung.factor
		c.Verdict, c.Why = j.verdict()
	}
	return all
}

// adjust puts the probabilities of every family through holm, and returns the size of the family that each is of.
func adjust[T any](all []T, family func(*T) any, p func(*T) *float64) (sizes []int) {
	sizes = make([]int, len(all))
	members := map[any][]int{}
	for i := range all {
		if k := family(&all[i]); !math.IsNaN(*p(&all[i])) {
			members[k] = append(members[k], i)
		}
	}
	for _, of := range members {
		raw := make([]float64, len(of))
		for j, i := range of {
			raw[j] = *p(&all[i])
		}
		for j, adjusted := range stats.Holm(raw) {
			*p(&all[of[j]]), sizes[of[j]] = adjusted, len(of)
		}
	}
	return sizes
}

// judgement is what a verdict depends on.
type judgement struct {
	ratio   stats.Interval
	rounds  bool    // it is of rounds, not of repetitions
	p, raw  float64 // adjusted, and as found
	of      int     // comparisons in the family
	floor   float64 // beyond what chance may do, so much is no news
	drowned string  // why nothing can be ranked; empty: it can
}

func (j judgement) verdict() (v Verdict, why string) {
	switch {
	case math.IsNaN(j.ratio.Mid):
		return Unknown, "there is no ratio: a value is at or below 0, or the two sides were not measured alike"
	case j.rounds && j.ratio.N < stats.LeastRounds:
		return Unknown, fmt.Sprintf("too few rounds (%d) count", j.ratio.N)
	case j.rounds && (!j.ratio.Sure() || math.IsNaN(j.p)):
		return Unknown, fmt.Sprintf("it is not known how processes of one program differ: no control, and under %d rotations, or one rotation of a server on another runtime", stats.LeastRepetitions)
	case !j.ratio.Sure() || math.IsNaN(j.p):
		return Unknown, fmt.Sprintf("too few repetitions a side: %d", j.ratio.N)
	case j.drowned != "":
		return Unknown, j.drowned
	case j.p < stats.Significance && j.ratio.Excludes1() && math.Abs(j.ratio.Mid-1) <= j.floor:
		return Same, fmt.Sprintf("within %s, by which two runs of the same program differ", words.Percent(j.floor))
	case j.p < stats.Significance && j.ratio.Excludes1() && j.ratio.Mid < 1:
		return Less, ""
	case j.p < stats.Significance && j.ratio.Excludes1():
		return More, ""
	case j.raw < stats.Significance && j.of > 1:
		return Unknown, fmt.Sprintf("significant on its own, not after correcting for %d comparisons", j.of)
	}
	return Same, ""
}

// Verdict is what a comparison says.
type Verdict string

// The verdicts.
const (
	Less    Verdict = "less"    // the other's figure is less than the base's
	More    Verdict = "more"    // the other's figure is more than the base's
	Same    Verdict = "same"    // no difference was found
	Unknown Verdict = "unknown" // too little is known to say
)

// Comparison is one model's figure over that of another, the base, under one load at one number of connections.
type Comparison struct {
	Setting figure.Setting
	Conns   int
	Figure  figure.Figure
	Base    string
	Other   string
	Twin    bool // a control: Other is Base under another name. It is never ranked

	Ratio   stats.Interval // other / base
	Paired  bool           // by rounds of rotations, else by repetitions apart
	Test    stats.Test     // what P is of
	P       float64        // of there being no difference, adjusted by Holm over all comparisons of this figure in a run
	Floor   float64        // the same server twice would differ by up to this share in 19 of 20 such comparisons, by the run's controls and rotations; 0: not known
	Control string         // how many controls that is known from; empty: there was none
	Drowned float64        // by what factor a control differs from itself here, where that is so much that nobody can be ranked; 0: it is not
	Verdict Verdict
	Why     string // where the verdict is Unknown, or where a difference was found that is within the noise
}

// Differs reports whether a difference was found.
func (c *Comparison) Differs() bool { return c.Verdict == Less || c.Verdict == More }

package compare

import (
	"slices"

	"cbench/results/figure"
)

// ModelRange is how far the models that are written for one language are apart, under the load that their originals are
// compared by.
type ModelRange struct {
	Language string
	Ours     bool // they are our models; else servers of other makes, so that libraries differ as well as models
	Models   int  // that were compared

	// Widest is the largest ratio among them that is a difference, of the dearer over the cheaper: judged over all pairs of
	// them together (Holm). Nil: no difference was found.
	Widest *Comparison

	Pairs   int // of them that were compared
	Unknown int // of those, that too little is known of to say whether they differ
}

// within is the range of our models, and of each language's originals where there are two. A control is no model.
func (b *besides) within(at BesideColumn) (all []ModelRange) {
	languages := map[string][]*figure.Group{}
	var ours []*figure.Group
	for i := range b.groups {
		g := &b.groups[i]
		o, original := b.run.Originals[g.Model]
		_, stranger := b.run.Servers[g.Model]
		switch {
		case g.Setting() != at.Setting || g.Conns != at.Conns || figure.IsFloor(g.Model) || b.twins[g.Model] != "":
		case original && !figure.IsFloor(o.Of):
			languages[o.Language] = append(languages[o.Language], g)
		case !original && !stranger:
			ours = append(ours, g)
		}
	}
	if r, ok := b.rangeOf(ours, at.fig); ok {
		r.Language, r.Ours = "Go", true
		all = append(all, r)
	}
	for language, of := range languages {
		if r, ok := b.rangeOf(of, at.fig); ok {
			r.Language = language
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b ModelRange) int {
		if a.Ours != b.Ours {
			return map[bool]int{true: -1, false: 1}[a.Ours]
		}
		return figure.CompareNames(nil, a.Language, b.Language)
	})
	return all
}

// rangeOf compares every two; not ok where there are no two that know the figure.
func (b *besides) rangeOf(of []*figure.Group, f figure.Figure) (r ModelRange, ok bool) {
	of = slices.DeleteFunc(of, func(g *figure.Group) bool { return g.Interval(f).N == 0 })
	r.Models = len(of)
	var all []Comparison
	for i, x := range of {
		for _, y := range of[i+1:] {
			t, known := b.try(x, y, f)
			if known && t.Ratio.Mid < 1 {
				t, known = b.try(y, x, f)
			}
			if known {
				all = append(all, t)
			}
		}
	}
	all = judge(all, b.drowned)
	r.Pairs = len(all)
	for i := range all {
		c := &all[i]
		if c.Verdict == Unknown {
			r.Unknown++
		}
		if c.Verdict == More && (r.Widest == nil || c.Ratio.Mid > r.Widest.Ratio.Mid) {
			r.Widest = c
		}
	}
	return r, len(all) > 0
}

// ownLoop is the model of ours that is an event loop, which is what libraries for servers in Go are.
const ownLoop = "reactor"

// engines compares servers, one at each load, with every such library by CPU per message of the raw echo: server over engine.
func (b *besides) engines(servers ...string) []Comparison {
	f := figure.Named("cpu_ns_per_message")
	var all []Comparison
	for i := range b.groups {
		engine := &b.groups[i]
		if engine.Scenario != "echo" || b.run.Originals[engine.Model].Language != "Go" {
			continue
		}
		for _, name := range servers {
			if server := b.group(engine.Setting(), engine.Conns, name); server != nil {
				if t, ok := b.try(engine, server, f); ok {
					all = append(all, t)
				}
			}
		}
	}
	return judge(all, b.drowned)
}

// floors is the servers that are written in C: what they take is the kernel's, and next to nothing more.
func (b *besides) floors() (names []string) {
	for name, o := range b.run.Originals {
		if o.Language == "C" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (b *besides) try(base, other *figure.Group, f figure.Figure) (t Comparison, ok bool) {
	t, ok = try(base, other, f, b.controls, false)
	t.Base, t.Other = base.Model, other.Model
	return t, ok
}

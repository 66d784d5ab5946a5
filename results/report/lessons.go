package report

import (
	"fmt"
	"slices"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/words"
)

// lessonPart is what one of the old lessons came to: who waits for a slow reader, how a storm is taken, how far one room reaches, who is
// stalled by whom.
type lessonPart struct {
	ID, Title, Lead string
	Says            []string
	Charts          []oldChart
	Bars            []bars
	Tables          []Table
}

// lessons is those that were measured.
func (b *builder) lessons() []lessonPart {
	all := slices.Concat(b.crossingLessons(), b.deafLessons(), b.stormLessons(), b.roomLessons())
	for i := range all {
		all[i].ID = fmt.Sprintf("lesson-%d", i+1)
	}
	return all
}

// told is a datum of a figure that has no name of its own.
func told(g *figure.Group, m figure.Metric, inWords func(float64) string) Datum {
	return datum(g, figure.Figure{Metric: m, Words: inWords})
}

// whose begins a row: the model and N.
func (b *builder) whose(g *figure.Group) []Datum {
	name := figure.NameOf(b.groups, g)
	return []Datum{{Text: name, Model: name}, fig(float64(g.Conns), words.Whole(g.Conns))}
}

// each is every group of a load by N and model, but for those of controls that are another model once more.
func (b *builder) each(load figure.Setting) (all []*figure.Group) {
	for i := range b.groups {
		if g := &b.groups[i]; g.Setting() == load && b.twinOf[g.Model] == "" {
			all = append(all, g)
		}
	}
	return all
}

// scenario is every load of a scenario that is no search.
func (b *builder) scenario(name string) []figure.Setting {
	return slices.DeleteFunc(settingsOf(b.groups), func(s figure.Setting) bool { return s.Scenario != name || s.Params.Loop == "search" })
}

// span1 is from the least to the most of figures in words, or the one.
func span1(values []float64, inWords func(float64) string) string {
	low, high := inWords(slices.Min(values)), inWords(slices.Max(values))
	if low == high {
		return low
	}
	return low + " to " + high
}

// medians is a figure of every group that knows it, in their order.
func medians(of []*figure.Group, m figure.Metric) (values []float64) {
	for _, g := range of {
		if s := g.Of(m); s.N > 0 {
			values = append(values, s.Median)
		}
	}
	return values
}

// stormFindings is how the largest storm was taken.
func (f facts) stormFindings() []string {
	var of []*figure.Group
	for i := range f.groups {
		g := &f.groups[i]
		switch {
		case g.Params.Loop != "storm" || f.control(g.Model) || len(g.Told()) == 0:
		case len(of) == 0 || g.Conns > of[0].Conns:
			of = []*figure.Group{g}
		case g.Conns == of[0].Conns && g.Setting() == of[0].Setting():
			of = append(of, g)
		}
	}
	if len(of) == 0 {
		return nil
	}
	return []string{f.stormSentence(of), f.stormMemorySentence(of)}
}

// reachFindings is how far one room reaches in every model.
func (f facts) reachFindings() (says []string) {
	all := slices.DeleteFunc(figure.Reaches(f.groups), func(r figure.Reach) bool { return f.control(r.Model) })
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Setting == all[0].Setting {
			n++
		}
		says = append(says, reachSentences(all[:n], all[0].Setting)...)
		all = all[n:]
	}
	return says
}

// crossingFindings is where the ways to block cross that were measured at several rates of slow requests, and so have something to say
// beyond what bystanderSentences do.
func (f facts) crossingFindings() (says []string) {
	rates := map[figure.Setting][]float64{}
	for i := range f.groups {
		if g := &f.groups[i]; g.Params.How != "" && g.Params.Share > 0 && !f.control(g.Model) {
			way := g.Setting()
			way.Params.Share = 0
			if !slices.Contains(rates[way], g.SlowPerS()) {
				rates[way] = append(rates[way], g.SlowPerS())
			}
		}
	}
	swept := func(all []compare.Crossing) []compare.Crossing {
		return slices.DeleteFunc(all, func(c compare.Crossing) bool { return len(rates[c.Setting]) < 2 || f.control(c.Model) })
	}
	stalls := slices.DeleteFunc(swept(compare.Stalls(f.groups)), func(c compare.Crossing) bool { return c.Setting.Params.How == "offload" })
	return append(stallCrossings(stalls), exhaustionSentences(swept(compare.Exhaustions(f.groups)))...)
}

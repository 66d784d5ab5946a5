package report

import (
	"slices"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// parted is what the page says of all models together: of ours alone where there are too many originals for that. Theirs is the cells left out.
func (f facts) parted(s *Source) (ours facts, theirs []record.Cell) {
	own := *s
	if own.Cells, theirs = figure.Apart(s.Run, s.Cells); len(theirs) == 0 {
		return f, nil
	}
	var apart []string
	for _, name := range f.drawn() {
		if _, original := s.Run.Originals[name]; original {
			apart = append(apart, name)
		}
	}
	own.Comparisons = slices.DeleteFunc(slices.Clone(s.Comparisons), func(c compare.Comparison) bool {
		_, base := s.Run.Originals[c.Base]
		_, other := s.Run.Originals[c.Other]
		return base || other
	})
	ours = factsOf(&own)
	ours.cells, ours.loads, ours.control, ours.originals, ours.apart = f.cells, f.loads, f.control, f.originals, apart
	return ours, theirs
}

// apartSays is where to look for those that the findings leave out.
func (f facts) apartSays() string {
	if len(f.apart) == 0 {
		return ""
	}
	return words.Plural(len(f.apart), "server") + " of other makes stand under The originals, each beside the model that imitates it. All else here is of our own models."
}

// familyCharts are what ours and its originals are shown by over N.
func (b *builder) familyCharts(run *record.Run) (all []oldChart) {
	settings := settingsOf(b.groups)
	slices.SortStableFunc(settings, func(a, b figure.Setting) int { return rank(a) - rank(b) })
	for _, load := range settings {
		if load.Params.How != "" || load.Params.Loop == "search" {
			continue // shown as pairs, and as what was found
		}
		add := func(title, note, unit string, f figure.Figure) {
			for _, c := range b.chart(title+": "+b.facts.loads[load], note, unit, "conns", b.families(run, b.overConns(load, "", f))...) {
				c.Families = true
				all = append(all, c)
			}
		}
		if !load.AtRest() {
			add("Server CPU per message", "User and system time of the whole server process. Lower is better.", "ns", figures.cpu)
			if load.Params.Loop == "open" {
				add("Median latency", "Half of all replies take longer, from when the message was due.", "ns", figures.p50)
			}
		}
		if load.AtRest() || load.Scenario == "comet" {
			add("User memory per connection", "What N open, quiet connections add to the empty server, over N.", "bytes", figures.user)
		}
	}
	return all
}

// families splits a drawing of all servers into one of each family of which an original is known.
func (b *builder) families(run *record.Run, whole variant) (all []variant) {
	var names []string
	for _, s := range whole.Series {
		names = append(names, s.Model)
	}
	for _, family := range figure.Families(run, names) {
		v := variant{Label: family.Title()}
		for _, name := range family.Names() {
			for _, s := range whole.Series {
				if s.Model == name {
					v.Series = append(v.Series, s)
				}
			}
		}
		all = append(all, v)
	}
	return all
}

// addFamilies adds what is shown of originals that the charts and tables of ours leave out; whole is of all servers.
func (b *builder) addFamilies(p *originalsPart, run *record.Run, whole *builder, theirs []record.Cell) {
	if len(theirs) == 0 {
		return
	}
	whole.made = b.made // a chart's name is its own
	p.Families = whole.familyCharts(run)
	b.made = whole.made
	own := builder{facts: facts{groups: figure.Summarise(theirs)}}
	for _, load := range settingsOf(own.groups) {
		t := own.table(load)
		t.Title = words.Capital(whole.facts.loads[load])
		p.Tables = append(p.Tables, t)
	}
}

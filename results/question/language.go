package question

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// How much of a cost is the model and how much the language: an original over ours is one model in two languages; two of ours, or
// two originals, are two models in one. "Language" is the language with its runtime and the library, because they come together.

// ourLanguage is what our models are written for.
const ourLanguage = "Go"

// besideTitles name what the servers of a table speak.
var besideTitles = map[string]string{"lines": "Lines over TCP", "HTTP": "HTTP"}

// slopeNote is what to know of the memory of servers of other makes.
const slopeNote = "Memory is measured of all by the same means: anonymous pages from outside, and the server's own cgroup for " +
	"the kernel. " +
	"It is a slope over N, or where one N alone was measured what so many add to the empty server: an interpreter's own base " +
	"is not in it."

// language is servers of other makes beside the models of ours that imitate them.
func (e *evidence) language() (answers []Answer, all []compare.Comparison) {
	o := e.every.Originals(e.run)
	if o == nil {
		return nil, nil
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		a := Answer{ID: "language", Title: "Language or model", Says: factorSentences(t), How: []string{"Measured under: " +
			t.Places() + ".", slopeNote}}
		if i > 0 {
			a.ID, a.Title = "language/"+strings.ToLower(t.Name), "Language or model, over "+t.Name
		}
		if at, ok := t.Column("cpu"); ok {
			a.Load = loadName(t.Columns[at].Setting) + ", " + atN(t.Columns[at].Conns)
		}
		a.Headline, a.Cite = e.languageHeadline(t)
		if i == 0 {
			a.Says = slices.Concat(a.Says, modelSentences(o), engineSentences(o))
			if len(e.apart) > 0 {
				a.Says = append(a.Says,
					"Other answers are of our own models alone: there are too many servers of other makes to stand beside them.")
			}
		}
		a.Doubts = voidSides(t)
		if e.noisy {
			a.Doubts = append(a.Doubts, noMeasurement)
		}
		a.Tables = []show.Table{e.besideTable(t)}
		a.Charts = e.besideCharts(t)
		answers = append(answers, a)
	}
	answers[0].Tables = append(answers[0].Tables, e.comparisonTable("Every original against the model that imitates it",
		o.Ratios))
	answers[0].Charts = append(answers[0].Charts, e.familyCharts()...)
	return answers, o.Ratios
}

func (e *evidence) languageHeadline(t *compare.Beside) (headline, cite string) {
	all := factorsOf(t)
	if len(all) == 0 {
		return words.Plural(len(t.Pairs), "server") + " of other makes beside the models that imitate them", ""
	}
	f := all[0]
	if e.noisy {
		return "Not ranked, because this run is no measurement", ""
	}
	if len(f.differ) == 0 {
		return fmt.Sprintf("%s against Go: no difference in CPU was found", spoken(f.language)), ""
	}
	low, high := f.differ[0], f.differ[len(f.differ)-1]
	cite = fmt.Sprintf("CPU of %s over %s: %s (%s, n = %d)", words.Code(high.Other), words.Code(high.Base),
		ratioInWords(high.Ratio.Mid), betweenRatios(high.Ratio), high.Ratio.N)
	if len(f.differ) == 1 {
		return fmt.Sprintf("Written for %s, the same model takes %s times the CPU of Go", spoken(f.language),
			words.Times(high.Ratio.Mid)), cite
	}
	return shortest(fmt.Sprintf("Written for %s, the same model takes %s to %s times the CPU of Go (%s)", spoken(f.language),
		words.Times(low.Ratio.Mid), words.Times(high.Ratio.Mid),
		words.Plural(len(f.differ), "pair"))), cite
}

// factors is what is known of the pairs of one language.
type factors struct {
	language      string
	differ        []*compare.Comparison // from the least to the most
	same, unknown []string              // originals
}

// factorsOf is by CPU in the first column of that; languages come as their most pairs, Go last.
func factorsOf(t *compare.Beside) (all []factors) {
	at, ok := t.Column("cpu")
	if !ok {
		return nil
	}
	for _, p := range t.Pairs {
		c := p.Figures[at].Ratio
		if c == nil || c.Ratio.N == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(f factors) bool { return f.language == p.Language })
		if i < 0 {
			i = len(all)
			all = append(all, factors{language: p.Language})
		}
		switch f := &all[i]; {
		case c.Differs():
			f.differ = append(f.differ, c)
		case c.Verdict == compare.Same:
			f.same = append(f.same, p.Original)
		default:
			f.unknown = append(f.unknown, p.Original)
		}
	}
	for _, f := range all {
		slices.SortStableFunc(f.differ, func(a, b *compare.Comparison) int { return cmp.Compare(a.Ratio.Mid, b.Ratio.Mid) })
	}
	ours := map[bool]int{true: 1}
	slices.SortStableFunc(all, func(a, b factors) int {
		return cmp.Or(ours[a.language == ourLanguage]-ours[b.language == ourLanguage], len(b.differ)-len(a.differ))
	})
	return all
}

// spoken is a language's name within a sentence.
func spoken(language string) string { return strings.ReplaceAll(words.Printable(language), "`", "'") }

// manifold is a ratio in three digits, because here 0.80 is not 0.85: "0.796 times (0.771 to 0.822)".
func manifold(r stats.Interval) string {
	mid, low, high := fmt.Sprintf("%.3g", r.Mid), fmt.Sprintf("%.3g", r.Low), fmt.Sprintf("%.3g", r.High)
	if !known(r) || low == high {
		return mid + " times"
	}
	return fmt.Sprintf("%s times (%s to %s)", mid, low, high)
}

// factorSentences is what each language costs, and beside it other libraries for ours.
func factorSentences(t *compare.Beside) (says []string) {
	var unknown []string
	for _, f := range factorsOf(t) {
		if len(f.differ)+len(f.same) == 0 && f.language != ourLanguage {
			unknown = append(unknown, fmt.Sprintf("%s (%s)", spoken(f.language), words.List(words.Codes(f.unknown))))
			continue
		}
		says = append(says, f.sentence(t))
	}
	if len(unknown) > 0 {
		says = append(says, fmt.Sprintf("Too little is known of what it takes written for %s.", words.List(unknown)))
	}
	return says
}

func (f *factors) sentence(t *compare.Beside) string {
	at, _ := t.Column("cpu")
	title := strings.Replace(t.Columns[at].Title, "CPU per", "CPU of ours per", 1)
	written := "Written for " + spoken(f.language)
	if f.language == ourLanguage {
		written = "With other libraries for Go"
	}
	var clauses []string
	switch n := len(f.differ); {
	case n == 1:
		c := f.differ[0]
		clauses = append(clauses, fmt.Sprintf("%s the same model takes %s the %s (%s for "+
			"%s)", written, manifold(c.Ratio), title, words.Code(c.Other), words.Code(c.Base)))
	case n > 1:
		low, high := f.differ[0], f.differ[n-1]
		middle := (f.differ[(n-1)/2].Ratio.Mid + f.differ[n/2].Ratio.Mid) / 2
		clauses = append(clauses, fmt.Sprintf("%s the same model takes %s to %s times the %s, over %s (%s for %s to %s for "+
			"%s; median %s)", written, words.Times(low.Ratio.Mid), words.Times(high.Ratio.Mid),
			title, words.Plural(n, "pair"), words.Code(low.Other), words.Code(low.Base), words.Code(high.Other), words.Code(high.Base), words.Times(middle)))
	}
	if len(f.same) > 0 {
		clauses = append(clauses, fmt.Sprintf("no difference from ours was found in %s", words.Either(words.Codes(f.same))))
	}
	if len(f.unknown) > 0 {
		clauses = append(clauses, fmt.Sprintf("too little is known of %s", words.List(words.Codes(f.unknown))))
	}
	if len(f.differ) == 0 {
		clauses[0] = written + ": " + clauses[0]
	}
	return strings.Join(clauses, "; ") + "."
}

// modelSentences is how far the models of one language are apart, and which of the two is most of it.
func modelSentences(o *compare.Originals) (says []string) {
	var by, none, unknown []string
	for _, r := range o.Within {
		switch {
		case !r.Ours && r.Language == ourLanguage: // the same model by several libraries
		case r.Widest == nil && r.Unknown > 0:
			unknown = append(unknown, spoken(r.Language)+ofPairs(r))
		case r.Widest == nil:
			none = append(none, spoken(r.Language))
		default:
			by = append(by, fmt.Sprintf("by up to %s in %s, %s against "+
				"%s%s", manifold(r.Widest.Ratio), spoken(r.Language), words.Code(r.Widest.Other), words.Code(r.Widest.Base), ofModels(r)))
		}
	}
	if len(by) > 0 {
		says = append(says, "The choice of model changes it "+words.List(by)+".")
	}
	if len(none) > 0 {
		says = append(says, fmt.Sprintf("Among the models of %s no difference was found.", words.List(none)))
	}
	if len(unknown) > 0 {
		says = append(says, fmt.Sprintf("Too little is known of the models of %s.", words.List(unknown)))
	}
	return append(says, telling(mostOfIt(o))...)
}

func ofModels(r compare.ModelRange) string {
	of := words.Plural(r.Models, "model")
	if !r.Ours {
		of = words.Plural(r.Models, "server") + ", whose libraries differ too"
	}
	if r.Unknown > 0 {
		of += fmt.Sprintf("; too little is known of %d of %s", r.Unknown, words.Plural(r.Pairs, "pair"))
	}
	return " (of " + of + ")"
}

// ofPairs is of how many pairs nothing is known, where it is not all of them.
func ofPairs(r compare.ModelRange) string {
	if r.Unknown == r.Pairs {
		return ""
	}
	return fmt.Sprintf(" (%d of %s; the others do not differ)", r.Unknown, words.Plural(r.Pairs, "pair"))
}

// mostOfIt holds every factor of the language with the most pairs against the widest between models, by the ends of their
// intervals.
func mostOfIt(o *compare.Originals) string {
	all := factorsOf(&o.Tables[0])
	if len(all) == 0 || len(all[0].differ) == 0 || all[0].language == ourLanguage {
		return ""
	}
	f := all[0]
	lowest, highest := f.differ[0].Ratio, f.differ[0].Ratio
	for _, c := range f.differ {
		lowest.Low, highest.High = min(lowest.Low, c.Ratio.Low), max(highest.High, c.Ratio.High)
	}
	widest, n, unknown := stats.Interval{}, 0, len(f.same)+len(f.unknown) // the ends of those farthest out, be they of one range or of two
	for _, r := range o.Within {
		if !r.Ours && r.Language != f.language {
			continue
		}
		unknown += r.Unknown
		if r.Widest != nil {
			n++
			widest.Low, widest.High = max(widest.Low, r.Widest.Ratio.Low), max(widest.High, r.Widest.Ratio.High)
		}
	}
	of := spoken(f.language) + " against Go"
	switch {
	case n == 0 || unknown > 0 || math.IsNaN(lowest.Low+highest.High+widest.Low+widest.High):
		return ""
	case lowest.Low > widest.High:
		return fmt.Sprintf("%s: the language, with its runtime and libraries, makes most of the difference. Its least factor "+
			"is larger than the largest between models.", of)
	case highest.High < widest.Low:
		return fmt.Sprintf("%s: the model makes most of the difference. The largest factor between models is larger than any "+
			"of the language.", of)
	}
	return fmt.Sprintf("%s: neither the language nor the model makes most of the difference throughout. Their factors "+
		"overlap.", of)
}

// engineSentences holds our event loop against the cheapest of Go's libraries at each N, in a closed loop where there is one; and
// beside it what raw C takes of that, below which no server that waits so can come.
func engineSentences(o *compare.Originals) []string {
	setting, ok := engineLoad(o.Engines)
	if !ok {
		return nil
	}
	cheapest := map[int]compare.Comparison{} // by N
	var engines []string
	for _, c := range o.Engines {
		if c.Setting != setting {
			continue
		}
		if best, is := cheapest[c.Conns]; !is || c.Ratio.Mid > best.Ratio.Mid {
			cheapest[c.Conns] = c
		}
		if !slices.Contains(engines, c.Base) {
			engines = append(engines, c.Base)
		}
	}
	var clauses, floors []string
	var own string
	for _, n := range slices.Sorted(maps.Keys(cheapest)) {
		c := cheapest[n]
		own = words.Code(c.Other)
		switch {
		case c.Differs():
			clauses = append(clauses, fmt.Sprintf("%s that of %s at %s", manifold(c.Ratio), words.Code(c.Base), atN(n)))
		case c.Verdict == compare.Same:
			clauses = append(clauses, fmt.Sprintf("no difference from %s was found at %s", words.Code(c.Base), atN(n)))
		default:
			clauses = append(clauses, fmt.Sprintf("too little is known of %s at %s", words.Code(c.Base), atN(n)))
		}
		if f := leastFloor(o.Floors, c); f != nil {
			floors = append(floors, fmt.Sprintf("%s that of %s at %s "+
				"(%s)", manifold(f.Ratio), words.Code(f.Base), atN(n), words.Code(f.Other)))
		}
	}
	slices.Sort(engines)
	says := []string{fmt.Sprintf("CPU per message of %s, against the cheapest of Go's libraries (%s), in %s: "+
		"%s.", own, words.List(words.Codes(engines)), loadName(setting), strings.Join(clauses, "; "))}
	if len(floors) > 0 {
		says = append(says, fmt.Sprintf("A raw loop in C that parses nothing takes %s: that much is the kernel's, under every "+
			"server, and an event loop comes no lower.",
			strings.Join(floors, "; ")))
	}
	return says
}

// leastFloor is the least of C beside one library at one N.
func leastFloor(floors []compare.Comparison, beside compare.Comparison) (least *compare.Comparison) {
	for i, c := range floors {
		if c.Base == beside.Base && c.Conns == beside.Conns && c.Setting == beside.Setting && c.Differs() && (least == nil || c.Ratio.Mid < least.Ratio.Mid) {
			least = &floors[i]
		}
	}
	return least
}

// engineLoad is a closed loop, where they are at full load, or else whatever there is.
func engineLoad(all []compare.Comparison) (s figure.Setting, ok bool) {
	for _, c := range all {
		if !ok || c.Setting.Params.Loop == "closed" && s.Params.Loop != "closed" {
			s, ok = c.Setting, true
		}
	}
	return s, ok
}

// voidSides says why figures of the table are void, each reason once.
func voidSides(t *compare.Beside) (says []string) {
	add := func(c *compare.BesideColumn, name string, s compare.Side) {
		if s.N > 0 || s.Void == "" {
			return
		}
		said := fmt.Sprintf("%s is void under %s, %s: "+
			"%s.", words.Code(name), loadName(c.Setting), atN(c.Conns), strings.TrimSuffix(words.Printable(s.Void), "."))
		if !slices.Contains(says, said) {
			says = append(says, said)
		}
	}
	for i := range t.Pairs {
		p := &t.Pairs[i]
		for j := range t.Columns {
			add(&t.Columns[j], p.Ours, p.Figures[j].Ours)
			add(&t.Columns[j], p.Original, p.Figures[j].Original)
		}
	}
	return says
}

// relativeColumn reports whether a column's figures come from rotations: then each original stands as a ratio to ours.
func (e *evidence) relativeColumn(c *compare.BesideColumn) bool {
	return c.Conns > 0 && slices.ContainsFunc(e.whole, func(g figure.Group) bool {
		return g.Setting() == c.Setting && g.Conns == c.Conns && len(g.Rotated) > 0
	})
}

// besideTable has each original below the model of ours that imitates it.
func (e *evidence) besideTable(t *compare.Beside) show.Table {
	table := show.Table{Title: "The originals, below the model of ours that imitates each: " +
		"" + besideTitles[t.Name], Columns: heads("Server"),
		Note: "Ratios are of the original over the model of ours above it, from the same rotations, beside them the 95% " +
			"interval."}
	for i := range t.Columns {
		c := &t.Columns[i]
		head, key := words.Capital(c.Title), keyOf(c.Title)
		if e.relativeColumn(c) {
			head, key = head+", to ours", key+"_ratio"
		}
		table.Columns = append(table.Columns, show.Column{Head: head, Short: c.Key, Key: key})
	}
	table.Columns = append(table.Columns, show.Column{Head: "Beside", Key: "ours", Left: true}, show.Column{Head: "Written " +
		"for", Key: "language", Left: true},
		show.Column{Head: "Version", Key: "version", Left: true, Minor: true})
	for i := range t.Pairs {
		p := &t.Pairs[i]
		if i == 0 || t.Pairs[i-1].Ours != p.Ours {
			row := []show.Cell{named(p.Ours)}
			for j := range t.Columns {
				row = append(row, e.oursCell(&t.Columns[j], p.Ours, p.Figures[j].Ours))
			}
			table.Rows = append(table.Rows, append(row, show.Cell{Text: "–", Detail: "ours"}, text(ourLanguage), text("cbench")))
		}
		row := []show.Cell{named(p.Original)}
		for j := range t.Columns {
			row = append(row, e.originalCell(&t.Columns[j], p.Figures[j]))
		}
		table.Rows = append(table.Rows, append(row, named(p.Ours), text(p.Language), text(orSaid(p.Version, "not known"))))
	}
	return table
}

// oursCell is the figure of a model of ours: where there are ratios it is 1, and only the base's figure stands beside it.
func (e *evidence) oursCell(c *compare.BesideColumn, name string, s compare.Side) show.Cell {
	cell := sideCell(c, s)
	if e.relativeColumn(c) && cell.Value != nil {
		detail := ""
		if name == e.base {
			detail = cell.Text
		}
		return show.Cell{Text: "1", Detail: detail, Value: ptr(1.0)}
	}
	return cell
}

func (e *evidence) originalCell(c *compare.BesideColumn, f compare.Both) show.Cell {
	if !e.relativeColumn(c) || f.Original.N == 0 {
		return sideCell(c, f.Original)
	}
	cell := ratio(f.Ratio)
	if f.Ratio != nil && f.Ratio.Verdict == compare.Same && cell.Value != nil {
		cell.Detail += ", no difference found"
	}
	return cell
}

func sideCell(c *compare.BesideColumn, s compare.Side) show.Cell {
	if s.N == 0 {
		cell := show.Cell{Text: c.InWords(s)}
		if s.Void != "" {
			cell.Mark = show.Bad
		}
		return cell
	}
	cell := number(s.Mid, c.InWords(s))
	if known(s.Interval) {
		cell.Detail = fromTo(c.Words(s.Low), c.Words(s.High))
	}
	return cell
}

// leastDrawn is where a slope of nothing stands: a logarithm has no 0.
const leastDrawn = 16

// besideCharts are a row a pair: of ratios the original over ours, else both figures.
func (e *evidence) besideCharts(t *compare.Beside) (charts []chart.Chart) {
	for j := range t.Columns {
		c := &t.Columns[j]
		if !c.Drawn() {
			continue
		}
		unit := chart.NS
		if c.InBytes() {
			unit = chart.Bytes
		}
		place := loadName(c.Setting)
		if c.Conns > 0 {
			place += ", " + atN(c.Conns)
		}
		ch := chart.Chart{ID: "originals-" + strings.ToLower(t.Name) + "-" + strings.ReplaceAll(keyOf(c.Title), "_", "-"), Title: words.Capital(c.Title) + " of the originals beside ours", Kind: chart.Pairs,
			Note: words.Capital(place) + ". Filled: ours; hollow: the original. Lower is " +
				"better.", X: chart.Axis{Unit: unit, Log: true}, Extra: c.Key != "cpu"}
		relative := e.relativeColumn(c)
		if relative {
			ch.Kind, ch.Title = chart.Forest, words.Capital(c.Title)+" of the originals over ours"
			ch.Note, ch.X = words.Capital(place)+". Bars: 95% interval; left of 1 the original is "+
				"cheaper.", chart.Axis{Title: "ratio to ours", Unit: chart.Ratio, Log: true}
		}
		var p chart.Panel
		for i := range t.Pairs {
			pair := &t.Pairs[i]
			if s, ok := pairSeries(c, pair, pair.Figures[j], relative); ok {
				p.Series = append(p.Series, s)
			}
		}
		last := func(s chart.Series) float64 { return s.Points[len(s.Points)-1].X }
		slices.SortStableFunc(p.Series, func(a, b chart.Series) int { return -cmp.Compare(last(a), last(b)) })
		ch.Panels = []chart.Panel{p}
		charts = append(charts, drawn(ch)...)
	}
	return charts
}

func pairSeries(c *compare.BesideColumn, pair *compare.Pair, f compare.Both, relative bool) (chart.Series, bool) {
	s := chart.Series{Model: pair.Ours, Name: fmt.Sprintf("%s (%s)", pair.Original, pair.Ours)}
	if relative {
		cell := ratio(f.Ratio)
		if cell.Value == nil {
			return s, false
		}
		s.Points = []chart.Point{{X: f.Ratio.Ratio.Mid, Low: f.Ratio.Ratio.Low, High: f.Ratio.Ratio.High, Text: fmt.Sprintf("%s (%s)", cell.Text, cell.Detail), Name: pair.Original}}
		return s, true
	}
	if f.Original.N == 0 {
		return s, false
	}
	for _, side := range []struct {
		name string
		of   compare.Side
		void bool
	}{{pair.Ours, f.Ours, false}, {pair.Original, f.Original, true}} {
		if side.of.N > 0 {
			s.Points = append(s.Points, chart.Point{X: max(leastDrawn, side.of.Mid), Low: math.NaN(), High: math.NaN(), Void: side.void, Name: side.name, Text: c.InWords(side.of)})
		}
	}
	return s, true
}

// familyCharts are what ours and its originals are shown by over N, a panel a family, where there are too many originals for one
// panel.
func (e *evidence) familyCharts() (charts []chart.Chart) {
	if len(e.apart) == 0 {
		return nil
	}
	all := *e
	all.groups = e.whole
	for _, load := range settingsOf(e.whole) {
		if load.Params.How != "" || load.Params.Searches() {
			continue // shown as pairs, and as what was found
		}
		rows := rowsOf(e.whole, e.twins, load)
		for _, f := range []struct {
			id, title string
			fig       figure.Figure
			unit      chart.Unit
			of        bool
		}{
			{"cpu-per-message", "Server CPU time for each checked reply", cpuPerMessage, chart.NS, !load.AtRest()},
			{"median-latency", "Time to a checked reply at the " +
				"median", p50, chart.NS, !load.AtRest() && load.Params.Loop == "open"},
			{"memory-per-connection", "User memory the server holds for each open " +
				"connection", userPerConn, chart.Bytes, load.AtRest() || load.Scenario == "comet"},
		} {
			if !f.of {
				continue
			}
			whole := all.lines(rows, "", f.title, "", f.unit, figurePanel{"", f.fig})
			if len(whole) == 0 {
				continue
			}
			c := whole[0]
			c.ID, c.Title, c.Extra = e.slug(load)+"-originals-"+f.id, c.Title+", ours and its originals: "+e.loads[load], true
			c.Panels = e.families(c.Panels[0])
			charts = append(charts, drawn(c)...)
		}
	}
	return charts
}

// families splits a panel of all servers into one of each family of which an original is known.
func (e *evidence) families(whole chart.Panel) (panels []chart.Panel) {
	var names []string
	for _, s := range whole.Series {
		names = append(names, s.Model)
	}
	for _, family := range figure.Families(e.run, names) {
		p := chart.Panel{Title: family.Title(), Line: whole.Line}
		for _, name := range family.Names() {
			for _, s := range whole.Series {
				if s.Model == name {
					p.Series = append(p.Series, s)
				}
			}
		}
		panels = append(panels, p)
	}
	return panels
}

package question

import (
	"fmt"
	"slices"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

var (
	cpuPerMessage = figure.Named("cpu_ns_per_message")
	throughput    = figure.Named("throughput_per_s")
	p50           = figure.Named("p50_ns")
	p99           = figure.Named("p99_ns")
	p999          = figure.Named("p999_ns")
	userPerConn   = figure.Named("user_per_conn_bytes")
	kernelPerConn = figure.Named("kernel_per_conn_bytes")
)

// cpu is what a message costs the server.
func (e *evidence) cpu() []Answer {
	m, ok := e.chief("cpu")
	if !ok {
		return nil
	}
	conns := m.decided()
	n := conns[len(conns)-1]
	a := Answer{ID: "cpu", Title: "CPU per message", Load: e.loads[m.setting], Lead: true, Says: e.atEnds(m),
		How: []string{"CPU is user and system time of the whole server process, over the replies that were checked."}}
	a.Headline, a.Cite = e.leastCost(m, n)
	a.Says = append(a.Says, e.otherCosts(m.setting)...)
	a.Column = e.column(m, n, show.Column{Head: "CPU " + a2(m.setting) + ", ratio to " + e.base, Short: "CPU ratio",
		Key: "cpu_ratio"})
	of := atConns(e.of(m.setting), n)
	rows := rowsOf(e.groups, e.twins, m.setting)
	a.Charts = drawn(chart.Chart{ID: "cpu-ratios", Title: fmt.Sprintf("Server CPU for each %s, relative to %s",
		message(m.setting), e.base),
		Note: fmt.Sprintf("%s, %s. Bars: 95%% interval; left is cheaper.", words.Capital(e.loads[m.setting]), atN(n)),
		Kind: chart.Forest,
		X:    chart.Axis{Title: "ratio to " + e.base, Unit: chart.Ratio, Log: true}, Panels: []chart.Panel{e.forest(of, "",
			m.fig)}})
	if len(conns) > 1 {
		a.Charts = append(a.Charts, e.lines(rows, "cpu-over-connections", "Server CPU over connections",
			"User and system time. Lower is better.",
			chart.NS, figurePanel{"", m.fig})...)
	}
	a.Charts = append(a.Charts, e.cpuParts(rows, "cpu-parts", n)...)
	a.Tables = []show.Table{e.ratioTable("CPU "+a2(m.setting)+", ratio to "+e.base, m)}
	a.Doubts = e.doubts(m)
	return []Answer{a}
}

func a2(s figure.Setting) string { return a(message(s)) }

// leastCost is the headline of a cost at one N, and how to cite it.
func (e *evidence) leastCost(m comparisonSet, n int) (headline, cite string) {
	of := m.at(n)
	who := words.Whole(n) + " busy connections"
	if m.setting.Params.Loop == "open" {
		who = fmt.Sprintf("%s connections at %s/s", words.Whole(n), words.PerSecond(m.setting.Params.RatePerS))
	}
	worst := e.dearest(of)
	level := e.level(of)
	cite = fmt.Sprintf("CPU per message, %s, %s: %s in %s", e.loads[m.setting], atN(n), level, words.Code(of[0].Base))
	if worst != nil {
		cite += fmt.Sprintf(", %s in %s (%s, n = %d)", ratioInWords(worst.Ratio.Mid), words.Code(worst.Other),
			betweenRatios(worst.Ratio), worst.Ratio.N)
	}
	best := e.best(of)
	switch {
	case e.noisy:
		return fmt.Sprintf("%s: not ranked, because this run is no measurement", who), cite
	case len(best) == 0:
		return fmt.Sprintf("%s: too little is known to rank models by CPU", who), cite
	}
	than := ""
	if worst != nil && !slices.Contains(best, worst.Other) {
		than = fmt.Sprintf("; %s %s times that", words.Code(worst.Other), ratioInWords(worst.Ratio.Mid))
	}
	takes := verb(len(best), "takes", "take") + " the least CPU"
	what := fmt.Sprintf("(%s %s)", level, a2(m.setting))
	if base := of[0].Base; best[0] != base {
		at := slices.IndexFunc(of, func(c compare.Comparison) bool { return c.Other == best[0] })
		what = fmt.Sprintf("(%s of %s's %s %s)", ratioInWords(of[at].Ratio.Mid), words.Code(base), level, a2(m.setting))
		if than != "" {
			than = fmt.Sprintf("; %s %s", words.Code(worst.Other), ratioInWords(worst.Ratio.Mid))
		}
	}
	return shortest(
		fmt.Sprintf("%s: %s %s %s%s", who, either(best, 4), takes, what, than),
		fmt.Sprintf("%s: %s %s %s%s", who, either(best, 2), takes, what, than),
		fmt.Sprintf("%s: %s %s %s", who, either(best, 1), takes, what),
	), cite
}

// dearest is the comparison whose figure is worst beyond doubt; nil: none is worse.
func (e *evidence) dearest(of []compare.Comparison) (worst *compare.Comparison) {
	for i := range of {
		c := &of[i]
		bad := c.Verdict == compare.More == c.Figure.Less && c.Differs()
		if bad && !e.control(c.Other) && (worst == nil || c.Ratio.Mid > worst.Ratio.Mid == c.Figure.Less) {
			worst = c
		}
	}
	return worst
}

// otherCosts is a sentence for each other load under which CPU tells models apart, at its greatest N.
func (e *evidence) otherCosts(chief figure.Setting) (says []string) {
	for _, m := range e.sets {
		if !is(m.fig, "cpu") || m.setting.AtRest() || m.setting == chief || m.setting.Params.Driver != "" ||
			m.verdictless() != "" {
			continue
		}
		conns := m.decided()
		says = append(says, words.Capital(e.loads[m.setting])+": "+e.sentenceAt(m.at(conns[len(conns)-1])))
	}
	return says
}

// column is one figure at one N in the table of models.
func (e *evidence) column(m comparisonSet, n int, head show.Column) *Column {
	c := &Column{Column: head, Cells: map[string]show.Cell{}}
	best := e.best(m.at(n))
	for _, g := range atConns(e.of(m.setting), n) {
		cell := e.relative(g, m.fig)
		if factor := noiseAt(m, n); factor > 0 {
			cell = show.Cell{Text: "too noisy"}
		}
		if slices.Contains(best, e.name(g)) && !e.noisy {
			cell.Mark = show.Good
		}
		if _, there := c.Cells[g.Model]; !there {
			c.Cells[g.Model] = cell
		}
	}
	return c
}

func noiseAt(m comparisonSet, n int) float64 {
	return comparisonSet{all: m.at(n)}.noise()
}

// ratioTable is a row a model and a column each N: the base as it is, the others as ratios to it.
func (e *evidence) ratioTable(title string, m comparisonSet) show.Table {
	t := show.Table{Title: words.Capital(title), Columns: heads("Model"),
		Note: fmt.Sprintf("%s. The row of %s has its own figure, the others their ratio to it with the 95%% interval.",
			words.Capital(e.loads[m.setting]), words.Code(e.base))}
	for _, n := range m.conns() {
		t.Columns = append(t.Columns, show.Column{Head: atN(n), Key: fmt.Sprintf("%s_ratio_n%d", keyOf(m.fig.Name), n)})
	}
	for _, r := range rowsOf(e.groups, e.twins, m.setting) {
		row := []show.Cell{named(r.Name)}
		for _, n := range m.conns() {
			cell := unknown
			if at := r.At(n); at != nil {
				cell = e.relative(e.same(at), m.fig)
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// same is the group among the evidence's own: a row holds copies.
func (e *evidence) same(g *figure.Group) *figure.Group {
	for i := range e.groups {
		if o := &e.groups[i]; o.Model == g.Model && o.Conns == g.Conns && o.Params == g.Params && o.Scenario == g.Scenario {
			return o
		}
	}
	return g
}

// doubts is what to know before believing what a set says.
func (e *evidence) doubts(m comparisonSet) (doubts []string) {
	if e.noisy {
		doubts = append(doubts, noMeasurement)
	}
	n := m.count()[compare.Unknown]
	if n > 0 && m.noise() == 0 {
		doubts = append(doubts, fmt.Sprintf("Too little is known of %d of %s%s.", n, words.Plural(len(m.all), "comparison"),
			because(m.why())))
	}
	if !slices.ContainsFunc(m.all, func(c compare.Comparison) bool { return c.Control != "" }) {
		doubts = append(doubts, "No control (A/A) was measured: how much two processes of one program differ is not known.")
	}
	return doubts
}

// cpuParts is where CPU goes at one N. In rotations a bar is as long as the ratio to the base, and only its parts are the
// server's own.
func (e *evidence) cpuParts(rows []figure.Row, id string, n int) []chart.Chart {
	relative := e.relatively(rows, cpuPerMessage)
	c := chart.Chart{ID: id, Title: "Where the server's CPU time goes, at " + atN(n), Kind: chart.Bars, Extra: true,
		Note: "User and system time, as the kernel's ticks share them out: good over seconds of load. Lower is better.",
		X:    chart.Axis{Title: "CPU time a reply", Unit: chart.NS}}
	if relative {
		c.X = chart.Axis{Title: "ratio to " + e.base, Unit: chart.Ratio}
	}
	p := chart.Panel{}
	for _, r := range rows {
		at := r.At(n)
		if at == nil {
			continue
		}
		user, system := at.Of(figure.UserCPU), at.Of(figure.SystemCPU)
		if user.N == 0 || system.N == 0 {
			continue
		}
		scale, inWords := 1.0, words.Nanoseconds
		if relative {
			cell := e.relative(e.same(at), cpuPerMessage)
			if cell.Value == nil || user.Median+system.Median <= 0 {
				continue
			}
			scale, inWords = *cell.Value/(user.Median+system.Median), ratioInWords
		}
		s := chart.Series{Model: r.Model, Name: r.Name, Dashed: e.control(r.Model)}
		for _, part := range []struct {
			name  string
			value float64
		}{{"user space", user.Median}, {"kernel", system.Median}} {
			s.Parts = append(s.Parts, chart.Part{Name: part.name, Value: part.value * scale, Text: inWords(part.value * scale)})
		}
		p.Series = append(p.Series, s)
	}
	c.Panels = []chart.Panel{p}
	return drawn(c)
}

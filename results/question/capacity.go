package question

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// limit is what searches found of one model at one number of connections.
type limit struct {
	group      *figure.Group
	name       string
	held       stats.Interval // as figure.Group.Capacity
	bound, why string         // what ended the searches, where they agree; else of one that the server did not end
}

// limits is what the searches under one load found at one N, from the most to the least; those that held nothing come last.
func (e *evidence) limits(of []*figure.Group) []limit {
	var all []limit
	for _, g := range of {
		l := limit{group: g, name: e.name(g), held: g.Capacity()}
		searches := 0
		for j := range g.Valid {
			if s := g.Valid[j].Search; s != nil {
				if searches++; searches == 1 || l.bound == "server" && s.Bound != "server" {
					l.bound, l.why = s.Bound, s.Why
				}
			}
		}
		if searches > 0 {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b limit) int { return cmp.Compare(b.held.Mid, a.held.Mid) }) // NaN is less than any
	return all
}

// capacity is one answer for each load whose limit was searched for.
func (e *evidence) capacity() (answers []Answer) {
	for _, load := range settingsOf(e.groups) {
		if !load.Params.Searches() {
			continue
		}
		of := e.of(load)
		a := Answer{ID: "capacity", Title: "Capacity", Load: e.loads[load], Lead: true,
			How: []string{searchInWords(load.Params) + "."}}
		if len(answers) > 0 {
			a.ID = "capacity/" + e.slug(load)
		}
		conns := connsOf(of)
		for _, n := range conns {
			all := e.limits(atConns(of, n))
			a.Says = append(a.Says, telling(capacitySentence(all))...)
			if len(all) > 0 {
				a.Headline, a.Cite = e.mostHeld(all), e.citeMost(all)
				a.Column = e.capacityColumn(all)
			}
		}
		if a.Column == nil {
			a.Headline = "No search is valid"
		}
		if e.noisy {
			a.Doubts = append(a.Doubts, noMeasurement)
		}
		a.Tables = append(a.Tables, e.searchTable(load, of))
		if t := e.shareTable(of); len(t.Rows) > 0 {
			a.Tables = append(a.Tables, t)
		}
		a.Charts = e.searchCharts(load, of)
		answers = append(answers, a)
	}
	return answers
}

func (e *evidence) mostHeld(all []limit) string {
	p := all[0].group.Params
	rivals := slices.DeleteFunc(slices.Clone(all), func(l limit) bool { return e.control(l.group.Model) || l.held.N == 0 })
	what := fmt.Sprintf("Within %s", limitsIn(p.SLO))
	if p.Search != "conns" {
		what += " at " + atN(all[0].group.Conns)
	}
	if len(rivals) == 0 {
		return what + ": no model held the least that was tried"
	}
	held := func(l limit) string { return fmt.Sprintf("%s %s", words.Code(l.name), words.Rate(l.held.Mid)) }
	least := rivals[len(rivals)-1]
	unit := " " + searched(p.Search)
	best := mostOf(rivals)
	switch {
	case e.noisy:
		return what + ": not ranked, because this run is no measurement"
	case len(best) == 0 || len(rivals) == 1:
		return shortest(fmt.Sprintf("%s: from %s to %s%s", what, held(least), held(rivals[0]), unit))
	}
	return shortest(
		fmt.Sprintf("%s: %s hold the most, %s%s; %s the least", what, words.List(words.Codes(best)),
			words.Rate(rivals[0].held.Mid), unit, held(least)),
		fmt.Sprintf("%s: %s held the most, %s%s", what, some(best, 2), words.Rate(rivals[0].held.Mid), unit))
}

func (e *evidence) citeMost(all []limit) string {
	l := all[0]
	return fmt.Sprintf("capacity, %s, %s: %s%s %s in %s (%s)", e.loads[l.group.Setting()], atN(l.group.Conns),
		words.Rate(l.held.Mid), inBrackets(l.held),
		searched(l.group.Params.Search), words.Code(l.name), l.group.OverWhat())
}

func (e *evidence) capacityColumn(all []limit) *Column {
	p := all[0].group.Params
	c := &Column{Column: show.Column{Head: "Most " + searched(p.Search) + " within " + limitsIn(p.SLO), Short: "most " +
		searched(p.Search), Key: "capacity"}, Cells: map[string]show.Cell{}}
	best := mostOf(slices.DeleteFunc(slices.Clone(all), func(l limit) bool { return e.control(l.group.Model) }))
	for _, l := range all {
		cell := foundCell(l)
		if slices.Contains(best, l.name) && !e.noisy {
			cell.Mark = show.Good
		}
		c.Cells[l.group.Model] = cell
	}
	return c
}

func foundCell(l limit) show.Cell {
	if l.held.N == 0 {
		return show.Cell{Text: "none"}
	}
	return show.Cell{Text: words.Rate(l.held.Mid), Value: ptr(l.held.Mid), Detail: strings.Trim(inBrackets(l.held), " ()")}
}

// mostOf is who held the most, and who was not told apart from it and is as good: whose interval meets the best's and goes no
// farther than a tenth below it. It is empty where the search of anyone was not ended by the server: that server could do more,
// and so may be the best.
func mostOf(all []limit) (names []string) {
	known := slices.DeleteFunc(slices.Clone(all), func(l limit) bool { return l.held.N == 0 })
	if len(known) < 2 || slices.ContainsFunc(known, func(l limit) bool { return l.bound != "server" }) || !known[0].held.Sure() {
		return nil
	}
	best := known[0]
	for i, l := range known {
		if i == 0 || l.held.Sure() && l.held.High >= best.held.Low && l.held.Low >= (1-asGood)*best.held.Mid {
			names = append(names, l.name)
		}
	}
	return names
}

// capacitySentence says what the models held within the limits, and what stopped them. All limits are of one load and N.
func capacitySentence(all []limit) string {
	if len(all) == 0 {
		return ""
	}
	p := all[0].group.Params
	var held, none, client, most, unknown []string
	for _, l := range all {
		name := words.Code(l.name)
		switch {
		case l.held.N == 0:
			none = append(none, name+because(l.why))
			continue
		case l.bound == "client":
			client = append(client, name)
		case l.bound == "limit":
			most = append(most, name)
		case l.bound != "server":
			unknown = append(unknown, name)
		}
		held = append(held, fmt.Sprintf("%s %s%s", name, words.Rate(l.held.Mid), inBrackets(l.held)))
	}
	var said []string
	if len(held) > 0 {
		at := ""
		if p.Search != "conns" {
			at = " at " + atN(all[0].group.Conns)
		}
		said = append(said, fmt.Sprintf("Within %s%s the most %s held: %s%s.", limitsIn(p.SLO), at, searched(p.Search),
			words.List(held), ofProcesses(all)))
	}
	for _, end := range []struct {
		who  []string
		said string
	}{
		{client, "The client was the bottleneck for %s: the server could do more, and its limit is not known."}, {most,
			"%s still held the most that was tried."},
		{unknown, "It is not known what ended the search of %s: the server may hold more."}, {none,
			"%s did not hold even the least that was tried."},
	} {
		if len(end.who) > 0 {
			said = append(said, fmt.Sprintf(end.said, words.List(end.who)))
		}
	}
	return strings.Join(said, " ")
}

// ofProcesses says what the intervals are of where that is less than one may think.
func ofProcesses(all []limit) string {
	most := 0
	for _, l := range all {
		most = max(most, l.held.N)
	}
	return map[int]string{
		1: "; each of one process, and another of the same program may differ",
		2: "; each from the lowest to the highest end of two processes",
	}[most]
}

// inBrackets is an interval of counts behind its figure; nothing where it is not known.
func inBrackets(held stats.Interval) string {
	if math.IsNaN(held.Low) && math.IsNaN(held.High) {
		return ""
	}
	return fmt.Sprintf(" (%s)", held.Between(words.Rate))
}

// searchTable is what searches found, with why each ended.
func (e *evidence) searchTable(load figure.Setting, of []*figure.Group) show.Table {
	t := show.Table{Title: "The most " + searched(load.Params.Search),
		Note: "The most is where half of the windows held the limits, and half did not. Over one process the interval is of " +
			"its windows alone, not of how another" +
			" would do; over two it is the hull of theirs, from three on Student's t over processes (t).",
		Columns: heads("Model", "N", "Most held", words.Capital(figure.CapacityHead(of)), "Over", "Bottleneck", "Why it ended",
			"Valid")}
	t.Columns[5].Left, t.Columns[6].Left, t.Columns[6].Minor = true, true, true
	for _, n := range connsOf(of) {
		for _, l := range e.limits(atConns(of, n)) {
			found := foundCell(l)
			found.Detail = ""
			t.Rows = append(t.Rows, []show.Cell{named(l.name), number(float64(n), words.Whole(n)), found,
				text(l.held.Between(words.Rate)), text(l.group.OverWhat()),
				text(bottleneck(l.bound)), text(l.why), valid.cell(l.group)})
		}
	}
	return t
}

func bottleneck(bound string) string {
	switch bound {
	case "client":
		return "the client: the server could do more"
	case "limit":
		return "none: held the most tried"
	case "unknown":
		return "not known: neither server nor client used up its CPUs"
	}
	return bound
}

func searchInWords(p record.Params) string {
	said := fmt.Sprintf("The most %s was searched for in short windows", searched(p.Search))
	if p.SLO != "" {
		said += " that had to keep " + limitsIn(p.SLO)
	}
	return fmt.Sprintf("%s; open loop, %d B payload", said, p.PayloadBytes)
}

var percentiles = []struct {
	head string
	of   func(record.Window) int64
}{
	{"p50", func(w record.Window) int64 { return w.P50 }}, {"p90", func(w record.Window) int64 { return w.P90 }},
	{"p99", func(w record.Window) int64 { return w.P99 }}, {"p99 from the send",
		func(w record.Window) int64 { return w.ServiceP99 }},
}

// shareTable is latency at shares of what each model holds itself, and at the rate that all were given, over processes.
func (e *evidence) shareTable(of []*figure.Group) show.Table {
	t := show.Table{Title: "At shares of each model's own capacity",
		Note: "Latency from when a message was due; over several processes with the 95% interval of Student's t, of two with " +
			"both." +
			" Above its capacity, a server's latency says only how long it was overloaded.",
		Columns: heads("Model", "N", "Share", "Offered", "p50", "p90", "p99", "p99 from the send", "Client CPU", "Limits")}
	for _, g := range of {
		for _, share := range g.Shares() {
			at, ok := g.At(share)
			if !ok {
				continue
			}
			inWords, limits := words.Percent(share), "held"
			if share == 0 {
				inWords = "rate given to all"
			}
			if !at.Held {
				limits = "not held"
			}
			row := []show.Cell{named(e.name(g)), number(float64(at.Conns), words.Whole(at.Conns)), number(share, inWords),
				number(at.RatePerS, words.Rate(at.RatePerS)+"/s")}
			for _, p := range percentiles {
				over, cell := at.Over(p.of), unknown
				if over.N > 0 {
					cell = number(over.Mid, words.Nanoseconds(over.Mid))
				}
				if over.Sure() {
					cell.Detail = over.Between(words.Nanoseconds)
				}
				row = append(row, cell)
			}
			t.Rows = append(t.Rows, append(row, number(at.ClientCPURatio, words.Percent(at.ClientCPURatio)), text(limits)))
		}
	}
	return t
}

// searchCharts are latency over the load, of p50 and of the latency that is limited, and the most held over N.
func (e *evidence) searchCharts(load figure.Setting, of []*figure.Group) []chart.Chart {
	x := chart.Axis{Title: "messages/s offered", Unit: chart.PerSecond, Log: true}
	if load.Params.Search == "conns" {
		x = chart.Axis{Title: "open connections, N", Unit: chart.Conns, Log: true}
	}
	c := chart.Chart{ID: e.slug(load) + "-latency-vs-load", Title: "Time to a checked reply against the load",
		Kind: chart.Lines, X: x, Y: chart.Axis{Unit: chart.NS, Log: true},
		Note: "At rates from low to what each model holds, and a little beyond. Hollow: the limits were not kept. Dashed: the " +
			"limit. Lower and farther right is better."}
	limited, farthest := figure.LimitedLatency(load.Params.SLO)
	if limited == "p50" { // it is drawn anyway
		limited, farthest = figure.LimitedLatency("")
	}
	for _, n := range connsOf(of) {
		for _, f := range []struct {
			name string
			of   func(record.Window) int64
		}{{"p50", percentiles[0].of}, {limited, farthest}} {
			p := chart.Panel{Title: f.name + ", " + atN(n)}
			if limit := figure.LimitOf(load.Params.SLO, strings.ReplaceAll(f.name, ".", "")); limit > 0 {
				p.Line = &chart.Rule{At: limit, Title: words.Short(words.Nanoseconds(limit))}
			}
			for _, g := range atConns(of, n) {
				p.Series = addPoints(p.Series, e.seriesOf(g), loadPoints(g, f.of))
			}
			c.Panels = append(c.Panels, p)
		}
	}
	most := chart.Chart{ID: e.slug(load) + "-capacity", Title: "The most " + searched(load.Params.Search) + " within " +
		limitsIn(load.Params.SLO), Kind: chart.Lines, Extra: true,
		Note: "Where half of the windows hold the limits; bar: " + figure.CapacityHead(of) +
			". Hollow: the server was not at its end. Higher is better.",
		X: chart.Axis{Title: "open connections, N", Unit: chart.Conns, Log: true}, Y: chart.Axis{Unit: chart.PerSecond,
			Log: true}}
	var p chart.Panel
	for _, g := range of {
		if held := g.Capacity(); held.N > 0 && drawable(held.Mid) {
			p.Series = addPoints(p.Series, e.seriesOf(g), []chart.Point{{X: float64(g.Conns), Y: held.Mid, Low: held.Low,
				High: held.High, Void: g.Bounds() != "server",
				Text: words.Rate(held.Mid) + inBrackets(held)}})
		}
	}
	if load.Params.Search != "conns" { // one figure a model: the table says it
		most.Panels = []chart.Panel{p}
	}
	return slices.Concat(drawn(c), drawn(most))
}

// loadPoints is one percentile over the load. It goes on where it did not hold: that is the knee.
func loadPoints(g *figure.Group, percentile func(record.Window) int64) (points []chart.Point) {
	for _, at := range g.Loads() {
		x, over := at.RatePerS, at.Over(percentile)
		if g.Params.Search == "conns" {
			x = float64(at.Conns)
		}
		if drawable(over.Mid) && drawable(x) {
			points = append(points, chart.Point{X: x, Y: over.Mid, Low: over.Low, High: over.High, Void: !at.Held,
				Text: words.Nanoseconds(over.Mid)})
		}
	}
	return points
}

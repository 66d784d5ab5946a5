package report

import (
	"fmt"
	"math"
	"slices"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// loads is the charts and the table of every load.
func (b *builder) loads() []loadPart {
	settings := settingsOf(b.groups)
	slices.SortStableFunc(settings, func(a, b figure.Setting) int { return rank(a) - rank(b) })
	var all []loadPart
	for i, load := range settings {
		l := loadPart{ID: fmt.Sprintf("load-%d", i+1), Name: b.facts.loads[load], Params: words.Capital(load.Params.String()), Tables: []Table{b.table(load)}}
		if load.Params.Loop == "search" {
			l.Params, l.Charts = searchInWords(load.Params), b.searchCharts(load)
			l.Tables = []Table{b.searchTable(load)}
			if t := b.shareTable(load); len(t.Rows) > 0 {
				l.Tables = append(l.Tables, t)
			}
		} else {
			l.Charts = b.loadCharts(load)
			if t, ok := b.seldomTable(load); ok {
				l.Tables = append(l.Tables, t)
			}
			if !load.AtRest() {
				l.Bars = b.cpuBars(load)
			}
		}
		all = append(all, l)
	}
	return all
}

// rank is the order of kinds of loads: traffic, searches for a limit, rest.
func rank(s figure.Setting) int {
	switch {
	case s.AtRest():
		return 2
	case s.Params.Loop == "search":
		return 1
	}
	return 0
}

// loadCharts is those of one load. At rest there is too little traffic to tell of.
func (b *builder) loadCharts(load figure.Setting) []oldChart {
	var all []oldChart
	if !load.AtRest() {
		from := "from when the message was due"
		if load.Params.Loop == "closed" {
			from = "from when the message was sent"
		}
		all = slices.Concat(
			b.chart("Server CPU per message", "User and system time of the whole server process. Lower is better.", "ns", "conns",
				b.overConns(load, "", figures.cpu)),
			b.chart("Median latency", "Half of all replies take longer, "+from+".", "ns", "conns", b.overConns(load, "", figures.p50)),
			b.chart("Tail latency", "1 reply in 100 takes longer than p99, 1 in 1,000 than p99.9, "+from+".", "ns", "conns",
				b.overConns(load, "p99", figures.p99), b.overConns(load, "p99.9", figures.p999)),
			b.chart("Latency at every percentile", "All repetitions together; the band is from the lowest to the highest of them.", "ns", "nines",
				b.percentiles(load)...),
			b.chart("Throughput", throughputNote(load), "rate", "conns", b.overConns(load, "", figures.throughput)),
		)
	}
	return append(all, b.memoryCharts(load)...)
}

func throughputNote(load figure.Setting) string {
	if load.Params.Loop == "open" {
		return "Checked replies a second. In an open loop it is what was offered."
	}
	return "Checked replies a second. Higher is better; where the client is the bottleneck, CPU per message tells more."
}

func (b *builder) memoryCharts(load figure.Setting) []oldChart {
	return b.chart("Memory per connection", "What N open, quiet connections add to the empty server, over N.", "bytes", "conns",
		b.overConns(load, "user", figures.user), b.overConns(load, "kernel", figures.kernel), b.overConns(load, "whole server", figures.anon))
}

// headOf is a figure as the head of a column.
var headOf = map[string]string{
	figures.cpu.Name: "CPU per message", figures.p50.Name: "p50", figures.p99.Name: "p99", figures.p999.Name: "p99.9",
	figure.Silence.Name: "Longest silence", figures.throughput.Name: "Replies/s", figures.user.Name: "User memory a connection", figures.kernel.Name: "Kernel memory a connection",
}

// confidenceNote says what stands beside a figure.
const confidenceNote = "Medians over the valid repetitions, with half their 95% interval; in brackets, where they were too few for one, half the range from the" +
	" smallest to the largest."

// runQueueHead stands beside CPU per message: a server that is kept waiting for a CPU answers late at no cost.
const runQueueHead = "Run-queue wait"

// table is every figure of a load, a row a model and N.
func (b *builder) table(load figure.Setting) Table {
	columns := []figure.Figure{figures.cpu, figures.p50, figures.p99, figures.p999, figure.Silence, figures.throughput, figures.user, figures.kernel}
	if !slices.ContainsFunc(b.groups, func(g figure.Group) bool { return g.Setting() == load && g.Of(figure.LongestSilence).N > 0 }) {
		columns = slices.DeleteFunc(columns, func(f figure.Figure) bool { return f.Name == figure.Silence.Name }) // of a run from before it was known
	}
	t := Table{Head: []string{"Model", "N"}}
	t.Note = confidenceNote + " " + runQueueHead + ": how long the server's threads were ready to run and did not, a reply." +
		" Longest silence: how long messages waited and nothing came from the server, the longest of all repetitions."
	for _, f := range columns {
		t.Head = append(t.Head, headOf[f.Name])
	}
	t.Head = append(t.Head, runQueueHead, "Client CPU", "Server CPU", "Late sends", "Fairness (Jain)", "Worst connection's p99", "Valid")
	for i := range b.groups {
		g := &b.groups[i]
		if g.Setting() != load {
			continue
		}
		name := figure.NameOf(b.groups, g)
		row := []Datum{{Text: name, Model: name}, fig(float64(g.Conns), words.Whole(g.Conns))}
		for _, f := range columns {
			row = append(row, datum(g, f))
		}
		row = append(row,
			told(g, figure.RunQueueWait, words.Nanoseconds),
			share(g, func(c *record.Cell) *float64 { return c.Load.ClientCPURatio }),
			share(g, func(c *record.Cell) *float64 { return c.Load.ServerCPURatio }),
			share(g, func(c *record.Cell) *float64 { return c.Load.LateSendRatio }),
			median1(g, func(c *record.Cell) *float64 { return c.Fairness.Jain }, func(v float64) string { return fmt.Sprintf("%.3f", v) }),
			median1(g, worstP99, words.Nanoseconds),
		)
		counted := len(g.Valid) + len(g.Rotated)
		t.Rows = append(t.Rows, append(row, fig(float64(counted), fmt.Sprintf("%d/%d", counted, counted+len(g.Void)))))
	}
	return t
}

// seldomTable is the figures that few loads know, this one among them.
func (b *builder) seldomTable(load figure.Setting) (Table, bool) {
	groups := slices.DeleteFunc(slices.Clone(b.groups), func(g figure.Group) bool { return g.Setting() != load })
	known := figure.SeldomKnown(groups)
	t := Table{Title: "What only such loads know", Head: []string{"Model", "N"}, Note: confidenceNote}
	for _, f := range known {
		t.Head = append(t.Head, words.Capital(f.Title))
	}
	for i := range groups {
		g := &groups[i]
		name := figure.NameOf(b.groups, g)
		row := []Datum{{Text: name, Model: name}, fig(float64(g.Conns), words.Whole(g.Conns))}
		for _, f := range known {
			row = append(row, datum(g, f))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, len(known) > 0
}

func worstP99(c *record.Cell) *float64 {
	if c.Fairness.WorstConnP99NS == nil {
		return nil
	}
	v := float64(*c.Fairness.WorstConnP99NS)
	return &v
}

func share(g *figure.Group, of func(*record.Cell) *float64) Datum {
	return median1(g, of, words.Percent)
}

// median1 is the median over what counts of a figure that a cell may not know.
func median1(g *figure.Group, of func(*record.Cell) *float64, inWords func(float64) string) Datum {
	s := g.Of(func(c *record.Cell) (float64, bool) {
		if v := of(c); v != nil {
			return *v, true
		}
		return 0, false
	})
	if s.N == 0 {
		return unknown
	}
	return fig(s.Median, inWords(s.Median))
}

// unknown sorts before every figure.
var unknown = Datum{Text: "–", Value: ptr(math.Inf(-1))}

func ptr(v float64) *float64 { return &v }

func fig(v float64, text string) Datum { return Datum{Text: text, Value: &v} }

// datum is a figure with how sure it is.
func datum(g *figure.Group, f figure.Figure) Datum {
	i, sure := of(g, f)
	if f.Most && i.N > 0 {
		most := g.Of(f.Metric).Max
		return fig(most, f.Words(most))
	}
	if i.N == 0 || math.IsNaN(i.Mid) {
		return unknown
	}
	d := fig(i.Mid, f.Words(i.Mid))
	if i.N > 1 && i.Mid != 0 {
		d.Detail = "±" + words.Percent((i.High-i.Low)/2/i.Mid)
		if !sure {
			d.Detail = "(" + d.Detail + ")"
		}
	}
	return d
}

// searchTable is what searches found, with why each ended.
func (b *builder) searchTable(load figure.Setting) Table {
	t := Table{Note: "The most is where half of the windows held the limits, and half did not. Over one process the interval is of its windows alone, not of how another" +
		" would do; over two it is the hull of theirs, from three on Student's t over processes (t).",
		Head: []string{"Model", "N", "Most held", words.Capital(figure.CapacityHead(b.each(load))), "Over", "Bottleneck", "Why it ended"}}
	for _, of := range b.limits {
		for _, l := range of {
			if l.setting != load {
				continue
			}
			found := Datum{Text: "none", Value: ptr(math.Inf(-1))}
			if l.held.N > 0 {
				found = fig(l.held.Mid, words.Rate(l.held.Mid))
			}
			t.Rows = append(t.Rows, []Datum{{Text: l.model, Model: l.model}, fig(float64(l.conns), words.Whole(l.conns)), found,
				{Text: l.held.Between(words.Rate)}, {Text: l.over}, {Text: bottleneck(l.bound)}, {Text: words.Printable(l.why)}})
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
	return words.Printable(bound)
}

func searchInWords(p record.Params) string {
	said := fmt.Sprintf("The most %s was searched for in short windows", searched(p.Search))
	if p.SLO != "" {
		said += " that had to keep " + limitsIn(p.SLO)
	}
	return fmt.Sprintf("%s; open loop, %d B payload", said, p.PayloadBytes)
}

func (b *builder) searchCharts(load figure.Setting) []oldChart {
	x, over := "rate", "offered load"
	if load.Params.Search == "conns" {
		x, over = "conns", "connections"
	}
	name, latency := figure.LimitedLatency(load.Params.SLO)
	if name == "p50" { // the median is drawn anyway
		name, latency = figure.LimitedLatency("")
	}
	note := "Points are medians of the windows there; over several processes with the 95% interval of Student's t, over two with both. Hollow: the limits were not held."
	return append(
		b.chart(name+" against "+over, note, "ns", x, b.knees(load, latency)...),
		b.chart("Median latency against "+over, note, "ns", x, b.knees(load, func(w record.Window) int64 { return w.P50 })...)...,
	)
}

// shareTable is latency at shares of what each model holds itself, and at the rate that all were given, over processes.
func (b *builder) shareTable(load figure.Setting) Table {
	t := Table{
		Title: "At shares of each model's own capacity",
		Note: "Latency from when a message was due; over several processes with the 95% interval of Student's t, of two with both." +
			" Above its capacity, a server's latency says only how long it was overloaded.",
		Head: []string{"Model", "N", "Share", "Offered", "p50", "p90", "p99", "p99 from the send", "Client CPU", "Limits"},
	}
	for _, row := range b.rows(load) {
		for _, g := range row {
			for _, share := range g.Shares() {
				if at, ok := g.At(share); ok {
					t.Rows = append(t.Rows, shareRow(figure.NameOf(b.groups, g), share, at))
				}
			}
		}
	}
	return t
}

// shareRow is one row of it; share 0 is the common rate.
func shareRow(name string, share float64, at figure.AtLoad) []Datum {
	inWords, limits := words.Percent(share), "held"
	if share == 0 {
		inWords = "rate given to all"
	}
	if !at.Held {
		limits = "not held"
	}
	ns := func(of func(w record.Window) int64) Datum {
		over := at.Over(of)
		if over.N == 0 {
			return unknown
		}
		d := fig(over.Mid, words.Nanoseconds(over.Mid))
		if over.Sure() {
			d.Detail = over.Between(words.Nanoseconds)
		}
		return d
	}
	return []Datum{{Text: name, Model: name}, fig(float64(at.Conns), words.Whole(at.Conns)), fig(share, inWords), fig(at.RatePerS, words.Rate(at.RatePerS)+"/s"),
		ns(func(w record.Window) int64 { return w.P50 }), ns(func(w record.Window) int64 { return w.P90 }), ns(func(w record.Window) int64 { return w.P99 }),
		ns(func(w record.Window) int64 { return w.ServiceP99 }), fig(at.ClientCPURatio, words.Percent(at.ClientCPURatio)),
		{Text: limits}}
}

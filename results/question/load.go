package question

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/words"
)

// everyLoad is every figure of every load, of originals too.
func (e *evidence) everyLoad() []Answer {
	settings := settingsOf(e.whole)
	slices.SortStableFunc(settings, func(a, b figure.Setting) int { return rank(a) - rank(b) })
	all := *e
	all.groups = e.whole
	a := Answer{ID: "loads", Title: "Every figure of every load"}
	for _, load := range settings {
		if load.Params.Searches() || load.Scenario == figure.CoresScenario {
			continue // its own answer has all of it
		}
		if of := all.of(load); len(of) > 0 {
			a.Tables = append(a.Tables, all.loadTable(load, of))
			a.Charts = append(a.Charts, e.loadCharts(load)...)
		}
	}
	if len(a.Tables) == 0 {
		return nil
	}
	a.Headline = "Every figure of " + words.Plural(len(a.Tables), "load")
	return []Answer{a}
}

// loadTable is every figure of a load, a row a model and N.
func (e *evidence) loadTable(load figure.Setting, of []*figure.Group) show.Table {
	ns := words.Nanoseconds
	var columns []column
	if !load.AtRest() {
		columns = []column{e.figures(of, "CPU "+a2(load), cpuPerMessage), e.figures(of, "p50", p50), e.figures(of, "p99", p99),
			e.figures(of, "p99.9", p999), silence(),
			e.figures(of, "Replies/s", throughput)}
	}
	columns = append(columns, e.figures(of, "User memory a connection", userPerConn), e.figures(of,
		"Kernel memory a connection", kernelPerConn))
	for _, f := range figure.SeldomKnown(values(of)) {
		columns = append(columns, e.figures(of, words.Capital(f.Title), f).minor())
	}
	share := func(head, key string, of func(*record.Cell) *float64) column {
		return metric(head, key, func(c *record.Cell) (float64, bool) { return figure.Known(of(c)) }, words.Percent).minor()
	}
	columns = append(columns,
		metric("Run-queue wait over CPU time", "run_queue_ratio", runQueueShare, words.Percent).minor(),
		share("Client CPU", "client_cpu_ratio", func(c *record.Cell) *float64 { return c.Load.ClientCPURatio }),
		share("Server CPU", "server_cpu_ratio", func(c *record.Cell) *float64 { return c.Load.ServerCPURatio }),
		share("Late sends", "late_send_ratio", func(c *record.Cell) *float64 { return c.Load.LateSendRatio }),
		metric("Fairness (Jain)", "jain", func(c *record.Cell) (float64, bool) { return figure.Known(c.Fairness.Jain) },
			func(v float64) string { return fmt.Sprintf("%.3f", v) }).minor(),
		e.figures(of, "Worst connection's p99", figure.Figure{Name: "worst_conn_p99_ns", Metric: worstP99, Words: ns}).minor(),
		valid)
	return e.table(words.Capital(e.loads[load]), words.Capital(load.Params.String())+". "+e.note(of), of, columns...)
}

// runQueueShare is how long the server's threads were ready to run and did not, over the CPU time that they had.
func runQueueShare(c *record.Cell) (float64, bool) {
	if c.CPU.RunQueueNS == nil || c.CPU.ServerNS == nil || *c.CPU.ServerNS == 0 {
		return 0, false
	}
	return float64(*c.CPU.RunQueueNS) / float64(*c.CPU.ServerNS), true
}

func worstP99(c *record.Cell) (float64, bool) { return figure.Known(c.Fairness.WorstConnP99NS) }

func values(of []*figure.Group) (all []figure.Group) {
	for _, g := range of {
		all = append(all, *g)
	}
	return all
}

// loadCharts is those of one load, all of them extra. At rest there is too little traffic to tell of.
func (e *evidence) loadCharts(load figure.Setting) (charts []chart.Chart) {
	rows, id := rowsOf(e.groups, e.twins, load), e.slug(load)
	if len(rows) == 0 || load.Params.How != "" {
		return nil
	}
	if !load.AtRest() {
		from := "Counted from when the message was due"
		if load.Params.Loop == "closed" {
			from = "Counted from when the message was sent"
		}
		charts = slices.Concat(
			e.lines(rows, id+"-cpu-per-message", "Server CPU time for each checked reply",
				"User and system time of the whole server process. Lower is better.", chart.NS, figurePanel{"", cpuPerMessage}),
			e.lines(rows, id+"-latency", "Time to a checked reply at the median and in the tail", from+". Lower is better.",
				chart.NS, figurePanel{"p50", p50}, figurePanel{"p99", p99}, figurePanel{"p99.9", p999}),
			e.lines(rows, id+"-throughput", "Checked replies a second", throughputNote(load), chart.PerSecond, figurePanel{"",
				throughput}),
			e.percentileCurves(rows, id+"-latency-percentiles", from))
		if load.Scenario == "comet" || load.Scenario == figure.Fanout {
			hearers := []figurePanel{{"first", figure.Figure{Name: "first_p50_ns", Metric: figure.FirstP50,
				Words: words.Nanoseconds}},
				{"last", figure.Figure{Name: "last_p50_ns", Metric: figure.LastP50, Words: words.Nanoseconds}}, {"spread",
					spreadP50}}
			charts = append(charts, e.lines(rows, id+"-herd", "Time until the first and the last hearer heard a message",
				"Medians over messages; spread: between the two.", chart.NS, hearers...)...)
		}
		if conns := connsOf(e.of(load)); len(conns) > 0 {
			charts = append(charts, e.cpuParts(rows, id+"-cpu-parts", conns[len(conns)-1])...)
		}
	}
	charts = append(charts, e.lines(rows, id+"-memory-per-connection", "Memory per connection",
		"What N open, quiet connections add to the empty server, over N.", chart.Bytes,
		figurePanel{"user", userPerConn}, figurePanel{"kernel", kernelPerConn})...)
	for i := range charts {
		charts[i].Extra = true
		charts[i].Note = words.Capital(e.loads[load]) + ". " + charts[i].Note // they stand beside those of other loads
		if load.Delivers() {
			deliver := strings.NewReplacer("replies", "deliveries", "reply", "delivery")
			charts[i].Title, charts[i].Note = deliver.Replace(charts[i].Title), deliver.Replace(charts[i].Note)
		}
		charts[i].Title += ": " + e.loads[load]
	}
	return charts
}

func throughputNote(load figure.Setting) string {
	if load.Params.Loop == "open" {
		return "In an open loop it is what was offered."
	}
	return "Higher is better; where the client is the bottleneck, CPU per message tells more."
}

// percentileCurves is the whole distribution of latency, a panel for every N. Distributions of different rotations cannot be read
// against each other: of those only the base's is drawn.
func (e *evidence) percentileCurves(rows []figure.Row, id, from string) []chart.Chart {
	c := chart.Chart{ID: id, Title: "Time to a checked reply at every percentile", Kind: chart.Lines,
		X: chart.Axis{Title: "percentile", Unit: chart.Nines}, Y: chart.Axis{Unit: chart.NS, Log: true},
		Note: from + ". Line: all repetitions together; band: lowest to highest of them. Lower is better."}
	var of []*figure.Group
	for _, r := range rows {
		for i := range r.Groups {
			of = append(of, &r.Groups[i])
		}
	}
	if slices.ContainsFunc(of, func(g *figure.Group) bool { return len(g.Told()) > figure.MostOfCurve }) {
		c.Note += fmt.Sprintf(" Of more than %d repetitions as many are drawn.", figure.MostOfCurve)
	}
	relative := rotated(of, figure.LatencyP50) && e.base != ""
	for _, n := range connsOf(of) {
		p := chart.Panel{Title: atN(n)}
		for _, g := range atConns(of, n) {
			if relative && e.name(g) != e.base {
				continue
			}
			line, _ := figure.LatencyCurve(g)
			var points []chart.Point
			for _, at := range line {
				points = append(points, chart.Point{X: at.Nines, Y: at.Mid, Low: at.Low, High: at.High, Range: true,
					Text: words.Nanoseconds(at.Mid)})
			}
			p.Series = addPoints(p.Series, e.seriesOf(g), points)
		}
		c.Panels = append(c.Panels, p)
	}
	return drawn(c)
}

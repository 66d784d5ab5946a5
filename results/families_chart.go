package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
)

// familyFigures are what ours and its originals are shown by over N, and under which loads.
var familyFigures = []struct {
	name, title, subtitle string
	in                    unit
	fig                   string
	of                    func(figure.Setting) bool
}{
	{
		"cpu-per-message", "Server CPU time for each checked reply", "User and system time of the whole server process. Log scales; lower is better.",
		inTime, "cpu_ns_per_message", func(s figure.Setting) bool { return !s.AtRest() },
	},
	{
		"median-latency", "Time to a checked reply at the median", "Half of all replies take longer, {from}. Log scales; lower is better.",
		inTime, "p50_ns", func(s figure.Setting) bool { return !s.AtRest() && s.Params.Loop == "open" },
	},
	{
		"memory-per-connection", "User memory the server holds for each open connection",
		"What N idle connections add to the empty server's anonymous memory, divided by N. Log scales; lower is better.",
		inBytes, "user_per_conn_bytes", func(s figure.Setting) bool { return s.AtRest() || s.Scenario == "comet" },
	},
}

// familyCharts are a panel for each model of ours with its originals, all on the same axes, so that many servers can be told apart.
func familyCharts(run *record.Run, all []figure.Row, given map[string]look) (charts []*chart) {
	for _, load := range settings(all) {
		if load.Params.How != "" || load.Params.Searches() {
			continue // shown as pairs, and as what was found
		}
		var of []figure.Row
		for _, r := range all {
			if r.Setting == load {
				of = append(of, r)
			}
		}
		for _, f := range familyFigures {
			if !f.of(load) {
				continue
			}
			ch := &chart{
				name: slug(load, all) + "-originals-" + f.name, subtitle: inWords(f.subtitle, load), columns: 2, apart: true, each: 165,
				title: fmt.Sprintf("%s, ours and its originals: %s", load.Scenario, inWords(strings.ToLower(f.title[:1])+f.title[1:], load)),
			}
			if ch.addFamilies(run, of, figure.Named(f.fig), f.in, given); len(ch.panels) > 0 {
				ch.bars = barsInWords(ch.panels)
				ch.spread = "Median of %d repetitions" + strings.ReplaceAll(ch.bars, "%", "%%")
				ch.caption = captionOf(run, load, of, ch)
				charts = append(charts, ch)
			}
		}
	}
	return charts
}

// addFamilies adds the panels in which an original is known.
func (ch *chart) addFamilies(run *record.Run, of []figure.Row, f figure.Figure, in unit, given map[string]look) {
	var names []string
	for _, r := range of {
		names = append(names, r.Model)
	}
	var conns, values []float64
	for _, family := range figure.Families(run, names) {
		var rows []figure.Row
		for _, name := range family.Names() {
			for _, r := range of {
				if r.Model == name {
					rows = append(rows, r)
				}
			}
		}
		all, _ := seriesOf(rows, f, given)
		original := slices.ContainsFunc(all, func(s series) bool {
			return slices.Contains(family.Originals, s.label) && len(s.lines)+len(s.hollow) > 0
		})
		if !original {
			continue
		}
		x, y := extent(all)
		conns, values = append(conns, x...), append(values, y...)
		ch.panels = append(ch.panels, panel{title: family.Title(), xLabel: "open connections, N", series: all, value: in.text})
	}
	slices.Sort(conns)
	conns = slices.Compact(conns)
	for i := range ch.panels {
		ch.panels[i].endX = conns[len(conns)-1]
		ch.panels[i].axes = func(x, y *plot.Axis) {
			connsAxis(x, conns, spacing[3].margin, spacing[3].label)
			logAxis(y, slices.Min(values), slices.Max(values), in)
		}
	}
	if len(conns) > 0 {
		ch.head = "N = " + words.Number(conns[len(conns)-1])
	}
}

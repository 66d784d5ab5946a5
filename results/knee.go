package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
)

// inLoad is the axis of a rate: short, for there are many figures on it.
var inLoad = unit{words.Count, false}

// searchCharts are the charts of one load's searches.
func searchCharts(of []figure.Row, given map[string]look) []func() (*chart, []string) {
	if of[0].Setting.Params.Search == "conns" {
		return nil // one figure a model: the table says it
	}
	return []func() (*chart, []string){
		func() (*chart, []string) { return kneeChart(of, given) },
		func() (*chart, []string) { return capacityChart(of, given) },
	}
}

// kneeChart is latency against load: for every number of connections p50 and the latency that is limited over the rate offered, a line a model.
func kneeChart(of []figure.Row, given map[string]look) (*chart, []string) {
	ch := &chart{
		name: "latency-vs-load", columns: 2, labelled: 1,
		title:       "Time to a checked reply against the load",
		subtitle:    "At rates from low to what each model holds, and a little beyond, {from}. Dashed: the limit. Log scales; lower and farther right is better.",
		spread:      "Over %d processes, a search each; band: 95%% interval by Student's t of the logarithms, or both where there are two.",
		hollowMeans: "Hollow: the limits were not kept. ",
	}
	var conns []int
	for _, r := range of {
		for _, g := range r.Groups {
			conns = append(conns, g.Conns)
		}
	}
	slices.Sort(conns)
	slo := of[0].Setting.Params.SLO
	var rates, values []float64
	for _, n := range slices.Compact(conns) {
		limited, farthest := figure.LimitedLatency(slo)
		if limited == "p50" { // it is drawn anyway
			limited, farthest = figure.LimitedLatency("")
		}
		for _, fig := range []struct {
			name string
			of   func(record.Window) int64
		}{{"p50", func(w record.Window) int64 { return w.P50 }}, {limited, farthest}} {
			series := kneesOf(of, n, given, fig.of)
			x, y := extent(series)
			rates, values = append(rates, x...), append(values, y...)
			limit := figure.LimitOf(slo, strings.ReplaceAll(fig.name, ".", ""))
			if drawable(limit) && len(x) > 0 {
				values = append(values, limit)
			}
			ch.panels = append(ch.panels, panel{
				title: fmt.Sprintf("N = %s, %s", words.Number(float64(n)), fig.name), xLabel: "messages/s offered",
				series: series, offered: limit, endX: math.Inf(1),
			})
		}
	}
	if len(rates) == 0 {
		return nil, []string{"latency-vs-load: no window is known: not drawn"}
	}
	for i := range ch.panels {
		ch.panels[i].axes = func(x, y *plot.Axis) {
			logAxis(x, slices.Min(rates), slices.Max(rates), inLoad)
			logAxis(y, slices.Min(values), slices.Max(values), inTime)
		}
	}
	return ch, nil
}

// kneesOf is one percentile over the rate, for every row at n connections.
func kneesOf(of []figure.Row, n int, given map[string]look, fig func(record.Window) int64) (all []series) {
	for _, r := range of {
		s := series{label: r.Name, look: given[r.Model]}
		for i := range r.Groups {
			if g := &r.Groups[i]; g.Conns == n {
				s.addKnee(g.Loads(), fig)
			}
		}
		all = append(all, s)
	}
	return all
}

// addKnee makes a line of windows that are in the order of their rates. It goes on where they did not hold: that is the knee.
func (s *series) addKnee(windows []figure.AtLoad, fig func(record.Window) int64) {
	var line []point
	for _, w := range windows {
		over := w.Over(fig)
		y := over.Mid
		if !drawable(y) || !drawable(w.RatePerS) {
			continue
		}
		pt := point{x: w.RatePerS, y: y, lo: y, hi: y, bare: !w.Held}
		if over.Sure() {
			pt.lo, pt.hi, s.band = over.Low, over.High, true
		}
		line = append(line, pt)
		if !w.Held {
			s.hollow = append(s.hollow, pt)
		}
	}
	if len(line) > 0 {
		s.lines = append(s.lines, line)
	}
}

// capacityChart is the most that each model holds over the number of connections, with its interval.
func capacityChart(of []figure.Row, given map[string]look) (*chart, []string) {
	p := of[0].Setting.Params
	var groups []*figure.Group
	for _, r := range of {
		for i := range r.Groups {
			groups = append(groups, &r.Groups[i])
		}
	}
	ch := &chart{
		name: "capacity", columns: 1, title: "Messages a second that are held within the limits",
		subtitle: fmt.Sprintf("The rate at which half of the windows hold %s with everything answered; bar: %s. Log scales; higher is better.", p.SLO, figure.CapacityHead(groups)),
		spread:   "Over %d processes, a search each.",

		hollowMeans: "Hollow: the server was not at its end: it is the client's, the most that was to be tried, or not known whose. ",
	}
	pn := panel{xLabel: "open connections, N", value: words.PerSecond}
	conns, values := map[float64]bool{}, []float64{}
	for i, r := range of {
		s := series{label: r.Name, look: given[r.Model], dodge: dodge(i, len(of))}
		var line []point
		for j := range r.Groups {
			g := &r.Groups[j]
			found := g.Capacity()
			if found.N == 0 || !drawable(found.Mid) {
				if len(line) > 0 {
					s.lines = append(s.lines, line)
				}
				line = nil
				continue
			}
			conns[float64(g.Conns)] = true
			pt := point{x: float64(g.Conns), y: found.Mid, lo: found.Mid, hi: found.Mid}
			if !math.IsNaN(found.Low) { // an end that is not known has no bar
				pt.lo = found.Low
			}
			if !math.IsNaN(found.High) {
				pt.hi = found.High
			}
			if g.Bounds() != "server" {
				pt.bare = true
				s.hollow = append(s.hollow, pt)
			}
			line = append(line, pt)
			values = append(values, pt.y, pt.lo, pt.hi)
		}
		if len(line) > 0 {
			s.lines = append(s.lines, line)
		}
		pn.series = append(pn.series, s)
	}
	if len(values) == 0 {
		return nil, []string{"capacity: nothing was found: not drawn"}
	}
	at := slices.Sorted(maps.Keys(conns))
	pn.endX = at[len(at)-1]
	pn.axes = func(x, y *plot.Axis) {
		connsAxis(x, at, spacing[1].margin, spacing[1].label)
		logAxis(y, slices.Min(values), slices.Max(values), inPerSecond)
	}
	ch.panels = []panel{pn}
	ch.head = "at N = " + words.Number(pn.endX)
	return ch, nil
}

package results

import (
	"cbench/results/record"
	"cbench/results/words"
	"cmp"
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
func searchCharts(of []row, given map[string]look) []func() (*chart, []string) {
	if of[0].setting.Params.Search == "conns" {
		return nil // one figure a model: the table says it
	}
	return []func() (*chart, []string){
		func() (*chart, []string) { return kneeChart(of, given) },
		func() (*chart, []string) { return capacityChart(of, given) },
	}
}

// kneeChart is latency against load: for every number of connections p50 and the latency that is limited over the rate offered, a line a model.
func kneeChart(of []row, given map[string]look) (*chart, []string) {
	ch := &chart{
		name: "latency-vs-load", columns: 2, labelled: 1,
		title:       "Time to a checked reply against the load",
		subtitle:    "At rates from low to what each model holds, and a little beyond, {from}. Dashed: the limit. Log scales; lower and farther right is better.",
		spread:      "Over %d processes, a search each; band: 95%% interval by Student's t of the logarithms, or both where there are two.",
		hollowMeans: "Hollow: the limits were not kept. ",
	}
	var conns []int
	for _, r := range of {
		for _, g := range r.groups {
			conns = append(conns, g.Conns)
		}
	}
	slices.Sort(conns)
	slo := of[0].setting.Params.SLO
	var rates, values []float64
	for _, n := range slices.Compact(conns) {
		limited, farthest := LimitedLatency(slo)
		if limited == "p50" { // it is drawn anyway
			limited, farthest = LimitedLatency("")
		}
		for _, figure := range []struct {
			name string
			of   func(record.Window) int64
		}{{"p50", func(w record.Window) int64 { return w.P50 }}, {limited, farthest}} {
			series := kneesOf(of, n, given, figure.of)
			x, y := extent(series)
			rates, values = append(rates, x...), append(values, y...)
			limit := limitOf(slo, strings.ReplaceAll(figure.name, ".", ""))
			if drawable(limit) && len(x) > 0 {
				values = append(values, limit)
			}
			ch.panels = append(ch.panels, panel{
				title: fmt.Sprintf("N = %s, %s", words.Number(float64(n)), figure.name), xLabel: "messages/s offered",
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
func kneesOf(of []row, n int, given map[string]look, figure func(record.Window) int64) (all []series) {
	for _, r := range of {
		s := series{label: r.name, look: given[r.model]}
		for i := range r.groups {
			if g := &r.groups[i]; g.Conns == n {
				s.addKnee(g.Loads(), figure)
			}
		}
		all = append(all, s)
	}
	return all
}

// addKnee makes a line of windows that are in the order of their rates. It goes on where they did not hold: that is the knee.
func (s *series) addKnee(windows []AtLoad, figure func(record.Window) int64) {
	var line []point
	for _, w := range windows {
		over := w.Over(figure)
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

// beyond is how far above what was found windows that failed are shown: farther up a queue only grows with the length of the window.
const beyond = 1.5

// Loads is what the group's searches measured by load, from low to high: the curve of each, below it windows on the way up, and beyond it
// those that failed, up to a little farther (beyond). Of several searches the curves alone: what one process met on its way no other did. A search of connections has its windows by their number.
func (g *Group) Loads() []AtLoad {
	const common = -2                   // the key of the common rate
	at := map[float64][]record.Window{} // by load, or those of the curve by what several searches have in common, the share: below 0
	load := func(w record.Window) float64 { return w.RatePerS }
	if g.Params.Search == "conns" {
		load = func(w record.Window) float64 { return float64(w.Conns) }
	}
	searches, _ := g.searches()
	for _, c := range g.Valid {
		if c.Search == nil || c.Search.Found == nil {
			continue
		}
		found := *c.Search.Found
		lowest := found
		for _, w := range c.Search.Curve {
			if w.Count > 0 {
				lowest = min(lowest, load(w))
				key := load(w)
				switch {
				case slices.Contains(shownShares, w.Share):
					key = -w.Share
				case w.RatePerS == c.Params.RatePerS:
					key = common
				}
				at[key] = append(at[key], w)
			}
		}
		curved := len(c.Search.Curve) > 0
		if curved && searches > 1 {
			continue
		}
		for _, w := range c.Search.Tried {
			if x := load(w); w.Count > 0 && (x < lowest || !curved && x <= found || x > found && x <= beyond*found) {
				at[x] = append(at[x], w)
			}
		}
	}
	var all []AtLoad
	for key, windows := range at {
		point := AtLoad{medianWindow(windows), windows}
		if key > 0 { // on the way, or beyond: windows of one process are no processes
			point.Each = []record.Window{point.Window}
		}
		all = append(all, point)
	}
	slices.SortFunc(all, func(a, b AtLoad) int { return cmp.Compare(load(a.Window), load(b.Window)) })
	return all
}

// capacityChart is the most that each model holds over the number of connections, with its interval.
func capacityChart(of []row, given map[string]look) (*chart, []string) {
	p := of[0].setting.Params
	var groups []*Group
	for _, r := range of {
		for i := range r.groups {
			groups = append(groups, &r.groups[i])
		}
	}
	ch := &chart{
		name: "capacity", columns: 1, title: "Messages a second that are held within the limits",
		subtitle: fmt.Sprintf("The rate at which half of the windows hold %s with everything answered; bar: %s. Log scales; higher is better.", p.SLO, CapacityHead(groups)),
		spread:   "Over %d processes, a search each.",

		hollowMeans: "Hollow: the server was not at its end: it is the client's, the most that was to be tried, or not known whose. ",
	}
	pn := panel{xLabel: "open connections, N", value: words.PerSecond}
	conns, values := map[float64]bool{}, []float64{}
	for i, r := range of {
		s := series{label: r.name, look: given[r.model], dodge: dodge(i, len(of))}
		var line []point
		for j := range r.groups {
			g := &r.groups[j]
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
			if g.bounds() != "server" {
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

package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// curveChart is the whole distribution of latency, a panel for every number of connections. The line is of all valid repetitions
// together, the band spans them one by one. It is nil where no cell has a histogram.
func curveChart(rows []figure.Row, given map[string]look) (*chart, []string) {
	ch := &chart{
		name: "latency-percentiles", title: "Time to a checked reply at every percentile",
		subtitle: "At 99, the time within which 99 % of all replies came, {from}. Log scales; lower is better.",
		spread:   "Line: %d repetitions together; band: lowest to highest of them.",
	}
	var conns []int
	for _, r := range rows {
		for _, g := range r.Groups {
			conns = append(conns, g.Conns)
		}
	}
	slices.Sort(conns)
	var notes []string
	var values []float64
	upTo := 2.0
	for _, n := range slices.Compact(conns) {
		series, why := curvesOf(rows, n, given)
		notes = append(notes, why...)
		x, y := extent(series)
		if len(x) == 0 {
			notes = append(notes, fmt.Sprintf("latency-percentiles N = %d: no valid histogram: not drawn", n))
			continue
		}
		values = append(values, y...)
		upTo = max(upTo, slices.Max(x))
		ch.panels = append(ch.panels, panel{title: "N = " + words.Number(float64(n)), xLabel: "percentile", series: series})
	}
	if len(ch.panels) == 0 {
		return nil, notes
	}
	ch.columns = map[int]int{1: 1, 2: 2, 4: 2}[len(ch.panels)]
	if ch.columns == 0 {
		ch.columns = 3
	}
	ch.labelled = ch.columns - 1
	for i := range ch.panels {
		ch.panels[i].endX = math.Inf(1)
		ch.panels[i].axes = func(x, y *plot.Axis) {
			ninesAxis(x, upTo)
			logAxis(y, slices.Min(values), slices.Max(values), inTime)
		}
	}
	return ch, notes
}

// curvesOf is the latency curve of every row at n connections.
func curvesOf(rows []figure.Row, n int, given map[string]look) (all []series, notes []string) {
	for _, r := range rows {
		s := series{label: r.Name, look: given[r.Model], band: true}
		for _, g := range r.Groups {
			if g.Conns != n {
				continue
			}
			points, why := figure.LatencyCurve(&g)
			notes = append(notes, why...)
			var line []point
			for _, at := range points {
				if drawable(at.Mid) {
					line = append(line, point{x: at.Nines, y: at.Mid, lo: at.Low, hi: at.High, bare: !at.Marked})
				}
			}
			if len(line) > 0 {
				s.lines = append(s.lines, line)
			}
		}
		all = append(all, s)
	}
	return all, notes
}

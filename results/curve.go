package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
)

// mostNines are worth an axis: beyond them stands less than one message in 100,000.
const mostNines = 5

// markedPercentiles bear a marker on the latency curve.
var markedPercentiles = []float64{50, 90, 99, 99.9, 99.99, 99.999}

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
			each, why := histograms(g.Rotated)
			notes = append(notes, why...)
			if len(each) == 0 {
				each, why = histograms(g.Valid)
				notes = append(notes, why...)
			}
			if line := curve(each); len(line) > 0 {
				s.lines = append(s.lines, line)
			}
		}
		all = append(all, s)
	}
	return all, notes
}

// histograms are those of the cells that have one. One that cannot be read is left out, and said so.
func histograms(cells []record.Cell) (each []*hdrhistogram.Histogram, notes []string) {
	for i := range cells {
		c := &cells[i]
		if c.Latency == nil || c.Latency.HDR == "" {
			continue
		}
		h, err := c.Latency.Histogram()
		if err != nil {
			notes = append(notes, fmt.Sprintf("%s: left out of the latency curve: %v", c.Key(), err))
			continue
		}
		if h.TotalCount() > 0 {
			each = append(each, h)
		}
	}
	return each, notes
}

// perNine is how many points of a curve stand between one nine and the next.
const perNine = 16

// curve is the latency over the number of nines, of all histograms merged, with the spread of one by one. It ends where less
// than one message would stand beyond, and at mostNines.
func curve(each []*hdrhistogram.Histogram) []point {
	merged := merge(each)
	if merged == nil {
		return nil
	}
	end := min(math.Log10(float64(merged.TotalCount())), mostNines)
	var line []point
	add := func(p float64, bare bool) {
		y := float64(merged.ValueAtPercentile(p))
		pt := point{x: nines(p), y: y, lo: y, hi: y, bare: bare}
		for _, h := range each {
			v := float64(h.ValueAtPercentile(p))
			pt.lo, pt.hi = min(pt.lo, v), max(pt.hi, v)
		}
		if drawable(y) && pt.x <= end+1e-9 {
			line = append(line, pt)
		}
	}
	marked := 0
	for i := 0; float64(i)/perNine <= end; i++ {
		x := float64(i) / perNine
		for marked < len(markedPercentiles) && nines(markedPercentiles[marked]) <= x+1e-9 {
			add(markedPercentiles[marked], false)
			marked++
		}
		if len(line) == 0 || x > line[len(line)-1].x+1e-9 {
			add(100*(1-math.Pow(10, -x)), true)
		}
	}
	return line
}

// merge is one histogram of all values, in the widest range and the finest precision of any; nil for none.
func merge(each []*hdrhistogram.Histogram) *hdrhistogram.Histogram {
	if len(each) == 0 {
		return nil
	}
	low, high, digits := each[0].LowestTrackableValue(), each[0].HighestTrackableValue(), each[0].SignificantFigures()
	for _, h := range each[1:] {
		low, high = min(low, h.LowestTrackableValue()), max(high, h.HighestTrackableValue())
		digits = max(digits, h.SignificantFigures())
	}
	all := hdrhistogram.New(low, high, int(digits))
	for _, h := range each {
		all.Merge(h)
	}
	return all
}

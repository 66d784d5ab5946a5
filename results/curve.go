package results

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// curvesOf is the latency curve of every row at n connections.
func curvesOf(rows []row, n int, given map[string]look) (all []series, notes []string) {
	for _, r := range rows {
		s := series{label: r.name, look: given[r.model], band: true}
		for _, g := range r.groups {
			if g.Conns != n {
				continue
			}
			each, why := histograms(g.Valid)
			notes = append(notes, why...)
			if line := curve(each); len(line) > 0 {
				s.lines = append(s.lines, line)
			}
		}
		all = append(all, s)
	}
	return all, notes
}

// histograms are those of the cells that have one. One that cannot be read is left out, and said so.
func histograms(cells []Cell) (each []*hdrhistogram.Histogram, notes []string) {
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

package figure

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/results/record"
)

// CurvePoint is one point of a latency curve.
type CurvePoint struct {
	Nines          float64 // where it stands: 2 is the 99th percentile, 3 the 99.9th
	Low, Mid, High float64 // ns: of all repetitions together, and the lowest and the highest of them one by one
	Marked         bool    // one of the percentiles that are read off
}

// mostNines are worth an axis: beyond them stands less than one message in 100,000.
const mostNines = 5

var markedPercentiles = []float64{50, 90, 99, 99.9, 99.99, 99.999}

// Nines is where a percentile stands on the axis of the latency curve: the number of nines, -log10(1 - p/100). So a tail of
// one in a thousand takes as much room as one in ten does.
func Nines(p float64) float64 { return -math.Log10(1 - p/100) }

// MostOfCurve is how many repetitions a latency curve is made of: a line and a band show no more of a thousand.
const MostOfCurve = 100

// LatencyCurve is the whole distribution of the valid repetitions of a group, up to where less than one message would stand
// beyond; of more than MostOfCurve as many, evenly spaced. Notes say which histograms cannot be read.
func LatencyCurve(g *Group) (line []CurvePoint, notes []string) {
	told := g.Told()
	if n := len(told); n > MostOfCurve {
		some := make([]record.Cell, MostOfCurve)
		for i := range some {
			some[i] = told[i*n/MostOfCurve]
		}
		told = some
	}
	each, notes := histograms(told)
	return curve(each), notes
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

// curve is the latency over the number of nines, of all histograms merged, with the spread of one by one.
func curve(each []*hdrhistogram.Histogram) (line []CurvePoint) {
	merged := merge(each)
	if merged == nil {
		return nil
	}
	end := min(math.Log10(float64(merged.TotalCount())), mostNines)
	add := func(p float64, marked bool) {
		y := float64(merged.ValueAtPercentile(p))
		at := CurvePoint{Nines: Nines(p), Low: y, Mid: y, High: y, Marked: marked}
		for _, h := range each {
			v := float64(h.ValueAtPercentile(p))
			at.Low, at.High = min(at.Low, v), max(at.High, v)
		}
		if y > 0 && at.Nines <= end+1e-9 {
			line = append(line, at)
		}
	}
	marked := 0
	for i := 0; float64(i)/perNine <= end; i++ {
		x := float64(i) / perNine
		for marked < len(markedPercentiles) && Nines(markedPercentiles[marked]) <= x+1e-9 {
			add(markedPercentiles[marked], true)
			marked++
		}
		if len(line) == 0 || x > line[len(line)-1].Nines+1e-9 {
			add(100*(1-math.Pow(10, -x)), false)
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

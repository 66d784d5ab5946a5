package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"fmt"

	"gonum.org/v1/plot/vg"
)

// What a report shows as the charts for print do: the same looks, curves and words.

// Look is how a model is drawn.
type Look struct {
	Color   string       // as #0072B2
	Dashed  bool         // a control
	Corners [][2]float64 // of its marker around (0, 0) in radii, y upwards; none: a disc
}

// Looks is how each of the names is drawn. Originals are what servers of other makes are beside ours, by name.
func Looks(names []string, originals map[string]record.Original) map[string]Look {
	all := make(map[string]Look, len(names))
	for name, l := range looksBeside(names, originals) {
		c := l.color
		all[name] = Look{Color: fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B), Dashed: l.dashed, Corners: corners(l.marker)}
	}
	return all
}

func corners(m marker) [][2]float64 {
	var all [][2]float64
	for _, corner := range m {
		all = append(all, [2]float64{inRadii(corner.X), inRadii(corner.Y)})
	}
	return all
}

func inRadii(v vg.Length) float64 { return float64(v) }

// CurvePoint is one point of a latency curve.
type CurvePoint struct {
	Nines          float64 // 2: the 99th percentile, 3: the 99.9th
	Low, Mid, High float64 // ns: of all repetitions together, and the lowest and the highest of them one by one
}

// LatencyCurve is the whole distribution of the valid repetitions of a group, up to where less than one message would stand beyond. Notes
// say which histograms cannot be read.
func LatencyCurve(g *figure.Group) (line []CurvePoint, notes []string) {
	each, notes := histograms(g.Told())
	for _, p := range curve(each) {
		line = append(line, CurvePoint{Nines: p.x, Low: p.lo, Mid: p.y, High: p.hi})
	}
	return line, notes
}

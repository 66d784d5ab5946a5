package results

import (
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

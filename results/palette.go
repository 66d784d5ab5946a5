package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"hash/fnv"
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
)

// look is how a model is drawn, in every chart of every run: colour and marker tell it apart twice over, so that a chart can be
// read without colour too.
type look struct {
	color  color.NRGBA
	marker marker
	dashed bool
}

// The colours are those of Okabe and Ito, "Color Universal Design" (2008), that carry a thin line on white: yellow does not.
// A control is grey and dashed: it is no competitor.
var looks = map[string]look{
	"goroutine": {rgb(0x0072B2), disc, false},
	"pool":      {rgb(0xE69F00), square, false},
	"reactor":   {rgb(0xD55E00), triangle, false},
	"callback":  {rgb(0x009E73), diamond, false},
	"coroutine": {rgb(0xCC79A7), pentagon, false},
	"actor":     {rgb(0x56B4E9), nabla, false},
	"thread":    {rgb(0x000000), star, false},
	"floor":     {rgb(0x7F7F7F), bar, true},
}

// spareLooks are for models that are not ours: darker hues of Tol's muted scheme, which is safe for the colour-blind and has no
// colour of the table above.
var spareLooks = []look{
	{rgb(0x882255), hexagon, false},
	{rgb(0x332288), nabla, false},
	{rgb(0x999933), star, false},
	{rgb(0x117733), pentagon, false},
	{rgb(0x661100), square, false},
	{rgb(0xAA4499), disc, false},
}

// familyLooks are for the originals of one model, which share their panels with it alone: two more, for an event loop has many.
var familyLooks = append(slices.Clip(spareLooks), look{rgb(0x44AA99), diamond, false}, look{rgb(0xCC6677), bar, false})

// looksBeside is looksOf, but where there are more originals than it can tell apart each has a look that no other original of the same
// model has, so that one panel tells them apart.
func looksBeside(names []string, originals map[string]record.Original) map[string]look {
	given := looksOf(names)
	all := figure.Beside(originals, names)
	if len(all) <= figure.MostBeside {
		return given
	}
	taken := map[string]int{} // by what they are originals of
	for _, name := range all {
		of := originals[name].Of
		given[name] = manyLooks(familyLooks, taken[of])
		taken[of]++
	}
	return given
}

// looksOf is the look of every name. A name that is not known takes the spare look its hash points at, or the next one that is
// free, so that it mostly keeps its look from run to run whatever runs beside it.
func looksOf(names []string) map[string]look {
	given := make(map[string]look, len(names))
	taken := make([]bool, len(spareLooks))
	beyond := 0
	for _, name := range slices.Sorted(slices.Values(names)) {
		if l, ok := looks[name]; ok {
			given[name] = l
			continue
		}
		h := fnv.New32a()
		h.Write([]byte(name))
		at := int(h.Sum32() % uint32(len(spareLooks)))
		for try := 0; try < len(spareLooks) && taken[at]; try++ {
			at = (at + 1) % len(spareLooks)
		}
		if taken[at] { // all are
			given[name] = manyLooks(spareLooks, len(spareLooks)+beyond)
			beyond++
			continue
		}
		taken[at] = true
		given[name] = spareLooks[at]
	}
	return given
}

// spareMarkers is all of them, in the order in which one more round of looks takes them.
var spareMarkers = []marker{disc, square, triangle, nabla, diamond, pentagon, hexagon, star, bar}

// manyLooks is the look at a place in a list that has no end: after the looks given come their colours with each other marker,
// and then all of that dashed. After that, there being more than a hundred, looks begin anew.
func manyLooks(of []look, place int) look {
	l := of[place%len(of)]
	round := place / len(of)
	l.dashed = round/len(spareMarkers)%2 == 1
	own := slices.IndexFunc(spareMarkers, func(m marker) bool { return slices.Equal(m, l.marker) })
	l.marker = spareMarkers[(own+round)%len(spareMarkers)]
	return l
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xFF}
}

// The greys of everything that is not data.
var (
	ink   = rgb(0x1A1A1A)
	faint = rgb(0x5F5F5F)
	rule  = rgb(0x8C8C8C)
	grid  = rgb(0xE3E3E3)
	paper = rgb(0xFFFFFF)
)

// marker is the corners of a shape around (0, 0), in radii; nil is a disc. Shapes have about the same area, so that none looks
// like more.
type marker []vg.Point

var (
	disc     = marker(nil)
	square   = marker{{X: -.87, Y: -.87}, {X: .87, Y: -.87}, {X: .87, Y: .87}, {X: -.87, Y: .87}}
	triangle = marker{{X: -1.15, Y: -.8}, {X: 1.15, Y: -.8}, {X: 0, Y: 1.25}}
	nabla    = marker{{X: -1.15, Y: .8}, {X: 1.15, Y: .8}, {X: 0, Y: -1.25}}
	diamond  = marker{{X: 0, Y: -1.25}, {X: 1.25, Y: 0}, {X: 0, Y: 1.25}, {X: -1.25, Y: 0}}
	bar      = marker{{X: -1.2, Y: -.45}, {X: 1.2, Y: -.45}, {X: 1.2, Y: .45}, {X: -1.2, Y: .45}}
	pentagon = polygon(5, 1.15, 1.15)
	hexagon  = polygon(6, 1.1, 1.1)
	star     = polygon(10, 1.45, .65)
)

package chart

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
)

// Look is how a model is drawn, in every chart of every run. Any two of a run's models differ in two of colour, marker and
// dash, so that a chart can be read without colour too.
type Look struct {
	Color   string       `json:"color"`             // on white: "#0072B2"
	Dark    string       `json:"dark"`              // on a dark page
	Corners [][2]float64 `json:"corners,omitempty"` // of its marker around (0, 0) in radii, y upwards; none: a disc
	Dash    []float64    `json:"dash,omitempty"`    // lengths of ink and gap in points; none: a solid line
}

// Of is the look of a series: that of its model, dashed where it is a variant of it.
func (l Look) Of(s Series) Look {
	if s.Dashed {
		l.Dash = variantDash
	}
	return l
}

// The colours are those of Okabe and Ito, "Color Universal Design" (2008), that carry a thin line on white: yellow does not. A
// control is grey and dashed, because it does not compete.
var looks = map[string]Look{
	"goroutine": {Color: "#0072B2", Corners: disc},
	"pool":      {Color: "#E69F00", Corners: square},
	"reactor":   {Color: "#D55E00", Corners: triangle},
	"callback":  {Color: "#009E73", Corners: diamond},
	"coroutine": {Color: "#CC79A7", Corners: polygon(5, 1.15, 1.15)},
	"actor":     {Color: "#56B4E9", Corners: turned(triangle, 2)},
	"thread":    {Color: "#000000", Corners: polygon(10, 1.45, 0.65)},
	"floor":     {Color: "#7F7F7F", Corners: bar, Dash: variantDash},
}

// spares are for models that are not ours: darker hues of Tol's muted scheme, which is safe for the colour-blind, each with a
// marker that none of ours has. Where they are used up they come again, in another dash and with the next one's marker.
var spares = []Look{
	{Color: "#882255", Corners: polygon(6, 1.1, 1.1)},
	{Color: "#332288", Corners: plus},
	{Color: "#999933", Corners: turned(triangle, 1)},
	{Color: "#117733", Corners: hourglass},
	{Color: "#661100", Corners: polygon(8, 1.5, 0.55)},
	{Color: "#AA4499", Corners: turned(triangle, 3)},
	{Color: "#44AA99", Corners: turned(hourglass, 1)},
	{Color: "#CC6677", Corners: turned(bar, 1)},
}

var (
	variantDash = []float64{5, 3}
	spareDashes = [][]float64{nil, {1.5, 2}, {8, 2.5, 1.5, 2.5}}
	mostSpares  = len(spares) * len(spares) * len(spareDashes)
)

// spare is the i-th spare look. Those of the first three rounds differ from each other in two ways, later ones in one at least.
func spare(i int) Look {
	n := len(spares)
	round := i / n
	l := spares[i%n]
	l.Corners, l.Dash = spares[(i+round)%n].Corners, spareDashes[round%len(spareDashes)]
	return l
}

// Looks is the look of every name. A name that is not known takes the spare look its hash points at, or the next one that is
// free, so that it mostly keeps its look from run to run whatever runs beside it.
func Looks(names []string) map[string]Look {
	given := make(map[string]Look, len(names))
	taken := map[int]bool{}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if _, has := given[name]; has {
			continue
		}
		l, known := looks[name]
		if !known {
			h := fnv.New32a()
			h.Write([]byte(name))
			first, n := int(h.Sum32()%uint32(len(spares))), len(spares)
			at := first
			for try := 1; taken[at] && try < mostSpares; try++ {
				at = try/n*n + (first+try)%n
			}
			taken[at] = true
			l = spare(at)
		}
		l.Dark = onDark(l.Color)
		given[name] = l
	}
	return given
}

// Models is the models of the charts, each once.
func Models(charts []Chart) (names []string) {
	for i := range charts {
		for _, p := range charts[i].Panels {
			for _, s := range p.Series {
				names = append(names, s.Model)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Fills are of the parts of bars, in their order: Paul Tol's "light" scheme (SRON/EPS/TN/09-002, 2021), made for areas and safe
// for the colour-blind, and four more. They are no model's colour; light and dark take turns, so that neighbours differ in grey
// too.
var Fills = []string{
	"#77AADD", "#EEDD88", "#44BB99", "#FFCCD5", "#EE8866", "#BBE4FF",
	"#AAAA00", "#DDDDDD", "#B58FC2", "#D5DD7A", "#8795A8", "#F3D9BF",
}

// Grey is everything that is not data.
var Grey = struct{ Ink, Faint, Rule, Grid, Stripe, Paper string }{
	"#1A1A1A", "#5F5F5F", "#8C8C8C", "#E3E3E3", "#F6F6F4", "#FFFFFF",
}

// Markers are corners of shapes around (0, 0), in radii. All have about the same area, so that none looks like more.
var (
	disc      [][2]float64
	square    = [][2]float64{{-.87, -.87}, {.87, -.87}, {.87, .87}, {-.87, .87}}
	triangle  = [][2]float64{{-1.15, -.8}, {1.15, -.8}, {0, 1.25}}
	diamond   = [][2]float64{{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}}
	bar       = [][2]float64{{-1.2, -.45}, {1.2, -.45}, {1.2, .45}, {-1.2, .45}}
	hourglass = [][2]float64{{-1.1, -1.15}, {1.1, -1.15}, {-1.1, 1.15}, {1.1, 1.15}}
	plus      = [][2]float64{
		{-.4, -1.2}, {.4, -1.2}, {.4, -.4}, {1.2, -.4}, {1.2, .4},
		{.4, .4}, {.4, 1.2}, {-.4, 1.2}, {-.4, .4}, {-1.2, .4}, {-1.2, -.4}, {-.4, -.4},
	}
)

// turned is the shape after so many quarter turns to the right.
func turned(shape [][2]float64, quarters int) [][2]float64 {
	out := slices.Clone(shape)
	for range quarters {
		for i, c := range out {
			out[i] = [2]float64{c[1], -c[0]}
		}
	}
	return out
}

// polygon is a regular shape of n corners, the first on top, at the two radii by turns.
func polygon(n int, even, odd float64) [][2]float64 {
	out := make([][2]float64, n)
	for i := range out {
		sin, cos := math.Sincos(math.Pi/2 + 2*math.Pi*float64(i)/float64(n))
		r := cmp.Or(map[bool]float64{true: odd}[i%2 == 1], even)
		out[i] = [2]float64{math.Round(1000*r*cos) / 1000, math.Round(1000*r*sin) / 1000}
	}
	return out
}

// DarkPaper is what a dark page is on.
const DarkPaper = "#14171B"

// onDark is the colour, lightened until it is seen on a dark page as well as a line must be: a contrast of 4 (WCAG 2.2, 1.4.11
// asks for 3). Black becomes white, because lightened it would be one of the greys.
func onDark(color string) string {
	for white := 0.0; white < 1 && luminance(color) >= 0.001; white += 0.04 {
		c := "#"
		for _, v := range channels(color) {
			c += fmt.Sprintf("%02X", int(math.Round(v+(255-v)*white)))
		}
		if contrast(c, DarkPaper) >= 4 {
			return c
		}
	}
	return "#FFFFFF"
}

// channels is red, green and blue of "#0072B2".
func channels(color string) (rgb [3]float64) {
	for i := range rgb {
		v, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic("chart: not a colour: " + color)
		}
		rgb[i] = float64(v)
	}
	return rgb
}

// contrast is that of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(color string) float64 {
	sum := 0.0
	for i, v := range channels(color) {
		v /= 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += v * [3]float64{0.2126, 0.7152, 0.0722}[i]
	}
	return sum
}

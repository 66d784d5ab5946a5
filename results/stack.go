package results

import (
	"cbench/results/words"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// stacks is bars that lie one below the other, each of several parts: what adds to the right of 0, what takes away to the left.
type stacks struct {
	bars    []stackedBar
	parts   []stackedPart
	inWords func(float64) string // of the sums
}

type stackedBar struct {
	label string
	parts []float64 // as stacks.parts
}

type stackedPart struct {
	title string
	fill  color.NRGBA
}

// stackFills are the fills of parts: Paul Tol's "light" scheme (SRON/EPS/TN/09-002, 2021), made for areas and safe for the
// colour-blind. They are no model's colour.
var stackFills = []color.NRGBA{
	rgb(0x77AADD), rgb(0xEEDD88), rgb(0x44BB99), rgb(0xFFAABB), rgb(0x99DDFF), rgb(0xDDDDDD), rgb(0xEE8866), rgb(0xBBCC33),
}

func (b stackedBar) sum() (sum float64) {
	for _, v := range b.parts {
		sum += v
	}
	return sum
}

// extent is how far the bars reach to the left and to the right of 0.
func (s *stacks) extent() (left, right float64) {
	for _, b := range s.bars {
		var down, up float64
		for _, v := range b.parts {
			down, up = down+min(v, 0), up+max(v, 0)
		}
		left, right = min(left, down), max(right, up)
	}
	return left, right
}

const barShare = 0.66 // of the room a bar has

// Plot draws s; it is a plot.Plotter.
func (s *stacks) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	zero := toX(0)
	c.StrokeLine2(draw.LineStyle{Color: rule, Width: 0.7}, zero, c.Min.Y, zero, c.Max.Y)
	for i, b := range s.bars {
		at := float64(len(s.bars) - 1 - i)
		low, high := toY(at-barShare/2), toY(at+barShare/2)
		var down, up float64
		for j, v := range b.parts {
			from := &up
			if v < 0 {
				from = &down
			}
			left, right := toX(*from), toX(*from+v)
			*from += v
			c.FillPolygon(s.parts[j].fill, []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
		}
		writeMiddle(c, valueLetters, vg.Point{X: toX(up) + 4, Y: (low + high) / 2}, s.inWords(b.sum()))
	}
}

// axes sets up axes that hold the bars, and room for their sums.
func (s *stacks) axes(u unit, left, right float64) func(x, y *plot.Axis) {
	return func(x, y *plot.Axis) {
		linearAxis(x, left, right+0.2*(right-left), u)
		y.Min, y.Max = -0.5, float64(len(s.bars))-0.5
		var names []plot.Tick
		for i, b := range s.bars {
			names = append(names, plot.Tick{Value: float64(len(s.bars) - 1 - i), Label: b.label})
		}
		y.Tick.Marker = plot.ConstantTicks(names)
	}
}

// linearAxis sets a to an axis that holds lo to hi, with ticks at round values.
func linearAxis(a *plot.Axis, lo, hi float64, u unit) {
	const mostTicks = 5
	if hi <= lo {
		hi = lo + 1
	}
	step := roundStep((hi-lo)/mostTicks, u.binary)
	a.Min, a.Max = lo, hi
	var ticks []plot.Tick
	for k := math.Ceil(lo / step); k*step <= hi; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: words.Short(u.text(k * step))})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// roundStep is the least round step of at least that length.
func roundStep(least float64, binary bool) float64 {
	if binary {
		return math.Exp2(math.Ceil(math.Log2(least)))
	}
	return ceil125(least)
}

// drawLegend names the parts to the right of a panel, those that are in some bar.
func (s *stacks) drawLegend(data draw.Canvas) {
	at := vg.Point{X: data.Max.X + panelGap, Y: data.Max.Y - labelPitch/2}
	for j, part := range s.parts {
		if !s.has(j) {
			continue
		}
		const side = 8
		c := []vg.Point{{X: at.X, Y: at.Y - side/2}, {X: at.X + side, Y: at.Y - side/2}, {X: at.X + side, Y: at.Y + side/2}, {X: at.X, Y: at.Y + side/2}}
		data.FillPolygon(part.fill, c)
		writeMiddle(data, labelLetters, vg.Point{X: at.X + side + 5, Y: at.Y}, part.title)
		at.Y -= labelPitch
	}
}

// has reports whether part j is worth a word: it is to be seen in some bar.
func (s *stacks) has(j int) bool {
	for _, b := range s.bars {
		if math.Abs(b.parts[j]) > math.Abs(b.sum())/200 {
			return true
		}
	}
	return false
}

func (s *stacks) legendWidth() (w vg.Length) {
	for _, part := range s.parts {
		w = max(w, 13+labelLetters.Width(part.title))
	}
	return w
}

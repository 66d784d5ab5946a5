package results

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// point is a figure with its spread over the repetitions.
type point struct {
	x, y   float64
	lo, hi float64 // ends of the interval, or smallest and largest; both y where there is nothing to compare
	sure   bool    // it is the interval
	bare   bool    // part of the line, without a marker
	aside  bool    // drawn a little to the right, to leave what stands at the same x in sight
}

// series is one model in one panel.
type series struct {
	label  string
	look   look
	lines  [][]point // stretches without a gap: a line never passes over what is void or not known
	hollow []point   // void repetitions
	band   bool      // the spread is a band along the line instead of bars
	dodge  vg.Length // to the right, so that equal figures of two models do not hide each other
}

// Sizes of what is drawn, as it stands on a page of pageWidth.
const (
	lineWidth    = vg.Length(1.5)
	barWidth     = vg.Length(0.9)
	capWidth     = vg.Length(5)
	markerRadius = vg.Length(3.1)
	dodgeBy      = vg.Length(2.4)
	mostDodge    = vg.Length(14)
)

// Plot draws s; it is a plot.Plotter.
func (s series) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	at := func(pt point, y float64) vg.Point {
		y = min(max(y, p.Y.Min), p.Y.Max) // a bar down to 0 ends where a log axis does
		x := toX(pt.x) + s.dodge
		if pt.aside {
			x += 2*markerRadius + 1
		}
		return vg.Point{X: x, Y: toY(y)}
	}
	for _, line := range s.lines {
		s.plotSpread(c, line, at)
	}
	for _, line := range s.lines {
		s.plotLine(c, line, at)
	}
	for _, pt := range s.hollow {
		s.look.marker.draw(c, at(pt, pt.y), s.look.color, true)
	}
}

func (s series) plotLine(c draw.Canvas, line []point, at func(point, float64) vg.Point) {
	var along []vg.Point
	for _, pt := range line {
		along = append(along, at(pt, pt.y))
	}
	if len(along) > 1 {
		c.StrokeLines(s.lineStyle(), along)
	}
	for i, pt := range line {
		if !pt.bare {
			s.look.marker.draw(c, along[i], s.look.color, false)
		}
	}
}

func (s series) plotSpread(c draw.Canvas, line []point, at func(point, float64) vg.Point) {
	if s.band {
		var outline []vg.Point
		for _, pt := range line {
			outline = append(outline, at(pt, pt.hi))
		}
		for i := len(line) - 1; i >= 0; i-- {
			outline = append(outline, at(line[i], line[i].lo))
		}
		veil := s.look.color
		veil.A = 0x2E
		c.FillPolygon(veil, outline)
		return
	}
	style := draw.LineStyle{Color: s.look.color, Width: barWidth}
	for _, pt := range line {
		if pt.lo == pt.hi {
			continue
		}
		low, high := at(pt, pt.lo), at(pt, pt.hi)
		c.StrokeLine2(style, low.X, low.Y, high.X, high.Y)
		for _, end := range []vg.Point{low, high} {
			c.StrokeLine2(style, end.X-capWidth/2, end.Y, end.X+capWidth/2, end.Y)
		}
	}
}

func (s series) lineStyle() draw.LineStyle {
	style := draw.LineStyle{Color: s.look.color, Width: lineWidth}
	if s.look.dashed {
		style.Dashes = []vg.Length{5, 3}
	}
	return style
}

// last is the figure at x, and whether the series has one there.
func (s series) last(x float64) (point, bool) {
	if len(s.lines) == 0 {
		return point{}, false
	}
	end := s.lines[len(s.lines)-1]
	pt := end[len(end)-1]
	return pt, pt.x == x
}

// draw puts the marker at a point; hollow is only its outline, on paper.
func (m marker) draw(c draw.Canvas, at vg.Point, col color.Color, hollow bool) {
	var path vg.Path
	if m == nil {
		path.Move(vg.Point{X: at.X + markerRadius, Y: at.Y})
		path.Arc(at, markerRadius, 0, 2*math.Pi)
	}
	for i, corner := range m {
		to := vg.Point{X: at.X + markerRadius*corner.X, Y: at.Y + markerRadius*corner.Y}
		if i == 0 {
			path.Move(to)
		} else {
			path.Line(to)
		}
	}
	path.Close()
	if !hollow {
		c.SetColor(col)
		c.Fill(path)
		return
	}
	c.SetColor(paper)
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: col, Width: 1.2})
	c.Stroke(path)
}

// polygon is a regular shape of n corners, the first on top, at the two radii by turns.
func polygon(n int, even, odd float64) marker {
	m := make(marker, n)
	for i := range m {
		r := even
		if i%2 == 1 {
			r = odd
		}
		sin, cos := math.Sincos(math.Pi/2 + 2*math.Pi*float64(i)/float64(n))
		m[i] = vg.Point{X: vg.Length(r * cos), Y: vg.Length(r * sin)}
	}
	return m
}

package print

import (
	"cmp"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cbench/results/chart"
)

// grid is how the panels of lines stand.
type grid struct {
	columns, rows int
	column        int  // whose lines are labelled, to its right
	apart         bool // every panel has labels of its own, to its right: they show different models
	each          vg.Length
	labels        vg.Length    // the width of a column of labels
	yTicks        vg.Length    // of the labels of the Y axis
	head          vg.Length    // what stands over the data of a panel
	few           []chart.Tick // of the Y axis
}

const (
	mostLabel  = vg.Length(150) // a name that is longer is shortened
	mostValue  = vg.Length(90)
	swatch     = vg.Length(18)
	markRadius = vg.Length(3.1)
	dodgeBy    = vg.Length(2.4)
	mostDodge  = vg.Length(14)
)

func (g grid) height() vg.Length { return vg.Length(g.rows)*(g.each+gap) - gap }

// gridOf lays the panels out.
func (pg *page) gridOf() (g grid) {
	most := g.arrange(pg)
	g.head = 5
	if slices.ContainsFunc(pg.shown, func(p chart.Panel) bool { return p.Title != "" }) {
		g.head += 16
	}
	if pg.Y.Title != "" {
		g.head += linePitch + 3
	}
	g.each = map[int]vg.Length{1: 290, 2: 270, 3: 250}[g.columns]
	if g.rows > 1 {
		g.each = 210
	}
	lines := vg.Length(most+1)*labelPitch + g.head + 10
	if !g.apart { // the labels have the whole height, beside all rows
		lines = (lines - vg.Length(g.rows-1)*gap) / vg.Length(g.rows)
	}
	g.each = max(g.each, lines)
	for i := range pg.shown {
		labels, head := pg.labelled(g, i)
		g.labels = max(g.labels, valueLetters.Width(head))
		for _, l := range labels {
			g.labels = max(g.labels, l.width())
		}
	}
	height := g.each - g.head - xTicksHeight
	g.few = pg.frame.Y.Pick(func(a, b chart.Tick) bool {
		return height*vg.Length(pg.frame.Y.Clamped(b.At)-pg.frame.Y.Clamped(a.At)) >= 22
	})
	for _, t := range g.few {
		g.yTicks = max(g.yTicks, tickLetters.Width(t.Text)+5)
	}
	return g
}

// arrange is how the panels stand in columns and rows, and which have labels, of which there are the most that it returns.
func (g *grid) arrange(pg *page) (most int) {
	n := len(pg.shown)
	g.columns = n
	if n > 3 {
		g.columns = map[bool]int{true: 2, false: 3}[n == 4]
	}
	all := len(pg.labels(pg.shown, nil))
	for i := range pg.shown {
		most = max(most, len(pg.labels(pg.shown[i:i+1], nil)))
	}
	if n > 1 && all > most+2 {
		g.apart, g.columns = true, min(n, 2)
	} else {
		most = all
	}
	g.rows = (n + g.columns - 1) / g.columns
	g.column = g.columns - 1
	if n == 2 && pg.crowded(0) < pg.crowded(1) {
		g.column = 0
	}
	return most
}

// labelled is the labels beside a panel, and what stands over their figures; none where it has none of its own.
func (pg *page) labelled(g grid, panel int) (labels []endLabel, head string) {
	p := &pg.shown[panel]
	switch {
	case g.apart:
		labels = pg.labels(pg.shown[panel:panel+1], p)
	case panel == g.column:
		labels = pg.labels(pg.shown, p)
	}
	if slices.ContainsFunc(labels, func(l endLabel) bool { return l.value != "" }) {
		head = pg.labelHead(p, g.apart)
	}
	return labels, head
}

// crowded is how many lines of a panel end too near to another for their labels to stand beside them.
func (pg *page) crowded(panel int) (n int) {
	var ends []float64
	for _, s := range pg.shown[panel].Series {
		joined, _ := pg.Stretches(s)
		if len(joined) > 0 {
			last := joined[len(joined)-1]
			ends = append(ends, pg.frame.Y.Clamped(last[len(last)-1].Y))
		}
	}
	slices.Sort(ends)
	for i := 1; i < len(ends); i++ {
		if ends[i]-ends[i-1] < 0.06 {
			n++
		}
	}
	return n
}

func (pg *page) drawLines(c draw.Canvas) {
	g := pg.layout
	columns := vg.Length(g.columns)
	beside := 1
	if g.apart {
		beside = g.columns
	}
	width := (c.Max.X - c.Min.X - vg.Length(beside)*(g.labels+gap) - (columns-1)*gap) / columns
	for i := range pg.shown {
		row, col := i/g.columns, i%g.columns
		left := c.Min.X + vg.Length(col)*(width+gap)
		switch {
		case g.apart:
			left += vg.Length(col) * (g.labels + gap)
		case col > g.column:
			left += g.labels + gap
		}
		top := c.Max.Y - vg.Length(row)*(g.each+gap)
		data := part(c, left+g.yTicks, top-g.each+xTicksHeight, left+width, top-g.head)
		pg.panel(data, &pg.shown[i], col == 0)
		labels, head := pg.labelled(g, i)
		bottom := c.Min.Y
		if g.apart {
			bottom = top - g.each
		}
		pg.drawLabels(data, &pg.shown[i], labels, head, bottom)
	}
}

// panel draws the axes and the series into data; ticks and titles stand around it, and that of Y beside the first in a row.
func (pg *page) panel(data draw.Canvas, p *chart.Panel, first bool) {
	g := pg.layout
	top := data.Max.Y + g.head
	if p.Title != "" {
		writeLines(data, top, linePitch, panelLetters, shorten(p.Title, panelLetters, data.Max.X-data.Min.X))
	}
	if pg.Y.Title != "" && first {
		style := axisLetters
		style.YAlign = draw.YBottom
		at := vg.Point{X: data.Min.X - g.yTicks, Y: data.Max.Y + 8}
		data.FillText(style, at, shorten(pg.Y.Title, style, data.Max.X-at.X))
	}
	style := tickLetters
	style.XAlign = draw.XRight
	for _, t := range g.few {
		y := along(data.Min.Y, data.Max.Y, pg.frame.Y.Clamped(t.At))
		data.StrokeLine2(draw.LineStyle{Color: rgb(chart.Grey.Grid), Width: 0.7}, data.Min.X, y, data.Max.X, y)
		writeMiddle(data, style, vg.Point{X: data.Min.X - 5, Y: y}, t.Text)
	}
	pg.xTicks(data, false)
	if p.Line != nil {
		if at, stands := pg.frame.Y.At(p.Line.At); stands {
			y := along(data.Min.Y, data.Max.Y, at)
			dots := draw.LineStyle{Color: rgb(chart.Grey.Rule), Width: 1, Dashes: []vg.Length{2, 2}}
			data.StrokeLine2(dots, data.Min.X, y, data.Max.X, y)
			pg.ruleTitle(data, p, y)
		}
	}
	for i, s := range p.Series {
		pg.line(data, s, pg.dodge(i, len(p.Series), data.Max.X-data.Min.X))
	}
}

// ruleTitle names the line across a panel, above or below it, where it hides least. A series of that name has its label already.
func (pg *page) ruleTitle(data draw.Canvas, p *chart.Panel, y vg.Length) {
	if slices.ContainsFunc(p.Series, func(s chart.Series) bool { return s.Name == p.Line.Title }) {
		return
	}
	title := shorten(p.Line.Title, captionLetters, data.Max.X-data.Min.X-4)
	size := vg.Point{X: captionLetters.Width(title), Y: 9}
	var best vg.Point
	least := math.MaxInt
	for _, bottom := range []vg.Length{y + 2, y - 2 - size.Y} {
		for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
			at := vg.Point{X: along(data.Min.X+2, data.Max.X-2-size.X, share), Y: bottom}
			if at.Y < data.Min.Y || at.Y+size.Y > data.Max.Y {
				continue
			}
			if hidden := pg.hidden(data, p, vg.Rectangle{Min: at, Max: at.Add(size)}); hidden < least {
				best, least = at, hidden
			}
		}
	}
	if least < math.MaxInt {
		style := captionLetters
		style.YAlign = draw.YBottom
		data.FillText(style, best, title)
	}
}

// hidden is how much of the lines of a panel is in a box.
func (pg *page) hidden(data draw.Canvas, p *chart.Panel, box vg.Rectangle) (n int) {
	const steps = 24
	for i, s := range p.Series {
		dodge := pg.dodge(i, len(p.Series), data.Max.X-data.Min.X)
		joined, void := pg.Stretches(s)
		for _, points := range append(joined, void) {
			for i := range points {
				next := points[min(i+1, len(points)-1)]
				for step := range steps {
					share := float64(step) / steps
					between := func(s chart.Scale, a, b float64) float64 { return s.Clamped(a)*(1-share) + s.Clamped(b)*share }
					x := along(data.Min.X, data.Max.X, between(pg.frame.X, points[i].X, next.X)) + dodge
					y := along(data.Min.Y, data.Max.Y, between(pg.frame.Y, points[i].Y, next.Y))
					if x > box.Min.X-4 && x < box.Max.X+4 && y > box.Min.Y-4 && y < box.Max.Y+4 {
						n++
					}
				}
			}
		}
	}
	return n
}

// dodge moves series apart, so that equal figures of two do not hide each other: all of them stay within mostDodge, or within
// the panel where there is one X alone. Along a rate or percentiles a place means what it is.
func (pg *page) dodge(i, of int, width vg.Length) vg.Length {
	if pg.frame.Banded {
		return 0
	}
	by := min(dodgeBy, mostDodge/vg.Length(max(of-1, 1)))
	if pg.frame.Alone {
		by = width / vg.Length(of+1)
	}
	return by * (vg.Length(i) - vg.Length(of-1)/2)
}

// line draws a series.
func (pg *page) line(data draw.Canvas, s chart.Series, dodge vg.Length) {
	look := pg.looks[s.Model].Of(s)
	ink := rgb(look.Color)
	at := func(p chart.Point, y float64) vg.Point {
		x := along(data.Min.X, data.Max.X, pg.frame.X.Clamped(p.X)) + dodge
		return vg.Point{X: x, Y: along(data.Min.Y, data.Max.Y, pg.frame.Y.Clamped(y))}
	}
	joined, void := pg.Stretches(s)
	if pg.Beyond() {
		var thread []vg.Point
		for _, p := range slices.SortedFunc(slices.Values(slices.Concat(slices.Concat(joined...), void)), byX) {
			thread = append(thread, at(p, p.Y))
		}
		data.StrokeLines(draw.LineStyle{Color: veiled(ink, 0x80), Width: 0.6}, thread)
	}
	for _, points := range joined {
		var line []vg.Point
		for _, p := range points {
			line = append(line, at(p, p.Y))
		}
		if pg.frame.Banded {
			band(data, points, at, ink)
		}
		if len(line) > 1 {
			data.StrokeLines(lineStyle(look), line)
		}
		for i, p := range points {
			if !pg.frame.Banded && p.Known() {
				bar(data, at(p, p.Low), at(p, p.High), ink, !p.Range)
			}
			if !pg.Bare(p) {
				mark(data, look, line[i], ink, false)
			}
		}
	}
	for _, p := range void {
		to := at(p, p.Y)
		if slices.ContainsFunc(slices.Concat(joined...), func(o chart.Point) bool { return o.X == p.X }) && !pg.frame.Banded {
			to.X += 2*markRadius + 1 // what counts stays in sight
		}
		mark(data, look, to, ink, true)
	}
}

func byX(a, b chart.Point) int { return cmp.Compare(a.X, b.X) }

// band is the intervals along a line.
func band(c draw.Canvas, points []chart.Point, at func(chart.Point, float64) vg.Point, ink color.Color) {
	known := slices.DeleteFunc(slices.Clone(points), func(p chart.Point) bool { return math.IsNaN(p.Low) || math.IsNaN(p.High) })
	var outline []vg.Point
	for _, p := range known {
		outline = append(outline, at(p, p.High))
	}
	for _, p := range slices.Backward(known) {
		outline = append(outline, at(p, p.Low))
	}
	if len(known) > 1 {
		c.FillPolygon(veiled(ink, 0x2E), outline)
	}
}

// bar is an interval: with ends, or without where it is a range.
func bar(c draw.Canvas, low, high vg.Point, ink color.Color, ends bool) {
	style := draw.LineStyle{Color: ink, Width: 0.9}
	c.StrokeLine2(style, low.X, low.Y, high.X, high.Y)
	if !ends {
		return
	}
	const half = 2.5
	for _, end := range []vg.Point{low, high} {
		if low.X == high.X {
			c.StrokeLine2(style, end.X-half, end.Y, end.X+half, end.Y)
		} else {
			c.StrokeLine2(style, end.X, end.Y-half, end.X, end.Y+half)
		}
	}
}

func lineStyle(l chart.Look) draw.LineStyle {
	style := draw.LineStyle{Color: rgb(l.Color), Width: 1.5}
	for _, d := range l.Dash {
		style.Dashes = append(style.Dashes, vg.Length(d))
	}
	return style
}

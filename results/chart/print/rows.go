package print

import (
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cbench/results/chart"
)

// Bars, forests and pairs have a row each series: its name to the left, its figures in words to the right. Their panels stand
// one below the other.
const (
	rowPitch  = vg.Length(15)
	mostName  = vg.Length(140)
	mostWords = vg.Length(200)
	legendGap = vg.Length(14)
)

// key is one entry of the legend of bars.
type key struct {
	name, fill string
	left       vg.Length
}

// fills is the colour of every part by its name.
func (pg *page) fills() (names []string, fill map[string]string) {
	fill = map[string]string{}
	for _, p := range pg.shown {
		for _, s := range p.Series {
			for _, part := range s.Parts {
				if fill[part.Name] == "" {
					fill[part.Name] = chart.Fills[len(names)%len(chart.Fills)]
					names = append(names, part.Name)
				}
			}
		}
	}
	return names, fill
}

// keys is the legend in lines.
func (pg *page) keys() (lines [][]key) {
	names, fill := pg.fills()
	left := inner + 1
	for _, name := range names {
		k := key{name: shorten(name, labelLetters, inner/2), fill: fill[name]}
		width := 13 + labelLetters.Width(k.name)
		if left+width > inner {
			lines, left = append(lines, nil), 0
		}
		k.left = left
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		left += width + legendGap
	}
	return lines
}

func (pg *page) rowsHeight() (h vg.Length) {
	if len(pg.legend) > 0 {
		h = vg.Length(len(pg.legend))*labelPitch + 6
	}
	for i := range pg.shown {
		h += pg.panelHeight(&pg.shown[i])
	}
	return h - gap
}

func (pg *page) panelHeight(p *chart.Panel) vg.Length {
	h := vg.Length(len(p.Series))*rowPitch + xTicksHeight + gap
	if p.Title != "" {
		h += 17
	}
	return h
}

func (pg *page) drawRows(c draw.Canvas) {
	top := c.Max.Y
	for _, line := range pg.legend {
		for _, k := range line {
			at := vg.Point{X: c.Min.X + k.left, Y: top - labelPitch/2}
			box(c, at.X, at.Y-4, at.X+8, at.Y+4, rgb(k.fill))
			writeMiddle(c, labelLetters, vg.Point{X: at.X + 13, Y: at.Y}, k.name)
		}
		top -= labelPitch
	}
	if len(pg.legend) > 0 {
		top -= 6
	}
	names, said := vg.Length(0), vg.Length(0)
	for _, p := range pg.shown {
		for _, s := range p.Series {
			names = max(names, labelLetters.Width(shorten(s.Name, labelLetters, mostName)))
			said = max(said, valueLetters.Width(shorten(pg.inWords(s), valueLetters, mostWords)))
		}
	}
	for i := range pg.shown {
		p := &pg.shown[i]
		bottom := top - pg.panelHeight(p) + xTicksHeight + gap
		if p.Title != "" {
			writeLines(c, top, linePitch, panelLetters, shorten(p.Title, panelLetters, inner))
			top -= 17
		}
		data := part(c, c.Min.X+names+9, bottom, c.Max.X-said-9, top)
		pg.rows(data, p)
		top = bottom - xTicksHeight - gap
	}
}

// rows draws a panel: data is between the names and the words.
func (pg *page) rows(data draw.Canvas, p *chart.Panel) {
	name := labelLetters
	name.XAlign = draw.XRight
	height := func(i int) vg.Length { return data.Max.Y - (vg.Length(i)+0.5)*rowPitch }
	for i, s := range p.Series {
		if i%2 == 0 { // the eye keeps to its row
			box(data, data.Min.X, height(i)-rowPitch/2, data.Max.X, height(i)+rowPitch/2, rgb(chart.Grey.Stripe))
		}
		writeMiddle(data, name, vg.Point{X: data.Min.X - 9, Y: height(i)}, shorten(s.Name, labelLetters, mostName))
		said := shorten(pg.inWords(s), valueLetters, mostWords)
		writeMiddle(data, valueLetters, vg.Point{X: data.Max.X + 9, Y: height(i)}, said)
	}
	pg.xTicks(data, true)
	if origin, stands := pg.frame.X.At(map[bool]float64{true: 1}[pg.Kind == chart.Forest]); stands {
		x := along(data.Min.X, data.Max.X, origin)
		data.StrokeLine2(draw.LineStyle{Color: rgb(chart.Grey.Rule), Width: 1}, x, data.Min.Y, x, data.Max.Y)
	}
	_, fill := pg.fills()
	for i, s := range p.Series {
		switch pg.Kind {
		case chart.Bars:
			pg.stack(data, s, height(i), fill)
		case chart.Forest:
			pg.tree(data, s, height(i))
		default:
			pg.pair(data, s, height(i))
		}
	}
}

// inWords is what stands to the right of a row.
func (pg *page) inWords(s chart.Series) string {
	if pg.Kind != chart.Bars || len(s.Points) > 0 && s.Points[0].Text != "" {
		var said []string
		for _, p := range s.Points {
			said = append(said, p.Text)
		}
		return strings.Join(said, " → ")
	}
	left, right := s.Reach()
	total := pg.X.Unit.Text(left + right)
	if slices.ContainsFunc(s.Parts, func(p chart.Part) bool { return math.IsNaN(p.Value) }) {
		total = "≥ " + total
	}
	return total
}

// stack draws a bar: what adds to the right of 0, what takes away to the left.
func (pg *page) stack(data draw.Canvas, s chart.Series, y vg.Length, fill map[string]string) {
	const half = 0.36 * rowPitch
	var down, up float64
	for _, p := range s.Parts {
		from := &up
		if p.Value < 0 {
			from = &down
		}
		if math.IsNaN(p.Value) || p.Value == 0 {
			continue
		}
		a := along(data.Min.X, data.Max.X, pg.frame.X.Clamped(*from))
		*from += p.Value
		b := along(data.Min.X, data.Max.X, pg.frame.X.Clamped(*from))
		a, b = min(a, b), max(a, b)
		box(data, a, y-half, b, y+half, rgb(fill[p.Name]))
		if b-a > 2 { // neighbours of like grey stay two
			data.StrokeLine2(draw.LineStyle{Color: rgb(chart.Grey.Paper), Width: 0.6}, b, y-half, b, y+half)
		}
	}
}

// tree draws a row of a forest: filled where its interval excludes 1.
func (pg *page) tree(data draw.Canvas, s chart.Series, y vg.Length) {
	look := pg.looks[s.Model]
	for _, p := range s.Points {
		if !pg.Shown(p) {
			continue
		}
		var ink color.Color = rgb(look.Color)
		if p.Void {
			ink = rgb(chart.Grey.Rule)
		}
		x := func(v float64) vg.Length { return along(data.Min.X, data.Max.X, pg.frame.X.Clamped(v)) }
		if p.Known() && !p.Void {
			low, high := vg.Point{X: x(p.Low), Y: y}, vg.Point{X: x(p.High), Y: y}
			bar(data, low, high, ink, false)
			pg.end(data, low, p.Low, -1, ink, !p.Range)
			pg.end(data, high, p.High, 1, ink, !p.Range)
		}
		mark(data, look, vg.Point{X: x(p.X), Y: y}, ink, !p.Against())
	}
}

// end is the end of an interval: an arrow where it goes on beyond the axis.
func (pg *page) end(data draw.Canvas, at vg.Point, v float64, way vg.Length, ink color.Color, capped bool) {
	if share, stands := pg.frame.X.At(v); !stands || share < 0 || share > 1 {
		data.FillPolygon(ink, []vg.Point{{X: at.X, Y: at.Y}, {X: at.X - way*5, Y: at.Y - 2.5}, {X: at.X - way*5, Y: at.Y + 2.5}})
	} else if capped {
		bar(data, vg.Point{X: at.X, Y: at.Y - 2.5}, vg.Point{X: at.X, Y: at.Y + 2.5}, ink, false)
	}
}

// pair draws a line from ours, filled, to the others, hollow.
func (pg *page) pair(data draw.Canvas, s chart.Series, y vg.Length) {
	look := pg.looks[s.Model]
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range s.Points {
		if pg.Shown(p) {
			at := pg.frame.X.Clamped(p.X)
			low, high = min(low, at), max(high, at)
		}
	}
	data.StrokeLine2(draw.LineStyle{Color: veiled(rgb(look.Color), 0x66), Width: 2.4},
		along(data.Min.X, data.Max.X, low), y, along(data.Min.X, data.Max.X, high), y)
	for i, p := range slices.Backward(s.Points) {
		if pg.Shown(p) {
			at := vg.Point{X: along(data.Min.X, data.Max.X, pg.frame.X.Clamped(p.X)), Y: y}
			mark(data, look, at, rgb(look.Color), i > 0 || p.Void)
		}
	}
}

func box(c draw.Canvas, left, bottom, right, top vg.Length, fill color.Color) {
	c.FillPolygon(fill, []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: top}, {X: left, Y: top}})
}

func veiled(c color.Color, share uint8) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = share
	return n
}

// markPath is the outline of a look's marker around a point.
func markPath(l chart.Look, at vg.Point) (path vg.Path) {
	if l.Corners == nil {
		path.Move(vg.Point{X: at.X + markRadius, Y: at.Y})
		path.Arc(at, markRadius, 0, 2*math.Pi)
	}
	for i, corner := range l.Corners {
		to := vg.Point{X: at.X + markRadius*vg.Length(corner[0]), Y: at.Y + markRadius*vg.Length(corner[1])}
		if i == 0 {
			path.Move(to)
		} else {
			path.Line(to)
		}
	}
	path.Close()
	return path
}

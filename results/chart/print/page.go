package print

import (
	"image/color"
	"slices"
	"strconv"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cbench/results/chart"
	"cbench/results/words"
)

// page is one chart on paper: a title and what it shows, the panels, and below what else there is to know.
type page struct {
	*chart.Chart
	frame  chart.Frame
	looks  map[string]chart.Look
	shown  []chart.Panel // those with something to draw
	note   []string
	below  []string
	legend [][]key // of bars, in lines
	layout grid    // of lines
}

// A page is 600 points wide: 800 pixels on a screen at 96 dots an inch, where the smallest letters are 11 pixels high.
const (
	pageWidth  = vg.Length(600)
	margin     = vg.Length(14)
	inner      = pageWidth - 2*margin
	gap        = vg.Length(10)
	linePitch  = vg.Length(12)
	labelPitch = vg.Length(13)
)

// Liberation Sans has the widths of Helvetica and Arial, so that an SVG keeps its layout where a reader has only those.
func letters(size vg.Length, col string, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: rgb(col), Font: f, Handler: plot.DefaultTextHandler}
}

var (
	titleLetters   = letters(14, chart.Grey.Ink, true)
	noteLetters    = letters(9.5, chart.Grey.Faint, false)
	panelLetters   = letters(10, chart.Grey.Ink, true)
	tickLetters    = letters(9.5, chart.Grey.Ink, false)
	axisLetters    = letters(9.5, chart.Grey.Faint, false)
	labelLetters   = letters(10, chart.Grey.Ink, false)
	valueLetters   = letters(9.5, chart.Grey.Faint, false)
	captionLetters = letters(8.5, chart.Grey.Faint, false)
)

func rgb(hex string) color.NRGBA {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 24)
	if err != nil {
		panic("print: not a colour: " + hex)
	}
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

func newPage(c *chart.Chart, looks map[string]chart.Look, caption Caption) *page {
	pg := &page{Chart: c, frame: c.Frame(), looks: looks, note: wrap(c.Note, noteLetters, inner)}
	for _, p := range c.Panels {
		p.Series = slices.DeleteFunc(slices.Clone(p.Series), func(s chart.Series) bool { return s.Empty(c) })
		if len(p.Series) > 0 {
			pg.shown = append(pg.shown, p)
		}
	}
	if remarks := strings.Join(c.Remarks(), " "); remarks != "" {
		pg.below = wrap(remarks, captionLetters, inner)
	}
	pg.below = append(pg.below, wrap(string(caption), captionLetters, inner)...)
	if c.Kind == chart.Lines {
		pg.layout = pg.gridOf()
	} else {
		pg.legend = pg.keys()
	}
	return pg
}

// height is what the chart takes at pageWidth.
func (pg *page) height() vg.Length {
	body := pg.rowsHeight()
	if pg.Kind == chart.Lines {
		body = pg.layout.height()
	}
	return 2*margin + vg.Length(len(pg.titleLines()))*17 + 9 + body + vg.Length(len(pg.note)+len(pg.below))*linePitch + 10
}

func (pg *page) titleLines() []string { return wrap(pg.Title, titleLetters, inner) }

// draw draws the chart onto a canvas of pageWidth and height.
func (pg *page) draw(c draw.Canvas) {
	c.SetColor(rgb(chart.Grey.Paper))
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)

	top := writeLines(c, c.Max.Y, 17, titleLetters, pg.titleLines()...)
	top = writeLines(c, top-1, linePitch, noteLetters, pg.note...)
	foot := c.Min.Y + vg.Length(len(pg.below))*linePitch
	writeLines(c, foot, linePitch, captionLetters, pg.below...)
	c.Max.Y, c.Min.Y = top-8, foot+10
	if pg.Kind == chart.Lines {
		pg.drawLines(c)
	} else {
		pg.drawRows(c)
	}
}

// part is a part of a canvas.
func part(c draw.Canvas, left, bottom, right, top vg.Length) draw.Canvas {
	c.Rectangle = vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: right, Y: top}}
	return c
}

// along is where a share of a length stands.
func along(from, to vg.Length, share float64) vg.Length { return from + vg.Length(share)*(to-from) }

// xTicks draws the ticks of the X axis below the data, as many as there is room for, and its title. Rules are lines up through
// the data.
func (pg *page) xTicks(data draw.Canvas, rules bool) {
	style := tickLetters
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	between := map[bool]vg.Length{true: 14, false: 5}[rules]
	place := func(t chart.Tick) vg.Length { return along(data.Min.X, data.Max.X, pg.frame.X.Clamped(t.At)) }
	ticks := pg.frame.X.Pick(func(a, b chart.Tick) bool {
		return place(b)-place(a) >= (style.Width(a.Text)+style.Width(b.Text))/2+between
	})
	thin := draw.LineStyle{Color: rgb(chart.Grey.Grid), Width: 0.7}
	for _, t := range ticks {
		x := place(t)
		if rules {
			data.StrokeLine2(thin, x, data.Min.Y, x, data.Max.Y)
		} else {
			data.StrokeLine2(draw.LineStyle{Color: rgb(chart.Grey.Rule), Width: 0.7}, x, data.Min.Y, x, data.Min.Y-4)
		}
		data.FillText(style, vg.Point{X: x, Y: data.Min.Y - 6}, t.Text)
	}
	if !rules {
		data.StrokeLine2(draw.LineStyle{Color: rgb(chart.Grey.Rule), Width: 0.7}, data.Min.X, data.Min.Y, data.Max.X, data.Min.Y)
	}
	style = axisLetters
	style.XAlign, style.YAlign = draw.XCenter, draw.YTop
	data.FillText(style, vg.Point{X: data.Center().X, Y: data.Min.Y - 18}, shorten(pg.X.Title, style, data.Max.X-data.Min.X))
}

const xTicksHeight = vg.Length(30) // ticks, their labels and the title

// mark puts a marker at a point; hollow is only its outline, on paper.
func mark(c draw.Canvas, l chart.Look, at vg.Point, col color.Color, hollow bool) {
	path := markPath(l, at)
	if !hollow {
		c.SetColor(col)
		c.Fill(path)
		return
	}
	c.SetColor(rgb(chart.Grey.Paper))
	c.Fill(path)
	c.SetLineStyle(draw.LineStyle{Color: col, Width: 1.2})
	c.Stroke(path)
}

// writeLines writes lines from the top down, left-aligned, and returns where the next one would begin.
func writeLines(c draw.Canvas, top, pitch vg.Length, style text.Style, lines ...string) vg.Length {
	style.YAlign = draw.YTop
	for _, line := range lines {
		c.FillText(style, vg.Point{X: c.Min.X, Y: top}, line)
		top -= pitch
	}
	return top
}

// writeMiddle writes beside a point, its small letters at the point's height: gonum centres the space the font could take,
// which is below that.
func writeMiddle(c draw.Canvas, style text.Style, at vg.Point, txt string) {
	style.YAlign = draw.YCenter
	at.Y += style.Font.Size * 0.12
	c.FillText(style, at, txt)
}

// wrap breaks a text at spaces into lines of that width; a word that is wider is shortened.
func wrap(txt string, style text.Style, width vg.Length) (lines []string) {
	for _, word := range strings.Fields(txt) {
		word = shorten(word, style, width)
		last := len(lines) - 1
		if last >= 0 && style.Width(lines[last]+" "+word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// shorten leaves out the middle of a text that is wider: names differ at both ends.
func shorten(txt string, style text.Style, width vg.Length) string {
	short := txt
	for most := len([]rune(txt)) - 1; most > 0 && style.Width(short) > width; most-- {
		short = words.Shorten(txt, most)
	}
	return short
}

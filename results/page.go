package results

import (
	"cbench/results/figure"
	"image/color"
	"slices"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// chart is one figure of the journal: a title, panels that share their axes, models labelled where their lines end, and
// below what was measured, on what.
type chart struct {
	name     string // of its files
	title    string
	subtitle string
	panels   []panel
	columns  int
	each     vg.Length    // height of a row of panels; 0: by their number
	labelled int          // the column of panels whose lines are labelled, to its right
	made     []figure.Row // what it was made of, where that is not the rows of one load
	apart    bool         // every panel has labels of its own
	head     string       // over the labels: what their figures are
	spread   string       // what the caption says of repetitions; %d is how many
	bars     string       // and of one alone: what its bars are
	caption  []string

	hollowMeans string // what the caption says of hollow points; "": that they are void
}

// panel is one pair of axes.
type panel struct {
	title   string
	xLabel  string
	axes    func(x, y *plot.Axis)
	series  []series
	offered float64 // a dashed line across at this height; 0: none
	endX    float64 // where labels read their figures
	value   func(float64) string
	stacks  *stacks // bars instead of lines

	dumbbells *dumbbells // pairs instead of lines
}

// A page is 600 points wide: 800 pixels on a screen at 96 dots an inch, where the smallest letters are 11 pixels high.
const (
	pageWidth  = vg.Length(600)
	margin     = vg.Length(14)
	panelGap   = vg.Length(10)
	labelPitch = vg.Length(13)
	swatch     = vg.Length(18)
)

// Liberation Sans has the widths of Helvetica and Arial, so that an SVG keeps its layout where a reader has only those.
func letters(size vg.Length, col color.Color, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Color: col, Font: f, Handler: plot.DefaultTextHandler}
}

var (
	titleLetters    = letters(14, ink, true)
	subtitleLetters = letters(9.5, faint, false)
	panelLetters    = letters(10, ink, true)
	tickLetters     = letters(9.5, ink, false)
	axisLetters     = letters(9.5, faint, false)
	labelLetters    = letters(10, ink, false)
	valueLetters    = letters(9.5, faint, false)
	captionLetters  = letters(8.5, faint, false)
)

func (ch *chart) rows() int { return (len(ch.panels) + ch.columns - 1) / ch.columns }

// height is what the chart takes at pageWidth.
func (ch *chart) height() vg.Length {
	each := map[int]vg.Length{1: 290, 2: 270, 3: 250}[ch.columns]
	if ch.rows() > 1 {
		each = 200
	}
	if ch.each > 0 {
		each = ch.each
	}
	lines := len(wrap(ch.subtitle, subtitleLetters)) + len(ch.captionLines())
	return 2*margin + 36 + vg.Length(ch.rows())*each + vg.Length(lines)*12
}

func (ch *chart) captionLines() []string {
	var lines []string
	for _, c := range ch.caption {
		lines = append(lines, wrap(c, captionLetters)...)
	}
	return lines
}

// hollow reports whether any void repetition is drawn.
func (ch *chart) hollow() bool {
	for _, p := range ch.panels {
		if slices.ContainsFunc(p.series, func(s series) bool { return len(s.hollow) > 0 }) {
			return true
		}
	}
	return false
}

// draw draws the chart onto a canvas of pageWidth and height.
func (ch *chart) draw(c draw.Canvas) {
	c.SetColor(paper)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)

	top := writeLines(c, c.Max.Y, 18, titleLetters, ch.title)
	top = writeLines(c, top, 12, subtitleLetters, wrap(ch.subtitle, subtitleLetters)...)
	caption := ch.captionLines()
	foot := c.Min.Y + vg.Length(len(caption))*12
	writeLines(c, foot, 12, captionLetters, caption...)

	c.Max.Y, c.Min.Y = top-8, foot+8
	ch.drawPanels(c)
}

func (ch *chart) drawPanels(c draw.Canvas) {
	labels := ch.labels()
	columnWidth := vg.Length(0)
	for _, l := range labels {
		columnWidth = max(columnWidth, l.width())
	}
	columnWidth = max(columnWidth, valueLetters.Width(ch.head))
	for _, p := range ch.panels {
		if p.stacks != nil {
			columnWidth = max(columnWidth, p.stacks.legendWidth())
		}
		if p.dumbbells != nil {
			columnWidth = max(columnWidth, p.dumbbells.width())
		}
	}
	rows := vg.Length(ch.rows())
	cols := vg.Length(ch.columns)
	width := (c.Max.X - c.Min.X - columnWidth - cols*panelGap) / cols
	if ch.apart {
		width = (c.Max.X-c.Min.X+panelGap)/cols - columnWidth - 2*panelGap
	}
	height := (c.Max.Y - c.Min.Y - (rows-1)*panelGap) / rows

	for i, p := range ch.panels {
		row, col := i/ch.columns, i%ch.columns
		left := c.Min.X + vg.Length(col)*(width+panelGap)
		switch {
		case ch.apart:
			left += vg.Length(col) * (columnWidth + panelGap)
		case col > ch.labelled:
			left += columnWidth + panelGap
		}
		upper := c.Max.Y - vg.Length(row)*(height+panelGap)
		box := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left, Y: upper - height},
			Max: vg.Point{X: left + width, Y: upper},
		}}
		data, pl := p.draw(box)
		if p.dumbbells != nil {
			p.dumbbells.drawValues(data, pl)
			continue
		}
		if p.stacks != nil {
			if col == ch.labelled && (row == 0 || ch.columns == 1) {
				p.stacks.drawLegend(data)
			}
			continue
		}
		if ch.apart {
			drawLabels(data, pl, lineLabels([]panel{p}, &p), ch.head, p.endX)
			continue
		}
		if row == 0 && col == ch.labelled {
			drawLabels(data, pl, labels, ch.head, p.endX)
		}
	}
}

// draw draws the panel and returns where its data is and by which axes.
func (p *panel) draw(c draw.Canvas) (draw.Canvas, *plot.Plot) {
	pl := plot.New()
	pl.BackgroundColor = nil
	p.axes(&pl.X, &pl.Y)
	for _, a := range []*plot.Axis{&pl.X, &pl.Y} {
		a.Padding = 0
		a.Tick.Label.Font, a.Tick.Label.Color = tickLetters.Font, tickLetters.Color
		a.Tick.Length = 5
		a.Tick.Color, a.Color = rule, rule
	}
	pl.Y.Width = 0 // the grid says where things are
	pl.Y.Tick.Width = 0

	rules := plotter.NewGrid()
	rules.Vertical.Width = 0
	rules.Horizontal = draw.LineStyle{Color: grid, Width: 0.7}
	if p.stacks != nil || p.dumbbells != nil {
		rules.Vertical, rules.Horizontal = rules.Horizontal, rules.Vertical
		pl.X.Width, pl.X.Tick.Width = 0, 0
	}
	pl.Add(rules)
	if p.stacks != nil {
		pl.Add(p.stacks)
	}
	if p.dumbbells != nil {
		pl.Add(p.dumbbells)
	}
	if p.offered > 0 {
		pl.Add(level{p.offered})
	}
	for _, s := range p.series {
		pl.Add(s)
	}
	if p.title != "" {
		c.Max.Y -= 17
	}
	c.Max.Y -= 5 // half a tick label stands above the highest tick

	// The axis label is not gonum's: on a logarithmic axis that pads for it as if it stood far to the right.
	foot := c.Min.Y
	c.Min.Y += 15
	pl.Draw(c)
	data := pl.DataCanvas(c)
	style := axisLetters
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	c.FillText(style, vg.Point{X: data.Center().X, Y: foot + 2}, p.xLabel)
	if p.title != "" {
		writeLines(draw.Canvas{Canvas: c.Canvas, Rectangle: data.Rectangle}, c.Max.Y+20, 12, panelLetters, p.title)
	}
	return data, pl
}

// level is a dashed line across a panel.
type level struct{ y float64 }

// Plot draws l; it is a plot.Plotter.
func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	style := draw.LineStyle{Color: rule, Width: 0.9, Dashes: []vg.Length{2, 2}}
	c.StrokeLine2(style, c.Min.X, toY(l.y), c.Max.X, toY(l.y))
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

// wrap breaks a text at spaces into lines that fit the page.
func wrap(txt string, style text.Style) []string {
	var lines []string
	for _, word := range strings.Fields(txt) {
		last := len(lines) - 1
		if last >= 0 && style.Width(lines[last]+" "+word) <= pageWidth-2*margin {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

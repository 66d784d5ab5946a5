package results

import (
	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// dumbbells is a line a pair: ours filled and the original hollow, both on one logarithmic axis.
type dumbbells struct {
	pairs   []dumbbell
	low     float64 // what is below stands here: a slope may be 0, and a logarithm has none
	inWords func(float64) string
}

type dumbbell struct {
	label          string
	look           look // of ours
	ours, original compare.Side
	ratio          string
}

// LeastDrawn is where a slope of nothing stands: a logarithm has no 0.
const LeastDrawn = 16

// originalCharts is a chart for each table of pairs.
func originalCharts(run *record.Run, cells []record.Cell) (charts []*chart) {
	o := compare.OriginalsOf(run, cells)
	if o == nil {
		return nil
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		ch := &chart{
			name: "originals-" + strings.ToLower(t.Name), title: "What the original costs beside ours that imitates it: " + t.Name, columns: 1,
			subtitle: "Filled: ours, in Go. Hollow: the original. Log scales; lower is better. Behind CPU stands the original's over ours, with the 95% interval of that.",
		}
		for at, c := range t.Columns {
			if c.Drawn() {
				ch.addDumbbells(t, at)
			}
		}
		if ch = ch.unlessEmpty(); ch == nil {
			continue
		}
		ch.each = vg.Length(55 + 12*len(t.Pairs))
		ch.caption = []string{t.Places() + ".", slopeNote, whereOf(run)}
		charts = append(charts, ch)
	}
	return charts
}

func (ch *chart) addDumbbells(t *compare.Beside, at int) {
	c := t.Columns[at]
	d := &dumbbells{inWords: c.Words, low: LeastDrawn}
	for i := range t.Pairs {
		p := &t.Pairs[i]
		f := p.Figures[at]
		if f.Original.N == 0 {
			continue
		}
		bell := dumbbell{label: fmt.Sprintf("%s (%s)", p.Original, p.Ours), look: looks[p.Ours], ours: f.Ours, original: f.Original}
		if c.Key == "cpu" {
			bell.ratio = compare.RatioInWords(f.Ratio)
		}
		d.pairs = append(d.pairs, bell)
	}
	if len(d.pairs) == 0 {
		return
	}
	slices.SortStableFunc(d.pairs, func(a, b dumbbell) int {
		switch {
		case a.original.Mid > b.original.Mid:
			return -1
		case a.original.Mid < b.original.Mid:
			return 1
		}
		return 0
	})
	u := inTime
	if c.InBytes() {
		u = inBytes
	}
	title := fmt.Sprintf("%s: %s", c.Title, c.Setting.Scenario)
	if c.Key != "stall" { // p99 stays what it is
		title = words.Capital(title)
	}
	if c.Conns > 0 {
		title += ", N = " + words.Number(float64(c.Conns))
	}
	ch.panels = append(ch.panels, panel{title: title, axes: d.axes(u), dumbbells: d})
}

// at is where a figure stands.
func (d *dumbbells) at(v float64) float64 { return max(d.low, v) }

func (d *dumbbells) axes(u unit) func(x, y *plot.Axis) {
	lo, hi := math.Inf(1), d.low
	for _, p := range d.pairs {
		for _, s := range []compare.Side{p.ours, p.original} {
			if s.N > 0 {
				lo, hi = min(lo, d.at(s.Mid)), max(hi, d.at(s.Mid))
			}
		}
	}
	return func(x, y *plot.Axis) {
		logAxis(x, lo/1.2, hi, u) // a marker does not stand on the names
		y.Min, y.Max = -0.6, float64(len(d.pairs))-0.4
		var names []plot.Tick
		for i, p := range d.pairs {
			names = append(names, plot.Tick{Value: float64(len(d.pairs) - 1 - i), Label: p.label})
		}
		y.Tick.Marker = plot.ConstantTicks(names)
	}
}

// Plot draws d; it is a plot.Plotter.
func (d *dumbbells) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	for i, b := range d.pairs {
		y := toY(float64(len(d.pairs) - 1 - i))
		theirs := vg.Point{X: toX(d.at(b.original.Mid)), Y: y}
		if b.ours.N > 0 {
			ours := vg.Point{X: toX(d.at(b.ours.Mid)), Y: y}
			c.StrokeLine2(draw.LineStyle{Color: veiled(b.look.color), Width: 2.4}, ours.X, y, theirs.X, y)
			b.look.marker.draw(c, ours, b.look.color, false)
		}
		b.look.marker.draw(c, theirs, b.look.color, true)
	}
}

func veiled(c color.NRGBA) color.NRGBA {
	c.A = 0x66
	return c
}

// drawValues writes each pair's figures to the right of its line.
func (d *dumbbells) drawValues(data draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&data)
	for i, b := range d.pairs {
		writeMiddle(data, valueLetters, vg.Point{X: data.Max.X + panelGap, Y: toY(float64(len(d.pairs) - 1 - i))}, b.value(d.inWords))
	}
}

// value is ours, the original's, and the ratio where there is one.
func (b *dumbbell) value(inWords func(float64) string) string {
	ours := "–"
	if b.ours.N > 0 {
		ours = inWords(b.ours.Mid)
	}
	text := ours + " → " + inWords(b.original.Mid)
	if b.ratio != "" {
		text += ", " + b.ratio
	}
	return text
}

func (d *dumbbells) width() (w vg.Length) {
	for i := range d.pairs {
		w = max(w, valueLetters.Width(d.pairs[i].value(d.inWords)))
	}
	return w
}

var _ plot.Plotter = (*dumbbells)(nil)

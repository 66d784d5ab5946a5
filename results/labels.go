package results

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// endLabel names a line where it ends.
type endLabel struct {
	series series
	value  string
	want   vg.Length // the height its line ends at
	ends   bool      // the line reaches the last x
}

func (l endLabel) width() vg.Length {
	w := swatch + 4 + labelLetters.Width(l.series.label)
	if l.value != "" {
		w += 5 + valueLetters.Width(l.value)
	}
	return w
}

// labels are of every model in any panel, once; its figure is that of the labelled panel.
func (ch *chart) labels() []endLabel { return lineLabels(ch.panels, &ch.panels[ch.labelled]) }

func lineLabels(panels []panel, labelled *panel) []endLabel {
	var labels []endLabel
	for i, p := range append([]panel{*labelled}, panels...) {
		for _, s := range p.series {
			if len(s.lines)+len(s.hollow) == 0 {
				continue
			}
			if slices.ContainsFunc(labels, func(l endLabel) bool { return l.series.label == s.label }) {
				continue
			}
			l := endLabel{series: s}
			if i == 0 && labelled.value != nil {
				l.value = s.endValue(labelled.endX, labelled.value)
			}
			labels = append(labels, l)
		}
	}
	return labels
}

// endValue is the figure at x in words, "void" where only void repetitions have one, and empty where nothing is known.
func (s series) endValue(x float64, inWords func(float64) string) string {
	if pt, ends := s.last(x); ends {
		return inWords(pt.y)
	}
	if slices.ContainsFunc(s.hollow, func(pt point) bool { return pt.x == x }) {
		return "void"
	}
	return ""
}

func drawLabels(data draw.Canvas, pl *plot.Plot, labels []endLabel, head string, endX float64) {
	toX, toY := pl.Transforms(&data)
	left := data.Max.X + panelGap
	for i := range labels {
		l := &labels[i]
		l.want = data.Min.Y
		if len(l.series.lines) > 0 {
			pt, ends := l.series.last(endX)
			l.want, l.ends = toY(min(max(pt.y, pl.Y.Min), pl.Y.Max)), ends
		} else if n := len(l.series.hollow); n > 0 {
			l.want = toY(l.series.hollow[n-1].y)
		}
	}
	slices.SortStableFunc(labels, func(a, b endLabel) int { return cmp.Compare(b.want, a.want) })
	want := make([]vg.Length, len(labels))
	for i, l := range labels {
		want[i] = l.want
	}
	at := apart(want, labelPitch, data.Max.Y-labelPitch, data.Min.Y-labelPitch)
	if len(at) > 0 && head != "" {
		writeMiddle(data, valueLetters, vg.Point{X: left, Y: at[0] + labelPitch}, head)
	}
	for i, y := range at {
		l := labels[i]
		if l.ends {
			leader := draw.LineStyle{Color: l.series.look.color, Width: 0.5}
			data.StrokeLine2(leader, toX(endX)+l.series.dodge+markerRadius, l.want, left-2, y)
		}
		l.draw(data, vg.Point{X: left, Y: y})
	}
}

func (l endLabel) draw(c draw.Canvas, at vg.Point) {
	c.StrokeLine2(l.series.lineStyle(), at.X, at.Y, at.X+swatch, at.Y)
	hollow := len(l.series.lines) == 0
	l.series.look.marker.draw(c, vg.Point{X: at.X + swatch/2, Y: at.Y}, l.series.look.color, hollow)
	at.X += swatch + 4
	writeMiddle(c, labelLetters, at, l.series.label)
	if l.value != "" {
		at.X += labelLetters.Width(l.series.label) + 5
		writeMiddle(c, valueLetters, at, l.value)
	}
}

// writeMiddle writes to the right of a point, its small letters at the point's height: gonum centres the space the font could take,
// which is below that.
func writeMiddle(c draw.Canvas, style text.Style, at vg.Point, txt string) {
	style.YAlign = draw.YCenter
	at.Y += style.Font.Size * 0.12
	c.FillText(style, at, txt)
}

// apart moves heights, given from the top down, to be at least a pitch apart and between top and bottom, each as near as
// can be to where it wants to be: without the bounds, the least sum of squared moves (isotonic regression by pooling adjacent
// violators; Barlow et al. 1972).
func apart(want []vg.Length, pitch, top, bottom vg.Length) []vg.Length {
	type block struct {
		mean vg.Length // of want + place·pitch
		n    int
	}
	var blocks []block
	for i, w := range want {
		b := block{w + vg.Length(i)*pitch, 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].mean < b.mean {
			a := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			n := a.n + b.n
			b = block{(a.mean*vg.Length(a.n) + b.mean*vg.Length(b.n)) / vg.Length(n), n}
		}
		blocks = append(blocks, b)
	}
	lowest := bottom + vg.Length(len(want)-1)*pitch // in the same terms: height + place·pitch
	at := make([]vg.Length, 0, len(want))
	for _, b := range blocks {
		mean := min(max(b.mean, lowest), top)
		for range b.n {
			at = append(at, mean-vg.Length(len(at))*pitch)
		}
	}
	return at
}

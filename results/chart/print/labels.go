package print

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cbench/results/chart"
	"cbench/results/words"
)

// endLabel names a line where it ends.
type endLabel struct {
	series      chart.Series
	name, value string
	want        vg.Length // the height its line ends at
	at          vg.Point  // where its line ends, if it reaches the last X
	ends        bool
	hollow      bool
}

// names reports whether the label is that of a series, in whichever panel.
func (l endLabel) names(s chart.Series) bool {
	return l.series.Name == s.Name && l.series.Model == s.Model
}

func (l endLabel) width() vg.Length {
	w := swatch + 4 + labelLetters.Width(l.name)
	if l.value != "" {
		w += 5 + valueLetters.Width(l.value)
	}
	return w
}

// labels are of every series of the panels, once; its figure is that of one of them.
func (pg *page) labels(panels []chart.Panel, valued *chart.Panel) (labels []endLabel) {
	if valued != nil {
		panels = append([]chart.Panel{*valued}, panels...)
	}
	for i, p := range panels {
		for _, s := range p.Series {
			if slices.ContainsFunc(labels, func(l endLabel) bool { return l.names(s) }) {
				continue
			}
			l := endLabel{series: s, name: shorten(s.Name, labelLetters, mostLabel)}
			if i == 0 && valued != nil {
				l.value = shorten(pg.endValue(&p, s), valueLetters, mostValue)
			}
			labels = append(labels, l)
		}
	}
	return labels
}

// endX is the last X of a panel, where labels read their figures.
func (pg *page) endX(p *chart.Panel) float64 {
	x := math.Inf(-1)
	for _, s := range p.Series {
		for _, pt := range s.Points {
			if pg.Shown(pt) {
				x = max(x, pt.X)
			}
		}
	}
	return x
}

// endValue is the figure at the last X in words, without its interval; "void" where only void points have one.
func (pg *page) endValue(p *chart.Panel, s chart.Series) string {
	if pg.X.Unit != chart.Conns {
		return ""
	}
	x, value := pg.endX(p), ""
	for _, pt := range s.Points {
		if pt.X != x || !pg.Shown(pt) {
			continue
		}
		figure, _, _ := strings.Cut(pt.Text, " (")
		if !pt.Void {
			return figure
		}
		value = cmp.Or(pg.Hollow(), figure)
	}
	return value
}

// labelHead is what the figures of the labels are.
func (pg *page) labelHead(p *chart.Panel, apart bool) string {
	head := "at N = " + words.Number(pg.endX(p))
	if p.Title != "" && len(pg.shown) > 1 && !apart {
		title, _, _ := strings.Cut(p.Title, " (")
		head = title + " " + head
	}
	return shorten(head, valueLetters, mostLabel)
}

// drawLabels writes the labels to the right of a panel, each as near to the end of its line as the others allow.
func (pg *page) drawLabels(data draw.Canvas, p *chart.Panel, labels []endLabel, head string, bottom vg.Length) {
	endX := pg.endX(p)
	for i := range labels {
		l := &labels[i]
		l.want = data.Min.Y
		at := slices.IndexFunc(p.Series, l.names)
		joined, void := pg.Stretches(l.series)
		l.hollow = len(joined) == 0
		if at < 0 {
			continue
		}
		last := chart.Point{X: math.NaN()}
		if all := slices.Concat(slices.Concat(joined...), void); pg.Beyond() && len(all) > 0 {
			last = slices.MaxFunc(all, byX)
		} else if len(joined) > 0 {
			end := joined[len(joined)-1]
			last = end[len(end)-1]
		} else if len(void) > 0 {
			last = void[len(void)-1]
		}
		x := along(data.Min.X, data.Max.X, pg.frame.X.Clamped(last.X)) + pg.dodge(at, len(p.Series), data.Max.X-data.Min.X)
		l.at = vg.Point{X: x, Y: along(data.Min.Y, data.Max.Y, pg.frame.Y.Clamped(last.Y))}
		l.want, l.ends = l.at.Y, len(joined) > 0 && (last.X == endX || pg.frame.Banded)
	}
	slices.SortStableFunc(labels, func(a, b endLabel) int { return cmp.Compare(b.want, a.want) })
	want := make([]vg.Length, len(labels))
	for i, l := range labels {
		want[i] = l.want
	}
	left := data.Max.X + gap
	at := spread(want, labelPitch, data.Max.Y-labelPitch, bottom+labelPitch/2)
	if head != "" {
		writeMiddle(data, valueLetters, vg.Point{X: left, Y: at[0] + labelPitch}, head)
	}
	for i, y := range at {
		labels[i].draw(data, pg.looks[labels[i].series.Model].Of(labels[i].series), vg.Point{X: left, Y: y})
	}
}

func (l endLabel) draw(c draw.Canvas, look chart.Look, at vg.Point) {
	ink := rgb(look.Color)
	// Across a panel, or steep beside it, a leader would be one line more.
	if l.ends && l.at.X > at.X-4*gap && max(l.at.Y-at.Y, at.Y-l.at.Y) < 6*labelPitch {
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.5}, l.at.X+markRadius, l.at.Y, at.X-2, at.Y)
	}
	c.StrokeLine2(lineStyle(look), at.X, at.Y, at.X+swatch, at.Y)
	mark(c, look, vg.Point{X: at.X + swatch/2, Y: at.Y}, ink, l.hollow)
	at.X += swatch + 4
	writeMiddle(c, labelLetters, at, l.name)
	if l.value != "" {
		at.X += labelLetters.Width(l.name) + 5
		writeMiddle(c, valueLetters, at, l.value)
	}
}

// spread moves heights, given from the top down, to be at least a pitch apart and between top and bottom, each as near as can
// be to where it wants to be: without the bounds, the least sum of squared moves (isotonic regression by pooling adjacent
// violators; Barlow et al. 1972).
func spread(want []vg.Length, pitch, top, bottom vg.Length) []vg.Length {
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

package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/words"
)

// Frame is the two axes of a chart: all its panels stand over the same.
type Frame struct {
	X, Y Scale
	// Banded says that the intervals of lines are a band: X goes on, as percentiles do, and each line has places of its own
	// along it.
	Banded bool
	Alone  bool // there is one X: the series stand side by side
}

// Frame is what the axes have to span.
func (c *Chart) Frame() Frame {
	var xs, ys []float64
	for i := range c.Panels {
		p := &c.Panels[i]
		for _, s := range p.Series {
			sx, sy := c.span(s)
			xs, ys = append(xs, sx...), append(ys, sy...)
		}
		if p.Line != nil && len(ys) > 0 {
			ys = append(ys, p.Line.At)
		}
	}
	switch c.Kind {
	case Forest:
		xs = append(xs, 1)
		return Frame{X: c.X.scale(xs, false)}
	case Bars, Pairs:
		return Frame{X: c.X.scale(xs, false)}
	}
	return Frame{
		X: c.X.scale(xs, c.X.noughts() && slices.Contains(xs, 0)), Y: c.Y.scale(ys, false),
		Banded: c.banded(), Alone: len(xs) > 0 && slices.Min(xs) == slices.Max(xs),
	}
}

// far is how many times an interval may go beyond the points before it ends in an arrow: one that is very wide would press the
// others into a dot.
const far = 3

// span is the places of a series along both axes.
func (c *Chart) span(s Series) (xs, ys []float64) {
	if c.Kind == Bars {
		left, right := s.Reach()
		return []float64{left, right}, nil
	}
	for _, p := range s.Points {
		switch {
		case c.Kind != Lines:
			xs = append(xs, p.X)
			if !p.Void && c.Kind == Forest && p.X > 0 {
				xs = append(xs, max(p.Low, p.X/far), min(p.High, p.X*far))
			}
		case c.Shown(p) && p.Void:
			xs, ys = append(xs, p.X), append(ys, p.Y)
		case c.Shown(p):
			xs, ys = append(xs, p.X), append(ys, p.Y, p.Low, p.High)
		}
	}
	return xs, ys
}

// Reach is how far a bar goes to the left and to the right of 0: what takes away goes to the left.
func (s Series) Reach() (left, right float64) {
	for _, p := range s.Parts {
		if !math.IsNaN(p.Value) {
			left, right = left+min(p.Value, 0), right+max(p.Value, 0)
		}
	}
	return left, right
}

// Shown reports whether a point has a place in the chart: a log axis has none for what is not above 0.
func (c *Chart) Shown(p Point) bool {
	on := func(a Axis, v float64) bool {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
		return !a.Log || drawable(v) || v == 0 && a.noughts() && c.Kind == Lines
	}
	return on(c.X, p.X) && (c.Kind != Lines || on(c.Y, p.Y) && (!c.Y.Log || p.Y > 0))
}

// Empty reports whether nothing of the chart can be drawn.
func (c *Chart) Empty() bool {
	for _, p := range c.Panels {
		if !p.empty(c) {
			return false
		}
	}
	return true
}

func (p *Panel) empty(c *Chart) bool {
	for _, s := range p.Series {
		if !s.Empty(c) {
			return false
		}
	}
	return true
}

// Empty reports whether nothing of the series can be drawn.
func (s Series) Empty(c *Chart) bool {
	if c.Kind == Bars {
		left, right := s.Reach()
		return left == right
	}
	for _, p := range s.Points {
		if c.Shown(p) {
			return false
		}
	}
	return true
}

// Stretches is the points of a line between gaps: it passes over nothing that is void, not known, or has no place. Void points
// stand alone.
func (c *Chart) Stretches(s Series) (joined [][]Point, void []Point) {
	valid := map[float64]bool{}
	for _, p := range s.Points {
		if !p.Void && c.Shown(p) {
			valid[p.X] = true
		}
	}
	broken := true
	for _, p := range s.Points {
		switch shown := c.Shown(p); {
		case p.Void:
			if shown {
				void = append(void, p)
			}
			broken = broken || !valid[p.X]
		case !shown:
			broken = true
		default:
			if broken {
				joined = append(joined, nil)
				broken = false
			}
			end := &joined[len(joined)-1]
			*end = append(*end, p)
		}
	}
	return joined, void
}

// banded reports whether the lines share hardly any X: nobody chose these places for all of them.
func (c *Chart) banded() bool {
	if c.X.Unit == Nines {
		return true
	}
	for _, p := range c.Panels {
		longest, xs := 0, map[float64]bool{}
		for _, s := range p.Series {
			longest = max(longest, len(s.Points))
			for _, point := range s.Points {
				xs[point.X] = true
			}
		}
		if c.X.Unit == PerSecond && longest > 1 && 2*len(xs) > 3*longest {
			return true
		}
	}
	return false
}

// Bare reports whether a point of a line has no marker: a curve of percentiles has one at those that have a name.
func (c *Chart) Bare(p Point) bool {
	if c.X.Unit != Nines {
		return false
	}
	whole := math.Abs(p.X-math.Round(p.X)) < 1e-6 && p.X > 0.5
	return !whole && math.Abs(p.X-Percentile(50)) > 1e-6
}

// Against reports whether the interval of a point of a forest excludes 1. Such a point is filled.
func (p Point) Against() bool { return !p.Void && !p.Range && (p.Low > 1 || p.High < 1) }

// Known reports whether a point has an interval that is wider than itself.
func (p Point) Known() bool { return !math.IsNaN(p.Low) && !math.IsNaN(p.High) && p.Low < p.High }

// Hollow is what a point without a figure that counts is called: "void", or nothing where the note says what else hollow means.
func (c *Chart) Hollow() string {
	note := strings.ToLower(c.Note)
	if strings.Contains(note, "hollow") && !strings.Contains(note, "void") {
		return ""
	}
	return "void"
}

// Beyond reports whether hollow points are what lines come to beyond a limit: a thread leads there.
func (c *Chart) Beyond() bool { return c.Kind == Lines && c.banded() && c.Hollow() == "" }

// Remarks is what there is to know about this chart's marks beside its note.
func (c *Chart) Remarks() (all []string) {
	left, ranges, void, unknown, banded := 0, false, false, false, c.banded()
	for _, panel := range c.Panels {
		for _, s := range panel.Series {
			for _, part := range s.Parts {
				unknown = unknown || math.IsNaN(part.Value)
			}
			for _, p := range s.Points {
				if c.Kind != Bars && !c.Shown(p) && !math.IsNaN(p.X) && !math.IsNaN(p.Y) {
					left++
				}
				void = void || p.Void
				ranges = ranges || p.Range && p.Known() && !p.Void && !banded
			}
		}
	}
	note := strings.ToLower(c.Note)
	if ranges && !strings.Contains(note, "smallest") && !strings.Contains(note, "lowest") {
		all = append(all, "Bars without ends: smallest to largest repetition, too few for an interval.")
	}
	if void && !strings.Contains(note, "hollow") && c.Kind == Lines {
		all = append(all, "Hollow: void.")
	}
	if void && c.Kind == Forest {
		all = append(all, "Grey: void.")
	}
	if unknown {
		all = append(all, "≥: a part is not known.")
	}
	if left > 0 {
		have := map[bool]string{true: "has", false: "have"}[left == 1]
		all = append(all, fmt.Sprintf("%s at or below 0 %s no place on a log axis.", words.Plural(left, "point"), have))
	}
	return all
}

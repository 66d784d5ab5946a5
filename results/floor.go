package results

import (
	"fmt"
	"math"

	"github.com/aclements/go-moremath/stats"
)

// TwinsOf is the models that are controls, and of which they are the twin.
func TwinsOf(cells []Cell) map[string]string {
	twins := map[string]string{}
	for i := range cells {
		if r := cells[i].Rotation; r != nil && r.TwinOf != "" && r.TwinOf != cells[i].Model {
			twins[cells[i].Model] = r.TwinOf
		}
	}
	return twins
}

// floorOf is the share up to which a difference in t's figure is noise: the farthest from 1 within the interval of a control's ratio
// under the same load, at the same number of connections or, where there is none, at the nearest. It is 0 without a control. A control
// is held to the others only.
//
// Of one rotation alone the interval does not know how lucky its processes were, nor does one control. So there the floor is at least
// what all controls under the load foretell of another one, at any number of connections: with d the logarithms of their m ratios,
//
//	t[0.975, m] · √(Σd²/m)
func floorOf(all []trial, t *trial) (floor float64, control string) {
	nearest := math.Inf(1)
	var each []float64 // logarithms of ratios
	for i := range all {
		c := &all[i]
		if !c.Twin || c.Figure.Name != t.Figure.Name || c.Setting != t.Setting || !c.Ratio.Sure() || t.Twin && c.Conns == t.Conns {
			continue
		}
		each = append(each, math.Log(c.Ratio.Mid))
		far := math.Abs(math.Log(float64(c.Conns) / float64(t.Conns)))
		if far > nearest {
			continue
		}
		if far < nearest {
			nearest, floor = far, 0
		}
		if here := max(math.Abs(c.Ratio.High-1), math.Abs(c.Ratio.Low-1)); here >= floor {
			floor, control = here, fmt.Sprintf("%s at N = %s", c.Other, groupDigits(float64(c.Conns)))
		}
	}
	if t.rotations == 1 && len(each) > 1 {
		if luck := foretold(each); luck > floor {
			return luck, fmt.Sprintf("%d controls", len(each))
		}
	}
	return floor, control
}

// foretold is how far from 1, at most, in 19 of 20 times, another ratio like these is whose logarithms are given, their true middle being 0.
func foretold(logs []float64) float64 {
	squares := 0.0
	for _, d := range logs {
		squares += d * d
	}
	m := float64(len(logs))
	return math.Expm1(stats.InvCDF(stats.TDist{V: m})(1-significance/2) * math.Sqrt(squares/m))
}

// mostSwing is how wide the tail of a control may be, the high end over the low one, before it ranks nobody.
const mostSwing = 2

// drowning is where the machine's own pauses are the tail: by load, number of connections and figure.
type drowning map[drowned]string

type drowned struct {
	setting Setting
	conns   int
	figure  string
}

func (d drowning) at(s Setting, conns int, f Figure) string { return d[drowned{s, conns, f.Name}] }

// drownedBy finds where even floor, the control that does nothing but answer, and even a model against its own twin, cannot repeat a
// tail within mostSwing.
func drownedBy(groups []Group) drowning {
	d := drowning{}
	var cells []Cell
	for i := range groups {
		cells = append(cells, groups[i].Rotated...)
	}
	twins := TwinsOf(cells)
	for _, block := range blocksOf(groups) {
		for i := range block {
			g := &block[i]
			for _, f := range Figures {
				if !f.Tail || !f.comparable(g.Setting()) {
					continue
				}
				swing := 0.0
				of, twin := twins[g.Model]
				if twin || g.Model == "floor" {
					swing = g.swing(f)
				}
				if b := baseIn(block, g, of); twin && b != nil {
					swing = max(swing, twinSwing(b, g, f))
				}
				if swing > mostSwing {
					d[drowned{g.Setting(), g.Conns, f.Name}] = fmt.Sprintf("the machine's own pauses drown %s here: %s alone differs from itself by a factor of %s",
						f.Title, g.Model, digits(swing))
				}
			}
		}
	}
	return d
}

// swing is the high end of the figure over its low end: of the interval where there is one, over rounds where those know the figure, and
// else of the repetitions.
func (g *Group) swing(f Figure) float64 {
	over := f
	over.Tail = false // how far rounds swing is the question here
	i := g.Interval(over)
	if i.Sure() && i.Low > 0 {
		return i.High / i.Low
	}
	if s := g.Of(f.Metric); s.N > 1 && s.Min > 0 {
		return s.Max / s.Min
	}
	return 0
}

// twinSwing is that of the ratio of paired rounds: of repetitions apart it would be wide because they are few.
func twinSwing(base, twin *Group, f Figure) float64 {
	if t, ok := try(base, twin, f); ok && t.Paired && t.Ratio.Sure() {
		return t.Ratio.High / t.Ratio.Low
	}
	return 0
}

// share is a share in words, in as many digits as it takes: "0.7%", "12%".
func share(v float64) string {
	if a := math.Abs(100 * v); a < 9.95 {
		return fmt.Sprintf("%.1f%%", 100*v)
	}
	return fmt.Sprintf("%.0f%%", 100*v)
}

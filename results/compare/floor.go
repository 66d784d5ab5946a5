package compare

import (
	"fmt"
	"math"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// mostSwing is how wide the tail of a control may be, the high end over the low one, before it ranks nobody.
const mostSwing = 2

// drowning is where the machine's own pauses are the tail: by load, number of connections and figure.
type drowning map[drowned]swung

// swung is by what factor a control differs from itself there, and in words why nothing can be ranked.
type swung struct {
	factor float64 // 0: it does not, or there is no control
	why    string
}

type drowned struct {
	setting figure.Setting
	conns   int
	fig     string
}

func (d drowning) at(s figure.Setting, conns int, f figure.Figure) swung {
	return d[drowned{s, conns, f.Name}]
}

// drownedBy finds where even floor, the control that does nothing but answer, and even a model against its own twin, cannot
// repeat a tail within mostSwing. What a server's own stop did to its tail is no pause of the machine's (StopsOf).
func drownedBy(groups []figure.Group) drowning {
	d := drowning{}
	var cells []record.Cell
	for i := range groups {
		cells = append(cells, groups[i].Rotated...)
	}
	twins, own := figure.TwinsOf(cells), ownStops(groups)
	for _, block := range figure.Blocks(groups) {
		for i := range block {
			g := without(&block[i], own)
			for _, f := range figure.Figures {
				if !f.Tail || !f.Comparable(g.Setting()) {
					continue
				}
				swing := 0.0
				of, twin := twins[g.Model]
				if twin || g.Model == "floor" {
					swing = g.Swing(f)
				}
				if b := baseIn(block, g, of); twin && b != nil {
					swing = max(swing, twinSwing(without(b, own), g, f))
				}
				place := drowned{g.Setting(), g.Conns, f.Name}
				if swing > max(mostSwing, d[place].factor) {
					who := "the same server measured twice differs"
					if !twin {
						who = g.Model + ", which does nothing but answer, differs from itself"
					}
					d[place] = swung{swing, fmt.Sprintf("%s is too noisy to rank models here: %s by up to %sx", f.Title, who, words.Digits(swing))}
				}
			}
		}
	}
	return d
}

// twinSwing is how far apart the ratio of a model to itself comes out, by the rounds that scatter within rotations.
func twinSwing(base, twin *figure.Group, f figure.Figure) (swing float64) {
	for _, p := range (controls{}).pairsOf(base, twin, f) {
		if d, within, ok := p.mean(); ok {
			half := math.Abs(d) + 2*math.Sqrt(within)
			swing = max(swing, math.Exp(2*half))
		}
	}
	return swing
}

package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"math"

	"gonum.org/v1/plot"
)

// unit is what an axis counts in: how its ticks are spaced and how a value reads.
type unit struct {
	text   func(float64) string
	binary bool // ticks at powers of two, not at 1, 2 and 5
}

var (
	inBytes     = unit{words.Bytes, true}
	inTime      = unit{words.Nanoseconds, false}
	inPerSecond = unit{words.PerSecond, false}
)

// logAxis sets a to a logarithmic axis that holds lo to hi, both above 0, and at least one whole decade. Gonum's own
// LogTicks leaves a range within one decade without a label.
func logAxis(a *plot.Axis, lo, hi float64, u unit) {
	if u.binary {
		lo, hi = math.Exp2(math.Floor(math.Log2(lo))), math.Exp2(math.Ceil(math.Log2(hi)))
		for hi/lo < 16 {
			lo, hi = lo/2, hi*2
		}
	} else {
		if hi/lo < 10 {
			middle := math.Sqrt(lo * hi)
			lo, hi = middle/math.Sqrt(10), middle*math.Sqrt(10)
		}
		lo, hi = floor125(lo), ceil125(hi)
	}
	a.Scale = plot.LogScale{}
	a.Min, a.Max = lo, hi
	if u.binary {
		a.Tick.Marker = plot.ConstantTicks(binaryTicks(lo, hi, u))
	} else {
		a.Tick.Marker = plot.ConstantTicks(decimalTicks(lo, hi, u))
	}
}

// mostLabels is how many labels an axis bears before it is crowded.
const mostLabels = 8

// decimalTicks are 1, 2 and 5 in each decade from lo to hi, or where those would be too many the decades; the other whole
// multiples are minor.
func decimalTicks(lo, hi float64, u unit) []plot.Tick {
	first, last := int(math.Ceil(log10(lo))), int(math.Floor(log10(hi)))
	decades := last - first + 1
	step := 1
	for decades/step > mostLabels {
		step++
	}
	fine := 3*math.Log10(hi/lo)+1 <= mostLabels+0.5
	var ticks []plot.Tick
	for d := first - 1; d <= last; d++ {
		for m := 1.0; m <= 9; m++ {
			v := m * math.Pow10(d)
			if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			labelled := m == 1 && (d-first)%step == 0
			if fine {
				labelled = m == 1 || m == 2 || m == 5
			}
			switch {
			case labelled:
				ticks = append(ticks, plot.Tick{Value: v, Label: words.Short(u.text(v))})
			case step == 1:
				ticks = append(ticks, plot.Tick{Value: v})
			}
		}
	}
	return ticks
}

// binaryTicks are powers of two, so that bytes read as 4 KiB and not as 3.91; those between labels are minor.
func binaryTicks(lo, hi float64, u unit) []plot.Tick {
	first, last := int(math.Round(math.Log2(lo))), int(math.Round(math.Log2(hi)))
	step := 1
	for (last-first)/step+1 > mostLabels {
		step++
	}
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		t := plot.Tick{Value: math.Exp2(float64(e))}
		if (e-first)%step == 0 {
			t.Label = words.Short(u.text(t.Value))
		} else if step > 4 {
			continue
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// connsAxis sets a to a logarithmic axis of numbers of connections, labelled where they were measured. Labels that
// would touch are left out; the last one stays. margin is what is left free on either side and label what a label takes, both as
// shares of the range.
func connsAxis(a *plot.Axis, conns []float64, margin, label float64) {
	lo, hi := conns[0], conns[len(conns)-1]
	if hi/lo < 10 {
		middle := math.Sqrt(lo * hi)
		lo, hi = middle/math.Sqrt(10), middle*math.Sqrt(10)
	}
	free := math.Pow(hi/lo, margin)
	a.Scale = plot.LogScale{}
	a.Min, a.Max = lo/free, hi*free

	room := math.Pow(a.Max/a.Min, label)
	var ticks []plot.Tick
	last := math.Inf(1)
	for i := len(conns) - 1; i >= 0; i-- {
		t := plot.Tick{Value: conns[i]}
		if last/conns[i] >= room {
			t.Label = words.Count(conns[i])
			last = conns[i]
		}
		ticks = append(ticks, t)
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// ninesAxis sets a to an axis of percentiles from 0 up to so many nines.
func ninesAxis(a *plot.Axis, upTo float64) {
	a.Min, a.Max = 0, upTo
	var ticks []plot.Tick
	for _, t := range []struct {
		p     float64
		label string
	}{{0, ""}, {50, "50"}, {90, "90"}, {99, "99"}, {99.9, "99.9"}, {99.99, "99.99"}, {99.999, "99.999"}} {
		if figure.Nines(t.p) <= upTo+1e-9 {
			ticks = append(ticks, plot.Tick{Value: figure.Nines(t.p), Label: t.label})
		}
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

func floor125(v float64) float64 {
	decade := math.Pow10(int(math.Floor(log10(v))))
	for _, m := range []float64{5, 2} {
		if v >= m*decade*(1-1e-9) {
			return m * decade
		}
	}
	return decade
}

func ceil125(v float64) float64 {
	decade := math.Pow10(int(math.Floor(log10(v))))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*decade*(1+1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// log10 is rounded where it is all but whole: math.Log10(1000) is 2.9999999999999996.
func log10(v float64) float64 {
	l := math.Log10(v)
	if r := math.Round(l); math.Abs(l-r) < 1e-9 {
		return r
	}
	return l
}

package chart

import (
	"math"
	"slices"

	"cbench/results/words"
)

// Tick is a labelled place of an axis.
type Tick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// Scale is what an axis spans, and its ticks.
type Scale struct {
	Lo, Hi float64
	Log    bool
	// Ladder is choices of ticks from few to many: a drawing takes the last whose labels have room.
	Ladder [][]Tick
	// Measured says that ticks stand where something was measured: all of them count, and those whose labels have no room go
	// unlabelled.
	Measured bool
	nought   float64 // where 0 stands on a log axis; 0: nowhere
}

// Place is the value at whose place v stands: v itself, but a 0 may have a place on a log axis.
func (s Scale) Place(v float64) float64 {
	if v == 0 && s.nought > 0 {
		return s.nought
	}
	return v
}

// At is where v stands, as a share of the axis. It stands nowhere if it is not known, or not above 0 on a log axis.
func (s Scale) At(v float64) (share float64, stands bool) {
	v = s.Place(v)
	if math.IsNaN(v) || math.IsInf(v, 0) || s.Log && !drawable(v) {
		return math.NaN(), false
	}
	if s.Log {
		return math.Log(v/s.Lo) / math.Log(s.Hi/s.Lo), true
	}
	return (v - s.Lo) / (s.Hi - s.Lo), true
}

// Clamped is At, but what is beyond an end of the axis stands there.
func (s Scale) Clamped(v float64) float64 {
	if at, stands := s.At(v); stands {
		return min(max(at, 0), 1)
	}
	if v > 0 { // infinite
		return 1
	}
	return 0
}

// Pick is the most ticks of the ladder of which any two neighbours have room. Where all count, those without room lose their
// label; the last one keeps it.
func (s Scale) Pick(room func(a, b Tick) bool) (ticks []Tick) {
	if s.Measured {
		ticks = slices.Clone(s.Ladder[0])
		last := len(ticks) - 1
		for i := last - 1; i >= 0; i-- {
			if room(ticks[i], ticks[last]) {
				last = i
			} else {
				ticks[i].Text = ""
			}
		}
		return ticks
	}
	for _, rung := range s.Ladder {
		for i := range rung[1:] {
			if !room(rung[i], rung[i+1]) {
				return ticks
			}
		}
		ticks = rung
	}
	return ticks
}

// drawable values have a place on a log axis. The bounds are far outside what any unit here can mean.
func drawable(v float64) bool { return v >= 1e-12 && v <= 1e18 }

// Text is v as ticks write it, short; On says what numbers of it are called.
func (u Unit) Text(v float64) string {
	switch u {
	case Bytes:
		return words.Short(words.Bytes(v))
	case NS:
		return words.Short(words.Nanoseconds(v))
	case Ratio:
		return words.Short(words.Digits(v))
	case Share:
		return words.Signed(v)
	case Nines:
		return "p" + words.Number(math.Round(1e7*(1-math.Pow(10, -v)))/1e5)
	}
	return words.Count(v)
}

// Percentile is where a percentile stands along Nines: -log10(1 - p/100), so that a tail of one in a thousand takes as much
// room as one in ten does.
func Percentile(p float64) float64 { return -math.Log10(1 - p/100) }

// least is the smallest factor that a log axis spans: what differs by less is to look alike.
func (u Unit) least() float64 {
	switch u {
	case Bytes:
		return 8
	case Ratio:
		return 1.25
	}
	return 5
}

// noughts reports whether the axis, along X, has a place for 0: a share or rate of none is the one that others are set beside.
func (a Axis) noughts() bool { return a.Log && (a.Unit == Share || a.Unit == PerSecond) }

// scale is an axis that holds the values that can stand on it.
func (a Axis) scale(values []float64, nought bool) Scale {
	s := Scale{Log: a.Log, Measured: a.Unit == Conns || a.Unit == Share && a.Log}
	stands := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { _, stands := s.At(v); return !stands })
	slices.Sort(stands)
	if len(stands) == 0 {
		s.Lo, s.Hi = map[bool]float64{true: 1}[a.Log], 10
	} else {
		s.Lo, s.Hi = stands[0], stands[len(stands)-1]
	}
	if nought {
		s.nought = s.Lo / 3 // to the left of the least there is
		s.Lo = s.nought
	}
	a.widen(&s)
	if s.Measured {
		s.Ladder = [][]Tick{a.ticks(slices.Compact(stands))}
	} else {
		s.Ladder = a.ladder(s.Lo, s.Hi)
	}
	if nought {
		for i, rung := range s.Ladder {
			rung = slices.DeleteFunc(rung, func(t Tick) bool { return t.At < 2*s.nought })
			s.Ladder[i] = slices.Insert(rung, 0, Tick{s.nought, a.Unit.Text(0)})
		}
	}
	return s
}

// widen gives an axis round ends, or a little room at both.
func (a Axis) widen(s *Scale) {
	if !a.Log {
		s.Lo = min(s.Lo, 0)
		if a.Unit == Nines {
			s.Hi = max(s.Hi, Percentile(90))
		}
		if s.Hi <= s.Lo {
			s.Hi = s.Lo + 1
		}
		return
	}
	if least := a.Unit.least(); s.Hi/s.Lo < least {
		middle := math.Sqrt(s.Lo) * math.Sqrt(s.Hi)
		s.Lo, s.Hi = middle/math.Sqrt(least), middle*math.Sqrt(least)
	}
	switch {
	case s.Measured:
		free := math.Pow(s.Hi/s.Lo, 0.06)
		s.Lo, s.Hi = s.Lo/free, s.Hi*free
	case a.Unit == Ratio:
		free := math.Pow(s.Hi/s.Lo, 0.04)
		s.Lo, s.Hi = s.Lo/free, s.Hi*free
	case a.Unit == Bytes:
		s.Lo, s.Hi = math.Exp2(math.Floor(math.Log2(s.Lo)+1e-9)), math.Exp2(math.Ceil(math.Log2(s.Hi)-1e-9))
	default:
		s.Lo, s.Hi = roundDown(s.Lo), roundUp(s.Hi)
	}
}

// ticks is a tick for each value.
func (a Axis) ticks(values []float64) (ticks []Tick) {
	for _, v := range values {
		ticks = append(ticks, Tick{v, a.Unit.Text(v)})
	}
	return ticks
}

// ladder is ticks at round values, from few to many.
func (a Axis) ladder(lo, hi float64) (all [][]Tick) {
	add := func(values []float64) {
		var ticks []Tick
		for _, v := range values {
			if v >= lo-1e-9*math.Abs(lo) && v <= hi+1e-9*math.Abs(hi) {
				ticks = append(ticks, Tick{v, a.Unit.Text(v)})
			}
		}
		ticks = slices.CompactFunc(ticks, func(a, b Tick) bool { return a.Text == b.Text })
		if len(ticks) > 0 && (len(all) == 0 || len(ticks) > len(all[len(all)-1])) {
			all = append(all, ticks)
		}
	}
	switch {
	case a.Unit == Nines:
		add([]float64{Percentile(50), Percentile(90), Percentile(99), Percentile(99.9), Percentile(99.99), Percentile(99.999)})
		return all
	case a.Log && a.Unit == Bytes:
		for _, step := range []int{10, 5, 4, 3, 2, 1} {
			add(multiples(2, []float64{1}, step, lo, hi))
		}
	case a.Log:
		for _, step := range []int{6, 3, 2} {
			add(multiples(10, []float64{1}, step, lo, hi))
		}
		fine := []float64{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9}
		for _, of := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}, fine} {
			add(multiples(10, of, 1, lo, hi))
		}
	}
	if !a.Log || hi/lo < 10 { // less than a decade has hardly a round power in it
		for _, parts := range []float64{2, 4, 6, 10, 20} {
			add(evenly(lo, hi, (hi-lo)/parts, a.Unit == Bytes))
		}
	}
	return all
}

// multiples is of times whole powers of base, every step-th of them.
func multiples(base float64, of []float64, step int, lo, hi float64) (values []float64) {
	first := int(math.Floor(math.Log(lo)/math.Log(base)/float64(step))) * step
	for e := first; math.Pow(base, float64(e)) <= hi*(1+1e-9); e += step {
		for _, m := range of {
			values = append(values, m*math.Pow(base, float64(e)))
		}
	}
	return values
}

// evenly is round values from lo to hi, at least so far apart.
func evenly(lo, hi, least float64, binary bool) (values []float64) {
	step := roundUp(least)
	if binary {
		step = math.Exp2(math.Ceil(math.Log2(least)))
	}
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi*(1+1e-9) && len(values) < 100; k++ {
		values = append(values, k*step+0) // -0 becomes 0
	}
	return values
}

// roundDown and roundUp are the nearest of 1, 2 and 5 times a power of ten.
func roundDown(v float64) float64 {
	decade := math.Pow10(int(math.Floor(log10(v))))
	for _, m := range []float64{5, 2} {
		if v >= m*decade*(1-1e-9) {
			return m * decade
		}
	}
	return decade
}

func roundUp(v float64) float64 {
	if down := roundDown(v); v <= down*(1+1e-9) {
		return down
	}
	decade := math.Pow10(int(math.Floor(log10(v))))
	for _, m := range []float64{2, 5} {
		if v <= m*decade {
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

package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

var nan = math.NaN()

// Any two of 28 models, ours and others, differ in two of colour, marker and dash; and any two of 180 in one of them.
func TestLooksAreApart(t *testing.T) {
	for _, tc := range []struct{ others, ways int }{{1, 2}, {20, 2}, {172, 1}} {
		names := []string{"goroutine", "pool", "reactor", "callback", "coroutine", "actor", "thread", "floor"}
		for i := range tc.others {
			names = append(names, fmt.Sprintf("server-%d", i))
		}
		given := Looks(names)
		for i, a := range names {
			for _, b := range names[:i] {
				ways := 0
				for _, differ := range []bool{given[a].Color != given[b].Color,
					!slices.Equal(given[a].Corners, given[b].Corners), !slices.Equal(given[a].Dash, given[b].Dash)} {
					if differ {
						ways++
					}
				}
				if ways < tc.ways {
					t.Errorf("of %d, %s and %s differ in %d ways: %v, %v", len(names), a, b, ways, given[a], given[b])
				}
			}
		}
	}
}

func TestLooksStay(t *testing.T) {
	given := Looks([]string{"reactor", "mine", "other", "pool"})
	if given["reactor"].Color != "#D55E00" || given["pool"].Color != "#E69F00" {
		t.Error("a known model changed its colour")
	}
	if alone := Looks([]string{"mine"}); alone["mine"].Color != given["mine"].Color {
		t.Error("an unknown model changed its look with what runs beside it")
	}
	if dash := given["pool"].Of(Series{Dashed: true}).Dash; dash == nil {
		t.Error("a variant is not dashed")
	}
}

func TestColoursAreSeen(t *testing.T) {
	names := strings.Fields("goroutine pool reactor callback coroutine actor thread floor a b c d e f")
	for name, l := range Looks(names) {
		if got := contrast(l.Dark, DarkPaper); got < 4 {
			t.Errorf("%s is %s on a dark page: contrast %.1f", name, l.Dark, got)
		}
		if got := contrast(l.Color, Grey.Paper); got < 2 {
			t.Errorf("%s is %s on white: contrast %.1f", name, l.Color, got)
		}
	}
	if got := contrast("#FFFFFF", "#000000"); got < 20.9 || got > 21.1 {
		t.Errorf("white on black has contrast %.2f", got)
	}
	for i, fill := range Fills[1:] {
		if contrast(fill, Fills[i]) < 1.15 {
			t.Errorf("parts %d and %d are alike in grey", i, i+1)
		}
	}
}

// Marks of an axis are in order, on it, and none is written like another.
func checkLadder(t *testing.T, what string, s Scale) {
	t.Helper()
	if !(s.Hi > s.Lo) || math.IsInf(s.Hi, 0) || s.Log && s.Lo <= 0 {
		t.Fatalf("%s: from %v to %v", what, s.Lo, s.Hi)
	}
	if len(s.Ladder) == 0 {
		t.Fatalf("%s: no ticks from %v to %v", what, s.Lo, s.Hi)
	}
	for _, rung := range s.Ladder {
		for i, tick := range rung {
			at, stands := s.At(tick.At)
			odd := tick.Text == "" || strings.Contains(tick.Text, "NaN") || strings.HasPrefix(tick.Text, "-0 ")
			if odd || !stands || at < -1e-6 || at > 1+1e-6 {
				t.Fatalf("%s: from %v to %v there is a tick at %v, %q, which is %v", what, s.Lo, s.Hi, tick.At, tick.Text, at)
			}
			if i > 0 && (tick.At <= rung[i-1].At || !s.Measured && tick.Text == rung[i-1].Text) {
				t.Fatalf("%s: after %v comes %v", what, rung[i-1], tick)
			}
		}
	}
}

var units = []Unit{Conns, Bytes, NS, PerSecond, Ratio, Share, Nines, Count}

func FuzzScale(f *testing.F) {
	for i := range units {
		f.Add(uint8(i), true, 100.0, 19936.0, 0.0)
		f.Add(uint8(i), false, -80.0, 1e9, 0.0)
		f.Add(uint8(i), true, 0.97, 1.03, -1.0)
		f.Add(uint8(i), true, 1e-300, 1e300, math.Inf(1))
		f.Add(uint8(i), true, nan, 0.0, math.Copysign(0, -1))
		f.Add(uint8(i), false, 5.0, 5.0, 5.0)
	}
	f.Fuzz(func(t *testing.T, unit uint8, log bool, a, b, c float64) {
		axis := Axis{Unit: units[int(unit)%len(units)], Log: log}
		if !log {
			a, b, c = math.Mod(a, 1e18), math.Mod(b, 1e18), math.Mod(c, 1e18) // no unit here means more
		}
		if axis.Unit == Nines {
			axis.Log = false
			a, b, c = math.Abs(math.Mod(a, 9))+1, math.Abs(math.Mod(b, 9)), math.Abs(math.Mod(c, 9))
		}
		s := axis.scale([]float64{a, b, c}, axis.noughts() && (a == 0 || b == 0 || c == 0))
		if s.Measured && len(s.Ladder[0]) == 0 {
			return // nothing was measured
		}
		checkLadder(t, fmt.Sprintf("%s, log %v, of %v, %v, %v", axis.Unit, log, a, b, c), s)
		for _, v := range []float64{a, b, c} {
			if at := s.Clamped(v); !(at >= 0 && at <= 1) {
				t.Fatalf("%v stands at %v", v, at)
			}
		}
	})
}

func TestLogAxisHasRoundTicks(t *testing.T) {
	for _, tc := range []struct {
		axis   Axis
		values []float64
		most   int
		want   string
	}{
		{Axis{Unit: Bytes, Log: true}, []float64{39, 31_000}, 5, "64 B 256 B 1 KiB 4 KiB 16 KiB"},
		{Axis{Unit: NS, Log: true}, []float64{6000, 22_000}, 5, "5 µs 10 µs 20 µs 50 µs"},
		{Axis{Unit: Ratio, Log: true}, []float64{0.97, 1.03}, 5, "0.9 0.95 1 1.05 1.1"},
		{Axis{Unit: Nines}, []float64{0, 4}, 9, "p50 p90 p99 p99.9 p99.99"},
		{Axis{Unit: Bytes}, []float64{0, 4000}, 5, "0 B 1 KiB 2 KiB 3 KiB"},
		{Axis{Unit: Conns, Log: true}, []float64{100, 1000, 19936}, 9, "100 1k 19.9k"},
		{Axis{Unit: Share, Log: true}, []float64{0, 0.01, 0.1}, 9, "0% 1% 10%"},
	} {
		s := tc.axis.scale(tc.values, tc.axis.noughts() && tc.values[0] == 0)
		checkLadder(t, string(tc.axis.Unit), s)
		var words []string
		for _, tick := range s.Pick(func(a, b Tick) bool {
			at, _ := s.At(a.At)
			next, _ := s.At(b.At)
			return next-at >= 1/float64(tc.most+2)
		}) {
			words = append(words, tick.Text)
		}
		if got := strings.Join(words, " "); got != tc.want {
			t.Errorf("%s of %v: %s, want %s", tc.axis.Unit, tc.values, got, tc.want)
		}
	}
}

// A line passes over nothing that is void, not known, or has no place on a log axis.
func TestLinesBreak(t *testing.T) {
	c := Chart{Kind: Lines, X: Axis{Unit: Conns, Log: true}, Y: Axis{Unit: NS, Log: true}}
	at := func(x, y float64) Point { return Point{X: x, Y: y, Low: nan, High: nan} }
	void := func(x, y float64) Point { return Point{X: x, Y: y, Low: nan, High: nan, Void: true} }
	for name, tc := range map[string]struct {
		points []Point
		want   string
	}{
		"whole":          {[]Point{at(1, 1), at(2, 2), at(3, 3)}, "3 / 0"},
		"void":           {[]Point{at(1, 1), void(2, 2), at(3, 3)}, "1 1 / 1"},
		"void and valid": {[]Point{at(1, 1), at(2, 2), void(2, 9), at(3, 3)}, "3 / 1"},
		"at 0":           {[]Point{at(1, 1), at(2, 0), at(3, 3)}, "1 1 / 0"},
		"below 0":        {[]Point{at(1, 1), at(2, -2)}, "1 / 0"},
		"not known":      {[]Point{at(1, nan), at(2, 2)}, "1 / 0"},
		"endless":        {[]Point{at(1, math.Inf(1)), at(2, 2)}, "1 / 0"},
		"none":           {nil, " / 0"},
	} {
		joined, alone := c.Stretches(Series{Points: tc.points})
		var lengths []string
		for _, points := range joined {
			lengths = append(lengths, fmt.Sprint(len(points)))
		}
		if got := strings.Join(lengths, " ") + " / " + fmt.Sprint(len(alone)); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	c.Panels = []Panel{{Series: []Series{{Points: []Point{at(1, 0), at(2, -1), at(3, 3), at(4, nan)}}}}}
	if got := strings.Join(c.Remarks(), " "); got != "2 points at or below 0 have no place on a log axis." {
		t.Errorf("the chart remarks %q", got)
	}
}

// An interval that is very wide does not press the others into a dot, and no interval does away with the line at 1.
func TestForestAxis(t *testing.T) {
	row := func(x, low, high float64) Series { return Series{Points: []Point{{X: x, Low: low, High: high}}} }
	rows := []Series{row(1.5, 1.4, 1.6), row(2, 0.001, 4000), row(1.7, nan, nan)}
	c := Chart{Kind: Forest, X: Axis{Unit: Ratio, Log: true}, Panels: []Panel{{Series: rows}}}
	x := c.Frame().X
	if one, stands := x.At(1); !stands || one < 0 || one > 1 {
		t.Errorf("1 stands at %v", one)
	}
	if x.Lo < 0.5 || x.Hi > 8 {
		t.Errorf("the axis is from %v to %v", x.Lo, x.Hi)
	}
	for _, tc := range []struct {
		p    Point
		want bool
	}{
		{Point{X: 2, Low: 1.1, High: 3}, true},
		{Point{X: 0.5, Low: 0.4, High: 0.9}, true},
		{Point{X: 2, Low: 0.9, High: 3}, false},
		{Point{X: 2, Low: nan, High: nan}, false},
		{Point{X: 2, Low: 1.1, High: 3, Range: true}, false},
		{Point{X: 2, Low: 1.1, High: 3, Void: true}, false},
	} {
		if tc.p.Against() != tc.want {
			t.Errorf("%+v: against 1 is %v", tc.p, !tc.want)
		}
	}
}

// A thread leads to hollow points where they are loads beyond the limit, not where they are void.
func TestBeyond(t *testing.T) {
	c := Chart{Kind: Lines, X: Axis{Unit: PerSecond, Log: true}, Y: Axis{Unit: NS, Log: true}, Panels: []Panel{{}}}
	for i := range 4 {
		s := Series{}
		for k := range 5 {
			s.Points = append(s.Points, Point{X: 100*float64(k+1) + float64(i), Y: 5, Low: nan, High: nan, Void: k == 4})
		}
		c.Panels[0].Series = append(c.Panels[0].Series, s)
	}
	for note, want := range map[string]string{
		"Hollow: the limits were not kept.": "true  ", "Hollow: void.": "false void ", "": "false void Hollow: void.",
	} {
		c.Note = note
		if got := fmt.Sprint(c.Beyond(), " ", c.Hollow(), " ", strings.Join(c.Remarks(), " ")); got != want {
			t.Errorf("%q: %q, want %q", note, got, want)
		}
	}
	for i := range c.Panels[0].Series {
		for k := range c.Panels[0].Series[i].Points {
			c.Panels[0].Series[i].Points[k].X = float64(k + 1)
		}
	}
	if c.Note = "Hollow: the limits were not kept."; c.Beyond() {
		t.Error("rates that were chosen for all are taken for ones that each model has for itself")
	}
}

package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/words"
)

// leastDrawn is where a slope of nothing stands: a logarithm has no 0.
const leastDrawn = 16

// bells is a line a pair, from ours to the original, on one logarithmic axis.
type bells struct {
	Title, Note string
	Rows        []bell
	Ticks       []bellTick
}

// bell is one pair; places are per cent of the axis.
type bell struct {
	Ours, Original string
	From, To       float64
	Words          string // both figures
	Ratio          string
	Alone          bool // ours is not known
}

type bellTick struct {
	At   float64
	Text string
}

func bellsOf(t *compare.Beside) (all []bells) {
	for at, c := range t.Columns {
		if !c.Drawn() {
			continue
		}
		pairs := slices.DeleteFunc(slices.Clone(t.Pairs), func(p compare.Pair) bool { return p.Figures[at].Original.N == 0 })
		if len(pairs) == 0 {
			continue
		}
		slices.SortStableFunc(pairs, func(a, b compare.Pair) int {
			return -cmp.Compare(a.Figures[at].Original.Mid, b.Figures[at].Original.Mid)
		})
		all = append(all, bellsIn(pairs, at, c))
	}
	return all
}

func bellsIn(pairs []compare.Pair, at int, c compare.BesideColumn) bells {
	axis := bellAxis{low: math.Inf(1), high: leastDrawn, binary: c.Key == "user"}
	for _, p := range pairs {
		for _, s := range []compare.Side{p.Figures[at].Ours, p.Figures[at].Original} {
			axis.hold(s)
		}
	}
	b := bells{Title: words.Capital(c.Title), Note: loadName(c.Setting), Ticks: axis.ticks(c.Words)}
	if c.Conns > 0 {
		b.Note += ", " + atN(c.Conns)
	}
	b.Note += ". Filled: ours; hollow: the original."
	for _, p := range pairs {
		f := p.Figures[at]
		row := bell{Ours: p.Ours, Original: p.Original, To: axis.place(f.Original.Mid), Alone: f.Ours.N == 0}
		row.From = row.To
		row.Words = c.InWords(f.Ours) + " → " + c.InWords(f.Original)
		if !row.Alone {
			row.From = axis.place(f.Ours.Mid)
		}
		if c.Key == "cpu" && f.Ratio != nil {
			d := ratioDatum(f.Ratio)
			row.Ratio = strings.TrimSpace(d.Text + " " + parenthesised(d.Detail))
		}
		b.Rows = append(b.Rows, row)
	}
	return b
}

func parenthesised(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// bellAxis is a logarithmic axis, in 3 to 97 per cent of its width so that markers are whole.
type bellAxis struct {
	low, high float64
	binary    bool
}

func (a *bellAxis) hold(s compare.Side) {
	if s.N > 0 {
		v := max(leastDrawn, s.Mid)
		a.low, a.high = min(a.low, v), max(a.high, v)
	}
}

func (a *bellAxis) place(v float64) float64 {
	span := math.Log(max(a.high/a.low, 2))
	return 3 + 94*math.Log(max(leastDrawn, v)/a.low)/span
}

// ticks are powers of ten, or of four where it counts bytes, as many as there is room for.
func (a *bellAxis) ticks(inWords func(float64) string) (all []bellTick) {
	const most = 4
	if !a.binary && a.high/a.low < 20 { // hardly a decade
		for decade := math.Pow10(int(math.Floor(math.Log10(a.low)))); decade <= a.high; decade *= 10 {
			for _, m := range []float64{1, 2, 5} {
				if v := m * decade; v >= a.low && v <= max(a.high, 2*a.low) {
					all = append(all, bellTick{a.place(v), round(inWords(v))})
				}
			}
		}
		return all
	}
	base := 10.0
	if a.binary {
		base = 4
	}
	step := base
	for math.Log(max(a.high/a.low, 2))/math.Log(step) > most {
		step *= base
	}
	for v := math.Pow(step, math.Ceil(math.Log(a.low)/math.Log(step)-1e-9)); v <= max(a.high, 2*a.low)*1.001; v *= step {
		all = append(all, bellTick{a.place(v), round(inWords(v))})
	}
	return all
}

// round is a figure without the zeros that say nothing.
func round(fig string) string {
	return strings.Replace(strings.Replace(fig, ".00", "", 1), ".0", "", 1)
}

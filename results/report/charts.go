package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// data is what the page's script draws.
type data struct {
	Models []modelLook `json:"models"`
	Charts []*lines    `json:"charts"`
}

// chart is one drawing with an axis of each kind.
type oldChart struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Note     string    `json:"-"`
	Unit     string    `json:"unit"`            // "bytes", "ns", "rate"
	X        string    `json:"x"`               // "conns", "nines" (of percentiles), "rate"
	Limit    float64   `json:"limit,omitempty"` // a dashed line across; 0: none
	Variants []variant `json:"variants"`

	Families bool `json:"families,omitempty"` // a variant a family: on the same axes, each with a legend of its own
}

// variant is one of several drawings in the same place.
type variant struct {
	Label  string   `json:"label"`
	Series []series `json:"series"`
}

// series is one model's figures along x.
type series struct {
	Model string  `json:"model"` // its look
	Name  string  `json:"name"`
	X     []num   `json:"xs"`
	Y     []num   `json:"ys"` // not a number: a gap
	Low   []num   `json:"low,omitempty"`
	High  []num   `json:"high,omitempty"`
	Void  [][]num `json:"void,omitempty"` // [x, y] of what does not count: drawn hollow
}

// charted is an old chart as data.
func (c oldChart) charted() chart.Chart {
	out := chart.Chart{ID: strings.TrimPrefix(c.ID, "chart-"), Title: c.Title, Note: c.Note, Kind: chart.Lines, X: chart.Axis{Unit: chart.Conns, Log: true},
		Y: chart.Axis{Unit: chart.NS, Log: true}}
	inWords := words.Nanoseconds
	switch c.X {
	case "nines":
		out.X = chart.Axis{Unit: chart.Nines}
	case "rate":
		out.X.Unit = chart.PerSecond
	}
	switch c.Unit {
	case "bytes":
		out.Y.Unit, inWords = chart.Bytes, words.Bytes
	case "rate":
		out.Y.Unit, inWords = chart.PerSecond, words.PerSecond
	}
	for _, v := range c.Variants {
		p := chart.Panel{Title: v.Label}
		if c.Limit > 0 {
			p.Line = &chart.Rule{At: c.Limit}
		}
		for _, s := range v.Series {
			drawn := chart.Series{Model: s.Model, Name: s.Name}
			for i, x := range s.X {
				pt := chart.Point{X: float64(x), Y: float64(s.Y[i]), Low: math.NaN(), High: math.NaN(), Text: inWords(float64(s.Y[i]))}
				if s.Low != nil {
					pt.Low, pt.High = float64(s.Low[i]), float64(s.High[i])
				}
				drawn.Points = append(drawn.Points, pt)
			}
			for _, v := range s.Void {
				drawn.Points = append(drawn.Points, chart.Point{X: float64(v[0]), Y: float64(v[1]), Low: math.NaN(), High: math.NaN(), Void: true,
					Text: inWords(float64(v[1]))})
			}
			p.Series = append(p.Series, drawn)
		}
		out.Panels = append(out.Panels, p)
	}
	return out
}

// figures are those drawn and tabled.
var figures = struct {
	throughput, p50, p99, p999, cpu, user, kernel, anon figure.Figure
}{
	throughput: named("throughput_per_s"),
	p50:        named("p50_ns"),
	p99:        named("p99_ns"),
	p999:       named("p999_ns"),
	cpu:        named("cpu_ns_per_message"),
	user:       named("user_per_conn_bytes"),
	kernel:     named("kernel_per_conn_bytes"),
	anon:       figure.Figure{Name: "anon_bytes", Title: "whole server", Metric: figure.Anon, Less: true, Words: words.Bytes},
}

func named(name string) figure.Figure {
	f, ok := figure.FigureNamed(name)
	if !ok {
		panic("report: no figure " + name)
	}
	return f
}

// builder makes charts and tables of the facts.
type builder struct {
	facts
	made int // charts, to name them by
}

// of is a figure of a group with its 95% interval, or where there were too few repetitions for one, and sure is false, from the smallest to
// the largest.
func of(g *figure.Group, f figure.Figure) (i stats.Interval, sure bool) {
	i = g.Interval(f)
	if i.N == 0 || i.Sure() {
		return i, i.N > 0
	}
	over := g.Of(f.Metric)
	if over.N < 2 { // rounds of one repetition, too few for an interval: how far others would be from it is not known
		return stats.Interval{Low: i.Mid, Mid: i.Mid, High: i.Mid, N: 1}, false
	}
	return stats.Interval{Low: over.Min, Mid: i.Mid, High: over.Max, N: over.N}, false
}

// chart is a drawing with an identity of its own; none where no variant has anything to show.
func (b *builder) chart(title, note, unit, x string, variants ...variant) []oldChart {
	variants = slices.DeleteFunc(variants, func(v variant) bool { return len(v.Series) == 0 })
	if len(variants) == 0 {
		return nil
	}
	b.made++
	return []oldChart{{ID: fmt.Sprintf("chart-%d", b.made), Title: title, Note: note, Unit: unit, X: x, Variants: variants}}
}

// overConns is a figure of every model of a load along N.
func (b *builder) overConns(load figure.Setting, label string, f figure.Figure) variant {
	v := variant{Label: label}
	for _, row := range b.rows(load) {
		s := series{Model: row[0].Model, Name: figure.NameOf(b.groups, row[0])}
		known := false
		for _, g := range row {
			x := num(g.Conns)
			i, _ := of(g, f)
			if i.N == 0 || !drawable(i.Mid) {
				i = stats.Interval{Low: math.NaN(), Mid: math.NaN(), High: math.NaN()}
			} else {
				known = true
			}
			s.X, s.Y = append(s.X, x), append(s.Y, num(i.Mid))
			s.Low, s.High = append(s.Low, num(i.Low)), append(s.High, num(i.High))
			for j := range g.Void {
				if y, ok := f.Metric(&g.Void[j]); ok && drawable(y) {
					s.Void, known = append(s.Void, []num{x, num(y)}), true
				}
			}
		}
		if known {
			v.Series = append(v.Series, s)
		}
	}
	return v
}

// drawable values have a place on a log axis.
func drawable(v float64) bool { return v >= 1e-3 && v <= 1e18 }

// rows is the groups of a load by model and threads, each along N, without those that are not drawn.
func (b *builder) rows(load figure.Setting) (rows [][]*figure.Group) {
	for i := range b.groups {
		g := &b.groups[i]
		if g.Setting() != load || b.twinOf[g.Model] != "" {
			continue
		}
		at := slices.IndexFunc(rows, func(r []*figure.Group) bool {
			return r[0].Model == g.Model && r[0].Params.Procs == g.Params.Procs
		})
		if at < 0 {
			rows = append(rows, []*figure.Group{g})
		} else {
			rows[at] = append(rows[at], g)
		}
	}
	return rows
}

// percentiles is the whole distribution of latency, a variant for every N.
func (b *builder) percentiles(load figure.Setting) []variant {
	return b.atEachN(load, b.percentileLine)
}

// atEachN is a variant for every N, of every model's lines there.
func (b *builder) atEachN(load figure.Setting, lines func(*figure.Group) []series) []variant {
	var all []variant
	for _, n := range b.connsOf(load) {
		v := variant{Label: atN(n)}
		for _, row := range b.rows(load) {
			for _, g := range row {
				if g.Conns == n {
					v.Series = append(v.Series, lines(g)...)
				}
			}
		}
		all = append(all, v)
	}
	return all
}

func (b *builder) percentileLine(g *figure.Group) []series {
	line, _ := figure.LatencyCurve(g)
	if len(line) == 0 {
		return nil
	}
	s := series{Model: g.Model, Name: figure.NameOf(b.groups, g)}
	for _, p := range line {
		s.X, s.Y = append(s.X, num(p.Nines)), append(s.Y, num(p.Mid))
		s.Low, s.High = append(s.Low, num(p.Low)), append(s.High, num(p.High))
	}
	return []series{s}
}

func (b *builder) connsOf(load figure.Setting) []int {
	var all []int
	for i := range b.groups {
		if b.groups[i].Setting() == load {
			all = append(all, b.groups[i].Conns)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// knees is a percentile over the offered load, or over the connections tried, of every model whose limit was searched for: a variant for every N.
func (b *builder) knees(load figure.Setting, percentile func(record.Window) int64) []variant {
	return b.atEachN(load, func(g *figure.Group) []series { return b.kneeLine(g, percentile) })
}

// kneeLine is one model's: a load over its processes (results.AtLoad), with the interval over them from two on; a load that did not hold
// is hollow.
func (b *builder) kneeLine(g *figure.Group, percentile func(record.Window) int64) []series {
	s := series{Model: g.Model, Name: figure.NameOf(b.groups, g)}
	for _, at := range g.Loads() {
		x, over := at.RatePerS, at.Over(percentile)
		if g.Params.Search == "conns" {
			x = float64(at.Conns)
		}
		switch {
		case !drawable(over.Mid) || !drawable(x):
		case at.Held:
			s.X, s.Y = append(s.X, num(x)), append(s.Y, num(over.Mid))
			s.Low, s.High = append(s.Low, num(over.Low)), append(s.High, num(over.High))
		default:
			s.Void = append(s.Void, []num{num(x), num(over.Mid)})
		}
	}
	if len(s.X)+len(s.Void) == 0 {
		return nil
	}
	return []series{s}
}

// drawings makes the old charts of a page into drawings, and their data for the script.
func (p *page) drawings() data {
	d := data{Models: p.Looks}
	names := []string{}
	for _, l := range p.Looks {
		names = append(names, l.Name)
	}
	looks := chart.Looks(names)
	p.Drawings = map[string]drawing{}
	for _, charts := range p.charts() {
		for _, c := range charts {
			for _, drawn := range chartsOf([]chart.Chart{c.charted()}, looks) {
				p.Drawings[c.ID] = drawn
				d.Charts = append(d.Charts, drawn.Lines)
			}
		}
	}
	return d
}

func (p *page) charts() (all [][]oldChart) {
	all = append(all, p.Memory.Charts, p.Originals.Families)
	for _, l := range p.Lessons {
		all = append(all, l.Charts)
	}
	for _, l := range p.Loads {
		all = append(all, l.Charts)
	}
	return all
}

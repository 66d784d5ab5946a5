package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// figure says how one chart is made of the rows of a load: what it shows, and which figures of a cell its panels take.
type fig struct {
	name, title, subtitle string
	columns, labelled     int
	in                    unit
	panels                []figurePanel
	busy                  bool   // tells of the traffic, of which a server at rest has too little to tell of
	optional              bool   // not known of most runs: nothing is said where it is left out
	only                  string // of this scenario; "": of all
}

type figurePanel struct {
	title string
	of    figure.Figure
}

var figures = []fig{
	{
		name: "memory-per-connection", title: "Memory the server holds for each open connection",
		subtitle: "What N idle connections add to the empty server, divided by N. Log scales; lower is better.",
		columns:  2, labelled: 0, in: inBytes,
		panels: []figurePanel{{"User space (anonymous memory)", figure.Named("user_per_conn_bytes")}, {"Kernel (sockets and files)", figure.Named("kernel_per_conn_bytes")}},
	},
	{
		name: "memory-total", title: "Memory of the whole server process",
		subtitle: "Anonymous memory with every connection open and idle. Log scales; lower is better.",
		columns:  1, in: inBytes,
		panels: []figurePanel{{"", figure.Figure{Metric: figure.Anon}}},
	},
	{
		name: "latency", busy: true, title: "Time to a checked reply at the median and in the tail",
		subtitle: "1 reply in 100 takes longer than p99, 1 in 1,000 than p99.9, {from}. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inTime,
		panels: []figurePanel{{"p50", figure.Named("p50_ns")}, {"p99", figure.Named("p99_ns")}, {"p99.9", figure.Named("p999_ns")}},
	},
	{
		name: "herd", busy: true, only: "comet", title: "Time until the first and the last waiter heard a message",
		subtitle: "Medians over messages, {from}; spread: between the two. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inTime,
		panels: []figurePanel{{"first", figure.Figure{Metric: figure.FirstP50}}, {"last", figure.Figure{Metric: figure.LastP50}}, {"spread", figure.Figure{Metric: figure.SpreadP50}}},
	},
	{
		name: "spread", busy: true, only: figure.Fanout, title: "Time until the first and the last member heard a message",
		subtitle: "Medians over messages, {from}; spread: between the two. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inTime,
		panels: []figurePanel{{"first", figure.Figure{Metric: figure.FirstP50}}, {"last", figure.Figure{Metric: figure.LastP50}}, {"spread", figure.Figure{Metric: figure.SpreadP50}}},
	},
	{
		name: "throughput", busy: true, title: "Checked replies a second",
		subtitle: "Log scales; higher is better.",
		columns:  1, in: inPerSecond,
		panels: []figurePanel{{"", figure.Named("throughput_per_s")}},
	},
	{
		name: "cpu-per-message", busy: true, title: "Server CPU time for each checked reply",
		subtitle: "User and system time of the whole server process. Log scales; lower is better.",
		columns:  1, in: inTime,
		panels: []figurePanel{{"", figure.Named("cpu_ns_per_message")}},
	},
}

// chartOf is the figure drawn for the rows of one load; it is nil where there is nothing to draw. Notes say what is left out.
func (f fig) chartOf(rows []figure.Row, given map[string]look) (*chart, []string) {
	ch := &chart{name: f.name, title: f.title, subtitle: f.subtitle, labelled: f.labelled}
	var notes []string
	var conns, values []float64
	for _, fp := range f.panels {
		series, left := seriesOf(rows, fp.of, given)
		if left > 0 && !f.optional {
			notes = append(notes, fmt.Sprintf("%s: %d points at or below 0 have no place on a log axis and are left out", f.panelName(fp), left))
		}
		x, y := extent(series)
		if len(x) == 0 {
			if !f.optional {
				notes = append(notes, f.panelName(fp)+": not known in any cell: not drawn")
			}
			continue
		}
		conns, values = append(conns, x...), append(values, y...)
		ch.panels = append(ch.panels, panel{title: fp.title, xLabel: "open connections, N", series: series, value: f.in.text})
	}
	if len(ch.panels) == 0 {
		return nil, notes
	}
	ch.bars = barsInWords(ch.panels)
	ch.spread = "Median of %d repetitions" + strings.ReplaceAll(ch.bars, "%", "%%")
	ch.columns = min(f.columns, len(ch.panels))
	ch.labelled = min(ch.labelled, ch.columns-1)
	slices.Sort(conns)
	conns = slices.Compact(conns)
	most := conns[len(conns)-1]

	if f.name == "latency" && len(ch.panels) == 1 {
		ch.subtitle = "Half of all replies take longer than p50, {from}. Log scales; lower is better."
	}
	if p := rows[0].Setting.Params; f.name == "throughput" && p.Loop == "open" && !rows[0].Setting.Delivers() && drawable(p.RatePerS) {
		ch.panels[0].offered = p.RatePerS
		values = append(values, p.RatePerS)
		ch.subtitle = fmt.Sprintf("Dashed: the %s/s that were offered. %s", words.PerSecond(p.RatePerS), ch.subtitle)
	}
	for i := range ch.panels {
		ch.panels[i].endX = most
		ch.panels[i].axes = func(x, y *plot.Axis) {
			connsAxis(x, conns, spacing[ch.columns].margin, spacing[ch.columns].label)
			logAxis(y, slices.Min(values), slices.Max(values), f.in)
		}
	}
	ch.head = strings.TrimSpace(f.headName(ch) + " at N = " + words.Number(most))
	return ch, notes
}

// barsInWords says what the bars are.
func barsInWords(panels []panel) string {
	sure, few := false, false
	for _, p := range panels {
		for _, s := range p.series {
			for _, line := range s.lines {
				for _, pt := range line {
					sure = sure || pt.sure
					few = few || !pt.sure && pt.lo != pt.hi
				}
			}
		}
	}
	switch {
	case sure && few:
		return "; bar: 95% interval of the median, or where they are too few for one, smallest to largest."
	case sure:
		return "; bar: 95% interval of the median."
	case few:
		return "; bar: smallest to largest."
	}
	return "."
}

// spacing is how an axis of connections is spaced, by columns of panels: in a narrow panel markers that were moved apart, and
// labels, take up more of it.
var spacing = map[int]struct{ margin, label float64 }{1: {0.05, 0.06}, 2: {0.09, 0.14}, 3: {0.14, 0.26}}

func (f fig) panelName(fp figurePanel) string {
	return strings.TrimSuffix(f.name+" "+fp.title, " ")
}

// headName is what the labels' figures are, where more than one panel could be meant.
func (f fig) headName(ch *chart) string {
	if slices.Contains([]string{"latency", "herd", "spread"}, f.name) {
		return ch.panels[ch.labelled].title
	}
	return ""
}

// seriesOf is one figure of the rows over N. It says how many points a log axis cannot hold.
func seriesOf(rows []figure.Row, f figure.Figure, given map[string]look) (all []series, left int) {
	for i, r := range rows {
		s := series{label: r.Name, look: given[r.Model], dodge: dodge(i, len(rows))}
		broken := true
		for j := range r.Groups {
			g := &r.Groups[j]
			x := float64(g.Conns)
			for k := range g.Void {
				if v, known := f.Metric(&g.Void[k]); known && drawable(v) {
					s.hollow = append(s.hollow, point{x: x, y: v, lo: v, hi: v, aside: len(g.Told()) > 0})
				}
			}
			pt := pointOf(g, f)
			if pt == nil || !drawable(pt.y) {
				if pt != nil {
					left++
				}
				broken = true
				continue
			}
			if broken {
				s.lines = append(s.lines, nil)
				broken = false
			}
			end := &s.lines[len(s.lines)-1]
			*end = append(*end, *pt)
		}
		all = append(all, s)
	}
	return all, left
}

// pointOf is a figure of a group with its interval, or where that is not known from the smallest to the largest; nil where the figure is
// not known.
func pointOf(g *figure.Group, f figure.Figure) *point {
	i := g.Interval(f)
	if i.N == 0 {
		return nil
	}
	pt := &point{x: float64(g.Conns), y: i.Mid, lo: i.Low, hi: i.High, sure: i.Sure()}
	if !pt.sure {
		over := g.Of(f.Metric)
		pt.lo, pt.hi = over.Min, over.Max
	}
	return pt
}

// dodge is how far to the right the i-th of so many series is moved: all of them together stay within mostDodge.
func dodge(i, of int) vg.Length {
	by := min(dodgeBy, mostDodge/vg.Length(max(of-1, 1)))
	return by * (vg.Length(i) - vg.Length(of-1)/2)
}

// drawable values have a place on a log axis. The bounds are far outside what any unit here can mean.
func drawable(v float64) bool { return v >= 1e-3 && v <= 1e18 }

// extent is every x and y that a panel has to hold.
func extent(all []series) (xs, ys []float64) {
	hold := func(pt point) {
		xs = append(xs, pt.x)
		for _, y := range []float64{pt.y, pt.lo, pt.hi} {
			if drawable(y) {
				ys = append(ys, y)
			}
		}
	}
	for _, s := range all {
		for _, line := range s.lines {
			for _, pt := range line {
				hold(pt)
			}
		}
		for _, pt := range s.hollow {
			hold(pt)
		}
	}
	return xs, ys
}

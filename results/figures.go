package results

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// figure says how one chart is made of the rows of a load: what it shows, and which figures of a cell its panels take.
type figure struct {
	name, title, subtitle string
	columns, labelled     int
	in                    unit
	panels                []figurePanel
	busy                  bool   // tells of the traffic, of which a server at rest has too little to tell of
	only                  string // of this scenario; "": of all
}

type figurePanel struct {
	title  string
	metric Metric
}

var figures = []figure{
	{
		name: "memory-per-connection", title: "Memory the server holds for each open connection",
		subtitle: "What N idle connections add to the empty server, divided by N. Log scales; lower is better.",
		columns:  2, labelled: 0, in: inBytes,
		panels: []figurePanel{{"User space (anonymous memory)", UserPerConn}, {"Kernel (sockets and files)", KernelPerConn}},
	},
	{
		name: "memory-total", title: "Memory of the whole server process",
		subtitle: "Anonymous memory with every connection open and idle. Log scales; lower is better.",
		columns:  1, in: inBytes,
		panels: []figurePanel{{"", Anon}},
	},
	{
		name: "latency", busy: true, title: "Time to a checked reply at the median and in the tail",
		subtitle: "1 reply in 100 takes longer than p99, 1 in 1,000 than p99.9, {from}. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inTime,
		panels: []figurePanel{{"p50", LatencyP50}, {"p99", LatencyP99}, {"p99.9", LatencyP999}},
	},
	{
		name: "herd", busy: true, only: "comet", title: "Time until the first and the last waiter heard a message",
		subtitle: "Medians over messages, {from}; spread: between the two. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inTime,
		panels: []figurePanel{{"first", FirstP50}, {"last", LastP50}, {"spread", SpreadP50}},
	},
	{
		name: "throughput", busy: true, title: "Checked replies a second",
		subtitle: "Log scales; higher is better.",
		columns:  1, in: inPerSecond,
		panels: []figurePanel{{"", Throughput}},
	},
	{
		name: "cpu-per-message", busy: true, title: "Server CPU time for each checked reply",
		subtitle: "User and system time of the whole server process. Log scales; lower is better.",
		columns:  1, in: inTime,
		panels: []figurePanel{{"", CPUPerMessage}},
	},
}

// chartOf is the figure drawn for the rows of one load; it is nil where there is nothing to draw. Notes say what is left out.
func (f figure) chartOf(rows []row, given map[string]look) (*chart, []string) {
	ch := &chart{name: f.name, title: f.title, subtitle: f.subtitle, labelled: f.labelled,
		spread: "Median of %d repetitions; bar: smallest to largest."}
	var notes []string
	var conns, values []float64
	for _, fp := range f.panels {
		series, left := seriesOf(rows, fp.metric, given)
		if left > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d points at or below 0 have no place on a log axis and are left out", f.panelName(fp), left))
		}
		x, y := extent(series)
		if len(x) == 0 {
			notes = append(notes, f.panelName(fp)+": not known in any cell: not drawn")
			continue
		}
		conns, values = append(conns, x...), append(values, y...)
		ch.panels = append(ch.panels, panel{title: fp.title, xLabel: "open connections, N", series: series, value: f.in.text})
	}
	if len(ch.panels) == 0 {
		return nil, notes
	}
	ch.columns = min(f.columns, len(ch.panels))
	ch.labelled = min(ch.labelled, ch.columns-1)
	slices.Sort(conns)
	conns = slices.Compact(conns)
	most := conns[len(conns)-1]

	if f.name == "latency" && len(ch.panels) == 1 {
		ch.subtitle = "Half of all replies take longer than p50, {from}. Log scales; lower is better."
	}
	if p := rows[0].setting.Params; f.name == "throughput" && p.Loop == "open" && p.RoomSize == 0 && drawable(p.RatePerS) {
		ch.panels[0].offered = p.RatePerS
		values = append(values, p.RatePerS)
		ch.subtitle = fmt.Sprintf("Dashed: the %s/s that were offered. %s", PerSecond(p.RatePerS), ch.subtitle)
	}
	for i := range ch.panels {
		ch.panels[i].endX = most
		ch.panels[i].axes = func(x, y *plot.Axis) {
			connsAxis(x, conns, spacing[ch.columns].margin, spacing[ch.columns].label)
			logAxis(y, slices.Min(values), slices.Max(values), f.in)
		}
	}
	ch.head = strings.TrimSpace(f.headName(ch) + " at N = " + groupDigits(most))
	return ch, notes
}

// spacing is how an axis of connections is spaced, by columns of panels: in a narrow panel markers that were moved apart, and
// labels, take up more of it.
var spacing = map[int]struct{ margin, label float64 }{1: {0.05, 0.06}, 2: {0.09, 0.14}, 3: {0.14, 0.26}}

func (f figure) panelName(fp figurePanel) string {
	return strings.TrimSuffix(f.name+" "+fp.title, " ")
}

// headName is what the labels' figures are, where more than one panel could be meant.
func (f figure) headName(ch *chart) string {
	if f.name == "latency" || f.name == "herd" {
		return ch.panels[ch.labelled].title
	}
	return ""
}

// seriesOf is one figure of the rows over N. It says how many points a log axis cannot hold.
func seriesOf(rows []row, m Metric, given map[string]look) (all []series, left int) {
	for i, r := range rows {
		s := series{label: r.name, look: given[r.model], dodge: dodge(i, len(rows))}
		broken := true
		for j := range r.groups {
			g := &r.groups[j]
			x := float64(g.Conns)
			for k := range g.Void {
				if v, known := m(&g.Void[k]); known && drawable(v) {
					s.hollow = append(s.hollow, point{x: x, y: v, lo: v, hi: v, aside: len(g.Valid) > 0})
				}
			}
			over := g.Of(m)
			if over.N == 0 || !drawable(over.Median) {
				left += min(over.N, 1)
				broken = true
				continue
			}
			if broken {
				s.lines = append(s.lines, nil)
				broken = false
			}
			end := &s.lines[len(s.lines)-1]
			*end = append(*end, point{x: x, y: over.Median, lo: over.Min, hi: over.Max})
		}
		all = append(all, s)
	}
	return all, left
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

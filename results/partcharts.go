package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
)

// partFigures are lines over N of what the parts are, and of what is given back. Many a run does not know them: they are left out then
// without a word.
var partFigures = []fig{
	{
		name: "memory-parts-growth", title: "Where the memory goes as connections grow", optional: true,
		subtitle: "Of the whole server, with every connection open and idle. Log scales; lower is better.",
		columns:  3, labelled: 2, in: inBytes,
		panels: []figurePanel{
			{"Live objects", figure.Figure{Metric: figure.UserParts[0].Total("idle")}}, {"Rest of the Go heap", figure.Figure{Metric: figure.UserParts[1].Total("idle")}},
			{"Goroutine stacks", figure.Figure{Metric: figure.UserParts[2].Total("idle")}}, {"Go runtime", figure.Figure{Metric: figure.UserParts[3].Total("idle")}},
			{"Kernel: sockets", figure.Figure{Metric: figure.KernelParts[0].Total("idle")}}, {"Kernel: page tables", figure.Figure{Metric: figure.KernelParts[3].Total("idle")}},
		},
	},
	{
		name: "memory-returned", title: "What the server gives back", optional: true,
		subtitle: "Anonymous memory of the whole server. Collected: it was told to collect its garbage and to give back what it does not need. " +
			"Log scales; lower is better.",
		columns: 2, labelled: 1, in: inBytes,
		panels: []figurePanel{
			{"Every connection open and idle", figure.Figure{Metric: figure.AnonAt("idle")}}, {"At rest after the load, collected", figure.Figure{Metric: figure.AnonAt("rested")}},
			{"Left alone for 1 s after closing all", figure.Figure{Metric: figure.StillHeld(1.5e9)}}, {"After closing all, collected", figure.Figure{Metric: figure.AnonAt("closed")}},
		},
	},
}

// partFigureNames are the names of all charts of parts.
func partFigureNames() []string {
	names := []string{"memory-parts", "cpu-parts"}
	for _, f := range partFigures {
		names = append(names, f.name)
	}
	return names
}

// partCharts are the charts of where memory and CPU time go, as far as the rows know.
func partCharts(rows []figure.Row, atRest bool) []*chart {
	charts := []*chart{memoryPartsChart(rows)}
	if !atRest {
		charts = append(charts, cpuPartsChart(rows))
	}
	return slices.DeleteFunc(charts, func(ch *chart) bool { return ch == nil })
}

// memoryPartsChart is the parts of a connection's memory at the most connections; nil where they are not known.
func memoryPartsChart(rows []figure.Row) *chart {
	most := 0
	for _, r := range rows {
		for i := range r.Groups {
			if _, known := partsOf(&r.Groups[i], figure.UserParts); known && r.Groups[i].Conns > most {
				most = r.Groups[i].Conns
			}
		}
	}
	ch := &chart{
		name: "memory-parts", title: "Where the memory of an open connection goes, at N = " + words.Number(float64(most)), columns: 1,
		subtitle: "What N idle connections add to each part of the empty server's memory, divided by N; left of 0 is what a part shrank by. " +
			"Sockets, files and epoll items are computed: their number times the size of one. Lower is better.",
		spread: "Medians of %d repetitions, part by part.",
	}
	for _, of := range []struct {
		title string
		parts []figure.Part
	}{{"User space (anonymous memory)", figure.UserParts}, {"Kernel, charged to the server alone", figure.KernelParts}} {
		s := &stacks{parts: filled(of.parts), inWords: words.Bytes}
		for _, r := range rows {
			if g := r.At(most); g != nil {
				if parts, known := partsOf(g, of.parts); known {
					s.bars = append(s.bars, stackedBar{r.Name, parts})
				}
			}
		}
		ch.addStacks(of.title, "memory a connection", s, inBytes)
	}
	return ch.unlessEmpty()
}

// partsOf is the median of each part a connection; known only if every part is.
func partsOf(g *figure.Group, parts []figure.Part) (each []float64, known bool) {
	for _, p := range parts {
		s := g.Of(p.PerConn)
		if s.N == 0 {
			return nil, false
		}
		each = append(each, s.Median)
	}
	return each, true
}

func filled(parts []figure.Part) (all []stackedPart) {
	for i, p := range parts {
		all = append(all, stackedPart{p.Title, stackFills[i]})
	}
	return all
}

// cpuPartsChart is user and system time a message, a panel for every number of connections; nil where they are not known.
func cpuPartsChart(rows []figure.Row) *chart {
	ch := &chart{
		name: "cpu-parts", title: "Where the server's CPU time for each checked reply goes", columns: 1,
		subtitle: "User and system time, as the kernel's ticks share them out: good over seconds of load. Lower is better.",
		spread:   "Medians of %d repetitions.",
	}
	var conns []int
	for _, r := range rows {
		for _, g := range r.Groups {
			conns = append(conns, g.Conns)
		}
	}
	slices.Sort(conns)
	for _, n := range slices.Compact(conns) {
		s := &stacks{parts: []stackedPart{{"user space", stackFills[0]}, {"kernel", stackFills[1]}}, inWords: words.Nanoseconds}
		for _, r := range rows {
			if g := r.At(n); g != nil {
				user, system := g.Of(figure.UserCPU), g.Of(figure.SystemCPU)
				if user.N > 0 && system.N > 0 {
					s.bars = append(s.bars, stackedBar{r.Name, []float64{user.Median, system.Median}})
				}
			}
		}
		ch.addStacks(fmt.Sprintf("N = %s", words.Number(float64(n))), "CPU time a reply", s, inTime)
	}
	ch = ch.unlessEmpty()
	if ch == nil {
		return nil
	}
	if len(ch.panels) > 2 {
		ch.columns, ch.labelled = 2, 1
	}
	ch.sameExtent(inTime)
	return ch
}

func (ch *chart) addStacks(title, xLabel string, s *stacks, u unit) {
	if len(s.bars) == 0 {
		return
	}
	left, right := s.extent()
	ch.panels = append(ch.panels, panel{title: title, xLabel: xLabel, stacks: s, axes: s.axes(u, left, right)})
}

// sameExtent gives every panel the same axis.
func (ch *chart) sameExtent(u unit) {
	var left, right float64
	for _, p := range ch.panels {
		l, r := p.stacks.extent()
		left, right = min(left, l), max(right, r)
	}
	for i := range ch.panels {
		ch.panels[i].axes = ch.panels[i].stacks.axes(u, left, right)
	}
}

func (ch *chart) unlessEmpty() *chart {
	if len(ch.panels) == 0 {
		return nil
	}
	return ch
}

var _ plot.Plotter = (*stacks)(nil)

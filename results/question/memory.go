package question

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// alike is how far two costs may be apart that one would not choose by: a twentieth.
const alike = 1.05

// usualIdle is the number of connections that memory is told of, if so many were measured.
const usualIdle = 10_000

// growthOf is how memory grows with connections under the load that shows it best: the one that leaves them idle, else the one
// that most models know it of. The costliest model comes first.
func growthOf(groups []figure.Group) (best []figure.Growth) {
	byLoad := map[figure.Setting][]figure.Growth{}
	all := figure.MemoryGrowth(groups)
	for _, g := range all {
		if g.User != nil && !g.Setting.Params.Searches() {
			byLoad[g.Setting] = append(byLoad[g.Setting], g)
		}
	}
	for _, g := range all {
		of := byLoad[g.Setting]
		if len(of) > 0 && (len(best) == 0 || g.Setting.AtRest() && !best[0].Setting.AtRest() ||
			g.Setting.AtRest() == best[0].Setting.AtRest() && len(of) > len(best)) {
			best = of
		}
	}
	slices.SortStableFunc(best, func(a, b figure.Growth) int { return cmp.Compare(b.User.Slope, a.User.Slope) })
	return best
}

// holding is what a model holds for a connection, and for n of them, over the empty server, in bytes.
type holding struct {
	name, model  string
	user, kernel stats.Interval // a connection
	n            int
}

func (h holding) all() float64 {
	return max(0, h.user.Mid*float64(h.n)) + max(0, h.kernel.Mid*float64(h.n))
}

// whole is both, with the ends added up: that is never too narrow.
func (h holding) whole() stats.Interval {
	n := float64(h.n)
	return stats.Interval{Low: (h.user.Low + h.kernel.Low) * n, Mid: h.all(), High: (h.user.High + h.kernel.High) * n,
		N: h.user.N}
}

func (h holding) inWords() string {
	if !known(h.whole()) {
		return words.Bytes(h.all())
	}
	return withBytes(h.whole())
}

// memoryLoad is the load that shows memory best, and the number of connections that it is told of: one that was measured.
func (e *evidence) memoryLoad() (load figure.Setting, n int, ok bool) {
	if len(e.growth) > 0 {
		load = e.growth[0].Setting
	} else if at := slices.IndexFunc(e.groups, func(g figure.Group) bool {
		return g.Of(figure.UserPerConn).N > 0 &&
			!g.Searched()
	}); at >= 0 {
		for i := range e.groups {
			if g := &e.groups[i]; g.Setting().AtRest() && !e.groups[at].Setting().AtRest() && g.Of(figure.UserPerConn).N > 0 {
				at = i
			}
		}
		load = e.groups[at].Setting()
	} else {
		return load, 0, false
	}
	far := func(n int) float64 { return math.Abs(math.Log(float64(n) / usualIdle)) }
	for _, g := range e.of(load) {
		if g.Of(figure.UserPerConn).N > 0 && (n == 0 || far(g.Conns) < far(n)) {
			n = g.Conns
		}
	}
	return load, n, n > 0
}

// holdings is what every model holds at n connections, from the least to the most: by the slope over N where there is one. Where
// the kernel's share of one is not known, it is counted of none.
func (e *evidence) holdings(load figure.Setting, n int, control bool) (all []holding, kernelKnown bool) {
	kernelKnown = true
	for _, g := range atConns(e.of(load), n) {
		if e.control(g.Model) != control {
			continue
		}
		h := holding{name: e.name(g), model: g.Model, n: n, user: g.Interval(userPerConn), kernel: g.Interval(kernelPerConn)}
		if at := slices.IndexFunc(e.growth, func(o figure.Growth) bool {
			return o.Name == h.name &&
				o.Setting == load
		}); at >= 0 {
			h.user, h.kernel = e.growth[at].UserPerConn(), e.growth[at].KernelPerConn()
		}
		if h.user.N > 0 {
			all = append(all, h)
			kernelKnown = kernelKnown && h.kernel.N > 0
		}
	}
	for i := range all {
		if !kernelKnown {
			all[i].kernel = stats.Interval{}
		}
	}
	slices.SortStableFunc(all, func(a, b holding) int { return cmp.Compare(a.all(), b.all()) })
	return all, kernelKnown
}

// memory is what open connections cost.
func (e *evidence) memory() []Answer {
	load, n, ok := e.memoryLoad()
	if !ok {
		return nil
	}
	all, kernelKnown := e.holdings(load, n, false)
	controls, _ := e.holdings(load, n, true)
	if len(all) == 0 {
		all, controls = controls, nil
	}
	if len(all) == 0 {
		return nil
	}
	a := Answer{ID: "memory", Title: "Memory", Load: e.loads[load], Lead: true}
	a.Says = append(telling(e.perConnSays(all, controls, kernelKnown)), e.choiceSays(all, kernelKnown)...)
	a.Headline = e.memoryHeadline(load, all, n)
	a.How = []string{"User memory is the server's anonymous memory above that of the empty server; kernel memory is that of " +
		"the server's own cgroup: sockets, files, epoll items."}
	if len(e.growth) > 0 {
		a.How = append(a.How,
			"Bytes a connection are the slope of a straight line through all numbers of connections, so that what an empty "+
				"server holds is not in them.")
	}
	if !kernelKnown {
		a.Doubts = append(a.Doubts, "What the kernel holds beside it is not known.")
	}
	if e.noisy {
		a.Doubts = append(a.Doubts, noMeasurement)
	}
	least := all[0]
	a.Cite = fmt.Sprintf("memory, %s, %s: %s in %s (n = %d)", e.loads[load], atN(n), least.inWords(), words.Code(least.name),
		least.user.N)
	a.Column = e.memoryColumn(append(slices.Clone(all), controls...), kernelKnown)
	rows := rowsOf(e.groups, e.twins, load)
	a.Charts = e.memoryCharts(load, rows)
	a.Tables = e.memoryTables(load, rows)
	return []Answer{a}
}

// near splits holdings, the least first, where they are told apart from the least and are more than a twentieth dearer.
func near(all []holding) (near, far []holding) {
	for _, h := range all {
		if h.all() <= alike*all[0].all() || meet(h.whole(), all[0].whole()) {
			near = append(near, h)
		} else {
			far = append(far, h)
		}
	}
	return near, far
}

func holders(of []holding) (names []string) {
	for _, h := range of {
		names = append(names, h.name)
	}
	return names
}

func (e *evidence) memoryHeadline(load figure.Setting, all []holding, n int) string {
	who := words.Whole(n) + " idle connections"
	if !load.AtRest() {
		who = words.Whole(n) + " connections"
	}
	near, far := near(all)
	held := spanOf(near)
	names := holders(near)
	most := ""
	if len(far) > 0 {
		most = fmt.Sprintf("; %s in %s", words.Code(far[len(far)-1].name), short(far[len(far)-1].all()))
	}
	holds := verb(len(near), "holds", "hold") + " them in " + held
	return shortest(
		fmt.Sprintf("%s: %s %s%s", who, words.List(words.Codes(names)), holds, most),
		fmt.Sprintf("%s: %s %s%s", who, strings.Join(words.Codes(names), ", "), holds, most),
		fmt.Sprintf("%s: %s %s %s%s", who, strings.Join(words.Codes(names), ", "), verb(len(near), "holds", "hold"), held,
			strings.Replace(most, " in ", " ", 1)),
		fmt.Sprintf("%s: %s %s%s", who, some(names, 2), holds, most),
		fmt.Sprintf("%s: %s %s", who, some(names, 1), holds),
	)
}

// short is bytes in two digits, as a headline wants them.
func short(v float64) string {
	text := words.Bytes(v)
	number, unit, _ := strings.Cut(text, " ")
	if at := strings.IndexByte(number, '.'); at >= 2 {
		return number[:0] + fmt.Sprintf("%.0f", scale(v, unit)) + " " + unit
	}
	return words.Short(text)
}

func scale(v float64, unit string) float64 {
	return v / map[string]float64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "B": 1}[unit]
}

func spanOf(of []holding) string { return fromTo(short(of[0].all()), short(of[len(of)-1].all())) }

// perConnSays is what one more idle connection costs, by model and in the kernel.
func (e *evidence) perConnSays(all, controls []holding, kernelKnown bool) string {
	inWords := func(of []holding) (costs []string) {
		for _, h := range slices.Backward(of) {
			costs = append(costs, fmt.Sprintf("%s in %s", slopeInWords(h.user), words.Code(h.name)))
		}
		return costs
	}
	s := "One more idle connection costs " + words.List(inWords(all))
	if len(controls) > 0 {
		s += fmt.Sprintf(" (%s, a control)", words.List(inWords(controls)))
	}
	if !kernelKnown {
		return s + "; what the kernel holds beside it was not known."
	}
	return s + kernelClause(all) + "."
}

// kernelClause is what the kernel holds beside it. Models whose intervals all meet, or that lie within a twentieth, are told as
// one.
func kernelClause(all []holding) string {
	byMid := func(a, b holding) int { return cmp.Compare(a.kernel.Mid, b.kernel.Mid) }
	low, high := slices.MinFunc(all, byMid).kernel, slices.MaxFunc(all, byMid).kernel
	switch {
	case low.Mid <= 0:
		return ""
	case len(all) == 1:
		return fmt.Sprintf(", and %s more in the kernel", slopeInWords(high))
	case high.Mid/low.Mid > alike && !meet(low, high):
		return fmt.Sprintf(", and %s to %s more in the kernel", slopeInWords(low), slopeInWords(high))
	}
	every := stats.Interval{Low: low.Low, Mid: (low.Mid + high.Mid) / 2, High: high.High, N: len(all)}
	for _, h := range all {
		every.Low, every.High = min(every.Low, h.kernel.Low), max(every.High, h.kernel.High) // not known where one is not
	}
	return fmt.Sprintf(", and %s more in the kernel in each", slopeInWords(every))
}

// choiceSays is what n connections come to, and what speaks for which model.
func (e *evidence) choiceSays(all []holding, kernelKnown bool) []string {
	if len(all) < 2 || all[0].all() <= 0 {
		return nil
	}
	near, far := near(all)
	held := near[0].inWords()
	if len(near) > 1 {
		held = fromTo(words.Bytes(near[0].all()), words.Bytes(near[len(near)-1].all()))
	}
	at := fmt.Sprintf("At %s", atN(all[0].n))
	if len(far) == 0 {
		return []string{fmt.Sprintf("%s memory does not decide: all of them hold %s.", at, held)}
	}
	s := fmt.Sprintf("%s, %s %s %s", at, words.List(words.Codes(holders(near))), verb(len(near), "holds", "hold"), held)
	if near[len(near)-1].all() > alike*near[0].all() {
		s += " and are not told apart: their intervals meet"
	}
	if kernelKnown {
		s += fmt.Sprintf(", %s of it in the kernel", words.Bytes(near[len(near)-1].kernel.Mid*float64(near[0].n)))
	}
	var rest []string
	for _, h := range far {
		rest = append(rest, fmt.Sprintf("%s holds %s", words.Code(h.name), h.inWords()))
	}
	return []string{s + "; " + strings.Join(rest, ", ") + "."}
}

// slope is bytes a connection; at or below 0 a slope tells only that the noise is larger.
func slope(v float64) string {
	if v < 1 {
		return "nothing measurable"
	}
	return words.Bytes(v)
}

// slopeInWords is bytes a connection with the interval, where it is known: "3.86 KiB (3.79 to 3.92)".
func slopeInWords(i stats.Interval) string {
	switch {
	case !known(i):
		return slope(i.Mid)
	case i.Mid < 1:
		return fmt.Sprintf("%s (at most %s)", slope(i.Mid), words.Bytes(max(0, i.High)))
	}
	return withBytes(i)
}

// withBytes is bytes with their interval, where that is not the same in so many digits.
func withBytes(i stats.Interval) string {
	if words.Bytes(i.Low) == words.Bytes(i.High) {
		return words.Bytes(i.Mid)
	}
	return fmt.Sprintf("%s (%s)", words.Bytes(i.Mid), bytesBetween(i))
}

// slopeCell is a slope with its interval.
func slopeCell(i stats.Interval) show.Cell {
	if i.N == 0 {
		return unknown
	}
	c := number(i.Mid, slope(i.Mid))
	if known(i) {
		c.Detail = bytesBetween(i)
	}
	return c
}

func (e *evidence) memoryColumn(all []holding, kernelKnown bool) *Column {
	head := show.Column{Head: "User memory a connection", Short: "bytes/conn", Key: "user_per_conn_bytes"}
	c := &Column{Column: head, Cells: map[string]show.Cell{}}
	least := math.Inf(1)
	for _, h := range all {
		if !e.control(h.model) {
			least = min(least, h.all())
		}
	}
	for _, h := range all {
		cell := slopeCell(h.user)
		if h.all() <= alike*least && !e.control(h.model) && !e.noisy {
			cell.Mark = show.Good
		}
		if _, there := c.Cells[h.model]; !there {
			c.Cells[h.model] = cell
		}
	}
	return c
}

func (e *evidence) memoryCharts(load figure.Setting, rows []figure.Row) []chart.Chart {
	panels := []figurePanel{{"User space (anonymous memory)", userPerConn}, {"Kernel (sockets and files)", kernelPerConn}}
	charts := e.lines(rows, "memory-per-connection", "Memory the server holds for each open connection",
		"What N idle connections add to the empty server, divided by N. Lower is better.", chart.Bytes, panels...)
	charts = append(charts, e.lines(rows, "memory-total", "Memory of the whole server process",
		"Anonymous memory with every connection open and idle. Lower is better.", chart.Bytes,
		figurePanel{"", figure.Figure{Name: "anon_bytes", Metric: figure.Anon, Words: words.Bytes}})...)
	charts = append(charts, e.memoryParts(rows, "memory-parts")...)
	for i := range charts[1:] {
		charts[1+i].Extra = true
	}
	return charts
}

// memoryParts is the parts of a connection's memory at the most connections at which all of them are known: an unknown part is
// not 0.
func (e *evidence) memoryParts(rows []figure.Row, id string) []chart.Chart {
	most := 0
	for _, r := range rows {
		for i := range r.Groups {
			if _, known := partsOf(&r.Groups[i], figure.UserParts); known {
				most = max(most, r.Groups[i].Conns)
			}
		}
	}
	c := chart.Chart{ID: id, Title: "Where the memory of an open connection goes, at " + atN(most), Kind: chart.Bars,
		X: chart.Axis{Title: "memory a connection", Unit: chart.Bytes},
		Note: "What N idle connections add to each part of the empty server's memory, divided by N; left of 0 is what a part " +
			"shrank by. " +
			"Sockets, files and epoll items are computed: their number times the size of one."}
	for _, of := range []struct {
		title string
		parts []figure.Part
	}{{"User space (anonymous memory)", figure.UserParts}, {"Kernel, charged to the server alone", figure.KernelParts}} {
		p := chart.Panel{Title: of.title}
		for _, r := range rows {
			g := r.At(most)
			if g == nil {
				continue
			}
			values, known := partsOf(g, of.parts)
			if !known {
				continue
			}
			s := chart.Series{Model: r.Model, Name: r.Name, Dashed: e.control(r.Model)}
			for i, v := range values {
				s.Parts = append(s.Parts, chart.Part{Name: of.parts[i].Title, Value: v, Text: words.Bytes(v)})
			}
			p.Series = append(p.Series, s)
		}
		c.Panels = append(c.Panels, p)
	}
	return drawn(c)
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

func (e *evidence) memoryTables(load figure.Setting, rows []figure.Row) (tables []show.Table) {
	if len(e.growth) > 0 {
		tables = append(tables, e.slopes())
	}
	var grown []figure.PartGrowth
	for _, g := range figure.PartsGrowth(e.groups) {
		if g.Setting == load && e.twins[g.Model] == "" {
			grown = append(grown, g)
		}
	}
	for _, of := range []struct {
		title string
		parts []figure.Part
	}{
		{"User memory a connection, by parts", slices.Concat([]figure.Part{figure.AllUser}, figure.UserParts)},
		{"Kernel memory a connection, by parts", slices.Concat([]figure.Part{figure.AllKernel}, figure.KernelParts)},
	} {
		if t := partsTable(grown, of.title, of.parts); len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	if t, ok := e.returned(rows); ok {
		tables = append(tables, t)
	}
	return tables
}

// slopes is what one more connection costs, by the line through all N.
func (e *evidence) slopes() show.Table {
	t := show.Table{Title: "One more connection",
		Note: "Slopes of straight lines through the medians over N, beside them their 95% interval: an empty server's own " +
			"memory is not in them.",
		Columns: heads("Model", "User memory", "Kernel memory", "Server without any", "Numbers of connections")}
	for i := range e.growth {
		g := &e.growth[i]
		t.Rows = append(t.Rows, []show.Cell{named(g.Name), slopeCell(g.UserPerConn()), slopeCell(g.KernelPerConn()),
			number(g.User.Intercept, words.Bytes(g.User.Intercept)), number(float64(g.User.Points), words.Whole(g.User.Points))})
	}
	return t
}

// partsTable is the slope of every part.
func partsTable(grown []figure.PartGrowth, title string, parts []figure.Part) show.Table {
	t := show.Table{Title: title,
		Note: "Slopes over N with their 95% intervals. Sockets, files and epoll items are computed: their number times the " +
			"size of one."}
	t.Columns = heads("Model")
	for _, p := range parts {
		t.Columns = append(t.Columns, show.Column{Head: p.Title, Key: p.Name + "_bytes"})
	}
	last := ""
	for _, g := range grown {
		at := slices.IndexFunc(parts, func(p figure.Part) bool { return p.Name == g.Part.Name })
		if at < 0 {
			continue
		}
		if last != g.Name {
			last = g.Name
			t.Rows = append(t.Rows, append([]show.Cell{named(g.Name)}, slices.Repeat([]show.Cell{unknown}, len(parts))...))
		}
		cell := number(g.Slope.Mid, fmt.Sprintf("%.0f B", math.Round(g.Slope.Mid)+0))
		if g.Slope.Sure() {
			cell.Detail = fmt.Sprintf("%.0f to %.0f", math.Round(g.Slope.Low)+0, math.Round(g.Slope.High)+0)
		}
		t.Rows[len(t.Rows)-1][at+1] = cell
	}
	return t
}

// returned is what servers gave back once every connection was closed.
func (e *evidence) returned(rows []figure.Row) (show.Table, bool) {
	t := show.Table{}
	var of []*figure.Group
	var steps []time.Duration
	for _, r := range rows {
		g := &r.Groups[len(r.Groups)-1]
		of = append(of, g)
		for _, c := range g.Valid {
			for _, r := range c.Memory.Returned {
				steps = append(steps, r.Step())
			}
		}
	}
	slices.Sort(steps)
	resident := func(head string, at func(*record.Memory) *int64) column {
		return metric(head, keyOf(head)+"_bytes", func(c *record.Cell) (float64, bool) { return figure.Known(at(&c.Memory)) },
			words.Bytes)
	}
	columns := []column{
		resident("Empty", func(m *record.Memory) *int64 { return m.EmptyRSS }), resident("All open",
			func(m *record.Memory) *int64 { return m.RSS }),
		metric("Quiet after the load, collected", "rested_anon_bytes", figure.AnonAt("rested"), words.Bytes),
		resident("After closing", func(m *record.Memory) *int64 { return m.AfterCloseRSS }),
	}
	for _, step := range slices.Compact(steps) {
		columns = append(columns, resident(seconds(step)+" later", func(m *record.Memory) *int64 {
			for i := range m.Returned {
				if m.Returned[i].Step() == step {
					return &m.Returned[i].RSS
				}
			}
			return nil
		}))
	}
	t = e.table("Given back", "Resident memory at the greatest N: with all connections open, and after they are closed.", of,
		columns...)
	return t, len(t.Columns) > 2
}

// seconds is "30 s".
func seconds(d time.Duration) string { return words.Number(d.Seconds()) + " s" }

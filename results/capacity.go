package results

import (
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Capacity is the most that a search found: messages a second, or connections, by what was searched.
func Capacity(c *record.Cell) (float64, bool) {
	if c.Search == nil {
		return 0, false
	}
	return known(c.Search.Found)
}

// searched reports whether the group's repetitions are searches: they have a capacity, and of the other figures none.
func (g *Group) searched() bool { return g.Params.Searches() }

// Capacity is the most that the group's searches found, each of a process of its own, and in which interval it lies. From three on, all
// with an end of their own, it is the geometric mean with Student's t over processes (overProcesses). Of fewer it is the median over those
// that found any, from the lowest end of any to the highest: of one process what its windows tell, which is not how another would do.
// Where N is 0, no more than half of them found any, or nothing is known. An end that one of them does not know is not a number: Low
// where nothing held, High where no end was seen. OverWhat says which it is.
func (g *Group) Capacity() Interval {
	if _, byT := g.searches(); byT {
		var found []float64
		for i := range g.Valid {
			if s := g.Valid[i].Search; s != nil {
				found = append(found, *s.Found)
			}
		}
		return overProcesses(found, g.withinSearches())
	}
	held := Interval{Low: math.Inf(1), Mid: math.NaN(), High: math.Inf(-1)}
	searches := 0
	for _, c := range g.Valid {
		if c.Search == nil {
			continue
		}
		searches++
		low := orNaN(c.Search.Low)
		if c.Search.Found == nil {
			low = math.NaN()
		}
		held.Low, held.High = min(held.Low, low), max(held.High, orNaN(c.Search.High)) // both are NaN where any is
	}
	if searches == 0 {
		return Interval{Low: math.NaN(), Mid: math.NaN(), High: math.NaN()}
	}
	if over := g.Of(Capacity); 2*over.N > searches {
		held.Mid, held.N = over.Median, over.N
	}
	return held
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// Between is an interval of which an end may not be known, in words: "95 to 105", "over 95", "under 105", "not known".
func (i Interval) Between(inWords func(float64) string) string {
	switch low, high := !math.IsNaN(i.Low), !math.IsNaN(i.High); {
	case low && high:
		return inWords(i.Low) + " to " + inWords(i.High)
	case low:
		return "over " + inWords(i.Low)
	case high:
		return "under " + inWords(i.High)
	}
	return "not known"
}

// At is what the group's searches measured at that share of what each found, 0 for the common rate. It is not ok where none did.
func (g *Group) At(share float64) (at AtLoad, ok bool) {
	for _, c := range g.Valid {
		if c.Search == nil {
			continue
		}
		for _, w := range slices.Backward(c.Search.Curve) { // the common rate comes last
			if common := c.Params.RatePerS > 0 && w.RatePerS == c.Params.RatePerS; share == 0 && common || share > 0 && w.Share == share {
				at.Each = append(at.Each, w)
				break
			}
		}
	}
	if len(at.Each) == 0 {
		return at, false
	}
	at.Window = medianWindow(at.Each)
	return at, true
}

// Shares is at which shares of what they found the group's searches looked, 0 for the common rate.
func (g *Group) Shares() (all []float64) {
	for _, share := range append(slices.Clone(shownShares), 0) {
		if _, ok := g.At(share); ok {
			all = append(all, share)
		}
	}
	return all
}

// medianWindow is the medians of several windows' figures; it held if more than half did.
func medianWindow(of []record.Window) record.Window {
	w := of[0]
	median := func(figure func(record.Window) float64) float64 {
		var values []float64
		for _, w := range of {
			values = append(values, figure(w))
		}
		return SpreadOf(values).Median
	}
	w.RatePerS = median(func(w record.Window) float64 { return w.RatePerS })
	w.ThroughputPerS = median(func(w record.Window) float64 { return w.ThroughputPerS })
	w.P50 = int64(median(func(w record.Window) float64 { return float64(w.P50) }))
	w.P90 = int64(median(func(w record.Window) float64 { return float64(w.P90) }))
	w.P999 = int64(median(func(w record.Window) float64 { return float64(w.P999) }))
	w.P99 = int64(median(func(w record.Window) float64 { return float64(w.P99) }))
	w.ServiceP99 = int64(median(func(w record.Window) float64 { return float64(w.ServiceP99) }))
	held := 0
	for _, w := range of {
		if w.Held {
			held++
		}
	}
	w.Held = 2*held > len(of)
	return w
}

// searchLegend says what a capacity is.
const searchLegend = "The most: where half of the windows kept the limits, and half did not. Over 1 process, the interval is of its windows alone: " +
	"how another process of the same program would do it does not tell. Hull: from the lowest to the highest end of two processes, or of some with no end of their own; " +
	"t: Student's t over processes, as logarithms."

// shownShares are the columns of latency at shares of what each model can do.
var shownShares = []float64{0.25, 0.5, 0.75, 0.9, 1}

// searchTable writes one block of searches: the most that each model holds, how sure that is, what the end was and why; and the latency at
// shares of it. The block is groups of one load and one number of connections, out of all groups.
func searchTable(out *strings.Builder, all, block []Group, opts TableOptions) {
	p := block[0].Params
	title := words.Printable(fmt.Sprintf("%s, N = %s", block[0].Scenario, words.Number(float64(block[0].Conns))))
	if p.Search == "conns" {
		title = words.Printable(fmt.Sprintf("%s, N up to %s", block[0].Scenario, words.Number(float64(block[0].Conns))))
	}
	for i, line := range words.Wrap(title+" ("+words.Printable(block[0].Setting().Params.String())+")", opts.Width) {
		if rest, is := strings.CutPrefix(line, title); is && i == 0 {
			line = opts.mark(bold, title) + rest
		}
		fmt.Fprintln(out, line)
	}
	writeAligned(out, capacityRows(all, block), opts)
	if p.Search != "conns" {
		writeShares(out, all, block, opts)
	}
	for i := range block {
		g := &block[i]
		for _, c := range g.Valid {
			if c.Search != nil && c.Search.Why != "" {
				for _, line := range words.Wrap(words.Printable(nameOf(all, g)+": "+c.Search.Why), opts.Width) {
					fmt.Fprintln(out, line)
				}
				break // of several searches one is enough
			}
		}
	}
	writeVoid(out, all, block, opts)
	writeWarnings(out, all, block, opts)
}

func capacityRows(all, block []Group) [][]string {
	most := "messages/s"
	if block[0].Params.Search == "conns" {
		most = "connections"
	}
	var of []*Group
	for i := range block {
		of = append(of, &block[i])
	}
	cells := [][]string{{"model", most, CapacityHead(of), "over", "bound by", "valid"}}
	for _, g := range of {
		held := g.Capacity()
		inWords, interval := "–", "–"
		switch {
		case held.N > 0:
			inWords, interval = words.PerSecond(held.Mid), held.Between(words.PerSecond)
		case len(g.Valid) > 0:
			inWords, interval = "none", held.Between(words.PerSecond)
		}
		valid := fmt.Sprintf("%d/%d", len(g.Valid), len(g.Valid)+len(g.Void))
		cells = append(cells, []string{words.Printable(nameOf(all, g)), inWords, interval, g.OverWhat(), g.bounds(), valid})
	}
	return cells
}

// bounds is who was at an end: "client?" where searches disagree.
func (g *Group) bounds() string {
	var all []string
	for _, c := range g.Valid {
		if c.Search != nil && !slices.Contains(all, c.Search.Bound) {
			all = append(all, words.Printable(c.Search.Bound))
		}
	}
	if len(all) == 0 {
		return "–"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// writeShares writes a latency at shares of what each model can do, and at the common rate: of those that are limited the farthest out.
func writeShares(out *strings.Builder, all, block []Group, opts TableOptions) {
	rows, known, note := shareRows(all, block, true)
	if opts.Width > 0 && totalWidth(rows) > opts.Width {
		rows, known, note = shareRows(all, block, false)
	}
	if !known {
		return
	}
	fmt.Fprintln(out)
	writeAligned(out, rows, opts)
	for _, line := range words.Wrap(note, max(opts.Width-1, 0)) { // ± is two columns where there is ASCII alone
		fmt.Fprintln(out, line)
	}
}

// shareRows is the table of writeShares, and what must be said of it. With sure, each figure has its spread over processes beside it.
func shareRows(all, block []Group, sure bool) (cells [][]string, known bool, note string) {
	figure, latency := LimitedLatency(block[0].Params.SLO)
	head, shares := []string{figure + " at"}, slices.Clone(shownShares)
	for _, share := range shares {
		head = append(head, fmt.Sprintf("%.0f%%", 100*share))
	}
	if common := block[0].Params.RatePerS; common > 0 {
		head, shares = append(head, words.PerSecond(common)+"/s"), append(shares, 0)
	}
	cells, note = [][]string{head}, "%: of what each model was found to hold."
	broken, spread := false, false
	for i := range block {
		g := &block[i]
		row := []string{words.Printable(nameOf(all, g))}
		for _, share := range shares {
			at, ok := g.At(share)
			if !ok || at.Count == 0 {
				row = append(row, map[bool]string{false: "–", true: "too much"}[ok])
				continue
			}
			over := at.Over(latency)
			inWords := words.Nanoseconds(over.Mid)
			if sure && over.Sure() {
				inWords, spread = inWords+" ±"+words.Percent(over.Half()), true
			}
			if !at.Held {
				inWords, broken = inWords+"*", true
			}
			row, known = append(row, inWords), true
		}
		cells = append(cells, row)
	}
	if spread {
		note += " ±: half of the 95% interval over processes (Student's t of the logarithms); of two of them, half of their distance."
	}
	if broken {
		note += " *: the limits were not kept."
	}
	return cells, known, note
}

// LimitedLatency is the latency that such limits are on, of several the farthest out, and p99 where they are on none.
func LimitedLatency(slo string) (name string, of func(record.Window) int64) {
	for _, f := range []struct {
		key, name string
		of        func(record.Window) int64
	}{
		{"p999", "p99.9", func(w record.Window) int64 { return w.P999 }}, {"p99", "p99", func(w record.Window) int64 { return w.P99 }},
		{"p90", "p90", func(w record.Window) int64 { return w.P90 }}, {"p50", "p50", func(w record.Window) int64 { return w.P50 }},
	} {
		if limitOf(slo, f.key) > 0 {
			return f.name, f.of
		}
	}
	return "p99", func(w record.Window) int64 { return w.P99 }
}

// limitOf is the latency that limits such as "p50<1ms,p99<5ms" allow that percentile, in nanoseconds; 0: none.
func limitOf(slo, name string) float64 {
	for part := range strings.SplitSeq(slo, ",") {
		if amount, is := strings.CutPrefix(part, name+"<"); is {
			if d, err := time.ParseDuration(amount); err == nil {
				return float64(d)
			}
		}
	}
	return 0
}

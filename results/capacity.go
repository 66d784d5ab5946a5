package results

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Capacity is the most that a search found: messages a second, or connections, by what was searched.
func Capacity(c *Cell) (float64, bool) {
	if c.Search == nil {
		return 0, false
	}
	return known(c.Search.Found)
}

// searched reports whether the group's repetitions are searches: they have a capacity, and of the other figures none.
func (g *Group) searched() bool { return g.Params.searches() }

func (p Params) searches() bool { return p.Loop == "search" }

// Capacity is the most that the group's searches found, the median over those that found any, and in which interval it lies: from the lowest
// end of any to the highest. Where N is 0, no more than half of them found any, or nothing is known. An end that one of them does not know
// is not a number: Low where nothing held, High where no end was seen.
func (g *Group) Capacity() Interval {
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
func (i Interval) Between(words func(float64) string) string {
	switch low, high := !math.IsNaN(i.Low), !math.IsNaN(i.High); {
	case low && high:
		return words(i.Low) + " to " + words(i.High)
	case low:
		return "over " + words(i.Low)
	case high:
		return "under " + words(i.High)
	}
	return "not known"
}

// At is the window of the group's searches at that share of what each found, 0 for the common rate: medians over them. It is not
// ok where none has one.
func (g *Group) At(share float64) (w Window, ok bool) {
	var at []Window
	for _, c := range g.Valid {
		if c.Search == nil {
			continue
		}
		for _, w := range slices.Backward(c.Search.Curve) { // the common rate comes last
			if common := c.Params.RatePerS > 0 && w.RatePerS == c.Params.RatePerS; share == 0 && common || share > 0 && w.Share == share {
				at = append(at, w)
				break
			}
		}
	}
	if len(at) == 0 {
		return Window{}, false
	}
	return medianWindow(at), true
}

// medianWindow is the medians of several windows' figures; it held if more than half did.
func medianWindow(of []Window) Window {
	w := of[0]
	median := func(figure func(Window) float64) float64 {
		var values []float64
		for _, w := range of {
			values = append(values, figure(w))
		}
		return SpreadOf(values).Median
	}
	w.RatePerS = median(func(w Window) float64 { return w.RatePerS })
	w.ThroughputPerS = median(func(w Window) float64 { return w.ThroughputPerS })
	w.P50 = int64(median(func(w Window) float64 { return float64(w.P50) }))
	w.P99 = int64(median(func(w Window) float64 { return float64(w.P99) }))
	w.ServiceP99 = int64(median(func(w Window) float64 { return float64(w.ServiceP99) }))
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
const searchLegend = "The most: where half of the windows kept the limits, and half did not."

// shownShares are the columns of latency at shares of what each model can do.
var shownShares = []float64{0.25, 0.5, 0.75, 0.9, 1}

// SearchTable writes one block of searches: the most that each model holds, how sure that is, what the end was and why; and the latency at
// shares of it. The block is groups of one load and one number of connections, out of all groups.
func SearchTable(out *strings.Builder, all, block []Group, opts TableOptions) {
	p := block[0].Params
	title := printable(fmt.Sprintf("%s, N = %s", block[0].Scenario, groupDigits(float64(block[0].Conns))))
	if p.Search == "conns" {
		title = printable(fmt.Sprintf("%s, N up to %s", block[0].Scenario, groupDigits(float64(block[0].Conns))))
	}
	for i, line := range wrapColumns(title+" ("+printable(block[0].Setting().Params.String())+")", opts.Width) {
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
				for _, line := range wrapColumns(printable(nameOf(all, g)+": "+c.Search.Why), opts.Width) {
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
	cells := [][]string{{"model", most, "95% interval", "bound by", "valid"}}
	for i := range block {
		g := &block[i]
		held := g.Capacity()
		words, interval := "–", "–"
		switch {
		case held.N > 0:
			words, interval = PerSecond(held.Mid), held.Between(PerSecond)
		case len(g.Valid) > 0:
			words, interval = "none", held.Between(PerSecond)
		}
		valid := fmt.Sprintf("%d/%d", len(g.Valid), len(g.Valid)+len(g.Void))
		cells = append(cells, []string{printable(nameOf(all, g)), words, interval, g.bounds(), valid})
	}
	return cells
}

// bounds is who was at an end: "client?" where searches disagree.
func (g *Group) bounds() string {
	var all []string
	for _, c := range g.Valid {
		if c.Search != nil && !slices.Contains(all, c.Search.Bound) {
			all = append(all, printable(c.Search.Bound))
		}
	}
	if len(all) == 0 {
		return "–"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// writeShares writes p99 at shares of what each model can do, and at the common rate.
func writeShares(out *strings.Builder, all, block []Group, opts TableOptions) {
	shares := slices.Clone(shownShares)
	head := []string{"p99 at"}
	for _, share := range shares {
		head = append(head, fmt.Sprintf("%.0f%%", 100*share))
	}
	common := block[0].Params.RatePerS
	if common > 0 {
		head, shares = append(head, PerSecond(common)+"/s"), append(shares, 0)
	}
	cells, known, broken := [][]string{head}, false, false
	for i := range block {
		g := &block[i]
		row := []string{printable(nameOf(all, g))}
		for _, share := range shares {
			w, ok := g.At(share)
			switch {
			case !ok:
				row = append(row, "–")
			case w.Count == 0:
				row = append(row, "too much")
			default:
				words := Nanoseconds(float64(w.P99))
				if !w.Held {
					words, broken = words+"*", true
				}
				row, known = append(row, words), true
			}
		}
		cells = append(cells, row)
	}
	if !known {
		return
	}
	fmt.Fprintln(out)
	writeAligned(out, cells, opts)
	note := "%: of what each model was found to hold."
	if broken {
		note += " *: the limits were not kept."
	}
	fmt.Fprintln(out, note)
}

// wrapColumns breaks a text at spaces into lines of so many columns; 0: into one.
func wrapColumns(txt string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(txt) {
		last := len(lines) - 1
		if last >= 0 && (width == 0 || len([]rune(lines[last]))+1+len([]rune(word)) <= width) {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
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

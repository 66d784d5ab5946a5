package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"fmt"
	"slices"
	"strings"
)

// searchLegend says what a capacity is.
const searchLegend = "The most: where half of the windows kept the limits, and half did not. Over 1 process, the interval is of its windows alone: " +
	"how another process of the same program would do it does not tell. Hull: from the lowest to the highest end of two processes, or of some with no end of their own; " +
	"t: Student's t over processes, as logarithms."

// searchTable writes one block of searches: the most that each model holds, how sure that is, what the end was and why; and the latency at
// shares of it. The block is groups of one load and one number of connections, out of all groups.
func searchTable(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
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
				for _, line := range words.Wrap(words.Printable(figure.NameOf(all, g)+": "+c.Search.Why), opts.Width) {
					fmt.Fprintln(out, line)
				}
				break // of several searches one is enough
			}
		}
	}
	writeVoid(out, all, block, opts)
	writeWarnings(out, all, block, opts)
}

func capacityRows(all, block []figure.Group) [][]string {
	most := "messages/s"
	if block[0].Params.Search == "conns" {
		most = "connections"
	}
	var of []*figure.Group
	for i := range block {
		of = append(of, &block[i])
	}
	cells := [][]string{{"model", most, figure.CapacityHead(of), "over", "bound by", "valid"}}
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
		cells = append(cells, []string{words.Printable(figure.NameOf(all, g)), inWords, interval, g.OverWhat(), g.Bounds(), valid})
	}
	return cells
}

// writeShares writes a latency at shares of what each model can do, and at the common rate: of those that are limited the farthest out.
func writeShares(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
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
func shareRows(all, block []figure.Group, sure bool) (cells [][]string, known bool, note string) {
	fig, latency := figure.LimitedLatency(block[0].Params.SLO)
	head, shares := []string{fig + " at"}, slices.Clone(figure.ShownShares)
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
		row := []string{words.Printable(figure.NameOf(all, g))}
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

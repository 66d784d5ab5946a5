package results

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// TableOptions is where a table is to be read.
type TableOptions struct {
	Width int  // columns of the terminal; 0: as wide as it gets
	Color bool // a terminal that shows colour, and more than ASCII
}

// column is one figure of the table. Where room is short it has the tight head and words.
type column struct {
	head, tightHead   string
	metric            Metric
	words, tightWords func(float64) string
}

var columns = []column{
	{"messages/s", "msg/s", Throughput, PerSecond, PerSecond},
	{"p50", "p50", LatencyP50, Nanoseconds, Nanoseconds},
	{"p99", "p99", LatencyP99, Nanoseconds, Nanoseconds},
	{"p99.9", "p99.9", LatencyP999, Nanoseconds, Nanoseconds},
	{"CPU/message", "CPU ns", CPUPerMessage, nanosecondsInFull, PerSecond},
	{"user mem/conn", "user/c", UserPerConn, Bytes, Bytes},
	{"kernel mem/conn", "kernel/c", KernelPerConn, Bytes, Bytes},
}

// nanosecondsInFull is for a cost, which one compares, where a latency is something one reads.
func nanosecondsInFull(v float64) string { return PerSecond(v) + " ns" }

// WriteTable writes the cells as tables, one for every load and number of connections: models as rows, medians over the valid
// repetitions as figures, with half the range from smallest to largest beside them where there is room. Below a table stands
// why repetitions of it are void; below the last of a load, how memory grows with connections. The error is the writer's.
func WriteTable(w io.Writer, cells []Cell, opts TableOptions) error {
	groups := Summarise(cells)
	blocks := blocksOf(groups)
	wide := slices.ContainsFunc(groups, func(g Group) bool { return len(g.Valid) > 1 })
	for _, b := range blocks {
		wide = wide && (opts.Width == 0 || totalWidth(figuresOf(groups, b, true)) <= opts.Width)
	}
	var out strings.Builder
	for i, b := range blocks {
		writeBlock(&out, groups, b, wide, opts)
		fmt.Fprintln(&out)
		if load := b[0].Setting(); i == len(blocks)-1 || blocks[i+1][0].Setting() != load {
			writeGrowth(&out, load, groups, opts)
		}
	}
	writeCrossChecks(&out, CrossChecks(groups), opts)
	if wide {
		fmt.Fprintln(&out, "±: half of (largest - smallest) over the valid repetitions")
	} else if len(blocks) > 0 {
		fmt.Fprintln(&out, "CPU ns: of the server, a message. user/c, kernel/c: its memory, a connection;")
		fmt.Fprintln(&out, "at small N that is mostly what it costs to be awake: the slope over N is not.")
	}
	text := strings.TrimRight(out.String(), "\n") + "\n"
	if len(blocks) == 0 {
		text = "no repetition is finished\n"
	}
	if !opts.Color {
		text = strings.NewReplacer("±", "+-", "µ", "u", "–", "-", "─", "-").Replace(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

// blocksOf splits groups, which are in Summarise's order, where the load or the number of connections changes.
func blocksOf(groups []Group) (blocks [][]Group) {
	for len(groups) > 0 {
		n := 1
		for n < len(groups) && groups[n].Conns == groups[0].Conns && groups[n].Setting() == groups[0].Setting() {
			n++
		}
		blocks = append(blocks, groups[:n])
		groups = groups[n:]
	}
	return blocks
}

// writeBlock writes one block out of all groups.
func writeBlock(out *strings.Builder, all, block []Group, wide bool, opts TableOptions) {
	title := printable(fmt.Sprintf("%s, N = %s", block[0].Scenario, groupDigits(float64(block[0].Conns))))
	load := fmt.Sprintf("(%s)", block[0].Setting().Params)
	gap := " "
	if opts.Width > 0 && utf8.RuneCountInString(title+gap+load) > opts.Width {
		gap = "\n"
	}
	fmt.Fprintln(out, opts.mark(bold, title)+gap+load)
	writeAligned(out, figuresOf(all, block, wide), opts)
	writeWaiting(out, all, block, opts)
	for i := range block {
		writeVoid(out, nameOf(all, &block[i]), block[i].Void, opts)
	}
	writeWarnings(out, all, block)
}

// writeWarnings writes what the cells warn of, alike but for their figures only once: whose, in how many repetitions.
func writeWarnings(out *strings.Builder, all, block []Group) {
	var kinds []string                 // in the order they come
	first := map[string]string{}       // of a kind
	who := map[string]map[string]int{} // repetitions, by model
	for i := range block {
		g := &block[i]
		for _, c := range slices.Concat(g.Valid, g.Void) {
			for _, warning := range c.Warnings {
				kind := withoutFigures(warning)
				if who[kind] == nil {
					kinds = append(kinds, kind)
					first[kind], who[kind] = warning, map[string]int{}
				}
				who[kind][printable(nameOf(all, g))]++
			}
		}
	}
	for _, kind := range kinds {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(who[kind])) {
			names = append(names, fmt.Sprintf("%s %d×", name, who[kind][name]))
		}
		fmt.Fprintf(out, "warning: %s (%s)\n", printable(first[kind]), strings.Join(names, ", "))
	}
}

// withoutFigures is s with every digit the same.
func withoutFigures(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// figuresOf is the table of one block, the head its first row. With wide, heads are in full and spreads are shown.
func figuresOf(all, block []Group, wide bool) [][]string {
	head := []string{"model"}
	for _, c := range columns {
		if wide {
			head = append(head, c.head)
		} else {
			head = append(head, c.tightHead)
		}
	}
	cells := [][]string{append(head, "valid")}
	for i := range block {
		g := &block[i]
		row := []string{printable(nameOf(all, g))}
		for _, c := range columns {
			row = append(row, c.inWords(g.Of(c.metric), wide))
		}
		cells = append(cells, append(row, fmt.Sprintf("%d/%d", len(g.Valid), len(g.Valid)+len(g.Void))))
	}
	return cells
}

// waiting are the figures of connections that wait.
var waiting = []column{
	{head: "first p50", metric: FirstP50, words: Nanoseconds},
	{head: "last p50", metric: LastP50, words: Nanoseconds},
	{head: "spread p50", metric: SpreadP50, words: Nanoseconds},
	{head: "spread p99", metric: SpreadP99, words: Nanoseconds},
	{head: "CPU while all wait", metric: IdleCPU, words: finePercent},
}

// finePercent is a share of a CPU. The kernel charges by ticks: what is less than a few microseconds a second may be none at all.
func finePercent(v float64) string {
	if v < 1e-4 {
		return "<0.01%"
	}
	return digits(100*v) + "%"
}

// writeWaiting writes those of them that are known: when a message's first and last hearer had it, the spread between the two, and
// what the server's CPU did while nothing was sent.
func writeWaiting(out *strings.Builder, all, block []Group, opts TableOptions) {
	var shown []column
	for _, c := range waiting {
		if slices.ContainsFunc(block, func(g Group) bool { return g.Of(c.metric).N > 0 }) {
			shown = append(shown, c)
		}
	}
	if len(shown) == 0 {
		return
	}
	head := []string{"model"}
	for _, c := range shown {
		head = append(head, c.head)
	}
	cells := [][]string{head}
	for i := range block {
		row := []string{printable(nameOf(all, &block[i]))}
		for _, c := range shown {
			row = append(row, c.inWords(block[i].Of(c.metric), true))
		}
		cells = append(cells, row)
	}
	fmt.Fprintln(out)
	writeAligned(out, cells, opts)
}

// writeGrowth writes memory per connection as a slope over N, where at least two N know it.
func writeGrowth(out *strings.Builder, load Setting, groups []Group, opts TableOptions) {
	cells := [][]string{{"model", "user mem/conn", "kernel mem/conn"}}
	known := false
	for _, g := range MemoryGrowth(groups) {
		if g.Setting == load {
			cells = append(cells, []string{printable(g.Name), slopeInWords(g.User), slopeInWords(g.Kernel)})
			known = known || g.User != nil || g.Kernel != nil
		}
	}
	if !known {
		return
	}
	fmt.Fprintln(out, opts.mark(bold, printable(load.Scenario)+", memory as a slope over N"))
	writeAligned(out, cells, opts)
	fmt.Fprintln(out)
}

func slopeInWords(l *Line) string {
	if l == nil {
		return "–"
	}
	return Bytes(l.Slope)
}

// columnGap stands between columns.
const columnGap = "  "

// writeAligned writes rows in columns: names to the left, figures to the right, a rule under the head.
func writeAligned(out *strings.Builder, cells [][]string, opts TableOptions) {
	widths := columnWidths(cells)
	for i, row := range cells {
		var line strings.Builder
		for j, cell := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			if j == 0 {
				line.WriteString(cell + pad)
			} else {
				line.WriteString(columnGap + pad + cell)
			}
		}
		if i > 0 {
			fmt.Fprintln(out, line.String())
			continue
		}
		fmt.Fprintln(out, opts.mark(bold, line.String()))
		fmt.Fprintln(out, strings.Repeat("─", totalWidth(cells)))
	}
}

func columnWidths(cells [][]string) []int {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for j, cell := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func totalWidth(cells [][]string) int {
	total := -len(columnGap)
	for _, w := range columnWidths(cells) {
		total += w + len(columnGap)
	}
	return total
}

// Select Graphic Rendition, ECMA-48 8.3.117.
const (
	bold = "\x1b[1m"
	red  = "\x1b[31m"
)

// mark makes s stand out where there is colour.
func (o TableOptions) mark(with, s string) string {
	if !o.Color {
		return s
	}
	return with + s + "\x1b[0m"
}

func (c column) inWords(s Spread, wide bool) string {
	switch {
	case s.N == 0:
		return "–"
	case !wide:
		return c.tightWords(s.Median)
	case s.N == 1:
		return c.words(s.Median)
	}
	return fmt.Sprintf("%s ±%s", c.words(s.Median), percent(s.HalfRange()))
}

// percent is a share in whole percent : a spread is not known more finely.
func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

func writeVoid(out *strings.Builder, name string, void []Cell, opts TableOptions) {
	for _, c := range void {
		why := strings.Join(c.Void, "; ")
		if why == "" {
			why = "no reason told"
		}
		fmt.Fprintf(out, "%s: %s repetition %d: %s\n", opts.mark(red, "void"), printable(name), c.Rep, printable(why))
	}
}

// printable keeps what a foreign server or a file said from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || (r >= 0x80 && r < 0xA0) {
			return ' '
		}
		return r
	}, s)
}

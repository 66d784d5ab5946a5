package results

import (
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// column is one figure of the table. Where room is short it has the tight head and words.
type column struct {
	head, tightHead  string
	fig              figure.Figure
	wide, tightWords func(float64) string
}

var columns = []column{
	{"messages/s", "msg/s", figure.Named("throughput_per_s"), words.PerSecond, words.PerSecond},
	{"p50", "p50", figure.Named("p50_ns"), words.Nanoseconds, words.Nanoseconds},
	{"p99", "p99", figure.Named("p99_ns"), words.Nanoseconds, words.Nanoseconds},
	{"p99.9", "p99.9", figure.Named("p999_ns"), words.Nanoseconds, words.Nanoseconds},
	{"longest silence", "silence", figure.Silence, words.Nanoseconds, words.Nanoseconds},
	{"CPU/message", "CPU ns", figure.Named("cpu_ns_per_message"), figure.NanosecondsInFull, words.PerSecond},
	{"user mem/conn", "user/c", figure.Named("user_per_conn_bytes"), words.Bytes, words.Bytes},
	{"kernel mem/conn", "kernel/c", figure.Named("kernel_per_conn_bytes"), words.Bytes, words.Bytes},
}

// layout is how much a table tells, from little to much.
type layout int

const (
	narrow layout = iota // medians, under tight heads
	tight                // with how far they are sure, under tight heads
	wide                 // the same, in full
)

// WriteTable writes the cells as tables, one for every load and number of connections: models as rows, medians over the valid
// repetitions as figures, with half of their 95% interval beside them where there is room, or where there are too few for one with half the
// range from smallest to largest. Below a table stands why repetitions of it are void; below the last of a load, how memory grows with
// connections; and below all, what differs from the base (WriteComparisons). The error is the writer's.
func WriteTable(w io.Writer, cells []record.Cell, opts TableOptions) error {
	groups := figure.Summarise(cells)
	blocks := figure.Blocks(groups)
	known := intervalsOf(groups)
	how := layoutFor(groups, blocks, known, opts)
	var out strings.Builder
	begun := 0 // where the load of this block begins in groups
	ended := 0 // and where the block ends
	for i, b := range blocks {
		ended += len(b)
		if b[0].Searched() {
			searchTable(&out, groups, b, opts)
			fmt.Fprintln(&out)
			begun = ended
			continue
		}
		writeBlock(&out, groups, b, known, how, opts)
		if load := b[0].Setting(); i == len(blocks)-1 || blocks[i+1][0].Setting() != load {
			writeWarnings(&out, groups, groups[begun:ended], opts) // by the load: most are alike at every number of connections
			fmt.Fprintln(&out)
			writeGrowth(&out, load, groups, opts)
			begun = ended
			continue
		}
		fmt.Fprintln(&out)
	}
	if slices.ContainsFunc(blocks, func(b []figure.Group) bool { return b[0].Searched() }) {
		for _, line := range words.Wrap(searchLegend, opts.Width) {
			fmt.Fprintln(&out, line)
		}
	}
	writeCrossChecks(&out, figure.CrossChecks(groups), opts)
	if slices.ContainsFunc(blocks, func(b []figure.Group) bool { return !b[0].Searched() }) {
		writeLegend(&out, known, how, opts)
	}
	text := strings.TrimRight(out.String(), "\n") + "\n"
	if len(blocks) == 0 {
		text = "no repetition is finished\n"
	}
	if _, err := io.WriteString(w, text); err != nil || len(blocks) == 0 {
		return err
	}
	return WriteComparisons(w, compare.Comparisons(cells, ""), opts)
}

// told is a figure of a group, with its interval, or its spread where that is not known.
type told struct {
	interval stats.Interval
	spread   stats.Spread
}

func toldOf(g *figure.Group, f figure.Figure) told {
	if s := g.Of(f.Metric); f.Most {
		return told{interval: stats.Interval{Low: math.NaN(), Mid: s.Max, High: math.NaN(), N: s.N}}
	}
	return told{g.Interval(f), g.Of(f.Metric)}
}

// intervalsOf is every figure of every group: a bootstrap is not cheap, so each is taken once.
func intervalsOf(groups []figure.Group) map[*figure.Group][]told {
	all := make(map[*figure.Group][]told, len(groups))
	for i := range groups {
		g := &groups[i]
		for _, c := range columns {
			all[g] = append(all[g], toldOf(g, c.fig))
		}
	}
	return all
}

// layoutFor is the most telling layout that there is something to tell in, and that fits for all blocks.
func layoutFor(groups []figure.Group, blocks [][]figure.Group, known map[*figure.Group][]told, opts TableOptions) layout {
	if !slices.ContainsFunc(groups, func(g figure.Group) bool { return len(g.Told()) > 1 || len(g.Rotated) > 0 }) {
		return narrow
	}
	for how := wide; how > narrow; how-- {
		if !slices.ContainsFunc(blocks, func(b []figure.Group) bool {
			return opts.Width > 0 && totalWidth(figuresOf(groups, b, known, how)) > opts.Width
		}) {
			return how
		}
	}
	return narrow
}

func writeLegend(out *strings.Builder, known map[*figure.Group][]told, how layout, opts TableOptions) {
	if len(known) == 0 {
		return
	}
	if how != narrow {
		sure, few := false, false
		for _, figures := range known {
			for _, f := range figures {
				sure = sure || f.interval.Sure() && f.interval.Half() > 0
				few = few || !f.interval.Sure() && f.spread.N > 1
			}
		}
		if sure {
			fmt.Fprintln(out, "±: half of the 95% interval of the median")
		}
		if few {
			fmt.Fprintln(out, "~: half of (largest - smallest) over the repetitions, which are too few for an interval")
		}
	}
	if how == wide {
		return
	}
	for _, l := range []struct{ column, inWords string }{
		{"CPU ns", "CPU ns: of the server, a message"},
		{"user/c", "user/c, kernel/c: memory of the server, a connection; at small N mostly what it costs to be awake: see the slope over N"},
	} {
		at := slices.IndexFunc(columns, func(c column) bool { return c.tightHead == l.column })
		if slices.ContainsFunc(slices.Collect(maps.Values(known)), func(figures []told) bool { return figures[at].interval.N > 0 }) {
			fmt.Fprintln(out, opts.wrapped(l.inWords))
		}
	}
}

// writeBlock writes one block out of all groups.
func writeBlock(out *strings.Builder, all, block []figure.Group, known map[*figure.Group][]told, how layout, opts TableOptions) {
	title := words.Printable(fmt.Sprintf("%s, N = %s", block[0].Scenario, words.Number(float64(block[0].Conns))))
	load := fmt.Sprintf("(%s)", block[0].Setting().Params)
	fmt.Fprintln(out, opts.mark(bold, title)+strings.TrimPrefix(opts.wrapped(title+" "+load), title))
	writeAligned(out, figuresOf(all, block, known, how), opts)
	writeSeldom(out, all, block, opts)
	writeVoid(out, all, block, opts)
	writeStops(out, all, block, opts)
}

// figuresOf is the table of one block, the head its first row, without the columns that nothing is known in.
func figuresOf(all, block []figure.Group, known map[*figure.Group][]told, how layout) [][]string {
	var shown []int
	head := []string{"model"}
	for j, c := range columns {
		told := false
		for i := range block {
			told = told || known[&block[i]][j].interval.N > 0
		}
		if !told {
			continue
		}
		shown = append(shown, j)
		if how == wide {
			head = append(head, c.head)
		} else {
			head = append(head, c.tightHead)
		}
	}
	cells := [][]string{append(head, "valid")}
	for i := range block {
		g := &block[i]
		row := []string{words.Printable(figure.NameOf(all, g))}
		for _, j := range shown {
			row = append(row, columns[j].inWords(known[g][j], how))
		}
		valid, of := g.Counts()
		cells = append(cells, append(row, fmt.Sprintf("%d/%d", valid, of)))
	}
	return cells
}

// writeGrowth writes memory per connection as a slope over N, where at least two N know it.
func writeGrowth(out *strings.Builder, load figure.Setting, groups []figure.Group, opts TableOptions) {
	cells := [][]string{{"model", "user mem/conn", "kernel mem/conn"}}
	known := false
	for _, g := range figure.MemoryGrowth(groups) {
		if g.Setting == load {
			cells = append(cells, []string{words.Printable(g.Name), slopeInWords(g.User), slopeInWords(g.Kernel)})
			known = known || g.User != nil || g.Kernel != nil
		}
	}
	if !known {
		return
	}
	fmt.Fprintln(out, opts.mark(bold, words.Printable(load.Scenario)+", memory as a slope over N"))
	writeAligned(out, cells, opts)
	fmt.Fprintln(out)
}

func slopeInWords(l *stats.Line) string {
	if l == nil {
		return "–"
	}
	return words.Bytes(l.Slope)
}

func (c column) inWords(f told, how layout) string {
	if f.interval.N == 0 {
		return "–"
	}
	inWords, gap := c.wide, " "
	if how != wide {
		inWords, gap = c.tightWords, ""
	}
	fig := inWords(f.interval.Mid)
	if how == narrow {
		return fig
	}
	if how == tight {
		fig = strings.ReplaceAll(fig, " ", "")
	}
	switch {
	case f.interval.Sure():
		return fig + gap + "±" + words.Percent(f.interval.Half())
	case f.spread.N > 1:
		return fig + gap + "~" + words.Percent(f.spread.HalfRange())
	}
	return fig
}

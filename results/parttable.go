package results

import (
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// WriteParts writes where the memory of a connection goes, as slopes over N with half their 95% intervals, for every load whose cells
// know the parts at two numbers of connections or more. It writes nothing where none does. The error is the writer's.
func WriteParts(w io.Writer, cells []record.Cell, opts TableOptions) error {
	var out strings.Builder
	grown := figure.PartsGrowth(figure.Summarise(cells))
	for len(grown) > 0 {
		n := 1
		for n < len(grown) && grown[n].Setting == grown[0].Setting {
			n++
		}
		writeParts(&out, grown[:n], "user memory a connection, by parts", slices.Concat([]figure.Part{figure.AllUser}, figure.UserParts), opts)
		writeParts(&out, grown[:n], "kernel memory a connection, by parts", slices.Concat([]figure.Part{figure.AllKernel}, figure.KernelParts), opts)
		grown = grown[n:]
	}
	if out.Len() > 0 {
		fmt.Fprintln(&out, opts.wrapped("words.Bytes, slopes over N; ±: half of the 95% interval. Sockets, files, epoll items: computed, their number × the size of one."))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func writeParts(out *strings.Builder, grown []figure.PartGrowth, title string, parts []figure.Part, opts TableOptions) {
	table := [][]string{{"model"}}
	for _, p := range parts {
		table[0] = append(table[0], p.Title)
	}
	last := -1
	var lastName string
	for _, g := range grown {
		at := slices.IndexFunc(parts, func(p figure.Part) bool { return p.Name == g.Part.Name })
		if at < 0 {
			continue
		}
		if last < 0 || lastName != g.Name {
			row := append([]string{words.Printable(g.Name)}, slices.Repeat([]string{"–"}, len(parts))...)
			table = append(table, row)
			last, lastName = len(table)-1, g.Name
		}
		table[last][at+1] = slopeWithInterval(g.Slope)
	}
	if last < 0 {
		return
	}
	setting := grown[0].Setting
	title = words.Printable(setting.Scenario) + ", " + title
	fmt.Fprintf(out, "\n%s%s\n", opts.mark(bold, title), strings.TrimPrefix(opts.wrapped(fmt.Sprintf("%s (%s)", title, setting.Params)), title))
	writeAligned(out, table, opts)
}

// slopeWithInterval is a slope in bytes, with what it is unsure by in the same unit: whole bytes tell enough.
func slopeWithInterval(s stats.Interval) string {
	mid := math.Round(s.Mid) + 0 // not -0
	if math.IsNaN(s.Low) {
		return fmt.Sprintf("%.0f", mid)
	}
	return fmt.Sprintf("%.0f ±%.0f", mid, (s.High-s.Low)/2)
}

// How many system calls have a column of their own: as many as there is room for, within these.
const (
	leastCalls = 4
	mostCalls  = 9
)

// WriteDiagnosis writes what the diagnostic passes found, a table a load and number of connections. It writes nothing where there were
// none. The error is the writer's.
func WriteDiagnosis(w io.Writer, cells []record.Cell, opts TableOptions) error {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return c.Diagnosis == nil })
	var out strings.Builder
	var why []string
	for _, block := range figure.Blocks(figure.Summarise(cells)) {
		fmt.Fprintf(&out, "\n%s (%s)\n", opts.mark(bold, words.Printable(fmt.Sprintf("%s, N = %s, looked into", block[0].Scenario,
			words.Number(float64(block[0].Conns))))), block[0].Setting().Params)
		columns := mostCalls
		table := diagnosisTable(block, columns)
		for opts.Width > 0 && totalWidth(table) > opts.Width && columns > leastCalls {
			columns--
			table = diagnosisTable(block, columns)
		}
		writeAligned(&out, table, opts)
		for i := range block {
			for _, c := range slices.Concat(block[i].Valid, block[i].Void) {
				if d := c.Diagnosis; d.Tool == "" && !slices.Contains(why, d.Why) {
					why = append(why, d.Why)
				}
			}
		}
	}
	if out.Len() > 0 {
		fmt.Fprintln(&out, opts.wrapped("Looked into: under the same load once more, slowed by what counts. Columns of names: system calls a reply; "+
			"sched: how long goroutines were ready before they ran; allocs: heap objects a reply, and their bytes."))
	}
	for _, w := range why {
		fmt.Fprintln(&out, opts.wrapped("not counted: "+words.Printable(w)))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// diagnosisTable is one row a model, its first repetition that was diagnosed, with columns for so many system calls.
func diagnosisTable(block []figure.Group, columns int) [][]string {
	var of []*record.Diagnosis
	var names []string
	for i := range block {
		g := &block[i]
		all := slices.Concat(g.Valid, g.Void)
		of, names = append(of, all[0].Diagnosis), append(names, figure.NameOf(block, g))
	}
	calls := commonCalls(of)
	calls = calls[:min(len(calls), columns)]
	head := append([]string{"model"}, calls...)
	table := [][]string{append(head, "others", "sched p50", "p99", "GCs", "allocs", "bytes")}
	for i, d := range of {
		row := []string{words.Printable(names[i])}
		var others float64
		for name, n := range d.Syscalls {
			if !slices.Contains(calls, name) {
				others += n
			}
		}
		for _, name := range calls {
			row = append(row, callsInWords(d, d.Syscalls[name]))
		}
		row = append(row, callsInWords(d, others), inWordsOf(d.SchedP50, words.Nanoseconds), inWordsOf(d.SchedP99, words.Nanoseconds),
			inWordsOf(d.GCCycles, words.Digits), inWordsOf(d.Allocs, words.Digits), inWordsOf(d.AllocB, words.Digits))
		table = append(table, row)
	}
	return table
}

// commonCalls are the system calls that are made most, over all models, and by at least one of them at 1 in 100 replies.
func commonCalls(of []*record.Diagnosis) []string {
	most := map[string]float64{}
	for _, d := range of {
		for name, n := range d.Syscalls {
			if name != "other" {
				most[name] = max(most[name], n)
			}
		}
	}
	var names []string
	for name, n := range most {
		if n >= 0.01 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(-cmp.Compare(most[a], most[b]), cmp.Compare(a, b)) })
	return names
}

func callsInWords(d *record.Diagnosis, n float64) string {
	switch {
	case d.Tool == "":
		return "–"
	case n == 0:
		return "0"
	}
	return fmt.Sprintf("%.2f", n)
}

func inWordsOf[T int64 | float64](v *T, inWords func(float64) string) string {
	if v == nil {
		return "–"
	}
	return inWords(float64(*v))
}

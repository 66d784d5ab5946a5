package question

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/words"
)

// mostCalls is how many system calls have a column of their own.
const mostCalls = 9

// diagnosis is what passes found that were not timed: system calls by name, the scheduler, the collector.
func (e *evidence) diagnosis() []Answer {
	a := Answer{ID: "diagnosis", Title: "Inside the server",
		How: []string{"A pass of its own under the same load, slowed by being watched: it gives shares, and no times to " +
			"compare."}}
	calls := map[string]float64{}
	for _, block := range figure.Blocks(e.whole) {
		t := e.diagnosisTable(block, calls)
		if len(t.Rows) > 0 {
			a.Tables = append(a.Tables, t)
		}
		for i := range block {
			for _, c := range block[i].Valid {
				if d := c.Diagnosis; d != nil && d.Tool == "" && d.Why != "" && !slices.Contains(a.Doubts,
					"System calls were not counted: "+words.Printable(d.Why)) {
					a.Doubts = append(a.Doubts, "System calls were not counted: "+words.Printable(d.Why))
				}
			}
		}
	}
	if len(a.Tables) == 0 {
		return nil
	}
	a.Headline = fmt.Sprintf("Looked into, not timed: %s", words.Plural(len(a.Tables), "load"))
	if len(calls) > 0 {
		names := slices.SortedFunc(maps.Keys(calls), func(a, b string) int {
			return cmp.Or(cmp.Compare(calls[a], calls[b]),
				cmp.Compare(a, b))
		})
		least, most := names[0], names[len(names)-1]
		a.Headline = shortest(fmt.Sprintf("System calls a message: %.2f in %s, %.2f in %s", calls[least], words.Code(least),
			calls[most], words.Code(most)))
	}
	return []Answer{a}
}

// diagnosisTable is one row a model, its first repetition that was diagnosed. It adds the calls of each model in all to sums.
func (e *evidence) diagnosisTable(block []figure.Group, sums map[string]float64) show.Table {
	var of []*record.Diagnosis
	var names []string
	for i := range block {
		g := &block[i]
		for _, c := range slices.Concat(g.Valid, g.Rotated, g.Void) {
			if c.Diagnosis != nil {
				of, names = append(of, c.Diagnosis), append(names, figure.NameOf(e.whole, g))
				break
			}
		}
	}
	t := show.Table{Title: fmt.Sprintf("%s, %s", words.Capital(e.loads[block[0].Setting()]), atN(block[0].Conns)),
		Columns: heads("Model"),
		Note: "Columns of names: system calls a reply. Scheduler: how long goroutines were ready before they ran. Objects: " +
			"heap objects a reply, and their bytes."}
	calls := commonCalls(of)
	calls = calls[:min(len(calls), mostCalls)]
	for i, head := range slices.Concat(calls, []string{"others", "scheduler p50", "scheduler p99", "collections", "objects",
		"bytes"}) {
		t.Columns = append(t.Columns, show.Column{Head: head, Key: keyOf(head), Minor: i < len(calls) && i > 3})
	}
	for i, d := range of {
		row := []show.Cell{named(names[i])}
		others, sum := 0.0, 0.0
		for name, n := range d.Syscalls {
			sum += n
			if !slices.Contains(calls, name) {
				others += n
			}
		}
		for _, name := range calls {
			row = append(row, callsCell(d, d.Syscalls[name]))
		}
		row = append(row, callsCell(d, others), counted(d.SchedP50, words.Nanoseconds), counted(d.SchedP99, words.Nanoseconds),
			counted(d.GCCycles, words.Digits), counted(d.Allocs, words.Digits), counted(d.AllocB, words.Digits))
		t.Rows = append(t.Rows, row)
		if d.Tool != "" {
			sums[names[i]] = sum
		}
	}
	return t
}

// commonCalls are the system calls that are made most, over all models, and by at least one of them at 1 in 100 replies.
func commonCalls(of []*record.Diagnosis) []string {
	most := map[string]float64{}
	for _, d := range of {
		for name, n := range d.Syscalls {
			if name != "other" && n >= 0.01 {
				most[name] = max(most[name], n)
			}
		}
	}
	return slices.SortedFunc(maps.Keys(most), func(a, b string) int {
		return cmp.Or(-cmp.Compare(most[a], most[b]),
			strings.Compare(a, b))
	})
}

func callsCell(d *record.Diagnosis, n float64) show.Cell {
	switch {
	case d.Tool == "":
		return unknown
	case n == 0:
		return number(0, "0")
	}
	return number(n, fmt.Sprintf("%.2f", n))
}

func counted[T int64 | float64](v *T, inWords func(float64) string) show.Cell {
	if v == nil {
		return unknown
	}
	return number(float64(*v), inWords(float64(*v)))
}

package question

import (
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/record"
)

// Of is all that a run answers, in the order a reader asks. Warnings are of reading its files.
func Of(run *record.Run, cells []record.Cell, warnings []string) *Answers {
	run, cells, named := figure.ShortNames(run, cells)
	warnings = slices.Concat(warnings, named)
	e := evidenceOf(run, cells)
	a := &Answers{Run: run, Models: e.models(), Void: e.voidLine(), Comparisons: e.all, control: e.control}
	language, originals := e.language()
	coroutine, priced := e.coroutine()
	a.Comparisons = append(append(a.Comparisons, priced...), originals...)
	for _, answers := range [][]Answer{
		e.memory(), e.cpu(), e.latency(), e.tail(), e.throughput(), e.capacity(), e.blocking(), e.slowReaders(), e.storms(),
		e.room(), e.cores(),
		e.fairness(), language, coroutine, e.pauses(), e.drivers(),
	} {
		a.All = append(a.All, answers...)
	}
	first := len(a.All)
	for _, answers := range [][]Answer{e.diagnosis(), e.everyLoad(), e.comparisons(), e.validity(warnings), e.setup()} {
		a.All = append(a.All, answers...)
	}
	for i := range a.All[first:] {
		a.All[first+i].Detail = true
	}
	for i := range a.All {
		if q := &a.All[i]; q.Cite == "" {
			q.Cite = strings.Trim(q.Load+": "+q.Headline, ": ")
		}
	}
	return a
}

package question

import (
	"cbench/results/record"
)

// Of is all that a run answers. Warnings are of reading its files.
func Of(run *record.Run, cells []record.Cell, warnings []string) *Answers {
	e := evidenceOf(run, cells)
	a := &Answers{Run: run, Models: e.models(), Void: e.voidLine(), Comparisons: e.all}
	for _, answers := range [][]Answer{
		e.memory(), e.cpu(), e.latency(), e.tail(), e.throughput(), e.blocking(), e.comparisons(), e.validity(warnings),
	} {
		a.All = append(a.All, answers...)
	}
	return a
}

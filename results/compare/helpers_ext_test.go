package compare_test

import (
	"slices"

	"cbench/results/compare"
	"cbench/results/record"
)

func found(all []compare.Comparison, fig, other string, conns int) *compare.Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == fig && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuName = "cpu_ns_per_message"

func modelsIn(cells []record.Cell) (names []string) {
	for i := range cells {
		names = append(names, cells[i].Model)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

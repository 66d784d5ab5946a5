package report

import (
	"slices"
	"testing"

	"cbench/results"
)

// No two servers are looked at after the same nanoseconds; the columns are of what was meant.
func TestReturned(t *testing.T) {
	idle := results.Params{Loop: "open", RatePerS: 10, Procs: 1}
	cell := func(model string, late int64) results.Cell {
		c := results.Cell{Scenario: "idle", Model: model, Conns: 100, Rep: 1, Params: idle, Valid: true}
		c.Memory.EmptyRSS = whole(1 << 20)
		c.Memory.Returned = []results.Returned{{AfterNS: 1e8 + late, RSS: 8 << 20}, {AfterNS: 1e9 + late, RSS: 4 << 20}, {AfterNS: 3e9 + 7*late, RSS: 2 << 20}}
		return c
	}
	s := Source{Run: &results.Run{}, Cells: []results.Cell{cell("pool", 61_234), cell("reactor", 7_654_321)}}
	b := builder{facts: factsOf(&s)}
	table, ok := b.returned(b.groups[0].Setting())
	if want := []string{"Model", "N", "Empty", "All open", "After closing", "0.1 s later", "1 s later", "3 s later"}; !ok || !slices.Equal(table.Head, want) {
		t.Fatalf("%q, want %q", table.Head, want)
	}
	for _, row := range table.Rows {
		if row[5].Text != "8.00 MiB" || row[6].Text != "4.00 MiB" || row[7].Text != "2.00 MiB" {
			t.Errorf("%s: %+v", row[0].Text, row[5:])
		}
	}
}

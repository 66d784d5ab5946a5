package report

import (
	"slices"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
)

// No two servers are looked at after the same nanoseconds; the columns are of what was meant.
func TestReturned(t *testing.T) {
	idle := record.Params{Loop: "open", RatePerS: 10, Procs: 1}
	cell := func(model string, late int64) record.Cell {
		c := record.Cell{Scenario: "idle", Model: model, Conns: 100, Rep: 1, Params: idle, Valid: true}
		c.Memory.EmptyRSS = whole(1 << 20)
		c.Memory.Returned = []record.Returned{{AfterNS: 1e8 + late, RSS: 8 << 20}, {AfterNS: 1e9 + late, RSS: 4 << 20}, {AfterNS: 3e9 + 7*late, RSS: 2 << 20}}
		return c
	}
	s := Source{Run: &record.Run{}, Cells: []record.Cell{cell("pool", 61_234), cell("reactor", 7_654_321)}}
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

func TestSlopesTellHowSureTheyAre(t *testing.T) {
	unsure := grows("pool", 180)
	b := builder{facts: facts{growth: []figure.Growth{surely("goroutine", 3950, 3870, 60), unsure}}}
	rows := b.slopes().Rows
	if u, k := rows[0][1], rows[0][2]; u.Text != "3.86 KiB" || u.Detail != "3.80 to 3.92" || k.Text != "3.78 KiB" || k.Detail != "3.72 to 3.84" {
		t.Errorf("%+v, %+v", u, k)
	}
	if u, k := rows[1][1], rows[1][2]; u.Text != "180 B" || u.Detail != "" || k.Text != unknown.Text {
		t.Errorf("what is not known: %+v, %+v", u, k)
	}
}

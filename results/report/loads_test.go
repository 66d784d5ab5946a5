package report

import (
	"slices"
	"strings"
	"testing"

	"cbench/results/record"
)

// Figures that few scenarios know stand in a table of their own, and only under the loads that know them.
func TestSeldomTable(t *testing.T) {
	comet := record.Params{Loop: "open", RatePerS: 200, Procs: 1}
	cell := func(model string, rep int, spread, dropped int64) record.Cell {
		return record.Cell{Scenario: "comet", Model: model, Conns: 1000, Rep: rep, Params: comet, Valid: true,
			Spread: &record.Latency{Count: 500, P50: spread, P99: 3 * spread}, Load: record.Load{DroppedSlow: &dropped}}
	}
	echo := record.Cell{Scenario: "echo", Model: "pool", Conns: 1000, Rep: 1, Params: comet, Valid: true}
	s := Source{Run: &record.Run{}, Cells: []record.Cell{cell("pool", 1, 2e6, 7), cell("pool", 2, 4e6, 9), cell("reactor", 1, 1e6, 0), echo}}
	b := builder{facts: factsOf(&s)}
	for _, load := range b.loads() {
		at := slices.IndexFunc(load.Tables, func(t Table) bool { return slices.Contains(t.Head, "Members dropped") })
		if load.Name != "comet at 200 messages/s" {
			if at >= 0 {
				t.Errorf("%s knows none of them, and has %+v", load.Name, load.Tables[at])
			}
			continue
		}
		if at < 0 {
			t.Fatalf("%s: none of %+v", load.Name, load.Tables)
		}
		table := load.Tables[at]
		if want := []string{"Model", "N", "Spread p50", "Spread p99", "Members dropped"}; !slices.Equal(table.Head, want) {
			t.Errorf("head %q, want %q", table.Head, want)
		}
		if row := table.Rows[0]; row[0].Text != "pool" || row[2].Text != "3.00 ms" || row[2].Detail != "(±33%)" || row[4].Text != "8" {
			t.Errorf("row %+v", row)
		}
	}
}

// How long a server was kept waiting for a CPU stands beside what it took of it.
func TestRunQueueWaitIsShown(t *testing.T) {
	c := roomed("pool", 100, true)
	perMessage := 2e3
	c.CPU = record.CPU{ServerNS: whole(4e6), ServerNSPerMessage: &perMessage, RunQueueNS: whole(1e6)}
	s := Source{Run: &record.Run{}, Cells: []record.Cell{c}}
	b := builder{facts: factsOf(&s)}
	table := b.table(b.groups[0].Setting())
	at := slices.IndexFunc(table.Head, func(h string) bool { return h == runQueueHead })
	if at < 0 || len(table.Rows[0]) != len(table.Head) || table.Rows[0][at].Text != "500 ns" {
		t.Errorf("%q: %s", table.Head, texts(table.Rows[0]))
	}
}

// Of the rounds of one repetition, too few for an interval, there is no range of repetitions either: ±0% would be a lie.
func TestOneRepetitionHasNoRange(t *testing.T) {
	for rounds, want := range map[int]string{4: "", 12: ""} {
		c := record.Cell{Scenario: "echo", Model: "pool", Conns: 100, Rep: 1, Params: record.Params{Loop: "closed", Rotation: "all"}, Valid: true, Rotation: &record.Rotation{}}
		for i := range rounds {
			c.Rotation.Rounds = append(c.Rotation.Rounds, record.Round{ServerNSPerMessage: 9000 + 100*float64(i%3), ThroughputPerS: 1000})
		}
		perMessage := 9100.0
		c.CPU.ServerNSPerMessage = &perMessage
		b := builder{facts: factsOf(&Source{Run: &record.Run{}, Cells: []record.Cell{c}})}
		if d := datum(&b.groups[0], figures.cpu); d.Text == unknown.Text || !strings.HasPrefix(d.Detail, want) || (want == "") != (d.Detail == "") {
			t.Errorf("%d rounds: %q %q, want %q", rounds, d.Text, d.Detail, want)
		}
	}
}

package figure_test

import (
	"math"
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// driven is a repetition of a closed loop by that driver.
func driven(driver, model string, conns int, throughput, client, server float64) record.Cell {
	return record.Cell{
		Schema: record.Schema, Model: model, Scenario: "http-echo", Conns: conns, Rep: 1, Valid: true,
		Params: record.Params{Loop: "closed", PayloadBytes: 128, Pipeline: 1, Procs: 1, Driver: driver},
		Load: record.Load{Sent: 1000, Received: 1000, ThroughputPerS: &throughput, ClientCPURatio: &client, ServerCPURatio: &server,
			ClientCPUs: 2, ServerCPUs: 1},
		Latency: &record.Latency{Count: 1000, P50: 1e6, P99: 2e6},
	}
}

func TestCrossChecks(t *testing.T) {
	void := driven("hey", "pool", 100, 1, 1, 1)
	void.Valid = false
	open := driven("hey", "callback", 100, 1, 1, 1)
	open.Params.Loop, open.Params.RatePerS = "open", 5
	cells := []record.Cell{
		driven("wrk", "goroutine", 100, 80000, 1.0, 0.99), driven("", "goroutine", 100, 100000, 1.95, 0.7),
		driven("hey", "goroutine", 100, 50000, 1.2, 0.5), driven("", "goroutine", 1000, 100000, 1, 1),
		driven("hey", "reactor", 100, 1, 2, 1), driven("wrk", "reactor", 100, 2, 1, 0.5),
		driven("", "pool", 100, 1, 1, 1), void,
		driven("", "callback", 100, 1, 1, 1), open,
	}
	cells[5].Load.ServerCPURatio = nil
	all := figure.CrossChecks(figure.Summarise(cells))
	if len(all) != 2 {
		t.Fatalf("%d cross-checks, want those of goroutine and reactor at 100: %+v", len(all), all)
	}
	for i, want := range []struct {
		model string
		rows  []figure.CrossRow
	}{
		{"goroutine", []figure.CrossRow{
			{Driver: "cbench", Bottleneck: figure.ClientBound, Why: "client CPU 98% used, server CPU 70%"},
			{Driver: "hey", Bottleneck: figure.Neither, Difference: recordtest.Ptr(-0.5), Why: "locks"},
			{Driver: "wrk", Bottleneck: figure.ServerBound, Difference: recordtest.Ptr(-0.2), Why: "server CPU 99%"},
		}},
		{"reactor", []figure.CrossRow{ // none of our own to compare with
			{Driver: "hey", Bottleneck: figure.BothBound, Why: "100%"},
			{Driver: "wrk", Bottleneck: figure.NotKnown, Why: "not known"},
		}},
	} {
		c := all[i]
		if c.Model != want.model || c.Conns != 100 || c.Setting.Params.Driver != "" || len(c.Rows) != len(want.rows) {
			t.Fatalf("%d is %+v", i, c)
		}
		for k, w := range want.rows {
			got := c.Rows[k]
			same := got.Difference == nil && w.Difference == nil ||
				got.Difference != nil && w.Difference != nil && math.Abs(*got.Difference-*w.Difference) < 1e-9
			if got.Driver != w.Driver || got.Bottleneck != w.Bottleneck || !same || !strings.Contains(got.Why, w.Why) {
				t.Errorf("%s, row %d: %+v, want %+v", c.Model, k, got, w)
			}
		}
	}
}

// Whoever left both sides idle is blamed only where nobody else took their CPUs.
func TestNeitherWhy(t *testing.T) {
	for _, tt := range []struct {
		driver string
		others *float64
		why    string
	}{
		{"hey", recordtest.Ptr(0.0), "hey waits at its own locks"}, {"hey", nil, "hey waits at its own locks or for other programs"},
		{"hey", recordtest.Ptr(0.5), "others took 50% of a CPU"}, {"wrk", recordtest.Ptr(0.01), "each waited for the other"},
	} {
		one, two := driven("", "goroutine", 100, 1, 1, 1), driven(tt.driver, "goroutine", 100, 1, 0.5, 0.5)
		two.Machine = &record.Machine{OthersRatio: tt.others}
		row := figure.CrossChecks(figure.Summarise([]record.Cell{one, two}))[0].Rows[1]
		if row.Bottleneck != figure.Neither || !strings.HasSuffix(row.Why, ": "+tt.why) {
			t.Errorf("%s: %s: %q, want %q", tt.driver, row.Bottleneck, row.Why, tt.why)
		}
	}
}

package compare_test

import (
	"math"
	"testing"
	"time"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// roomOf is a cell of fanout that kept up, or fell behind by half.
func roomOf(model string, conns, rep int, kept bool) record.Cell {
	offered := 10 * float64(conns)
	c := record.Cell{Schema: record.Schema, Model: model, Scenario: figure.Fanout, Conns: conns, Rep: rep, Valid: kept,
		Params: record.Params{Loop: "open", RatePerS: 10, PayloadBytes: 128, Pipeline: 1}}
	if !kept {
		c.Void = []string{"it fell behind"}
		c.Load.Behind = &record.Behind{OfferedPerS: offered, AchievedPerS: offered / 2}
	}
	return c
}

func TestReaches(t *testing.T) {
	disturbed := roomOf("pool", 100, 1, true)
	disturbed.Valid, disturbed.Void = false, []string{"others took the CPU"}
	for name, c := range map[string]struct {
		cells        []record.Cell
		kept, behind int
		achieved     float64
		client       bool
	}{
		"all":                  {[]record.Cell{roomOf("pool", 10, 1, true), roomOf("pool", 1000, 1, true)}, 1000, 0, 0, false},
		"not the largest":      {[]record.Cell{roomOf("pool", 10, 1, true), roomOf("pool", 1000, 1, false), roomOf("pool", 5000, 1, false)}, 10, 1000, 5000, false},
		"none":                 {[]record.Cell{roomOf("pool", 1000, 1, false)}, 0, 1000, 5000, false},
		"one in three did not": {[]record.Cell{roomOf("pool", 10, 1, true), roomOf("pool", 10, 2, false), roomOf("pool", 10, 3, true)}, 10, 0, 0, false},
		"two in three did not": {[]record.Cell{roomOf("pool", 10, 1, false), roomOf("pool", 10, 2, false), roomOf("pool", 10, 3, true)}, 0, 10, 50, false},
		"disturbed":            {[]record.Cell{roomOf("pool", 10, 1, true), disturbed, roomOf("pool", 1000, 1, true)}, 1000, 0, 0, false},
		"in balance":           {[]record.Cell{roomOf("pool", 10, 1, true), roomOf("pool", 1000, 1, true), roomOf("pool", 1000, 2, false)}, 10, 0, 0, false},
		"the client's end":     {[]record.Cell{roomOf("pool", 10, 1, true), clients(roomOf("pool", 1000, 1, false))}, 10, 1000, 5000, true},
		"the client's once":    {[]record.Cell{roomOf("pool", 10, 1, false), roomOf("pool", 10, 2, false), clients(roomOf("pool", 10, 3, false))}, 0, 10, 50, false},
	} {
		all := figure.Reaches(figure.Summarise(c.cells))
		if len(all) != 1 || all[0].Kept != c.kept || all[0].Behind != c.behind || all[0].AchievedPerS != c.achieved || all[0].Client != c.client {
			t.Errorf("%s: %+v, want %+v", name, all, c)
		}
	}
	if all := figure.Reaches(figure.Summarise([]record.Cell{disturbed})); len(all) != 0 {
		t.Errorf("of nothing: %+v", all)
	}
}

// slowed is a cell of blocking in which bystanders, and slow requests, took so long.
func slowed(how string, share float64, p99, aside time.Duration, valid bool) record.Cell {
	c := record.Cell{Schema: record.Schema, Model: "pool", Scenario: figure.Blocking, Conns: 100, Rep: 1, Valid: valid,
		Params:  record.Params{Loop: "open", RatePerS: 1000, PayloadBytes: 128, Pipeline: 1, Share: share, BlockNS: 20e6, How: how},
		Latency: &record.Latency{Count: 1000, P99: int64(p99)}, Aside: &record.Latency{Count: 1000, P50: int64(aside)}}
	if !valid {
		c.Void = []string{"it fell behind"}
		c.Load.Behind = &record.Behind{OfferedPerS: 1000, AchievedPerS: 500}
	}
	return c
}

// clients is the cell, fallen behind for the client's sake.
func clients(c record.Cell) record.Cell {
	c.Load.Behind.Client = true
	return c
}

func TestCrossings(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		cells        []record.Cell
		of           func([]figure.Group) []compare.Crossing
		kept, missed float64
		none, behind bool
		again        float64
		often        bool // each side is known from more than one repetition
	}{
		"between two":   {cells: []record.Cell{slowed("inline", 0.01, 30*ms, 0, true), slowed("inline", 0.05, 60*ms, 0, true)}, of: compare.Stalls, kept: 10, missed: 50},
		"exactly 50 ms": {cells: []record.Cell{slowed("inline", 0.01, 50*ms, 0, true)}, of: compare.Stalls, missed: 10},
		"never":         {cells: []record.Cell{slowed("inline", 0.01, ms, 0, true), slowed("inline", 0.05, 2*ms, 0, true)}, of: compare.Stalls, kept: 50, missed: math.Inf(1)},
		"fell behind":   {cells: []record.Cell{slowed("inline", 0.01, ms, 0, true), slowed("inline", 0.05, ms, 0, false)}, of: compare.Stalls, kept: 10, missed: 50, behind: true},
		"the client's end": {cells: []record.Cell{slowed("inline", 0.01, ms, 0, true), clients(slowed("inline", 0.05, ms, 0, false))}, of: compare.Stalls,
			kept: 10, missed: math.Inf(1)},
		"better again": {cells: []record.Cell{slowed("spin", 0.01, 60*ms, 0, true), slowed("spin", 0.02, ms, 0, true), slowed("spin", 0.05, 60*ms, 0, true)},
			of: compare.Stalls, missed: 10, again: 20},
		"three times": {cells: repeated(3, slowed("inline", 0.01, 30*ms, 0, true), slowed("inline", 0.05, 60*ms, 0, true)), of: compare.Stalls, kept: 10, missed: 50, often: true},
		"a wild one": {cells: append(repeated(2, slowed("inline", 0.01, 30*ms, 0, true), slowed("inline", 0.02, 60*ms, 0, true), slowed("inline", 0.05, 60*ms, 0, true)),
			again3(slowed("inline", 0.02, ms, 0, true))), of: compare.Stalls, kept: 10, missed: 50, often: true},
		"nothing slow": {cells: []record.Cell{slowed("inline", 0, 60*ms, 0, true)}, of: compare.Stalls, none: true},
		"threads run out": {cells: []record.Cell{slowed("offload", 0.1, ms, 21*ms, true), slowed("offload", 0.5, ms, 41*ms, true)}, of: compare.Exhaustions,
			kept: 100, missed: 500},
		"none was handed over": {cells: []record.Cell{slowed("inline", 0.1, ms, 60*ms, false)}, of: compare.Exhaustions, none: true},
	} {
		all := c.of(figure.Summarise(c.cells))
		if c.none {
			if len(all) > 0 {
				t.Errorf("%s: %+v", name, all)
			}
			continue
		}
		if len(all) != 1 || all[0].Kept != c.kept || all[0].Missed != c.missed || all[0].Behind != c.behind || all[0].Again != c.again || all[0].Once == c.often {
			t.Errorf("%s: %+v, want kept %g, missed %g, behind %v, again %g", name, all, c.kept, c.missed, c.behind, c.again)
		}
	}
}

// repeated is the cells as so many repetitions.
func repeated(n int, cells ...record.Cell) (all []record.Cell) {
	for rep := range n {
		for _, c := range cells {
			c.Rep = rep + 1
			all = append(all, c)
		}
	}
	return all
}

// again3 is a third repetition.
func again3(c record.Cell) record.Cell {
	c.Rep = 3
	return c
}

// Where even floor cannot repeat its p99, nobody's says where bystanders come to wait.
func TestNoStallIsToldOfDrownedTails(t *testing.T) {
	cells := repeated(3, slowed("inline", 0.05, 60*time.Millisecond, 0, true), slowed("inline", 0.05, 60*time.Millisecond, 0, true))
	for i := range cells {
		if i%2 == 0 {
			cells[i].Model, cells[i].Latency = "floor", &record.Latency{Count: 1000, P99: int64(i+1) * 1e6}
		}
	}
	if all := compare.Stalls(figure.Summarise(cells)); len(all) > 0 {
		t.Errorf("%+v", all)
	}
}

// What a storm leaves is told of storms alone, above the empty server, and of the looks that were taken.
func TestStormMemory(t *testing.T) {
	c := record.Cell{Params: record.Params{Loop: "storm"}, Memory: record.Memory{EmptyRSS: recordtest.Ptr(int64(100)), PeakRSS: recordtest.Ptr(int64(500)),
		Returned: []record.Returned{{AfterNS: 1_002e6, RSS: 400}, {AfterNS: 10_001e6, RSS: 90}}}}
	want := func(name string, m figure.Metric, v float64, known bool) {
		t.Helper()
		if got, is := m(&c); got != v || is != known {
			t.Errorf("%s: %g, %v; want %g, %v", name, got, is, v, known)
		}
	}
	want("peak", figure.PeakAdded, 400, true)
	want("after 1 s", figure.KeptAdded(time.Second), 300, true)
	want("after 1 s, whole", figure.Kept(time.Second), 400, true)
	want("after 10 s: less than when empty", figure.KeptAdded(10*time.Second), 0, true)
	want("after 30 s", figure.KeptAdded(30*time.Second), 0, false)
	c.Params.Loop = "closed"
	want("no storm", figure.PeakAdded, 0, false)
}

// A room of all is a load at any rate, and its replies are deliveries.
func TestFanoutIsNoRest(t *testing.T) {
	load := figure.Setting{Scenario: figure.Fanout, Params: record.Params{Loop: "open", RatePerS: 10}}
	if load.AtRest() || !load.Delivers() {
		t.Errorf("at rest: %v; delivers: %v", load.AtRest(), load.Delivers())
	}
	if load.Scenario = "idle"; !load.AtRest() {
		t.Error("idle is at rest")
	}
}

package figure

import (
	"slices"
	"testing"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// costCell is a cell that tells of so many goroutines, and of so many system calls and allocations a message; below 0: it
// does not.
func costCell(model, scenario string, conns int, goroutines int64, calls, allocs float64) record.Cell {
	c := record.Cell{
		Schema: record.Schema, Model: model, Scenario: scenario, Conns: conns, Rep: 1, Valid: true,
		Params: record.Params{Loop: "open", RatePerS: 1000, PayloadBytes: 128, Pipeline: 1, Procs: 1}, Load: record.Load{Established: conns, Errors: map[string]int64{}},
	}
	if goroutines >= 0 {
		c.CPU.Goroutines, c.CPU.Threads = &goroutines, recordtest.Ptr(int64(7))
	}
	if calls >= 0 || allocs >= 0 {
		c.Diagnosis = &record.Diagnosis{}
	}
	if calls >= 0 {
		c.Diagnosis.Tool, c.Diagnosis.Syscalls = "perf", map[string]float64{"read": calls - 0.5, "write": 0.5}
	}
	if allocs >= 0 {
		c.Diagnosis.Allocs = &allocs
	}
	return c
}

func TestCostOf(t *testing.T) {
	const no = -1
	again := costCell("reactor", "echo", 100, 16, 2.5, 1)
	again.Rep = 2
	wider := costCell("goroutine", "echo", 100, 900, no, no)
	wider.Params.Procs = 2
	void := costCell("thread", "echo", 1000, 1, 1, 1)
	void.Valid = false
	cells := []record.Cell{
		costCell("reactor", "echo", 100, 12, 1.5, 3), again,
		costCell("goroutine", "echo", 100, 112, no, 4), wider, // no tool, but a runtime that counts
		costCell("foreign", "echo", 100, no, 2, no),
		costCell("reactor", "echo", 1000, 12, no, no), costCell("goroutine", "echo", 1000, 1012, no, no), void,
		costCell("goroutine", "echo", 9000, 9012, 1.25, 0), // only one model came so far
	}
	for range 2 { // in whatever order
		slices.Reverse(cells)
		got := CostOf(cells)
		if got.Open.Conns != 1000 || got.Message.Conns != 100 || got.Message.Scenario != "echo" {
			t.Errorf("asked at %v and %v", got.Open, got.Message)
		}
		want := []struct {
			model                              string
			goroutines, threads, calls, allocs float64
		}{
			{"goroutine", 1012, 7, no, 4}, {"reactor", 12, 7, 2, 2}, {"thread", no, no, no, no}, {"foreign", no, no, 2, no},
		}
		if len(got.Models) != len(want) {
			t.Fatalf("%d models: %+v", len(got.Models), got.Models)
		}
		for i, w := range want {
			m := got.Models[i]
			if m.Model != w.model || orNo(m.Goroutines) != w.goroutines || orNo(m.Threads) != w.threads ||
				orNo(m.Syscalls) != w.calls || orNo(m.Allocs) != w.allocs {
				t.Errorf("%s: %v goroutines, %v threads, %v calls, %v allocs, want %+v",
					m.Model, orNo(m.Goroutines), orNo(m.Threads), orNo(m.Syscalls), orNo(m.Allocs), w)
			}
		}
	}
}

// A connection that is only kept alive has no messages to speak of; and what is not known is not told.
func TestCostOfLittle(t *testing.T) {
	atRest := costCell("reactor", "idle", 100, 12, 9, 9)
	atRest.Params.RatePerS = 5
	got := CostOf([]record.Cell{atRest})
	if got.Open.Conns != 100 || got.Message != (Place{}) || got.Models[0].Syscalls != nil {
		t.Errorf("of connections at rest: %+v", got)
	}
	if none := CostOf(nil); none.Open != (Place{}) || len(none.Models) != 0 {
		t.Errorf("of nothing: %+v", none)
	}
}

func orNo(v *float64) float64 {
	if v == nil {
		return -1
	}
	return *v
}

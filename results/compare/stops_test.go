package compare

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// silent is a repetition whose longest silence is of so many milliseconds.
func silent(model, rotation string, rep int, ms float64) record.Cell {
	c := record.Cell{
		Schema: record.Schema, Model: model, Scenario: "echo", Conns: 4, Rep: rep, Valid: true,
		Params:  record.Params{Loop: "closed", Pipeline: 1, PayloadBytes: 128, DurationNS: 5e9, Procs: 1},
		Latency: &record.Latency{Count: 100_000, P50: 100e3, P90: 150e3, P99: 1.4e6, P999: 7.6e6, Max: int64(ms * 1e6)},
		Load:    record.Load{LongestSilenceNS: recordtest.Ptr(int64(ms * 1e6))},
	}
	if rotation != "" {
		c.Rotation = &record.Rotation{ID: rotation}
		c.Params.Rotation, c.Params.Rounds, c.Params.SlotNS = "floor+reactor", 20, 250e6
		if name, twin := strings.CutSuffix(model, "-twin"); twin {
			c.Rotation.TwinOf = name
		}
	}
	return c
}

// One judgement says who stopped: a server alone, or the machine under several.
func TestStops(t *testing.T) {
	stolen := silent("reactor", "", 1, 900)
	stolen.Machine = &record.Machine{StealRatio: recordtest.Ptr(0.2)} // a second of five
	waiting := silent("reactor", "", 1, 40)
	waiting.Machine = &record.Machine{OthersRatio: recordtest.Ptr(0.6)}
	asleep := silent("reactor", "", 1, 40)
	asleep.Machine, asleep.CPU.RunQueueNS = waiting.Machine, recordtest.Ptr(int64(1e6))
	busy := silent("reactor", "", 1, 3000)
	busy.Machine = &record.Machine{OthersRatio: recordtest.Ptr(0.6)} // nobody waits for a CPU for 3 s
	blocks := silent("reactor", "", 1, 350)
	blocks.Params.BlockNS = 300e6
	unknown := silent("floor", "r", 1, 0)
	unknown.Load.LongestSilenceNS = nil
	void := silent("reactor", "r", 1, 5000)
	void.Valid = false
	for _, tt := range []struct {
		name  string
		cells []record.Cell
		want  string
	}{
		{"3 ms are the scheduler's", []record.Cell{silent("reactor", "", 1, 3)}, ""},
		{"30 ms, alone", []record.Cell{silent("reactor", "", 1, 30)}, "reactor 30ms server"},
		{"3 s, alone", []record.Cell{silent("reactor", "", 2, 3000)}, "reactor 3s server"},
		{"in a rotation, and no other", []record.Cell{silent("floor", "r", 1, 2), silent("reactor", "r", 1, 900)}, "reactor 900ms server"},
		{"its own twin does not", []record.Cell{silent("reactor", "r", 1, 300), silent("reactor-twin", "r", 1, 12)}, "reactor 300ms server"},
		{"the twin does", []record.Cell{silent("reactor", "r", 1, 1), silent("reactor-twin", "r", 1, 3000)}, "reactor-twin 3s server"},
		{"several of a rotation", []record.Cell{silent("floor", "r", 1, 200), silent("reactor", "r", 1, 300)}, "reactor 300ms machine, floor 200ms machine"},
		{"long beside what the others show", []record.Cell{silent("floor", "r", 1, 30), silent("reactor", "r", 1, 3000), silent("pool", "r", 1, 25)},
			"pool 25ms machine, reactor 3s server, floor 30ms machine"},
		{"other rotations tell nothing", []record.Cell{silent("floor", "q", 1, 300), silent("reactor", "r", 1, 300)},
			"reactor 300ms server, floor 300ms server"},
		{"measured apart, the control too", []record.Cell{silent("floor", "", 1, 280), silent("pool", "", 1, 1), silent("reactor", "", 1, 300)},
			"reactor 300ms machine, floor 280ms machine"},
		{"measured apart, half of them", []record.Cell{silent("pool", "", 1, 280), silent("actor", "", 1, 1), silent("reactor", "", 1, 300)},
			"pool 280ms machine, reactor 300ms machine"},
		{"the hypervisor", []record.Cell{stolen}, "reactor 900ms machine"},
		{"a CPU in use", []record.Cell{waiting}, "reactor 40ms machine"},
		{"a CPU in use, which the server did not wait for", []record.Cell{asleep}, "reactor 40ms server"},
		{"a CPU in use for 3 s", []record.Cell{busy}, "reactor 3s server"},
		{"a request that blocks as long", []record.Cell{blocks}, ""},
		{"of others nothing is known", []record.Cell{unknown, silent("reactor", "r", 1, 300)}, "reactor 300ms server"},
		{"void, and yet told", []record.Cell{silent("floor", "r", 1, 2), void}, "reactor 5s server"},
	} {
		var got []string
		for _, s := range StopsOf(tt.cells) {
			who := "server"
			if s.Machine {
				who = "machine"
			}
			got = append(got, fmt.Sprintf("%s %v %s", s.Name, s.For, who))
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A server is named once, with its longest stop.
func TestStopsInWords(t *testing.T) {
	cells := []record.Cell{silent("reactor", "", 1, 1), silent("reactor", "", 2, 3000), silent("pool", "", 1, 2)}
	_, said := OfServers(StopsOf(append(cells, silent("reactor", "", 4, 900), silent("reactor", "", 5, 30))))
	if want := []string{"reactor stopped for 3 s (repetition 2; shorter in 4 and 5)"}; !slices.Equal(said, want) {
		t.Errorf("%q, want %q", said, want)
	}
}

// A stop of one server is not the machine's own pause that drowns p99: a control that stopped tells nothing of the machine.
func TestStopDrownsNothing(t *testing.T) {
	var cells []record.Cell
	for rep := 1; rep <= 4; rep++ {
		for _, model := range []string{"floor", "reactor"} {
			c := silent(model, fmt.Sprint("r", rep), rep, 1)
			if model == "floor" && rep == 2 {
				c = silent(model, fmt.Sprint("r", rep), rep, 3000)
				c.Latency.P99 = 3e9
			}
			cells = append(cells, c)
		}
	}
	p99 := figure.Named("p99_ns")
	drowned := func() float64 {
		groups := figure.Summarise(cells)
		return drownedBy(groups).at(groups[0].Setting(), 4, p99).factor
	}
	if f := drowned(); f != 0 {
		t.Errorf("floor stopped of its own, and the machine is said to by a factor of %g", f)
	}
	for i := range cells { // of a run from before silences were known, or where all stop alike
		cells[i].Load.LongestSilenceNS = nil
	}
	if drowned() == 0 {
		t.Error("floor differs from itself, and p99 ranks nobody: not said")
	}
}

package results

import (
	"bytes"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"strings"
	"testing"
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

// The table shows the longest silence of all repetitions, no median, and names who stopped.
func TestTableTellsStops(t *testing.T) {
	cells := []record.Cell{silent("reactor", "", 1, 1), silent("reactor", "", 2, 3000), silent("reactor", "", 3, 1), silent("pool", "", 1, 2)}
	for _, width := range []int{0, 80, 120} {
		var out bytes.Buffer
		if err := WriteTable(&out, cells, TableOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"silence", "3.00", "stop: reactor stopped for 3 s (repetition 2)"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("at width %d it lacks %q:\n%s", width, want, &out)
			}
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if width > 0 && strings.Contains(line, "stop") && len([]rune(line)) > width {
				t.Errorf("%d columns wide: %s", len([]rune(line)), line)
			}
		}
	}
}

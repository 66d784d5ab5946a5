package harness

import (
	"testing"

	"cbench/results/record"
)

// Readers at a steady rate take what the server wrote before: what it does meanwhile is not what their pieces cost.
func TestWrittenAhead(t *testing.T) {
	for _, tt := range []struct {
		scenario, loop string
		want           bool
	}{{"zip", "open", true}, {"zip", "closed", false}, {"echo", "open", false}, {"gone", "open", false}} {
		if got := writtenAhead(&record.Cell{Scenario: tt.scenario, Params: record.Params{Loop: tt.loop}}); got != tt.want {
			t.Errorf("%s, %s loop: %v", tt.scenario, tt.loop, got)
		}
	}
}

package harness

import (
	"errors"
	"testing"
	"time"

	"cbench/harness/probe"
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

// What is kept by thread is read around the whole load: the window has its share.
func TestWaitsAreTheWindowsShare(t *testing.T) {
	s, used := &session{}, probe.Usage{CPU: 3 * time.Second}
	w := window{rested: probe.Usage{CPU: time.Second, QueueKnown: true}, worked: probe.Usage{CPU: 5 * time.Second, QueueKnown: true}}
	s.waits(&w, used)
	if c := s.cell.CPU; c.VoluntarySwitches == nil || c.RunQueueNS == nil || len(s.cell.Warnings) > 0 {
		t.Errorf("%+v, warnings %q", c, s.cell.Warnings)
	}
	s = &session{}
	s.waits(&window{restErr: errors.New("it is gone")}, used)
	if c := s.cell.CPU; c.VoluntarySwitches != nil || c.RunQueueNS != nil || len(s.cell.Warnings) != 1 {
		t.Errorf("not known: %+v, warnings %q", c, s.cell.Warnings)
	}
}

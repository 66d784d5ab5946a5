package record_test

import (
	"slices"
	"strings"
	"testing"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

func TestMissing(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	if m := record.Missing(run.Plan, nil); !slices.Equal(m, run.Plan) {
		t.Errorf("nothing done: %d of %d missing", len(m), len(run.Plan))
	}
	if m := record.Missing(run.Plan, cells); len(m) != 0 {
		t.Errorf("all done, void ones too: missing %v", m)
	}
	done := slices.Delete(slices.Clone(cells), 4, 6)
	if m := record.Missing(run.Plan, done); !slices.Equal(m, run.Plan[4:6]) {
		t.Errorf("missing %v, want %v", m, run.Plan[4:6])
	}
	other := slices.Clone(cells)
	other[7].Params.PayloadBytes++
	if m := record.Missing(run.Plan, other); !slices.Equal(m, run.Plan[7:8]) {
		t.Errorf("another payload is another repetition: missing %v", m)
	}
}

func TestGoesOn(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	other := slices.Clone(cells)
	other[7].Params.PayloadBytes++
	for _, tc := range []struct {
		name    string
		cells   []record.Cell
		servers map[string]string
		want    string
	}{
		{"all there", cells, nil, ""},
		{"some there", cells[:10], nil, ""},
		{"nothing there", nil, nil, ""},
		{"a cell of another payload", other, nil, "another plan: cells.jsonl holds echo"},
		{"another program", cells, map[string]string{"pool": "./pool2"}, `model pool was "" there and is "./pool2" now`},
	} {
		err := run.GoesOn(tc.cells, tc.servers)
		if (err == nil) != (tc.want == "") || (err != nil && !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestParamsInWords(t *testing.T) {
	for want, p := range map[string]record.Params{
		"open loop, 20,000 messages/s in total, 128 B payload":           {Loop: "open", RatePerS: 20000, PayloadBytes: 128, Pipeline: 1},
		"closed loop, 64 B payload, rooms of 10":                         {Loop: "closed", PayloadBytes: 64, Pipeline: 1, RoomSize: 10},
		"closed loop, 8 messages under way per connection, 64 B payload": {Loop: "closed", PayloadBytes: 64, Pipeline: 8},
		"open loop, 0.5 messages/s in total, 16 B payload":               {Loop: "open", RatePerS: 0.5, PayloadBytes: 16},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package record_test

import (
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"slices"
	"strings"
	"testing"
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

func TestSamePlan(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	with := func(change func(*record.Run)) *record.Run {
		r := *run
		r.Plan = slices.Clone(run.Plan)
		change(&r)
		return &r
	}
	for _, tc := range []struct {
		name  string
		now   *record.Run
		cells []record.Cell
		want  string
	}{
		{"the same", run, cells, ""},
		{"grown", with(func(r *record.Run) { r.Plan = append(r.Plan, record.Planned{Model: "more"}) }), cells, ""},
		{"in another order", with(func(r *record.Run) { slices.Reverse(r.Plan) }), cells, ""},
		{"nothing there yet", with(func(r *record.Run) { r.Plan = nil }), nil, ""},
		{"shrunk, what is there is in it", with(func(r *record.Run) { r.Plan = r.Plan[:10] }), cells[:10], ""},
		{"shrunk", with(func(r *record.Run) { r.Plan = r.Plan[1:] }), cells, "1 of the 126 cells there are not in this one (the first: echo goroutine N=100 repetition 1, open loop"},
		{"another payload", with(func(r *record.Run) { r.Plan[0].Params.PayloadBytes = 1 }), cells, "another plan"},
		{"another program", with(func(r *record.Run) { r.Servers = map[string]string{"pool": "./pool2"} }), cells, `model pool was "" there and is "./pool2" now`},
	} {
		err := record.SamePlan(run, tc.now, tc.cells)
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

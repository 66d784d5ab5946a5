package plan

import (
	"math"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

func TestPlanOfASearch(t *testing.T) {
	servers := []Server{{Name: "a", Speaks: []string{"lines:echo"}, Procs: 1}}
	good := Spec{Scenario: "echo", Conns: []int{1000}, Reps: 1, SLO: " p99 < 5ms "}
	planned, _, err := Make(servers, []Spec{good}, 1)
	if err != nil || len(planned) != 1 {
		t.Fatalf("%v, %v", planned, err)
	}
	p := planned[0].Params
	if p.Loop != "search" || p.Search != SearchRate || p.SLO != "p99<5ms" || p.RatePerS != 0 || p.DurationNS != (500*time.Millisecond).Nanoseconds() {
		t.Errorf("%+v", p)
	}
	if Estimate(planned[0]) < 10*time.Second || Estimate(planned[0]) > 2*time.Minute {
		t.Errorf("it is to take %v", Estimate(planned[0]))
	}
	conns := good
	conns.Search, conns.Scenario = SearchConns, "idle"
	if planned, _, err = Make(servers, []Spec{conns}, 1); err != nil || planned[0].Params.RatePerS != 10 || planned[0].Conns != 1000 {
		t.Errorf("%+v, %v", planned, err)
	}
	tests := []struct {
		mar  func(b *Spec)
		want string
	}{
		{func(b *Spec) { b.SLO, b.Search = "", SearchConns }, "--slo"},
		{func(b *Spec) { b.SLO = "p99<5" }, "duration"},
		{func(b *Spec) { b.Search = "payload" }, "rate or conns"},
		{func(b *Spec) { b.Closed = true }, "open loop"},
		{func(b *Spec) { b.Pipeline = 2 }, "open loop"},
		{func(b *Spec) { b.Scenario, b.Driver = "http-echo", Hey }, "open loop"},
		{func(b *Spec) { b.Window = -1 }, "window"},
		{func(b *Spec) { b.MostRate = math.NaN() }, "most-rate"},
		{func(b *Spec) { b.Search, b.MostRate = SearchConns, 5 }, "most-rate"},
		{func(b *Spec) { b.Scenario = "idle" }, "search=conns"},
	}
	for _, tt := range tests {
		b := good
		tt.mar(&b)
		if _, _, err := Make(servers, []Spec{b}, 1); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want an error with %q", b, err, tt.want)
		}
	}
}

func TestLingerOfSpecs(t *testing.T) {
	for text, want := range map[string]*int64{
		`{}`: nil, `{"linger": "30s"}`: recordtest.Ptr(int64(30e9)), `{"linger": "0s"}`: recordtest.Ptr(int64(0)), `{"linger": "30s", "rotate": "all"}`: nil,
	} {
		all, err := Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		b := all[0]
		switch got := b.linger(1); {
		case (got == nil) != (want == nil), got != nil && *got != *want:
			t.Errorf("%s: %v, want %v", text, got, want)
		case b.linger(2) != nil:
			t.Errorf("%s: after a second repetition, too", text)
		}
	}
	p := record.Planned{Conns: 1, Params: record.Params{DurationNS: 1e9}}
	short := Estimate(p)
	p.LingerNS = recordtest.Ptr(int64(30e9))
	if more := Estimate(p) - short; more != 30e9 {
		t.Errorf("30 s of watching take %v", more)
	}
}

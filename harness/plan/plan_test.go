package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
)

func servers(names ...string) (all []Server) {
	for _, name := range names {
		all = append(all, Server{Name: name, Args: []string{name}, Speaks: []string{"lines:echo", "lines:chat"}, Procs: 1})
	}
	return all
}

// names is the plan in short: a unit a word.
func names(plan []record.Planned) (all []string) {
	for _, unit := range Units(plan) {
		var models []string
		for _, p := range unit {
			models = append(models, p.Model)
		}
		all = append(all, strings.Join(models, " "))
	}
	slices.Sort(all)
	return all
}

func TestPlanOfRotations(t *testing.T) {
	block := Spec{Scenario: "echo", Conns: []int{10}, Reps: 1, Closed: true}
	with := func(change func(*Spec)) Spec {
		b := block
		change(&b)
		return b
	}
	tests := []struct {
		name    string
		servers []Server
		block   Spec
		want    []string
	}{
		{"each alone", servers("floor", "pool"), with(func(b *Spec) { b.Duration = time.Second }), []string{"floor", "pool"}},
		{"all at once, the usual base first", servers("floor", "reactor", "pool"),
			with(func(b *Spec) { b.Rotate = RotateAll }), []string{"reactor floor pool"}},
		{"all with a control", servers("floor", "pool"), with(func(b *Spec) { b.Rotate, b.Twin = RotateAll, true }), []string{"floor pool floor-twin"}},
		{"pairs with a base", servers("floor", "reactor", "pool"),
			with(func(b *Spec) { b.Rotate, b.Base, b.Twin = RotatePairs, "pool", true }), []string{"pool floor pool-twin", "pool reactor pool-twin"}},
		{"one against itself", servers("floor"), with(func(b *Spec) { b.Rotate, b.Twin = RotatePairs, true }), []string{"floor floor-twin"}},
		{"only some", servers("floor", "reactor", "pool"),
			with(func(b *Spec) { b.Rotate, b.Models = RotateAll, []string{"pool", "floor"} }), []string{"floor pool"}},
		{"twice", servers("floor", "reactor"), with(func(b *Spec) { b.Rotate, b.Reps = RotateAll, 2 }), []string{"reactor floor", "reactor floor"}},
	}
	for _, tt := range tests {
		plan, _, err := Make(tt.servers, []Spec{tt.block}, 1)
		if got := names(plan); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
		for i, p := range plan {
			if p.Order != i+1 {
				t.Errorf("%s: %d is the %d-th", tt.name, p.Order, i+1)
			}
		}
	}
}

// Members with a GOMAXPROCS of their own are of one rotation all the same.
func TestUnitsOfUnlikeServers(t *testing.T) {
	mixed := servers("reactor", "foreign")
	mixed[1].Procs = 0
	plan, _, err := Make(mixed, []Spec{{Scenario: "echo", Conns: []int{10, 20}, Reps: 2, Rotate: RotatePairs, Twin: true}}, 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range Units(plan) {
		if len(unit) != 3 || unit[0].Params.Rotation != "reactor+foreign+reactor-twin" || unit[0].Rep != unit[1].Rep || unit[0].Conns != unit[1].Conns {
			t.Errorf("not a pair: %+v", unit)
		}
	}
	if n := len(Units(plan)); n != 4 {
		t.Errorf("%d units, want a pair at 2 numbers of connections twice", n)
	}
}

func TestRotationParams(t *testing.T) {
	plan, _, err := Make(servers("a", "b"), []Spec{{Scenario: "echo", Conns: []int{10_000}, Reps: 1, Rate: 100, Arrivals: record.Poisson, Rotate: RotateAll, Width: 0.01}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := plan[0].Params
	want := record.Params{
		PayloadBytes: defaultPayload, Loop: "open", RatePerS: 100, Pipeline: 1, Procs: 1, Arrivals: "poisson", Rotation: "a+b",
		Rounds: DefaultRounds, SlotNS: 1e9, DurationNS: DefaultRounds * 1e9, WarmupNS: 2e8, Width: 0.01,
	}
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	if got := slotFor(100); got != 200*time.Millisecond {
		t.Errorf("a slot of 100 connections is %v", got)
	}
}

func TestEstimate(t *testing.T) {
	alone := record.Planned{Conns: 100, Params: record.Params{DurationNS: 2e9, WarmupNS: 5e8}}
	turn := record.Planned{Conns: 100, Params: record.Params{Rotation: "a+b", Rounds: 10, SlotNS: 2e8, WarmupNS: 4e7, DurationNS: 2e9}}
	if got := Estimate(alone); got < 2500*time.Millisecond || got > 4*time.Second {
		t.Errorf("alone: %v", got)
	}
	if got := Estimate(turn); got < 2640*time.Millisecond || got > 5*time.Second {
		t.Errorf("in turn: %v", got)
	}
}

func TestSpecFromJSON(t *testing.T) {
	text := `{"scenario": "echo", "conns": [100, "max"], "rate": 20000, "rotate": "all", "slot": "250ms", "duration": "2s", "width": 0.015}`
	all, err := Decode([]byte(text))
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	b := all[0]
	if b.Scenario != "echo" || !slices.Equal(b.Conns, []int{100, Max}) || b.Rate != 20000 || b.Rotate != RotateAll || b.Slot != 250*time.Millisecond ||
		b.Duration != 2*time.Second || b.Width != 0.015 || !b.Twin || b.Reps != 1 {
		t.Errorf("%+v", b)
	}
	for text, want := range map[string]string{
		`{"scenario": "echo", "connections": [1]}`: "connections",
		`{"conns": [0]}`:       "conns 0",
		`{"conns": ["many"]}`:  `"many"`,
		`{"conns": [1.5]}`:     "1.5",
		`{"duration": 2}`:      "duration",
		`{"duration": "2"}`:    `duration "2"`,
		`{"slot": "soon"}`:     "500ms",
		`{"rate": "fast"}`:     "rate",
		`{"share": "much"}`:    `share "much"`,
		`{"share": [1, null]}`: "share null",
		`{"share": []}`:        "0.01",
		`{"how": 1}`:           "how 1",
		`{"how": null}`:        "how null",
		`{"how": [["spin"]]}`:  "inline",
		`[1]`:                  "array",
	} {
		if _, err := Decode([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestSpecOfSeveral(t *testing.T) {
	type part struct {
		how   string
		share float64
	}
	for text, want := range map[string][]part{
		`{}`:                                    {{"", 0}},
		`{"share": 0.1, "how": "spin"}`:         {{"spin", 0.1}},
		`{"share": 0}`:                          {{"", NoShare}},
		`{"how": ["inline", "spin"]}`:           {{"inline", 0}, {"spin", 0}},
		`{"share": [0, 0.1], "how": "offload"}`: {{"offload", NoShare}, {"offload", 0.1}},
		`{"share": [0, 1], "how": ["inline", "spin"]}`: {{"inline", NoShare}, {"inline", 1}, {"spin", 1}},
	} {
		all, err := Decode([]byte(text))
		var got []part
		for _, b := range all {
			got = append(got, part{b.How, b.Share})
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}

func FuzzBlock(f *testing.F) {
	f.Add([]byte(`{"scenario": "echo", "conns": [100, "max"], "rotate": "all", "slot": "250ms"}`))
	f.Add([]byte(`{"conns": [null], "duration": "-1s", "reps": -1}`))
	f.Add([]byte(`{"scenario": "blocking", "conns": [10], "duration": "1s", "share": [0, 0.1], "how": ["inline", "spin"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := Decode(text)
		if err != nil {
			return
		}
		b := all[0]
		for _, n := range b.Conns {
			if n < 1 && n != Max {
				t.Fatalf("%d connections of %q", n, text)
			}
		}
		b.Conns = slices.DeleteFunc(b.Conns, func(n int) bool { return n > 1000 })
		b.Reps = min(b.Reps, 3)
		plan, _, err := Make(servers("floor", "reactor"), []Spec{b}, 1) // never panics
		for _, p := range plan {
			if err == nil && (p.Params.DurationNS <= 0 || Estimate(p) <= 0) {
				t.Fatalf("%q plans %+v", text, p)
			}
		}
	})
}

// Work that takes so long that Go would let another message have the CPU is refused.
func TestWorkIsShort(t *testing.T) {
	for stall, fine := range map[time.Duration]bool{0: true, 9 * time.Millisecond: true, mostWork: false, 50 * time.Millisecond: false} {
		b := Spec{Scenario: "work", Conns: []int{8}, Reps: 1, Duration: time.Second, Stall: stall}
		if _, _, err := Make([]Server{{Name: "reactor", Args: []string{"reactor"}, Speaks: []string{"lines:echo", "block"}}}, []Spec{b}, 1); (err == nil) != fine {
			t.Errorf("work of %v: %v", stall, err)
		}
	}
}

package harness

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"cbench/results/record"
)

// ours is a server of our own that speaks what work needs.
func ours(name string) Server {
	return Server{Name: name, Args: []string{name, "--procs={procs}"}, Speaks: []string{"lines:echo", "block"}, Own: true, Procs: 1}
}

func TestPlanOnSeveralNumbersOfCores(t *testing.T) {
	foreign := Server{Name: "theirs", Args: []string{"theirs"}, Speaks: []string{"lines:echo", "block"}}
	all := []Server{ours("reactor"), ours("pool"), foreign}
	block := Block{Scenario: "work", Conns: []int{8}, Reps: 1, Procs: []int{2, 1, 2}, Rotate: RotateAll, Twin: true}
	plan, _, err := Plan(all, []Block{block}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	procs := []int{}
	for _, p := range plan {
		found, procs = append(found, p.Model), append(procs, p.Params.Procs)
		if p.Params.Rotation != "reactor+reactor/2+pool+pool/2+theirs+reactor-twin" || p.Params.BlockNS != 1e6 || p.Params.How != "" || p.Params.Loop != "closed" {
			t.Errorf("%s: %+v", p.Model, p.Params)
		}
	}
	if !slices.Equal(found, []string{"reactor", "reactor", "pool", "pool", "theirs", "reactor-twin"}) || !slices.Equal(procs, []int{1, 2, 1, 2, 0, 1}) {
		t.Errorf("%q on %d", found, procs)
	}
	if n := len(units(plan)); n != 1 {
		t.Errorf("%d units, want one rotation", n)
	}
	e := Experiment{Servers: all}
	if got := e.serverFor(plan[3]); got.Procs != 2 || !slices.Equal(got.Args, []string{"pool", "--procs=2"}) {
		t.Errorf("pool on two: %+v", got)
	}
	if all[1].Args[1] != "--procs={procs}" {
		t.Errorf("the server itself was changed: %q", all[1].Args)
	}
	block.Procs = []int{0}
	if _, _, err := Plan(all, []Block{block}, 1); err == nil {
		t.Error("no threads at all are let pass")
	}
	for stall, fine := range map[time.Duration]bool{0: true, 9 * time.Millisecond: true, mostWork: false, 50 * time.Millisecond: false} {
		b := Block{Scenario: "work", Conns: []int{8}, Reps: 1, Duration: time.Second, Stall: stall}
		if _, _, err := Plan(all, []Block{b}, 1); (err == nil) != fine {
			t.Errorf("work of %v: %v", stall, err)
		}
	}
}

// In pairs every model is measured on every number of threads, with its base and a control, and no two pairs are taken for one: also
// where they stand side by side in the plan, and where blocks differ in the number of threads alone.
func TestPairsOnSeveralNumbersOfCores(t *testing.T) {
	pairs := Block{Scenario: "work", Conns: []int{8}, Reps: 2, Procs: []int{1, 2}, Rotate: RotatePairs, Twin: true}
	one, two := pairs, pairs
	one.Procs, two.Procs = []int{1}, []int{2}
	all := []Server{ours("reactor"), ours("goroutine"), ours("pool")}
	both := []string{"goroutine/1", "goroutine/2", "pool/1", "pool/2", "reactor/2"}
	for _, tt := range []struct {
		blocks []Block
		want   []string // whom the bases are compared with, twice each
	}{
		{[]Block{pairs}, both}, {[]Block{pairs, pairs}, both},
		{[]Block{one, two}, []string{"goroutine/1", "goroutine/2", "pool/1", "pool/2"}},
	} {
		for seed := range uint64(20) { // in whatever order
			plan, _, err := Plan(all, tt.blocks, seed)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, unit := range units(plan) {
				if len(unit) != 3 || unit[0].Model != "reactor" || unit[2].Model != "reactor-twin" || unit[0].Params.Procs != unit[2].Params.Procs {
					t.Fatalf("seed %d: not a pair with its control: %+v", seed, unit)
				}
				found = append(found, fmt.Sprintf("%s/%d", unit[1].Model, unit[1].Params.Procs))
			}
			slices.Sort(found)
			if want := slices.Sorted(slices.Values(slices.Repeat(tt.want, 2))); !slices.Equal(found, want) {
				t.Fatalf("seed %d: %q, want %q", seed, found, want)
			}
			keys := map[record.Key]bool{}
			for _, p := range plan {
				keys[p.Key()] = true
			}
			if len(keys) != len(plan) {
				t.Fatalf("seed %d: %d keys of %d entries: some would be left out as read already", seed, len(keys), len(plan))
			}
		}
	}
}

// A server whose cores are measured has as many as it was told to use, its own first; any other has what the run gives.
func TestServerCPUs(t *testing.T) {
	for _, tt := range []struct {
		scenario   string
		own, loads []int
		procs      int
		want       []int
	}{
		{"echo", []int{0}, []int{1}, 2, []int{0}},
		{"work", []int{0}, []int{1}, 1, []int{0}},
		{"work", []int{0}, []int{1}, 2, []int{0, 1}},
		{"work", []int{2, 3}, []int{0, 1}, 1, []int{2}},
		{"work", []int{2, 3}, []int{0, 1}, 2, []int{2, 3}},
		{"work", []int{2, 3}, []int{0, 1}, 3, []int{0, 2, 3}},
		{"work", []int{0}, []int{1}, 8, []int{0, 1}},
		{"work", []int{0}, []int{1}, 0, []int{0}}, // a foreign one
		{"work", nil, nil, 2, nil},
	} {
		e := Experiment{ServerCPUs: tt.own, LoadCPUs: tt.loads}
		p := record.Planned{Scenario: tt.scenario, Params: record.Params{Procs: tt.procs}}
		if got := e.serverCPUs(p); !slices.Equal(got, tt.want) {
			t.Errorf("%s on %d of %v and %v: %v, want %v", tt.scenario, tt.procs, tt.own, tt.loads, got, tt.want)
		}
	}
}

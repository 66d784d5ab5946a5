package harness

import (
	"fmt"
	"slices"
	"testing"

	"cbench/harness/plan"
	"cbench/results/record"
)

// ours is a server of our own that speaks what work needs.
func ours(name string) plan.Server {
	return plan.Server{Name: name, Args: []string{name, "--procs={procs}"}, Speaks: []string{"lines:echo", "block"}, Own: true, Procs: 1}
}

func TestPlanOnSeveralNumbersOfCores(t *testing.T) {
	foreign := plan.Server{Name: "theirs", Args: []string{"theirs"}, Speaks: []string{"lines:echo", "block"}}
	all := []plan.Server{ours("reactor"), ours("pool"), foreign}
	block := plan.Spec{Scenario: "work", Conns: []int{8}, Reps: 1, Procs: []int{2, 1, 2}, Rotate: plan.RotateAll, Twin: true}
	planned, _, err := plan.Make(all, []plan.Spec{block}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	procs := []int{}
	for _, p := range planned {
		found, procs = append(found, p.Model), append(procs, p.Params.Procs)
		if p.Params.Rotation != "reactor+reactor/2+pool+pool/2+theirs+reactor-twin" || p.Params.BlockNS != 1e6 || p.Params.How != "" || p.Params.Loop != "closed" {
			t.Errorf("%s: %+v", p.Model, p.Params)
		}
	}
	if !slices.Equal(found, []string{"reactor", "reactor", "pool", "pool", "theirs", "reactor-twin"}) || !slices.Equal(procs, []int{1, 2, 1, 2, 0, 1}) {
		t.Errorf("%q on %d", found, procs)
	}
	if n := len(plan.Units(planned)); n != 1 {
		t.Errorf("%d units, want one rotation", n)
	}
	e := Experiment{Servers: all}
	if got := e.serverFor(planned[3]); got.Procs != 2 || !slices.Equal(got.Args, []string{"pool", "--procs=2"}) {
		t.Errorf("pool on two: %+v", got)
	}
	if all[1].Args[1] != "--procs={procs}" {
		t.Errorf("the server itself was changed: %q", all[1].Args)
	}
	block.Procs = []int{0}
	if _, _, err := plan.Make(all, []plan.Spec{block}, 1); err == nil {
		t.Error("no threads at all are let pass")
	}
}

// In pairs every model is measured on every number of threads, with its base and a control, and no two pairs are
// taken for one: also where they stand side by side in the plan, and where blocks differ in the number of threads
// alone.
func TestPairsOnSeveralNumbersOfCores(t *testing.T) {
	pairs := plan.Spec{Scenario: "work", Conns: []int{8}, Reps: 2, Procs: []int{1, 2}, Rotate: plan.RotatePairs, Twin: true}
	one, two := pairs, pairs
	one.Procs, two.Procs = []int{1}, []int{2}
	all := []plan.Server{ours("reactor"), ours("goroutine"), ours("pool")}
	both := []string{"goroutine/1", "goroutine/2", "pool/1", "pool/2", "reactor/2"}
	for _, tt := range []struct {
		blocks []plan.Spec
		want   []string // whom the bases are compared with, twice each
	}{
		{[]plan.Spec{pairs}, both}, {[]plan.Spec{pairs, pairs}, both},
		{[]plan.Spec{one, two}, []string{"goroutine/1", "goroutine/2", "pool/1", "pool/2"}},
	} {
		for seed := range uint64(20) { // in whatever order
			planned, _, err := plan.Make(all, tt.blocks, seed)
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, unit := range plan.Units(planned) {
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
			for _, p := range planned {
				keys[p.Key()] = true
			}
			if len(keys) != len(planned) {
				t.Fatalf("seed %d: %d keys of %d entries: some would be left out as read already", seed, len(keys), len(planned))
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

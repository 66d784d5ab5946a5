package compare

import (
	"math"
	"strings"
	"testing"

	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

var sixModels = []string{"m0", "m1", "m2", "m3", "m4", "m5"}

// Processes of other programs may differ by more than those of the base do, of which the controls are: what they differ by
// from rotation to rotation is heeded, so that hardly a run calls a model different that is not.
func TestLuckOfOthersThanTheBase(t *testing.T) {
	const runs = 60
	for _, luck := range []float64{1, 2, 4} {
		called := 0
		for seed := range uint64(runs) {
			w := recordtest.NewWorld(700+seed, 0.02, 0.01)
			for _, m := range sixModels {
				w.Luck[m] = luck
			}
			for _, c := range Comparisons(w.Pairs(100, 2, sixModels...), "") {
				if c.Differs() && !c.Twin {
					called++
					break
				}
			}
		}
		t.Logf("luck ×%v: %d of %d runs", luck, called, runs)
		if called > runs/6 { // Holm's 5% are 3, and some pass for the test whether variances are one; by controls alone 55 of luck ×4 do
			t.Errorf("where processes differ %v times as much as the base's, %d of %d runs call a model different that is not", luck, called, runs)
		}
	}
}

// Of a server on another runtime the controls tell nothing: one rotation of it is not known, two tell of themselves.
func TestLuckOfForeigners(t *testing.T) {
	for reps, want := range map[int]Verdict{1: Unknown, 2: More} {
		w := recordtest.NewWorld(11, 0.005, 0.01)
		w.Luck["node"], w.Luck["java"], w.Luck["erlang"] = 3, 3, 3
		w.Cost["node"], w.Cost["pool"] = 3, 3
		cells := w.Everywhere(reps, "pool", "node", "java", "erlang")
		for i := range cells {
			if w.Luck[cells[i].Model] > 0 {
				cells[i].Params.Procs = 0
			}
		}
		all := Comparisons(cells, "")
		node, pool := of(all, cpuFigure, "node", 100), of(all, cpuFigure, "pool", 100)
		if node.Verdict != want || want == Unknown && !strings.Contains(node.Why, "another runtime") {
			t.Errorf("%d rotations: %+v", reps, node)
		}
		if pool.Verdict != More {
			t.Errorf("%d rotations of our own: %+v", reps, pool)
		}
		if reps > 1 && node.Test != stats.Rotations {
			t.Errorf("held to %s: %+v", node.Test, node)
		}
	}
}

func TestOrLarger(t *testing.T) {
	controls := pooled{1, 12}
	for name, tt := range map[string]struct {
		rotations, want pooled
		own             bool
	}{
		"nothing known":    {pooled{}, controls, false},
		"less":             {pooled{0.5, 6}, controls, false},
		"more, by chance":  {pooled{1.2, 6}, pooled{1.2, 18}, false},
		"more":             {pooled{3, 6}, pooled{3, 6}, true}, // F[0.75; 6, 12] is 1.53 in every table
		"just not more":    {pooled{1.52, 6}, pooled{1.52, 18}, false},
		"more by a little": {pooled{1.54, 6}, pooled{1.54, 6}, true},
	} {
		if got, own := controls.orLarger(tt.rotations); got != tt.want || own != tt.own {
			t.Errorf("%s: %+v, %v", name, got, own)
		}
	}
}

// Models that shared rotations share the base's luck, and count for less than as many that did not.
func TestAmongSharedRotations(t *testing.T) {
	a := among{}
	flat := func(id string, d float64) pairedRounds {
		return pairedRounds{id: id, rounds: stats.Rotated{{d, d}, {d, d}, {d, d}}, share: 1}
	}
	a.add(map[string][][]pairedRounds{"": {{flat("x", 0), flat("y", 0.02)}, {flat("x", 0), flat("y", 0.02)}, {flat("x", 0), flat("y", 0.02)}}})
	got := a.of(flat("z", 0)) // variance 0.0002 each; 3/(1 + 2/4)
	if math.Abs(got.variance-0.0002) > 1e-12 || math.Abs(got.df-2) > 1e-12 {
		t.Errorf("%+v", got)
	}
}

// The last digit too is the same every time.
func TestAmongSumsInOneOrder(t *testing.T) {
	shared := map[string][][]pairedRounds{}
	for i := range 30 {
		of := func(d float64) pairedRounds {
			return pairedRounds{rounds: stats.Rotated{{d, d}, {d, d}, {d, d}}, share: 0.7}
		}
		shared[string(rune('a'+i))] = [][]pairedRounds{{of(0), of(math.Sqrt(float64(i)) / 100)}}
	}
	var first pooled
	for i := range 50 {
		a := among{}
		a.add(shared)
		switch got := a.of(pairedRounds{}); {
		case i == 0:
			first = got
		case got != first:
			t.Fatalf("%v, and before it was %v", got, first)
		}
	}
	if first.variance <= 0 || first.df != 30 {
		t.Errorf("%+v", first)
	}
}

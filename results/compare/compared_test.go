package compare

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// A model against itself under other names, 24 times a run, however processes and rounds of one program differ: over ten
// runs hardly one is called different, and the controls themselves do not seem so either.
func TestAAFindsNothing(t *testing.T) {
	for _, scatter := range []struct{ process, noise float64 }{{0.007, 0.03}, {0.02, 0.01}, {0.01, 0.004}, {0, 0.03}} {
		for _, reps := range []int{1, 2} {
			compared, called := 0, 0
			for i := range 10 {
				w := recordtest.NewWorld(uint64(i), scatter.process, scatter.noise)
				for _, c := range Comparisons(w.Everywhere(reps, "same0", "same1", "same2", "same3"), "") {
					if c.Figure.Name != cpuFigure {
						continue
					}
					if c.Base != "reactor" || !c.Paired || c.Test != stats.Controls && c.Test != stats.Rotations || c.Floor <= 0 || !c.Twin && c.Ratio.N != 20*reps {
						t.Fatalf("%+v", c)
					}
					if !c.Twin {
						compared++
					}
					if c.Differs() {
						called++
					}
				}
			}
			t.Logf("%+v, %d rotations: %d of %d", scatter, reps, called, compared)
			if compared != 240 || called > 6 { // Holm holds the chance of any at all in a run to 5%: of 10 runs 3 are rare
				t.Errorf("%+v, %d rotations: %d of %d comparisons of a model with itself are called different", scatter, reps, called, compared)
			}
		}
	}
}

// A tenth more CPU a message is found, and the right way round, among other comparisons.
func TestPlantedDifferenceIsFound(t *testing.T) {
	for _, reps := range []int{1, 2} {
		found := 0
		for i := range 10 {
			w := recordtest.NewWorld(uint64(100+i), 0.007, 0.03)
			w.Cost["busy"], w.Cost["lean"] = 1.1, 1/1.1
			all := Comparisons(w.Everywhere(reps, "busy", "lean", "same0", "same1"), "")
			if of(all, cpuFigure, "busy", 100).Verdict == More && of(all, cpuFigure, "lean", 100).Verdict == Less {
				found++
			}
		}
		t.Logf("%d rotations: %d of 10", reps, found)
		if found < 9 {
			t.Errorf("with %d rotations, found in %d of 10", reps, found)
		}
	}
}

// As the default suite compares, on a shared machine, where slots of one server scatter by 4% with 100 connections and by 7%
// with 1,000 (measured: rounds of a server against itself, two cores of an AMD EPYC).
func TestPlantedDifferenceIsFoundByTheDefaultSuite(t *testing.T) {
	scatter := map[int]float64{100: 0.04, 1000: 0.07}
	found, called := 0, 0
	for i := range 20 {
		w := recordtest.NewWorld(uint64(200+i), 0.01, 0)
		w.Cost["busy"], w.Rounds = 1.1, 14
		var cells []record.Cell
		for _, conns := range []int{100, 1000} {
			w.Noise = scatter[conns]
			cells = append(cells, w.Pairs(conns, 3, "busy", "same0", "same1", "same2", "same3", "same4", "same5")...)
		}
		for _, c := range Comparisons(cells, "") {
			switch {
			case c.Figure.Name != cpuFigure || c.Twin:
			case c.Other == "busy" && c.Verdict == More:
				found++
			case c.Other != "busy" && c.Differs():
				called++
			}
		}
	}
	t.Logf("%d of 40 found, %d of 240 equal ones called different", found, called)
	if found < 36 || called > 3 { // six pairs a load tell less than the controls: what processes of other programs may differ by costs power
		t.Errorf("%d of 40 found, %d of 240 equal ones called different", found, called)
	}
}

// Where two were in pairs as well as in a rotation of many, only the finer counts, and is held to controls of its own kind.
func TestPairsGoBeforeRotationsOfMany(t *testing.T) {
	w := recordtest.NewWorld(61, 0.001, 0.01)
	cells := w.Everywhere(2, "other")
	w.Cost["other"] = 2 // as if ten servers' caches were in its way
	for _, conns := range []int{10, 100, 1000} {
		cells = append(cells, w.Rotate(fmt.Sprint("all", conns), conns, 3, "reactor", "other", "same0", "same1", "reactor-twin=reactor")...)
	}
	c := of(Comparisons(cells, ""), cpuFigure, "other", 100)
	if c.Differs() || math.Abs(c.Ratio.Mid-1) > 0.02 || c.Ratio.N != 40 || c.Control != "12 controls" {
		t.Errorf("%+v", c)
	}
}

// Where controls are known, 95% intervals hold the truth in about 95 of 100 cases, whatever it is that scatters.
func TestIntervalsHoldTheTruth(t *testing.T) {
	for _, scatter := range []struct{ process, noise float64 }{{0.02, 0.01}, {0.005, 0.03}} {
		held, of := 0, 0
		for i := range 20 {
			w := recordtest.NewWorld(uint64(400+i), scatter.process, scatter.noise)
			w.Cost["other"] = 1.3
			for _, c := range Comparisons(w.Everywhere(2, "other"), "") {
				if c.Other != "other" || c.Figure.Name != cpuFigure {
					continue
				}
				if of++; c.Ratio.Low <= 1.3 && 1.3 <= c.Ratio.High {
					held++
				}
			}
		}
		t.Logf("%+v: %d of %d", scatter, held, of)
		if held < of*88/100 {
			t.Errorf("%+v: %d of %d intervals hold the truth", scatter, held, of)
		}
	}
}

// Without any control, rotations are held against each other; of fewer than three nothing is known.
func TestNoControl(t *testing.T) {
	w := recordtest.NewWorld(500, 0.005, 0.01)
	w.Cost["other"] = 1.5
	var cells []record.Cell
	for rep := 1; rep <= 3; rep++ {
		if rep == 3 {
			c := of(Comparisons(cells, "reactor"), cpuFigure, "other", 100)
			if c.Verdict != Unknown || !strings.Contains(c.Why, "no control, and under 3 rotations") || math.Abs(c.Ratio.Mid-1.5) > 0.1 {
				t.Errorf("two rotations: %+v", c)
			}
		}
		cells = append(cells, w.Rotate(fmt.Sprint(rep), 100, rep, "reactor", "other")...)
	}
	c := of(Comparisons(cells, "reactor"), cpuFigure, "other", 100)
	if c.Verdict != More || c.Test != stats.Rotations || c.Control != "" || !c.Ratio.Sure() {
		t.Errorf("three rotations: %+v", c)
	}
}

func TestChance(t *testing.T) {
	three := controls{controls: map[controlKey][]control{{"f", true}: {{id: "a", d: 0.02}, {id: "b", d: -0.02}, {id: "c", d: 0.02}}}}
	flat := func(id string, d float64) pairedRounds {
		return pairedRounds{id: id, rounds: stats.Rotated{{d, d}, {d, d}, {d, d}}, few: true, share: 1}
	}
	// t[0.975, 3] is 3.182 in every table; the root mean square of the controls is 0.02.
	if c := three.stdErrOf("f", []pairedRounds{flat("x", 0.1)}, false); math.Abs(c.Reach()-3.182*0.02) > 1e-4 || c.Control != "3 controls" {
		t.Errorf("of one rotation: %+v reaches %v", c, c.Reach())
	}
	if c := three.stdErrOf("f", []pairedRounds{flat("x", 0.1), flat("y", 0.1)}, false); math.Abs(c.Reach()-3.182*0.02/math.Sqrt2) > 1e-4 {
		t.Errorf("of two: %+v reaches %v", c, c.Reach())
	}
	if c := three.stdErrOf("f", []pairedRounds{flat("a", 0.02)}, true); c.Control != "2 controls" {
		t.Errorf("a control is held to itself: %+v", c)
	}
	noisy := pairedRounds{id: "x", rounds: stats.Rotated{{0.2, 0.2}, {-0.2, -0.2}, {0.3, 0.3}, {-0.3, -0.3}}, few: true, share: 1}
	if c := three.stdErrOf("f", []pairedRounds{noisy}, false); c.Se < 0.1 {
		t.Errorf("rounds that scatter more than the controls' did are not heeded: %+v", c)
	}
	if c := three.stdErrOf("g", []pairedRounds{flat("x", 0.1)}, false); c.Known() || !math.IsNaN(c.P(0.1)) || c.Reach() != 0 {
		t.Errorf("of a figure without controls: %+v", c)
	}
	if c := (stats.StdErr{Se: 0.01, Df: 4}).Plus(stats.StdErr{Se: 0.01, Df: 4}); math.Abs(c.Se-0.01*math.Sqrt2) > 1e-12 || math.Abs(c.Df-8) > 1e-9 {
		t.Errorf("of two runs: %+v", c)
	}
	if p := (stats.StdErr{Se: 0, Df: 4}).P(0); p != 1 {
		t.Errorf("nothing scatters, and nothing differs: p = %v", p)
	}
}

func TestVoidIsNeverCounted(t *testing.T) {
	w := recordtest.NewWorld(7, 0, 0.01)
	cells := w.Pairs(100, 2, "other")
	spoilt := 0
	for i := range cells {
		c := &cells[i]
		if c.Rotation.ID != "other/100/1" || c.Rotation.TwinOf != "" {
			continue
		}
		for j := range c.Rotation.Rounds { // every third round is void for one of the two, and ten times too dear
			if r := &c.Rotation.Rounds[j]; j%3 == 0 && (c.Model == "other") == (j%2 == 0) {
				r.Void, r.ServerNSPerMessage = "the others were not idle", 10*r.ServerNSPerMessage
				spoilt++
			}
		}
	}
	void := w.Rotate("other/100/3", 100, 3, "reactor", "other")
	for i := range void {
		void[i].Valid, void[i].Void = false, []string{"12 replies lost"}
		void[i].CPU.ServerNSPerMessage = recordtest.Ptr(1e9)
		for j := range void[i].Rotation.Rounds {
			void[i].Rotation.Rounds[j].ServerNSPerMessage *= float64(1 + 99*i)
		}
	}
	c := of(Comparisons(append(cells, void...), ""), cpuFigure, "other", 100)
	if c.Ratio.N != 40-spoilt || spoilt < 6 {
		t.Errorf("%d pairs of rounds, want %d", c.Ratio.N, 40-spoilt)
	}
	if c.Verdict != Same || math.Abs(c.Ratio.Mid-1) > 0.02 {
		t.Errorf("%+v", c)
	}
}

func TestTooFewToTell(t *testing.T) {
	w := recordtest.NewWorld(8, 0, 0.01)
	w.Rounds = 4
	w.Cost["other"] = 2
	c := of(Comparisons(w.Pairs(100, 1, "other"), ""), cpuFigure, "other", 100)
	if c.Verdict != Unknown || c.Why != "too few rounds (4) count" || math.Abs(c.Ratio.Mid-2) > 0.1 || c.Ratio.Sure() {
		t.Errorf("four rounds: %+v", c)
	}
	w.Rounds = 6 // one control knows little: what it calls a difference alone does not outlive Holm
	w.Cost["other"] = 1.1
	c = of(Comparisons(w.Rotate("all", 100, 1, "reactor", "other", "same0", "same1", "reactor-twin=reactor"), ""), cpuFigure, "other", 100)
	if c.Verdict == More || c.Control != "1 control" {
		t.Errorf("one control: %+v", c)
	}
}

// Another base than the control's is fine: the control stands beside its own.
func TestControlsStandBesideTheirBase(t *testing.T) {
	w := recordtest.NewWorld(9, 0.01, 0.02)
	cells := append(w.Pairs(100, 2, "other"), w.Pairs(10000, 2, "other")...)
	if c := of(Comparisons(cells, "other"), cpuFigure, "reactor-twin", 100); c == nil || c.Base != "reactor" || c.Control != "2 controls" {
		t.Errorf("with another base, the control is %+v", c)
	}
}

// A difference that rounds are sure of, and that is smaller than what twins differ by, is none.
func TestWithinTheLuckOfTwins(t *testing.T) {
	w := recordtest.NewWorld(10, 0, 0.002)
	w.Cost["reactor-twin"], w.Cost["other"] = 1.03, 1.02
	c := of(Comparisons(w.Everywhere(1, "other"), ""), cpuFigure, "other", 100)
	if c.Verdict != Same || c.Floor < 0.03 {
		t.Errorf("%+v", c)
	}
}

func TestTailsDrownInTheMachinesPauses(t *testing.T) {
	w := recordtest.NewWorld(11, 0, 0.01)
	w.Whole = true
	w.Cost["other"] = 3
	cells := w.Pairs(10000, 2, "other", "floor")
	for i := range cells {
		if cells[i].Model != "floor" {
			continue
		}
		for j := range cells[i].Rotation.Rounds {
			if w.Rng.Float64() < 0.5 {
				cells[i].Rotation.Rounds[j].P99 *= 5
			}
		}
	}
	all := Comparisons(cells, "")
	if c := of(all, "p99_ns", "other", 10000); c.Verdict != Unknown || !strings.Contains(c.Why, "too noisy to rank") {
		t.Errorf("p99: %s, %s", c.Verdict, c.Why)
	}
	if c := of(all, "p50_ns", "other", 10000); c.Verdict != More {
		t.Errorf("p50: %+v", c)
	}
}

func TestBaseOf(t *testing.T) {
	w := recordtest.NewWorld(12, 0, 0)
	alone := func(names ...string) (cells []record.Cell) {
		for _, n := range names {
			cells = append(cells, record.Cell{Model: n, Scenario: "echo", Conns: 1, Rep: 1, Valid: true})
		}
		return cells
	}
	for _, tc := range []struct {
		name  string
		cells []record.Cell
		want  string
	}{
		{"nothing", nil, ""},
		{"what the pairs have in common", append(w.Rotate("a", 1, 1, "floor", "reactor"), w.Rotate("b", 1, 1, "floor", "pool")...), "floor"},
		{"all at once", w.Rotate("a", 1, 1, "pool", "floor", "reactor"), "reactor"},
		{"no rotations", alone("zebra", "pool", "reactor"), "reactor"},
		{"no reactor", alone("zebra", "pool", "floor"), "pool"},
		{"a twin is no base", append(w.Rotate("a", 1, 1, "pool", "pool-twin=pool"), alone("reactor")...), "pool"},
	} {
		if got := usualBase(tc.cells); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Memory is compared by repetitions apart, and a figure that says nothing under a load is not compared at all.
func TestComparisonsApart(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	all := Comparisons(cells, "")
	c := of(all, "user_per_conn_bytes", "goroutine", 1000)
	if c == nil || c.Paired || c.Base != "reactor" || c.Test != stats.Welch || c.Verdict != More || math.Abs(c.Ratio.Mid-18) > 2 {
		t.Errorf("%+v", c)
	}
	for _, c := range all {
		switch {
		case c.Figure.Name == "throughput_per_s":
			t.Fatalf("throughput is compared at a rate that is given: %+v", c)
		case c.Setting.Scenario == "idle" && c.Figure.Busy:
			t.Fatalf("%s is compared at rest", c.Figure.Name)
		case c.Other == "callback" && c.Setting.Scenario == "echo" && c.Conns == 10000:
			t.Fatalf("compared, and is void: %+v", c)
		}
	}
	if c := of(all, "user_per_conn_bytes", "pool", 10000); c.Verdict != Unknown || c.Why != "too few repetitions a side: 2" {
		t.Errorf("two valid repetitions: %+v", c)
	}
}

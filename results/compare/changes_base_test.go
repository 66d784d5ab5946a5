package compare_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// all is rotations of all models at once, floor and a control among them.
func allModels(w *recordtest.World, reps int) (cells []record.Cell) {
	for _, conns := range []int{100, 1000} {
		for rep := 1; rep <= reps; rep++ {
			cells = append(cells, w.Rotate(fmt.Sprintf("all/%d/%d", conns, rep), conns, rep, "reactor", "pool", "goroutine", "floor", "reactor-twin=reactor")...)
		}
	}
	return cells
}

// inPairs is every model in rotations of its own with the reactor and its twin, as the default suite has them: floor is
// beside the reactor alone.
func inPairs(w *recordtest.World, reps int) (cells []record.Cell) {
	for _, conns := range []int{100, 1000} {
		cells = append(cells, w.Pairs(conns, reps, "pool", "goroutine", "callback", "floor")...)
	}
	return cells
}

// With floor in the rotations the base of the others is compared as well: a tenth more CPU in reactor alone is reactor's, and
// neither the machine's, which was a third slower, nor that all others have become better.
func TestChangesAreRelativeToFloor(t *testing.T) {
	for name, run := range map[string]func(*recordtest.World) []record.Cell{
		"all at once": func(w *recordtest.World) []record.Cell { return allModels(w, 2) },
		"in pairs":    func(w *recordtest.World) []record.Cell { return inPairs(w, 2) },
	} {
		t.Run(name, func(t *testing.T) { relativeToFloor(t, run) })
	}
}

func relativeToFloor(t *testing.T, run func(*recordtest.World) []record.Cell) {
	old, now := recordtest.NewWorld(51, 0.004, 0.02), recordtest.NewWorld(52, 0.004, 0.02)
	for _, m := range []string{"reactor", "reactor-twin", "pool", "goroutine", "callback", "floor"} {
		now.Cost[m] = 4.0 / 3
	}
	now.Cost["reactor"], now.Cost["reactor-twin"] = 4.0/3*1.1, 4.0/3*1.1
	before, after := run(old), run(now)
	changed := compare.Changes(before, after, "")
	if changed.Base != "floor" {
		t.Errorf("base %q", changed.Base)
	}
	for _, conns := range []int{100, 1000} {
		if c := changeAt(changed, "reactor", cpuName, conns); !c.Worse() || math.Abs(c.Loss()-0.1) > 0.04 || c.Base != "floor" {
			t.Errorf("reactor: %+v", c)
		}
		for _, m := range []string{"pool", "goroutine"} {
			if c := changeAt(changed, m, cpuName, conns); c.Verdict != compare.Same || c.Base != "floor" || !c.Ratio.Sure() {
				t.Errorf("%s: %+v", m, c)
			}
		}
		if c := changeAt(changed, "floor", cpuName, conns); c.Base != "" {
			t.Errorf("floor is compared with what is taken relative to it: %+v", c)
		}
	}
	if c := changeAt(compare.Changes(before, after, "reactor"), "pool", cpuName, 100); c.Base != "reactor" || !c.Better() {
		t.Errorf("a base that was asked for is not taken: %+v", c)
	}
}

// What costs more together with the reactor is worse, though beside the reactor it seems as it was.
func TestChangesWithTheBase(t *testing.T) {
	old, now := recordtest.NewWorld(53, 0.004, 0.02), recordtest.NewWorld(54, 0.004, 0.02)
	for _, m := range []string{"reactor", "reactor-twin", "pool"} {
		now.Cost[m] = 1.15
	}
	changed := compare.Changes(inPairs(old, 2), inPairs(now, 2), "")
	for _, m := range []string{"reactor", "pool"} {
		if c := changeAt(changed, m, cpuName, 100); !c.Worse() || math.Abs(c.Loss()-0.15) > 0.05 {
			t.Errorf("%s: %+v", m, c)
		}
	}
	if c := changeAt(changed, "goroutine", cpuName, 100); c.Verdict != compare.Same {
		t.Errorf("goroutine: %+v", c)
	}
}

// Two runs of equal models, with everything in them: nothing changed.
func TestNothingChanged(t *testing.T) {
	called, compared := 0, 0
	for seed := range uint64(10) {
		rng := rand.New(rand.NewPCG(seed, 9))
		run := func(w *recordtest.World) (cells []record.Cell) {
			cells = append(allModels(w, 2), searchesOf(rng, "pool", 80e3, 4)...)
			return append(cells, grown(rng, map[int]int{1000: 3, 10_000: 3, 20_000: 1}, 200, 50e3, 0.5)...)
		}
		changed := compare.Changes(run(recordtest.NewWorld(2*seed+60, 0.004, 0.02)), run(recordtest.NewWorld(2*seed+61, 0.004, 0.02)), "")
		for _, c := range changed.Changes {
			compared++
			if c.Worse() || c.Better() {
				called++
				t.Logf("%s of %s: %+v, p %v", c.Figure.Name, c.Model, c.Ratio, c.P)
			}
		}
	}
	if compared < 100 || called > compared/50 {
		t.Errorf("%d of %d changes of nothing are called changes", called, compared)
	}
}

// searchesOf is searches of a model by as many processes, which differ by 3%.
func searchesOf(rng *rand.Rand, model string, capacity float64, n int) (cells []record.Cell) {
	for rep := range n {
		c := searches()[0]
		c.Model, c.Rep, c.Search = model, rep+1, searchOf(capacity*math.Exp(0.03*rng.NormFloat64()), "server", true)
		cells = append(cells, c)
	}
	return cells
}

func TestCapacityChanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for _, tt := range []struct {
		factor float64
		n      int
		want   compare.Verdict
	}{{0.6, 4, compare.Less}, {1.6, 4, compare.More}, {0.95, 4, compare.Same}, {0.6, 1, compare.Unknown}} {
		changed := compare.Changes(searchesOf(rng, "pool", 80e3, tt.n), searchesOf(rng, "pool", tt.factor*80e3, tt.n), "")
		c := changeAt(changed, "pool", "capacity", 1000)
		if c == nil || c.Verdict != tt.want || c.Floor != compare.Drift || len(changed.Changes) != 1 {
			t.Errorf("×%v, %d searches: %+v", tt.factor, tt.n, c)
		}
		if c != nil && c.Worse() != (tt.want == compare.Less) {
			t.Errorf("×%v: less is worse: %+v", tt.factor, c)
		}
	}
}

// A leak of 100 bytes a connection is a change of the slope, whatever each N tells alone.
func TestSlopeChanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 9))
	reps := map[int]int{1000: 3, 10_000: 3, 20_000: 3}
	for slope, want := range map[float64]compare.Verdict{300: compare.More, 200: compare.Same, 100: compare.Less} {
		changed := compare.Changes(grown(rng, reps, 200, 50e3, 0.5), grown(rng, reps, slope, 50e3, 0.5), "")
		c := changeAt(changed, "m", "user_slope_bytes", 0)
		if c == nil || c.Verdict != want || c.Test != stats.Slopes || math.Abs(c.Ratio.Mid/(slope/200)-1) > 0.1 {
			t.Errorf("from 200 to %v bytes: %+v", slope, c)
		}
	}
	flat := compare.Changes(grown(rng, reps, 0, 50e3, 0), grown(rng, reps, 200, 50e3, 0), "")
	if c := changeAt(flat, "m", "user_slope_bytes", 0); c.Verdict != compare.Unknown || c.Why == "" {
		t.Errorf("of a slope that is not told from 0: %+v", c)
	}
}

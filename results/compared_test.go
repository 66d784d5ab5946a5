package results

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// world makes up rotations: what a model costs, and how far processes and rounds of it scatter around that.
type world struct {
	rng            *rand.Rand
	process, noise float64
	cost           map[string]float64 // 1 where a model is not named
	rounds         int
	whole          bool // latency and throughput too
}

func newWorld(seed uint64, process, noise float64) *world {
	return &world{rand.New(rand.NewPCG(seed, 11)), process, noise, map[string]float64{}, 20, false}
}

// rotate is one rotation: the machine drifts by up to a fifth from round to round, for all of them alike.
func (w *world) rotate(id string, conns, rep int, models ...string) (cells []Cell) {
	drift := make([]float64, w.rounds)
	for i := range drift {
		drift[i] = 1 + 0.2*w.rng.Float64()
	}
	for _, m := range models {
		name, of, twin := strings.Cut(m, "=")
		cost := w.cost[name]
		if cost == 0 {
			cost = 1
		}
		own := cost * math.Exp(w.process*w.rng.NormFloat64())
		r := Rotation{ID: id}
		if twin {
			r.TwinOf = of
		}
		sum := 0.0
		for _, d := range drift {
			v := 5000 * own * d * math.Exp(w.noise*w.rng.NormFloat64())
			sum += v / float64(w.rounds)
			round := Round{ServerNSPerMessage: v, Count: 4000}
			if w.whole {
				round.ThroughputPerS, round.P50, round.P99 = 1e8/v, int64(10*v), int64(30*v)
			}
			r.Rounds = append(r.Rounds, round)
		}
		cells = append(cells, Cell{
			Schema: Schema, Model: name, Scenario: "echo", Conns: conns, Rep: rep, Order: 1, Seed: 1, Valid: true, Rotation: &r,
			Params: Params{Loop: "closed", Pipeline: 1, PayloadBytes: 128, Procs: 1, Rotation: strings.Join(models, "+"), Rounds: w.rounds},
			CPU:    CPU{ServerNSPerMessage: ptr(sum)},
		})
		if c := &cells[len(cells)-1]; w.whole {
			c.Load = Load{Sent: 1e6, ThroughputPerS: ptr(1e8 / sum)}
			c.Latency = &Latency{Count: 80000, P50: int64(10 * sum), P99: int64(30 * sum),
				P999: int64(60 * sum * math.Exp(0.2*w.rng.NormFloat64()))}
		}
	}
	return cells
}

// pairs is a run as suites make it: every model in rotations of its own with the reactor, and its twin, so many times over.
func (w *world) pairs(conns, reps int, models ...string) (cells []Cell) {
	for _, m := range append([]string{"reactor-twin=reactor"}, models...) {
		for rep := 1; rep <= reps; rep++ {
			cells = append(cells, w.rotate(fmt.Sprintf("%s/%d/%d", m, conns, rep), conns, rep, "reactor", m)...)
		}
	}
	return cells
}

func of(all []Comparison, figure, other string, conns int) *Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == figure && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuFigure = "cpu_ns_per_message"

// A model against itself under other names, 24 times: at most 2 are called different; and the controls themselves do not seem so either.
func TestAAFindsNothing(t *testing.T) {
	compared, called := 0, 0
	for _, conns := range []int{100, 1000, 10000} {
		w := newWorld(uint64(conns), 0.007, 0.03)
		var models []string
		for i := range 8 {
			models = append(models, fmt.Sprintf("same%d", i))
		}
		for _, c := range Comparisons(w.pairs(conns, 2, models...), "") {
			if c.Figure.Name != cpuFigure {
				continue
			}
			if c.Base != "reactor" || !c.Paired || c.Test != SignedRank || c.Ratio.N != 40 {
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
	if compared < 20 || called > 2 {
		t.Errorf("%d of %d comparisons of a model with itself are called different", called, compared)
	}
}

// A tenth more CPU a message is found, and the right way round, among other comparisons and in one rotation.
func TestPlantedDifferenceIsFound(t *testing.T) {
	for _, reps := range []int{1, 3} {
		found := 0
		for i := range 10 {
			w := newWorld(uint64(100+i), 0.007, 0.03)
			w.cost["busy"], w.cost["lean"] = 1.1, 1/1.1
			all := Comparisons(w.pairs(100, reps, "busy", "lean", "same0", "same1"), "")
			if of(all, cpuFigure, "busy", 100).Verdict == More && of(all, cpuFigure, "lean", 100).Verdict == Less {
				found++
			}
		}
		if found < 9 {
			t.Errorf("with %d rotations, found in %d of 10", reps, found)
		}
	}
}

// Processes of one program differ by 1%, and rounds hardly at all: rounds alone would be sure of it. The interval over rotations and
// the floor are what keeps it from being called a difference.
func TestLuckOfProcessesIsNoDifference(t *testing.T) {
	called, sure, compared := 0, 0, 0
	for i := range 10 {
		w := newWorld(uint64(200+i), 0.01, 0.004)
		for _, c := range Comparisons(w.pairs(100, 3, "same0", "same1", "same2"), "") {
			if c.Figure.Name != cpuFigure || c.Twin {
				continue
			}
			compared++
			if c.P < significance {
				sure++
			}
			if c.Differs() {
				called++
			}
			if c.Floor <= 0 || c.Control != "reactor-twin at N = 100" {
				t.Fatalf("no floor: %+v", c)
			}
		}
	}
	if called > 2 {
		t.Errorf("%d of %d are called different", called, compared)
	}
	if sure < compared/4 {
		t.Errorf("only %d of %d are sure by their rounds: this shows nothing", sure, compared)
	}
}

// The same in one rotation each, which knows nothing of luck: the controls at all numbers of connections together do.
func TestLuckOfOneRotation(t *testing.T) {
	called, compared := 0, 0
	for i := range 4 {
		w := newWorld(uint64(300+i), 0.01, 0.01)
		var cells []Cell
		for _, conns := range []int{100, 1000, 10000} {
			cells = append(cells, w.pairs(conns, 1, "same0", "same1", "same2")...)
		}
		for _, c := range Comparisons(cells, "") {
			if c.Twin {
				continue
			}
			if compared++; c.Differs() {
				called++
			}
		}
	}
	if compared != 36 || called > 3 {
		t.Errorf("%d of %d are called different", called, compared)
	}
}

func TestForetold(t *testing.T) {
	// t[0.975, 3] is 3.182 in every table; the root mean square of these is 0.02.
	if got, want := foretold([]float64{0.02, -0.02, 0.02}), math.Expm1(3.182*0.02); math.Abs(got-want) > 1e-4 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestVoidIsNeverCounted(t *testing.T) {
	w := newWorld(7, 0, 0.01)
	cells := w.pairs(100, 2, "other")
	spoilt := 0
	for i := range cells {
		c := &cells[i]
		if c.Rotation.ID != "other/100/1" {
			continue
		}
		for j := range c.Rotation.Rounds { // every third round is void for one of the two, and ten times too dear
			if r := &c.Rotation.Rounds[j]; j%3 == 0 && (c.Model == "other") == (j%2 == 0) {
				r.Void, r.ServerNSPerMessage = "the others were not idle", 10*r.ServerNSPerMessage
				spoilt++
			}
		}
	}
	void := w.rotate("other/100/3", 100, 3, "reactor", "other")
	for i := range void {
		void[i].Valid, void[i].Void = false, []string{"12 replies lost"}
		void[i].CPU.ServerNSPerMessage = ptr(1e9)
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
	w := newWorld(8, 0, 0.01)
	w.rounds = 4
	w.cost["other"] = 2
	c := of(Comparisons(w.pairs(100, 1, "other"), ""), cpuFigure, "other", 100)
	if c.Verdict != Unknown || !strings.Contains(c.Why, "too few rounds: 4") || math.Abs(c.Ratio.Mid-2) > 0.1 || c.Ratio.Sure() {
		t.Errorf("four rounds: %+v", c)
	}
	w.rounds = 6 // all of them one way is p = 0.03, which does not outlive Holm
	models := []string{"other", "same0", "same1"}
	c = of(Comparisons(w.pairs(100, 1, models...), ""), cpuFigure, "other", 100)
	if c.Verdict != Unknown || !strings.Contains(c.Why, "among 3 comparisons") {
		t.Errorf("six rounds among three: %+v", c)
	}
}

func TestFloorComesFromTheNearest(t *testing.T) {
	w := newWorld(9, 0.01, 0.02)
	cells := append(w.pairs(100, 2, "other"), w.pairs(10000, 2, "other")...)
	cells = append(append(cells, w.rotate("x", 5000, 1, "reactor", "other")...), w.rotate("y", 5000, 2, "reactor", "other")...)
	all := Comparisons(cells, "reactor")
	for conns, from := range map[int]string{100: "reactor-twin at N = 100", 10000: "reactor-twin at N = 10,000", 5000: "reactor-twin at N = 10,000"} {
		c := of(all, cpuFigure, "other", conns)
		if c.Control != from {
			t.Errorf("N = %d: the floor %v is from %q, want %q", conns, c.Floor, c.Control, from)
		}
	}
	twin := of(all, cpuFigure, "reactor-twin", 100)
	if !twin.Twin || twin.Control != "reactor-twin at N = 10,000" {
		t.Errorf("a control is held to itself: %+v", twin)
	}
	if c := of(Comparisons(w.rotate("x", 100, 1, "reactor", "other"), "reactor"), cpuFigure, "other", 100); c.Floor != 0 || c.Control != "" {
		t.Errorf("no control: %+v", c)
	}
	if c := of(Comparisons(cells, "other"), cpuFigure, "reactor-twin", 100); c == nil || c.Base != "reactor" {
		t.Errorf("with another base, the control is %+v", c)
	}
}

// A difference that is sure and smaller than the noise between twins is said to be within it.
func TestWithinTheFloor(t *testing.T) {
	w := newWorld(10, 0, 0.002)
	w.cost["reactor-twin"], w.cost["other"] = 1.03, 1.02
	c := of(Comparisons(w.pairs(100, 1, "other"), ""), cpuFigure, "other", 100)
	if c.Verdict != Same || !strings.Contains(c.Why, "within the noise here, 3") || c.P >= significance {
		t.Errorf("%+v", c)
	}
}

func TestTailsDrownInTheMachinesPauses(t *testing.T) {
	w := newWorld(11, 0, 0.01)
	w.whole = true
	w.cost["other"] = 3
	cells := w.pairs(10000, 2, "other", "floor")
	for i := range cells {
		if cells[i].Model != "floor" {
			continue
		}
		for j := range cells[i].Rotation.Rounds {
			if w.rng.Float64() < 0.5 {
				cells[i].Rotation.Rounds[j].P99 *= 5
			}
		}
	}
	all := Comparisons(cells, "")
	if c := of(all, "p99_ns", "other", 10000); c.Verdict != Unknown || !strings.Contains(c.Why, "drown p99") {
		t.Errorf("p99: %s, %s", c.Verdict, c.Why)
	}
	if c := of(all, "p50_ns", "other", 10000); c.Verdict != More {
		t.Errorf("p50: %+v", c)
	}
}

func TestRoundsRatio(t *testing.T) {
	w := newWorld(13, 0, 0.01)
	w.cost["pool"] = 1.2
	cells := w.rotate("x", 100, 1, "reactor", "pool")
	base, pool := cells[0].Rotation.Rounds, cells[1].Rotation.Rounds
	i := RoundsRatio(base, pool, figureNamed(cpuFigure))
	if c := of(Comparisons(cells, "reactor"), cpuFigure, "pool", 100); i != c.Ratio {
		t.Errorf("%+v, and compared it is %+v", i, c.Ratio)
	}
	if few := RoundsRatio(base[:4], pool[:5], figureNamed(cpuFigure)); few.Sure() || few.N != 4 {
		t.Errorf("four rounds: %+v", few)
	}
	if none := RoundsRatio(base, nil, figureNamed(cpuFigure)); none.N != 0 {
		t.Errorf("no rounds: %+v", none)
	}
	if none := RoundsRatio(base, pool, figureNamed("p999_ns")); none.N != 0 {
		t.Errorf("a figure that rounds do not know: %+v", none)
	}
}

func TestBaseOf(t *testing.T) {
	w := newWorld(12, 0, 0)
	alone := func(names ...string) (cells []Cell) {
		for _, n := range names {
			cells = append(cells, Cell{Model: n, Scenario: "echo", Conns: 1, Rep: 1, Valid: true})
		}
		return cells
	}
	for _, tc := range []struct {
		name  string
		cells []Cell
		want  string
	}{
		{"nothing", nil, ""},
		{"what the pairs have in common", append(w.rotate("a", 1, 1, "floor", "reactor"), w.rotate("b", 1, 1, "floor", "pool")...), "floor"},
		{"all at once", w.rotate("a", 1, 1, "pool", "floor", "reactor"), "reactor"},
		{"no rotations", alone("zebra", "pool", "reactor"), "reactor"},
		{"no reactor", alone("zebra", "pool", "floor"), "pool"},
		{"a twin is no base", append(w.rotate("a", 1, 1, "pool", "pool-twin=pool"), alone("reactor")...), "pool"},
	} {
		if got := BaseOf(tc.cells); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// Memory is compared by repetitions apart, and a figure that says nothing under a load is not compared at all.
func TestComparisonsApart(t *testing.T) {
	_, cells := synthetic(t)
	all := Comparisons(cells, "")
	c := of(all, "user_per_conn_bytes", "goroutine", 1000)
	if c == nil || c.Paired || c.Base != "reactor" || c.Test != Welch || c.Verdict != More || math.Abs(c.Ratio.Mid-18) > 2 {
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

package harness

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"cbench/harness/plan"
	"cbench/scenarios"
)

// A search that is told to be short is, and its interval is the wider for it: it holds the truth as often, or an end
// of it is not known.
func TestAShortSearchKnowsLess(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 1))
	for name, spoils := range map[string]int{"nothing is spoilt": 0, "one window in eight": 8} {
		wrong, open, total, off, wide := 0, 0, 0, 0.0, 0.0
		const searches = 200
		for range searches {
			truth := 15_000 * math.Exp(random.Float64()*math.Log(10))
			b := &bisect{first: 10_000, least: 1, most: 1e7, growth: rateGrowth, width: 1.1, budget: 12}
			total += b.through(t, func(x float64) bool {
				return x <= truth*math.Exp(0.03*random.NormFloat64()) && (spoils == 0 || random.IntN(spoils) > 0)
			})
			found, low, high := b.found()
			if found == nil {
				t.Fatal("nothing was found")
			}
			off = max(off, math.Abs(math.Log(*found/truth)))
			if low == nil || high == nil {
				open++
			} else {
				wide += *high / *low
			}
			if low != nil && *low > truth || high != nil && *high < truth {
				wrong++
			}
		}
		t.Logf("%s: %.1f tries, %d of %d intervals do not hold the truth, %d have an end that is not known, the others span a factor of %.2f; %.0f%% off at most",
			name, float64(total)/searches, wrong, searches, open, wide/float64(searches-open), 100*math.Expm1(off))
		if wrong > searches/10 { // a 95% interval may miss one in twenty
			t.Errorf("%s: %d of %d intervals do not hold the truth", name, wrong, searches)
		}
		if mean := float64(total) / searches; mean > 30 {
			t.Errorf("%s: a short search took %.1f tries", name, mean)
		}
	}
}

func TestPlanOfAShortSearch(t *testing.T) {
	servers := []plan.Server{{Name: "a", Speaks: []string{"lines:echo"}, Procs: 1}}
	short := plan.Spec{Scenario: "echo", Conns: []int{1000}, Reps: 1, SLO: "p90<5ms", Rate: 10_000, Window: 200 * time.Millisecond, Edge: 0.1, Tries: 16}
	planned, _, err := plan.Make(servers, []plan.Spec{short}, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := rateSteps(planned[0].Params, scenarios.ByName("echo"))
	if b.first != 10_000 || b.width != 1.1 || b.budget != 16 || plan.CurveOf(b.budget) != 2 || plan.CurveOf(plan.EdgeTries) != 3 || plan.CurveOf(6) != 1 {
		t.Errorf("%+v", b)
	}
	if takes := plan.Estimate(planned[0]); takes > 16*time.Second {
		t.Errorf("it is to take %v", takes)
	}
	for _, wrong := range []plan.Spec{{Edge: 0.001}, {Edge: 0.6}, {Edge: math.NaN()}, {Tries: 3}, {Tries: -1}} {
		b := short
		b.Edge, b.Tries = wrong.Edge, wrong.Tries
		if _, _, err := plan.Make(servers, []plan.Spec{b}, 1); err == nil {
			t.Errorf("edge %v, %d tries: no error", wrong.Edge, wrong.Tries)
		}
	}
}

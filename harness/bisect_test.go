package harness

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"cbench/harness/plan"
	"cbench/scenarios"
)

// rates is a search as it is made over rates.
func rates() *bisect {
	return &bisect{first: 1000, least: 1, most: 1e7, growth: 2, width: 1.03, budget: plan.EdgeTries}
}

// through makes the whole search with a made-up server, and returns how many tries it took.
func (b *bisect) through(t *testing.T, held func(x float64) bool) int {
	t.Helper()
	for n := 0; ; n++ {
		x, more := b.next()
		if !more {
			return n
		}
		if again, _ := b.next(); again != x {
			t.Fatalf("next says %v and then %v", x, again)
		}
		if x < b.least || x > b.most || math.IsNaN(x) {
			t.Fatalf("it tries %v, out of %v to %v", x, b.least, b.most)
		}
		if n > 300 {
			t.Fatalf("no end after %d tries, at %v", n, x)
		}
		b.tell(held(x))
	}
}

// md1 is the p99 of the time in the system of a server that takes a fixed time a message, with Poisson arrivals: the
// tail of the wait falls as exp(-2(1-ρ)t/s) (heavy traffic; Kingman 1961).
func md1(rate, service float64) float64 {
	rho := rate * service
	if rho >= 1 {
		return math.Inf(1)
	}
	return service + max(0, service*math.Log(100*rho)/(2*(1-rho)))
}

// capacity is the rate at which md1 reaches a limit.
func capacity(service, limit float64) float64 {
	lo, hi := 0.0, 1/service
	for range 100 {
		if mid := (lo + hi) / 2; md1(mid, service) < limit {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

func TestBisectFindsTheCapacity(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	type server struct {
		truth float64
		held  func(x float64) bool
	}
	tests := []struct {
		name   string
		make   func() server
		within float64 // of the truth, found
		misses int     // out of 100, that may be farther off
	}{
		{"a step", func() server {
			c := math.Exp(random.Float64()*math.Log(1e6)) * 5
			return server{c, func(x float64) bool { return x <= c }}
		}, 0.035, 0},
		{"a queue whose p99 wavers by a tenth", func() server {
			service := math.Exp(random.Float64()*math.Log(1e4)) * 1e-6
			limit := service * (5 + 100*random.Float64())
			return server{capacity(service, limit), func(x float64) bool { return md1(x, service)*math.Exp(0.1*random.NormFloat64()) < limit }}
		}, 0.05, 1},
		{"an edge as wide as 2%", func() server {
			c := math.Exp(random.Float64()*math.Log(1e5)) * 50
			return server{c, func(x float64) bool { return x <= c*math.Exp(0.02*random.NormFloat64()) }}
		}, 0.05, 5},
		{"a machine that spoils one window in eight", func() server {
			c := math.Exp(random.Float64()*math.Log(1e5)) * 50
			return server{c, func(x float64) bool { return x <= c && random.IntN(8) > 0 }}
		}, 0.05, 5},
		{"one window in twenty holds that should not", func() server {
			c := math.Exp(random.Float64()*math.Log(1e5)) * 50
			return server{c, func(x float64) bool { return x <= c || random.IntN(20) == 0 }}
		}, 0.05, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			misses, outside, most := 0, 0, 0
			for range 100 {
				s := tt.make()
				b := rates()
				most = max(most, b.through(t, s.held))
				found, low, high := b.found()
				if found == nil || math.Abs(*found/s.truth-1) > tt.within {
					misses++
				}
				if low != nil && found != nil && *low > *found || high != nil && found != nil && *high < *found {
					t.Fatalf("found %v, between %v and %v", *found, *low, *high)
				}
				if low == nil || high == nil || *low > s.truth || *high < s.truth {
					outside++
				}
			}
			t.Logf("%d of 100 misses, %d intervals without the truth, %d tries at most", misses, outside, most)
			if misses > tt.misses {
				t.Errorf("%d of 100 are over %v%% off, want %d at most", misses, 100*tt.within, tt.misses)
			}
			if outside > 10 { // a 95% interval may miss five
				t.Errorf("%d of 100 intervals do not hold the truth", outside)
			}
		})
	}
}

func TestBisectAtItsBounds(t *testing.T) {
	tests := []struct {
		name             string
		b                *bisect
		capacity         float64
		found, low, high float64 // 0: null
	}{
		{"all holds", &bisect{first: 1000, least: 1, most: 50000, growth: 2, width: 1.03, budget: 40}, 1e9, 50000, 50000, 0},
		{"the least is the most", &bisect{first: 7, least: 7, most: 7, growth: 2, width: 1.03, budget: 40}, 1e9, 7, 7, 0},
		{"nothing holds", &bisect{first: 1000, least: 1, most: 50000, growth: 2, width: 1.03, budget: 40}, 0.5, 0, 0, 1},
		{"connections, all hold", &bisect{first: 100, least: 1, most: 19936, growth: 4, width: 1.03, whole: true, visit: 3, budget: 40}, 1e9, 19936, 19936, 0},
		{"three connections", &bisect{first: 100, least: 1, most: 19936, growth: 4, width: 1.03, whole: true, visit: 3, budget: 40}, 3, 3, 3, 4},
		{"one connection", &bisect{first: 100, least: 1, most: 19936, growth: 4, width: 1.03, whole: true, visit: 3, budget: 40}, 1, 1, 1, 2},
	}
	for _, tt := range tests {
		tt.b.through(t, func(x float64) bool { return x <= tt.capacity })
		found, low, high := tt.b.found()
		for i, got := range []*float64{found, low, high} {
			if want := []float64{tt.found, tt.low, tt.high}[i]; (got == nil) != (want == 0) || got != nil && *got != want {
				t.Errorf("%s: found, low, high [%d] is %v, want %v", tt.name, i, value(got), want)
			}
		}
	}
}

func value[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// An error on the way, however bad, does not stay: the staircase walks away from it.
func TestBisectGetsOverEarlyErrors(t *testing.T) {
	const truth = 20000
	for _, wrong := range []struct {
		name string
		held bool
		upTo int
	}{{"the first windows all fail", false, 4}, {"the first windows all hold", true, 9}} {
		b, n := rates(), 0
		b.through(t, func(x float64) bool {
			if n++; n <= wrong.upTo {
				return wrong.held
			}
			return x <= truth
		})
		if found, _, _ := b.found(); found == nil || math.Abs(*found/truth-1) > 0.05 {
			t.Errorf("%s: found %v, want about %v", wrong.name, value(found), truth)
		}
	}
}

func TestFallingPoolsWhatRises(t *testing.T) {
	all := []tallied{{1, votes{2, 0}}, {2, votes{1, 1}}, {3, votes{2, 0}}, {4, votes{0, 3}}}
	want := []float64{1, 0.75, 0.75, 0}
	for i, got := range falling(all) {
		if math.Abs(got-want[i]) > 1e-12 {
			t.Errorf("at %v: %v, want %v", all[i].x, got, want[i])
		}
	}
}

func TestSignTest(t *testing.T) {
	for _, tt := range []struct {
		k, n int
		want float64
	}{{0, 0, 1}, {0, 5, 1}, {5, 5, 1.0 / 32}, {6, 6, 1.0 / 64}, {8, 9, 10.0 / 512}, {3, 4, 5.0 / 16}} {
		if got := signTest(tt.k, tt.n); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%d of %d: %v, want %v", tt.k, tt.n, got, tt.want)
		}
	}
}

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

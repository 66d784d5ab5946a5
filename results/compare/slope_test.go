package compare_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// grown is idle repetitions of a model that grows by 200 bytes a connection, with a scatter of sd bytes at 10,000
// connections that goes as N^theta.
func grown(rng *rand.Rand, reps map[int]int, slope, sd, theta float64) (cells []record.Cell) {
	for _, n := range slices.Sorted(maps.Keys(reps)) { // the same seed, the same run
		for rep := range reps[n] {
			held := 3e6 + slope*float64(n) + sd*math.Pow(float64(n)/10_000, theta)*rng.NormFloat64()
			cells = append(cells, record.Cell{Model: "m", Scenario: "idle", Conns: n, Rep: rep + 1, Valid: true, Memory: record.Memory{Anon: recordtest.Ptr(int64(held))}})
		}
	}
	return cells
}

// However the scatter grows with N, the interval holds the true slope at least about as often as it says: the bound leaves
// room for the chance of 1,000 draws, and for medians that are not means.
func TestSlopeIntervalCovers(t *testing.T) {
	designs := map[string]map[int]int{
		"as the default suite":   {1000: 3, 10_000: 3, 20_000: 1},
		"three at each of three": {1000: 3, 10_000: 3, 20_000: 3},
		"decades":                {100: 3, 1000: 3, 10_000: 3},
		"from one on":            {1: 3, 1000: 3, 10_000: 3},
		"one, and many":          {1: 3, 10_000: 3},
		"two of each":            {1: 2, 1000: 2, 10_000: 2},
	}
	rng := rand.New(rand.NewPCG(5, 5))
	const draws = 1000
	for _, name := range slices.Sorted(maps.Keys(designs)) {
		reps := designs[name]
		for _, theta := range []float64{0, 0.5, 1} {
			covers, half := 0, 0.0
			for range draws {
				s, ok := figure.SlopeInterval(figure.Summarise(grown(rng, reps, 200, 50e3, theta)), figure.Anon)
				if !ok {
					t.Fatal("no slope")
				}
				if s.Low <= 200 && 200 <= s.High {
					covers++
				}
				half += (s.High - s.Low) / 2 / draws
			}
			t.Logf("%s, scatter as N^%.1f: %.1f%%, ±%.1f B", name, theta, 100*float64(covers)/draws, half)
			if share := float64(covers) / draws; share < 0.92 {
				t.Errorf("%s, scatter as N^%.1f: a 95%% interval holds the slope %.1f%% of the time", name, theta, 100*share)
			}
		}
	}
}

// What a server scatters by with one connection is not what a connection costs: it does not drown the slope.
func TestSlopeHeedsNotTheLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var half []float64
	for range 50 {
		s, _ := figure.SlopeInterval(figure.Summarise(grown(rng, map[int]int{1: 3, 1000: 3, 10_000: 3}, 2900, 50e3, 0)), figure.Anon)
		half = append(half, (s.High-s.Low)/2)
	}
	if got := stats.SpreadOf(half).Median; got > 150 {
		t.Errorf("of 2,900 bytes ±%.0f", got)
	}
	two := figure.Summarise(grown(rng, map[int]int{1: 3, 10_000: 3}, 2900, 0, 0))
	if s, ok := figure.SlopeInterval(two, figure.Anon); !ok || s.N != 6 || math.Abs(s.Mid-2900) > 1e-6 {
		t.Errorf("of two numbers of connections: %+v", s)
	}
}

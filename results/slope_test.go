package results

import (
	"math"
	"math/rand/v2"
	"testing"
)

// grown is idle repetitions of a model that grows by 200 bytes a connection, with a scatter of sd bytes at 10,000 connections that goes
// as N^theta.
func grown(rng *rand.Rand, reps map[int]int, slope, sd, theta float64) (cells []Cell) {
	for n, times := range reps {
		for rep := range times {
			held := 3e6 + slope*float64(n) + sd*math.Pow(float64(n)/10_000, theta)*rng.NormFloat64()
			cells = append(cells, Cell{Model: "m", Scenario: "idle", Conns: n, Rep: rep + 1, Valid: true, Memory: Memory{Anon: ptr(int64(held))}})
		}
	}
	return cells
}

// However the scatter grows with N, the interval holds the true slope at least about as often as it says: the bound leaves room for
// the chance of 500 draws, and for medians that are not means.
func TestSlopeIntervalCovers(t *testing.T) {
	designs := map[string]map[int]int{
		"as the default suite":   {1000: 3, 10_000: 3, 20_000: 1},
		"three at each of three": {1000: 3, 10_000: 3, 20_000: 3},
		"decades":                {100: 3, 1000: 3, 10_000: 3},
	}
	rng := rand.New(rand.NewPCG(5, 5))
	const draws = 500
	for name, reps := range designs {
		for _, theta := range []float64{0, 0.5, 1} {
			covers := 0
			for range draws {
				s, ok := SlopeOf(Summarise(grown(rng, reps, 200, 50e3, theta)), Anon)
				if !ok {
					t.Fatal("no slope")
				}
				if s.Low <= 200 && 200 <= s.High {
					covers++
				}
			}
			t.Logf("%s, scatter as N^%.1f: %.1f%%", name, theta, 100*float64(covers)/draws)
			if share := float64(covers) / draws; share < 0.9 {
				t.Errorf("%s, scatter as N^%.1f: a 95%% interval holds the slope %.1f%% of the time", name, theta, 100*share)
			}
		}
	}
}

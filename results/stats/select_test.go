package stats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Differences that are counted are those that are written down, ties and equal sides too.
func TestNthDifference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		side := func() []float64 {
			v := make([]float64, 1+random.IntN(12))
			for i := range v {
				v[i] = random.NormFloat64()
				if round%2 == 0 {
					v[i] = float64(int(4 * v[i]))
				}
			}
			slices.Sort(v)
			return v
		}
		b, o := side(), side()
		if round%10 == 0 {
			o = b
		}
		var all []float64
		for _, x := range b {
			for _, y := range o {
				all = append(all, y-x)
			}
		}
		slices.Sort(all)
		for k, want := range all {
			if got := nthDifference(b, o, k); got != want {
				t.Fatalf("%v, %v: difference %d is %v, want %v", b, o, k, got, want)
			}
		}
	}
}

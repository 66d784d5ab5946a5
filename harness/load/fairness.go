package load

import (
	"slices"

	"cbench/results/record"
)

// fairness is how evenly connections were served. Jain's index is over receipts a connection, (Σx)²/(n·Σx²) (Jain, Chiu and
// Hawe, A Quantitative Measure of Fairness, DEC-TR-301, 1984); below ten a connection it would tell chance.
func fairness(tallies []*tally) (f record.Fairness) {
	var n, sum, squares float64
	var p99s []int64
	for _, t := range tallies {
		for c, x := range t.receipts {
			n++
			sum += float64(x)
			squares += float64(x) * float64(x)
			if p99, ok := t.sketches[c].p99(); ok {
				p99s = append(p99s, p99)
			}
		}
	}
	if n > 0 && sum >= 10*n {
		index := sum * sum / (n * squares)
		f.Jain = &index
	}
	if len(p99s) > 0 {
		slices.Sort(p99s)
		f.WorstConnP99NS, f.MedianConnP99NS = &p99s[len(p99s)-1], &p99s[len(p99s)/2]
	}
	return f
}

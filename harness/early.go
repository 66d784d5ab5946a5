package harness

import (
	"math"
	"slices"

	"cbench/harness/validity"
	"cbench/results/record"
)

// minRounds is how many rounds there are before a rotation may end early: as many forward as backward, and enough for
// an interval of a median to be one.
const minRounds = 8

// width is how well the CPU ratios to the first server are known: half of the widest one's 95% interval, as a share
// of it. It is what a rotation is ended early by, and nothing else is: to end it when a difference turned significant
// would be to choose the result.
func (r *rotation) width() (width float64, sure bool) {
	base := r.servers[0]
	for _, srv := range r.servers[1:] {
		if srv.out {
			continue
		}
		var ratios []float64
		theirs := srv.cell.Rotation.Rounds
		for i, b := range base.cell.Rotation.Rounds {
			if i < len(theirs) && costs(b) && costs(theirs[i]) {
				ratios = append(ratios, theirs[i].ServerNSPerMessage/b.ServerNSPerMessage)
			}
		}
		low, mid, high, ok := medianInterval(ratios)
		if !ok || base.out {
			return 0, false
		}
		width, sure = max(width, high/mid-1, 1-low/mid), true
	}
	return width, sure
}

// costs reports whether it is known what a message cost in the round.
func costs(r record.Round) bool { return r.Void == "" && r.ServerNSPerMessage > 0 }

// medianInterval is the median with an interval that holds the true one with at least 95% certainty, whatever the
// distribution: between the k-th value from below and the k-th from above, where 2·P(B < k) ≤ 5% for B binomial with
// n and ½ (the sign test turned round; Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2). It is not
// ok below 6 values.
func medianInterval(values []float64) (low, mid, high float64, ok bool) {
	n := len(values)
	sorted := slices.Sorted(slices.Values(values))
	k, below := 0, 0.0
	for choose := math.Pow(0.5, float64(n)); k < n/2; k++ { // choose: P(B = k)
		if below += choose; 2*below > 0.05 {
			break
		}
		choose *= float64(n-k) / float64(k+1)
	}
	if k == 0 {
		return 0, 0, 0, false
	}
	return sorted[k-1], validity.Median(sorted), sorted[n-k], true
}

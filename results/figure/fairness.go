package figure

import (
	"math"

	"github.com/aclements/go-moremath/mathx"

	"cbench/results/record"
	"cbench/results/stats"
)

// Evenness is how evenly a model served its connections under one load at one number of them: medians over the valid repetitions.
type Evenness struct {
	Setting       Setting
	Conns         int
	Name          string       // of the model, as NameOf
	Jain          stats.Spread // N is 0 where it is not known
	Worst, Median stats.Spread // p99 of the connection served worst, and of that in the middle, ns; N is 0 where they are not known
	Replies       float64      // a connection had, in a repetition
	Shares        bool         // in most repetitions, connections' shares of the replies differed: Jain below leastJain, and beyond chance
	Waits         bool         // in most repetitions, one connection waited MostWait times as long as that in the middle, and beyond chance
}

// Bounds beyond which connections were not served alike, and below which that is not known.
const (
	// leastJain: if k of n connections share all evenly and the others have nothing, the index is k/n (Jain, Chiu and Hawe, A
	// Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer Systems, DEC-TR-301,
	// 1984): 0.95 is as if one in 20 had nothing.
	leastJain = 0.95
	// MostWait, the worst connection's p99 over that of the one in the middle, is well beyond what the sketch of a connection's
	// latencies errs by (a quarter), and a wait that a user notices.
	MostWait = 5
	// Of a count of independent replies, the variance is at most its mean (Poisson's), so that an index of 1/(1 + 1/mean) is chance.
	chanceOfShares = 2
	sketchErr      = 1.25 // by which a connection's p99 may be too high: harness/load, sketch

	// LeastForJain is the replies a connection below which nothing is on record (harness/load, fairness).
	LeastForJain = 10
)

// EvennessOf is one for every model, load and number of connections with a valid repetition, but for loads that tell nothing
// of single connections: searches, storms, and those of others' drivers.
func EvennessOf(cells []record.Cell) (all []Evenness) {
	groups := Summarise(cells)
	twins := TwinsOf(cells)
	for i := range groups {
		g := &groups[i]
		told := g.Told()
		if len(told) == 0 || twins[g.Model] != "" || g.Searched() || g.Params.Storms() || g.Params.Driver != "" {
			continue
		}
		e := Evenness{Setting: g.Setting(), Conns: g.Conns, Name: NameOf(groups, g)}
		e.Jain = stats.SpreadOf(ValuesOf(told, func(c *record.Cell) (float64, bool) { return Known(c.Fairness.Jain) }))
		e.Worst = stats.SpreadOf(ValuesOf(told, func(c *record.Cell) (float64, bool) { return knownNS(c.Fairness.WorstConnP99NS) }))
		e.Median = stats.SpreadOf(ValuesOf(told, func(c *record.Cell) (float64, bool) { return knownNS(c.Fairness.MedianConnP99NS) }))
		e.Replies = stats.SpreadOf(ValuesOf(told, func(c *record.Cell) (float64, bool) { return repliesEach(c), true })).Median
		shares, waits := 0, 0
		for k := range told {
			if unevenShares(&told[k]) {
				shares++
			}
			if unevenWaits(&told[k]) {
				waits++
			}
		}
		e.Shares, e.Waits = 2*shares > len(told), 2*waits > len(told)
		all = append(all, e)
	}
	return all
}

// Known reports whether anything is.
func (e *Evenness) Known() bool { return e.Jain.N > 0 || e.Worst.N > 0 }

// Fair reports whether no connection was found to be served worse than others.
func (e *Evenness) Fair() bool { return !e.Shares && !e.Waits }

func knownNS(v *int64) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

func repliesEach(c *record.Cell) float64 { return float64(c.Load.Received) / float64(max(1, c.Conns)) }

// unevenShares reports whether some connections had fewer replies than others. 1/Jain - 1 is the variance of their counts
// over the square of their mean.
func unevenShares(c *record.Cell) bool {
	j := c.Fairness.Jain
	return j != nil && *j < leastJain && 1 / *j - 1 > chanceOfShares/max(1, repliesEach(c))
}

// unevenWaits reports whether the connection served worst waited much longer than that in the middle, and longer than the
// unluckiest of so many would if replies were late without regard to whose they are.
func unevenWaits(c *record.Cell) bool {
	worst, middle := c.Fairness.WorstConnP99NS, c.Fairness.MedianConnP99NS
	if worst == nil || middle == nil || *worst < MostWait**middle {
		return false
	}
	h, err := c.Latency.Histogram()
	if c.Latency == nil || err != nil {
		return false
	}
	late := unluckyShare(int(repliesEach(c)), c.Conns)
	return float64(*worst) > sketchErr*float64(h.ValueAtQuantile(100*(1-late)))
}

// unluckyShare is the greatest share of late replies of which, with a probability of 95%, none of so many connections has so
// many among its own that its p99 is one of them: over n/100 of n, each late independently of the others (binomial; by
// Bonferroni over the connections).
func unluckyShare(n, conns int) float64 {
	if n < 1 {
		return 0
	}
	k := float64(n/100 + 1)
	low, high := 0.0, 1.0
	for range 60 {
		p := (low + high) / 2
		if mathx.BetaInc(p, k, float64(n)-k+1) > stats.Significance/float64(max(1, conns)) { // P(B >= k)
			high = p
		} else {
			low = p
		}
	}
	return math.Max(low, 0)
}

package plan

import (
	"cmp"
	"fmt"
	"time"

	"cbench/results/record"
	"cbench/scenarios"
)

// What the most can be searched of.
const (
	SearchRate  = "rate"  // messages a second that are held with the connections given
	SearchConns = "conns" // connections that are held at the rate given
)

// How much there is of a search.
const (
	longestWarmup = time.Second
	curveRounds   = 3 // windows at each share of what was found, at most
	curveTries    = 8 // tries at the edge for which there is one such window

	EdgeTries  = 32 // windows that the edge is worth: six that hold and six that do not settle a sharp one
	leastTries = 6  // for the sign test to say anything: with six of six alike p = 1/64
)

// CurveShares is where latency is shown: of what was found.
var CurveShares = []float64{0.25, 0.5, 0.75, 0.9, 1}

// searchParams makes the parameters those of a search, and says what forbids it.
func (b Spec) searchParams(p *record.Params, s *scenarios.Scenario, conns int) error {
	if b.SLO == "" {
		return fmt.Errorf("search %q: it needs the limits to hold: --slo, %s", b.Search, record.SLOExample)
	}
	slo, err := record.ParseSLO(b.SLO)
	if err != nil {
		return err
	}
	p.Loop, p.Search, p.SLO, p.Pipeline = record.SearchLoop, cmp.Or(b.Search, SearchRate), slo.String(), 1
	p.RatePerS = b.Rate
	window := cmp.Or(b.Window, windowFor(conns))
	p.DurationNS = window.Nanoseconds()
	// Within the warm-up the first replies come that may be as late as the limits allow: from then on as many come as are sent.
	p.WarmupNS = min(max(slo.Slowest(), window/5), longestWarmup).Nanoseconds()
	switch {
	case p.Search != SearchRate && p.Search != SearchConns:
		return fmt.Errorf("search %q: must be %s or %s", p.Search, SearchRate, SearchConns)
	case b.Rotate != "":
		return fmt.Errorf("search %s: a server that is searched has the machine to itself: leave rotate out", p.Search)
	case b.Closed || b.Pipeline > 0 || b.Driver != "":
		return fmt.Errorf("search %s: it is of an open loop of cbench's own engine: no closed loop, pipeline or driver", p.Search)
	case b.Window < 0 || b.Window > time.Minute:
		return fmt.Errorf("window %v: must be more than 0, and at most a minute", b.Window)
	case b.Edge != 0 && !(b.Edge >= 0.005 && b.Edge <= 0.5):
		return fmt.Errorf("edge %g: must be 0.005 to 0.5, the share to which the most is looked for", b.Edge)
	case b.Tries < 0 || b.Tries > 0 && b.Tries < leastTries || b.Tries > 1000:
		return fmt.Errorf("tries %d: must be %d to 1000: fewer settle nothing", b.Tries, leastTries)
	case !(b.MostRate >= 0 && b.MostRate <= mostRate):
		return fmt.Errorf("most-rate %g: must be more than 0, and at most %g messages/s", b.MostRate, float64(mostRate))
	case p.Search == SearchConns && b.MostRate > 0:
		return fmt.Errorf("most-rate %g: only in a search of %s", b.MostRate, SearchRate)
	case p.Search == SearchRate && s.Idle:
		return fmt.Errorf("scenario %s: its connections wait: search for the most of them (--search=%s)", s.Name, SearchConns)
	}
	p.MostPerS, p.Edge, p.Tries = b.MostRate, b.Edge, b.Tries
	if p.Search == SearchConns {
		p.RatePerS = cmp.Or(b.Rate, s.Rate)
	}
	return nil
}

// windowFor is how long a window with so many connections must be for the connections to have their turn.
func windowFor(conns int) time.Duration {
	switch {
	case conns <= 100:
		return 300 * time.Millisecond
	case conns < 10000:
		return 500 * time.Millisecond
	}
	return time.Second
}

// searchTime is about how long a search takes beyond what starting and connecting do.
func searchTime(p record.Params) time.Duration {
	window := time.Duration(p.DurationNS + p.WarmupNS)
	if p.Search == SearchConns {
		return 45*window + 30*time.Second // and a dozen servers, with many connections each
	}
	const guard, way = 100 * time.Millisecond, 14 // windows until the edge is near
	tries := cmp.Or(p.Tries, EdgeTries)
	return time.Duration(way+tries+CurveOf(tries)*(len(CurveShares)+1)) * (window + guard)
}

// CurveOf is how many windows there are at each share of what was found.
func CurveOf(tries int) int { return min(max(tries/curveTries, 1), curveRounds) }

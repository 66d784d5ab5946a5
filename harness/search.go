package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
)

// What the most can be searched of.
const (
	SearchRate  = "rate"  // messages a second that are held with the connections given
	SearchConns = "conns" // connections that are held at the rate given
)

// Bounds of a search.
const (
	mostSearched  = 1e7  // messages/s to try at most unless told otherwise: more than any client here can send
	edgeShare     = 0.03 // to which the edge is looked for unless told otherwise
	rateGrowth    = 2    // beyond twice its capacity a server only has to be waited for
	connsGrowth   = 4
	firstConns    = 100
	visitConns    = 3  // windows with one server: a fresh one for each would take longer than they do
	startOfRate   = 20 // part of what a scenario is usually offered, with which a search begins
	longestWindow = 2 * time.Second
	longestWarmup = time.Second
	curveRounds   = 3 // windows at each share of what was found, at most
	curveTries    = 8 // tries at the edge for which there is one such window
)

// curveShares is where latency is shown: of what was found.
var curveShares = []float64{0.25, 0.5, 0.75, 0.9, 1}

// searchParams makes the parameters those of a search, and says what forbids it.
func (b Block) searchParams(p *record.Params, s *scenarios.Scenario, conns int) error {
	if b.SLO == "" {
		return fmt.Errorf("search %q: it needs the limits to hold: --slo, %s", b.Search, sloExample)
	}
	slo, err := parseSLO(b.SLO)
	if err != nil {
		return err
	}
	p.Loop, p.Search, p.SLO, p.Pipeline = record.SearchLoop, cmp.Or(b.Search, SearchRate), slo.String(), 1
	p.RatePerS = b.Rate
	window := cmp.Or(b.Window, windowFor(conns))
	p.DurationNS = window.Nanoseconds()
	// Within the warm-up the first replies come that may be as late as the limits allow: from then on as many come as are sent.
	p.WarmupNS = min(max(slo.slowest(), window/5), longestWarmup).Nanoseconds()
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
	tries := cmp.Or(p.Tries, edgeTries)
	return time.Duration(way+tries+curveOf(tries)*(len(curveShares)+1)) * (window + guard)
}

// curveOf is how many windows there are at each share of what was found.
func curveOf(tries int) int { return min(max(tries/curveTries, 1), curveRounds) }

// search takes a repetition that searches, and judges it by what every one is judged by: where its threads ran, and what else did.
func (s *session) search(ctx context.Context) error {
	slo, err := parseSLO(s.plan.Params.SLO)
	if err != nil {
		return err
	}
	t := &searchRun{session: s, slo: slo}
	err = t.seek(ctx)
	t.end()
	s.cell.Machine, s.evidence.Window = t.machine.shares(), t.machine.wall
	s.judge(validity.JudgeSearch)
	return err
}

// seek searches.
func (t *searchRun) seek(ctx context.Context) (err error) {
	p := t.plan.Params
	q := search{p: p, slo: t.slo, phase: t.phase}
	if p.Search == SearchConns {
		q.steps = connsSteps(p, t.plan.Conns)
		q.take = func(x float64) (sample, error) { return t.atConns(ctx, int(x)) }
	} else {
		if !t.begin(ctx, t.plan.Conns) {
			return t.err
		}
		q.steps = rateSteps(p, scenarios.ByName(t.plan.Scenario))
		if _, err := t.window(q.steps.first); err != nil { // fills caches and grows buffers: not counted
			return notVoid(err)
		}
		q.take = t.window
	}
	q.clientCPUs, q.serverCPUs = float64(max(t.e.LoadLoops, 1)), t.e.serverFor(t.plan).cpus(t.e.serverCPUs(t.plan))
	if t.cell.Search, err = q.run(); err != nil {
		return cmp.Or(t.err, notVoid(err))
	}
	return nil
}

// notVoid is err, unless it says what the cell does.
func notVoid(err error) error {
	if errors.Is(err, errVoid) {
		return nil
	}
	return err
}

// rateSteps is a search over rates. It begins well below what the scenario is usually offered, or at the common rate, which all are thought
// to carry.
func rateSteps(p record.Params, s *scenarios.Scenario) *bisect {
	most := cmp.Or(p.MostPerS, mostSearched)
	least := min(1, most)
	first := min(max(s.Rate/startOfRate, p.RatePerS, least), most)
	return &bisect{first: first, least: least, most: most, growth: rateGrowth, width: 1 + cmp.Or(p.Edge, edgeShare), budget: cmp.Or(p.Tries, edgeTries)}
}

// connsSteps is a search over connections.
func connsSteps(p record.Params, most int) *bisect {
	return &bisect{
		first: float64(min(firstConns, most)), least: 1, most: float64(most), growth: connsGrowth, width: 1 + cmp.Or(p.Edge, edgeShare),
		whole: true, visit: visitConns, budget: cmp.Or(p.Tries, edgeTries),
	}
}

// search is one apart from the servers and loads that it is made with.
type search struct {
	p                      record.Params
	slo                    SLO
	steps                  *bisect
	take                   func(x float64) (sample, error) // one window at so many messages/s, or connections
	phase                  func(string)
	clientCPUs, serverCPUs float64

	tried []sample
}

// run searches, tells what the end was, and takes the curve. An error of take ends it.
func (q *search) run() (*record.Search, error) {
	for {
		x, more := q.steps.next()
		if !more {
			break
		}
		q.phase("trying " + q.inWords(x) + q.between())
		s, err := q.take(x)
		if err != nil {
			return nil, err
		}
		q.tried = append(q.tried, s)
		q.steps.tell(s.Held)
	}
	r := &record.Search{Tried: []record.Window{}, Curve: []record.Window{}}
	r.Found, r.Low, r.High = q.steps.found()
	for _, s := range q.tried {
		r.Tried = append(r.Tried, s.Window)
	}
	r.Bound, r.Why = q.bound(r.Found)
	if r.Found == nil || q.p.Search != SearchRate {
		return r, nil
	}
	return r, q.curve(r)
}

// words is a value of what is searched, with its unit.
func (q *search) inWords(x float64) string {
	if q.p.Search == SearchConns {
		return words.PerSecond(x) + " connections"
	}
	return words.PerSecond(x) + " messages/s"
}

// between is what is known so far, for who watches.
func (q *search) between() string {
	switch lo, hi := q.steps.lo, q.steps.hi; {
	case lo > 0 && hi > 0:
		return fmt.Sprintf(" (it is about %s to %s)", words.PerSecond(lo), words.PerSecond(hi))
	case lo > 0:
		return fmt.Sprintf(" (it is over %s)", words.PerSecond(lo))
	}
	return ""
}

// of is the value of what is searched that a window was at.
func (q *search) of(w record.Window) float64 {
	if q.p.Search == SearchConns {
		return float64(w.Conns)
	}
	return w.RatePerS
}

// curve takes windows at shares of what was found, and at the common rate where there is one: forward and backward in turn, so that
// what drifts on the machine meets all.
func (q *search) curve(r *record.Search) error {
	most := *r.Found
	var rates []float64
	for _, share := range curveShares {
		rates = append(rates, share*most)
	}
	common := q.p.RatePerS
	if common > 0 && common <= most {
		rates = append(rates, common)
	}
	taken := make([][]sample, len(rates))
	for round := range curveOf(q.steps.budget) {
		for i := range rates {
			if round%2 == 1 {
				i = len(rates) - 1 - i
			}
			q.phase(fmt.Sprintf("loading with %.0f%% of %s", 100*rates[i]/most, q.inWords(most)))
			s, err := q.take(rates[i])
			if err != nil {
				return err
			}
			taken[i] = append(taken[i], s)
		}
	}
	for i, samples := range taken {
		w := pool(samples)
		w.Share = rates[i] / most
		if i < len(curveShares) {
			w.Share = curveShares[i]
		}
		r.Curve = append(r.Curve, w)
	}
	if common > most {
		r.Curve = append(r.Curve, record.Window{
			Share: common / most, RatePerS: common, Conns: q.tried[0].Conns,
			Why: fmt.Sprintf("not measured: the common rate is above the %s that it can do", q.inWords(most)),
		})
	}
	return nil
}

// cpus is how many CPUs a server can use of those it has.
func (s Server) cpus(has []int) float64 {
	n := float64(len(has))
	if n == 0 {
		n = float64(runtime.NumCPU())
	}
	if s.Procs > 0 {
		n = min(n, float64(s.Procs))
	}
	return n
}

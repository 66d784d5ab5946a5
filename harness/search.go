package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"cbench/harness/plan"
	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
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
)

// search takes a repetition that searches, and judges it by what every one is judged by: where its threads ran, and
// what else did.
func (s *session) search(ctx context.Context) error {
	slo, err := record.ParseSLO(s.plan.Params.SLO)
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
	if p.Search == plan.SearchConns {
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
	q.clientCPUs, q.serverCPUs = float64(max(t.e.LoadLoops, 1)), t.e.serverFor(t.plan).CPUs(t.e.serverCPUs(t.plan))
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

// rateSteps is a search over rates. It begins well below what the scenario is usually offered, or at the common rate,
// which all are thought to carry.
func rateSteps(p record.Params, s *scenarios.Scenario) *bisect {
	most := cmp.Or(p.MostPerS, mostSearched)
	least := min(1, most)
	first := min(max(s.Rate/startOfRate, p.RatePerS, least), most)
	return &bisect{
		first: first, least: least, most: most, growth: rateGrowth,
		width: 1 + cmp.Or(p.Edge, edgeShare), budget: cmp.Or(p.Tries, plan.EdgeTries),
	}
}

// connsSteps is a search over connections.
func connsSteps(p record.Params, most int) *bisect {
	return &bisect{
		first: float64(min(firstConns, most)), least: 1, most: float64(most), growth: connsGrowth,
		width: 1 + cmp.Or(p.Edge, edgeShare),
		whole: true, visit: visitConns, budget: cmp.Or(p.Tries, plan.EdgeTries),
	}
}

// search is one apart from the servers and loads that it is made with.
type search struct {
	p                      record.Params
	slo                    record.SLO
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
	if r.Found == nil || q.p.Search != plan.SearchRate {
		return r, nil
	}
	return r, q.curve(r)
}

// words is a value of what is searched, with its unit.
func (q *search) inWords(x float64) string {
	if q.p.Search == plan.SearchConns {
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
	if q.p.Search == plan.SearchConns {
		return float64(w.Conns)
	}
	return w.RatePerS
}

// curve takes windows at shares of what was found, and at the common rate where there is one: forward and backward in
// turn, so that what drifts on the machine meets all.
func (q *search) curve(r *record.Search) error {
	most := *r.Found
	var rates []float64
	for _, share := range plan.CurveShares {
		rates = append(rates, share*most)
	}
	common := q.p.RatePerS
	if common > 0 && common <= most {
		rates = append(rates, common)
	}
	taken := make([][]sample, len(rates))
	for round := range plan.CurveOf(q.steps.budget) {
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
		if i < len(plan.CurveShares) {
			w.Share = plan.CurveShares[i]
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

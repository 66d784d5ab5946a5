package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/results/record"
)

// A rotation compares servers that are alive at the same time, each with its connections open, by loading them in
// turn for short slots, forward and backward: A B C C B A, then in another order. What drifts on the machine meets
// them all, and only neighbouring slots are compared. Restarting a server for each sample spreads such ratios by ±15%
// here; so two servers repeat to 1%.

// rotation is one repetition of it while it is taken.
type rotation struct {
	e       *Experiment
	servers []*rotated // what the others are compared with first
	params  record.Params
	tell    func(string)
	early   string // why it ended before its last round
}

// Rotate measures the servers of one rotation once: planned is one entry each, as plan.Make makes them. A server that
// errs is void, and the others go on without it. Nothing is written down.
func Rotate(ctx context.Context, e Experiment, planned []record.Planned, w Watch) ([]record.Cell, error) {
	if u := plan.Units(planned); len(u) != 1 || planned[0].Params.Rotation == "" {
		return nil, fmt.Errorf("rotate: %d repetitions of servers that are not one rotation", len(planned))
	}
	return e.rotate(ctx, planned, w)
}

func (e *Experiment) rotate(ctx context.Context, plan []record.Planned, w Watch) (cells []record.Cell, err error) {
	r := e.rotation(plan, w)
	defer func() {
		for _, srv := range r.servers {
			srv.end()
			srv.cell.Rotation.Early = r.early
			srv.cell.Valid = len(srv.cell.Void) == 0
			cells = append(cells, srv.cell)
		}
	}()
	for _, srv := range r.servers {
		r.tell("starting " + srv.cell.Model)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := srv.open(ctx); err != nil {
			return nil, err
		}
	}
	r.turn(ctx)
	return nil, ctx.Err()
}

func (e *Experiment) rotation(plan []record.Planned, w Watch) *rotation {
	r := &rotation{e: e, params: plan[0].Params, tell: func(string) {}}
	if w.Phase != nil {
		w.Phase(plan[0], FirstPhase)
		r.tell = func(phase string) { w.Phase(plan[0], phase) }
	}
	p := plan[0]
	id := fmt.Sprintf("%s-%d-%d-%s", p.Scenario, p.Conns, p.Rep, time.Now().UTC().Format("20060102T150405.000000"))
	for _, p := range plan {
		srv := &rotated{session: e.session(p, w)}
		srv.phase = func(string) {} // one after the other they would say the same
		srv.cell.Rotation = &record.Rotation{ID: id, TwinOf: e.server(p.Model).TwinOf, Rounds: []record.Round{}}
		r.servers = append(r.servers, srv)
	}
	return r
}

// turn goes through the rounds.
func (r *rotation) turn(ctx context.Context) {
	r.tell("filling caches")
	for _, srv := range r.servers { // and growing buffers: not counted
		s, _ := r.slot(ctx, srv)
		srv.stoppedBefore(time.Duration(s.report.Silence))
	}
	for _, srv := range r.servers {
		srv.begin()
	}
	order := slices.Clone(r.servers)
	drawn := rand.New(rand.NewPCG(r.servers[0].plan.Seed, uint64(len(order))))
	for round := 1; round <= r.params.Rounds && r.alive() && ctx.Err() == nil; round++ {
		r.tell(r.progress(round))
		if round%2 == 1 { // another order for each two rounds, so that nobody always follows the same one
			drawn.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		} else {
			slices.Reverse(order)
		}
		r.round(ctx, order)
		if r.early = r.knownAfter(round); r.early != "" {
			return
		}
	}
}

// round loads the servers in turn. What others disturbed of it does not count for any of them: they are compared round by round.
func (r *rotation) round(ctx context.Context, order []*rotated) {
	slots := map[*rotated]slot{}
	why := ""
	for _, srv := range order {
		s, ok := r.slot(ctx, srv)
		if !ok {
			continue
		}
		slots[srv] = s
		if what := s.taken(srv.evidence.CPUs); what != "" && why == "" && !r.e.Noisy {
			why = fmt.Sprintf("in the slot of %s %s", srv.cell.Model, what)
		}
	}
	for _, srv := range order {
		if s, ok := slots[srv]; ok {
			s.disturbed = why
			srv.add(s)
		}
	}
}

// knownAfter says why there need be no more rounds, or "".
func (r *rotation) knownAfter(round int) string {
	if r.params.Width <= 0 || round%2 != 0 || round < minRounds || round >= r.params.Rounds {
		return ""
	}
	width, sure := r.width()
	if !sure || width > r.params.Width {
		return ""
	}
	return fmt.Sprintf("stopped after %d of %d rounds: every CPU ratio to %s is known to ±%.1f%%", round, r.params.Rounds,
		r.servers[0].cell.Model, width*100)
}

// alive reports whether there is still a server to load.
func (r *rotation) alive() bool {
	return slices.ContainsFunc(r.servers, func(srv *rotated) bool { return !srv.out })
}

// progress says what is being measured and how sure it is by now.
func (r *rotation) progress(round int) string {
	phase := fmt.Sprintf("round %d of %d", round, r.params.Rounds)
	if width, sure := r.width(); sure {
		phase += fmt.Sprintf(", CPU ratios known to ±%.1f%%", width*100)
	}
	return phase
}

// slot loads one server once. It is not ok if the server failed: then it is out.
func (r *rotation) slot(ctx context.Context, srv *rotated) (s slot, ok bool) {
	if srv.out {
		return s, false
	}
	idle := r.used()
	s, ok = srv.slot()
	if !ok {
		srv.out = true
		return s, false
	}
	s.others, s.busiest = r.others(srv, idle, r.used())
	r.rest(ctx)
	if s.rest(srv.session); s.restErr != nil {
		srv.fail("measuring", s.restErr)
		srv.out = true
	}
	return s, !srv.out
}

// used is the CPU time of every server so far.
func (r *rotation) used() []time.Duration {
	all := make([]time.Duration, len(r.servers))
	for i, srv := range r.servers {
		if !srv.out {
			all[i], _ = probe.ReadCPU(srv.proc.PIDs()) // one that just died uses none
		}
	}
	return all
}

// others is the CPU time of all servers but one between two readings, and which of them took most.
func (r *rotation) others(srv *rotated, before, after []time.Duration) (sum time.Duration, busiest string) {
	var most time.Duration
	for i, o := range r.servers {
		used := max(0, after[i]-before[i])
		if o == srv {
			continue
		}
		if sum += used; used > most {
			most, busiest = used, o.cell.Model
		}
	}
	return sum, busiest
}

// Bounds of the pause after a slot.
const (
	restLook = 10 * time.Millisecond
	restMost = 500 * time.Millisecond // a server that is busy after that will not stop; its neighbours' rounds will tell
)

// rest waits until all servers and loads are: the one that was loaded has worked off what it was sent and cleared up behind it.
func (r *rotation) rest(ctx context.Context) {
	var pids []int
	for _, srv := range r.servers {
		if srv.proc != nil && srv.clients != nil && !srv.out {
			pids = append(append(pids, srv.proc.PIDs()...), srv.clients.Pid())
		}
	}
	last, _ := probe.ReadCPU(pids)
	looks := time.NewTicker(restLook)
	defer looks.Stop()
	for deadline := time.After(restMost); ; {
		select {
		case <-looks.C:
		case <-deadline:
			return
		case <-ctx.Done():
			return
		}
		now, err := probe.ReadCPU(pids)
		if err != nil || now-last <= time.Duration(mostIdle*float64(restLook)) {
			return
		}
		last = now
	}
}

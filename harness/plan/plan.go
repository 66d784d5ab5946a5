// Package plan says what a run measures: servers, specifications of loads, and every repetition that they come to, in its order.
package plan

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"cbench/internal/poll"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
	"cbench/scenarios/wire"
)

// The drivers of a load that are not our own: witnesses from outside.
const (
	Hey = "hey" // rakyll/hey
	Wrk = "wrk" // wg/wrk, an installed program
)

// Max, as a number of connections, stands for the most that this machine's limits allow.
const Max = -1

// defaultPayload is the bytes of a message unless told otherwise.
const defaultPayload = 128

// loadSpare is the descriptors that a load process needs beside its connections: standard streams, pollers, its pipe.
const loadSpare = 64

// Bounds on what a load is asked for.
const (
	mostRate     = 1e9
	mostPipeline = 1 << 16
)

// MaxConns is how many connections a server and a load process can hold here.
func MaxConns() int {
	_, hard := poll.Files()
	return hard - max(wire.SpareFiles, loadSpare)
}

// Make is every repetition that specs ask for, in the order they are to run: all first repetitions in an order drawn from
// seed, then all second ones in another, so that what drifts on the machine meets every server alike, and a run that
// is cut short has measured all of them. Servers that are loaded in turn stand together. skipped says which servers do not
// speak what a scenario needs.
func Make(servers []Server, specs []Spec, seed uint64) (plan []record.Planned, skipped []string, err error) {
	byRep := map[int][][]record.Planned{} // units
	asked := map[record.Key]bool{}
	for _, b := range specs {
		s := scenarios.ByName(b.Scenario)
		if s == nil {
			return nil, nil, errors.New(words.NoneOf("scenario", b.Scenario, scenarios.Names()))
		}
		able, lacking := b.able(servers, s)
		skipped = append(skipped, lacking...)
		for _, conns := range b.Conns {
			if conns == Max {
				conns = MaxConns()
				conns -= b.extra(s, conns)
			}
			params, err := b.params(s, conns, seed)
			if err != nil {
				return nil, nil, err
			}
			sets, err := b.sets(able)
			if err != nil {
				return nil, nil, err
			}
			for _, set := range sets {
				for rep := 1; rep <= b.Reps; rep++ {
					unit := planned(set, s.Name, conns, rep, seed, params)
					for i := range unit {
						unit[i].Diagnose = b.Diagnose && rep == 1
						unit[i].LingerNS = b.linger(rep)
					}
					if key := unit[0].Key(); !asked[key] {
						asked[key] = true
						byRep[rep] = append(byRep[rep], unit)
					}
				}
			}
		}
	}
	for _, rep := range slices.Sorted(maps.Keys(byRep)) {
		units := byRep[rep]
		draw := rand.New(rand.NewPCG(seed, uint64(rep)))
		draw.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		plan = append(plan, slices.Concat(units...)...)
	}
	for i := range plan {
		plan[i].Order = i + 1
	}
	slices.Sort(skipped)
	return plan, slices.Compact(skipped), nil
}

// linger is how long is watched after that repetition what a server gives back; nil: as long as the run says.
func (b Spec) linger(rep int) *int64 {
	if b.Linger == 0 || rep != 1 || b.Rotate != "" {
		return nil
	}
	ns := max(0, b.Linger.Nanoseconds())
	return &ns
}

// able is the servers that the spec is for and that speak what the scenario needs, and who does not.
func (b Spec) able(servers []Server, s *scenarios.Scenario) (able []Server, skipped []string) {
	for _, server := range servers {
		switch _, missing := server.Speaking(s.Needs); {
		case !b.wants(server.Name):
		case missing != "":
			skipped = append(skipped, fmt.Sprintf("%s does not speak %s: no %s", server.Name, missing, s.Name))
		default:
			able = append(able, b.procs(server)...)
		}
	}
	return able, skipped
}

// procs is the server on each of the numbers of threads that the spec is to compare, fewest first. One that is not
// ours is told none.
func (b Spec) procs(s Server) []Server {
	if !s.Own || len(b.Procs) == 0 {
		return []Server{s}
	}
	var all []Server
	for _, n := range slices.Compact(slices.Sorted(slices.Values(b.Procs))) {
		s.Procs = n
		all = append(all, s)
	}
	return all
}

// sets is which servers are measured together: each by itself, or those of one rotation, what they are compared with first.
func (b Spec) sets(able []Server) (sets [][]Server, err error) {
	if b.Rotate == "" || len(able) == 0 {
		for _, s := range able {
			sets = append(sets, []Server{s})
		}
		return sets, nil
	}
	for _, s := range able {
		if strings.Contains(s.Name, rotationJoin) {
			return nil, fmt.Errorf("name %q: must hold no %q: the names of a rotation are joined by it (--name)",
				s.Name, rotationJoin)
		}
	}
	base, err := b.base(able)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(able), func(s Server) bool { return s.Name == base.Name && s.Procs == base.Procs })
	var control []Server
	if b.Twin {
		control = []Server{base.Twin()}
	}
	switch {
	case len(others) == 0 && !b.Twin:
		return nil, fmt.Errorf("rotate: there is only %s; name another model, or compare it with itself (--twin)", base.Name)
	case len(others) == 0 || b.Rotate == RotateAll:
		return [][]Server{slices.Concat([]Server{base}, others, control)}, nil
	}
	for _, other := range others { // with a control in each: how two processes of one program differ is to be known too
		sets = append(sets, slices.Concat([]Server{base, other}, control))
	}
	return sets, nil
}

// rotationJoin joins the names of a rotation (results.Params.Rotation).
const rotationJoin = "+"

// base is the server that the others are compared with.
func (b Spec) base(able []Server) (Server, error) {
	for _, name := range []string{b.Base, DefaultBase} {
		if i := slices.IndexFunc(able, func(s Server) bool { return s.Name == name }); i >= 0 {
			return able[i], nil
		}
		if b.Base != "" {
			return Server{}, fmt.Errorf("base %q: it is none of the servers that are measured under %s", b.Base, b.Scenario)
		}
	}
	return able[0], nil
}

// planned is one repetition of a set of servers.
func planned(set []Server, scenario string, conns, rep int, seed uint64, params record.Params) (unit []record.Planned) {
	if params.Rounds > 0 {
		params.Rotation = rotationOf(set)
	}
	for _, s := range set {
		params.Procs = s.Procs
		unit = append(unit, record.Planned{
			Model: s.Name, Scenario: scenario, Conns: conns, Rep: rep, Seed: seed + uint64(rep-1), Params: params,
		})
	}
	return unit
}

// rotationOf names the servers of a rotation. One on another number of threads than what it is compared with says so,
// or pairs that differ in that alone would be one repetition.
func rotationOf(set []Server) string {
	var names []string
	for _, s := range set {
		name := s.Name
		if s.Procs != 0 && s.Procs != set[0].Procs {
			name = record.OnThreads(s.Name, s.Procs)
		}
		names = append(names, name)
	}
	return strings.Join(names, rotationJoin)
}

// Units parts a plan into what is measured at once: one repetition of a server, or of all those of a rotation.
func Units(plan []record.Planned) (all [][]record.Planned) {
	for i, p := range plan {
		// two specs may rotate the same servers, on other numbers of threads
		servers := 1 + strings.Count(p.Params.Rotation, rotationJoin)
		if n := len(all); n > 0 && p.Params.Rotation != "" && len(all[n-1]) < servers && together(p, plan[i-1]) {
			all[n-1] = append(all[n-1], p)
		} else {
			all = append(all, []record.Planned{p})
		}
	}
	return all
}

// together reports whether two servers are of one repetition of one rotation.
func together(a, b record.Planned) bool {
	a.Params.Procs = b.Params.Procs // each has its own
	return a.Params == b.Params && a.Scenario == b.Scenario && a.Conns == b.Conns && a.Rep == b.Rep && a.Seed == b.Seed
}

// The diagnostic pass: long enough for some thousands of messages.
const (
	DiagnosedFor = time.Second
	SettledIn    = 200 * time.Millisecond
)

// Estimate is how long a repetition takes, or the share of one server in a rotation: the load, and what is known by
// experience to come on top of it for starting, connecting, settling down and closing.
func Estimate(p record.Planned) time.Duration {
	const (
		start     = 150 * time.Millisecond // and stopping
		perConn   = 60 * time.Microsecond  // to open and close
		reading   = 450 * time.Millisecond // memory, of a process alone
		perRead   = 120 * time.Microsecond // a connection
		resting   = 900 * time.Millisecond // what waits has to be quiet some times over
		guard     = 40 * time.Millisecond  // before a slot
		perRested = 2 * time.Microsecond   // a connection, for the load process to clear up before a slot
	)
	took := start + time.Duration(p.Conns)*perConn
	if p.Params.Loop == record.SearchLoop {
		return took + searchTime(p.Params)
	}
	if p.Params.Rotation == "" {
		took += reading + time.Duration(p.Conns)*perRead + time.Duration(p.Params.DurationNS+p.Params.WarmupNS)
		if s := scenarios.ByName(p.Scenario); s != nil && s.Idle {
			took += resting
		}
		switch {
		case p.LingerNS != nil:
			took += time.Duration(*p.LingerNS)
		case p.Rep == 1:
			took += time.Second // unless the run says otherwise
		}
		if p.Diagnose {
			took += SettledIn + DiagnosedFor
		}
		return took
	}
	slot := time.Duration(p.Params.SlotNS+p.Params.WarmupNS) + guard + time.Duration(p.Conns)*perRested
	return took + time.Duration(p.Params.Rounds+1)*slot
}

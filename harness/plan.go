// Package harness runs an experiment: every server of the plan as a process of its own, under every load, proved and
// measured from outside. It knows a server by its command line, its address and its process id only.
package harness

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"time"

	"cbench/internal/poll"
	"cbench/results"
	"cbench/scenarios"
	"cbench/scenarios/wire"
)

// Server is a program that can be measured.
type Server struct {
	Name   string
	Args   []string // its command line; "{addr}" stands for the address to listen on
	Speaks []string // parts of the workload
	Own    bool     // one of cbench's own, which tells of its Go runtime
	Procs  int      // GOMAXPROCS that it was told; 0: not told
}

// Block is a part of an experiment: one scenario under one load, at several numbers of connections. Zero values mean the
// scenario's own defaults.
type Block struct {
	Scenario string        `json:"scenario"`
	Conns    []int         `json:"conns"`
	Reps     int           `json:"reps"`
	Duration time.Duration `json:"duration"`
	Warmup   time.Duration `json:"warmup"`
	Payload  int           `json:"payload"`   // bytes of a message; 0: 128
	Rate     float64       `json:"rate"`      // messages/s in total, an open loop
	Closed   bool          `json:"closed"`    // a closed loop, whatever the rate
	Pipeline int           `json:"pipeline"`  // messages under way at once a connection, closed loop; 0: 1
	RoomSize int           `json:"room_size"` // members of a room
	Driver   string        `json:"driver"`    // who loads: Hey or Wrk; "": our own engine
}

// The drivers of a load that are not our own: witnesses from outside.
const (
	Hey = "hey" // rakyll/hey
	Wrk = "wrk" // wg/wrk, an installed program
)

// Max, as a number of connections, stands for the most that this machine's limits allow.
const Max = -1

// DefaultPayload is the bytes of a message unless told otherwise.
const DefaultPayload = 128

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

// Plan is every repetition that blocks ask for, in the order they are to run: all first repetitions in an order drawn from
// seed, then all second ones in another, so that what drifts on the machine meets every server alike, and a run that
// is cut short has measured all of them. skipped says which servers do not speak what a scenario needs.
func Plan(servers []Server, blocks []Block, seed uint64) (plan []results.Planned, skipped []string, err error) {
	byRep := map[int][]results.Planned{}
	asked := map[results.Key]bool{}
	reps := 0
	for _, b := range blocks {
		s := scenarios.ByName(b.Scenario)
		if s == nil {
			return nil, nil, fmt.Errorf("scenario %q: there is none of that name; there are %s", b.Scenario, strings.Join(scenarios.Names(), ", "))
		}
		for _, conns := range b.Conns {
			if conns == Max {
				conns = MaxConns()
				conns -= b.extra(s, conns)
			}
			params, err := b.params(s, conns, seed)
			if err != nil {
				return nil, nil, err
			}
			for _, server := range servers {
				if missing := lacks(server, s); missing != "" {
					skipped = append(skipped, fmt.Sprintf("%s does not speak %s: no %s", server.Name, missing, s.Name))
					continue
				}
				params.Procs = server.Procs
				for rep := 1; rep <= b.Reps; rep++ {
					p := results.Planned{
						Model: server.Name, Scenario: s.Name, Conns: conns, Rep: rep,
						Seed: seed + uint64(rep-1), Params: params,
					}
					if !asked[p.Key()] {
						asked[p.Key()] = true
						byRep[rep] = append(byRep[rep], p)
					}
				}
				reps = max(reps, b.Reps)
			}
		}
	}
	for rep := 1; rep <= reps; rep++ {
		round := byRep[rep]
		draw := rand.New(rand.NewPCG(seed, uint64(rep)))
		draw.Shuffle(len(round), func(i, j int) { round[i], round[j] = round[j], round[i] })
		plan = append(plan, round...)
	}
	for i := range plan {
		plan[i].Order = i + 1
	}
	slices.Sort(skipped)
	return plan, slices.Compact(skipped), nil
}

// lacks is a part of the workload that the scenario needs and the server does not speak, or "".
func lacks(s Server, sc *scenarios.Scenario) string {
	for _, part := range sc.Needs {
		if !slices.Contains(s.Speaks, part) {
			return part
		}
	}
	return ""
}

// params fills in what the block leaves to the scenario, and says what forbids it.
func (b Block) params(s *scenarios.Scenario, conns int, seed uint64) (results.Params, error) {
	p := results.Params{
		PayloadBytes: b.Payload, Loop: "open", RatePerS: b.Rate, RoomSize: b.RoomSize,
		DurationNS: b.Duration.Nanoseconds(), WarmupNS: b.Warmup.Nanoseconds(),
	}
	if p.PayloadBytes == 0 {
		p.PayloadBytes = DefaultPayload
	}
	p.Pipeline = 1
	if s.Piece > 0 {
		p.PayloadBytes = s.Piece
	}
	if p.RatePerS == 0 {
		p.RatePerS = s.Rate
	}
	if err := b.checkDriver(); err != nil {
		return p, err
	}
	p.Driver = b.Driver
	if b.Closed || p.RatePerS == 0 || p.Driver != "" {
		p.Loop, p.RatePerS, p.Pipeline = "closed", 0, max(1, b.Pipeline)
	}
	if s.RoomSize == 0 {
		p.RoomSize = 0
	} else if p.RoomSize == 0 {
		p.RoomSize = s.RoomSize
	}
	switch {
	case b.Reps < 1:
		return p, fmt.Errorf("reps %d: must be at least 1", b.Reps)
	case b.Duration <= 0:
		return p, fmt.Errorf("duration %v: must be more than 0", b.Duration)
	case b.Warmup < 0:
		return p, fmt.Errorf("warmup %v: must not be less than 0", b.Warmup)
	case !(p.RatePerS >= 0 && p.RatePerS <= mostRate):
		return p, fmt.Errorf("rate %g: must be more than 0, and at most %g messages/s", p.RatePerS, float64(mostRate))
	case p.Pipeline < 1 || p.Pipeline > mostPipeline:
		return p, fmt.Errorf("pipeline %d: must be 1 to %d", p.Pipeline, mostPipeline)
	case b.Closed && s.Idle:
		return p, fmt.Errorf("scenario %s: it has no closed loop: its connections wait", s.Name)
	case b.Pipeline > 0 && p.Loop == "open":
		return p, fmt.Errorf("pipeline %d: only in a closed loop; an open loop sends when a message is due (--closed)", b.Pipeline)
	}
	if err := s.Check(traffic(p, conns, seed)); err != nil {
		return p, err
	}
	if most := MaxConns() - b.extra(s, conns); conns > most {
		return p, fmt.Errorf("conns %d: a process may hold %d descriptors here, enough for %d connections: "+
			"raise the hard limit first (ulimit -Hn, LimitNOFILE= of a service, or limits.conf)", conns, most+wire.SpareFiles, most)
	}
	return p, nil
}

// checkDriver says what forbids the driver: those from outside post bodies in a closed loop, and nothing else.
func (b Block) checkDriver() error {
	switch {
	case b.Driver == "":
		return nil
	case b.Driver != Hey && b.Driver != Wrk:
		return fmt.Errorf("driver %q: there is none of that name; there are %s and %s, and cbench's own engine without it", b.Driver, Hey, Wrk)
	case b.Scenario != "http-echo":
		return fmt.Errorf("driver %s: only http-echo, not %s", b.Driver, b.Scenario)
	case b.Rate > 0:
		return fmt.Errorf("driver %s: only a closed loop: it cannot keep to a rate without falsifying its latencies", b.Driver)
	case b.Pipeline > 1:
		return fmt.Errorf("driver %s: pipeline %d: it has one request under way a connection", b.Driver, b.Pipeline)
	}
	return nil
}

// extra is how many connections beside conns the load may open.
func (b Block) extra(s *scenarios.Scenario, conns int) int {
	if s.Extra == nil {
		return 0
	}
	p := scenarios.Params{Conns: conns, RoomSize: cmp.Or(b.RoomSize, s.RoomSize)}
	return s.Extra(p, conns) + runtime.NumCPU() // each loop's share rounds up
}

// traffic is the parameters as the load knows them.
func traffic(p results.Params, conns int, seed uint64) scenarios.Params {
	return scenarios.Params{Conns: conns, Payload: p.PayloadBytes, RoomSize: p.RoomSize, Seed: seed}
}

package plan

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
	"cbench/scenarios/wire"
)

// Spec is a part of an experiment: one scenario under one load, at several numbers of connections. Zero values mean the
// scenario's own defaults. How it is said in JSON: Decode.
type Spec struct {
	Scenario string        `json:"scenario"`
	Why      string        `json:"why"`    // it is asked so, for whoever reads the suite
	Models   []string      `json:"models"` // only these of the servers; none: all
	Procs    []int         `json:"procs"`  // GOMAXPROCS of ours, several to be compared; none: as the run was told
	Conns    []int         `json:"conns"`
	Reps     int           `json:"reps"`
	Duration time.Duration `json:"duration"`
	Warmup   time.Duration `json:"warmup"`
	Payload  int           `json:"payload"`   // bytes of a message; 0: 128
	Rate     float64       `json:"rate"`      // messages/s in total, an open loop
	Closed   bool          `json:"closed"`    // a closed loop, whatever the rate
	Arrivals string        `json:"arrivals"`  // open loop: "constant" (also "") or "poisson"
	Pipeline int           `json:"pipeline"`  // messages under way at once a connection, closed loop; 0: 1
	RoomSize int           `json:"room_size"` // members of a room
	Share    float64       `json:"share"`     // that block, or do not read; 0: the scenario's; NoShare (in JSON 0): none
	Stall    time.Duration `json:"block"`     // how long each of those messages blocks
	How      string        `json:"how"`       // and how: "inline" (also ""), "spin" or "offload"
	Driver   string        `json:"driver"`    // who loads: Hey or Wrk; "": our own engine

	// Linger is how long, after a first repetition, is watched what a server gives back; 0: what the run says
	// (Experiment.Linger). In JSON "0s" is NoLinger.
	Linger time.Duration `json:"linger"`

	Diagnose bool `json:"diagnose"` // after the first repetition of each, look into the server under load: Cell.Diagnosis

	Search   string        `json:"search"`    // SearchRate or SearchConns: the most within the limits; "": rate, if there are any
	SLO      string        `json:"slo"`       // the limits, such as "p99<5ms": see ParseSLO
	Window   time.Duration `json:"window"`    // of a search; 0: by the number of connections
	Edge     float64       `json:"edge"`      // to which share a search knows the most; 0: 0.03. A coarser one takes fewer windows
	Tries    int           `json:"tries"`     // windows at that edge at most, and for every 8 one at each share, up to 3; 0: 32
	MostRate float64       `json:"most_rate"` // messages/s that a search of rate tries at most; 0: no bound but the client's

	// Rotate has the servers alive together and loads them in turn: RotateAll, RotatePairs, or "" for a process alone each time.
	// Duration and Warmup do not matter then.
	Rotate string        `json:"rotate"`
	Base   string        `json:"base"`   // the server that the others are compared with; "": DefaultBase or the first
	Rounds int           `json:"rounds"` // slots of each server; 0: DefaultRounds
	Slot   time.Duration `json:"slot"`   // 0: by the connections (slotFor)
	Width  float64       `json:"width"`  // stop early once every CPU ratio is known to ± this share; 0: never
	Twin   bool          `json:"twin"`   // add the base once more under another name: an A/A control. In JSON true unless said
}

// The ways to rotate: with a base in pairs is the finest, all at once the cheapest.
const (
	RotateAll   = "all"
	RotatePairs = "pairs"
)

// DefaultBase is what others are compared with unless told otherwise, where it is among the servers.
const DefaultBase = "reactor"

// DefaultRounds is the slots of each server in a rotation unless told otherwise.
const DefaultRounds = 20

// Bounds on what a rotation is asked for.
const (
	mostRounds = 10_000
	mostSlot   = time.Minute
)

// MostLinger is the last look at what a server gave back (results.ReturnedAfter): nothing is seen after it.
const MostLinger = time.Minute

// mostWork is the CPU time a message from which on a Go program may put a goroutine that spins aside for another
// (runtime/proc.go, forcePreemptNS): several would then share a CPU, and none be worked on for as long as was asked.
const mostWork = 10 * time.Millisecond

// NoShare is a share of none, where 0 is the scenario's own.
const NoShare = -1

// NoLinger is not to watch at all, where 0 is what the run says.
const NoLinger = -1

// params fills in what the spec leaves to the scenario, and says what forbids it.
func (b Spec) params(s *scenarios.Scenario, conns int, seed uint64) (record.Params, error) {
	p := record.Params{
		PayloadBytes: cmp.Or(b.Payload, s.Payload, defaultPayload), Driver: b.Driver,
		DurationNS: b.Duration.Nanoseconds(), WarmupNS: b.Warmup.Nanoseconds(),
	}
	if s.Piece > 0 {
		p.PayloadBytes = s.Piece
	}
	if s.RoomSize > 0 && !s.OneRoom {
		p.RoomSize = cmp.Or(b.RoomSize, s.RoomSize)
	}
	b.slow(&p, s)
	if err := errors.Join(b.checkDriver(), b.checkRotation(s)); err != nil {
		return p, err
	}
	b.loop(&p, s)
	if b.Rotate != "" {
		b.rotation(&p, conns)
	}
	if b.SLO != "" || b.Search != "" {
		if err := b.searchParams(&p, s, conns); err != nil {
			return p, err
		}
	}
	for _, check := range []func(*scenarios.Scenario, record.Params) error{b.checkNumbers, b.checkLoop, b.checkSlow} {
		if err := check(s, p); err != nil {
			return p, err
		}
	}
	if err := s.Check(Traffic(p, conns, seed)); err != nil {
		return p, err
	}
	return p, b.checkFiles(s, conns)
}

// loop fills in when messages are sent.
func (b Spec) loop(p *record.Params, s *scenarios.Scenario) {
	p.Loop, p.RatePerS, p.Pipeline = "open", cmp.Or(b.Rate, s.Rate), 1
	if b.Closed || p.RatePerS == 0 || p.Driver != "" {
		p.Loop, p.RatePerS, p.Pipeline = "closed", 0, max(1, b.Pipeline)
	}
	if s.Storm {
		p.Loop, p.RatePerS, p.Pipeline = record.StormLoop, 0, 1
	}
	if b.Arrivals == record.Poisson {
		p.Arrivals = record.Poisson // even distances are not said: older files do not
	}
}

// checkNumbers says which number is out of its bounds.
func (b Spec) checkNumbers(_ *scenarios.Scenario, p record.Params) error {
	switch {
	case b.Reps < 1:
		return fmt.Errorf("reps %d: must be at least 1", b.Reps)
	case slices.ContainsFunc(b.Procs, func(n int) bool { return n < 1 }):
		return fmt.Errorf("procs %d: must be at least 1", slices.Min(b.Procs))
	case p.DurationNS <= 0:
		return fmt.Errorf("duration %v: must be more than 0", b.Duration)
	case b.Linger < 0 && b.Linger != NoLinger || b.Linger > MostLinger:
		return fmt.Errorf("linger %v: must be 0 to %v", b.Linger, MostLinger)
	case b.Warmup < 0:
		return fmt.Errorf("warmup %v: must not be less than 0", b.Warmup)
	case !(p.RatePerS >= 0 && p.RatePerS <= mostRate):
		return fmt.Errorf("rate %g: must be more than 0, and at most %g messages/s", p.RatePerS, float64(mostRate))
	case b.Pipeline < 0 || p.Pipeline < 1 || p.Pipeline > mostPipeline:
		return fmt.Errorf("pipeline %d: must be 1 to %d", cmp.Or(b.Pipeline, p.Pipeline), mostPipeline)
	case b.RoomSize < 0: // also where there are no rooms
		return fmt.Errorf("room-size %d: must be at least 1", b.RoomSize)
	}
	return nil
}

// checkLoop says what forbids to send so: by the scenario, or in that loop.
func (b Spec) checkLoop(s *scenarios.Scenario, p record.Params) error {
	switch {
	case s.Storm && (b.Rate > 0 || b.SLO != ""):
		return fmt.Errorf("scenario %s: it has no rate: all come as fast as they can", s.Name)
	case b.Closed && s.OpenLoop:
		return fmt.Errorf("scenario %s: it has no closed loop: what it measures is how a steady rate is disturbed", s.Name)
	case b.Closed && s.Idle:
		return fmt.Errorf("scenario %s: it has no closed loop: its connections wait", s.Name)
	case b.Arrivals != "" && b.Arrivals != "constant" && b.Arrivals != record.Poisson:
		return fmt.Errorf("arrivals %q: must be constant or poisson", b.Arrivals)
	case b.Arrivals == record.Poisson && p.Loop == "closed":
		return fmt.Errorf("arrivals poisson: only in an open loop; in a closed one a message is sent after the reply")
	case b.Pipeline > 0 && p.Loop == "open":
		return fmt.Errorf("pipeline %d: only in a closed loop; an open loop sends when a message is due (--closed)", b.Pipeline)
	}
	return nil
}

// checkSlow says what forbids that some are slow.
func (b Spec) checkSlow(s *scenarios.Scenario, p record.Params) error {
	switch {
	case b.How != "" && (s.Block == 0 || s.Share == 0):
		return fmt.Errorf("scenario %s: none of its messages block while others do not: leave out --how, or choose the "+
			"scenario %s",
			s.Name, having(func(s *scenarios.Scenario) bool { return s.Block != 0 && s.Share != 0 }))
	case b.Share != 0 && s.Share == 0:
		return fmt.Errorf("scenario %s: it has no share of messages or members that are slow: leave out --share, or choose the "+
			"scenario %s",
			s.Name, having(func(s *scenarios.Scenario) bool { return s.Share != 0 }))
	case s.Cores && p.BlockNS >= mostWork.Nanoseconds():
		return fmt.Errorf("block %v: of %s less than %v: "+
			"from there on Go lets another message have the CPU before the first is through", b.Stall, s.Name, mostWork)
	case b.Stall != 0 && s.Block == 0:
		return fmt.Errorf("scenario %s: no message of it blocks: leave out --block, or choose the scenario %s",
			s.Name, having(func(s *scenarios.Scenario) bool { return s.Block != 0 }))
	}
	return nil
}

// having is the names of the scenarios that have something.
func having(has func(s *scenarios.Scenario) bool) string {
	var names []string
	for _, name := range scenarios.Names() {
		if has(scenarios.ByName(name)) {
			names = append(names, name)
		}
	}
	return words.Either(names)
}

// CheckRoomSize says that no scenario of these has rooms whose size one may choose.
func CheckRoomSize(names []string) error {
	sized := func(s *scenarios.Scenario) bool { return s != nil && s.RoomSize > 0 && !s.OneRoom }
	if slices.ContainsFunc(names, func(name string) bool { return scenarios.ByName(name) == nil || sized(scenarios.ByName(name)) }) {
		return nil // of a name that there is not, others tell
	}
	return fmt.Errorf("scenario %s: no rooms whose size one may choose: leave out --room-size, or choose the scenario %s",
		words.List(names), having(sized))
}

// checkFiles says that a process may not hold so many connections.
func (b Spec) checkFiles(s *scenarios.Scenario, conns int) error {
	if most := MaxConns() - b.extra(s, conns); conns > most {
		return fmt.Errorf("conns %d: a process may hold %d descriptors here, enough for %d connections: "+
			"raise the hard limit first (ulimit -Hn, LimitNOFILE= of a service, or limits.conf)", conns, most+wire.SpareFiles, most)
	}
	return nil
}

// slow fills in what share is slow, and how.
func (b Spec) slow(p *record.Params, s *scenarios.Scenario) {
	p.Share = max(0, cmp.Or(b.Share, s.Share))
	if s.Block > 0 {
		p.BlockNS = cmp.Or(b.Stall, s.Block).Nanoseconds()
	}
	if s.Share > 0 && s.Block > 0 { // those of work are all of one kind
		p.How = cmp.Or(b.How, "inline")
	}
}

// checkDriver says what forbids the driver: those from outside post bodies in a closed loop, and nothing else.
func (b Spec) checkDriver() error {
	switch {
	case b.Driver == "":
		return nil
	case b.Driver != Hey && b.Driver != Wrk:
		return fmt.Errorf("driver %q: there is none of that name; there are %s and %s, and cbench's own engine without it",
			b.Driver, Hey, Wrk)
	case b.Scenario != "http-echo":
		return fmt.Errorf("driver %s: only http-echo, not %s", b.Driver, b.Scenario)
	case b.Rate > 0:
		return fmt.Errorf("driver %s: only a closed loop: it cannot keep to a rate without falsifying its latencies", b.Driver)
	case b.Pipeline > 1:
		return fmt.Errorf("driver %s: pipeline %d: it has one request under way a connection", b.Driver, b.Pipeline)
	}
	return nil
}

// checkRotation says what forbids to load the servers in turn.
func (b Spec) checkRotation(s *scenarios.Scenario) error {
	switch {
	case b.Rotate == "":
		return nil
	case b.Rotate != RotateAll && b.Rotate != RotatePairs:
		return fmt.Errorf("rotate %q: must be %s or %s", b.Rotate, RotatePairs, RotateAll)
	case b.Driver != "":
		return fmt.Errorf("rotate: %s connects anew for every load; servers loaded in turn keep their connections", b.Driver)
	case s.Storm:
		return fmt.Errorf("rotate: servers loaded in turn keep their connections; %s opens new ones", s.Name)
	case s.Idle:
		return fmt.Errorf("rotate: %s measures memory at rest, which only a process of its own shows", s.Name)
	case s.Piece > 0:
		// At a slot's start the sockets still hold what was made, and paid for, in the slot before.
		return fmt.Errorf("rotate: a reader of %s takes in one slot what was made in another; it needs a process of its own",
			s.Name)
	case b.Rounds < 0 || b.Rounds > mostRounds:
		return fmt.Errorf("rounds %d: must be 1 to %d", b.Rounds, mostRounds)
	case b.Slot < 0 || b.Slot > mostSlot:
		return fmt.Errorf("slot %v: must be more than 0, and at most %v", b.Slot, mostSlot)
	case !(b.Width >= 0 && b.Width < 1):
		return fmt.Errorf("width %g: must be 0 (never stop early) to 1, such as 0.015", b.Width)
	}
	return nil
}

// rotation fills in how long each server is loaded, and how often.
func (b Spec) rotation(p *record.Params, conns int) {
	slot := cmp.Or(b.Slot, slotFor(conns))
	p.Rounds, p.SlotNS, p.Width = cmp.Or(b.Rounds, DefaultRounds), slot.Nanoseconds(), b.Width
	p.DurationNS, p.WarmupNS = int64(p.Rounds)*p.SlotNS, rampFor(slot).Nanoseconds()
}

// slotFor is how long a slot lasts unless told otherwise. It grows with the connections, so that each speaks a few
// times in it. For comparing two servers more and shorter slots are finer: in a closed loop a slot's scatter hardly
// depends on its length (the queues settle into one order, and stay in it), so that what counts is how many there
// are. Each begins with caches that another server filled, though: not for ever shorter.
func slotFor(conns int) time.Duration {
	return min(time.Second, max(200*time.Millisecond, time.Duration(conns)*100*time.Microsecond))
}

// rampFor is how long a slot's load runs before its latency and throughput are measured: in a closed loop until each
// connection's first message, all of which are sent at once, has been answered and the queue is as long as it will
// be.
func rampFor(slot time.Duration) time.Duration { return slot / 5 }

// wants reports whether the server is among those that the spec is for.
func (b Spec) wants(name string) bool { return len(b.Models) == 0 || slices.Contains(b.Models, name) }

// extra is how many connections beside conns the load may open.
func (b Spec) extra(s *scenarios.Scenario, conns int) int {
	if s.Extra == nil {
		return 0
	}
	p := scenarios.Params{Conns: conns, RoomSize: cmp.Or(b.RoomSize, s.RoomSize), Share: max(0, cmp.Or(b.Share, s.Share))}
	return s.Extra(p, conns) + runtime.NumCPU() // each loop's share rounds up
}

// Traffic is the parameters as the load knows them.
func Traffic(p record.Params, conns int, seed uint64) scenarios.Params {
	return scenarios.Params{
		Conns: conns, Payload: p.PayloadBytes, RoomSize: p.RoomSize, Seed: seed,
		Share: p.Share, Block: time.Duration(p.BlockNS), How: p.How,
	}
}

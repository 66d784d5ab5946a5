package harness

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/results/record"
)

func TestMedianInterval(t *testing.T) {
	upTo := func(n int) (v []float64) {
		for i := range n {
			v = append(v, float64(n-i))
		}
		return v
	}
	for _, tt := range []struct {
		n              int
		low, mid, high float64
	}{{6, 1, 3.5, 6}, {8, 1, 4.5, 8}, {9, 2, 5, 8}, {20, 6, 10.5, 15}} { // Conover, table A3
		low, mid, high, ok := medianInterval(upTo(tt.n))
		if !ok || low != tt.low || mid != tt.mid || high != tt.high {
			t.Errorf("%d values: %v to %v to %v, %v", tt.n, low, mid, high, ok)
		}
	}
	for n := range 6 {
		if _, _, _, ok := medianInterval(upTo(n)); ok {
			t.Errorf("%d values are too few", n)
		}
	}
}

// The interval holds the true median as often as it says, whatever the distribution.
func TestMedianIntervalHoldsTheMedian(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	held := 0
	const times = 2000
	for range times {
		var v []float64
		for range 12 {
			v = append(v, math.Exp(draw.NormFloat64())) // median 1
		}
		if low, _, high, ok := medianInterval(v); ok && low <= 1 && 1 <= high {
			held++
		}
	}
	if share := float64(held) / times; share < 0.95 {
		t.Errorf("held in %.3f of cases", share)
	}
}

// made is a rotation of which each server has the CPU times per message.
func made(perMessage ...[]float64) *rotation {
	r := &rotation{}
	for _, times := range perMessage {
		m := &rotated{session: &session{cell: record.Cell{Rotation: &record.Rotation{}}}}
		for _, ns := range times {
			m.cell.Rotation.Rounds = append(m.cell.Rotation.Rounds, record.Round{ServerNSPerMessage: ns})
		}
		r.servers = append(r.servers, m)
	}
	return r
}

func TestWidth(t *testing.T) {
	base := []float64{100, 110, 90, 100, 105, 95, 100, 100}
	times := func(f ...float64) (v []float64) {
		for i := range base {
			v = append(v, base[i]*f[i%len(f)])
		}
		return v
	}
	// What drifts meets both: the ratio is known exactly, however noisy the times are.
	if width, sure := made(base, times(2)).width(); !sure || math.Abs(width) > 1e-9 {
		t.Errorf("a constant ratio: ±%g, %v", width, sure)
	}
	// The widest counts, not whether it differs from 1.
	if width, sure := made(base, times(2), times(0.9, 1.1)).width(); !sure || math.Abs(width-0.1) > 1e-9 {
		t.Errorf("0.9 to 1.1: ±%g, %v", width, sure)
	}
	if _, sure := made(base[:5], times(2)[:5]).width(); sure {
		t.Error("five rounds are too few")
	}
	r := made(base, times(2), times(0.5, 3))
	r.servers[2].out = true
	if width, sure := r.width(); !sure || width > 1e-9 {
		t.Errorf("who is out does not count: ±%g, %v", width, sure)
	}
	r = made(base, times(2, 2, 2, 2, 2, 2, 2, 9))
	for i := range 2 {
		r.servers[1].cell.Rotation.Rounds[6+i].Void = "disturbed"
	}
	if width, sure := r.width(); !sure || width > 1e-9 {
		t.Errorf("void rounds do not count: ±%g, %v", width, sure)
	}
	r.servers[0].out = true
	if _, sure := r.width(); sure {
		t.Error("without a base nothing is known")
	}
}

// A rotation ends early by width alone: not before enough rounds, not in the middle of forward and backward, and not
// when it is told never to.
func TestKnownAfter(t *testing.T) {
	times := func(n int, ns float64) (v []float64) {
		for range n {
			v = append(v, ns)
		}
		return v
	}
	for _, tt := range []struct {
		rounds int
		width  float64
		want   bool
	}{{6, 0.1, false}, {8, 0.1, true}, {9, 0.1, false}, {10, 0.1, true}, {20, 0.1, false}, {10, 0, false}} {
		r := made(times(tt.rounds, 100), times(tt.rounds, 100))
		r.params = record.Params{Rounds: 20, Width: tt.width}
		if early := r.knownAfter(tt.rounds); (early != "") != tt.want {
			t.Errorf("after %d rounds, to ±%g: %q", tt.rounds, tt.width, early)
		}
	}
	r := made(times(10, 100), []float64{80, 120, 80, 120, 80, 120, 80, 120, 80, 120})
	r.params = record.Params{Rounds: 20, Width: 0.1}
	if early := r.knownAfter(10); early != "" {
		t.Errorf("known to ±20%%: %q", early)
	}
}

// slotOf is a slot of one second in which a server answered n messages in so many nanoseconds each.
func slotOf(t *testing.T, n int64, latency int64) slot {
	t.Helper()
	h := load.NewHistogram()
	if err := h.RecordValues(latency, n); err != nil {
		t.Fatal(err)
	}
	l := record.NewLatency(h).Exact(latency, latency)
	l.Mean = float64(latency)
	late := 0.5
	at := time.Unix(0, 0)
	return slot{window: window{
		report: load.Report{
			Sent: n, Expected: n, Received: n, InWindow: n - 10, All: 2 * n, WindowNS: 1e9, CPUNS: 5e8, Latency: l, Service: l, LateRatio: &late,
		},
		rested: probe.Usage{At: at.Add(-time.Second)}, worked: probe.Usage{At: at.Add(2 * time.Second), CPU: 500 * time.Millisecond},
		from: account{server: probe.Usage{At: at, CPU: 100 * time.Millisecond}},
		to:   account{server: probe.Usage{At: at.Add(time.Second), CPU: 400 * time.Millisecond}},
		took: time.Second,
	}, others: 10 * time.Millisecond,
	}
}

func TestRound(t *testing.T) {
	s := slotOf(t, 1000, 2000)
	got := s.round()
	want := record.Round{
		ServerNSPerMessage: 250e3, LoadNSPerMessage: 5e8 / 990.0, ThroughputPerS: 990, P50: 2000, P99: 2000, Count: 1000, IdleCPURatio: 0.01,
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	s.others = 30 * time.Millisecond
	if got := s.round(); got.Void == "" {
		t.Error("the others took 3% of a CPU, and the round counts")
	}
	if got := (&slot{window: window{report: load.Report{WindowNS: 1e9}}}).round(); got.Void == "" || math.IsNaN(got.ServerNSPerMessage) {
		t.Errorf("nothing was answered: %+v", got)
	}
}

func TestSums(t *testing.T) {
	m := &rotated{session: &session{cell: record.Cell{
		Params: record.Params{Loop: "open", SlotNS: 1e9}, Rotation: &record.Rotation{},
	}}}
	m.add(slotOf(t, 1000, 2000))
	m.add(slotOf(t, 3000, 4000))
	spoiled := slotOf(t, 500, 1)
	spoiled.others = time.Second
	m.add(spoiled)
	m.sums.into(m)
	c := m.cell
	if n := len(c.Rotation.Rounds); n != 3 || len(m.evidence.VoidRounds) != 1 {
		t.Errorf("%d rounds, void: %q", n, m.evidence.VoidRounds)
	}
	if c.Load.Sent != 4000 || *c.Load.ThroughputPerS != 1990 || *c.Load.LateSendRatio != 0.5 || *c.Load.ServerCPURatio != 0.3 {
		t.Errorf("load %+v", c.Load)
	}
	if *c.CPU.ServerNS != 1e9 || *c.CPU.ServerNSPerMessage != 125e3 {
		t.Errorf("CPU %+v", c.CPU)
	}
	if l := c.Latency; l.Count != 4000 || l.Min != 2000 || l.Max != 4000 || l.Mean != 3500 || l.P50 != 4000 {
		t.Errorf("latency %+v", l)
	}
	if m.evidence.Window != 2*time.Second {
		t.Errorf("window %v: what does not count was not measured", m.evidence.Window)
	}
}

// What others took of a slot is told beyond what chance is, which is large: a slot is short.
func TestSlotIsDisturbed(t *testing.T) {
	for _, tt := range []struct {
		name         string
		window       time.Duration
		busy, stolen float64 // of a CPU, beside what is ours
		want         bool
	}{
		{"nobody", time.Second, 0, 0, false},
		{"a fifth of a CPU", time.Second, 0.2, 0, false},
		{"half of one", time.Second, 0.5, 0, true},
		{"by the hypervisor", time.Second, 0, 0.5, true},
		{"between the two", time.Second, 0.25, 0.25, true},
		{"two fifths, and of 200 ms", 200 * time.Millisecond, 0.4, 0, false},
		{"six tenths of 200 ms", 200 * time.Millisecond, 0.6, 0, true},
	} {
		of := func(share float64) time.Duration { return time.Duration(share * float64(tt.window)) }
		at := time.Unix(0, 0)
		s := slot{window: window{
			report: load.Report{CPUNS: of(0.5).Nanoseconds()},
			from:   account{server: probe.Usage{At: at}, machine: probe.Machine{At: at, CPUs: map[int]probe.CPUTime{}}},
			to: account{server: probe.Usage{At: at.Add(tt.window), CPU: of(0.3)}, machine: probe.Machine{
				At: at.Add(tt.window), CPUs: map[int]probe.CPUTime{0: {Idle: of(0.7 - tt.busy - tt.stolen), Steal: of(tt.stolen)}, 1: {Idle: of(0.5)}},
			}},
		}}
		if why := s.taken([]int{0, 1}); (why != "") != tt.want {
			t.Errorf("%s: %q", tt.name, why)
		}
	}
}

// A slot that others disturbed is void, with the reason.
func TestDisturbedRound(t *testing.T) {
	s := slotOf(t, 1000, 2000)
	s.disturbed = "in the slot of reactor others took 60% of a CPU"
	if got := s.round(); got.Void != s.disturbed || got.ServerNSPerMessage == 0 {
		t.Errorf("%+v", got)
	}
}

// The parts of the CPU time are scaled to its clock, as those of a single run are, and what one slot does not know
// the sum does not.
func TestSumsOfParts(t *testing.T) {
	for _, known := range []bool{true, false} {
		m := &rotated{session: &session{cell: record.Cell{Params: record.Params{SlotNS: 1e9}, Rotation: &record.Rotation{}}}}
		for i := range 3 {
			s := slotOf(t, 1000, 2000)
			s.rested.QueueKnown, s.worked.QueueKnown = true, known || i != 1
			s.worked.User, s.worked.System = 300*time.Millisecond, 100*time.Millisecond // of a CPU time of 500 ms
			m.add(s)
		}
		m.sums.into(m)
		c := m.cell.CPU
		if c.UserNS == nil || *c.UserNS != 1125e6 || *c.SystemNS != 375e6 {
			t.Errorf("user %v, system %v of %d", value(c.UserNS), value(c.SystemNS), *c.ServerNS)
		}
		if (c.RunQueueNS != nil) != known {
			t.Errorf("run queue known %v: %v", known, value(c.RunQueueNS))
		}
	}
	m := &rotated{session: &session{cell: record.Cell{Rotation: &record.Rotation{}}}}
	m.add(slotOf(t, 1000, 2000))
	m.sums.into(m)
	if c := m.cell.CPU; c.UserNS != nil || c.SystemNS != nil {
		t.Errorf("no tick fell into it, and yet user %v, system %v", value(c.UserNS), value(c.SystemNS))
	}
}

// Fairness is of the rounds that count: one that does not is left out of the next one's, and is nothing to show for itself.
func TestFairnessOfRounds(t *testing.T) {
	m := &rotated{session: &session{cell: record.Cell{Rotation: &record.Rotation{}}}}
	for i, tt := range []struct {
		jain      float64
		disturbed string
		want      float64
	}{{0.9, "", 0.9}, {0.5, "others took 90% of a CPU", 0.9}, {0.8, "", 0.8}, {0.4, "others took 90% of a CPU", 0.8}} {
		s := slotOf(t, 1000, 2000)
		s.report.Fairness.Jain, s.disturbed = &tt.jain, tt.disturbed
		m.add(s)
		if got := m.cell.Fairness.Jain; got == nil || *got != tt.want || m.lost != (tt.disturbed != "") {
			t.Errorf("round %d: index %v, want %v; left out: %t", i+1, value(got), tt.want, m.lost)
		}
	}
}

// A slot in which the server did not answer counts: with the latency of what waited, and without what is not known of it.
func TestSilentSlotCounts(t *testing.T) {
	m := &rotated{session: &session{cell: record.Cell{Params: record.Params{Loop: "closed", SlotNS: 1e9}, Rotation: &record.Rotation{}}}}
	m.add(slotOf(t, 1000, 2000))
	silent := slotOf(t, 4, 3e9)
	silent.report.InWindow, silent.report.Silence = 0, 3e9
	m.add(silent)
	disturbed := slotOf(t, 4, 5e9) // by others, for half a second of five
	disturbed.report.Silence, disturbed.disturbed = 5e9, "in the slot of pool others took 60% of a CPU"
	at := time.Unix(0, 0)
	disturbed.from.machine = probe.Machine{At: at, CPUs: map[int]probe.CPUTime{}}
	disturbed.to.machine = probe.Machine{At: at.Add(time.Second), CPUs: map[int]probe.CPUTime{0: {Idle: 500 * time.Millisecond}}}
	disturbed.report.CPUNS, disturbed.to.server.CPU = 0, disturbed.from.server.CPU
	m.evidence.CPUs = []int{0}
	m.add(disturbed)
	m.sums.into(m)
	c := m.cell
	want := record.Round{P50: 3e9, P99: 3e9, Count: 4, IdleCPURatio: 0.01}
	if got := c.Rotation.Rounds[1]; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if c.Latency.Count != 1004 || c.Latency.Max != 3e9 || *c.Load.ThroughputPerS != 495 {
		t.Errorf("latency %+v at %v/s", c.Latency, *c.Load.ThroughputPerS)
	}
	if got := time.Duration(*c.Load.LongestSilenceNS); got != 4500*time.Millisecond || c.Rotation.Rounds[2].Void == "" {
		t.Errorf("silent for %v; what others took is theirs, the rest is the server's: %+v", got, c.Rotation.Rounds[2])
	}
	// One that is not known to cost anything is left out of what ends a rotation early.
	r := made([]float64{100, 100, 100, 100, 100, 100, 100, 100}, []float64{200, 200, 200, 200, 200, 200, 200, 0})
	if width, sure := r.width(); !sure || width > 1e-9 {
		t.Errorf("±%g, %v", width, sure)
	}
}

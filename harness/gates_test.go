package harness

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/harness/probe"
	"cbench/results/record"
)

func known[T any](v T) *T { return &v }

// sound is a repetition that nothing is wrong with: 2 s of an open loop on one CPU a side.
func sound() *facts {
	return &facts{
		cell: &record.Cell{
			Model: "reactor", Scenario: "echo", Conns: 100,
			Params: record.Params{Loop: "open", RatePerS: 10_000, Pipeline: 1, DurationNS: 2e9},
			Load: record.Load{
				Established: 100, Sent: 20_000, Received: 20_000, Expected: 20_000, ThroughputPerS: known(10_000.0),
				Errors: map[string]int64{"timeout": 0}, ClientCPURatio: known(0.4), ServerCPURatio: known(0.3), LateSendRatio: known(0.001),
			},
			Latency: &record.Latency{Count: 20_000, Mean: 210e3}, Service: &record.Latency{Count: 20_000, Mean: 200e3},
			Machine: &record.Machine{OthersRatio: known(0.01), StealRatio: known(0.0), PressureRatio: known(0.1)},
			CPU:     record.CPU{RunQueueNS: known(int64(1e6))},
		},
		window: 2 * time.Second, slot: 2 * time.Second, loops: 1, serverCPUs: "0", both: []int{0, 1},
	}
}

// short is one of a second of it, with so many replies in it.
func short(replies float64) *facts {
	f := sound()
	f.window, f.slot = time.Second, time.Second
	f.cell.Load.Sent, f.cell.Load.Received, f.cell.Load.Expected, f.cell.Latency.Count = 10_000, 10_000, 10_000, 10_000
	f.cell.Load.ThroughputPerS = &replies
	return f
}

// soundLoop is one of a closed loop: 100 connections, 20,000/s, so 5 ms each.
func soundLoop() *facts {
	f := sound()
	f.cell.Params.Loop, f.cell.Params.RatePerS = "closed", 0
	f.cell.Load.Sent, f.cell.Load.Received, f.cell.Load.Expected = 40_000, 40_000, 40_000
	f.cell.Load.ThroughputPerS, f.cell.Load.LateSendRatio = known(20_000.0), nil
	f.cell.Latency = &record.Latency{Count: 40_000, Mean: 5e6}
	f.cell.Service = f.cell.Latency
	return f
}

// soundRotation is one of 10 slots of 0.2 s.
func soundRotation() *facts {
	f := sound()
	f.slot = 200 * time.Millisecond
	f.cell.Rotation = &record.Rotation{}
	for range 10 {
		f.cell.Rotation.Rounds = append(f.cell.Rotation.Rounds, record.Round{ThroughputPerS: 10_000, ServerNSPerMessage: 1000})
	}
	return f
}

// working makes a loop one of messages that ask for a millisecond of the server's one CPU, and took that much.
func working(f *facts, perS, took float64) {
	f.cell.Scenario, f.cell.Params.BlockNS, f.cell.CPU.ServerNSPerMessage = "work", 1e6, &took
	f.cell.Load.ThroughputPerS, f.cell.Load.ServerCPUs, f.cell.Params.Procs = &perS, 2, 1
	f.cell.Latency.Mean = float64(f.cell.Conns) / perS * 1e9 // Little's law
}

// judged is what the gates say, by name.
func judged(f *facts) (void, warn map[string]string) {
	void, warn = map[string]string{}, map[string]string{}
	for _, g := range gates {
		v := g.judge(f)
		if len(v.void) > 0 {
			void[g.name] = strings.Join(v.void, "; ")
		}
		if len(v.warn) > 0 {
			warn[g.name] = strings.Join(v.warn, "; ")
		}
	}
	return void, warn
}

func TestSoundRepetitionsPassEveryGate(t *testing.T) {
	for name, f := range map[string]*facts{"open": sound(), "closed": soundLoop(), "rotation": soundRotation()} {
		if void, warn := judged(f); len(void)+len(warn) > 0 {
			t.Errorf("%s: void %v, warnings %v", name, void, warn)
		}
	}
}

// Each gate trips on its fault, and no other does.
func TestGates(t *testing.T) {
	tests := []struct {
		gate  string
		fault string
		base  func() *facts
		spoil func(f *facts)
		says  string
	}{
		{"connections", "one is missing", sound, func(f *facts) { f.cell.Load.Established = 99 }, "only 99 of 100"},
		{"errors", "two were reset", sound, func(f *facts) { f.cell.Load.Errors["reset"] = 2 }, "2 connections were reset by the server"},
		{"errors", "idle ones were ended", sound, func(f *facts) {
			f.cell.Load.Errors["idle"], f.cell.Load.Errors["unsent"], f.cell.Verify.Lost, f.idle = 100, 9000, 16, 5003*time.Millisecond
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 11_000, 11_000, 11_000, 11_000
			f.cell.Load.ThroughputPerS = known(5500.0)
		}, "the server ends idle connections after 5 s; 100 connections cannot be held: set its keep-alive timeout"},
		{"replies", "lost", sound, func(f *facts) { f.cell.Verify.Lost = 1 }, "1 lost"},
		{"replies", "duplicated", sound, func(f *facts) { f.cell.Verify.Duplicated = 1 }, "1 duplicated"},
		{"replies", "reordered", sound, func(f *facts) { f.cell.Verify.Reordered = 1 }, "1 reordered"},
		{"replies", "corrupted", sound, func(f *facts) { f.cell.Verify.Corrupted = 1 }, "1 corrupted"},
		{"replies", "surplus", sound, func(f *facts) { f.cell.Verify.Surplus = 1 }, "1 surplus"},
		{"silence", "no reply", sound, func(f *facts) { f.cell.Latency, f.cell.Service = nil, nil }, "no message was answered"},
		{"overflow", "3 took over a minute", sound, func(f *facts) { f.overflow, f.cell.Latency.Count = 3, 19_997 }, "3 latencies"},
		{"rate", "the server does 6,000/s", sound, func(f *facts) { f.cell.Load.ThroughputPerS = known(6000.0) }, "achieved 6000, the server's capacity"},
		{"rate", "of a second's messages one in five is missing, more from moment to moment", func() *facts { return short(8000) }, func(f *facts) {
			f.early = 1500
		}, "achieved 8000, the server's capacity"},
		{"rate", "3% are, steadily", sound, func(f *facts) { f.cell.Load.ThroughputPerS, f.early = known(9700.0), 525 }, "achieved 9700"},
		{"rate", "slot after slot 3% are missing", soundRotation, func(f *facts) {
			for i := range f.cell.Rotation.Rounds {
				f.cell.Rotation.Rounds[i].ThroughputPerS = 9700
			}
		}, "achieved 9700"},
		{"rate", "the warm-up left a second's work", sound, func(f *facts) { f.cell.Load.ThroughputPerS = known(15_000.0) }, "left a backlog"},
		{"unsent", "the client sent 2% less", sound, func(f *facts) {
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 19_600, 19_600, 19_600, 19_600
			f.cell.Load.ThroughputPerS = known(9800.0)
		}, "only 19600 of 20000"},
		{"late sends", "most are", sound, func(f *facts) { f.cell.Load.LateSendRatio = known(0.6) }, "60% of the sends"},
		{"late sends", "most are, and the machine is known to be in use", sound, func(f *facts) {
			f.cell.Load.LateSendRatio, f.noisy = known(0.6), true
		}, "60% of the sends"},
		{"late sends", "half are, nearly", sound, func(f *facts) { f.cell.Load.LateSendRatio = known(0.49) }, "49% of the sends"},
		{"send lag", "0.95 of a millisecond", sound, func(f *facts) { f.cell.Latency.P50, f.cell.Service.P50 = 1e6, 0.05e6 }, "950µs after it was due"},
		{"send lag", "5 of 6 ms", sound, func(f *facts) { f.cell.Latency.P50, f.cell.Service.P50 = 6e6, 1e6 }, "5ms after it was due"},
		{"client CPU", "none is left", sound, func(f *facts) { f.cell.Load.ClientCPURatio = known(0.97) }, "0.97 of a CPU"},
		{"Little's law", "latency is half of what it must be", soundLoop, func(f *facts) { f.cell.Latency.Mean = 2.5e6 }, "Little"},
		{"Little's law", "throughput is a quarter too high", soundLoop, func(f *facts) { f.cell.Load.ThroughputPerS = known(25_000.0) }, "Little"},
		{"samples", "replies without a latency", sound, func(f *facts) { f.cell.Latency.Count = 19_000 }, "19000 latencies"},
		{"samples", "sent before due", sound, func(f *facts) { f.cell.Service.Mean = 300e3 }, "a clock is wrong"},
		{"placement", "a thread ran elsewhere", sound, func(f *facts) { f.strays = []string{"thread 7 may run on CPUs 0-1 and last ran on 1"} }, "thread 7"},
		{"shared CPU", "nobody asked for it", sound, func(f *facts) { f.shared = "0" }, "share CPU 0"},
		{"others", "40% of a CPU", sound, func(f *facts) { f.cell.Machine.OthersRatio = known(0.4) }, "40% of a CPU"},
		{"steal", "20% of a CPU", sound, func(f *facts) { f.cell.Machine.StealRatio = known(0.2) }, "hypervisor took 20%"},
		{"work", "two at once on one CPU", soundLoop, func(f *facts) {
			working(f, 1500, 0.6e6)
		}, "took 600µs of CPU time, and was to take 1ms: several shared it"},
		{"work", "two at once on one CPU, on a machine that is known to be in use", soundLoop, func(f *facts) {
			working(f, 1500, 0.6e6)
			f.noisy = true
		}, "1.50 s of it were answered for a second, on 1 at once"},
		{"work", "others took a third of the CPU", soundLoop, func(f *facts) { working(f, 980, 0.7e6) }, "took 700µs of CPU time, and was to take 1ms: others"},
		{"rounds", "6 of 10 do not count", soundRotation, func(f *facts) { f.voidRounds = slices.Repeat([]string{"not idle"}, 6) }, "6 of 10 rounds"},
		{"rounds", "none counts, for what others took", soundRotation, func(f *facts) {
			f.voidRounds, f.cell.Latency, f.cell.Service = slices.Repeat([]string{"others took 90% of a CPU"}, 10), nil, nil
		}, "10 of 10 rounds do not count: others took"},
	}
	tripped := map[string]bool{"pressure": true} // never voids
	for _, tt := range tests {
		f := tt.base()
		tt.spoil(f)
		void, _ := judged(f)
		if !strings.Contains(void[tt.gate], tt.says) {
			t.Errorf("%s, %s: says %q, want %q", tt.gate, tt.fault, void[tt.gate], tt.says)
		}
		delete(void, tt.gate)
		if len(void) > 0 {
			t.Errorf("%s, %s: others trip too: %q", tt.gate, tt.fault, void)
		}
		tripped[tt.gate] = true
	}
	for _, g := range gates {
		if !tripped[g.name] {
			t.Errorf("no fault trips %q", g.name)
		}
	}
}

// What is not bad enough to void is told.
func TestGatesWarn(t *testing.T) {
	tests := []struct {
		gate, fault string
		base        func() *facts
		change      func(f *facts)
	}{
		{"rate", "a stall of 100 ms at an edge", sound, func(f *facts) { f.cell.Load.ThroughputPerS = known(9500.0) }},
		{"rate", "a stall of 200 ms at the end of a second", func() *facts { return short(8000) }, func(f *facts) { f.early = 20 }},
		{"rate", "3% are missing, steadily, on a machine that is known to be in use", sound, func(f *facts) {
			f.cell.Load.ThroughputPerS, f.early, f.noisy = known(9700.0), 525, true
		}},
		{"rate", "3 of 90 messages, one of them early", sound, func(f *facts) {
			f.window, f.slot, f.cell.Params.RatePerS = 300*time.Millisecond, 300*time.Millisecond, 300
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 90, 90, 90, 90
			f.cell.Load.ThroughputPerS, f.early = known(290.0), 1
		}},
		{"late sends", "a fifth, on a machine that is known to be in use", sound, func(f *facts) {
			f.cell.Load.LateSendRatio, f.noisy = known(0.2), true
		}},
		{"work", "others took a third of the CPU, and that is known", soundLoop, func(f *facts) {
			working(f, 980, 0.7e6)
			f.noisy = true
		}},
		{"late sends", "some", sound, func(f *facts) { f.cell.Load.LateSendRatio = known(0.02) }},
		{"late sends", "most of a few", sound, func(f *facts) {
			f.cell.Params.RatePerS, f.window = 10, 10*time.Second
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 100, 100, 100, 100
			f.cell.Load.ThroughputPerS, f.cell.Load.LateSendRatio = known(10.0), known(0.9)
		}},
		{"send lag", "a fifth of the latency", sound, func(f *facts) { f.cell.Latency.Mean, f.cell.Service.Mean = 1e6, 0.8e6 }},
		{"client CPU", "a closed loop has it busy", soundLoop, func(f *facts) { f.cell.Load.ClientCPURatio = known(1.0) }},
		{"shared CPU", "it was asked for", sound, func(f *facts) { f.shared, f.asked = "0", true }},
		{"others", "24% of a CPU, of which 6% may be chance", sound, func(f *facts) { f.cell.Machine.OthersRatio = known(0.24) }},
		{"others", "half of a CPU, and that is known", sound, func(f *facts) { f.cell.Machine.OthersRatio, f.noisy = known(0.5), true }},
		{"others", "half of a CPU, and memory at rest is measured", sound, func(f *facts) { f.cell.Scenario, f.cell.Machine.OthersRatio = "idle", known(0.5) }},
		{"steal", "5% of a CPU", sound, func(f *facts) { f.cell.Machine.StealRatio = known(0.05) }},
		{"pressure", "somebody waits all the time", sound, func(f *facts) { f.cell.Machine.PressureRatio = known(0.9) }},
		{"rounds", "one of 10", soundRotation, func(f *facts) { f.voidRounds = []string{"not idle"} }},
	}
	for _, tt := range tests {
		f := tt.base()
		tt.change(f)
		void, warn := judged(f)
		if len(void) > 0 {
			t.Errorf("%s, %s: void: %q", tt.gate, tt.fault, void)
		}
		if warn[tt.gate] == "" || len(warn) != 1 {
			t.Errorf("%s, %s: warnings %q", tt.gate, tt.fault, warn)
		}
	}
}

// What looks like a fault and is none.
func TestGatesLetPass(t *testing.T) {
	tests := map[string]func() *facts{
		"Poisson arrivals are never quite as many as planned": func() *facts {
			f := sound()
			f.cell.Params.Arrivals = Poisson
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 19_500, 19_500, 19_500, 19_500
			f.cell.Load.ThroughputPerS = known(9780.0)
			return f
		},
		"14 ms of messages are under way at the end of a second, and were not at its start": func() *facts {
			f := short(9860)
			f.early = 100
			return f
		},
		"as many wait behind one that blocks for 20 ms": func() *facts {
			f := short(9700)
			f.early, f.cell.Params.BlockNS = 200, 20e6
			return f
		},
		"timers are late, and messages quick": func() *facts {
			f := sound()
			f.cell.Latency.Mean, f.cell.Service.Mean = 70e3, 30e3
			return f
		},
		"one slot of ten was stalled": func() *facts {
			f := soundRotation()
			f.cell.Rotation.Rounds[3].ThroughputPerS = 4000
			f.cell.Load.ThroughputPerS = known(9400.0)
			return f
		},
		"the server's own threads wait for its CPU": func() *facts {
			f := sound()
			f.cell.Machine.PressureRatio, f.cell.CPU.RunQueueNS = known(0.9), known(int64(1.5e9))
			return f
		},
		"in a short window ticks tell little": func() *facts {
			f := sound()
			f.window, f.slot = 200*time.Millisecond, 200*time.Millisecond
			f.cell.Params.RatePerS = 100_000
			f.cell.Load.ThroughputPerS = known(100_000.0)
			f.cell.Machine.OthersRatio = known(0.2)
			return f
		},
		"two loops have two CPUs": func() *facts {
			f := sound()
			f.loops, f.cell.Load.ClientCPURatio = 2, known(1.5)
			return f
		},
		"ten messages a second, one of them over the edge": func() *facts {
			f := sound()
			f.cell.Params.RatePerS = 10
			f.cell.Load.Sent, f.cell.Load.Expected, f.cell.Load.Received, f.cell.Latency.Count = 20, 20, 20, 20
			f.cell.Load.ThroughputPerS = known(9.6)
			return f
		},
		"rooms hear more than is said, and Little's law does not know how much": func() *facts {
			f := soundLoop()
			f.cell.Scenario, f.cell.Params.RoomSize, f.cell.Latency.Mean = "chat", 10, 2e6
			return f
		},
		"nor in one room of all": func() *facts {
			f := soundLoop()
			f.cell.Scenario, f.cell.Latency.Mean = "fanout", 2e6
			return f
		},
	}
	for name, f := range tests {
		if void, warn := judged(f()); len(void)+len(warn) > 0 {
			t.Errorf("%s: void %q, warnings %q", name, void, warn)
		}
	}
}

// A client that has no time left is not taken for a slow server.
func TestRateSaysWhoCouldNotKeepUp(t *testing.T) {
	f := sound()
	f.cell.Load.ThroughputPerS, f.cell.Load.ClientCPURatio = known(6000.0), known(0.99)
	void, _ := judged(f)
	if !strings.Contains(void["rate"], "all that the client can do") {
		t.Errorf("%q", void["rate"])
	}
}

// That a server falls behind is known where nothing else may be why: not where others took its CPU. Where the client was at its end, it was that.
func TestBehindIsOfItselfAlone(t *testing.T) {
	slow := func(f *facts) { f.cell.Load.ThroughputPerS = known(6000.0) }
	for name, tt := range map[string]struct {
		spoil        func(f *facts)
		want, client bool
	}{
		"nothing else":              {func(*facts) {}, true, false},
		"it keeps up":               {func(f *facts) { f.cell.Load.ThroughputPerS = known(10_000.0) }, false, false},
		"others took the CPU":       {func(f *facts) { f.cell.Machine.OthersRatio = known(0.9) }, false, false},
		"the hypervisor did":        {func(f *facts) { f.cell.Machine.StealRatio = known(0.2) }, false, false},
		"replies were lost":         {func(f *facts) { f.cell.Verify.Lost = 1 }, false, false},
		"it was void before":        {func(f *facts) { f.cell.Void = []string{"closing: it hangs"} }, false, false},
		"the client has no CPU":     {func(f *facts) { f.cell.Load.ClientCPURatio = known(0.99) }, true, true},
		"the client is late":        {func(f *facts) { f.cell.Load.LateSendRatio = known(0.6) }, true, true},
		"the client lags":           {func(f *facts) { f.cell.Latency.P50, f.cell.Service.P50 = 6e6, 1e6 }, true, true},
		"the client sends too few":  {func(f *facts) { f.cell.Load.Sent = 19_000 }, true, true},
		"the client, and others":    {func(f *facts) { f.cell.Load.ClientCPURatio, f.cell.Machine.OthersRatio = known(0.99), known(0.9) }, false, false},
		"others, and that is known": {func(f *facts) { f.cell.Machine.OthersRatio, f.noisy = known(0.9), true }, true, false},
	} {
		f := sound()
		slow(f)
		tt.spoil(f)
		m := &measurement{cell: *f.cell, facts: *f}
		m.judge()
		b := m.cell.Load.Behind
		if (b != nil) != tt.want || b != nil && b.Client != tt.client {
			t.Errorf("%s: %+v; void %q", name, b, m.cell.Void)
		}
	}
}

// What is kept by thread is read around the whole load: the window has its share.
func TestWaitsAreTheWindowsShare(t *testing.T) {
	m := &measurement{}
	m.calm.before = probe.Usage{CPU: time.Second, QueueKnown: true}
	m.calm.after = probe.Usage{CPU: 5 * time.Second, QueueKnown: true}
	m.waits(probe.Usage{CPU: 3 * time.Second})
	if c := m.cell.CPU; c.VoluntarySwitches == nil || c.RunQueueNS == nil || len(m.cell.Warnings) > 0 {
		t.Errorf("%+v, warnings %q", c, m.cell.Warnings)
	}
	m = &measurement{}
	m.calm.err = errors.New("it is gone")
	m.waits(probe.Usage{CPU: 3 * time.Second})
	if c := m.cell.CPU; c.VoluntarySwitches != nil || c.RunQueueNS != nil || len(m.cell.Warnings) != 1 {
		t.Errorf("not known: %+v, warnings %q", c, m.cell.Warnings)
	}
}

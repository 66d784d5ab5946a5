package validity

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
)

func known[T any](v T) *T { return &v }

// sound is a repetition that nothing is wrong with: 2 s of an open loop on one CPU a side.
func sound() *Evidence {
	return &Evidence{
		Cell: &record.Cell{
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
		Window: 2 * time.Second, Slot: 2 * time.Second, Loops: 1, ServerCPUs: "0", CPUs: []int{0, 1},
	}
}

// short is one of a second of it, with so many replies in it.
func short(replies float64) *Evidence {
	e := sound()
	e.Window, e.Slot = time.Second, time.Second
	e.Cell.Load.Sent, e.Cell.Load.Received, e.Cell.Load.Expected, e.Cell.Latency.Count = 10_000, 10_000, 10_000, 10_000
	e.Cell.Load.ThroughputPerS = &replies
	return e
}

// soundLoop is one of a closed loop: 100 connections, 20,000/s, so 5 ms each.
func soundLoop() *Evidence {
	e := sound()
	e.Cell.Params.Loop, e.Cell.Params.RatePerS = "closed", 0
	e.Cell.Load.Sent, e.Cell.Load.Received, e.Cell.Load.Expected = 40_000, 40_000, 40_000
	e.Cell.Load.ThroughputPerS, e.Cell.Load.LateSendRatio = known(20_000.0), nil
	e.Cell.Latency = &record.Latency{Count: 40_000, Mean: 5e6}
	e.Cell.Service = e.Cell.Latency
	return e
}

// soundRotation is one of 10 slots of 0.2 s.
func soundRotation() *Evidence {
	e := sound()
	e.Slot = 200 * time.Millisecond
	e.Cell.Rotation = &record.Rotation{}
	for range 10 {
		e.Cell.Rotation.Rounds = append(e.Cell.Rotation.Rounds, record.Round{ThroughputPerS: 10_000, ServerNSPerMessage: 1000})
	}
	return e
}

// working makes a loop one of messages that ask for a millisecond of the server's one CPU, and took that much.
func working(e *Evidence, perS, took float64) {
	e.Cell.Scenario, e.Cell.Params.BlockNS, e.Cell.CPU.ServerNSPerMessage = "work", 1e6, &took
	e.Cell.Load.ThroughputPerS, e.Cell.Load.ServerCPUs, e.Cell.Params.Procs = &perS, 2, 1
	e.Cell.Latency.Mean = float64(e.Cell.Conns) / perS * 1e9 // Little's law
}

// judged is what the checks say, by name.
func judged(e *Evidence) (void, warn map[string]string) {
	void, warn = map[string]string{}, map[string]string{}
	for _, g := range checks {
		v := g.judge(e)
		if len(v.Void) > 0 {
			void[g.name] = strings.Join(v.Void, "; ")
		}
		if len(v.Warnings) > 0 {
			warn[g.name] = strings.Join(v.Warnings, "; ")
		}
	}
	return void, warn
}

func TestSoundRepetitionsPassEveryCheck(t *testing.T) {
	for name, e := range map[string]*Evidence{"open": sound(), "closed": soundLoop(), "rotation": soundRotation()} {
		if void, warn := judged(e); len(void)+len(warn) > 0 {
			t.Errorf("%s: void %v, warnings %v", name, void, warn)
		}
	}
}

// Each check trips on its fault, and no other does.
func TestChecks(t *testing.T) {
	tests := []struct {
		check string
		fault string
		base  func() *Evidence
		spoil func(e *Evidence)
		says  string
	}{
		{"connections", "one is missing", sound, func(e *Evidence) { e.Cell.Load.Established = 99 }, "only 99 of 100"},
		{"errors", "two were reset", sound, func(e *Evidence) { e.Cell.Load.Errors["reset"] = 2 }, "2 connections were reset by the server"},
		{"errors", "idle ones were ended", sound, func(e *Evidence) {
			c := e.Cell
			c.Load.Errors["idle"], c.Load.Errors["unsent"], c.Verify.Lost, e.Idle = 100, 9000, 16, 5003*time.Millisecond
			c.Load.Sent, c.Load.Expected, c.Load.Received, c.Latency.Count = 11_000, 11_000, 11_000, 11_000
			c.Load.ThroughputPerS = known(5500.0)
		}, "the server ends idle connections after 5 s; 100 connections cannot be held: set its keep-alive timeout"},
		{"replies", "lost", sound, func(e *Evidence) { e.Cell.Verify.Lost = 1 }, "1 lost"},
		{"replies", "duplicated", sound, func(e *Evidence) { e.Cell.Verify.Duplicated = 1 }, "1 duplicated"},
		{"replies", "reordered", sound, func(e *Evidence) { e.Cell.Verify.Reordered = 1 }, "1 reordered"},
		{"replies", "corrupted", sound, func(e *Evidence) { e.Cell.Verify.Corrupted = 1 }, "1 corrupted"},
		{"replies", "surplus", sound, func(e *Evidence) { e.Cell.Verify.Surplus = 1 }, "1 surplus"},
		{"silence", "no reply", sound, func(e *Evidence) { e.Cell.Latency, e.Cell.Service = nil, nil }, "no message was answered"},
		{"overflow", "3 took over a minute", sound, func(e *Evidence) { e.Overflow, e.Cell.Latency.Count = 3, 19_997 }, "3 latencies"},
		{"rate", "the server does 6,000/s", sound, func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(6000.0) }, "achieved 6000, the server's capacity"},
		{"rate", "of a second's messages one in five is missing, more from moment to moment", func() *Evidence { return short(8000) }, func(e *Evidence) {
			e.Early = 1500
		}, "achieved 8000, the server's capacity"},
		{"rate", "3% are, steadily", sound, func(e *Evidence) { e.Cell.Load.ThroughputPerS, e.Early = known(9700.0), 525 }, "achieved 9700"},
		{"rate", "slot after slot 3% are missing", soundRotation, func(e *Evidence) {
			for i := range e.Cell.Rotation.Rounds {
				e.Cell.Rotation.Rounds[i].ThroughputPerS = 9700
			}
		}, "achieved 9700"},
		{"rate", "the warm-up left a second's work", sound, func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(15_000.0) }, "left a backlog"},
		{"unsent", "the client sent 2% less", sound, func(e *Evidence) {
			e.Cell.Load.Sent, e.Cell.Load.Expected, e.Cell.Load.Received, e.Cell.Latency.Count = 19_600, 19_600, 19_600, 19_600
			e.Cell.Load.ThroughputPerS = known(9800.0)
		}, "only 19600 of 20000"},
		{"late sends", "most are", sound, func(e *Evidence) { e.Cell.Load.LateSendRatio = known(0.6) }, "60% of the sends"},
		{"late sends", "most are, and the machine is known to be in use", sound, func(e *Evidence) {
			e.Cell.Load.LateSendRatio, e.Noisy = known(0.6), true
		}, "60% of the sends"},
		{"late sends", "half are, nearly", sound, func(e *Evidence) { e.Cell.Load.LateSendRatio = known(0.49) }, "49% of the sends"},
		{"send lag", "0.95 of a millisecond", sound, func(e *Evidence) { e.Cell.Latency.P50, e.Cell.Service.P50 = 1e6, 0.05e6 }, "950µs after it was due"},
		{"send lag", "5 of 6 ms", sound, func(e *Evidence) { e.Cell.Latency.P50, e.Cell.Service.P50 = 6e6, 1e6 }, "5ms after it was due"},
		{"client CPU", "none is left", sound, func(e *Evidence) { e.Cell.Load.ClientCPURatio = known(0.97) }, "0.97 of a CPU"},
		{"Little's law", "latency is half of what it must be", soundLoop, func(e *Evidence) { e.Cell.Latency.Mean = 2.5e6 }, "Little"},
		{"Little's law", "throughput is a quarter too high", soundLoop, func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(25_000.0) }, "Little"},
		{"samples", "replies without a latency", sound, func(e *Evidence) { e.Cell.Latency.Count = 19_000 }, "19000 latencies"},
		{"samples", "sent before due", sound, func(e *Evidence) { e.Cell.Service.Mean = 300e3 }, "a clock is wrong"},
		{"placement", "a thread ran elsewhere", sound, func(e *Evidence) { e.Strays = []string{"thread 7 may run on CPUs 0-1 and last ran on 1"} }, "thread 7"},
		{"shared CPU", "nobody asked for it", sound, func(e *Evidence) { e.Shared = "0" }, "share CPU 0"},
		{"others", "40% of a CPU", sound, func(e *Evidence) { e.Cell.Machine.OthersRatio = known(0.4) }, "40% of a CPU"},
		{"steal", "20% of a CPU", sound, func(e *Evidence) { e.Cell.Machine.StealRatio = known(0.2) }, "hypervisor took 20%"},
		{"work", "two at once on one CPU", soundLoop, func(e *Evidence) {
			working(e, 1500, 0.6e6)
		}, "took 600µs of CPU time, and was to take 1ms: several shared it"},
		{"work", "two at once on one CPU, on a machine that is known to be in use", soundLoop, func(e *Evidence) {
			working(e, 1500, 0.6e6)
			e.Noisy = true
		}, "1.50 s of it were answered for a second, on 1 at once"},
		{"work", "others took a third of the CPU", soundLoop, func(e *Evidence) { working(e, 980, 0.7e6) }, "took 700µs of CPU time, and was to take 1ms: others"},
		{"rounds", "6 of 10 do not count", soundRotation, func(e *Evidence) { e.VoidRounds = slices.Repeat([]string{"not idle"}, 6) }, "6 of 10 rounds"},
		{"rounds", "none counts, for what others took", soundRotation, func(e *Evidence) {
			e.VoidRounds, e.Cell.Latency, e.Cell.Service = slices.Repeat([]string{"others took 90% of a CPU"}, 10), nil, nil
		}, "10 of 10 rounds do not count: others took"},
	}
	tripped := map[string]bool{"pressure": true} // never voids
	for _, tt := range tests {
		e := tt.base()
		tt.spoil(e)
		void, _ := judged(e)
		if !strings.Contains(void[tt.check], tt.says) {
			t.Errorf("%s, %s: says %q, want %q", tt.check, tt.fault, void[tt.check], tt.says)
		}
		delete(void, tt.check)
		if len(void) > 0 {
			t.Errorf("%s, %s: others trip too: %q", tt.check, tt.fault, void)
		}
		tripped[tt.check] = true
	}
	for _, g := range checks {
		if !tripped[g.name] {
			t.Errorf("no fault trips %q", g.name)
		}
	}
}

// What is not bad enough to void is told.
func TestChecksWarn(t *testing.T) {
	tests := []struct {
		check, fault string
		base         func() *Evidence
		change       func(e *Evidence)
	}{
		{"rate", "a stall of 100 ms at an edge", sound, func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(9500.0) }},
		{"rate", "a stall of 200 ms at the end of a second", func() *Evidence { return short(8000) }, func(e *Evidence) { e.Early = 20 }},
		{"rate", "3% are missing, steadily, on a machine that is known to be in use", sound, func(e *Evidence) {
			e.Cell.Load.ThroughputPerS, e.Early, e.Noisy = known(9700.0), 525, true
		}},
		{"rate", "3 of 90 messages, one of them early", sound, func(e *Evidence) {
			e.Window, e.Slot, e.Cell.Params.RatePerS = 300*time.Millisecond, 300*time.Millisecond, 300
			e.Cell.Load.Sent, e.Cell.Load.Expected, e.Cell.Load.Received, e.Cell.Latency.Count = 90, 90, 90, 90
			e.Cell.Load.ThroughputPerS, e.Early = known(290.0), 1
		}},
		{"late sends", "a fifth, on a machine that is known to be in use", sound, func(e *Evidence) {
			e.Cell.Load.LateSendRatio, e.Noisy = known(0.2), true
		}},
		{"work", "others took a third of the CPU, and that is known", soundLoop, func(e *Evidence) {
			working(e, 980, 0.7e6)
			e.Noisy = true
		}},
		{"late sends", "some", sound, func(e *Evidence) { e.Cell.Load.LateSendRatio = known(0.02) }},
		{"late sends", "most of a few", sound, func(e *Evidence) {
			e.Cell.Params.RatePerS, e.Window = 10, 10*time.Second
			e.Cell.Load.Sent, e.Cell.Load.Expected, e.Cell.Load.Received, e.Cell.Latency.Count = 100, 100, 100, 100
			e.Cell.Load.ThroughputPerS, e.Cell.Load.LateSendRatio = known(10.0), known(0.9)
		}},
		{"send lag", "a fifth of the latency", sound, func(e *Evidence) { e.Cell.Latency.Mean, e.Cell.Service.Mean = 1e6, 0.8e6 }},
		{"client CPU", "a closed loop has it busy", soundLoop, func(e *Evidence) { e.Cell.Load.ClientCPURatio = known(1.0) }},
		{"shared CPU", "it was asked for", sound, func(e *Evidence) { e.Shared, e.SharedAsked = "0", true }},
		{"others", "24% of a CPU, of which 6% may be chance", sound, func(e *Evidence) { e.Cell.Machine.OthersRatio = known(0.24) }},
		{"others", "half of a CPU, and that is known", sound, func(e *Evidence) { e.Cell.Machine.OthersRatio, e.Noisy = known(0.5), true }},
		{"others", "half of a CPU, and memory at rest is measured", sound, func(e *Evidence) { e.Cell.Scenario, e.Cell.Machine.OthersRatio = "idle", known(0.5) }},
		{"steal", "5% of a CPU", sound, func(e *Evidence) { e.Cell.Machine.StealRatio = known(0.05) }},
		{"pressure", "somebody waits all the time", sound, func(e *Evidence) { e.Cell.Machine.PressureRatio = known(0.9) }},
		{"rounds", "one of 10", soundRotation, func(e *Evidence) { e.VoidRounds = []string{"not idle"} }},
	}
	for _, tt := range tests {
		e := tt.base()
		tt.change(e)
		void, warn := judged(e)
		if len(void) > 0 {
			t.Errorf("%s, %s: void: %q", tt.check, tt.fault, void)
		}
		if warn[tt.check] == "" || len(warn) != 1 {
			t.Errorf("%s, %s: warnings %q", tt.check, tt.fault, warn)
		}
	}
}

// What looks like a fault and is none.
func TestChecksLetPass(t *testing.T) {
	tests := map[string]func() *Evidence{
		"record.Poisson arrivals are never quite as many as planned": func() *Evidence {
			e := sound()
			e.Cell.Params.Arrivals = record.Poisson
			e.Cell.Load.Sent, e.Cell.Load.Expected, e.Cell.Load.Received, e.Cell.Latency.Count = 19_500, 19_500, 19_500, 19_500
			e.Cell.Load.ThroughputPerS = known(9780.0)
			return e
		},
		"14 ms of messages are under way at the end of a second, and were not at its start": func() *Evidence {
			e := short(9860)
			e.Early = 100
			return e
		},
		"as many wait behind one that blocks for 20 ms": func() *Evidence {
			e := short(9700)
			e.Early, e.Cell.Params.BlockNS = 200, 20e6
			return e
		},
		"timers are late, and messages quick": func() *Evidence {
			e := sound()
			e.Cell.Latency.Mean, e.Cell.Service.Mean = 70e3, 30e3
			return e
		},
		"one slot of ten was stalled": func() *Evidence {
			e := soundRotation()
			e.Cell.Rotation.Rounds[3].ThroughputPerS = 4000
			e.Cell.Load.ThroughputPerS = known(9400.0)
			return e
		},
		"the server's own threads wait for its CPU": func() *Evidence {
			e := sound()
			e.Cell.Machine.PressureRatio, e.Cell.CPU.RunQueueNS = known(0.9), known(int64(1.5e9))
			return e
		},
		"in a short window ticks tell little": func() *Evidence {
			e := sound()
			e.Window, e.Slot = 200*time.Millisecond, 200*time.Millisecond
			e.Cell.Params.RatePerS = 100_000
			e.Cell.Load.ThroughputPerS = known(100_000.0)
			e.Cell.Machine.OthersRatio = known(0.2)
			return e
		},
		"two loops have two CPUs": func() *Evidence {
			e := sound()
			e.Loops, e.Cell.Load.ClientCPURatio = 2, known(1.5)
			return e
		},
		"ten messages a second, one of them over the edge": func() *Evidence {
			e := sound()
			e.Cell.Params.RatePerS = 10
			e.Cell.Load.Sent, e.Cell.Load.Expected, e.Cell.Load.Received, e.Cell.Latency.Count = 20, 20, 20, 20
			e.Cell.Load.ThroughputPerS = known(9.6)
			return e
		},
		"rooms hear more than is said, and Little's law does not know how much": func() *Evidence {
			e := soundLoop()
			e.Cell.Scenario, e.Cell.Params.RoomSize, e.Cell.Latency.Mean = "chat", 10, 2e6
			return e
		},
		"nor in one room of all": func() *Evidence {
			e := soundLoop()
			e.Cell.Scenario, e.Cell.Latency.Mean = "fanout", 2e6
			return e
		},
	}
	for name, e := range tests {
		if void, warn := judged(e()); len(void)+len(warn) > 0 {
			t.Errorf("%s: void %q, warnings %q", name, void, warn)
		}
	}
}

// A client that has no time left is not taken for a slow server.
func TestRateSaysWhoCouldNotKeepUp(t *testing.T) {
	e := sound()
	e.Cell.Load.ThroughputPerS, e.Cell.Load.ClientCPURatio = known(6000.0), known(0.99)
	void, _ := judged(e)
	if !strings.Contains(void["rate"], "all that the client can do") {
		t.Errorf("%q", void["rate"])
	}
}

// That a server falls behind is known where nothing else may be why: not where others took its CPU. Where the client
// was at its end, it was that.
func TestBehindIsOfItselfAlone(t *testing.T) {
	slow := func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(6000.0) }
	for name, tt := range map[string]struct {
		spoil        func(e *Evidence)
		want, client bool
	}{
		"nothing else":              {func(*Evidence) {}, true, false},
		"it keeps up":               {func(e *Evidence) { e.Cell.Load.ThroughputPerS = known(10_000.0) }, false, false},
		"others took the CPU":       {func(e *Evidence) { e.Cell.Machine.OthersRatio = known(0.9) }, false, false},
		"the hypervisor did":        {func(e *Evidence) { e.Cell.Machine.StealRatio = known(0.2) }, false, false},
		"replies were lost":         {func(e *Evidence) { e.Cell.Verify.Lost = 1 }, false, false},
		"it was void before":        {func(e *Evidence) { e.Cell.Void = []string{"closing: it hangs"} }, false, false},
		"the client has no CPU":     {func(e *Evidence) { e.Cell.Load.ClientCPURatio = known(0.99) }, true, true},
		"the client is late":        {func(e *Evidence) { e.Cell.Load.LateSendRatio = known(0.6) }, true, true},
		"the client lags":           {func(e *Evidence) { e.Cell.Latency.P50, e.Cell.Service.P50 = 6e6, 1e6 }, true, true},
		"the client sends too few":  {func(e *Evidence) { e.Cell.Load.Sent = 19_000 }, true, true},
		"the client, and others":    {func(e *Evidence) { e.Cell.Load.ClientCPURatio, e.Cell.Machine.OthersRatio = known(0.99), known(0.9) }, false, false},
		"others, and that is known": {func(e *Evidence) { e.Cell.Machine.OthersRatio, e.Noisy = known(0.9), true }, true, false},
	} {
		e := sound()
		slow(e)
		tt.spoil(e)
		found := Judge(*e)
		b := found.Behind
		if (b != nil) != tt.want || b != nil && b.Client != tt.client {
			t.Errorf("%s: %+v; void %q", name, b, found.Void)
		}
	}
}

// stopped makes a repetition one whose server answered nothing for so long.
func stopped(e *Evidence, d time.Duration) *Evidence {
	e.Cell.Load.LongestSilenceNS = known(d.Nanoseconds())
	e.Cell.Latency.Max = d.Nanoseconds()
	return e
}

// A server that stops is told of, or void for that reason, and for no other that follows from it.
func TestChecksOfAStop(t *testing.T) {
	over := func(e *Evidence) *Evidence { // the window's end: half of the messages came after it
		e.Cell.Load.ThroughputPerS, e.Early = known(5000.0), 9000
		return e
	}
	silentFrom := func(e *Evidence) *Evidence { // before the window, until after it
		e.Cell.Load.ThroughputPerS, e.Cell.Load.Sent, e.Cell.Load.Received, e.Cell.Load.Expected = known(0.0), 100, 100, 100
		e.Cell.Latency = &record.Latency{Count: 100, Mean: 3e9, P50: 3e9, Max: 3e9}
		e.Cell.Service = e.Cell.Latency
		return e
	}
	lost := func(e *Evidence) *Evidence {
		e.Cell.Verify.Lost = 4
		return e
	}
	backlog := sound()
	backlog.Cell.Load.ThroughputPerS, backlog.StoppedBefore, backlog.Early = known(14_000.0), 900*time.Millisecond, 0
	little := soundLoop() // 100 messages waited for 3 s each, over the end of 2 s
	little.Cell.Latency.Mean = 100 * (2 + 2.9) * 1e9 / 40_000
	for _, tt := range []struct {
		name       string
		e          *Evidence
		void, warn string // what is said; "": nothing is
	}{
		{"for 30 ms", stopped(sound(), 30*time.Millisecond), "", ""},
		{"for 300 ms", stopped(sound(), 300*time.Millisecond), "", "nothing was answered for 300 ms"},
		{"for 3 s, closed", stopped(soundLoop(), 3*time.Second), "", "nothing was answered for 3 s"},
		{"for 900 ms, in turn", stopped(soundRotation(), 900*time.Millisecond), "", "nothing was answered for 900 ms"},
		{"over the window's end", over(stopped(sound(), time.Second)), "", "the server stopped for 1 s: that moved 50% of the replies"},
		{"over the end, and fell behind beside", over(stopped(sound(), 500*time.Millisecond)), "the server's capacity", ""},
		{"over the window's end, closed", stopped(little, 3*time.Second), "", "nothing was answered for 3 s"},
		{"before the window", backlog, "", "the server stopped for 900 ms"},
		{"throughout", stopped(silentFrom(soundLoop()), 3*time.Second), "the server stopped for 3 s: no message was answered", ""},
		{"for good", lost(stopped(sound(), 5*time.Second)), "the server stopped for 5 s", ""},
		{"no longer than it blocks", func() *Evidence {
			e := stopped(sound(), 400*time.Millisecond)
			e.Cell.Params.BlockNS = 300e6
			return e
		}(), "", ""},
	} {
		found := Judge(*tt.e)
		void, warn := strings.Join(found.Void, "; "), strings.Join(found.Warnings, "; ")
		if !strings.Contains(void, tt.void) || !strings.Contains(warn, tt.warn) || tt.void == "" && void != "" {
			t.Errorf("%s: void %q, warnings %q; want %q and %q", tt.name, void, warn, tt.void, tt.warn)
		}
	}
}

// A search is judged by where its threads ran and what else did; its load is judged window by window.
func TestChecksOfASearch(t *testing.T) {
	spoiled := func(loop string) Evidence {
		e := sound()
		e.Cell.Params.Loop, e.Cell.Load.Established = loop, 10 // of the last server that was tried
		e.Strays, e.Shared = []string{"thread 7 last ran on 1"}, "0"
		e.Cell.Machine.OthersRatio, e.Cell.Machine.StealRatio = known(0.4), known(0.2)
		return *e
	}
	if v := JudgeSearch(spoiled("search")); len(v.Void) != 2 || len(v.Warnings) != 2 {
		t.Errorf("void %q, warnings %q", v.Void, v.Warnings)
	}
	if v := Judge(spoiled("open")); len(v.Void) < 5 {
		t.Errorf("one that is no search: void %q", v.Void)
	}
}

// A server that falls behind says by how much, and whose end it was.
func TestBehind(t *testing.T) {
	e := sound()
	e.Cell.Load.ThroughputPerS = known(6000.0)
	if b := judgeRate(e).Behind; b == nil || b.OfferedPerS != 10_000 || b.AchievedPerS != 6000 || b.Client {
		t.Errorf("%+v", b)
	}
	e.Cell.Load.ClientCPURatio = known(0.99)
	if b := judgeRate(e).Behind; b == nil || !b.Client {
		t.Errorf("a client at its end: %+v", b)
	}
	if b := judgeRate(sound()).Behind; b != nil {
		t.Errorf("one that keeps up: %+v", b)
	}
}

// Under a quota it may be that nobody took the CPU.
func TestQuotaIsNamedBesideOthers(t *testing.T) {
	e := Evidence{Cell: &record.Cell{Scenario: "echo"}, Quota: "a quota of 0.5 CPUs"}
	if v := strings.Join(e.disturbed("others took %d", 7).Void, ""); v != "others took 7; or nobody did: a quota of 0.5 CPUs" {
		t.Errorf("%q", v)
	}
}

package figure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// withParts is cells of idle servers whose memory is split up: leak more bytes a connection in live objects, with noise of
// so many bytes.
func withParts(model string, leak, noise float64) (cells []record.Cell) {
	random := rand.New(rand.NewPCG(uint64(leak), 11))
	for rep := 1; rep <= 3; rep++ {
		for _, n := range []int{1000, 5000, 10000} {
			c := record.Cell{
				Schema: record.Schema, Model: model, Scenario: "idle", Conns: n, Rep: rep, Seed: uint64(rep), Valid: true,
				Params: record.Params{Loop: "open", RatePerS: 5, PayloadBytes: 128, Pipeline: 1}, Load: record.Load{Established: n, Errors: map[string]int64{}},
			}
			grown := int64((108+leak)*float64(n) + noise*random.NormFloat64())
			c.Memory.Moments = []record.Moment{moment(0, 0), moment(grown, int64(n)), moment(grown+500_000, int64(n)), moment(300_000, 0)}
			for i, name := range []string{"empty", "idle", "rested", "closed"} {
				c.Memory.Moments[i].Name = name
			}
			anon, empty := *c.Memory.Moments[1].Anon, *c.Memory.Moments[0].Anon
			c.Memory.Anon, c.Memory.EmptyAnon = &anon, &empty
			c.Memory.Returned = []record.Returned{{AfterNS: 1e8, RSS: anon, Anon: anon}, {AfterNS: 1e9, RSS: anon, Anon: anon - 1000}, {AfterNS: 3e9, RSS: anon, Anon: anon - 2000}}
			cells = append(cells, c)
		}
	}
	return cells
}

// moment is one at which live objects are so many bytes and so many connections are open.
func moment(live, conns int64) record.Moment {
	m := record.Moment{
		HeapLive: recordtest.Ptr(int64(500_000) + live), HeapUnused: recordtest.Ptr(int64(260_000)), Stacks: recordtest.Ptr(int64(393_216)), Runtime: recordtest.Ptr(int64(330_000)),
		Program: recordtest.Ptr(int64(280_000)), Rest: recordtest.Ptr(int64(0)),
		Sockets: recordtest.Ptr(3216 * conns), Files: recordtest.Ptr(400 * conns), Epoll: recordtest.Ptr(208 * conns), PageTables: recordtest.Ptr(int64(180_000)), Buffers: recordtest.Ptr(int64(0)),
	}
	m.Anon = recordtest.Ptr(int64(1_763_216) + live)
	m.Kernel = recordtest.Ptr(3850*conns + 360_000)
	return m
}

// The parts are the whole, of user and of kernel memory.
func TestPartsAddUp(t *testing.T) {
	for _, c := range withParts("reactor", 0, 1e5) {
		for moment, parts := range map[string][]figure.Part{"idle": figure.UserParts, "closed": figure.UserParts, "rested": figure.KernelParts} {
			var sum float64
			for _, p := range parts {
				v, known := p.Total(moment)(&c)
				if !known {
					t.Fatalf("%s is not known at %s", p.Name, moment)
				}
				sum += v
			}
			at := c.Memory.At(moment)
			whole := at.Anon
			if parts[0].Kernel {
				whole = at.Kernel
			}
			if sum != float64(*whole) {
				t.Errorf("%s: the parts are %.0f bytes and the whole %d", moment, sum, *whole)
			}
		}
	}
}

// What is not known is not 0, and neither is what is left beside it.
func TestUnknownParts(t *testing.T) {
	c := withParts("reactor", 0, 0)[0]
	idle := c.Memory.At("idle")
	idle.Sockets, idle.Stacks = nil, nil
	for _, p := range slices.Concat(figure.UserParts, figure.KernelParts) {
		_, known := p.Total("idle")(&c)
		if want := p.Name != "sockets" && p.Name != "stacks" && p.Name != "other_kernel"; known != want {
			t.Errorf("%s: known %v, want %v", p.Name, known, want)
		}
		if _, known := p.Total("never")(&c); known {
			t.Errorf("%s is known of a moment that never was", p.Name)
		}
	}
	if v, known := figure.StillHeld(1.5e9)(&c); !known || v != float64(*c.Memory.Anon-1000) {
		t.Errorf("still held within 1.5 s: %v, %v", v, known)
	}
	if _, known := figure.StillHeld(1e6)(&c); known {
		t.Error("nobody looked within a millisecond")
	}
}

// A model that holds 100 bytes a connection more than another is told apart from it by its slope, and one that is the same
// is not, although some 60 KB come and go by chance, more than is seen of a real server.
func TestSlopeSeesALeak(t *testing.T) {
	slope := func(cells []record.Cell) stats.Interval {
		t.Helper()
		s, ok := figure.SlopeInterval(figure.Summarise(cells), figure.AnonAt("idle"))
		if !ok {
			t.Fatal("no slope")
		}
		return s
	}
	const noise = 60_000
	base, leaky := slope(withParts("reactor", 0, noise)), slope(withParts("reactor", 100, noise))
	if leaky.Low <= base.High {
		t.Errorf("a leak of 100 bytes a connection is not seen: %.0f to %.0f, and without it %.0f to %.0f", leaky.Low, leaky.High, base.Low, base.High)
	}
	if off := leaky.Mid - base.Mid; off < 50 || off > 150 {
		t.Errorf("the leak is %.0f bytes, want about 100", off)
	}
	if base.Low > 108 || base.High < 108 || base.N != 9 {
		t.Errorf("the slope is 108, not in %+v", base)
	}
	other := slope(withParts("reactor", 1, noise)) // other noise
	if other.Low > base.High || base.Low > other.High {
		t.Errorf("two that are the same are told apart: %+v and %+v", base, other)
	}
}

// The interval of a textbook, weighted: w = 1, ¼, 1/9, 1/16, 1/25, so that x̄ = 1.5601 and Σw(x - x̄)² = 1.4378; t(3) = 3.18245.
func TestSlopeInterval(t *testing.T) {
	var cells []record.Cell
	for i, off := range []float64{1, -2, 1, 0, 0} {
		cells = append(cells, record.Cell{Model: "m", Scenario: "idle", Conns: i + 1, Rep: 1, Valid: true, Memory: record.Memory{Anon: recordtest.Ptr(int64(1000*(i+1)) + int64(100*off))}})
	}
	s, ok := figure.SlopeInterval(figure.Summarise(cells), figure.Anon)
	// By hand, with ȳ as x̄: slope = Σw(x - x̄)(y - ȳ)/Σw(x - x̄)² = 956.8770; s² = Σw·r²/3 = 5295.23; t·s/√1.4378 = 193.129.
	if !ok || math.Abs(s.Mid-956.8770) > 1e-3 || math.Abs(s.High-1150.006) > 0.01 || math.Abs(s.Low-763.748) > 0.01 {
		t.Errorf("%+v", s)
	}
	if s, ok := figure.SlopeInterval(figure.Summarise(cells[:2]), figure.Anon); !ok || !math.IsNaN(s.Low) || s.N != 2 {
		t.Errorf("two points leave the interval open: %+v, %v", s, ok)
	}
	if _, ok := figure.SlopeInterval(figure.Summarise(cells[:1]), figure.Anon); ok {
		t.Error("a slope through one point")
	}
}

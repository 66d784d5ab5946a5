package results

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// nature is what a made-up model is like.
type nature struct {
	model           string
	user, kernel    float64 // bytes a connection
	cpu             float64 // ns a message
	middle, slowest float64 // latency: the median in ns, and how much longer the tail is
}

var natures = []nature{
	{"goroutine", 4100, 2560, 6900, 62e3, 1.9},
	{"pool", 240, 2816, 9400, 95e3, 2.6},
	{"reactor", 228, 2560, 5100, 48e3, 1.4},
	{"callback", 252, 2560, 5900, 55e3, 1.6},
	{"floor", 64, 2560, 4700, 45e3, 1.3},
}

// synthetic is a run made in code: every model at 100, 1,000 and 10,000 connections, three repetitions, three
// scenarios. In echo, pool at 10,000 has one void repetition and callback has nothing but void ones; chat knows no kernel memory.
// The cells are the caller's to change, what they point at is not.
func synthetic(t testing.TB) (*Run, []Cell) {
	t.Helper()
	run, cells := made()
	copied := *run
	return &copied, slices.Clone(cells)
}

var made = sync.OnceValues(makeUp)

func makeUp() (*Run, []Cell) {
	virtual := true
	ended := time.Date(2025, 3, 14, 9, 40, 0, 0, time.UTC)
	run := &Run{
		Schema: Schema, Name: "synthetic", Started: ended.Add(-9 * time.Minute), Ended: &ended,
		Command: []string{"cbench", "run", "--model=all"},
		Environment: Environment{
			CPUModel: "AMD EPYC 7B13", Cores: 2, MemoryBytes: 8 << 30, Kernel: "6.1.0-18-amd64", Distro: "Debian 12",
			Virtualised: &virtual, NofileSoft: 20000, NofileHard: 20000, Sysctls: map[string]string{"net.core.somaxconn": "4096"},
			GoVersion: "go1.26.0", BuildCommit: "0123abc", ServerCPUs: "0", ClientCPUs: "1",
		},
	}
	var cells []Cell
	for _, scenario := range []string{"echo", "chat", "idle"} {
		params := Params{PayloadBytes: 128, Loop: "open", RatePerS: 20000, Pipeline: 1, DurationNS: 3e9, WarmupNS: 1e9, Procs: 1}
		switch scenario {
		case "chat":
			params.RoomSize, params.RatePerS = 10, 2000
		case "idle":
			params.RatePerS = 5
		}
		for rep := 1; rep <= 3; rep++ {
			for _, n := range []int{100, 1000, 10000} {
				for _, like := range natures {
					if like.model == "floor" && scenario == "chat" {
						continue
					}
					p := Planned{Order: len(cells) + 1, Model: like.model, Scenario: scenario, Conns: n, Rep: rep, Seed: uint64(rep), Params: params}
					run.Plan = append(run.Plan, p)
					cells = append(cells, like.cell(p))
				}
			}
		}
	}
	return run, cells
}

// cell makes the figures of one repetition up.
func (like nature) cell(p Planned) Cell {
	noise := rand.New(rand.NewPCG(uint64(p.Order), 7))
	vary := func(v, by float64) float64 { return v * (1 + by*(noise.Float64()-0.5)) }
	n := float64(p.Conns)
	c := Cell{
		Schema: Schema, Model: p.Model, Scenario: p.Scenario, Conns: p.Conns, Rep: p.Rep, Order: p.Order, Seed: p.Seed,
		Params: p.Params, Valid: true, Void: []string{}, Warnings: []string{},
	}
	received := int64(p.Params.RatePerS * 3 * float64(max(p.Params.RoomSize, 1)))
	h := hdrhistogram.New(1, 60e9, 3)
	middle := like.middle * (1 + n/20000)
	for range min(received, 5000) {
		v := middle * math.Exp(0.35*noise.NormFloat64())
		if noise.Float64() < 0.01 {
			v *= like.slowest * (1 + 4*noise.ExpFloat64())
		}
		if err := h.RecordValue(int64(v)); err != nil {
			panic(err)
		}
	}
	c.Latency = NewLatency(h)
	service := *c.Latency
	c.Service = &service
	c.Load = Load{
		Established: p.Conns, Sent: int64(p.Params.RatePerS * 3), Received: received, Expected: received,
		ThroughputPerS: ptr(vary(float64(received)/3, 0.01)), Errors: map[string]int64{},
	}
	empty, grown := 3.2e6, vary(like.user*n, 0.06)
	c.Memory.EmptyAnon, c.Memory.Anon = ptr(int64(empty)), ptr(int64(empty+grown))
	c.Memory.UserPerConn = ptr(grown / n)
	if p.Scenario != "chat" {
		kernel := vary(like.kernel*n, 0.03)
		c.Memory.Kernel, c.Memory.EmptyKernel = ptr(int64(2e6+kernel)), ptr(int64(2e6))
		c.Memory.KernelPerConn = ptr(kernel / n)
	}
	c.CPU.ServerNSPerMessage = ptr(vary(like.cpu*(1+0.1*math.Log10(n/100)), 0.08))
	like.spoil(&c)
	return c
}

// spoil makes the void repetitions void.
func (like nature) spoil(c *Cell) {
	switch {
	case c.Scenario != "echo" || c.Conns != 10000:
	case c.Model == "pool" && c.Rep == 2:
		c.Valid, c.Void = false, []string{"12 replies lost"}
		c.CPU.ServerNSPerMessage = ptr(*c.CPU.ServerNSPerMessage * 1.7)
		c.Latency.P99 *= 3
	case c.Model == "callback":
		c.Valid, c.Void = false, []string{"server exited: signal: killed"}
		c.Load.Errors["closed"] = 10000
		c.CPU.ServerNSPerMessage = nil
	}
}

func ptr[T any](v T) *T { return &v }

// write puts a run into a directory of its own.
func write(t testing.TB, run *Run, cells []Cell) string {
	t.Helper()
	dir := t.TempDir()
	if err := WriteRun(dir, run); err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for i := range cells {
		line, err := encodeCell(&cells[i])
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line...)
	}
	if err := os.WriteFile(filepath.Join(dir, CellsFile), lines, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

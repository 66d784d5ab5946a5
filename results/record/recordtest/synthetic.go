package recordtest

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

	"cbench/results/record"
)

// nature is what a made-up model is like.
type Nature struct {
	Model           string
	User, Kernel    float64 // bytes a connection
	CPU             float64 // ns a message
	Middle, Slowest float64 // latency: the median in ns, and how much longer the tail is
}

var Natures = []Nature{
	{"goroutine", 4100, 2560, 6900, 62e3, 1.9},
	{"pool", 240, 2816, 9400, 95e3, 2.6},
	{"reactor", 228, 2560, 5100, 48e3, 1.4},
	{"callback", 252, 2560, 5900, 55e3, 1.6},
	{"floor", 64, 2560, 4700, 45e3, 1.3},
}

// synthetic is a run made in code: every model at 100, 1,000 and 10,000 connections, three repetitions, three
// scenarios. In echo, pool at 10,000 has one void repetition and callback has nothing but void ones; chat knows no kernel memory.
// The cells are the caller's to change, what they point at is not.
func Synthetic(t testing.TB) (*record.Run, []record.Cell) {
	t.Helper()
	run, cells := made()
	copied := *run
	return &copied, slices.Clone(cells)
}

var made = sync.OnceValues(makeUp)

func makeUp() (*record.Run, []record.Cell) {
	virtual := true
	ended := time.Date(2025, 3, 14, 9, 40, 0, 0, time.UTC)
	run := &record.Run{
		Schema: record.Schema, Name: "synthetic", Started: ended.Add(-9 * time.Minute), Ended: &ended,
		Command: []string{"cbench", "run", "--model=all"},
		Environment: record.Environment{
			CPUModel: "AMD EPYC 7B13", Cores: 2, MemoryBytes: 8 << 30, Kernel: "6.1.0-18-amd64", Distro: "Debian 12",
			Virtualised: &virtual, NofileSoft: 20000, NofileHard: 20000, Sysctls: map[string]string{"net.core.somaxconn": "4096"},
			GoVersion: "go1.26.0", BuildCommit: new("0123abc"), ServerCPUs: "0", ClientCPUs: "1",
		},
	}
	var cells []record.Cell
	for _, scenario := range []string{"echo", "chat", "idle"} {
		params := record.Params{PayloadBytes: 128, Loop: "open", RatePerS: 20000, Pipeline: 1, DurationNS: 3e9, WarmupNS: 1e9, Procs: 1}
		switch scenario {
		case "chat":
			params.RoomSize, params.RatePerS = 10, 2000
		case "idle":
			params.RatePerS = 5
		}
		for rep := 1; rep <= 3; rep++ {
			for _, n := range []int{100, 1000, 10000} {
				for _, like := range Natures {
					if like.Model == "floor" && scenario == "chat" {
						continue
					}
					p := record.Planned{Order: len(cells) + 1, Model: like.Model, Scenario: scenario, Conns: n, Rep: rep, Seed: uint64(rep), Params: params}
					run.Plan = append(run.Plan, p)
					cells = append(cells, like.Cell(p))
				}
			}
		}
	}
	return run, cells
}

// cell makes the figures of one repetition up.
func (like Nature) Cell(p record.Planned) record.Cell {
	noise := rand.New(rand.NewPCG(uint64(p.Order), 7))
	vary := func(v, by float64) float64 { return v * (1 + by*(noise.Float64()-0.5)) }
	n := float64(p.Conns)
	c := record.Cell{
		Schema: record.Schema, Model: p.Model, Scenario: p.Scenario, Conns: p.Conns, Rep: p.Rep, Order: p.Order, Seed: p.Seed,
		Params: p.Params, Valid: true, Void: []string{}, Warnings: []string{},
	}
	received := int64(p.Params.RatePerS * 3 * float64(max(p.Params.RoomSize, 1)))
	h := hdrhistogram.New(1, 60e9, 3)
	middle := like.Middle * (1 + n/20000)
	for range min(received, 5000) {
		v := middle * math.Exp(0.35*noise.NormFloat64())
		if noise.Float64() < 0.01 {
			v *= like.Slowest * (1 + 4*noise.ExpFloat64())
		}
		if err := h.RecordValue(int64(v)); err != nil {
			panic(err)
		}
	}
	c.Latency = record.NewLatency(h)
	service := *c.Latency
	c.Service = &service
	c.Load = record.Load{
		Established: p.Conns, Sent: int64(p.Params.RatePerS * 3), Received: received, Expected: received,
		ThroughputPerS: Ptr(vary(float64(received)/3, 0.01)), Errors: map[string]int64{},
	}
	empty, grown := 3.2e6, vary(like.User*n, 0.06)
	c.Memory.EmptyAnon, c.Memory.Anon = Ptr(int64(empty)), Ptr(int64(empty+grown))
	c.Memory.UserPerConn = Ptr(grown / n)
	if p.Scenario != "chat" {
		kernel := vary(like.Kernel*n, 0.03)
		c.Memory.Kernel, c.Memory.EmptyKernel = Ptr(int64(2e6+kernel)), Ptr(int64(2e6))
		c.Memory.KernelPerConn = Ptr(kernel / n)
	}
	c.CPU.ServerNSPerMessage = Ptr(vary(like.CPU*(1+0.1*math.Log10(n/100)), 0.08))
	like.spoil(&c)
	return c
}

// spoil makes the void repetitions void.
func (like Nature) spoil(c *record.Cell) {
	switch {
	case c.Scenario != "echo" || c.Conns != 10000:
	case c.Model == "pool" && c.Rep == 2:
		c.Valid, c.Void = false, []string{"12 replies lost"}
		c.CPU.ServerNSPerMessage = Ptr(*c.CPU.ServerNSPerMessage * 1.7)
		c.Latency.P99 *= 3
	case c.Model == "callback":
		c.Valid, c.Void = false, []string{"server exited: signal: killed"}
		c.Load.Errors["closed"] = 10000
		c.CPU.ServerNSPerMessage = nil
	}
}

func Ptr[T any](v T) *T { return &v }

// write puts a run into a directory of its own.
func Write(t testing.TB, run *record.Run, cells []record.Cell) string {
	t.Helper()
	dir := t.TempDir()
	if err := record.WriteRun(dir, run); err != nil {
		t.Fatal(err)
	}
	var lines []byte
	for i := range cells {
		line, err := record.EncodeCell(&cells[i])
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line...)
	}
	if err := os.WriteFile(filepath.Join(dir, record.CellsFile), lines, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

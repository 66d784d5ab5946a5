package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/results/question"
	"cbench/results/record"
)

// hostile is a model's name that would be mark-up, an attribute, a script and the end of one.
const hostile = "x\"'`<b>&</b></script><script>alert(1)</script>"

// nature is what a made-up model is like.
type nature struct {
	model        string
	twin         string
	user, kernel float64 // bytes a connection
	cpu, p50     float64 // ns
	holds        float64 // messages/s
	stalls       bool
}

var natures = []nature{
	{"goroutine", "", 3950, 3870, 9000, 62e3, 90e3, false},
	{"pool", "", 180, 3870, 7800, 95e3, 105e3, false},
	{"reactor", "", 110, 3870, 6500, 48e3, 131e3, false},
	{"thread", "", 9000, 12000, 8100, 50e3, 80e3, false},
	{"floor", "", 40, 3870, 6400, 45e3, 133e3, false},
	{"reactor-twin", "reactor", 110, 3870, 6500, 48e3, 131e3, false},
	{hostile, "", 900, 3870, 8000, 60e3, 40e3, true},
}

// made is a run made in code that has everything a page can show, voids and stalls included. It is not to be changed.
func made(t testing.TB) *question.Answers {
	t.Helper()
	run, cells := makeOnce()
	return question.Of(run, cells, []string{"cells.jsonl:9: left <out>"})
}

var makeOnce = sync.OnceValues(makeUp)

func makeUp() (*record.Run, []record.Cell) {
	started := time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)
	ended := started.Add(9 * time.Minute)
	virtual := true
	var cells []record.Cell
	run := &record.Run{
		Schema: record.Schema, Name: "made <up>", Started: started, Ended: &ended,
		Command: []string{"cbench", "run", "--cmd=./it's {addr}", "--suite=default"},
		Environment: record.Environment{CPUModel: "AMD EPYC", Cores: 2, MemoryBytes: 8 << 30, Kernel: "6.18", GoVersion: "go1.26",
			Virtualised: &virtual, ServerCPUs: "0", ClientCPUs: "1", Sysctls: map[string]string{"net.core.somaxconn": "4096"}},
		Servers: map[string]string{hostile: "./it's {addr} </script>"},
	}
	add := func(like nature, scenario string, p record.Params, n, reps int) {
		for rep := 1; rep <= reps; rep++ {
			cells = append(cells, like.cell(scenario, p, n, rep))
		}
	}
	for _, like := range natures {
		for _, n := range []int{100, 1000, 10_000} {
			add(like, "echo", record.Params{Loop: "closed", PayloadBytes: 128, Pipeline: 1, Procs: 1, Rotation: "all", Rounds: 12}, n, 3)
			add(like, "echo", record.Params{Loop: "open", RatePerS: 20_000, PayloadBytes: 128, Pipeline: 1, Procs: 1}, n, 6)
			add(like, "idle", record.Params{Loop: "open", RatePerS: 10, PayloadBytes: 128, Pipeline: 1, Procs: 1}, n, 1)
		}
		add(like, "echo", record.Params{Loop: "search", Search: "rate", SLO: "p99<5ms", PayloadBytes: 128, Pipeline: 1, Procs: 1}, 1000, 1)
	}
	return run, cells
}

// cell makes one repetition up.
func (like nature) cell(scenario string, p record.Params, n, rep int) record.Cell {
	noise := rand.New(rand.NewPCG(uint64(n*100+rep), uint64(len(like.model))))
	vary := func(v, by float64) float64 { return v * (1 + by*(noise.Float64()-0.5)) }
	c := record.Cell{Schema: record.Schema, Model: like.model, Scenario: scenario, Conns: n, Rep: rep, Seed: uint64(rep), Params: p, Valid: true}
	received := int64(40_000)
	c.Load = record.Load{Established: n, Sent: received, Received: received, Expected: received, ThroughputPerS: ptr(vary(20_000, 0.01)),
		ClientCPURatio: ptr(0.7), ServerCPURatio: ptr(0.4), LateSendRatio: ptr(0.001)}
	c.Latency = like.latency(noise, n)
	service := *c.Latency
	service.P99 = service.P50 * 3
	c.Service = &service
	c.Fairness.Jain = ptr(0.999)
	like.memory(&c, noise)
	cpu := vary(like.cpu*(1+0.1*math.Log10(float64(n)/100)), 0.02)
	c.CPU.ServerNSPerMessage = &cpu
	c.CPU.ServerNS = whole(cpu * float64(received))
	c.CPU.UserNS, c.CPU.SystemNS = whole(cpu*0.3*float64(received)), whole(cpu*0.7*float64(received))
	switch {
	case p.Loop == "search":
		c.Search = like.search(n)
	case p.Rotation != "":
		c.Rotation = like.rotation(c, noise)
	case like.model == "pool" && n == 10_000 && rep == 2 && p.RatePerS > 100:
		c.Valid, c.Void = false, []string{"12 replies lost </td>"}
	case like.model == "goroutine" && rep == 1:
		c.Warnings = []string{"2% of the sends were over 1 ms late: <the tail>"}
		c.Diagnosis = &record.Diagnosis{Tool: "perf", Messages: received, Syscalls: map[string]float64{"read": 1.01, "write": 1}}
	}
	return c
}

func (like nature) latency(noise *rand.Rand, n int) *record.Latency {
	h := hdrhistogram.New(1, 60e9, 3)
	for i := range 2000 {
		v := like.p50 * (1 + float64(n)/20_000) * math.Exp(0.35*noise.NormFloat64())
		if like.stalls && i%50 == 0 {
			v = 300e6 * noise.Float64()
		}
		if err := h.RecordValue(int64(v)); err != nil {
			panic(err)
		}
	}
	return record.NewLatency(h)
}

func (like nature) memory(c *record.Cell, noise *rand.Rand) {
	n := float64(c.Conns)
	user, kernel := like.user*n*(1+0.02*noise.Float64()), like.kernel*n
	c.Memory = record.Memory{
		EmptyAnon: whole(2e6), Anon: whole(2e6 + user), UserPerConn: ptr(user / n), EmptyKernel: whole(1e6), Kernel: whole(1e6 + kernel),
		KernelPerConn: ptr(kernel / n), EmptyRSS: whole(14e6), RSS: whole(14e6 + user), AfterCloseRSS: whole(14e6 + user),
		Returned: []record.Returned{{AfterNS: 1e8, RSS: int64(14e6 + user)}, {AfterNS: 1e9, RSS: 15e6}},
		Moments: []record.Moment{
			{Name: "empty", Stacks: whole(3e5), HeapLive: whole(2e5), HeapUnused: whole(1e5), Runtime: whole(1e6), Rest: whole(4e5), Kernel: whole(1e6)},
			{Name: "idle", Stacks: whole(3e5 + user*0.6), HeapLive: whole(2e5 + user*0.3), HeapUnused: whole(1e5 + user*0.05), Runtime: whole(1e6 + user*0.05),
				Rest: whole(4e5), Kernel: whole(1e6 + kernel), Sockets: whole(kernel * 0.6), Files: whole(kernel * 0.2), Epoll: whole(kernel * 0.1)},
		},
	}
}

// rotation is rounds whose luck is the rounds' own, so that pairs cancel it.
func (like nature) rotation(c record.Cell, own *rand.Rand) *record.Rotation {
	r := &record.Rotation{ID: fmt.Sprintf("%d-%d", c.Conns, c.Rep), TwinOf: like.twin}
	for i := range c.Params.Rounds {
		shared := rand.New(rand.NewPCG(uint64(i), uint64(c.Rep)))
		luck := (1 + 0.2*shared.Float64()) * (1 + 0.01*own.NormFloat64())
		r.Rounds = append(r.Rounds, record.Round{ServerNSPerMessage: like.cpu * luck, LoadNSPerMessage: 5000, ThroughputPerS: 1e9 / like.cpu / luck,
			P50: int64(like.p50 * luck), P99: int64(3 * like.p50 * luck), Count: 4000})
	}
	return r
}

// search is a server that queues as an M/D/1 one.
func (like nature) search(n int) *record.Search {
	s := &record.Search{Found: &like.holds, Low: ptr(0.97 * like.holds), High: ptr(1.03 * like.holds), Bound: "server", Why: "p99 was 7.1ms"}
	if like.model == "floor" || like.model == "reactor" {
		s.Bound = "client"
	}
	for _, share := range []float64{0.25, 0.5, 0.75, 0.9, 1, 1.1} {
		wait := 1 + share/2/math.Max(0.02, 1-share)
		w := record.Window{Share: share, RatePerS: share * like.holds, Conns: n, ThroughputPerS: share * like.holds, P50: int64(like.p50 * wait),
			P99: int64(3 * like.p50 * wait), Count: 5000, Held: share <= 1}
		s.Curve = append(s.Curve, w)
	}
	return s
}

func whole(v float64) *int64 {
	n := int64(v)
	return &n
}

func ptr[T any](v T) *T { return &v }

package compare_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

var othersMade = []struct {
	recordtest.Nature
	record.Original
}{
	{recordtest.Nature{Model: "twisted", User: 9000, Kernel: 2600, CPU: 80e3, Middle: 150e3, Slowest: 3}, record.Original{Of: "callback", Language: "CPython"}},
	{recordtest.Nature{Model: "tornado", User: 12000, Kernel: 2600, CPU: 110e3, Middle: 200e3, Slowest: 3}, record.Original{Of: "reactor", Language: "CPython"}},
	{recordtest.Nature{Model: "uvloop", User: 7000, Kernel: 2600, CPU: 40e3, Middle: 90e3, Slowest: 2}, record.Original{Of: "reactor", Language: "CPython"}},
	{recordtest.Nature{Model: "node", User: 5000, Kernel: 2600, CPU: 21e3, Middle: 80e3, Slowest: 2}, record.Original{Of: "reactor", Language: "JavaScript (V8)"}},
	{recordtest.Nature{Model: "gnet", User: 900, Kernel: 2600, CPU: 7600, Middle: 50e3, Slowest: 1.4}, record.Original{Of: "reactor", Language: "Go"}},
	{recordtest.Nature{Model: "nbio", User: 1200, Kernel: 2600, CPU: 7000, Middle: 50e3, Slowest: 1.4}, record.Original{Of: "reactor", Language: "Go"}},
	{recordtest.Nature{Model: "alone", User: 1200, Kernel: 2600, CPU: 7000, Middle: 50e3, Slowest: 1.4}, record.Original{Of: "", Language: "CPython"}},
}

// besideOurs is a run of ours and of servers of other makes: echo in a closed and an open loop, idle, and blocking; uvloop
// is void where others block, and gevent was to run and did not.
func besideOurs(t testing.TB) (*record.Run, []record.Cell) {
	t.Helper()
	return besideOursWith(t, "blocking")
}

// besideOursWith is that, with bystanders in a scenario of that name.
func besideOursWith(t testing.TB, blocks string) (*record.Run, []record.Cell) {
	t.Helper()
	run, _ := recordtest.Synthetic(t)
	run.Plan = nil
	run.Servers, run.Versions = map[string]string{}, map[string]string{"twisted": "twisted 22.4.0 CPython 3.11.2"}
	run.Originals = map[string]record.Original{"gevent": {Of: "coroutine", Language: "CPython"}}
	all := recordtest.Natures
	for _, o := range othersMade {
		run.Servers[o.Model], run.Originals[o.Model] = "server {addr}", o.Original
		all = append(all[:len(all):len(all)], o.Nature)
	}
	base := record.Params{PayloadBytes: 128, Loop: "open", RatePerS: 2000, Pipeline: 1}
	closed, idle, blocking := base, base, base
	closed.Loop = "closed"
	idle.RatePerS = 10
	blocking.How, blocking.Share, blocking.BlockNS = "inline", 0.01, 20e6
	var cells []record.Cell
	add := func(scenario string, p record.Params, conns ...int) {
		for rep := 1; rep <= 4; rep++ {
			for _, n := range conns {
				for _, like := range all {
					c := like.Cell(record.Planned{Order: len(cells) + 1, Model: like.Model, Scenario: scenario, Conns: n, Rep: rep, Seed: uint64(rep), Params: p})
					if p.Loop == "closed" {
						c.Valid, c.Void = true, nil // of spoil
						c.CPU.ServerNSPerMessage = recordtest.Ptr(like.CPU * (1 + 0.01*float64(rep)))
						c.Params.RatePerS = 0
					}
					if scenario == blocks && like.Model == "uvloop" {
						c.Valid, c.Void = false, []string{"it could not keep up"}
					}
					cells = append(cells, c)
				}
			}
		}
	}
	add("echo", closed, 100, 1000, 10000)
	add("echo", base, 1000)
	add("idle", idle, 1000, 10000)
	add(blocks, blocking, 100)
	return run, cells
}

func TestOriginalsOf(t *testing.T) {
	run, cells := besideOurs(t)
	o := compare.EvidenceOf(cells).Originals(run)
	if o == nil || len(o.Tables) != 1 || o.Tables[0].Name != "lines" {
		t.Fatalf("%+v", o)
	}
	table := &o.Tables[0]
	var names []string
	for _, p := range table.Pairs {
		names = append(names, p.Original)
	}
	if got := strings.Join(names, " "); got != "tornado uvloop node gnet nbio twisted" {
		t.Errorf("pairs %q", got)
	}
	for _, tt := range []struct {
		key, scenario, loop string
		conns               int
		ours, original      float64 // of twisted; 0: not asked
	}{
		{"cpu", "echo", "closed", 1000, 5900 * 1.025, 80e3 * 1.025},
		{"p99", "echo", "open", 1000, 0, 0},
		{"user", "idle", "open", 0, 252, 9000},
		{"stall", "blocking", "open", 100, 0, 0},
	} {
		at, ok := table.Column(tt.key)
		if !ok {
			t.Errorf("no %s", tt.key)
			continue
		}
		c, f := table.Columns[at], table.Pairs[5].Figures[at]
		if c.Setting.Scenario != tt.scenario || c.Setting.Params.Loop != tt.loop || c.Conns != tt.conns {
			t.Errorf("%s: of %s, %s, N = %d", tt.key, c.Setting.Scenario, c.Setting.Params.Loop, c.Conns)
		}
		if tt.ours > 0 && (math.Abs(f.Ours.Mid/tt.ours-1) > 0.1 || math.Abs(f.Original.Mid/tt.original-1) > 0.1) {
			t.Errorf("%s: %v and %v", tt.key, f.Ours.Mid, f.Original.Mid)
		}
	}
	cpu, _ := table.Column("cpu")
	if r := table.Pairs[5].Figures[cpu].Ratio; r == nil || r.Base != "callback" || r.Other != "twisted" || r.Verdict != compare.More || math.Abs(r.Ratio.Mid-80/5.9) > 0.1 {
		t.Errorf("twisted over callback: %+v", r)
	}
	stall, _ := table.Column("stall")
	if s := table.Pairs[1].Figures[stall].Original; s.N != 0 || s.Void != "it could not keep up" {
		t.Errorf("a void side: %+v", s)
	}
}

// A stall over HTTP stands in the table of HTTP.
func TestOriginalsOfHTTP(t *testing.T) {
	o := originalsOf(besideOursWith(t, "http-blocking"))
	if o == nil || len(o.Tables) != 2 || o.Tables[1].Name != "HTTP" {
		t.Fatalf("%+v", o)
	}
	if _, ok := o.Tables[0].Column("stall"); ok {
		t.Error("lines have a stall that was over HTTP")
	}
	if at, ok := o.Tables[1].Column("stall"); !ok || o.Tables[1].Columns[at].Setting.Scenario != "http-blocking" {
		t.Errorf("HTTP: %+v", o.Tables[1].Columns)
	}
}

// Of one repetition each nothing is told, and that is not "no difference".
func TestWithinALanguageUnknown(t *testing.T) {
	run, cells := besideOurs(t)
	for _, r := range compare.EvidenceOf(slices.DeleteFunc(cells, func(c record.Cell) bool { return c.Rep > 1 })).Originals(run).Within {
		if r.Widest != nil || r.Pairs == 0 || r.Unknown != r.Pairs {
			t.Errorf("%+v", r)
		}
	}
}

func TestWithinALanguage(t *testing.T) {
	o := originalsOf(besideOurs(t))
	want := []struct {
		language, cheap, dear string
		models                int
		ratio                 float64
	}{
		{"Go", "reactor", "pool", 4, 9400.0 / 5100}, // floor is no model
		{"CPython", "alone", "tornado", 4, 110.0 / 7},
		{"Go", "nbio", "gnet", 2, 76.0 / 70},
	}
	if len(o.Within) != len(want) {
		t.Fatalf("%d ranges: %+v", len(o.Within), o.Within)
	}
	for i, w := range want {
		r := o.Within[i]
		if r.Language != w.language || r.Ours != (i == 0) || r.Models != w.models || r.Widest == nil || r.Widest.Base != w.cheap || r.Widest.Other != w.dear ||
			math.Abs(r.Widest.Ratio.Mid/w.ratio-1) > 0.01 {
			t.Errorf("%+v, %+v", r, r.Widest)
		}
	}
	for _, r := range o.Within {
		if r.Pairs != r.Models*(r.Models-1)/2 || r.Unknown != 0 {
			t.Errorf("%d pairs of %d models, %d unknown", r.Pairs, r.Models, r.Unknown)
		}
	}
	if len(o.Engines) != 8 { // two of them: closed at three N, open at one
		t.Fatalf("%d comparisons with engines", len(o.Engines))
	}
	for _, c := range o.Engines {
		if c.Other != "reactor" || c.Setting.Params.Loop == "closed" && c.Verdict != compare.Less {
			t.Errorf("%s over %s: %v, %s", c.Other, c.Base, c.Ratio, c.Verdict)
		}
	}
}

// A run that does not say what its servers are has no pairs: nothing is guessed from names.
func TestNoOriginalsOnRecord(t *testing.T) {
	run, cells := besideOurs(t)
	run.Originals = nil
	if o := compare.EvidenceOf(cells).Originals(run); o != nil {
		t.Errorf("%+v", o)
	}
}

// Servers of HTTP have their memory beside ours too where comet ran alone at one N, and a slope where it did at two.
func TestMemoryOfWaitersAtOneN(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	run.Plan, run.Originals = nil, map[string]record.Original{"nethttp": {Of: "goroutine", Language: "Go"}}
	cell := func(model string, conns int, user, kernel float64) record.Cell {
		anon, in := int64(user*float64(conns))+4<<20, int64(kernel*float64(conns))
		return record.Cell{Schema: record.Schema, Model: model, Scenario: "comet", Conns: conns, Rep: 1, Valid: true, Params: record.Params{Loop: "open", RatePerS: 100, RoomSize: 10},
			Memory: record.Memory{Anon: &anon, Kernel: &in, UserPerConn: &user, KernelPerConn: &kernel}, Latency: &record.Latency{Count: 9, P50: 1e6}}
	}
	cells := []record.Cell{cell("goroutine", 1000, 4200, 3900), cell("nethttp", 1000, 29_000, 3950)}
	for _, conns := range []int{1000, 0} {
		o := compare.EvidenceOf(cells).Originals(run)
		if o == nil || len(o.Tables) != 1 {
			t.Fatalf("%+v", o)
		}
		table := o.Tables[0]
		at, ok := table.Column("user")
		if !ok || table.Columns[at].Conns != conns {
			t.Fatalf("N = %d: %+v", conns, table.Columns)
		}
		if f := table.Pairs[0].Figures[at]; conns > 0 && (f.Ours.Mid != 4200 || f.Original.Mid != 29_000) {
			t.Errorf("%+v", f)
		}
		n := 0
		for _, c := range table.Columns {
			if c.InBytes() {
				n++
			}
		}
		if n != 2 {
			t.Errorf("N = %d: %d columns of memory", conns, n)
		}
		cells = append(cells, cell("goroutine", 10_000, 4100, 3900), cell("nethttp", 10_000, 28_000, 3950))
	}
}

func originalsOf(run *record.Run, cells []record.Cell) *compare.Originals {
	return compare.EvidenceOf(cells).Originals(run)
}

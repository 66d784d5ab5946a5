package question

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// answered is one answer to cells, all of it in a line each.
func answered(t *testing.T, id string, cells []record.Cell) string {
	t.Helper()
	q := Of(&record.Run{}, cells, nil).Named(id)
	if q == nil {
		return ""
	}
	return q.Headline + "\n" + strings.Join(append(q.Says, q.Doubts...), "\n")
}

func holds(t *testing.T, name, all string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(all, want) {
			t.Errorf("%s: want %q in\n%s", name, want, all)
		}
	}
}

// blocked is a cell of blocking in which bystanders waited so long.
func blocked(model, how string, share, p99 float64, valid bool) record.Cell {
	return record.Cell{Model: model, Scenario: "blocking", Conns: 100, Rep: 1, Valid: valid,
		Params:  record.Params{Loop: "open", RatePerS: 1000, PayloadBytes: 128, Share: share, BlockNS: 20e6, How: how},
		Latency: &record.Latency{Count: 1000, P50: 1e5, P99: int64(p99)}}
}

func TestWhoBlocksWhom(t *testing.T) {
	behind := blocked("reactor", "inline", 0.1, 900e6, false)
	behind.Load.Behind = &record.Behind{OfferedPerS: 1000, AchievedPerS: 500}
	http := blocked("reactor", "inline", 0.01, 2e6, true)
	http.Scenario = "http-blocking"
	for name, c := range map[string]struct {
		cells []record.Cell
		want  []string
	}{
		"some are stalled": {[]record.Cell{blocked("goroutine", "inline", 0.01, 1.1e6, true), blocked("reactor", "inline",
			0.01, 38e6, true),
			blocked("callback", "inline", 0.01, 36e6, true), blocked("goroutine", "inline", 0.001, 1e6, true)},
			[]string{"1% of 1,000 requests a second block for 20ms each",
				"in `reactor` and `callback` one blocked request blocks all, and 1 bystander in 100 waits 36.0 to 38.0 ms",
				"in `goroutine` 1 bystander in 100 waits 1.10 ms or longer, and nobody is stalled",
				"38 ms in `reactor`, `callback`"}},
		"one cannot keep up": {[]record.Cell{blocked("goroutine", "inline", 0.1, 1e6, true), behind},
			[]string{"`reactor` could not keep up"}},
		"one was spoilt": {[]record.Cell{blocked("goroutine", "inline", 0.1, 1e6, true), blocked("pool", "inline", 0.1,
			1e6, false)}, []string{"no repetition of `pool` is valid"}},
		"over HTTP": {[]record.Cell{http}, []string{"requests a second over HTTP block"}},
		"swept": {[]record.Cell{blocked("goroutine", "inline", 0.01, 1e6, true), blocked("goroutine", "inline", 0.06, 1e6,
			true), blocked("pool", "inline", 0.01, 1e6, true), blocked("pool", "inline", 0.06, 80e6, true)},
			[]string{"`goroutine`: fine at 60/s, the highest rate tested", "`pool`: fine at 10/s, over it at 60/s",
				"Each is known from one repetition"}},
	} {
		holds(t, name, answered(t, "blocking", c.cells), c.want...)
	}
	if all := answered(t, "blocking", []record.Cell{blocked("goroutine", "", 0, 1e6, true)}); all != "" {
		t.Errorf("nothing blocks: %s", all)
	}
}

// A server that stops is named, also where percentiles do not show it; what strikes all is the machine's.
func TestPausesNameWhoStopped(t *testing.T) {
	cell := func(model string, silence int64) record.Cell {
		return record.Cell{Model: model, Scenario: "echo", Conns: 4, Rep: 2, Valid: true, Params: record.Params{Loop: "closed",
			Pipeline: 1, DurationNS: 5e9},
			Latency: &record.Latency{Count: 100_000, P50: 1e5, P99: 14e5, P999: 76e5, Max: silence},
			Load:    record.Load{LongestSilenceNS: &silence}}
	}
	alone := []record.Cell{cell("reactor", 3e9), cell("pool", 2e6)}
	holds(t, "alone", answered(t, "pauses", alone), "`reactor` stopped for 3 s",
		"(repetition 2), under echo, closed loop at N = 4: messages waited, and nothing was answered")
	column := Of(&record.Run{}, alone, nil).Named("pauses").Column
	if column == nil || column.Cells["reactor"].Text != "3.00 s" || column.Cells["pool"].Text != "2.00 ms" {
		t.Errorf("the table of models has %+v", column)
	}
	holds(t, "all", answered(t, "pauses", []record.Cell{cell("reactor", 3e9), cell("pool", 3e9), cell("floor", 2e9)}),
		"The machine itself stopped for up to 3 s; no server stopped of its own")
	holds(t, "none", answered(t, "pauses", []record.Cell{cell("reactor", 2e6)}), "No server stopped")
}

func TestStallSentences(t *testing.T) {
	server := stall{name: "bad", load: "echo", conns: 20, p50: 1e5, p99: 290e6, service: 1.2e6, worst: 299e6, longest: 290e6,
		shown: 3, of: 3, rivals: 2}
	late, seen, once, control, judged := server, server, server, server, server
	late.late, late.closed = 0.05, 1e6
	seen.service, once.shown, judged.judged = 289e6, 1, true
	wider := server
	wider.conns, wider.p99 = 100, 280e6
	control.name, control.control, control.longest = "floor", true, 34e6
	for name, c := range map[string]struct {
		all  []stall
		want []string
	}{
		"hidden by service time": {[]stall{server}, []string{"`bad` stops", "290 ms or longer", "Service time hides it",
			"p99 is 1.20 ms"}},
		"at two N": {[]stall{wider, server}, []string{"N = 20)", "It does so at N = 100 too."}},
		"late sends are told": {[]stall{late}, []string{"5% of the sends were late",
			"A closed loop hides it as well (p99 1.00 ms)"}},
		"seen by both clocks": {[]stall{seen}, []string{"the send shows it too (p99 289 ms)"}},
		"the control too": {[]stall{server, control}, []string{"The machine itself stops",
			"34.0 ms and more, with `bad` and the control `floor` alike"}},
		"in one repetition":       {[]stall{once}, nil},
		"p99 ranks nobody anyway": {[]stall{judged}, nil},
	} {
		servers, machine := stallSentences(c.all)
		all := strings.Join(append(servers, machine...), "\n")
		if holds(t, name, all, c.want...); c.want == nil && all != "" {
			t.Errorf("%s: %s", name, all)
		}
	}
}

func searched1(model string, found float64, bound string) record.Cell {
	s := &record.Search{Bound: bound, Why: "p99 was 7.1ms"}
	if found > 0 {
		s.Found, s.Low, s.High = &found, recordtest.Ptr(0.97*found), recordtest.Ptr(1.03*found)
	}
	return record.Cell{Model: model, Scenario: "echo", Conns: 1000, Rep: 1, Valid: true, Params: record.Params{Loop: "search",
		Search: "rate", SLO: "p99<5ms"}, Search: s}
}

func TestCapacity(t *testing.T) {
	own := []record.Cell{searched1("reactor", 131_000, "server"), searched1("pool", 105_000, "server"), searched1("callback",
		130_000, "server")}
	holds(t, "all at their own end", answered(t, "capacity", own),
		"Within p99 < 5ms at N = 1,000: `reactor` and `callback` held the most, 131,000 messages/s",
		"`reactor` 131,000 (127,000 to 135,000), `callback`", "each of one process")
	client := append(own[:2:2], searched1("thread", 90_000, "client"), searched1("actor", 0, "server"), searched1("goroutine",
		70_000, "limit"))
	all := answered(t, "capacity", client)
	holds(t, "one ended by the client", all, "The client was the bottleneck for `thread`",
		"`goroutine` still held the most that was tried", "`actor` (p99 was 7.1ms) did not hold even the least")
	if strings.Contains(all, "hold the most") {
		t.Errorf("the best is named, and another could do more: %s", all)
	}
}

// A course says at which N what was found, and why nothing was.
func TestCourse(t *testing.T) {
	at := func(n int, v compare.Verdict, mid float64) compare.Comparison {
		c := compare.Comparison{Conns: n, Figure: p99, Base: "reactor", Other: "pool", Verdict: v,
			Ratio: stats.Interval{Low: mid / 1.2, Mid: mid, High: mid * 1.2, N: 9}}
		if v == compare.Unknown {
			c.Why, c.Ratio = "too few rounds (2) count", stats.Interval{Mid: math.NaN()}
		}
		return c
	}
	for want, of := range map[string][]compare.Comparison{
		"p99 in `pool` against `reactor` at N = 100 and 1,000: no difference found; at N = 10,000: 80% longer (50 to " +
			"116%).": {at(100, compare.Same, 1), at(1000, compare.Same, 1), at(10000, compare.More, 1.8)},
		"p99 in `pool` against `reactor` at N = 100: too little is known (too few rounds (2) " +
			"count).": {at(100, compare.Unknown, 1)},
	} {
		if got := course(of); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What an unknown part of memory is, is not known, and no 0: neither in the chart of parts nor in the table.
func TestUnknownPartsAreNotZero(t *testing.T) {
	cell := func(model string, buffers *int64) record.Cell {
		of := func(n int64) []record.Moment {
			return []record.Moment{{Name: "empty", Kernel: recordtest.Ptr(n), Sockets: recordtest.Ptr(n / 2),
				Files: recordtest.Ptr(n / 8), Epoll: recordtest.Ptr(n / 8), PageTables: recordtest.Ptr(n / 8), Buffers: buffers,
				HeapLive: recordtest.Ptr(n), HeapUnused: recordtest.Ptr(n), Stacks: recordtest.Ptr(n),
				Runtime: recordtest.Ptr(n), Program: recordtest.Ptr(n), Rest: recordtest.Ptr(n), Anon: recordtest.Ptr(6 * n)}}
		}
		c := record.Cell{Model: model, Scenario: "idle", Conns: 100, Rep: 1, Valid: true, Params: record.Params{Loop: "open",
			RatePerS: 5}, Load: record.Load{Established: 100}}
		c.Memory.UserPerConn = recordtest.Ptr(100.0)
		c.Memory.Moments = append(of(1000), of(9000)...)
		c.Memory.Moments[1].Name = "idle"
		return c
	}
	q := Of(&record.Run{}, []record.Cell{cell("reactor", nil), cell("pool", recordtest.Ptr(int64(8)))}, nil).Named("memory")
	for _, c := range q.Charts {
		for _, p := range c.Panels {
			for _, s := range p.Series {
				if strings.HasPrefix(p.Title, "Kernel, charged") && s.Model == "reactor" {
					t.Errorf("a bar of parts of which one is not known: %+v", s)
				}
			}
		}
	}
}

// The page of very many repetitions takes no more than in proportion: nothing compares every cell with every other.
func TestAnswersGrowWithTheRun(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 cells")
	}
	run, cells := recordtest.Synthetic(t)
	var many []record.Cell
	for i := range 20_000 / len(cells) {
		for _, c := range cells {
			c.Rep, c.Latency = 3*i+c.Rep, nil
			many = append(many, c)
		}
	}
	if a := Of(run, many, nil); a.Named("memory") == nil || len(figure.Summarise(many)) != len(figure.Summarise(cells)) {
		t.Error(fmt.Sprint(len(a.All)), "answers")
	}
}

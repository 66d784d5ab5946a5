package compare_test

import (
	"math"
	"slices"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
	"cbench/results/words"
)

// searchOf makes up a search: a queue whose p99 grows with the load, and breaks 5 ms at its capacity.
func searchOf(capacity float64, bound string, ended bool) *record.Search {
	at := func(share float64) record.Window {
		p50 := 40e3 / max(1.05-share, 0.01)
		w := record.Window{
			RatePerS: share * capacity, Conns: 1000, ThroughputPerS: min(share, 1) * capacity, Count: 5000,
			P50: int64(p50), P99: int64(5 * p50), ServiceP99: int64(4 * p50), Held: share <= 1,
		}
		if !w.Held {
			w.Why = "p99 was too long"
		}
		return w
	}
	s := &record.Search{Found: &capacity, Low: recordtest.Ptr(0.97 * capacity), Bound: bound, Why: "at some rate p99 was 7.20 ms, not under 5ms"}
	if ended {
		s.High = recordtest.Ptr(1.03 * capacity)
	}
	for _, share := range []float64{0.05, 0.1, 0.95, 1.2, 1.02, 1.9} {
		s.Tried = append(s.Tried, at(share))
	}
	for _, share := range figure.ShownShares {
		w := at(share)
		w.Share = share
		s.Curve = append(s.Curve, w)
	}
	return s
}

// searches is a run that searched: reactor twice, a client's end, a model that holds nothing, and one that is void.
func searches() []record.Cell {
	params := record.Params{PayloadBytes: 128, Loop: "search", Search: "rate", SLO: "p99<5ms", RatePerS: 20000, Pipeline: 1, DurationNS: 5e8, Procs: 1}
	cell := func(model string, conns, rep int, s *record.Search) record.Cell {
		c := record.Cell{Schema: record.Schema, Model: model, Scenario: "echo", Conns: conns, Rep: rep, Params: params, Search: s, Valid: s != nil}
		if s == nil {
			c.Void = []string{"the server died: exit status 7"}
		} else if s.Found != nil {
			w := record.Window{Share: 20000 / *s.Found, RatePerS: 20000, Conns: conns, P50: 30e3, P99: 90e3, ServiceP99: 80e3, Count: 9000, Held: true}
			if *s.Found < 20000 {
				w = record.Window{Share: w.Share, RatePerS: 20000, Conns: conns, Why: "not measured: above what it can do"}
			}
			s.Curve = append(s.Curve, w)
		}
		return c
	}
	return []record.Cell{
		cell("reactor", 1000, 1, searchOf(80000, "server", true)),
		cell("reactor", 1000, 2, searchOf(84000, "server", true)),
		cell("reactor", 100, 1, searchOf(95000, "server", true)),
		cell("goroutine", 1000, 1, searchOf(61000, "server", true)),
		cell("callback", 1000, 1, searchOf(12000, "server", true)),
		cell("floor", 1000, 1, searchOf(140000, "client", false)),
		cell("floor", 100, 1, searchOf(150000, "client", false)),
		cell("pool", 1000, 1, &record.Search{High: recordtest.Ptr(1.0), Bound: "server", Why: "at 1.00 messages/s no message was answered in the window"}),
		cell("mine", 1000, 1, nil),
	}
}

func TestCapacity(t *testing.T) {
	groups := figure.Summarise(searches())
	group := func(model string) *figure.Group {
		i := slices.IndexFunc(groups, func(g figure.Group) bool { return g.Model == model && g.Conns == 1000 })
		return &groups[i]
	}
	if c := group("reactor").Capacity(); c != (stats.Interval{Low: 0.97 * 80000, Mid: 82000, High: 1.03 * 84000, N: 2}) {
		t.Errorf("two searches: %+v", c)
	}
	for _, model := range []string{"pool", "mine"} {
		if c := group(model).Capacity(); c.N != 0 {
			t.Errorf("%s: %+v", model, c)
		}
	}
	if w, ok := group("reactor").At(0.5); !ok || w.RatePerS != 41000 || !w.Held {
		t.Errorf("at half: %+v, %v", w, ok)
	}
	if w, ok := group("callback").At(0); !ok || w.Count != 0 || w.Held {
		t.Errorf("a common rate above its capacity: %+v, %v", w, ok)
	}
	if _, ok := group("pool").At(0.5); ok {
		t.Error("half of nothing")
	}
	for _, m := range []figure.Metric{figure.Throughput, figure.LatencyP99, figure.CPUPerMessage, figure.Anon} {
		if s := group("reactor").Of(m); s.N != 0 {
			t.Errorf("a search has no figure but its capacity, and one is %+v", s)
		}
	}
}

// Windows are shown up to a little beyond what was found, those near the edge once.
func TestLoadsOfASearch(t *testing.T) {
	c := searches()[2]
	g := figure.Summarise([]record.Cell{c})[0]
	var shares []float64
	for _, w := range g.Loads() {
		shares = append(shares, math.Round(100*w.RatePerS / *c.Search.Found)/100)
	}
	if want := []float64{0.05, 0.1, 0.21, 0.25, 0.5, 0.75, 0.9, 1, 1.02, 1.2}; !slices.Equal(shares, want) {
		t.Errorf("%v, want %v", shares, want)
	}
}

func TestLimitOf(t *testing.T) {
	for _, tt := range []struct {
		slo, name string
		want      float64
	}{{"p50<1ms,p99<5ms", "p99", 5e6}, {"p50<1ms,p99<5ms", "p50", 1e6}, {"p999<1s", "p99", 0}, {"p99<soon", "p99", 0}, {"", "p50", 0}} {
		if got := figure.LimitOf(tt.slo, tt.name); got != tt.want {
			t.Errorf("%s of %q: %v, want %v", tt.name, tt.slo, got, tt.want)
		}
	}
}

// An end of the interval that is not known stays so, whoever shows it.
func TestCapacityWithoutAnEnd(t *testing.T) {
	nan := math.NaN()
	for name, tt := range map[string]struct {
		searches []*record.Search
		want     stats.Interval
		inWords  string
	}{
		"both ends":               {[]*record.Search{{Found: recordtest.Ptr(100.0), Low: recordtest.Ptr(95.0), High: recordtest.Ptr(105.0)}}, stats.Interval{Low: 95, Mid: 100, High: 105, N: 1}, "95.0 to 105"},
		"no end was seen":         {[]*record.Search{{Found: recordtest.Ptr(100.0), Low: recordtest.Ptr(95.0)}}, stats.Interval{Low: 95, Mid: 100, High: nan, N: 1}, "over 95.0"},
		"low is not known":        {[]*record.Search{{Found: recordtest.Ptr(100.0), High: recordtest.Ptr(105.0)}}, stats.Interval{Low: nan, Mid: 100, High: 105, N: 1}, "under 105"},
		"of one of two":           {[]*record.Search{{Found: recordtest.Ptr(100.0), High: recordtest.Ptr(105.0)}, {Found: recordtest.Ptr(102.0), Low: recordtest.Ptr(97.0), High: recordtest.Ptr(107.0)}}, stats.Interval{Low: nan, Mid: 101, High: 107, N: 2}, "under 107"},
		"nothing held in one":     {[]*record.Search{{High: recordtest.Ptr(1.0)}, {Found: recordtest.Ptr(90.0), Low: recordtest.Ptr(80.0), High: recordtest.Ptr(99.0)}}, stats.Interval{Low: nan, Mid: nan, High: 99, N: 0}, "under 99.0"},
		"nothing held in a third": {[]*record.Search{{}, {Found: recordtest.Ptr(90.0), Low: recordtest.Ptr(80.0)}, {Found: recordtest.Ptr(92.0)}}, stats.Interval{Low: nan, Mid: 91, High: nan, N: 2}, "not known"},
		"nothing was searched":    {nil, stats.Interval{Low: nan, Mid: nan, High: nan, N: 0}, "not known"},
	} {
		var g figure.Group
		for _, s := range tt.searches {
			g.Valid = append(g.Valid, record.Cell{Search: s})
		}
		got := g.Capacity()
		alike := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
		if !alike(got.Low, tt.want.Low) || !alike(got.Mid, tt.want.Mid) || !alike(got.High, tt.want.High) || got.N != tt.want.N {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
		if inWords := got.Between(words.PerSecond); inWords != tt.inWords {
			t.Errorf("%s: %q, want %q", name, inWords, tt.inWords)
		}
	}
}

// From three searches on it is Student's t over processes; of fewer, or where one of them had no end of its own, the hull.
func TestCapacityOverProcesses(t *testing.T) {
	search := func(found, low, high float64, bound string) *record.Search {
		return &record.Search{Found: &found, Low: &low, High: &high, Bound: bound}
	}
	sharp := func(found float64) *record.Search { return search(found, found*0.9999, found*1.0001, "server") }
	for name, tt := range map[string]struct {
		searches []*record.Search
		want     stats.Interval
		over     string
	}{
		// Logarithms of 90, 100, 111.11: -0.10536, 0, 0.10536 about ln 100; s = 0.10536, t(2) = 4.30265: ±0.26173.
		"three":        {[]*record.Search{sharp(90), sharp(100), sharp(100 / 0.9)}, stats.Interval{Low: 76.97, Mid: 100, High: 129.92, N: 3}, "3 processes, t"},
		"two":          {[]*record.Search{sharp(90), sharp(100)}, stats.Interval{Low: 89.99, Mid: 95, High: 100.01, N: 2}, "2 processes, hull"},
		"one":          {[]*record.Search{sharp(90)}, stats.Interval{Low: 89.99, Mid: 90, High: 90.01, N: 1}, "1 process"},
		"at the limit": {[]*record.Search{sharp(90), sharp(95), search(100, 97, 103, "limit")}, stats.Interval{Low: 89.99, Mid: 95, High: 103, N: 3}, "3 processes, hull"},
		// Alike by luck: their own windows tell ±10%, a variance of (0.10033/1.95996)² each; ±4.30265·0.05119/√3.
		"alike by luck": {[]*record.Search{search(100, 90.4837, 110.5171, "server"), search(100, 90.4837, 110.5171, "server"), search(100, 90.4837, 110.5171, "server")},
			stats.Interval{Low: 88.09, Mid: 100, High: 113.52, N: 3}, "3 processes, t"},
	} {
		var g figure.Group
		for _, s := range tt.searches {
			g.Valid = append(g.Valid, record.Cell{Search: s})
		}
		got := g.Capacity()
		near := func(a, b float64) bool { return math.Abs(a-b) <= 0.01 }
		if !near(got.Low, tt.want.Low) || !near(got.Mid, tt.want.Mid) || !near(got.High, tt.want.High) || got.N != tt.want.N || g.OverWhat() != tt.over {
			t.Errorf("%s: %+v over %s, want %+v over %s", name, got, g.OverWhat(), tt.want, tt.over)
		}
	}
}

// A latency at a share of what each process holds has an interval over processes, and the knee a band.
func TestLatencyOverProcesses(t *testing.T) {
	var cells []record.Cell
	for i, capacity := range []float64{80e3, 84e3, 90e3} {
		c := searches()[2]
		c.Rep, c.Search = i+1, searchOf(capacity, "server", true)
		for j := range c.Search.Curve {
			c.Search.Curve[j].P99 += int64(i) * 10e3
		}
		cells = append(cells, c)
	}
	g := figure.Summarise(cells)[0]
	at, ok := g.At(0.5)
	p99 := at.Over(func(w record.Window) int64 { return w.P99 })
	if !ok || len(at.Each) != 3 || !p99.Sure() || p99.Low >= p99.Mid || p99.High <= p99.Mid || p99.N != 3 {
		t.Errorf("%+v: %+v", at, p99)
	}
	banded := 0
	for _, w := range g.Loads() {
		if w.Over(func(w record.Window) int64 { return w.P99 }).Sure() {
			banded++
		}
	}
	if banded != len(figure.ShownShares) {
		t.Errorf("%d loads have a band, want those that all processes had: %d", banded, len(figure.ShownShares))
	}
}

// What goes from one process to another is no interval of any certainty.
func TestCapacityHead(t *testing.T) {
	for _, tt := range []struct {
		bounds []string
		want   string
	}{
		{[]string{"server"}, "95% interval"}, {[]string{"server", "server"}, "range"}, {[]string{"server", "server", "server"}, "95% interval"},
		{[]string{"server", "server", "limit"}, "range"},
	} {
		var cells []record.Cell
		for rep, bound := range tt.bounds {
			cells = append(cells, record.Cell{Model: "pool", Scenario: "echo", Conns: 1000, Rep: rep + 1, Valid: true, Params: record.Params{Loop: "search", Search: "rate", SLO: "p99<5ms"},
				Search: searchOf(100_000, bound, true)})
		}
		groups := figure.Summarise(cells)
		if got := figure.CapacityHead([]*figure.Group{&groups[0]}); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.bounds, got, tt.want)
		}
	}
}

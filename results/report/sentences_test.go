package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results"
)

func TestWords(t *testing.T) {
	nan := math.NaN()
	cpu, p99, rate := figures.cpu, figures.p99, figures.throughput
	for _, tt := range []struct{ got, want string }{
		{list(nil), ""},
		{list([]string{"a"}), "a"},
		{list([]string{"a", "b"}), "a and b"},
		{either([]string{"a", "b", "c"}), "a, b or c"},
		{plural(1, "core") + " " + plural(2000, "core"), "1 core 2,000 cores"},
		{percent(0) + " " + percent(0.00001) + " " + percent(0.0026) + " " + percent(-0.071) + " " + percent(0.42), "0% <0.01% 0.26% 7.1% 42%"},
		{howMuch(results.Interval{Low: 1.24, Mid: 1.27, High: 1.3, N: 9}, cpu), "27% more (24 to 30%)"},
		{howMuch(results.Interval{Low: 2.1, Mid: 2.3, High: 2.6, N: 9}, p99), "2.3 times as long (2.1 to 2.6)"},
		{howMuch(results.Interval{Low: 1312, Mid: 1493, High: 1802, N: 9}, p99), "1,490 times as long (1,310 to 1,800)"},
		{howMuch(results.Interval{Low: 30, Mid: 34.7, High: 41, N: 9}, cpu), "35 times as much (30 to 41)"},
		{howMuch(results.Interval{Low: 0.25, Mid: 0.3, High: 0.35, N: 9}, rate), "70% lower (65 to 75%)"},
		{howMuch(results.Interval{Low: 0.98, Mid: 1.02, High: 1.05, N: 9}, cpu), "2% more (−2 to 5%)"},
		{howMuch(results.Interval{Low: nan, Mid: 1.5, High: nan, N: 2}, cpu), "50% more"},
		{code("a`b\x1b"), "`a'b `"},
		{rate3(143_217), "143,000"},
		{limitsIn("p99<5ms,mem<1GiB"), "p99 < 5ms and mem < 1GiB"},
		{commandLine([]string{"cbench", "--cmd=./a b", "it's"}), `cbench '--cmd=./a b' 'it'\''s'`},
		{capital("p99 cannot") + capital("pool") + capital(""), "p99 cannotPool"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func rate3(v float64) string { return rate(v) }

func TestLoadNames(t *testing.T) {
	open := results.Setting{Scenario: "echo", Params: results.Params{Loop: "open", RatePerS: 20000, PayloadBytes: 128}}
	other := open
	other.Params.PayloadBytes = 4096
	closed := results.Setting{Scenario: "echo", Params: results.Params{Loop: "closed", Pipeline: 4, Driver: "wrk"}}
	search := results.Setting{Scenario: "echo", Params: results.Params{Loop: "search", Search: "conns", SLO: "p99<5ms"}}
	idle := results.Setting{Scenario: "idle", Params: results.Params{Loop: "open", RatePerS: 10, Arrivals: "poisson"}}
	for s, want := range map[results.Setting]string{
		open: "echo at 20,000 messages/s", closed: "echo, closed loop, 4 under way each, loaded by wrk", search: "echo, most connections within p99 < 5ms",
		idle: "idle, poisson arrivals",
	} {
		if got := loadNames([]results.Setting{s})[s]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if names := loadNames([]results.Setting{open, other}); names[open] == names[other] {
		t.Errorf("two loads are both called %q", names[open])
	}
}

func grows(model string, user float64, kernel ...float64) results.Growth {
	g := results.Growth{Model: model, Name: model, User: &results.Line{Slope: user, Intercept: 2e6, Points: 3}}
	if len(kernel) > 0 {
		g.Kernel = &results.Line{Slope: kernel[0], Intercept: 1e6, Points: 3}
	}
	return g
}

// surely is grows with half the width of the intervals, in bytes.
func surely(model string, user, kernel, half float64) results.Growth {
	g := grows(model, user, kernel)
	g.UserSlope = results.Interval{Low: user - half, Mid: user, High: user + half, N: 9}
	g.KernelSlope = results.Interval{Low: kernel - half, Mid: kernel, High: kernel + half, N: 9}
	return g
}

func isFloor(name string) bool { return name == "floor" }

func TestMemorySentence(t *testing.T) {
	for _, tt := range []struct {
		growth []results.Growth
		want   string
	}{
		{nil, ""},
		{[]results.Growth{grows("goroutine", 3950)}, "One more idle connection costs 3.86 KiB in `goroutine`; what the kernel holds beside it was not known."},
		{[]results.Growth{grows("goroutine", 3950, 3870)}, "One more idle connection costs 3.86 KiB in `goroutine`, and 3.78 KiB more in the kernel."},
		{[]results.Growth{grows("goroutine", 3950, 3870), grows("reactor", 110, 3880)},
			"One more idle connection costs 3.86 KiB in `goroutine` and 110 B in `reactor`, and 3.78 KiB more in the kernel either way."},
		{[]results.Growth{grows("goroutine", 3950, 3870), grows("pool", 180, 3870), grows("reactor", -3, 3880), grows("floor", 40, 3870)},
			"One more idle connection costs 3.86 KiB in `goroutine`, 180 B in `pool` and nothing measurable in `reactor` (40.0 B in `floor`, a control), and 3.78 KiB more in the kernel whichever it is."},
		{[]results.Growth{grows("thread", 9000, 12000), grows("reactor", 110, 3870)},
			"One more idle connection costs 8.79 KiB in `thread` and 110 B in `reactor`, and 3.78 KiB to 11.7 KiB more in the kernel."},
		{[]results.Growth{surely("goroutine", 3950, 3870, 60)}, "One more idle connection costs 3.86 KiB (3.80 to 3.92) in `goroutine`, and 3.78 KiB (3.72 to 3.84) more in the kernel."},
		{[]results.Growth{surely("goroutine", 3950, 3870, 60), surely("reactor", 110, 3880, 300), surely("callback", -20, 3880, 60)},
			"One more idle connection costs 3.86 KiB (3.80 to 3.92) in `goroutine`, 110 B (−190 to 410) in `reactor` and nothing measurable (at most 40.0 B) in `callback`, " +
				"and 3.78 KiB (3.50 to 4.08) more in the kernel whichever it is."},
		{[]results.Growth{surely("thread", 990, 12000, 60), surely("reactor", 110, 3870, 60)},
			"One more idle connection costs 990 B (930 B to 1.03 KiB) in `thread` and 110 B (50.0 to 170) in `reactor`, and 3.78 KiB (3.72 to 3.84) to 11.7 KiB (11.7 to 11.8) more in the kernel."},
		{[]results.Growth{surely("thread", 990, 4870, 600), surely("reactor", 110, 3870, 600)},
			"One more idle connection costs 990 B (390 B to 1.55 KiB) in `thread` and 110 B (−490 to 710) in `reactor`, and 4.27 KiB (3.19 to 5.34) more in the kernel either way."},
		{[]results.Growth{grows("floor", 40, 3870)}, "One more idle connection costs 40.0 B in `floor`, and 3.78 KiB more in the kernel."},
	} {
		if got := memorySentence(tt.growth, isFloor); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

func TestMemoryAnswer(t *testing.T) {
	for _, tt := range []struct {
		growth []results.Growth
		models string
		why    string
	}{
		{nil, "", ""},
		{[]results.Growth{grows("reactor", 110, 3870)}, "", ""}, // nobody to choose among
		{[]results.Growth{grows("goroutine", 3950, 3870), grows("pool", 180, 3870), grows("reactor", 110, 3870), grows("floor", 40, 3870)}, "reactor pool",
			"38.0 MiB to 38.6 MiB in all, 36.9 MiB of it the kernel's; `goroutine` takes 74.6 MiB."},
		{[]results.Growth{grows("goroutine", 3950), grows("reactor", 110)}, "reactor", "1.05 MiB in all; `goroutine` takes 37.7 MiB."},
		{[]results.Growth{surely("goroutine", 3950, 3870, 60), surely("pool", 900, 3870, 600), surely("reactor", 110, 3870, 60)}, "reactor pool",
			"38.0 MiB to 45.5 MiB in all, not told apart for their intervals meet, 36.9 MiB of it the kernel's; `goroutine` takes 74.6 MiB (73.4 to 75.7)."}, // pool's interval meets reactor's
		{[]results.Growth{surely("goroutine", 3950, 3870, 60), surely("pool", 900, 3870, 60), surely("reactor", 110, 3870, 60)}, "reactor",
			"38.0 MiB (36.8 to 39.1) in all, 36.9 MiB of it the kernel's; `pool` takes 45.5 MiB (44.3 to 46.6), `goroutine` takes 74.6 MiB (73.4 to 75.7)."},
		{[]results.Growth{grows("pool", 180, 3870), grows("reactor", 110, 3870)}, "reactor pool", "By memory there is nothing to choose: 38.0 MiB to 38.6 MiB for all of them."},
	} {
		models, why := memoryAnswer(tt.growth, 10_000, isFloor)
		if got := strings.Join(models, " "); got != tt.models || why != tt.why {
			t.Errorf("%q: %q\nwant %q: %q", got, why, tt.models, tt.why)
		}
	}
}

// compared is how one model stands to the reactor.
func compared(other string, n int, v results.Verdict, mid float64, f results.Figure) results.Comparison {
	c := results.Comparison{Conns: n, Figure: f, Base: "reactor", Other: other, Verdict: v, Ratio: results.Interval{Low: mid - 0.1, Mid: mid, High: mid + 0.1, N: 20}}
	if v == results.Unknown {
		c.Why, c.Ratio = "the machine's own pauses drown p99 here", results.Interval{}
	}
	return c
}

func TestCourse(t *testing.T) {
	const same, more, less, unknown = results.Same, results.More, results.Less, results.Unknown
	p99 := figures.p99
	for _, tt := range []struct {
		verdicts []results.Verdict // at 100, 1,000, 10,000 …
		want     string
	}{
		{nil, ""},
		{[]results.Verdict{same}, "No difference in p99 between `pool` and `reactor` was found at N = 100."},
		{[]results.Verdict{same, same, same}, "No difference in p99 between `pool` and `reactor` was found at any N from 100 to 10,000."},
		{[]results.Verdict{more}, "p99 in `pool` is 50% longer (40 to 60%) than in `reactor` at N = 100."},
		{[]results.Verdict{more, more}, "p99 in `pool`, against `reactor`, is 50% longer (40 to 60%) at N = 100 and 50% longer (40 to 60%) at N = 1,000."},
		{[]results.Verdict{same, same, more},
			"At N = 100 and 1,000 no difference in p99 between `pool` and `reactor` was found; at N = 10,000 it is 50% longer (40 to 60%) in `pool`."},
		{[]results.Verdict{less, same, more},
			"At N = 100 p99 in `pool` is 50% shorter (40 to 60%) than in `reactor`; at N = 1,000 no difference was found; at N = 10,000 it is 50% longer (40 to 60%) in `pool`."},
		{[]results.Verdict{same, more, more},
			"At N = 100 no difference in p99 between `pool` and `reactor` was found; from N = 1,000 on it is 50% longer (40 to 60%) at N = 1,000 and 50% longer (40 to 60%) at N = 10,000 in `pool`."},
		{[]results.Verdict{same, unknown},
			"At N = 100 no difference in p99 between `pool` and `reactor` was found; at N = 1,000 too little is known to say (the machine's own pauses drown p99 here)."},
	} {
		var of []results.Comparison
		n := 100
		for _, v := range tt.verdicts {
			mid := 1.5
			if v == less {
				mid = 0.5
			}
			of = append(of, compared("pool", n, v, mid, p99))
			n *= 10
		}
		slices.Reverse(of) // the order they come in does not matter
		if got := course(of); got != tt.want {
			t.Errorf("%v: %q\nwant %q", tt.verdicts, got, tt.want)
		}
	}
}

func TestSentenceAt(t *testing.T) {
	cpu := figures.cpu
	same, more, unknown := compared("pool", 100, results.Same, 1, cpu), compared("goroutine", 100, results.More, 1.4, cpu), compared("actor", 100, results.Unknown, 0, cpu)
	for _, tt := range []struct {
		of    []results.Comparison
		level string
		want  string
	}{
		{nil, "", ""},
		{[]results.Comparison{same}, "", "At N = 100 no difference in CPU per message between `reactor` and `pool` was found."},
		{[]results.Comparison{same}, "6.50 µs", "At N = 100 no difference in CPU per message between `reactor` and `pool` was found (6.50 µs in `reactor`)."},
		{[]results.Comparison{same, more}, "6.50 µs",
			"At N = 100 it is 6.50 µs in `reactor` and 40% more (30 to 50%) in `goroutine`; no difference from `reactor` was found in `pool`."},
		{[]results.Comparison{more}, "", "At N = 100 it is, against `reactor`, 40% more (30 to 50%) in `goroutine`."},
		{[]results.Comparison{unknown}, "6.50 µs", "At N = 100 of `actor` too little is known to say (the machine's own pauses drown p99 here)."},
	} {
		if got := sentenceAt(tt.of, tt.level); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

func TestWhatIsNotKnownIsToldOnce(t *testing.T) {
	var all []results.Comparison
	for _, f := range []results.Figure{figures.p99, figures.p999} {
		all = append(all, compared("pool", 100, results.Unknown, 0, f), compared("goroutine", 100, results.Unknown, 0, f))
	}
	twin := compared("reactor-twin", 100, results.More, 9, figures.p99)
	twin.Twin = true
	want := "p99 and p99.9 cannot rank `reactor`, `pool` and `goroutine` at N = 100 (the machine's own pauses drown p99 here)."
	if got := inWords(matters(append(all, twin))); !slices.Equal(got, []string{want}) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestBestOf(t *testing.T) {
	cpu, rate := figures.cpu, figures.throughput
	nan := math.NaN()
	interval := func(other string, v results.Verdict, low, mid, high float64) results.Comparison {
		c := compared(other, 100, v, mid, cpu)
		c.Ratio.Low, c.Ratio.High = low, high
		return c
	}
	for _, tt := range []struct {
		name string
		of   []results.Comparison
		want string
	}{
		{"nothing", nil, ""},
		{"the base alone", []results.Comparison{compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor"},
		{"no difference over a wide interval", []results.Comparison{interval("pool", results.Same, 0.85, 1, 1.2), compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor"},
		{"no difference, and how sure is not known", []results.Comparison{interval("pool", results.Same, nan, 1, nan)}, "reactor"},
		{"others that meet, but may be much worse", []results.Comparison{interval("pool", results.Less, 0.45, 0.5, 0.55), interval("actor", results.Less, 0.5, 0.6, 0.7)}, "pool"},
		{"others whose intervals meet", []results.Comparison{interval("pool", results.Less, 0.48, 0.5, 0.52), interval("actor", results.Less, 0.49, 0.52, 0.54)}, "pool actor"},
		{"a tie", []results.Comparison{compared("pool", 100, results.Same, 1, cpu), compared("goroutine", 100, results.More, 1.4, cpu)}, "reactor pool"},
		{"another", []results.Comparison{compared("pool", 100, results.Less, 0.5, cpu), compared("goroutine", 100, results.Less, 0.8, cpu)}, "pool"},
		{"more is better", []results.Comparison{compared("pool", 100, results.More, 1.9, rate), compared("goroutine", 100, results.Less, 0.6, rate)}, "pool"},
		{"a control is none", []results.Comparison{compared("floor", 100, results.Less, 0.5, cpu), compared("pool", 100, results.Same, 1, cpu)}, "reactor pool"},
		{"too little is known", []results.Comparison{compared("pool", 100, results.Unknown, 0, cpu)}, ""},
	} {
		if got := strings.Join(bestOf(tt.of, isFloor), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCapacitySentence(t *testing.T) {
	at := results.Setting{Scenario: "echo", Params: results.Params{Loop: "search", Search: "rate", SLO: "p99<5ms"}}
	held := func(model string, v float64, bound string) limit {
		return limit{model: model, conns: 1000, setting: at, held: results.Interval{Low: 0.97 * v, Mid: v, High: 1.03 * v, N: 1}, bound: bound}
	}
	none := limit{model: "pool", conns: 1000, setting: at, why: "p99 was 9ms", held: results.Interval{Low: math.NaN(), Mid: math.NaN(), High: 1}}
	wide := held("goroutine", 140_000, "server")
	wide.held.Low = 100_000
	unended := held("goroutine", 101_000, "server")
	unended.held.Low = math.NaN()
	for _, tt := range []struct {
		all  []limit
		want string
		most string
	}{
		{nil, "", ""},
		{[]limit{held("goroutine", 101_234, "server"), held("reactor", 143_000, "server")},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 101,000 (98,200 to 104,000).", "reactor"},
		{[]limit{held("goroutine", 140_000, "limit"), held("reactor", 143_000, "client"), none},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 140,000 (136,000 to 144,000). " +
				"For `reactor` the client was the bottleneck: the server could do more, and its limit is not known. `goroutine` still held the most that was tried. " +
				"Not even the least that was tried was held by `pool` (p99 was 9ms).", ""},
		{[]limit{held("goroutine", 101_000, "server"), held("reactor", 143_000, "unknown")},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 101,000 (98,000 to 104,000). " +
				"What ended the search of `reactor` is not known: the server may hold more.", ""},
		{[]limit{held("goroutine", 140_000, "server"), held("reactor", 143_000, "server")},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 140,000 (136,000 to 144,000).",
			"reactor goroutine"},
		{[]limit{wide, held("reactor", 143_000, "server")},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 140,000 (100,000 to 144,000).", "reactor"},
		{[]limit{unended, held("reactor", 143_000, "server")},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 101,000 (under 104,000).", "reactor"},
		{[]limit{none}, "Not even the least that was tried was held by `pool` (p99 was 9ms).", ""},
	} {
		if got := capacitySentence(tt.all); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
		if got := strings.Join(mostOf(tt.all), " "); got != tt.most {
			t.Errorf("the most: %q, want %q", got, tt.most)
		}
	}
}

func TestCapacityAnswer(t *testing.T) {
	at := results.Setting{Scenario: "echo", Params: results.Params{Loop: "search", Search: "rate", SLO: "p99<5ms"}}
	held := func(model string, v float64) limit {
		return limit{model: model, conns: 1000, setting: at, held: results.Interval{Low: 0.97 * v, Mid: v, High: 1.03 * v, N: 1}, bound: "server"}
	}
	a, ok := capacityAnswer([][]limit{{held("goroutine", 101_000), held("reactor", 143_000), held("floor", 200_000)}}, isFloor)
	if !ok || a.Use != "The most messages/s within p99 < 5ms at N = 1,000" || !slices.Equal(a.Models, []string{"reactor"}) ||
		!slices.Equal(a.Why, []string{"Held: `reactor` 143,000 (139,000 to 147,000); next `goroutine` 101,000 (98,000 to 104,000)."}) {
		t.Errorf("%+v, %v", a, ok)
	}
}

func TestStallSentences(t *testing.T) {
	server := stall{model: "bad", load: "echo", conns: 20, p50: 1e5, p99: 290e6, service: 1.2e6, worst: 299e6, longest: 290e6, shown: 3, of: 3, rivals: 2}
	late, seen, once, control := server, server, server, server
	late.late, late.closed = 0.05, 1e6
	seen.service = 289e6
	once.shown = 1
	wider := server
	wider.conns, wider.p99 = 100, 280e6
	control.model, control.control, control.longest = "floor", true, 34e6
	for _, tt := range []struct {
		name string
		all  []stall
		want []string // words of each sentence
	}{
		{"none", nil, nil},
		{"hidden by service time", []stall{server}, []string{"`bad` stops|290 ms or longer|Service time hides it|p99 is 1.20 ms|The server stopped"}},
		{"at two N", []stall{wider, server}, []string{"N = 20)|So it does at N = 100."}},
		{"late sends are told", []stall{late}, []string{"5% of the sends were late|A closed loop hides it as well (p99 1.00 ms)"}},
		{"seen by both clocks", []stall{seen}, []string{"The server stopped, and every message that was due meanwhile waited|the send shows it too (p99 289 ms)"}},
		{"in one repetition of three", []stall{once}, nil},
		{"the control too", []stall{server, control}, []string{"The machine itself stops|34.0 ms and more, with `bad` and the control `floor` alike"}},
	} {
		got := stallSentences(tt.all)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q", tt.name, got)
			continue
		}
		for i, want := range tt.want {
			for _, words := range strings.Split(want, "|") {
				if !strings.Contains(got[i], words) {
					t.Errorf("%s: %q does not say %q", tt.name, got[i], words)
				}
			}
		}
	}
}

// A floor is told with its load, as what it is, and that there is none where there is no control.
func TestNoise(t *testing.T) {
	closed := results.Setting{Scenario: "echo", Params: results.Params{Loop: "closed"}}
	floor := func(f results.Figure, share float64, control string) results.Comparison {
		c := compared("pool", 100, results.Same, 1, f)
		c.Setting, c.Floor, c.Control = closed, share, control
		return c
	}
	cpu, p50 := figures.cpu, figures.p50
	for _, tt := range []struct {
		all  []results.Comparison
		want []string
	}{
		{nil, nil},
		{[]results.Comparison{floor(cpu, 0, "")}, nil},
		{[]results.Comparison{floor(cpu, 0.012, "a control"), floor(cpu, 0.034, "a control"), floor(p50, 0.5, "a control")},
			[]string{"is 1.2 to 3.4% in CPU per message (echo, closed loop); each is", "is not called one."}},
		{[]results.Comparison{floor(cpu, 0.012, "a control"), floor(cpu, 0, "")},
			[]string{"is 1.2% in CPU per message (echo, closed loop)", "; of 2 comparisons 1 had no control, and so no floor."}},
	} {
		f := facts{matters: matters(tt.all), loads: map[results.Setting]string{closed: "echo, closed loop"}}
		said := f.noise()
		if (said == "") != (tt.want == nil) {
			t.Errorf("%q", said)
		}
		for _, want := range tt.want {
			if !strings.Contains(said, want) {
				t.Errorf("%q does not say %q", said, want)
			}
		}
	}
}

func TestFindings(t *testing.T) {
	s := made(t)
	all := factsOf(&s).findings()
	about := map[string]string{}
	for _, f := range all {
		about[f.About] += strings.Join(f.Says, " ")
		for _, said := range f.Says {
			if !strings.HasSuffix(said, ".") || strings.Contains(said, "NaN") || strings.Contains(said, "%!") || strings.Count(said, "`")%2 != 0 {
				t.Errorf("no sentence: %q", said)
			}
		}
	}
	for name, words := range map[string]string{
		"Memory": "3.86 KiB", "CPU per message": "more", "Capacity": "the client was the bottleneck", "Stalls": "Service time hides it",
		"How sure": "1 of ", "p99 latency": "it is",
	} {
		if about[name] == "" || !strings.Contains(about[name], words) {
			t.Errorf("%s: %q does not say %q", name, about[name], words)
		}
	}
	answers := factsOf(&s).answers()
	if len(answers) < 2 || answers[0].Use != "10,000 mostly idle connections" || !slices.Contains(answers[0].Models, "reactor") {
		t.Errorf("answers %+v", answers)
	}
	for _, a := range answers {
		if slices.Contains(a.Models, "floor") || slices.Contains(a.Models, "reactor-twin") {
			t.Errorf("a control is an answer: %+v", a)
		}
		if strings.HasPrefix(a.Use, "The most") {
			t.Errorf("the client was the end of the best, so who holds the most is not known: %+v", a)
		}
	}
}

func TestFindingsOfLittle(t *testing.T) {
	whole := made(t)
	void := slices.Clone(whole.Cells)
	for i := range void {
		void[i].Valid, void[i].Void = false, []string{"the client was saturated"}
	}
	one := slices.DeleteFunc(slices.Clone(whole.Cells), func(c results.Cell) bool { return c.Model != "reactor" })
	for name, tt := range map[string]struct {
		cells []results.Cell
		want  string
	}{
		"no cell":   {nil, "No repetition is finished."},
		"all void":  {void, "so nothing was found (the client was saturated)"},
		"one model": {one, "No figure was compared with another"},
	} {
		s := Source{Run: whole.Run, Cells: tt.cells, Comparisons: results.Comparisons(tt.cells, "")}
		said := ""
		for _, f := range factsOf(&s).findings() {
			said += strings.Join(f.Says, " ") + " "
		}
		if !strings.Contains(said, tt.want) {
			t.Errorf("%s: %q does not say %q", name, said, tt.want)
		}
		if answers := factsOf(&s).answers(); len(answers) > 0 {
			t.Errorf("%s: answers %+v", name, answers)
		}
		var page strings.Builder
		if err := Write(&page, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

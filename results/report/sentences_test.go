package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

func TestWords(t *testing.T) {
	nan := math.NaN()
	cpu, p99, rate := figures.cpu, figures.p99, figures.throughput
	for _, tt := range []struct{ got, want string }{
		{words.List(nil), ""},
		{words.List([]string{"a"}), "a"},
		{words.List([]string{"a", "b"}), "a and b"},
		{words.Either([]string{"a", "b", "c"}), "a, b or c"},
		{words.Plural(1, "core") + " " + words.Plural(2000, "core"), "1 core 2,000 cores"},
		{words.Percent(0) + " " + words.Percent(0.00001) + " " + words.Percent(0.0026) + " " + words.Percent(-0.071) + " " + words.Percent(0.42), "0% <0.01% 0.26% 7.1% 42%"},
		{howMuch(stats.Interval{Low: 1.24, Mid: 1.27, High: 1.3, N: 9}, cpu), "27% more (24 to 30%)"},
		{howMuch(stats.Interval{Low: 2.1, Mid: 2.3, High: 2.6, N: 9}, p99), "2.3 times as long (2.1 to 2.6)"},
		{howMuch(stats.Interval{Low: 1312, Mid: 1493, High: 1802, N: 9}, p99), "1,490 times as long (1,310 to 1,800)"},
		{howMuch(stats.Interval{Low: 30, Mid: 34.7, High: 41, N: 9}, cpu), "35 times as much (30 to 41)"},
		{howMuch(stats.Interval{Low: 0.25, Mid: 0.3, High: 0.35, N: 9}, rate), "70% lower (65 to 75%)"},
		{howMuch(stats.Interval{Low: 0.98, Mid: 1.02, High: 1.05, N: 9}, cpu), "2% more (−2 to 5%)"},
		{howMuch(stats.Interval{Low: nan, Mid: 1.5, High: nan, N: 2}, cpu), "50% more"},
		{words.Code("a`b\x1b"), "`a'b `"},
		{rate3(143_217), "143,000"},
		{limitsIn("p99<5ms,mem<1GiB"), "p99 < 5ms and mem < 1GiB"},
		{commandLine([]string{"cbench", "--cmd=./a b", "it's"}), `cbench '--cmd=./a b' 'it'\''s'`},
		{words.Capital("p99 cannot") + words.Capital("pool") + words.Capital(""), "p99 cannotPool"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

func rate3(v float64) string { return words.Rate(v) }

func TestLoadNames(t *testing.T) {
	open := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "open", RatePerS: 20000, PayloadBytes: 128}}
	other := open
	other.Params.PayloadBytes = 4096
	closed := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "closed", Pipeline: 4, Driver: "wrk"}}
	search := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "search", Search: "conns", SLO: "p99<5ms"}}
	idle := figure.Setting{Scenario: "idle", Params: record.Params{Loop: "open", RatePerS: 10, Arrivals: "poisson"}}
	for s, want := range map[figure.Setting]string{
		open: "echo at 20,000 messages/s", closed: "echo, closed loop, 4 under way each, loaded by wrk", search: "echo, most connections within p99 < 5ms",
		idle: "idle, poisson arrivals",
	} {
		if got := loadNames([]figure.Setting{s})[s]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if names := loadNames([]figure.Setting{open, other}); names[open] == names[other] {
		t.Errorf("two loads are both called %q", names[open])
	}
}

// compared is how one model stands to the reactor.
func compared(other string, n int, v compare.Verdict, mid float64, f figure.Figure) compare.Comparison {
	c := compare.Comparison{Conns: n, Figure: f, Base: "reactor", Other: other, Verdict: v, Ratio: stats.Interval{Low: mid - 0.1, Mid: mid, High: mid + 0.1, N: 20}}
	if v == compare.Unknown {
		c.Why, c.Ratio = "the machine's own pauses drown p99 here", stats.Interval{}
	}
	return c
}

func TestCourse(t *testing.T) {
	const same, more, less, unknown = compare.Same, compare.More, compare.Less, compare.Unknown
	p99 := figures.p99
	for _, tt := range []struct {
		verdicts []compare.Verdict // at 100, 1,000, 10,000 …
		want     string
	}{
		{nil, ""},
		{[]compare.Verdict{same}, "No difference in p99 between `pool` and `reactor` was found at N = 100."},
		{[]compare.Verdict{same, same, same}, "No difference in p99 between `pool` and `reactor` was found at any N from 100 to 10,000."},
		{[]compare.Verdict{more}, "p99 in `pool` is 50% longer (40 to 60%) than in `reactor` at N = 100."},
		{[]compare.Verdict{more, more}, "p99 in `pool`, against `reactor`, is 50% longer (40 to 60%) at N = 100 and 50% longer (40 to 60%) at N = 1,000."},
		{[]compare.Verdict{same, same, more},
			"At N = 100 and 1,000 no difference in p99 between `pool` and `reactor` was found; at N = 10,000 it is 50% longer (40 to 60%) in `pool`."},
		{[]compare.Verdict{less, same, more},
			"At N = 100 p99 in `pool` is 50% shorter (40 to 60%) than in `reactor`; at N = 1,000 no difference was found; at N = 10,000 it is 50% longer (40 to 60%) in `pool`."},
		{[]compare.Verdict{same, more, more},
			"At N = 100 no difference in p99 between `pool` and `reactor` was found; from N = 1,000 on it is 50% longer (40 to 60%) at N = 1,000 and 50% longer (40 to 60%) at N = 10,000 in `pool`."},
		{[]compare.Verdict{same, unknown},
			"At N = 100 no difference in p99 between `pool` and `reactor` was found; at N = 1,000 too little is known to say (the machine's own pauses drown p99 here)."},
	} {
		var of []compare.Comparison
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
	same, more, unknown := compared("pool", 100, compare.Same, 1, cpu), compared("goroutine", 100, compare.More, 1.4, cpu), compared("actor", 100, compare.Unknown, 0, cpu)
	for _, tt := range []struct {
		of    []compare.Comparison
		level string
		want  string
	}{
		{nil, "", ""},
		{[]compare.Comparison{same}, "", "At N = 100 no difference in CPU per message between `reactor` and `pool` was found."},
		{[]compare.Comparison{same}, "6.50 µs", "At N = 100 no difference in CPU per message between `reactor` and `pool` was found (6.50 µs in `reactor`)."},
		{[]compare.Comparison{same, more}, "6.50 µs",
			"At N = 100 it is 6.50 µs in `reactor` and 40% more (30 to 50%) in `goroutine`; no difference from `reactor` was found in `pool`."},
		{[]compare.Comparison{more}, "", "At N = 100 it is, against `reactor`, 40% more (30 to 50%) in `goroutine`."},
		{[]compare.Comparison{unknown}, "6.50 µs", "At N = 100 of `actor` too little is known to say (the machine's own pauses drown p99 here)."},
	} {
		if got := sentenceAt(tt.of, tt.level); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

func TestWhatIsNotKnownIsToldOnce(t *testing.T) {
	var all []compare.Comparison
	for _, f := range []figure.Figure{figures.p99, figures.p999} {
		all = append(all, compared("pool", 100, compare.Unknown, 0, f), compared("goroutine", 100, compare.Unknown, 0, f))
	}
	twin := compared("reactor-twin", 100, compare.More, 9, figures.p99)
	twin.Twin = true
	want := "p99 and p99.9 cannot rank `reactor`, `pool` and `goroutine` at N = 100 (the machine's own pauses drown p99 here)."
	if got := differenceInWords(matters(append(all, twin))); !slices.Equal(got, []string{want}) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// A floor is told with its load, as what it is, and that there is none where there is no control.
func TestNoise(t *testing.T) {
	closed := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "closed"}}
	floor := func(f figure.Figure, share float64, control string) compare.Comparison {
		c := compared("pool", 100, compare.Same, 1, f)
		c.Setting, c.Floor, c.Control = closed, share, control
		return c
	}
	cpu, p50 := figures.cpu, figures.p50
	for _, tt := range []struct {
		all  []compare.Comparison
		want []string
	}{
		{nil, nil},
		{[]compare.Comparison{floor(cpu, 0, "")}, nil},
		{[]compare.Comparison{floor(cpu, 0.012, "a control"), floor(cpu, 0.034, "a control"), floor(p50, 0.5, "a control")},
			[]string{"is 1.2 to 3.4% in CPU per message (echo, closed loop); each is", "is not called one."}},
		{[]compare.Comparison{floor(cpu, 0.012, "a control"), floor(cpu, 0, "")},
			[]string{"is 1.2% in CPU per message (echo, closed loop)", "; of 2 comparisons 1 had no control, and so no floor."}},
	} {
		f := facts{matters: matters(tt.all), loads: map[figure.Setting]string{closed: "echo, closed loop"}}
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
	for name, inWords := range map[string]string{
		"Memory": "3.90 KiB", "CPU per message": "more", "Capacity": "the client was the bottleneck", "Stalls": "Service time hides it",
		"How sure": "1 of ", "p99 latency": "it is",
	} {
		if about[name] == "" || !strings.Contains(about[name], inWords) {
			t.Errorf("%s: %q does not say %q", name, about[name], inWords)
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
	one := slices.DeleteFunc(slices.Clone(whole.Cells), func(c record.Cell) bool { return c.Model != "reactor" })
	for name, tt := range map[string]struct {
		cells []record.Cell
		want  string
	}{
		"no cell":   {nil, "No repetition is finished."},
		"all void":  {void, "so nothing was found (the client was saturated)"},
		"one model": {one, "No figure was compared with another"},
	} {
		s := Source{Run: whole.Run, Cells: tt.cells, Comparisons: compare.Comparisons(tt.cells, "")}
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

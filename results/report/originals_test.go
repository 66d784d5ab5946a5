package report

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// originalNatures are servers of other makes; a hostile one is among them.
var originalNatures = []struct {
	nature
	record.Original
}{
	{nature{"twisted", "", 9000, 3870, 90e3, 150e3, 9e3, false}, record.Original{Of: "callback", Language: "CPython"}},
	{nature{"tornado", "", 12_000, 3870, 130e3, 150e3, 8e3, false}, record.Original{Of: "reactor", Language: "CPython"}},
	{nature{"asyncore", "", 5000, 3870, 78e3, 150e3, 9e3, false}, record.Original{Of: "reactor", Language: "CPython"}},
	{nature{"node", "", 5000, 3870, 21e3, 60e3, 40e3, false}, record.Original{Of: "reactor", Language: "JavaScript (V8)"}},
	{nature{"gnet", "", 900, 3870, 9000, 50e3, 100e3, false}, record.Original{Of: "reactor", Language: "Go"}},
	{nature{"nbio", "", 0, 3870, 8125, 50e3, 100e3, false}, record.Original{Of: "reactor", Language: "Go"}},
	{nature{"callback", "", 120, 3870, 6800, 49e3, 120e3, false}, record.Original{}},
}

// madeBeside is the run made with its originals.
func madeBeside(t testing.TB) Source {
	t.Helper()
	s := made(t)
	run := *s.Run
	run.Servers, run.Versions = maps.Clone(run.Servers), map[string]string{"twisted": "twisted 22.4.0 <b>"}
	run.Originals = map[string]record.Original{hostile: {Of: "reactor", Language: hostile}}
	cells := s.Cells[:len(s.Cells):len(s.Cells)]
	for _, o := range originalNatures {
		if o.Of != "" {
			run.Originals[o.model], run.Servers[o.model] = o.Original, o.model+" {addr}"
		}
		for rep := 1; rep <= 3; rep++ {
			for _, n := range []int{100, 1000} {
				cells = append(cells, o.cell("echo", record.Params{Loop: "closed", PayloadBytes: 128, Pipeline: 1, Rotation: "all", Rounds: 12}, n, rep),
					o.cell("echo", record.Params{Loop: "open", RatePerS: 20_000, PayloadBytes: 128, Pipeline: 1}, n, rep),
					o.cell("blocking", record.Params{Loop: "open", RatePerS: 1000, PayloadBytes: 128, Pipeline: 1, How: "inline", Share: 0.01, BlockNS: 20e6}, n, rep))
			}
		}
		for _, n := range []int{1000, 10_000} {
			cells = append(cells, o.cell("idle", record.Params{Loop: "open", RatePerS: 10, PayloadBytes: 128, Pipeline: 1}, n, 1))
		}
	}
	s.Run, s.Cells = &run, cells
	s.Comparisons = compare.Comparisons(cells, "")
	return s
}

func TestOriginalsOnThePage(t *testing.T) {
	s := madeBeside(t)
	page := written(t, s)
	for _, want := range []string{
		`id="originals"`, "Language or model", "Lines over TCP", "twisted 22.4.0 &lt;b&gt;", "Written for CPython", "an interpreter’s own base is not in it",
		`aria-label="twisted beside callback: `, "Every original over ours",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<b>&</b>") || strings.Contains(page, "NaN%") || strings.Contains(page, "Inf%") {
		t.Error("mark-up of a name, or a place that is none")
	}
	if page := written(t, made(t)); strings.Contains(page, `id="originals"`) || strings.Contains(page, "Language or model") {
		t.Error("a run without originals has a section of them")
	}
}

// pairOf is an original at that ratio to ours.
func pairOf(original, ours, language string, ratio float64, v compare.Verdict) compare.Pair {
	c := &compare.Comparison{Base: ours, Other: original, Verdict: v, Ratio: stats.Interval{Low: 0.9 * ratio, Mid: ratio, High: 1.1 * ratio, N: 8}}
	return compare.Pair{Original: original, Ours: ours, Language: language, Figures: []compare.Both{{Ratio: c}}}
}

// rangeOf is a language whose models are so far apart; 0: no difference was found.
func rangeOf(language string, ours bool, ratio float64) compare.ModelRange {
	r := compare.ModelRange{Language: language, Ours: ours, Models: 5}
	if ratio > 0 {
		r.Widest = pairOf("dear", "cheap", "", ratio, compare.More).Figures[0].Ratio
	}
	return r
}

func TestLanguageInWords(t *testing.T) {
	const more, same, unknown = compare.More, compare.Same, compare.Unknown
	knownInPart, unsure := rangeOf("Go", true, 2), rangeOf("CPython", false, 2.8)
	knownInPart.Pairs, knownInPart.Unknown = 10, 4
	unsure.Widest.Ratio.Low, unsure.Widest.Ratio.High = 1.5, 5.2
	for name, tt := range map[string]struct {
		pairs  []compare.Pair
		within []compare.ModelRange
		want   []string
	}{
		"nothing":      {},
		"not compared": {pairs: []compare.Pair{{Original: "node", Ours: "reactor", Language: "JavaScript (V8)", Figures: []compare.Both{{}}}}},
		"the language": {
			[]compare.Pair{pairOf("gnet", "reactor", "Go", 1.25, more), pairOf("erlang", "actor", "Erlang (BEAM)", 3, more), pairOf("twisted", "callback", "CPython", 20, more),
				pairOf("gevent", "coroutine", "CPython", 12, more)},
			[]compare.ModelRange{rangeOf("Go", true, 1.5), rangeOf("CPython", false, 2), rangeOf("Go", false, 9)},
			[]string{
				"Written for CPython the same model takes 12 to 20 times the CPU of ours per message, over 2 pairs (`gevent` for `coroutine` to `twisted` for `callback`; median 16).",
				"Written for Erlang (BEAM) the same model takes 3 times (2.7 to 3.3) the CPU of ours per message (`erlang` for `actor`).",
				"By others' libraries for Go the same model takes 1.25 times (1.12 to 1.38) the CPU of ours per message (`gnet` for `reactor`).",
				"The choice of model changes it by up to 1.5 times (1.35 to 1.65) in Go, `dear` against `cheap` (of 5 models) and " +
					"by up to 2 times (1.8 to 2.2) in CPython, `dear` against `cheap` (of 5 servers, whose libraries differ too).",
				"Of CPython against Go the language, with its runtime and libraries, is most of it: its least factor is larger than the largest between models.",
			},
		},
		"the model": {
			[]compare.Pair{pairOf("twisted", "callback", "CPython", 2, more)}, []compare.ModelRange{rangeOf("Go", true, 5)},
			[]string{
				"Written for CPython the same model takes 2 times (1.8 to 2.2) the CPU of ours per message (`twisted` for `callback`).",
				"The choice of model changes it by up to 5 times (4.5 to 5.5) in Go, `dear` against `cheap` (of 5 models).",
				"Of CPython against Go the model is most of it: the largest factor between models is larger than any of the language.",
			},
		},
		"neither": {
			[]compare.Pair{pairOf("twisted", "callback", "CPython", 2, more)}, []compare.ModelRange{rangeOf("Go", true, 2)},
			[]string{
				"Written for CPython the same model takes 2 times (1.8 to 2.2) the CPU of ours per message (`twisted` for `callback`).",
				"The choice of model changes it by up to 2 times (1.8 to 2.2) in Go, `dear` against `cheap` (of 5 models).",
				"Of CPython against Go neither the language nor the model is most of it throughout: the factors of the one and of the other overlap.",
			},
		},
		"ties": {
			[]compare.Pair{pairOf("stackless", "actor", "PyPy", 1, same), pairOf("twisted", "callback", "CPython", 9, unknown), pairOf("gevent", "coroutine", "CPython", 9, more)},
			[]compare.ModelRange{rangeOf("Go", true, 0)},
			[]string{
				"Written for CPython the same model takes 9 times (8.1 to 9.9) the CPU of ours per message (`gevent` for `coroutine`); of `twisted` too little is known to say.",
				"Written for PyPy: no difference from ours was found in `stackless`.",
				"Among the models of Go no difference was found.",
			},
		},
		"too little is known": {
			[]compare.Pair{pairOf("twisted", "callback", "CPython", 20, more), pairOf("stackless", "actor", "PyPy", 1, unknown), pairOf("jython", "thread", "Jython (JVM)", 1, unknown)},
			[]compare.ModelRange{{Language: "Go", Ours: true, Models: 3, Pairs: 3, Unknown: 3}, {Language: "CPython", Models: 3, Pairs: 3, Unknown: 1}},
			[]string{
				"Written for CPython the same model takes 20 times (18 to 22) the CPU of ours per message (`twisted` for `callback`).",
				"What it takes written for PyPy (`stackless`) and Jython (JVM) (`jython`): too little is known to say.",
				"Of the models of Go and CPython (1 of 3 pairs; the others do not differ) too little is known to say.",
			},
		},
		"known in part": {
			[]compare.Pair{pairOf("twisted", "callback", "CPython", 20, more)}, []compare.ModelRange{knownInPart},
			[]string{
				"Written for CPython the same model takes 20 times (18 to 22) the CPU of ours per message (`twisted` for `callback`).",
				"The choice of model changes it by up to 2 times (1.8 to 2.2) in Go, `dear` against `cheap` (of 5 models; of 4 of 10 pairs too little is known to say).",
			},
		},
		"the wider interval is of the lesser": {
			[]compare.Pair{pairOf("twisted", "callback", "CPython", 5, more)}, []compare.ModelRange{rangeOf("Go", true, 3), unsure},
			[]string{
				"Written for CPython the same model takes 5 times (4.5 to 5.5) the CPU of ours per message (`twisted` for `callback`).",
				"The choice of model changes it by up to 3 times (2.7 to 3.3) in Go, `dear` against `cheap` (of 5 models) and " +
					"by up to 2.8 times (1.5 to 5.2) in CPython, `dear` against `cheap` (of 5 servers, whose libraries differ too).",
				"Of CPython against Go neither the language nor the model is most of it throughout: the factors of the one and of the other overlap.",
			},
		},
	} {
		o := &compare.Originals{Tables: []compare.Beside{{Columns: []compare.BesideColumn{{Key: "cpu", Title: "CPU per message"}}, Pairs: tt.pairs}}, Within: tt.within}
		_, says := languageSays(o)
		if !slices.Equal(says, tt.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(says, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

func TestEnginesInWords(t *testing.T) {
	closed, open := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "closed"}}, figure.Setting{Scenario: "echo", Params: record.Params{Loop: "open", RatePerS: 2000}}
	of := func(s figure.Setting, engine string, n int, ratio float64, v compare.Verdict) compare.Comparison {
		c := *pairOf("reactor", engine, "", ratio, v).Figures[0].Ratio
		c.Setting, c.Conns = s, n
		return c
	}
	raw := func(engine string, n int, ratio float64, v compare.Verdict) compare.Comparison {
		c := of(closed, engine, n, ratio, v)
		c.Other = "c-epoll"
		return c
	}
	for _, tt := range []struct {
		all, raw []compare.Comparison
		want     []string
	}{
		{nil, nil, nil},
		{
			[]compare.Comparison{of(closed, "gnet", 100, 0.8, compare.Less)},
			[]compare.Comparison{raw("gnet", 1000, 0.5, compare.Less), raw("nbio", 100, 0.5, compare.Less), raw("gnet", 100, 0.75, compare.Less), raw("gnet", 100, 0.7, compare.Unknown)},
			[]string{"CPU per message of `reactor`, against the cheapest of Go's libraries (`gnet`), in echo, closed loop: 0.8 times (0.72 to 0.88) that of `gnet` at N = 100.",
				"A raw loop in C that parses nothing takes 0.75 times (0.675 to 0.825) that of `gnet` at N = 100 (`c-epoll`): that much is the kernel's, under every server, and an event loop comes no lower."},
		},
		{
			[]compare.Comparison{of(open, "evio", 100, 0.1, compare.Less), of(closed, "gnet", 1000, 0.5, compare.Less), of(closed, "nbio", 1000, 0.75, compare.Less),
				of(closed, "gnet", 100, 1, compare.Same), of(closed, "gnet", 10, 1, compare.Unknown)}, nil,
			[]string{"CPU per message of `reactor`, against the cheapest of Go's libraries (`gnet` and `nbio`), in echo, closed loop: of `gnet` at N = 10 too little is known to say; " +
				"no difference from `gnet` was found at N = 100; 0.75 times (0.675 to 0.825) that of `nbio` at N = 1,000."},
		},
	} {
		if got := engineSentences(&compare.Originals{Engines: tt.all, Floors: tt.raw}); !slices.Equal(got, tt.want) {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

func TestBellsAreOnTheAxis(t *testing.T) {
	for name, sides := range map[string][2]float64{"apart": {110, 12e3}, "alike": {4000, 4100}, "nothing": {0, 0}, "less than nothing": {-40, 5e6}} {
		ours, original := compare.Side{Interval: stats.Interval{Mid: sides[0], N: 2}}, compare.Side{Interval: stats.Interval{Mid: sides[1], N: 2}}
		for _, key := range []string{"cpu", "user"} {
			b := bellsOf(&compare.Beside{Columns: []compare.BesideColumn{{Key: key, Title: "t", Words: words.Bytes}},
				Pairs: []compare.Pair{{Original: "o", Ours: "u", Figures: []compare.Both{{Ours: ours, Original: original}}}}})
			r := b[0].Rows[0]
			for _, at := range []float64{r.From, r.To} {
				if !(at >= 0 && at <= 100) {
					t.Errorf("%s, %s: at %v%%", name, key, at)
				}
			}
			if n := len(b[0].Ticks); n < 1 || n > 6 {
				t.Errorf("%s, %s: %d ticks", name, key, n)
			}
		}
	}
}

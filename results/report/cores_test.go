package report

import (
	"math"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
)

// saysEach checks that sentences say all of the words wanted, a sentence each, and nothing else.
func saysEach(t *testing.T, name string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %q", name, got)
		return
	}
	for i := range want {
		for _, inWords := range strings.Split(want[i], "|") {
			if !strings.Contains(got[i], inWords) {
				t.Errorf("%s: %q does not say %q", name, got[i], inWords)
			}
		}
	}
}

func TestCoresSentences(t *testing.T) {
	core := func(model string, verdict compare.Verdict, low, mid, high, busy float64) compare.Cores {
		c := compare.Cores{Conns: 8, Model: model, From: 1, To: 2, Verdict: verdict, Ratio: stats.Interval{Low: low, Mid: mid, High: high, N: 12}}
		c.Busy = stats.SpreadOf([]float64{busy})
		return c
	}
	unknown := core("thread", compare.Unknown, math.NaN(), 1.5, math.NaN(), 1.5)
	unknown.Why = "too few rounds"
	for name, tt := range map[string]struct {
		all  []compare.Cores
		want string
	}{
		"some gain": {[]compare.Cores{core("goroutine", compare.More, 1.8, 1.9, 1.98, 1.9), core("pool", compare.More, 1.7, 1.8, 1.9, 1.9),
			core("reactor", compare.Same, 0.97, 1.01, 1.04, 1.02), core("callback", compare.Same, 0.95, 0.99, 1.04, 1)},
			"Given 2 cores instead of 1, `goroutine` and `pool` answer 1.8 to 1.9 times as many requests (95% intervals within 1.70 to 1.98); " +
				"in `reactor` or `callback` no gain was found, with at most 1.0 of 2 cores busy."},
		"one alone": {[]compare.Cores{core("goroutine", compare.More, 1.8, 1.9, 1.98, 1.9)}, "Given 2 cores instead of 1, `goroutine` answers 1.9 times as many requests (95% interval 1.80 to 1.98)."},
		"hardly":    {[]compare.Cores{core("reactor", compare.More, 1.02, 1.04, 1.06, 1.05)}, "Given 2 cores instead of 1, `reactor` answers 4% more (2 to 6%), with 1.1 of 2 cores busy."},
		"unknown":   {[]compare.Cores{unknown}, "Given 2 cores instead of 1, of `thread` too little is known to say|too few rounds"},
		"too wide to say that there is none": {[]compare.Cores{core("reactor", compare.Same, 0.4, 1, 2.5, 1)},
			"of `reactor` too little is known to say|its interval is 0.40 to 2.50"},
	} {
		saysEach(t, name, []string{coresSentence(tt.all)}, []string{tt.want})
	}
}

func TestFairnessSentences(t *testing.T) {
	even := func(name string, jain, worst, middle float64) figure.Evenness {
		return figure.Evenness{Setting: figure.Setting{Scenario: "echo"}, Conns: 100, Name: name, Replies: 200, Jain: stats.SpreadOf([]float64{jain}),
			Worst: stats.SpreadOf([]float64{worst}), Median: stats.SpreadOf([]float64{middle})}
	}
	of := func(all ...figure.Evenness) facts {
		return facts{evenness: all, loads: map[figure.Setting]string{{Scenario: "echo"}: "echo", {Scenario: "idle"}: "idle"}}
	}
	good, unlucky := even("pool", 0.9991, 2e6, 1e6), even("actor", 1, 7e6, 1e6)
	shares, waits := even("a", 0.9, 2e6, 1e6), even("b", 1, 20e6, 1e6)
	shares.Shares, waits.Waits = true, true
	few := figure.Evenness{Setting: figure.Setting{Scenario: "idle"}, Conns: 100, Name: "pool", Replies: 0.1}
	slow, wide := even("thread", 0, 0, 0), even("pool", 0, 0, 0)
	slow.Jain, slow.Worst, slow.Replies, wide.Jain, wide.Worst, wide.Conns, wide.Replies = stats.Spread{}, stats.Spread{}, 7, stats.Spread{}, stats.Spread{}, 10_000, 3
	odd := even("pool", 1, 2e6, 1e6)
	odd.Jain = stats.SpreadOf([]float64{0.7, 0.98, 1})
	for name, tt := range map[string]struct {
		all  []figure.Evenness
		want []string
	}{
		"one repetition was odd": {[]figure.Evenness{odd}, []string{"Jain's index was at least 0.98 (0.70 in a single repetition), and no"}},
		"a load is known in part": {[]figure.Evenness{good, slow, wide, few}, []string{"All models were fair",
			"Not known under echo, N = 100, in `thread`; echo, N = 10,000; idle, where a connection had fewer than 10 replies"}},
		"all fair":  {[]figure.Evenness{good}, []string{"All models were fair|(1 case): Jain's index was at least 0.99, and no connection's p99 was over 2 times that of"}},
		"by chance": {[]figure.Evenness{good, unlucky}, []string{"(2 cases)|up to 7 times that of the one in the middle, chance does as much"}},
		"two are not": {[]figure.Evenness{good, shares, waits}, []string{
			"`a` was not fair (echo, N = 100): Jain's index is 0.90, as if 10% of the connections had nothing.",
			"`b` was not fair (echo, N = 100): one connection's p99 is 20.0 ms, that of the one in the middle 1.00 ms.",
			"In the other 1 of 3 cases models were fair"}},
		"some not known": {[]figure.Evenness{good, few}, []string{"All models were fair", "Not known under idle, where a connection had fewer than 10 replies"}},
	} {
		p := of(tt.all...).fairness()
		if p == nil {
			t.Fatalf("%s: there is no part", name)
		}
		saysEach(t, name, p.Says, tt.want)
	}
	if p := of(few).fairness(); p != nil {
		t.Errorf("of what is not known there is a part: %+v", p)
	}
}

func TestStylePrice(t *testing.T) {
	echo := figure.Setting{Scenario: "echo"}
	cpu, _ := figure.FigureNamed("cpu_ns_per_message")
	against := func(base string, conns int, verdict compare.Verdict, low, mid, high float64) compare.Comparison {
		return compare.Comparison{Setting: echo, Conns: conns, Figure: cpu, Base: base, Other: styled, Verdict: verdict, Ratio: stats.Interval{Low: low, Mid: mid, High: high, N: 20}}
	}
	grows := func(model string, low, mid, high float64) figure.Growth {
		return figure.Growth{Model: model, Name: model, User: &stats.Line{Slope: mid}, UserSlope: stats.Interval{Low: low, Mid: mid, High: high, N: 9}}
	}
	f := facts{loads: map[figure.Setting]string{echo: "echo, closed loop"}, growth: []figure.Growth{grows("goroutine", 3900, 4000, 4100), grows(styled, 2900, 3000, 3100), grows("callback", 230, 240, 250)},
		kindred: []compare.Comparison{against("goroutine", 100, compare.Less, 0.65, 0.7, 0.75), against("goroutine", 1000, compare.Same, 0.9, 1, 1.1),
			against("callback", 100, compare.Same, 0.95, 1, 1.05), against("callback", 1000, compare.Same, 0.9, 1, 1.06)}}
	saysEach(t, "all", f.stylePrice(), []string{
		"CPU per message in `coroutine` over that in `goroutine`: 0.70 (0.65 to 0.75) at N = 100 and no difference found at N = 1,000 (within 0.90 to 1.10) in echo, closed loop.",
		"over that in `callback`: no difference found at N = 100 or 1,000 (within 0.90 to 1.06)",
		"The user memory of an idle connection is in `coroutine` 0.75 (0.71 to 0.79) of `goroutine`'s and 12 (12 to 13) times `callback`'s.",
	})
	f.growth = f.growth[:1]
	f.kindred = nil
	saysEach(t, "nothing known", f.stylePrice(), nil)
}

package report

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
)

func TestCapacitySentence(t *testing.T) {
	at := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "search", Search: "rate", SLO: "p99<5ms"}}
	held := func(model string, v float64, bound string) limit {
		return limit{model: model, conns: 1000, setting: at, held: stats.Interval{Low: 0.97 * v, Mid: v, High: 1.03 * v, N: 3}, bound: bound}
	}
	none := limit{model: "pool", conns: 1000, setting: at, why: "p99 was 9ms", held: stats.Interval{Low: math.NaN(), Mid: math.NaN(), High: 1}}
	wide := held("goroutine", 140_000, "server")
	wide.held.Low = 100_000
	unended := held("goroutine", 101_000, "server")
	unended.held.Low = math.NaN()
	once := func(model string, v float64) limit {
		l := held(model, v, "server")
		l.held.N = 1
		return l
	}
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
		{[]limit{once("goroutine", 101_000), once("reactor", 143_000)},
			"Within p99 < 5ms at N = 1,000 the most messages/s held: `reactor` 143,000 (139,000 to 147,000) and `goroutine` 101,000 (98,000 to 104,000)" +
				"; each of one process, and another of the same program may do otherwise.", "reactor"},
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
	at := figure.Setting{Scenario: "echo", Params: record.Params{Loop: "search", Search: "rate", SLO: "p99<5ms"}}
	held := func(model string, v float64) limit {
		return limit{model: model, conns: 1000, setting: at, held: stats.Interval{Low: 0.97 * v, Mid: v, High: 1.03 * v, N: 1}, bound: "server"}
	}
	a, ok := capacityAnswer([][]limit{{held("goroutine", 101_000), held("reactor", 143_000), held("floor", 200_000)}}, isFloor)
	if !ok || a.Use != "The most messages/s within p99 < 5ms at N = 1,000" || !slices.Equal(a.Models, []string{"reactor"}) ||
		!slices.Equal(a.Why, []string{"Held: `reactor` 143,000 (139,000 to 147,000); next `goroutine` 101,000 (98,000 to 104,000)."}) {
		t.Errorf("%+v, %v", a, ok)
	}
}

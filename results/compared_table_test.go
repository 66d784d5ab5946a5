package results

import (
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"math"
	"strings"
	"testing"
)

// Loads of which too little is known take one line in all, not a block each.
func TestWhatIsTooScarceToCompareTakesOneLine(t *testing.T) {
	nan := math.NaN()
	compared := func(scenario string, n int, paired bool) []compare.Comparison {
		var all []compare.Comparison
		for _, other := range []string{"pool", "goroutine"} {
			c := compare.Comparison{Setting: figure.Setting{Scenario: scenario, Params: record.Params{Loop: "open", RatePerS: 1000}}, Conns: 100, Figure: figure.Named("p50_ns"),
				Base: "reactor", Other: other, Paired: paired, Ratio: stats.Interval{Low: nan, Mid: 1.2, High: nan, N: n}, P: nan, Verdict: compare.Unknown, Why: "too few"}
			if n >= 6 {
				c.Ratio, c.P, c.Verdict, c.Why = stats.Interval{Low: 1.1, Mid: 1.2, High: 1.3, N: n}, 0.001, compare.More, ""
			}
			all = append(all, c)
		}
		return all
	}
	controlled := compared("echo", 20, true)
	twin := controlled[0]
	twin.Other, twin.Twin, twin.Verdict = "reactor-twin", true, compare.Same
	controlled = append(controlled, twin)
	join := func(of ...[]compare.Comparison) (all []compare.Comparison) {
		for _, o := range of {
			all = append(all, o...)
		}
		return all
	}
	for name, tt := range map[string]struct {
		all    []compare.Comparison
		lines  int      // that are not empty; 0: any
		says   []string // each once
		silent string
	}{
		"nothing": {nil, 0, nil, "compare"},
		"one repetition each": {join(compared("echo", 1, false), compared("chat", 1, false), compared("idle", 1, false)), 1,
			[]string{"one repetition each: too little to compare; --reps=3 or --rotate\n"}, "p:"},
		"two repetitions": {join(compared("echo", 2, false), compared("chat", 1, false)), 1, []string{"2 repetitions or fewer: too little to compare; --reps=3 or --rotate\n"}, "control"},
		"few rounds":      {compared("echo", 4, true), 1, []string{"4 rounds or fewer: too little to compare; --rounds=6 at least\n"}, "control"},
		"some of them": {join(compared("echo", 8, false), compared("chat", 1, false), compared("idle", 1, false)), 0,
			[]string{"echo, against reactor", "not compared under 2 loads (chat, idle), one repetition each: too little to compare; --reps=3 or --rotate\n",
				"no control (A/A) was measured: how much of this", "p: of as much by chance"}, "chat, against"},
		"a control of one": {join(controlled, compared("chat", 8, false)), 0,
			[]string{"controls, the same server twice: 0 of 1 comparison called different; at the most p50 +20%\n", "under 1 of 2 loads no control (A/A) was measured"}, "too little to compare"},
	} {
		var out strings.Builder
		if err := WriteComparisons(&out, tt.all, TableOptions{Width: 120}); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		if n := len(strings.FieldsFunc(got, func(r rune) bool { return r == '\n' })); tt.lines > 0 && n != tt.lines {
			t.Errorf("%s: %d lines: %q", name, n, got)
		}
		for _, want := range tt.says {
			if strings.Count(got, want) != 1 {
				t.Errorf("%s: not once %q:\n%s", name, want, got)
			}
		}
		if strings.Contains(got, tt.silent) {
			t.Errorf("%s: %q is said:\n%s", name, tt.silent, got)
		}
	}
}

package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
)

func TestParseGates(t *testing.T) {
	for text, want := range map[string][]gate{
		"cpu<5%":                              {{"cpu", "cpu_ns_per_message", 0.05}},
		"cpu<5%,mem<2.5%,p99<15%":             {{"cpu", "cpu_ns_per_message", 0.05}, {"mem", "user_per_conn_bytes", 0.025}, {"p99", "p99_ns", 0.15}},
		" throughput < 0% , p999<100% ":       {{"throughput", "throughput_per_s", 0}, {"p999", "p999_ns", 1}},
		"kernel<1%,p50<.5%":                   {{"kernel", "kernel_per_conn_bytes", 0.01}, {"p50", "p50_ns", 0.005}},
		"cpu<1%,mem<1%,kernel<1%,p50<1%":      {{"cpu", "cpu_ns_per_message", 0.01}, {"mem", "user_per_conn_bytes", 0.01}, {"kernel", "kernel_per_conn_bytes", 0.01}, {"p50", "p50_ns", 0.01}},
		"p99<15%,cpu<5%":                      {{"p99", "p99_ns", 0.15}, {"cpu", "cpu_ns_per_message", 0.05}},
		"throughput<000000000000000000000.5%": {{"throughput", "throughput_per_s", 0.005}},
	} {
		got, err := parseGates(text)
		if err != nil || !slices.EqualFunc(got, want, func(a, b gate) bool {
			return a.name == b.name && a.fig == b.fig && math.Abs(a.most-b.most) < 1e-12
		}) {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for text, words := range map[string]string{
		"":                `must be such as "cpu<5%"`,
		"cpu":             `must be such as "cpu<5%"`,
		"cpu<5":           "must end in %",
		"cpu<%":           "no number",
		"cpu<-5%":         "no number",
		"cpu<1e3%":        "no number",
		"cpu<inf%":        "no number",
		"cpu<1.2.3%":      "no number",
		"cpu<5%%":         "no number",
		"cpu<=5%":         "no number",
		"cpu>5%":          `must be such as "cpu<5%"`,
		"memory<5%":       `no figure "memory" to gate; there are cpu, mem`,
		"cpu<5%,":         `gate ""`,
		"cpu<5%,cpu<6%":   "cpu is gated twice",
		"cpu<5%;mem<5%":   "no number",
		"cpu<9999999999%": "no number",
	} {
		if _, err := parseGates(text); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", text, err, words)
		}
	}
}

// What is accepted is said back in a form that reads as the same.
func FuzzParseGates(f *testing.F) {
	for _, s := range []string{"cpu<5%,mem<5%,p99<15%", "", "cpu<<5%", "p50<.%", "throughput<0.000001%", ",", "cpu<5%,cpu<5%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		gates, err := parseGates(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: the error is not a line of text: %q", text, err)
			}
			return
		}
		var said []string
		for _, g := range gates {
			if !slices.Contains(gateNames(), g.name) || !(g.most >= 0) || math.IsInf(g.most, 0) {
				t.Fatalf("%q: accepted as %+v", text, g)
			}
			said = append(said, g.String())
		}
		again, err := parseGates(strings.Join(said, ","))
		if err != nil || len(again) != len(gates) {
			t.Fatalf("%q is said as %q: %v", text, said, err)
		}
		for i := range gates {
			if again[i].name != gates[i].name || math.Abs(again[i].most-gates[i].most) > 1e-9*(1+gates[i].most) {
				t.Errorf("%q: %+v reads back as %+v", text, gates[i], again[i])
			}
		}
	})
}

func TestJudgeGates(t *testing.T) {
	change := func(fig string, mid float64, v compare.Verdict) compare.Change {
		f, ok := figure.FigureNamed(fig)
		if !ok {
			t.Fatal(fig)
		}
		c := compare.Change{Setting: figure.Setting{Scenario: "echo"}, Conns: 100, Model: "pool", Figure: f, Verdict: v,
			Ratio: stats.Interval{Low: mid, Mid: mid, High: mid, N: 20}}
		if v == compare.Unknown {
			c.Why = "too few rounds: 4"
		}
		return c
	}
	wide := func(c compare.Change) compare.Change {
		c.Ratio.Low, c.Ratio.High = c.Ratio.Mid/1.5, c.Ratio.Mid*1.5
		return c
	}
	cpu, throughput := "cpu_ns_per_message", "throughput_per_s"
	for _, tc := range []struct {
		name                         string
		change                       compare.Change
		tripped, unjudged, undefined int
	}{
		{"worse, beyond the gate", change(cpu, 1.06, compare.More), 1, 0, 1},
		{"worse, within the gate", change(cpu, 1.04, compare.More), 0, 0, 1},
		{"as it was, and sure of it", change(cpu, 1, compare.Same), 0, 0, 1},
		{"as it was, and it could be worse by far", wide(change(cpu, 1, compare.Same)), 0, 1, 1},
		{"throughput as it was, and it could be worse by far", wide(change(throughput, 1, compare.Same)), 0, 1, 1},
		{"worse by far, and nobody knows", change(cpu, 1.5, compare.Unknown), 0, 1, 1},
		{"better", change(cpu, 0.5, compare.Less), 0, 0, 1},
		{"less throughput is worse", change(throughput, 0.9, compare.Less), 1, 0, 1},
		{"more throughput is better", change(throughput, 1.9, compare.More), 0, 0, 1},
		{"not gated", change("p50_ns", 1.9, compare.More), 0, 0, 2},
	} {
		gates, err := parseGates("cpu<5%,throughput<5%")
		if err != nil {
			t.Fatal(err)
		}
		j := judgeGates(gates, []compare.Change{tc.change})
		if len(j.tripped) != tc.tripped || len(j.unjudged) != tc.unjudged || len(j.undefined) != tc.undefined {
			t.Errorf("%s: %+v", tc.name, j)
		}
		var said strings.Builder
		if err := j.say(&said); (err != nil) != (tc.tripped > 0) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.change.Verdict == compare.Unknown && !strings.Contains(said.String(), "gate cpu<5%: could not judge pool echo N=100: too few rounds: 4") {
			t.Errorf("%s: said %q", tc.name, said.String())
		}
	}
}

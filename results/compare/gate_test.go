package compare

import (
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/stats"
)

func TestParseGates(t *testing.T) {
	for text, want := range map[string][]Gate{
		"cpu<5%":                              {{"cpu", "cpu_ns_per_message", 0.05}},
		"cpu<5%,mem<2.5%":                     {{"cpu", "cpu_ns_per_message", 0.05}, {"mem", "user_per_conn_bytes", 0.025}},
		" throughput < 0% , p999<100% ":       {{"throughput", "throughput_per_s", 0}, {"p999", "p999_ns", 1}},
		"kernel<1%,p50<.5%":                   {{"kernel", "kernel_per_conn_bytes", 0.01}, {"p50", "p50_ns", 0.005}},
		"p50<1%,mem<1%":                       {{"p50", "p50_ns", 0.01}, {"mem", "user_per_conn_bytes", 0.01}},
		"p99<15%,cpu<5%":                      {{"p99", "p99_ns", 0.15}, {"cpu", "cpu_ns_per_message", 0.05}},
		"throughput<000000000000000000000.5%": {{"throughput", "throughput_per_s", 0.005}},
	} {
		got, err := ParseGates(text)
		if err != nil || !slices.EqualFunc(got, want, func(a, b Gate) bool {
			return a.name == b.name && a.figure == b.figure && math.Abs(a.most-b.most) < 1e-12
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
		if _, err := ParseGates(text); err == nil || !strings.Contains(err.Error(), words) {
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
		gates, err := ParseGates(text)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q: the error is not a line of text: %q", text, err)
			}
			return
		}
		var said []string
		for _, g := range gates {
			if !slices.Contains(GateNames(), g.name) || !(g.most >= 0) || math.IsInf(g.most, 0) {
				t.Fatalf("%q: accepted as %+v", text, g)
			}
			said = append(said, g.String())
		}
		again, err := ParseGates(strings.Join(said, ","))
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
	change := func(fig string, mid float64, v Verdict) Change {
		f, ok := figure.FigureNamed(fig)
		if !ok {
			t.Fatal(fig)
		}
		c := Change{Setting: figure.Setting{Scenario: "echo"}, Conns: 100, Model: "pool", Figure: f, Verdict: v,
			Ratio: stats.Interval{Low: mid, Mid: mid, High: mid, N: 20}}
		if v == Unknown {
			c.Why = "too few rounds: 4"
		}
		return c
	}
	wide := func(c Change) Change {
		c.Ratio.Low, c.Ratio.High = c.Ratio.Mid/1.5, c.Ratio.Mid*1.5
		return c
	}
	cpu, throughput := "cpu_ns_per_message", "throughput_per_s"
	for _, tc := range []struct {
		name                         string
		change                       Change
		tripped, unjudged, undefined int
	}{
		{"worse, beyond the gate", change(cpu, 1.06, More), 1, 0, 1},
		{"worse, within the gate", change(cpu, 1.04, More), 0, 0, 1},
		{"as it was, and sure of it", change(cpu, 1, Same), 0, 0, 1},
		{"as it was, and it could be worse by far", wide(change(cpu, 1, Same)), 0, 1, 1},
		{"throughput as it was, and it could be worse by far", wide(change(throughput, 1, Same)), 0, 1, 1},
		{"worse by far, and nobody knows", change(cpu, 1.5, Unknown), 0, 1, 1},
		{"better", change(cpu, 0.5, Less), 0, 0, 1},
		{"less throughput is worse", change(throughput, 0.9, Less), 1, 0, 1},
		{"more throughput is better", change(throughput, 1.9, More), 0, 0, 1},
		{"not gated", change("p50_ns", 1.9, More), 0, 0, 2},
	} {
		gates, err := ParseGates("cpu<5%,throughput<5%")
		if err != nil {
			t.Fatal(err)
		}
		j := Judge(gates, []Change{tc.change})
		if len(j.Tripped) != tc.tripped || len(j.Unjudged) != tc.unjudged || len(j.Undefined) != tc.undefined {
			t.Errorf("%s: %+v", tc.name, j)
		}
		if err := j.Err(); (err != nil) != (tc.tripped > 0) {
			t.Errorf("%s: %v", tc.name, err)
		}
		said := strings.Join(j.Notes(), "\n")
		if tc.change.Verdict == Unknown && !strings.Contains(said, "gate cpu<5%: could not judge pool echo N=100: too few rounds: 4") {
			t.Errorf("%s: said %q", tc.name, said)
		}
	}
}

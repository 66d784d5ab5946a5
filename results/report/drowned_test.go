package report

import (
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
)

// Where the machine's own pauses are the tail, the finding on p99 says so, by load, whatever it says of another.
func TestFindingsSayWhereP99IsDrowned(t *testing.T) {
	fig, ok := figure.FigureNamed("p99_ns")
	if !ok {
		t.Fatal("no p99")
	}
	at := func(scenario string, factor float64) matter {
		s := figure.Setting{Scenario: scenario}
		return matter{setting: s, fig: fig, all: []compare.Comparison{{Setting: s, Figure: fig, Drowned: factor}}}
	}
	f := facts{loads: map[figure.Setting]string{{Scenario: "echo"}: "echo", {Scenario: "chat"}: "chat", {Scenario: "comet"}: "comet"}}
	for _, tt := range []struct {
		of   []matter
		want string
	}{
		{nil, ""},
		{[]matter{at("echo", 0)}, ""},
		{[]matter{at("echo", 0), at("chat", 3), at("comet", 17)}, "p99 ranks nobody under chat and comet: "},
	} {
		f.matters = tt.of
		if got := f.drownedSays(); !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") || got != "" && !strings.Contains(got, "up to 17.") {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

package report

import (
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
)

// A client is busy when all CPUs that it may use are, not one of them.
func TestStallOfBusyClient(t *testing.T) {
	for _, tt := range []struct {
		used float64
		cpus int
		busy bool
	}{{0.97, 0, true}, {0.97, 1, true}, {0.97, 2, false}, {1.2, 2, false}, {1.95, 2, true}, {0.5, 1, false}} {
		c := record.Cell{Latency: &record.Latency{Count: 1000, P50: 1e5, P99: 3e8, Max: 3e8},
			Load: record.Load{ClientCPURatio: &tt.used, ClientCPUs: tt.cpus}}
		if s := stallOf([]record.Cell{c}); s.shown != 1 || s.clientIsBusy != tt.busy {
			t.Errorf("%v of %d CPUs: %+v", tt.used, tt.cpus, s)
		}
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
			for _, inWords := range strings.Split(want, "|") {
				if !strings.Contains(got[i], inWords) {
					t.Errorf("%s: %q does not say %q", tt.name, got[i], inWords)
				}
			}
		}
	}
}

// "p99 ranks nobody" and "a server stops" are one judgement: where a control shows the machine's pauses, no server is blamed for its own; a server
// that was seen to stop alone is named, also there.
func TestStallsAndNoiseAreOneJudgement(t *testing.T) {
	long := func(model string, rep int, silence int64) record.Cell {
		c := record.Cell{Model: model, Scenario: "echo", Conns: 20, Rep: rep, Valid: true, Params: record.Params{Loop: "open", RatePerS: 1000, DurationNS: 2e9},
			Latency: &record.Latency{Count: 2000, P50: 1e5, P99: 290e6, Max: 299e6}, Service: &record.Latency{Count: 2000, P50: 1e5, P99: 289e6}}
		if silence > 0 {
			c.Load.LongestSilenceNS = &silence
		}
		return c
	}
	quiet := long("pool", 1, 2e6)
	quiet.Latency.P99 = 2e5
	for _, tt := range []struct {
		name  string
		cells []record.Cell
		noisy bool
		want  string
	}{
		{"silences are not known, and p99 is noise", []record.Cell{long("reactor", 1, 0), quiet}, true, ""},
		{"silences are not known, and p99 is none", []record.Cell{long("reactor", 1, 0), quiet}, false, "`reactor` stops"},
		{"it stopped alone, whatever p99 is", []record.Cell{long("reactor", 1, 300e6), quiet}, true, "`reactor` stops"},
		{"all stopped", []record.Cell{long("reactor", 1, 300e6), long("pool", 1, 290e6)}, false, "The machine itself stops"},
	} {
		groups := figure.Summarise(tt.cells)
		stops := compare.StopsOf(tt.cells)
		got := strings.Join(stallSentences(stallsOf(groups, stops, map[figure.Setting]string{}, func(string) bool { return false },
			func(figure.Setting, int) bool { return tt.noisy })), "\n")
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A closed loop has no stall in its percentiles: the finding names it nevertheless.
func TestStopIsAFinding(t *testing.T) {
	silence := int64(3e9)
	c := record.Cell{Model: "reactor", Scenario: "echo", Conns: 4, Rep: 2, Valid: true, Params: record.Params{Loop: "closed", Pipeline: 1, DurationNS: 5e9},
		Latency: &record.Latency{Count: 100_000, P50: 1e5, P99: 14e5, P999: 76e5, Max: 3e9}, Load: record.Load{LongestSilenceNS: &silence}}
	var says []string
	for _, f := range factsOf(&Source{Cells: []record.Cell{c}}).findings() {
		says = append(says, f.Says...)
	}
	if all := strings.Join(says, "\n"); !strings.Contains(all, "`reactor` stopped for 3 s (repetition 2), under ") {
		t.Errorf("no finding names it:\n%s", all)
	}
}

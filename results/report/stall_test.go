package report

import (
	"strings"
	"testing"

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

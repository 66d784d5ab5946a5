package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"cbench/harness/probe"
)

func TestDoctorEndsWithAVerdict(t *testing.T) {
	ok := probe.Finding{Name: "clock", Severity: probe.OK, Value: "tsc"}
	note := probe.Finding{Name: "jitter", Severity: probe.Note, Value: "p99 1ms", Spoils: "tails below it", Mend: "a quieter machine"}
	bad := probe.Finding{Name: "busy", Severity: probe.Bad, Value: "98% of all CPU time, " + strings.Repeat("long words ", 20), Spoils: "others run here", Mend: "stop them"}
	hopeless := probe.Finding{Name: "epoll", Severity: probe.Bad, Value: "none", Spoils: "a run is impossible"}
	for _, tt := range []struct {
		findings []probe.Finding
		listened bool
		first    string // word of the first line
		verdict  string
	}{
		{nil, true, "", "fit to measure: yes"},
		{[]probe.Finding{ok}, true, "ok", "fit to measure: yes"},
		{[]probe.Finding{ok}, false, "ok", "fit to measure: yes; how noisy it is was not looked at (--seconds)"},
		{[]probe.Finding{ok, note}, true, "note", "fit to measure: yes, but tails below it (jitter); first: a quieter machine"},
		{[]probe.Finding{ok, note, bad}, true, "bad", "fit to measure: no: others run here (busy); first: stop them"},
		{[]probe.Finding{hopeless, ok, bad}, true, "bad", "fit to measure: no: a run is impossible (epoll, busy)"},
	} {
		out := inSentences(tt.findings, 12345, tt.listened, 100)
		lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
		if got := lines[len(lines)-1]; got != tt.verdict {
			t.Errorf("the last line is %q, want %q", got, tt.verdict)
		}
		if first, _, _ := strings.Cut(lines[0], " "); first != tt.first {
			t.Errorf("the first line is %q, want %q first", lines[0], tt.first)
		}
		if !strings.Contains(out, "12,345") {
			t.Errorf("it does not say how many connections there can be:\n%s", out)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 100 {
				t.Errorf("wider than 100: %q", line)
			}
		}
	}
}

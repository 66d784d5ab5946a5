package probe

import "cmp"

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	OK   Severity = "ok"
	Note Severity = "note" // figures are right, but less sharp, fewer or smaller than they could be
	Bad  Severity = "bad"  // figures are wrong, or a run is impossible
)

// Finding is one thing about this machine that bears on what it can measure.
type Finding struct {
	Name     string   `json:"name"`
	Value    string   `json:"value"`
	Severity Severity `json:"severity"`
	Spoils   string   `json:"spoils"` // what it limits or spoils; empty if ok
	Mend     string   `json:"mend"`   // in one line; empty if ok, or where there is none
}

// checks in the order of a reader's questions: how many connections, how well apart, how exact, how quiet.
var checks = []func() Finding{
	checkFiles, checkPorts, checkBacklog, checkConntrack, checkMemory,
	checkCPUs, checkCgroup,
	checkPoll, checkClock, checkGovernor, checkTurbo, checkHugePages, checkPerf,
	checkLoad,
}

// Doctor looks the machine over, and listens for one second how noisy it is.
func Doctor() []Finding {
	var all []Finding
	for _, check := range checks {
		all = append(all, check())
	}
	var findings []Finding
	for _, f := range append(all, checkNoise()...) {
		if f.Name == "" { // not a question on this machine
			continue
		}
		if f.Severity == OK {
			f.Spoils, f.Mend = "", ""
		}
		findings = append(findings, f)
	}
	return findings
}

// grade is Bad below bad, Note below note, and else OK.
func grade[T cmp.Ordered](value, bad, note T) Severity {
	switch {
	case value < bad:
		return Bad
	case value < note:
		return Note
	}
	return OK
}

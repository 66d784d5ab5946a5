package probe

import (
	"cmp"
	"context"
	"time"
)

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
	checkQuota, checkCPUs, checkCgroup, checkSizes,
	checkPoll, checkClock, checkGovernor, checkTurbo, checkHugePages, checkPerf, checkSyscalls,
	checkLoad,
}

// Examination is how long to listen, and where.
type Examination struct {
	Listen       time.Duration // in all; 0: not at all
	Server, Load []int         // their CPUs

	// More is checks that take a while and that this package cannot make, such as to load a server: each is told how long it may
	// take.
	More []func(ctx context.Context, about time.Duration) []Finding
}

// Doctor looks the machine over, and listens how noisy it is: left alone, at the same work twice, and over the loopback.
func Doctor(ctx context.Context, e Examination) []Finding {
	var all []Finding
	for _, check := range checks {
		all = append(all, check())
	}
	if e.Listen > 0 && len(e.Server) > 0 && len(e.Load) > 0 {
		all = append(all, e.listen(ctx)...)
	}
	var findings []Finding
	for _, f := range all {
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

// listen shares the time out evenly. The first CPU of a side stands for all of it.
func (e Examination) listen(ctx context.Context) (all []Finding) {
	server, load := e.Server[0], e.Load[0]
	cpus := []int{server, load}
	if server == load {
		cpus = cpus[:1]
	}
	parts := []func(context.Context, time.Duration) []Finding{
		func(_ context.Context, about time.Duration) []Finding { return checkNoise(about) },
		func(ctx context.Context, about time.Duration) []Finding { return checkSpin(ctx, cpus, about) },
		func(ctx context.Context, about time.Duration) []Finding {
			return checkPingPong(ctx, server, load, about)
		},
	}
	parts = append(parts, e.More...)
	for _, part := range parts {
		if ctx.Err() != nil {
			break
		}
		all = append(all, part(ctx, e.Listen/time.Duration(len(parts)))...)
	}
	if cpus, _, _ := quota(); cpus > 0 {
		for i, f := range all {
			all[i] = f.unblamed()
		}
	}
	return all
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

package validity

import (
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/record"
	"cbench/scenarios"
)

// Bounds beyond which the machine did something else beside, as shares of the window on one CPU.
const (
	// That others may take, and that a reader should know of. What a CPU does to leave its idle state, and for an
	// interrupt meanwhile, is charged to nobody: at 20,000 messages/s a tenth of a CPU here, on a machine that is
	// left alone.
	mostOthers = 0.25
	someOthers = 0.15
	mostSteal  = 0.10 // that the hypervisor may take
	someSteal  = 0.02
	highPSI    = 0.50 // of the time in which some task, anywhere on the machine, waits for a CPU

	tick = 4 * time.Millisecond // at which /proc/stat is sampled in most kernels (CONFIG_HZ=250)

	mostVoidRounds = 0.5 // of a rotation's rounds that may not count
)

func judgePlacement(e *Evidence) Verdict {
	if n := len(e.Strays); n > 0 {
		return voided("%d threads of the server are not on its CPUs (%s): %s", n, e.ServerCPUs, e.Strays[0])
	}
	return passed
}

// judgeShared: on one CPU a message takes no wake-up of another, and each takes its time from the other: 19 µs there and 75 µs
// across, at one connection. Whoever wants that says so, for the whole run.
func judgeShared(e *Evidence) Verdict {
	switch {
	case e.Shared == "":
		return passed
	case e.SharedAsked:
		return warned("server and load share CPU %s: each takes its time from the other", e.Shared)
	}
	return voided("server and load share CPU %s, which was not asked for: --server-cpus and --client-cpus say that it is wanted",
		e.Shared)
}

// judgeOthers leaves chance out: the busy time of CPUs is sampled at ticks, what is ours of it is known exactly, and
// in a short window they differ without anybody's doing.
func judgeOthers(e *Evidence) Verdict {
	if e.Cell.Machine == nil || e.Cell.Machine.OthersRatio == nil {
		return passed
	}
	switch share := *e.Cell.Machine.OthersRatio - Chance(e.CPUs, e.Window); {
	case share > mostOthers:
		return e.disturbed("other processes took %.0f%% of a CPU from server and load: stop what else runs",
			*e.Cell.Machine.OthersRatio*100)
	case share > someOthers:
		return warned("other processes took %.0f%% of a CPU from server and load", *e.Cell.Machine.OthersRatio*100)
	}
	return passed
}

// disturbed is a verdict against the machine, or for what it does to a client. Whoever only tries something out on a
// machine in use keeps what was measured, with a warning.
func (e *Evidence) disturbed(format string, args ...any) Verdict {
	if e.Quota != "" {
		format, args = format+"; or nobody did: %s", append(args[:len(args):len(args)], e.Quota)
	}
	if e.Noisy {
		return warned(format+" (kept: --noisy)", args...)
	}
	if s := scenarios.ByName(e.Cell.Scenario); s != nil && s.Idle {
		return warned(format, args...) // it measures memory at rest, which does not depend on who has the CPU
	}
	if e.Cell.Params.Loop == record.SearchLoop {
		return warned(format, args...) // windows in which it was much are taken again, and each rate has several
	}
	return voided(format, args...)
}

// Disturbed reports whether reasons against a repetition name what others on the machine did, or a client that did not keep up.
func Disturbed(void []string) bool {
	return slices.ContainsFunc(void, func(why string) bool {
		return strings.Contains(why, "client") || strings.Contains(why, "other processes") || strings.Contains(why, "others took") ||
			strings.Contains(why, "hypervisor") || strings.Contains(why, "not idle")
	})
}

// Chance is two standard deviations of how busy the CPUs are found by sampling at ticks, as a share of one CPU: at
// most √(p(1-p)/n) each, p = ½, n ticks (the binomial distribution's).
func Chance(cpus []int, window time.Duration) float64 {
	if window <= 0 {
		return 0
	}
	return math.Sqrt(float64(len(cpus)) * float64(tick) / float64(window))
}

func judgeSteal(e *Evidence) Verdict {
	if e.Cell.Machine == nil || e.Cell.Machine.StealRatio == nil {
		return passed
	}
	switch steal := *e.Cell.Machine.StealRatio; {
	case steal > mostSteal:
		return e.disturbed("the hypervisor took %.0f%% of a CPU from server and load", steal*100)
	case steal > someSteal:
		return warned("the hypervisor took %.0f%% of a CPU from server and load", steal*100)
	}
	return passed
}

// judgePressure never voids, whatever the share: the kernel tells of the whole machine, not of who waits for whom,
// and a server with two threads on its one CPU waits for itself. In the reference run the seven repetitions of 197
// with the most pressure, 65 to 69%, are all of the model thread at full load, where others took 13% of a CPU at
// most: to void by pressure would void a model for what it is. What others take that spoils a measurement,
// judgeOthers and judgeSteal know as CPU time, and void; pressure only warns, that somebody looks.
func judgePressure(e *Evidence) Verdict {
	m := e.Cell.Machine
	if m == nil || m.PressureRatio == nil || *m.PressureRatio <= highPSI {
		return passed
	}
	if queue := e.Cell.CPU.RunQueueNS; queue != nil && float64(*queue) > highPSI*float64(e.Window) {
		return passed // the server's own threads: it is no one else's doing
	}
	return warned("some task on this machine waited for a CPU in %.0f%% of the time (PSI)", *m.PressureRatio*100)
}

func judgeRounds(e *Evidence) Verdict {
	r := e.Cell.Rotation
	if r == nil || len(e.VoidRounds) == 0 || len(r.Rounds) == 0 {
		return passed
	}
	n, all := len(e.VoidRounds), len(r.Rounds)
	if float64(n) > mostVoidRounds*float64(all) {
		return voided("%d of %d rounds do not count: %s", n, all, e.VoidRounds[0])
	}
	return warned("%d of %d rounds do not count: %s", n, all, e.VoidRounds[0])
}

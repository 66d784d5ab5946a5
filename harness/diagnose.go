package harness

import (
	"context"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/server/control"
	"cbench/results"
)

// The diagnostic pass: long enough for some thousands of messages.
const (
	diagnosedFor = time.Second
	settledIn    = 200 * time.Millisecond
)

// probed is what the server had done by one edge of the pass. Each account has the time it was read at: on a busy machine that is some
// milliseconds late, and the messages meanwhile are not in the window's.
type probed struct {
	calls     map[string]int64 // nil: not counted
	callsAt   time.Time
	runtime   *control.Runtime // nil: a foreign server
	runtimeAt time.Time
}

// diagnose loads the server once more as it was loaded in the measured window, and looks into it meanwhile. That slows it down, and
// so nothing here is timed: what it finds are counts a message, and how long goroutines waited for a thread.
func (m *measurement) diagnose(ctx context.Context, proc *server.Process, clients load.Driver, p results.Params) {
	m.phase("diagnosing")
	d := &results.Diagnosis{}
	m.cell.Diagnosis = d
	counter, err := probe.CountSyscalls(proc.PIDs())
	if err != nil {
		d.Why = err.Error()
	} else {
		d.Tool = probe.SyscallTool
		defer counter.Close()
	}
	limit, done := context.WithTimeout(ctx, time.Minute)
	defer done()
	var before, after probed
	report, err := clients.Drive(limit, load.Drive{
		Rate: p.RatePerS, Arrivals: p.Arrivals, Pipeline: p.Pipeline, Warmup: settledIn, Duration: diagnosedFor,
	}, load.Watch{Window: func(start bool) {
		if start {
			before = look(proc, counter, d)
		} else {
			after = look(proc, counter, d)
		}
	}})
	if err != nil {
		m.fail(proc, "diagnosing", err)
		return
	}
	m.verified(report.Verify) // a wrong reply is one, whenever it comes
	for kind, n := range report.Errors {
		if n > 0 {
			m.warn("while it was diagnosed: %d × %s", n, kind)
		}
	}
	d.Messages = report.InWindow
	perSecond := float64(report.InWindow) / time.Duration(report.WindowNS).Seconds()
	if before.calls != nil && after.calls != nil && perSecond > 0 {
		d.Syscalls = callsPer(before.calls, after.calls, perSecond*after.callsAt.Sub(before.callsAt).Seconds())
	}
	if before.runtime != nil && after.runtime != nil {
		diagnoseRuntime(d, *before.runtime, *after.runtime, perSecond*after.runtimeAt.Sub(before.runtimeAt).Seconds())
	}
}

// look reads the account of the server at one edge.
func look(proc *server.Process, counter *probe.SyscallCounter, d *results.Diagnosis) (at probed) {
	if rt, err := proc.Scheduling(); err == nil {
		at.runtime, at.runtimeAt = &rt, time.Now()
	}
	if counter != nil {
		var err error
		began := time.Now()
		if at.calls, err = counter.Read(); err != nil {
			d.Tool, d.Why = "", err.Error()
		}
		at.callsAt = began.Add(time.Since(began) / 2)
	}
	return at
}

// callsPer is calls a message; those that were never made are left out.
func callsPer(before, after map[string]int64, messages float64) map[string]float64 {
	per := map[string]float64{}
	for name, n := range after {
		if made := n - before[name]; made > 0 {
			per[name] = float64(made) / messages
		}
	}
	return per
}

func diagnoseRuntime(d *results.Diagnosis, before, after control.Runtime, messages float64) {
	waited := after.Sched.Sub(before.Sched)
	for q, to := range map[float64]**int64{0.5: &d.SchedP50, 0.99: &d.SchedP99} {
		if wait, known := waited.Quantile(q); known {
			ns := wait.Nanoseconds()
			*to = &ns
		}
	}
	cycles := after.GCCycles - before.GCCycles
	d.GCCycles = &cycles
	if messages > 0 {
		allocs := float64(after.Allocs-before.Allocs) / messages
		bytes := float64(after.AllocBytes-before.AllocBytes) / messages
		d.Allocs, d.AllocB = &allocs, &bytes
	}
}

package harness

import (
	"context"
	"time"

	"cbench/harness/load"
	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/server/control"
	"cbench/results/record"
)

// probed is what the server had done by one edge of the pass.
type probed struct {
	calls   map[string]int64 // nil: not counted
	runtime *control.Runtime // nil: a foreign server
	// How long after the edge each was read. On a busy machine that is milliseconds; at the start the load goes on
	// meanwhile, and at the end it has ceased.
	callsLate, runtimeLate time.Duration
}

// diagnose loads the server once more as it was loaded in the measured window, and looks into it meanwhile. That
// slows it down, and so nothing here is timed: what it finds are counts a message, and how long goroutines waited for
// a thread.
func (s *session) diagnose() {
	s.phase("diagnosing")
	d := &record.Diagnosis{}
	s.cell.Diagnosis = d
	counter, err := probe.CountSyscalls(s.proc.PIDs())
	if err != nil {
		d.Why = err.Error()
	} else {
		d.Tool = probe.SyscallTool
		if counter.Total() {
			s.warn("too many threads to count system calls by name: all of them are %q", probe.OtherSyscalls)
		}
		defer counter.Close()
	}
	limit, done := context.WithTimeout(s.ctx, time.Minute)
	defer done()
	var before, after probed
	report, err := s.clients.Drive(limit, s.drive(plan.SettledIn, plan.DiagnosedFor), load.Watch{Window: func(start bool) {
		if start {
			before.runtimeOf(s.proc)
			before.callsOf(counter, d)
		} else {
			after.callsOf(counter, d)
			after.runtimeOf(s.proc)
		}
	}})
	if err != nil {
		s.fail("diagnosing", err)
		return
	}
	s.verified(report.Verify) // a wrong reply is one, whenever it comes
	if why := load.InWords(report.Errors); why != "" {
		s.warn("while it was diagnosed: %s", why)
	}
	d.Messages = report.InWindow
	perSecond := float64(report.InWindow) / time.Duration(report.WindowNS).Seconds()
	after.per(d, before, func(late time.Duration) float64 {
		return perSecond * (time.Duration(report.WindowNS) - late).Seconds()
	})
}

// callsOf reads the system calls.
func (at *probed) callsOf(counter *probe.SyscallCounter, d *record.Diagnosis) {
	if counter == nil {
		return
	}
	began := time.Now()
	calls, err := counter.Read()
	if err != nil {
		d.Tool, d.Why = "", err.Error()
		return
	}
	at.calls = calls
	at.callsLate = at.runtimeLate + time.Since(began)/2
}

// runtimeOf asks the server.
func (at *probed) runtimeOf(proc *server.Process) {
	began := time.Now()
	if rt, err := proc.Scheduling(); err == nil {
		at.runtime = &rt
	}
	at.runtimeLate = time.Since(began)
}

// per writes down what was done since before, a message. messages is how many there were when the start was read so late.
func (at *probed) per(d *record.Diagnosis, before probed, messages func(late time.Duration) float64) {
	if before.calls != nil && at.calls != nil {
		if n := messages(before.callsLate); n > 0 {
			d.Syscalls = callsPer(before.calls, at.calls, n)
		} else {
			d.Tool, d.Why = "", "system calls: no message was answered while they were counted"
		}
	}
	if before.runtime != nil && at.runtime != nil {
		diagnoseRuntime(d, *before.runtime, *at.runtime, messages(before.runtimeLate))
	}
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

func diagnoseRuntime(d *record.Diagnosis, before, after control.Runtime, messages float64) {
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

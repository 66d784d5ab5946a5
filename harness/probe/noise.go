package probe

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func checkLoad() Finding {
	one, _, _ := strings.Cut(readWords("/proc/loadavg"), " ")
	load, err := strconv.ParseFloat(one, 64)
	cpus, cpuErr := AvailableCPUs()
	if err != nil || cpuErr != nil {
		return Finding{}
	}
	perCPU := load / float64(len(cpus))
	return Finding{
		Name: "load average", Value: fmt.Sprintf("%.2f over a minute, on %d CPUs", load, len(cpus)),
		Severity: grade(-perCPU, -1, -0.25),
		Spoils:   "others run on the CPUs that server and load are measured on",
		Mend:     "stop what else runs, or wait",
	}
}

// Jitter is by how much timers were late.
type Jitter struct{ P50, P99, Max time.Duration }

// MeasureJitter sleeps for a millisecond over and over, for about as long as told, and takes how late it wakes.
func MeasureJitter(about time.Duration) (Jitter, error) {
	const nap = time.Millisecond
	runtime.LockOSThread() // or the scheduler's own lateness would be in it
	defer runtime.UnlockOSThread()
	var late []time.Duration
	for start := time.Now(); time.Since(start) < about; {
		before := time.Now()
		request := unix.NsecToTimespec(int64(nap))
		if err := unix.Nanosleep(&request, nil); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return Jitter{}, fmt.Errorf("nanosleep: %w", err)
		}
		late = append(late, time.Since(before)-nap)
	}
	if len(late) == 0 {
		return Jitter{}, errors.New("nanosleep: interrupted each time")
	}
	slices.Sort(late)
	return Jitter{P50: late[len(late)/2], P99: late[len(late)*99/100], Max: late[len(late)-1]}, nil
}

// checkNoise listens how the machine runs while it is left alone.
func checkNoise(about time.Duration) []Finding {
	before, err := ReadMachine()
	if err != nil {
		return nil
	}
	jitter, jitterErr := MeasureJitter(about)
	after, err := ReadMachine()
	if err != nil {
		return nil
	}
	used := after.Sub(before)
	over := "over " + about.Round(100*time.Millisecond).String()
	// Over all CPU time, not over what was wanted: on a machine left alone next to nothing is wanted.
	all := float64(max(1, used.Busy+used.Idle+used.Steal))
	steal, busy := float64(used.Steal)/all, float64(used.Busy)/all
	findings := []Finding{{
		Name: "busy", Value: fmt.Sprintf("%.1f%% of all CPU time %s", 100*busy, over), Severity: grade(-busy, -0.25, -0.05),
		Spoils: "others run on the CPUs that server and load are measured on", Mend: "stop what else runs, or wait",
	}, {
		Name: "steal", Value: fmt.Sprintf("%.1f%% %s", 100*steal, over), Severity: grade(-steal, -0.05, -0.01),
		Spoils: "the hypervisor gave the CPU to others: latency and throughput are partly theirs",
		Mend:   "use a host with less on it; repeat more often",
	}, pressure(used, over)}
	if jitterErr == nil {
		findings = append(findings, Finding{
			Name: "timer jitter",
			Value: fmt.Sprintf("p50 %v, p99 %v, max %v late", jitter.P50.Round(time.Microsecond),
				jitter.P99.Round(time.Microsecond), jitter.Max.Round(time.Microsecond)),
			Severity: grade(-jitter.P99, -2*time.Millisecond, -500*time.Microsecond),
			Spoils:   "latencies below it are the machine's, not the server's",
			Mend:     "a quieter machine, idle states of the CPU off, performance governor",
		})
	}
	return findings
}

// pressure is how long some task waited for a CPU.
func pressure(used Machine, over string) Finding {
	f := Finding{
		Name: "waiting for a CPU", Severity: Note,
		Spoils: "latency: what waits may be the server", Mend: "stop what else runs, or wait",
	}
	if used.Stalled == nil || used.Wall <= 0 {
		f.Value = "not told: the kernel keeps no pressure figures"
		f.Spoils = "a run cannot tell that its server had to wait, but by steal and by what else was busy"
		f.Mend = "boot with psi=1 (CONFIG_PSI)"
		return f
	}
	share := float64(used.Stalled.CPU) / float64(used.Wall)
	f.Value = fmt.Sprintf("%.1f%% of the time some task did, %s", 100*share, over)
	f.Severity = grade(-share, -0.25, -0.05)
	return f
}

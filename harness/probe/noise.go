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

// checkNoise listens for a second how the machine runs while it is left alone.
func checkNoise() []Finding {
	before, err := ReadMachine()
	if err != nil {
		return nil
	}
	jitter, jitterErr := MeasureJitter(time.Second)
	after, err := ReadMachine()
	if err != nil {
		return nil
	}
	used := after.Sub(before)
	// Over all CPU time, not over what was wanted: on a machine left alone next to nothing is wanted.
	steal := float64(used.Steal) / float64(max(1, used.Busy+used.Idle+used.Steal))
	busy := float64(used.Busy) / float64(max(1, used.Busy+used.Idle+used.Steal))
	findings := []Finding{{
		Name: "busy", Value: fmt.Sprintf("%.1f%% of all CPU time over a second", 100*busy), Severity: grade(-busy, -0.25, -0.05),
		Spoils: "others run on the CPUs that server and load are measured on", Mend: "stop what else runs, or wait",
	}, {
		Name: "steal", Value: fmt.Sprintf("%.1f%% over a second", 100*steal), Severity: grade(-steal, -0.05, -0.01),
		Spoils: "the hypervisor gave the CPU to others: latency and throughput are partly theirs", Mend: "use a host with less on it; repeat more often",
	}}
	if jitterErr == nil {
		findings = append(findings, Finding{
			Name:     "timer jitter",
			Value:    fmt.Sprintf("p50 %v, p99 %v, max %v late", jitter.P50.Round(time.Microsecond), jitter.P99.Round(time.Microsecond), jitter.Max.Round(time.Microsecond)),
			Severity: grade(-jitter.P99, -2*time.Millisecond, -500*time.Microsecond),
			Spoils:   "latencies below it are the machine's, not the server's", Mend: "a quieter machine, idle states of the CPU off, performance governor",
		})
	}
	return findings
}

package probe

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Spin is how the same work came out, over and over, on one CPU: as two programs that take turns, A B B A, and are one and the
// same. By how much they differ is what CPU time can be known to here.
type Spin struct {
	CPU   int
	Slots int     // of each of the two
	Apart float64 // median CPU time of B over that of A, less 1
	Drift float64 // median CPU time of the last quarter over that of the first, less 1: the clock's frequency, mostly
	Range float64 // between the 10th and 90th percentile of a slot's CPU time, over the median
	Lost  float64 // share of the time that the spinning thread wanted to run and did not
}

// slot is one stretch of fixed work.
type slot struct{ cpu, wall time.Duration }

// spinSlot is about how long a slot takes: short enough for many, long enough for the clock's and the tick's grain not to matter.
const spinSlot = 10 * time.Millisecond

// MeasureSpin spins on each of the CPUs at the same time, as server and load do, for about as long as told.
func MeasureSpin(ctx context.Context, cpus []int, about time.Duration) ([]Spin, error) {
	spins := make([]Spin, len(cpus))
	errs := make([]error, len(cpus))
	var all sync.WaitGroup
	for i, cpu := range cpus {
		all.Go(func() {
			runtime.LockOSThread() // and never unlock: a thread that is bound to a CPU ends with its goroutine
			if errs[i] = SetAffinity([]int{cpu}); errs[i] != nil {
				return
			}
			slots := spinFor(ctx, about)
			if len(slots) < 8 {
				errs[i] = fmt.Errorf("spin on CPU %d: only %d slots of %v in %v: the CPU is taken, or the time is too short",
					cpu, len(slots), spinSlot, about)
				return
			}
			spins[i] = spinOf(cpu, slots)
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return spins, nil
}

func spinFor(ctx context.Context, about time.Duration) (slots []slot) {
	work := calibrate()
	for began := time.Now(); time.Since(began) < about && ctx.Err() == nil; {
		wall, cpu := time.Now(), threadClock()
		runtime.KeepAlive(churn(work))
		slots = append(slots, slot{cpu: threadClock() - cpu, wall: time.Since(wall)})
	}
	return slots
}

// calibrate is how many rounds take about a slot: the least of a few tries, for what disturbs only adds.
func calibrate() int {
	const rounds = 1 << 20
	least := time.Duration(math.MaxInt64)
	for range 5 {
		before := threadClock()
		runtime.KeepAlive(churn(rounds))
		least = min(least, threadClock()-before)
	}
	return max(1, int(float64(rounds)*float64(spinSlot)/float64(max(least, 1))))
}

// churn is work in registers alone, each step waiting for the one before (Knuth's MMIX generator): its time is the CPU's clock
// and nothing else. What it returns is there so that the work cannot be left out.
//
//go:noinline
func churn(rounds int) uint64 {
	x := uint64(1)
	for range rounds {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return x
}

// threadClock is the CPU time of this thread.
func threadClock() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// spinOf sorts slots into those of A and of B, A B B A, and compares them.
func spinOf(cpu int, slots []slot) Spin {
	slots = slots[:len(slots)/4*4]
	var a, b, all []time.Duration
	var used, wall time.Duration
	for i, s := range slots {
		if m := i % 4; m == 0 || m == 3 {
			a = append(a, s.cpu)
		} else {
			b = append(b, s.cpu)
		}
		all = append(all, s.cpu)
		used, wall = used+s.cpu, wall+s.wall
	}
	quarter := len(all) / 4
	first, last := slices.Clone(all[:quarter]), slices.Clone(all[len(all)-quarter:])
	median := func(d []time.Duration) float64 { slices.Sort(d); return float64(d[len(d)/2]) }
	middle := median(all) // sorts them
	return Spin{
		CPU: cpu, Slots: len(a),
		Apart: median(b)/median(a) - 1,
		Drift: median(last)/median(first) - 1,
		Range: float64(all[len(all)*9/10]-all[len(all)/10]) / middle,
		Lost:  max(0, 1-float64(used)/float64(max(1, wall))),
	}
}

// checkSpin says what CPU time can be known to here.
func checkSpin(ctx context.Context, cpus []int, about time.Duration) (findings []Finding) {
	spins, err := MeasureSpin(ctx, cpus, about)
	if err != nil {
		return []Finding{{
			Name: "same work twice", Value: err.Error(), Severity: Bad,
			Spoils: "CPU time a message is not to be had",
			Mend:   "give cbench CPUs of its own (taskset, cpuset), and stop what else runs on them",
		}}
	}
	for _, s := range spins {
		apart, drift := math.Abs(s.Apart), math.Abs(s.Drift)
		findings = append(findings, Finding{
			Name: fmt.Sprintf("same work twice, CPU %d", s.CPU),
			Value: fmt.Sprintf("%.2f%% apart in CPU time (A B B A, %d slots each), %.0f%% from slot to slot, drift %+.1f%%",
				100*apart, s.Slots, 100*s.Range, 100*s.Drift),
			Severity: grade(-max(apart, drift/2), -0.05, -0.01),
			Spoils:   "CPU time a message: differences smaller than that are the machine's",
			Mend:     "performance governor, turbo off, a quieter host; compare in rotation (cbench run --rotate), and more rounds",
		}, Finding{
			Name: fmt.Sprintf("CPU %d to oneself", s.CPU), Value: fmt.Sprintf("%.1f%% of the time it was wanted and not given",
				100*s.Lost),
			Severity: grade(-s.Lost, -0.10, -0.02),
			Spoils:   "latency and throughput: whoever else runs there is in them",
			Mend:     "stop what else runs, isolate the CPU (isolcpus=, cpuset), or choose others: --server-cpus, --client-cpus",
		})
	}
	return findings
}

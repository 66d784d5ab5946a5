package probe

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// Usage is what processes have used since their start, or, as a difference of two (Sub), between two moments.
type Usage struct {
	At time.Time // when it was read; with Sub: zero

	Wall time.Duration // with Sub: from one reading to the other
	// CPU is the CPU time of all threads, the dead ones too, from the scheduler's own clock. A thread that runs at this moment is
	// charged at its next tick or switch: up to a tick (1 to 10 ms) of it is missing at each end.
	CPU time.Duration
	// User and System split CPU by sampling at ticks, so they are good over seconds only.
	User, System time.Duration

	Voluntary   int64         // context switches of living threads, because they waited
	Involuntary int64         // and because another took their CPU
	RunQueue    time.Duration // time that living threads were ready to run and did not
	QueueKnown  bool          // the kernel keeps RunQueue (CONFIG_SCHED_INFO)
	Threads     int           // alive at the (last) reading
	Busiest     time.Duration // with Sub: CPU time of the living thread that took most

	threads map[int]thread // by thread id
}

// thread is one thread's share of what the kernel does not add up for a process.
type thread struct {
	voluntary, involuntary int64
	runQueue, running      time.Duration
}

// ticks in a second in /proc, whatever the kernel's own HZ is (USER_HZ, fixed on every architecture Go runs on).
const ticks = 100

// ReadClock adds up what the kernel keeps of whole processes: CPU, User, System and Threads. Children that ended and were waited
// for are in it, in ticks of 10 ms. It reads one file of /proc for every process, some 50 µs however many threads it has, and
// so is what may be read while a server is under load.
func ReadClock(pids []int) (Usage, error) { return readUsage(pids, false) }

// ReadUsage is ReadClock, and what the kernel keeps of threads alone. It reads some files of /proc for every thread, some 50 µs
// each: of a server with a thread a connection it is for quiet moments.
func ReadUsage(pids []int) (Usage, error) { return readUsage(pids, true) }

func readUsage(pids []int, byThread bool) (Usage, error) {
	u := Usage{At: time.Now(), threads: map[int]thread{}}
	err := each(pids, func(p procfs.Proc) error {
		stat, err := p.Stat()
		if err != nil {
			return err
		}
		cpu, err := processClock(p.PID)
		if err != nil {
			return err
		}
		u.CPU += cpu + time.Duration(stat.CUTime+stat.CSTime)*time.Second/ticks
		u.User += time.Duration(int64(stat.UTime)+int64(stat.CUTime)) * time.Second / ticks
		u.System += time.Duration(int64(stat.STime)+int64(stat.CSTime)) * time.Second / ticks
		u.Threads += stat.NumThreads
		if !byThread {
			return nil
		}
		return u.readThreads(p.PID)
	})
	if err != nil {
		return Usage{}, fmt.Errorf("CPU use: %w", err)
	}
	for _, t := range u.threads {
		u.Voluntary += t.voluntary
		u.Involuntary += t.involuntary
		u.RunQueue += t.runQueue
	}
	return u, nil
}

func (u *Usage) readThreads(pid int) error {
	threads, err := procfs.AllThreads(pid)
	if err != nil {
		return err
	}
	for _, t := range threads {
		status, err := t.NewStatus()
		if err != nil {
			continue // it ended
		}
		sched, err := t.Schedstat() // zeroes where the kernel keeps none
		u.QueueKnown = u.QueueKnown || err == nil && sched.RunTimeslices > 0
		u.threads[t.PID] = thread{
			voluntary:   int64(status.VoluntaryCtxtSwitches),
			involuntary: int64(status.NonVoluntaryCtxtSwitches),
			runQueue:    time.Duration(sched.WaitingNanoseconds),
			running:     time.Duration(sched.RunningNanoseconds),
		}
	}
	return nil
}

// processClock is the CPU time of a whole process. The clock of another process is named by its id: (^pid)<<3, and 2 for the
// scheduler's time of the process (CPUCLOCK_SCHED; include/linux/posix-timers_types.h, clock_getcpuclockid(3)).
func processClock(pid int) (time.Duration, error) {
	const cpuclockSched = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|cpuclockSched, &ts); err != nil {
		if err == unix.EINVAL { // what the kernel says of a process that is no more
			err = unix.ESRCH
		}
		return 0, err
	}
	return time.Duration(ts.Nano()), nil
}

// Sub is what was used from the reading before to the reading u. What is kept by thread is known only if both are ReadUsage's.
// Of a thread that ended in between, the switches since before are lost; its CPU time is not.
func (u Usage) Sub(before Usage) Usage {
	d := Usage{
		Wall:    u.At.Sub(before.At),
		CPU:     u.CPU - before.CPU,
		User:    u.User - before.User,
		System:  u.System - before.System,
		Threads: u.Threads,

		QueueKnown: u.QueueKnown && before.QueueKnown,
	}
	for tid, now := range u.threads {
		was := before.threads[tid]
		d.Voluntary += now.voluntary - was.voluntary
		d.Involuntary += now.involuntary - was.involuntary
		d.RunQueue += now.runQueue - was.runQueue
		d.Busiest = max(d.Busiest, now.running-was.running)
	}
	return d
}

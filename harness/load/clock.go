package load

import (
	"time"

	"golang.org/x/sys/unix"
)

// The engine's clock is nanoseconds since the process began, off CLOCK_MONOTONIC through the vDSO: time.Since of a time with a
// monotonic reading is the cheapest look at it that Go offers.
var (
	began     = time.Now()
	beganMono = clockOf(unix.CLOCK_MONOTONIC)
)

// clock looks at it.
func clock() int64 { return int64(time.Since(began)) }

// mono is a time of the engine's clock on CLOCK_MONOTONIC, as every process of the machine sees it.
func mono(t int64) int64 { return beganMono + t }

// cpu is the CPU time of this process, all threads, in nanoseconds.
func cpu() int64 { return clockOf(unix.CLOCK_PROCESS_CPUTIME_ID) }

// Clocks is the time on CLOCK_MONOTONIC and the CPU time of this process, in nanoseconds: for drivers of another make.
func Clocks() (monoNS, cpuNS int64) { return mono(clock()), cpu() }

func clockOf(id int32) int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(id, &ts); err != nil {
		panic("load: a clock that every Linux has: " + err.Error())
	}
	return ts.Nano()
}

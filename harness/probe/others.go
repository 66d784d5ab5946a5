package probe

import (
	"bufio"
	"compress/gzip"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Others is the CPU time that all else took on the CPUs: all that they were not idle, less what ours took of it, which is known
// exactly.
//
// That a CPU was busy is taken from how long it was not idle. The kernel clocks idle time itself (get_cpu_idle_time_us in
// kernel/time/tick-sched.c), in the 10 ms of /proc/stat; user and system time it samples at ticks, and work that a timer starts,
// such as a message every millisecond, falls into step with them: it is then found at every tick, or at none.
//
// Time in interrupts, which is where a loopback connection's packets are received, is in the time of the task it interrupted,
// unless the kernel was built to tell the two apart (CONFIG_IRQ_TIME_ACCOUNTING, irqtime_account_irq in kernel/sched/cputime.c).
// Where it was, or where that is not known, interrupts are left out: they would be taken for somebody else's work.
func (m Machine) Others(cpus []int, ours time.Duration) time.Duration {
	var busy time.Duration
	for _, cpu := range cpus {
		busy += m.Wall - m.CPUs[cpu].Idle - m.CPUs[cpu].Steal
		if irqApart() {
			busy -= m.CPUs[cpu].IRQ
		}
	}
	return busy - ours
}

// Stolen is the time that the hypervisor took from the CPUs for others.
func (m Machine) Stolen(cpus []int) (stolen time.Duration) {
	for _, cpu := range cpus {
		stolen += m.CPUs[cpu].Steal
	}
	return stolen
}

// irqApart reports whether the time of interrupts is, or may be, no task's.
var irqApart = sync.OnceValue(func() bool {
	for _, open := range []func() (io.ReadCloser, error){compiledIn, installed} {
		if config, err := open(); err == nil {
			defer config.Close()
			return irqApartIn(config)
		}
	}
	return true
})

// irqApartIn reads a kernel's configuration.
func irqApartIn(config io.Reader) bool {
	for lines := bufio.NewScanner(config); lines.Scan(); {
		if strings.TrimSpace(lines.Text()) == "CONFIG_IRQ_TIME_ACCOUNTING=y" {
			return true
		}
	}
	return false
}

func compiledIn() (io.ReadCloser, error) {
	f, err := os.Open("/proc/config.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return gunzip(f)
}

// gunzip reads it all, so that there is but one thing to close.
func gunzip(f io.Reader) (io.ReadCloser, error) {
	text, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(text)
	return io.NopCloser(strings.NewReader(string(all))), err
}

func installed() (io.ReadCloser, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return nil, err
	}
	return os.Open("/boot/config-" + unix.ByteSliceToString(uts.Release[:]))
}

package thread

import (
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limit is how many threads for connections something allows, and what it is.
type limit struct {
	n    int
	what string
}

// Of what the kernel allows, so many threads are left to others: the runtime's own, and other processes'.
const spareThreads = 256

// threadsAllowed is the least of the limits that a thread a connection meets. To be refused a thread ends a Go process, so no
// more connections are taken than there can be threads.
func threadsAllowed() limit {
	least := limit{math.MaxInt, "none"}
	for _, l := range []limit{
		// Every task of the system counts towards these two (proc_sys_kernel(5)).
		{number("/proc/sys/kernel/threads-max") - tasks(), "kernel.threads-max"},
		{number("/proc/sys/kernel/pid_max") - tasks(), "kernel.pid_max"},
		{userTasks(), "RLIMIT_NPROC"},
		{controlGroup(), "pids.max"},
		// Where C is linked in, pthread_create maps a stack and a guard page for each. Without it, stacks are in Go's heap.
		{number("/proc/sys/vm/max_map_count") / 2, "vm.max_map_count"},
	} {
		if l.n < least.n {
			least = l
		}
	}
	least.n = max(1, least.n-spareThreads)
	return least
}

// number is the one in the file; what is not known, or "max", is no limit.
func number(file string) int {
	text, _ := os.ReadFile(file)
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return math.MaxInt
	}
	return n
}

// tasks is how many the system has now: the second number of the fourth field (proc_loadavg(5)).
func tasks() int {
	text, _ := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if len(fields) < 4 {
		return 0
	}
	_, all, _ := strings.Cut(fields[3], "/")
	n, _ := strconv.Atoi(all)
	return n
}

// userTasks is RLIMIT_NPROC, which counts all of a user's, and not at all for root (getrlimit(2)).
func userTasks() int {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &l); err != nil || l.Cur > math.MaxInt32 || os.Geteuid() == 0 {
		return math.MaxInt
	}
	return int(l.Cur) - tasks()
}

// controlGroup is the least pids.max of the control groups that this process is in, less what is in use there. Both versions of
// control groups are looked at (cgroups(7)).
func controlGroup() int {
	least := math.MaxInt
	text, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 || fields[1] != "" && fields[1] != "pids" {
			continue
		}
		root := path.Join("/sys/fs/cgroup", fields[1])
		for dir := path.Join(root, fields[2]); strings.HasPrefix(dir, root); dir = path.Dir(dir) {
			if most := number(path.Join(dir, "pids.max")); most < math.MaxInt {
				least = min(least, most-number(path.Join(dir, "pids.current")))
			}
		}
	}
	return least
}

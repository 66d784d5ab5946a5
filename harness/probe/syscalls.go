package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SyscallTool is what SyscallCounter counts with.
const SyscallTool = "perf_event_open(2), tracepoints syscalls:sys_enter_*"

// OtherSyscalls is the name under which calls are counted that have no counter of their own.
const OtherSyscalls = "other"

// counted are the system calls that a server of connections may spend its time in: each is a counter a thread, and so not all of
// the kernel's 350 are.
var counted = []string{
	"read", "write", "readv", "writev", "recvfrom", "sendto", "recvmsg", "sendmsg", "sendfile64", "splice",
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl", "poll", "ppoll", "io_uring_enter",
	"accept4", "accept", "close", "shutdown", "setsockopt",
	"futex", "sched_yield", "nanosleep", "clock_nanosleep", "tgkill", "rt_sigreturn", "madvise", "mmap", "munmap",
}

// SyscallCounter counts the system calls of processes by name. Each call counted costs the processes some 100 ns: it is for
// passes that are not timed.
type SyscallCounter struct {
	counters []counter
	total    bool // there are too many threads to count by name
}

// mostCounted is the threads whose calls are counted by name: 30 descriptors each, of which a process may hold 20,000 or so.
const mostCounted = 200

// Total reports whether calls are not told apart: a process with hundreds of threads has one counter for each, of every call.
func (c *SyscallCounter) Total() bool { return c.total }

type counter struct {
	name string // empty: every call, by whatever name
	fd   int
}

// CountSyscalls begins to count for every thread of the processes and for threads that these start. Its owner must call Close.
// The error says what it takes where it is not allowed.
func CountSyscalls(pids []int) (*SyscallCounter, error) {
	events, err := tracepoints()
	if err != nil {
		return nil, fmt.Errorf("system calls: %w", err)
	}
	var tasks []string
	for _, pid := range pids {
		tids, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*", pid))
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, tids...)
	}
	events, total := within(events, len(tasks))
	c := &SyscallCounter{total: total}
	for _, task := range tasks {
		tid, _ := strconv.Atoi(filepath.Base(task))
		if err := c.attach(tid, events); err != nil && !errors.Is(err, unix.ESRCH) {
			c.Close()
			return nil, fmt.Errorf("system calls of %d threads: %w", len(tasks), err)
		}
	}
	if len(c.counters) == 0 {
		return nil, fmt.Errorf("system calls: %w", unix.ESRCH)
	}
	return c, nil
}

// within is the events that so many threads leave descriptors for, and whether that is but every call's.
func within(events map[string]uint64, threads int) (map[string]uint64, bool) {
	if threads <= mostCounted {
		return events, false
	}
	return map[string]uint64{"": events[""]}, true
}

// tracepoints are the ids of the events, by name; that of every call has none. A call that this machine does not have is left
// out.
func tracepoints() (map[string]uint64, error) {
	var why error
	for _, root := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		id, err := readInt(filepath.Join(root, "events/raw_syscalls/sys_enter/id"))
		if err != nil {
			why = errors.Join(why, err)
			continue
		}
		events := map[string]uint64{"": uint64(id)}
		for _, name := range counted {
			if id, err := readInt(filepath.Join(root, "events/syscalls", "sys_enter_"+name, "id")); err == nil {
				events[name] = uint64(id)
			}
		}
		return events, nil
	}
	if errors.Is(why, fs.ErrPermission) {
		return nil, errors.New("tracefs is root's alone: run as root, or chmod 755 /sys/kernel/tracing")
	}
	return nil, errors.New("no tracefs is mounted: mount -t tracefs tracefs /sys/kernel/tracing " +
		"(and the kernel must have CONFIG_FTRACE_SYSCALLS)")
}

func (c *SyscallCounter) attach(tid int, events map[string]uint64) error {
	for name, id := range events {
		attr := unix.PerfEventAttr{
			Type: unix.PERF_TYPE_TRACEPOINT, Config: id, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
			Bits: unix.PerfBitInherit,
		}
		fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
		switch {
		case errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM):
			return fmt.Errorf("perf_event_open: %w: run as root or with CAP_PERFMON (kernel.perf_event_paranoid is %s)", err,
				sysctl("kernel.perf_event_paranoid"))
		case err != nil:
			return os.NewSyscallError("perf_event_open", err)
		}
		c.counters = append(c.counters, counter{name, fd})
	}
	return nil
}

// Read is the calls since CountSyscalls, by name; what has no name of its own is among OtherSyscalls.
func (c *SyscallCounter) Read() (map[string]int64, error) {
	calls := map[string]int64{}
	var all, named int64
	for _, at := range c.counters {
		var value [8]byte
		if _, err := unix.Read(at.fd, value[:]); err != nil {
			return nil, fmt.Errorf("system calls: %w", err)
		}
		n := int64(binary.NativeEndian.Uint64(value[:]))
		if at.name == "" {
			all += n
			continue
		}
		named += n
		calls[at.name] += n
	}
	calls[OtherSyscalls] = max(0, all-named) // the counters are not read all at once
	return calls, nil
}

// Close ends the counting.
func (c *SyscallCounter) Close() {
	for _, at := range c.counters {
		unix.Close(at.fd)
	}
	c.counters = nil
}

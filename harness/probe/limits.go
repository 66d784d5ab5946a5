package probe

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"cbench/harness/server/cgroup"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// connections is how many the descriptor limit allows a side: server and load are processes of their own.
func connections() int {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024 - wire.SpareFiles
	}
	return int(min(limit.Max, 1<<30)) - wire.SpareFiles
}

func checkFiles() Finding {
	n := connections()
	return Finding{
		Name: "descriptors", Value: fmt.Sprintf("%d a process: %d connections", n+wire.SpareFiles, n),
		Severity: grade(n, 1_000, 10_000),
		Spoils:   "the largest number of connections",
		Mend:     "ulimit -Hn 1048576 as root, or LimitNOFILE= in the systemd unit (at most fs.nr_open = " + sysctl("fs.nr_open") + ")",
	}
}

func checkPorts() Finding {
	low, high, _ := strings.Cut(sysctl("net.ipv4.ip_local_port_range"), " ")
	from, err1 := strconv.Atoi(low)
	to, err2 := strconv.Atoi(high)
	if err1 != nil || err2 != nil || to < from {
		return Finding{}
	}
	ports := to - from + 1
	sources := (connections() + ports - 1) / ports
	f := Finding{
		Name: "ports", Value: fmt.Sprintf("%d a source address: %d of 127.0.0.x for %d connections", ports, sources, connections()),
		Spoils: "connections between the same two addresses run out of ports, and a fast second run meets the first one's in TIME_WAIT",
		Mend:   `sysctl -w net.ipv4.ip_local_port_range="10240 65535"`,
	}
	f.Severity = grade(ports, 2_000, 20_000)
	return f
}

func checkBacklog() Finding {
	n, err := strconv.Atoi(sysctl("net.core.somaxconn"))
	if err != nil {
		return Finding{}
	}
	return Finding{
		Name: "somaxconn", Value: strconv.Itoa(n), Severity: grade(n, 128, 1_024),
		Spoils: "a burst of connects overflows the accept queue, and each lost one is tried again only after a second",
		Mend:   "sysctl -w net.core.somaxconn=4096",
	}
}

// checkConntrack: a firewall that tracks connections tracks those of loopback, too, one entry each, and drops what does not fit.
func checkConntrack() Finding {
	n, err := strconv.Atoi(sysctl("net.netfilter.nf_conntrack_max"))
	if err != nil || n == 0 {
		return Finding{}
	}
	return Finding{
		Name: "conntrack", Value: fmt.Sprintf("%d connections tracked", n), Severity: grade(n, connections(), 2*connections()),
		Spoils: "the firewall drops packets of connections it has no room to track",
		Mend:   "sysctl -w net.netfilter.nf_conntrack_max=1048576",
	}
}

func checkMemory() Finding {
	// Two sockets of 4 KB of kernel memory, a goroutine and its buffers, data on the way.
	const perConnection = 32 << 10
	total, free := MemorySize()
	if total == 0 {
		return Finding{}
	}
	within := ""
	if limits := readLimits(); limits.MemoryBytes > 0 && limits.MemoryBytes < total {
		total, free = limits.MemoryBytes, min(free, limits.MemoryBytes)
		within = fmt.Sprintf(" (the limit of %s, not the machine's)", limits.MemoryIn)
	}
	fit := int(free / perConnection)
	return Finding{
		Name: "memory", Value: fmt.Sprintf("%.1f of %.1f GB available%s: some %d connections", float64(free)/1e9,
			float64(total)/1e9, within, fit),
		Severity: grade(fit, 1_000, min(connections(), 10_000)),
		Spoils:   "the largest number of connections; near the bound the kernel reclaims, and latency is the disk's",
		Mend:     "stop what else uses memory",
	}
}

// readLimits is what the control groups allow this process; a test says otherwise.
var readLimits = cgroup.ReadLimits

// quota is the quota of CPU time in force that is less than the CPUs there are; 0: none is.
func quota() (cpus float64, of int, in string) {
	limits := readLimits()
	all, err := AvailableCPUs()
	if err != nil || limits.CPUs == 0 || limits.CPUs >= float64(len(all)) {
		return 0, 0, ""
	}
	return limits.CPUs, len(all), limits.CPUsIn
}

func checkQuota() Finding {
	cpus, of, in := quota()
	if cpus == 0 {
		return Finding{}
	}
	return Finding{
		Name: "CPU quota", Value: fmt.Sprintf("%s of %d CPUs' time (%s)", words.Digits(cpus), of, in), Severity: Bad,
		Spoils: "once it is used up server and load stand still until the next period: latency, throughput and what others " +
			"seem to take are the quota's",
		Mend: "lift it: docker run without --cpus, CPUQuota= of the systemd unit, the CPU limit of the pod",
	}
}

// unblamed is a finding that blames others for what a quota does too.
func (f Finding) unblamed() Finding {
	if f.Severity != OK {
		f.Spoils, f.Mend = "latency and CPU time; the quota does so too, so that nobody else is to blame for certain",
			"lift the CPU quota first, and look again"
	}
	return f
}

// ManyProcs is a word on a number of threads that is more than the CPUs there are; none where it is not.
func ManyProcs(n int) []string {
	cpus, err := AvailableCPUs()
	if err != nil || n <= len(cpus) {
		return nil
	}
	return []string{fmt.Sprintf("procs %d: more than the %d CPUs there are: that many threads take turns on them", n, len(cpus))}
}

func checkCPUs() Finding {
	f := Finding{Name: "CPUs", Severity: OK}
	cpus, err := AvailableCPUs()
	if err != nil {
		return Finding{}
	}
	s := SplitCPUs(cpus)
	switch {
	case !s.Apart:
		f.Value, f.Severity = fmt.Sprintf("%s: server and load share it", FormatCPUs(cpus)), Bad
		f.Spoils, f.Mend = "the load takes the server's CPU time: latency and throughput are of both together",
			"use a machine with two cores or more, or lift what keeps cbench to one (taskset, cpuset)"
	case s.SharedCore:
		f.Value, f.Severity = fmt.Sprintf("server %s, load %s: threads of one core", FormatCPUs(s.Server), FormatCPUs(s.Load)), Note
		f.Spoils, f.Mend = "each slows the other down by what they share in the core", "use a machine with two cores or more"
	default:
		f.Value = fmt.Sprintf("server %s, load %s", FormatCPUs(s.Server), FormatCPUs(s.Load))
	}
	return f
}

func checkCgroup() Finding {
	version, err := cgroup.Available()
	if err != nil {
		return Finding{
			Name: "control groups", Value: err.Error(), Severity: Note,
			Spoils: "kernel memory of a connection is not known (null)",
			Mend:   "run as root, or in a group that is delegated: systemd-run --user --scope -p Delegate=yes cbench …",
		}
	}
	return Finding{Name: "control groups", Value: fmt.Sprintf("v%d, with memory accounting", version), Severity: OK}
}

func checkSizes() Finding {
	f := Finding{
		Name: "kernel objects", Value: "their sizes are told", Severity: OK,
		Spoils: "what of a connection's kernel memory is its socket, its file and its epoll item is not known (null); the whole is",
		Mend:   "run as root: /sys/kernel/slab is root's alone",
	}
	if take(1, "TCP", "sock_inode_cache", "filp", "dentry", "eventpoll_epi", "eventpoll_pwq") == nil {
		f.Value, f.Severity = "their sizes are not told", Note
	}
	return f
}

func checkPoll() Finding {
	// A descriptor that is none: a kernel that knows the call says so.
	_, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, ^uintptr(0), 0, 1, 0, 0, 0)
	if e == unix.ENOSYS || e == unix.EPERM {
		return Finding{
			Name: "epoll_pwait2", Value: "not available", Severity: Bad,
			Spoils: "the load engine and the event loops do not run",
			Mend:   "Linux 5.11 or later; in a container, a seccomp profile that knows the call",
		}
	}
	return Finding{Name: "epoll_pwait2", Value: "available", Severity: OK}
}

func checkClock() Finding {
	source := readWords("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	if source == "" {
		return Finding{}
	}
	f := Finding{
		Name: "clock", Value: source, Severity: OK,
		Spoils: "reading the time may be a system call or an exit to the hypervisor, in server and load alike",
		Mend:   "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource, where the hardware allows it",
	}
	switch source {
	case "hpet", "acpi_pm", "jiffies", "pit":
		f.Severity = Note
	}
	return f
}

func checkGovernor() Finding {
	governor := readWords("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
	f := Finding{
		Name: "CPU frequency", Value: governor, Severity: OK,
		Spoils: "a CPU that was idle starts slow: CPU time a message depends on the load before it",
		Mend:   "cpupower frequency-set -g performance",
	}
	switch governor {
	case "":
		f.Value = "not told (as in most virtual machines)"
	case "performance":
	default:
		f.Severity = Note
	}
	return f
}

func checkTurbo() Finding {
	f := Finding{
		Name: "turbo", Value: "off", Severity: OK,
		Spoils: "the CPU's speed depends on heat and on the other cores",
		Mend:   "echo 0 > /sys/devices/system/cpu/cpufreq/boost, or echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo",
	}
	off := readWords("/sys/devices/system/cpu/intel_pstate/no_turbo")
	boost := readWords("/sys/devices/system/cpu/cpufreq/boost")
	switch {
	case off == "" && boost == "":
		return Finding{}
	case off == "0" || boost == "1":
		f.Value, f.Severity = "on", Note
	}
	return f
}

func checkHugePages() Finding {
	modes := readWords("/sys/kernel/mm/transparent_hugepage/enabled")
	if modes == "" {
		return Finding{}
	}
	_, mode, _ := strings.Cut(modes, "[")
	mode, _, _ = strings.Cut(mode, "]")
	f := Finding{
		Name: "huge pages", Value: mode, Severity: OK,
		Spoils: "memory grows in steps of 2 MB, whether it is used or not",
		Mend:   "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
	}
	if mode == "always" {
		f.Severity = Note
	}
	return f
}

func checkPerf() Finding {
	level, err := strconv.Atoi(sysctl("kernel.perf_event_paranoid"))
	if err != nil {
		return Finding{}
	}
	f := Finding{
		Name: "perf events", Value: fmt.Sprintf("paranoid %d", level), Severity: OK,
		Spoils: "no profile of a server with its kernel side; measured figures are not touched",
		Mend:   "sysctl -w kernel.perf_event_paranoid=1",
	}
	if level > 1 && os.Geteuid() != 0 {
		f.Severity = Note
	}
	return f
}

func checkSyscalls() Finding {
	c, err := CountSyscalls([]int{os.Getpid()})
	if err != nil {
		return Finding{
			Name: "system calls", Value: err.Error(), Severity: Note,
			Spoils: "cbench run --diagnose does not count them; measured figures are not touched",
			Mend:   "run as root, with tracefs mounted: mount -t tracefs tracefs /sys/kernel/tracing",
		}
	}
	c.Close()
	return Finding{Name: "system calls", Value: "can be counted by name", Severity: OK}
}

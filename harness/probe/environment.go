package probe

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"

	"cbench/results/record"
)

// sysctls are the kernel's settings that can change what a run shows.
var sysctls = []string{
	"fs.file-max", "fs.nr_open", "kernel.threads-max",
	"net.core.somaxconn", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.tcp_mem",
	"net.ipv4.tcp_congestion_control", "net.ipv4.tcp_rmem", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_wmem",
	"vm.max_map_count", "vm.overcommit_memory",
}

// Environment is where a run takes place: what is not known of it stays empty.
func Environment(serverCPUs, clientCPUs []int) record.Environment {
	e := record.Environment{
		Kernel:      release(),
		Distro:      distro("/etc/os-release"),
		Sysctls:     map[string]string{},
		GoVersion:   runtime.Version(),
		BuildCommit: BuildCommit(),
		GOGC:        os.Getenv("GOGC"),
		GOMEMLIMIT:  os.Getenv("GOMEMLIMIT"),
		GOMAXPROCS:  os.Getenv("GOMAXPROCS"),
		ServerCPUs:  FormatCPUs(serverCPUs),
		ClientCPUs:  FormatCPUs(clientCPUs),
	}
	e.CPUModel, e.Virtualised = cpuModel()
	if cpus, err := AvailableCPUs(); err == nil {
		e.Cores = len(cpus)
	}
	e.MemoryBytes, _ = MemorySize()
	// Go raised this process's soft limit to the hard one at its start, and so it is what a server gets, too.
	var files unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &files) == nil {
		e.NofileSoft, e.NofileHard = files.Cur, files.Max
	}
	for _, name := range sysctls {
		if value := sysctl(name); value != "" {
			e.Sysctls[name] = value
		}
	}
	return e
}

// sysctl is a setting's value with single spaces; empty where there is none.
func sysctl(name string) string {
	return readWords("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
}

// readWords is a file's words with single spaces; empty if it cannot be read.
func readWords(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(data)), " ")
}

func release() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// distro is PRETTY_NAME of os-release(5).
func distro(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "PRETTY_NAME="); ok {
			return strings.Trim(value, `"'`)
		}
	}
	return ""
}

// cpuModel is the CPU's name, and whether a hypervisor stands between; nil where the CPU does not tell (only x86 has the flag).
func cpuModel() (name string, virtual *bool) {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return "", nil
	}
	infos, err := proc.CPUInfo()
	if err != nil || len(infos) == 0 {
		return "", nil
	}
	if runtime.GOARCH == "amd64" || runtime.GOARCH == "386" {
		v := slices.Contains(infos[0].Flags, "hypervisor")
		virtual = &v
	}
	return infos[0].ModelName, virtual
}

// MemorySize is the machine's memory, and what of it is free or can be freed, in bytes; 0 if unknown.
func MemorySize() (total, available int64) {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, 0
	}
	m, err := proc.Meminfo()
	if err != nil {
		return 0, 0
	}
	if m.MemTotalBytes != nil {
		total = int64(*m.MemTotalBytes)
	}
	if m.MemAvailableBytes != nil {
		available = int64(*m.MemAvailableBytes)
	}
	return total, available
}

// BuildCommit is the commit this program was built from, "-dirty" if files were changed, as the go command wrote it into the
// program; nil where it did not, as in `go run`, `go test` and without -buildvcs. The checkout that we happen to run in would
// be a guess.
func BuildCommit() *string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return commitOf(info.Settings)
}

func commitOf(settings []debug.BuildSetting) *string {
	set := map[string]string{}
	for _, s := range settings {
		set[s.Key] = s.Value
	}
	commit := set["vcs.revision"]
	if commit == "" {
		return nil
	}
	if set["vcs.modified"] == "true" {
		commit += "-dirty"
	}
	return &commit
}

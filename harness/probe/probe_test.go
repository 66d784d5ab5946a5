package probe_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
	"cbench/harness/server/cgroup"
)

func TestMemory(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	before, err := probe.ReadMemory(p.PIDs())
	if err != nil {
		t.Fatal(err)
	}
	order(t, c, "grow")
	after, err := probe.ReadMemory(p.PIDs())
	if err != nil {
		t.Fatal(err)
	}
	for name, rose := range map[string]int64{
		"RSS": after.RSS - before.RSS, "PSS": after.PSS - before.PSS, "anonymous": after.Anon - before.Anon,
	} {
		if rose < grown*9/10 || rose > 2*grown { // a process that starts meanwhile may share pages of the program, and takes its part of them off PSS
			t.Errorf("%s rose by %d bytes, and the server took %d", name, rose, grown)
		}
	}
	if after.PSS > after.RSS || after.Anon > after.RSS {
		t.Errorf("parts above the whole: %+v", after)
	}
	quick, err := probe.ReadResident(p.PIDs())
	if err != nil {
		t.Fatal(err)
	}
	if off := math.Abs(float64(quick.RSS - after.RSS)); off > 4<<20 {
		t.Errorf("by its counters RSS is %d, by its pages %d", quick.RSS, after.RSS)
	}
	if quick.Anon < grown || quick.Anon > quick.RSS {
		t.Errorf("implausible: %+v", quick)
	}
}

func TestNoProcess(t *testing.T) {
	c := exec.Command("true")
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	gone := []int{c.Process.Pid}
	if _, err := probe.ReadMemory(gone); !errors.Is(err, unix.ESRCH) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("memory: %v", err)
	}
	if _, err := probe.ReadUsage(gone); !errors.Is(err, unix.ESRCH) && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("usage: %v", err)
	}
	if _, err := probe.ReadResident(nil); err == nil {
		t.Error("no process at all, and no error")
	}
	// One that is gone beside one that is not is left out.
	if m, err := probe.ReadMemory([]int{gone[0], os.Getpid()}); err != nil || m.RSS == 0 {
		t.Errorf("one of two: %+v, %v", m, err)
	}
}

func TestUsage(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	// A running thread is charged at ticks only, so a little may be missing.
	const lag = 20 * time.Millisecond
	for _, what := range []string{"spin", "child"} {
		t.Run(what, func(t *testing.T) {
			used := usage(t, p.PIDs(), func() { order(t, c, what) })
			if used.CPU < spun-lag || used.CPU > spun+5*time.Second {
				t.Errorf("CPU %v, and it spun for %v", used.CPU, spun)
			}
			if used.Wall <= 0 || used.User+used.System <= 0 || used.Threads < 1 {
				t.Errorf("implausible: %+v", used)
			}
		})
	}
	used := usage(t, p.PIDs(), func() { order(t, c, "nap") })
	if used.Voluntary < naps || used.Voluntary > naps+10_000 {
		t.Errorf("%d voluntary switches, and it waited %d times", used.Voluntary, naps)
	}
	if used.CPU > 10*time.Second || used.RunQueue < 0 || used.Involuntary < 0 {
		t.Errorf("implausible: %+v", used)
	}
}

// What may be read under load agrees with the whole account, and has nothing that is kept by thread.
func TestClockIsTheAccountWithoutThreads(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	before, err := probe.ReadClock(p.PIDs())
	if err != nil {
		t.Fatal(err)
	}
	whole := usage(t, p.PIDs(), func() {
		order(t, c, "child")
		order(t, c, "nap")
	})
	after, err := probe.ReadClock(p.PIDs())
	if err != nil {
		t.Fatal(err)
	}
	used := after.Sub(before)
	if used.CPU < whole.CPU || used.User < whole.User || used.System < whole.System || used.Wall < whole.Wall || used.Threads < 1 {
		t.Errorf("it was read before and after, and is less: %+v, of all %+v", used, whole)
	}
	if used.Voluntary != 0 || used.RunQueue != 0 || used.QueueKnown || used.Busiest != 0 {
		t.Errorf("kept by thread, and not read: %+v", used)
	}
	if whole.QueueKnown && whole.Busiest <= 0 {
		t.Errorf("some thread took most: %+v", whole)
	}
}

func usage(t *testing.T, pids []int, do func()) probe.Usage {
	t.Helper()
	before, err := probe.ReadUsage(pids)
	if err != nil {
		t.Fatal(err)
	}
	do()
	after, err := probe.ReadUsage(pids)
	if err != nil {
		t.Fatal(err)
	}
	return after.Sub(before)
}

// A server's connections are charged to its own group, the TCP socket too, and those of others are not.
func TestKernelMemoryIsAttributed(t *testing.T) {
	p, other := start(t), start(t)
	group, err := p.Group()
	if err != nil {
		t.Skip(err)
	}
	otherGroup, err := other.Group()
	if err != nil {
		t.Skip(err)
	}
	dial(t, p)
	before, otherBefore := kernel(t, group), kernel(t, otherGroup)
	const conns = 1200
	var open []net.Conn
	for range conns {
		open = append(open, dial(t, p))
	}
	each := float64(kernel(t, group).Bytes-before.Bytes) / conns
	t.Logf("%.0f bytes of kernel memory a connection", each)
	if each < 1<<10 || each > 12<<10 {
		t.Errorf("%.0f bytes of kernel memory a connection, want 1 to 12 KiB", each)
	}
	// Linux 6.12 and later charge the socket at accept(2); earlier ones charge it to nobody, as a rule.
	var major, minor int
	fmt.Sscanf(probe.Environment(nil, nil).Kernel, "%d.%d", &major, &minor)
	if each < 3<<10 && (major > 6 || major == 6 && minor >= 12) {
		t.Errorf("%.0f bytes a connection: the TCP socket itself is not in it", each)
	}
	if rose := kernel(t, otherGroup).Bytes - otherBefore.Bytes; rose > 512<<10 {
		t.Errorf("a server that was left alone was charged %d bytes", rose)
	}
	for _, c := range open {
		c.Close()
	}
	// The kernel frees sockets and files a moment after they are closed.
	deadline := time.Now().Add(20 * time.Second)
	for float64(kernel(t, group).Bytes-before.Bytes) > each*conns/4 {
		if time.Now().After(deadline) {
			t.Fatalf("closed, and %d bytes are charged still", kernel(t, group).Bytes-before.Bytes)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func kernel(t *testing.T, g *cgroup.Group) probe.Kernel {
	t.Helper()
	k, err := probe.ReadKernel(g)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestReadKernel(t *testing.T) {
	for _, test := range []struct {
		name    string
		version int
		files   map[string]string
		want    probe.Kernel
	}{
		{"v1", 1, map[string]string{"memory.kmem.usage_in_bytes": "8192\n", "memory.kmem.tcp.usage_in_bytes": "4096\n"}, probe.Kernel{Bytes: 12288, TCP: 4096}},
		{"v1 without TCP", 1, map[string]string{"memory.kmem.usage_in_bytes": "8192\n"}, probe.Kernel{Bytes: 8192}},
		{"v2", 2, map[string]string{"memory.stat": "anon 1\nkernel 8192\nkernel_stack 5\nsock 4096\nslab 7\n"}, probe.Kernel{Bytes: 12288, TCP: 4096}},
		{"v2 before 5.18", 2, map[string]string{"memory.stat": "anon 1\nkernel_stack 10\npagetables 20\npercpu 30\nsock 5\nslab_reclaimable 9\nslab 40\n"}, probe.Kernel{Bytes: 105, TCP: 5}},
	} {
		dir := t.TempDir()
		for name, text := range test.files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := probe.ReadKernel(&cgroup.Group{Dir: dir, Version: test.version})
		if err != nil || got != test.want {
			t.Errorf("%s: got %+v, %v; want %+v", test.name, got, err, test.want)
		}
	}
	for version := 1; version <= 2; version++ {
		if _, err := probe.ReadKernel(&cgroup.Group{Dir: t.TempDir(), Version: version}); err == nil {
			t.Errorf("v%d: an empty directory, and no error", version)
		}
	}
}

func TestMachine(t *testing.T) {
	before, err := probe.ReadMachine()
	if err != nil {
		t.Fatal(err)
	}
	spin()
	after, err := probe.ReadMachine()
	if err != nil {
		t.Fatal(err)
	}
	used := after.Sub(before)
	if used.Busy < spun/2 || used.Wall <= 0 {
		t.Errorf("this test spun for %v, and the machine was used so: %+v", spun, used)
	}
	var sum time.Duration
	for _, cpu := range used.CPUs {
		sum += cpu.Busy
	}
	if len(used.CPUs) < 1 || sum < spun/2 {
		t.Errorf("by CPU: %v", used.CPUs)
	}
}

func TestEnvironment(t *testing.T) {
	e := probe.Environment([]int{0, 1}, []int{3})
	if e.Cores < 1 || e.MemoryBytes < 1<<20 || e.Kernel == "" || e.NofileHard < 1 || e.GoVersion != runtime.Version() {
		t.Errorf("implausible: %+v", e)
	}
	if e.ServerCPUs != "0-1" || e.ClientCPUs != "3" {
		t.Errorf("CPUs %q, %q", e.ServerCPUs, e.ClientCPUs)
	}
	if e.Sysctls["net.core.somaxconn"] == "" {
		t.Errorf("sysctls: %v", e.Sysctls)
	}
}

func TestDoctor(t *testing.T) {
	cpus, err := probe.AvailableCPUs()
	if err != nil {
		t.Fatal(err)
	}
	split := probe.SplitCPUs(cpus)
	more := func(_ context.Context, about time.Duration) []probe.Finding {
		return []probe.Finding{{Name: "more", Value: about.String(), Severity: probe.Note, Spoils: "this", Mend: "so"}}
	}
	findings := probe.Doctor(t.Context(), probe.Examination{
		Listen: 2 * time.Second, Server: split.Server, Load: split.Load,
		More: []func(context.Context, time.Duration) []probe.Finding{more},
	})
	for _, want := range []string{
		"descriptors", "ports", "memory", "CPUs", "control groups", "epoll_pwait2", "steal", "waiting for a CPU", "timer jitter", "loopback", "more",
	} {
		if !slices.ContainsFunc(findings, func(f probe.Finding) bool { return f.Name == want }) {
			t.Errorf("nothing about %s", want)
		}
	}
	for _, f := range findings {
		t.Logf("%-4s %-14s %s", f.Severity, f.Name, f.Value)
		if f.Name == "" || f.Value == "" {
			t.Errorf("empty: %+v", f)
		}
		if (f.Severity == probe.OK) != (f.Spoils == "") || (f.Severity == probe.OK) != (f.Mend == "") {
			t.Errorf("what is not well, and only that, has a consequence and a mend: %+v", f)
		}
	}
}

// Without the time to listen it answers at once, and of what it can see alone.
func TestDoctorInAHurry(t *testing.T) {
	for _, f := range probe.Doctor(t.Context(), probe.Examination{}) {
		if f.Name == "timer jitter" || f.Name == "loopback" {
			t.Errorf("it listened: %+v", f)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbench/harness/plan"
	"cbench/results/figure"
	"cbench/results/record"
)

// leakBytes is what the leaky server takes beside what reactor takes, each connection, in one object.
const leakBytes = 100

type leak struct {
	next *leak
	_    [leakBytes - 8]byte
}

var leaked *leak

// leaky is reactor that takes leakBytes more for every connection that is open, and never gives them back.
func leaky(addr string) int {
	go func() {
		had := openFiles()
		for range time.Tick(10 * time.Millisecond) {
			for now := openFiles(); had < now; had++ {
				leaked = &leak{next: leaked}
			}
		}
	}()
	return run([]string{"serve", "--model=reactor", "--addr=" + addr}, os.Stdin, os.Stderr, os.Stderr)
}

// openFiles is how many descriptors this process has open: the size of the directory, since Linux 6.2.
func openFiles() int64 {
	info, err := os.Stat("/proc/self/fd")
	if err != nil {
		return 0
	}
	return info.Size()
}

// A leak of 100 bytes a connection shows in the slope; and of our own servers it is known where all of the memory is.
func TestMemoryByItsParts(t *testing.T) {
	if plan.MaxConns() < 8000 {
		t.Skipf("8,000 connections are too many here: %d", plan.MaxConns())
	}
	if openFiles() == 0 {
		t.Skip("this kernel does not tell how many descriptors are open: the leaky server would not leak")
	}
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=goroutine,reactor", "--cmd=/proc/self/exe leaky {addr}", "--name=leaky", "--scenario=idle",
		"--conns=1000,8000", "--reps=1", "--warmup=0s", "--duration=300ms", "--linger=100ms", "--out="+dir)
	all := cells(t, dir)
	for _, c := range all {
		checkMoments(t, c)
	}
	slopes := map[string]float64{}
	for _, g := range figure.MemoryGrowth(figure.Summarise(allValid(all))) {
		if g.User == nil {
			t.Fatalf("no slope of %s", g.Name)
		}
		slopes[g.Model] = g.User.Slope
	}
	t.Logf("bytes a connection: %v", slopes)
	// 112 bytes is the allocator's size that holds 100, and what points to them doubles when it is full.
	if leak := slopes["leaky"] - slopes["reactor"]; leak < 0.6*leakBytes || leak > 3*leakBytes {
		t.Errorf("a leak of %d bytes a connection shows as %.0f", leakBytes, leak)
	}
}

// allValid takes the memory of cells as it is, although a busy machine may have spoilt their few messages.
func allValid(all []record.Cell) []record.Cell {
	for i := range all {
		all[i].Valid = true
	}
	return all
}

func checkMoments(t *testing.T, c record.Cell) {
	t.Helper()
	if c.Load.Established != c.Conns {
		t.Fatalf("%s: %d connections: %q", c.Key(), c.Load.Established, c.Void)
	}
	if n := len(c.Memory.Returned); n != 1 || c.Memory.Returned[0].Anon <= 0 || c.Memory.Returned[0].AfterNS < 1e8 {
		t.Errorf("%s: what was returned: %+v", c.Key(), c.Memory.Returned)
	}
	for i, name := range []string{"empty", "idle", "rested", "closed"} {
		if len(c.Memory.Moments) != 4 || c.Memory.Moments[i].Name != name {
			t.Fatalf("%s: moments %+v", c.Key(), c.Memory.Moments)
		}
		at := c.Memory.Moments[i]
		if at.Anon == nil || at.PageTables == nil {
			t.Fatalf("%s %s: %+v", c.Key(), name, at)
		}
		if c.Model == "leaky" {
			if at.HeapLive != nil || at.Rest != nil {
				t.Errorf("%s %s: who told of the heap? %+v", c.Key(), name, at)
			}
			continue
		}
		if at.Rest == nil {
			t.Fatalf("%s %s: parts are not known: %q", c.Key(), name, c.Warnings)
		}
		if rest := float64(*at.Rest) / float64(*at.Anon); rest < -0.05 || rest > 0.05 {
			t.Errorf("%s %s: %.1f%% are not accounted for: %q", c.Key(), name, 100*rest, c.Warnings)
		}
		if sum := *at.HeapLive + *at.HeapUnused + *at.Stacks + *at.Runtime + *at.Program + *at.Rest; sum != *at.Anon {
			t.Errorf("%s %s: the parts are %d and the whole %d", c.Key(), name, sum, *at.Anon)
		}
	}
	idle := c.Memory.At("idle")
	if idle.Kernel == nil || idle.Sockets == nil {
		return // not told to us
	}
	empty := c.Memory.At("empty")
	named := *idle.Sockets + *idle.Files + *idle.Epoll - *empty.Sockets - *empty.Files - *empty.Epoll
	if share := float64(named) / float64(*idle.Kernel-*empty.Kernel); share < 0.8 || share > 1.1 {
		t.Errorf("%s: of the kernel's memory for connections %.0f%% have a name", c.Key(), 100*share)
	}
}

// The diagnostic pass counts what an echo takes, and the scheduler of our own servers; of a foreign one it knows system
// calls only.
func TestDiagnose(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=goroutine", "--cmd="+bad("none"), "--name=foreign", "--conns=20", "--closed", "--reps=2", "--warmup=50ms",
		"--duration=300ms", "--linger=0", "--diagnose", "--out="+dir)
	for _, c := range cells(t, dir) {
		d := c.Diagnosis
		switch {
		case c.Rep > 1:
			if d != nil {
				t.Errorf("%s: diagnosed again", c.Key())
			}
			continue
		case d == nil || d.Messages == 0:
			t.Fatalf("%s: %+v", c.Key(), d)
		case (d.Tool == "") != (d.Syscalls == nil) || (d.Tool == "") != (d.Why != ""):
			t.Errorf("%s: neither counted nor said why: %+v", c.Key(), d)
		case d.Tool != "" && (d.Syscalls["write"] < 0.5 || d.Syscalls["write"] > 2 || d.Syscalls["read"] < 0.5):
			t.Errorf("%s: an echo is a read and a write: %v", c.Key(), d.Syscalls)
		}
		if c.Model == "foreign" {
			if d.SchedP50 != nil || d.Allocs != nil {
				t.Errorf("%s: who told of its scheduler? %+v", c.Key(), d)
			}
			continue
		}
		if d.SchedP50 == nil || d.SchedP99 == nil || *d.SchedP50 > *d.SchedP99 || d.GCCycles == nil || d.Allocs == nil || d.AllocB == nil {
			t.Errorf("%s: %+v", c.Key(), d)
		}
		if c.CPU.UserNS == nil || c.CPU.SystemNS == nil || *c.CPU.UserNS+*c.CPU.SystemNS != *c.CPU.ServerNS {
			t.Errorf("%s: user and system time are not the whole: %+v", c.Key(), c.CPU)
		}
		if _, err := os.Stat("/proc/self/schedstat"); err == nil && c.CPU.RunQueueNS == nil {
			t.Errorf("%s: the run queue is not known", c.Key())
		}
	}
	if said := mustSucceed(t, "show", dir, "diagnosis"); !strings.Contains(said, "goroutine") || !strings.Contains(said, "foreign") {
		t.Errorf("show does not tell what it found:\n%s", said)
	}
}

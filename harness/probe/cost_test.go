package probe_test

import (
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbench/harness/probe"
)

// What a server takes shows in the mapping it takes it in, and the mappings add up to the whole.
func TestMappingsOfAServer(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	before, err := probe.ReadMappings(p.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	order(t, c, "grow")
	after, err := probe.ReadMappings(p.PID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if rose := after.Other - before.Other; rose < grown || rose > 2*grown {
		t.Errorf("other mappings rose by %d bytes, and the server took %d", rose, grown)
	}
	if after.GoHeap != 0 || after.Program == 0 {
		t.Errorf("implausible: %+v", after)
	}
	all, err := probe.ReadMemory([]int{p.PID})
	if err != nil {
		t.Fatal(err)
	}
	if off := math.Abs(float64(after.Other + after.Program - all.Anon)); off > 2<<20 {
		t.Errorf("the mappings are %d bytes apart from all of %d", int64(off), all.Anon)
	}
	if _, err := probe.ReadMappings(1<<22+1, 0); err == nil {
		t.Error("there is no such process, and no error")
	}
}

// This process's own heap is told from all else by one address in it.
func TestMappingsKnowTheHeap(t *testing.T) {
	const take = 64 << 20
	inHeap := new([64]byte)
	before := own(t, inHeap)
	ballast := make([]byte, take)
	for i := 0; i < len(ballast); i += 4096 {
		ballast[i] = 1
	}
	after := own(t, inHeap)
	// What was free before, the runtime may give back meanwhile.
	if rose := after.GoHeap - before.GoHeap; rose < take-before.GoHeap || rose > 2*take {
		t.Errorf("the heap rose by %d bytes, and %d were taken; %+v, and before %+v", rose, take, after, before)
	}
	if ballast[0] != 1 {
		t.Error("the ballast must live until here")
	}
}

func own(t *testing.T, inHeap *[64]byte) probe.Mappings {
	t.Helper()
	var at uint64
	fmt.Sscanf(fmt.Sprintf("%p", inHeap), "0x%x", &at)
	m, err := probe.ReadMappings(os.Getpid(), at)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Connections are counted where they are open, whatever is open at their other end.
func TestObjects(t *testing.T) {
	if _, err := os.ReadFile("/sys/kernel/slab/filp/slab_size"); err != nil {
		t.Skipf("sizes are not told here: %v", err)
	}
	p := start(t)
	port := p.Addr.Port()
	dial(t, p)
	before, err := probe.ReadObjects(p.PIDs(), port)
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	for range n {
		dial(t, p)
	}
	after, err := probe.ReadObjects(p.PIDs(), port)
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]struct {
		rose   int64
		caches []string
	}{
		"sockets": {*after.Sockets - *before.Sockets, []string{"TCP", "sock_inode_cache"}},
		"files":   {*after.Files - *before.Files, []string{"filp", "dentry"}},
		"epoll":   {*after.Epoll - *before.Epoll, []string{"eventpoll_epi", "eventpoll_pwq"}},
	} {
		var one int64
		for _, cache := range o.caches {
			one += slabSize(t, cache) + 8
		}
		// Tables of descriptors come on top.
		if o.rose < n*one || o.rose > n*one+16*n {
			t.Errorf("%s rose by %d bytes with %d connections of %d bytes each", name, o.rose, n, one)
		}
	}
	if before.PageTables <= 0 || before.PageTables > 64<<20 {
		t.Errorf("page tables of %d bytes", before.PageTables)
	}
}

func slabSize(t *testing.T, cache string) (size int64) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/sys/kernel/slab", cache, "slab_size"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Sscan(string(data), &size)
	return size
}

// The parts that are computed come near what the group was charged: else the sizes, or the counts, are wrong.
func TestObjectsAgainstTheGroup(t *testing.T) {
	p := start(t)
	group, err := p.Group()
	if err != nil {
		t.Skipf("no control group: %v", err)
	}
	sum := func() (parts, whole int64) {
		o, err := probe.ReadObjects(p.PIDs(), p.Addr.Port())
		if err != nil {
			t.Fatal(err)
		}
		if o.Sockets == nil {
			t.Skip("sizes are not told here")
		}
		k, err := probe.ReadKernel(group)
		if err != nil {
			t.Fatal(err)
		}
		return *o.Sockets + *o.Files + *o.Epoll, k.Bytes
	}
	dial(t, p)
	partsBefore, wholeBefore := sum()
	for range 500 {
		dial(t, p)
	}
	parts, whole := sum()
	share := float64(parts-partsBefore) / float64(whole-wholeBefore)
	t.Logf("the parts are %.1f%% of what was charged for 500 connections", 100*share)
	if share < 0.8 || share > 1.1 {
		t.Errorf("the parts rose by %d bytes and the whole by %d", parts-partsBefore, whole-wholeBefore)
	}
}

// Calls are counted by name, those of threads that begin meanwhile too.
func TestSyscalls(t *testing.T) {
	p := start(t)
	c := dial(t, p)
	counter, err := probe.CountSyscalls(p.PIDs())
	if err != nil {
		if os.Geteuid() != 0 && !strings.Contains(err.Error(), "root") && !strings.Contains(err.Error(), "mount") {
			t.Errorf("the error does not say what it takes: %v", err)
		}
		t.Skipf("not allowed here: %v", err)
	}
	defer counter.Close()
	order(t, c, "nap") // on threads that were there, or on new ones
	order(t, c, "hello")
	calls, err := counter.Read()
	if err != nil {
		t.Fatal(err)
	}
	if n := calls["nanosleep"]; n < naps || n > naps+100_000 {
		t.Errorf("%d naps were counted, and there were %d", n, naps)
	}
	if calls["write"] < 2 || calls["read"] < 2 {
		t.Errorf("two orders were read and answered: %v", calls)
	}
	if calls["accept4"] != 0 {
		t.Errorf("nothing was accepted meanwhile: %v", calls)
	}
	again, err := net.Dial("tcp", p.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	order(t, again, "hello")
	if calls, err = counter.Read(); err != nil || calls["accept4"] == 0 {
		t.Errorf("one was accepted: %v, %v", calls, err)
	}
}

func TestNoSyscallsOfNobody(t *testing.T) {
	if c, err := probe.CountSyscalls(nil); err == nil {
		c.Close()
		t.Error("nobody was there to be counted, and no error")
	}
}

func TestSpinAndPingPong(t *testing.T) {
	cpus, err := probe.AvailableCPUs()
	if err != nil {
		t.Fatal(err)
	}
	spins, err := probe.MeasureSpin(t.Context(), cpus[:1], 2*time.Second)
	if err != nil {
		t.Skipf("this machine is too busy: %v", err)
	}
	if s := spins[0]; s.CPU != cpus[0] || s.Slots < 2 || s.Lost < 0 || s.Lost > 1 || s.Apart <= -1 || s.Range < 0 {
		t.Errorf("implausible: %+v", s)
	}
	p, err := probe.MeasurePingPong(t.Context(), cpus[0], cpus[len(cpus)-1], 200*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if p.Trips < 1 || p.P50 <= 0 || p.P50 > p.P99 || p.P99 > p.Max {
		t.Errorf("implausible: %+v", p)
	}
	if _, err := probe.MeasurePingPong(t.Context(), 1023, cpus[0], 100*time.Millisecond); err == nil && len(cpus) < 1024 {
		t.Error("there is no CPU 1023, and no error")
	}
}

func TestSchedulingIsKnown(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("this kernel keeps none")
	}
	p := start(t)
	c := dial(t, p)
	if used := usage(t, p.PIDs(), func() { order(t, c, "nap") }); !used.QueueKnown {
		t.Errorf("the run queue is not known: %+v", used)
	}
}

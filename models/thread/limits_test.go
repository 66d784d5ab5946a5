package thread

import (
	"context"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/models/internal/config"
)

// TestThreadsAllowed: some limit is known on every Linux, and this process, with all its threads, is within it.
func TestThreadsAllowed(t *testing.T) {
	got := threadsAllowed()
	if got.n < 1 || got.n >= number("/proc/sys/kernel/threads-max") || got.what == "none" {
		t.Errorf("%d threads, for %s", got.n, got.what)
	}
	if tasks() < 1 {
		t.Errorf("the system has %d tasks", tasks())
	}
	t.Logf("%d threads: %s", got.n, got.what)
}

func TestNumber(t *testing.T) {
	file := t.TempDir() + "/n"
	for text, known := range map[string]bool{"32768\n": true, "max\n": false, "": false} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := number(file); (n == 32768) != known {
			t.Errorf("%q is %d", text, n)
		}
	}
	if n := number(file + "x"); n < 1<<40 {
		t.Errorf("no file is %d", n)
	}
}

// TestOneThreadEach: each connection has a thread, an idle one too, which ends with it.
func TestOneThreadEach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, config.Config{Name: "thread"}) }()
	const more, idle = 120, 40 // those of the runtime come and go
	before := threads(t)
	conns := make([]net.Conn, more)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
	}
	until(t, func(n int) bool { return n >= before+more })
	for _, c := range conns {
		c.Close()
	}
	until(t, func(n int) bool { return n <= before+idle })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func threads(t *testing.T) int {
	tids, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(tids)
}

func until(t *testing.T, good func(threads int) bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !good(threads(t)); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%d threads", threads(t))
		}
	}
}

// TestCededScheduler: what GOMAXPROCS said holds for the CPUs, and is said again when the last server has ended.
func TestCededScheduler(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	first, takeBack := cedeScheduler()
	second, takeBackSecond := cedeScheduler()
	if n := runtime.GOMAXPROCS(0); n != enoughPlaces {
		t.Errorf("%d places while servers run", n)
	}
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	for _, cpus := range []*unix.CPUSet{first, second} {
		if (cpus == nil) != (all.Count() == 1) || cpus != nil && cpus.Count() != 1 {
			t.Errorf("threads are to keep to %v of %d CPUs, want 1", cpus, all.Count())
		}
	}
	takeBack()
	if n := runtime.GOMAXPROCS(0); n != enoughPlaces {
		t.Errorf("%d places while a server runs", n)
	}
	takeBackSecond()
	if n := runtime.GOMAXPROCS(0); n != 1 {
		t.Errorf("%d places when no server runs, want 1", n)
	}
}

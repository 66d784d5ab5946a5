package probe_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/server"
)

// TestMain makes this test binary the launcher, the watchdog, and the server that is probed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == server.LaunchCommand {
		fmt.Fprintln(os.Stderr, "launch:", server.Launch(os.Args[2:]))
		os.Exit(126)
	}
	switch {
	case len(os.Args) > 1 && os.Args[1] == "obey":
		obey(os.Getenv("CBENCH_ADDR"))
	case len(os.Args) > 1 && os.Args[1] == "spin":
		spin()
	default:
		os.Exit(m.Run())
	}
}

const (
	spun  = 300 * time.Millisecond // CPU time that spin takes
	naps  = 50                     // waits of a nap
	grown = 32 << 20               // bytes that grow takes
)

// orders are what the probed server does on a line that names it.
var orders = map[string]func(){
	"hello": func() {},
	"grow": func() {
		// Not from the Go heap: the race detector would keep a shadow four times its size.
		m, err := unix.Mmap(-1, 0, grown, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err != nil {
			panic(err)
		}
		for i := 0; i < len(m); i += 4096 {
			m[i] = 1
		}
	},
	"spin": func() {
		dead := make(chan bool)
		go func() {
			defer close(dead)
			runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
			spin()
		}()
		<-dead
	},
	"child": func() {
		if err := exec.Command(os.Args[0], "spin").Run(); err != nil {
			panic(err)
		}
	},
	"nap": func() {
		runtime.LockOSThread() // the connection's goroutine keeps it
		for range naps {
			nap := unix.NsecToTimespec(int64(time.Millisecond))
			unix.Nanosleep(&nap, nil)
		}
	},
}

// spin burns the CPU for as long as spun says by the clock of the process.
func spin() {
	used := func() int64 {
		var ts unix.Timespec
		unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts)
		return ts.Nano()
	}
	for start := used(); used()-start < int64(spun); {
	}
}

// obey does what it is told, a line an order, and says so.
func obey(addr string) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		panic(err)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer c.Close()
			for lines := bufio.NewScanner(c); lines.Scan(); {
				orders[lines.Text()]()
				fmt.Fprintln(c, "done")
			}
		}()
	}
}

// start starts the server that obeys.
func start(t *testing.T) *server.Process {
	t.Helper()
	p, err := server.Start(t.Context(), server.Spec{Args: []string{os.Args[0], "obey"}, Cgroup: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(0) })
	return p
}

// dial opens a connection that was answered once.
func dial(t *testing.T, p *server.Process) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	order(t, c, "hello")
	return c
}

// order has the server do something, and waits until it has.
func order(t *testing.T, c net.Conn, what string) {
	t.Helper()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	fmt.Fprintln(c, what)
	if _, err := c.Read(make([]byte, len("done\n"))); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

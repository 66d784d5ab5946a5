package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ladenShare is how much more CPU the laden server takes than reactor does, whatever it has to do; switching to the loop and
// back comes on top.
const ladenShare = 0.1

// laden is reactor with a busy loop planted in it, for what tells servers apart to find: go test -c ./cmd/cbench, and then
// cbench run --suite=… or --rotate=pairs with --cmd='./cbench.test laden {addr}' --name=laden.
func laden(addr string) int {
	go burn(ladenShare)
	return run([]string{"serve", "--model=reactor", "--addr=" + addr}, os.Stdin, os.Stderr, os.Stderr)
}

// burn takes that share of what the rest of the process takes, a little after it did: per message. At rest it hardly looks,
// for in others' slots a server has to be idle. It sleeps as a thread does, so that waking up costs the runtime nothing.
func burn(share float64) {
	const often, seldom = 10 * time.Millisecond, 20 * time.Millisecond
	runtime.LockOSThread() // its thread's clock tells its own time apart
	for had, pause := time.Duration(0), seldom; ; {
		took := clock(unix.CLOCK_PROCESS_CPUTIME_ID) - clock(unix.CLOCK_THREAD_CPUTIME_ID)
		for float64(clock(unix.CLOCK_THREAD_CPUTIME_ID)) < share*float64(took) {
		}
		busy := took-had > pause/10
		had, pause = took, seldom
		if busy {
			pause = often
		}
		wait := unix.NsecToTimespec(int64(pause))
		unix.Nanosleep(&wait, nil)
	}
}

func clock(id int32) time.Duration {
	var now unix.Timespec
	if unix.ClockGettime(id, &now) != nil {
		return 0
	}
	return time.Duration(now.Nano())
}

// Of real processes, 10% more CPU a message are seen, the right way round. How surely it is called is the statistics' to
// test (results).
func TestPlantedBusyLoopIsSeen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=reactor", "--cmd=/proc/self/exe laden {addr}", "--name=laden", "--rotate=all", "--base=reactor", "--conns=100", "--closed",
		"--rounds=8", "--slot=100ms", "--reps=1", "--out="+dir)
	cost := map[string]float64{}
	for _, c := range cells(t, dir) {
		if c.CPU.ServerNSPerMessage == nil {
			t.Fatalf("%s: no CPU per message: void %q", c.Model, c.Void)
		}
		cost[c.Model] = *c.CPU.ServerNSPerMessage
	}
	t.Logf("ns a message: %v", cost)
	if cost["laden"] <= cost["reactor"] {
		t.Errorf("%.0f ns a message with a busy loop in it, and %.0f without", cost["laden"], cost["reactor"])
	}
}

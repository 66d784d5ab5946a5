package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
)

// What can go wrong beside a server's replies, built to be found by the gates.

// wander has every thread of this process run wherever it likes.
func wander() {
	var everywhere unix.CPUSet
	for cpu := range 1024 {
		everywhere.Set(cpu)
	}
	threads, _ := filepath.Glob("/proc/self/task/[0-9]*")
	for _, t := range threads {
		if tid, err := strconv.Atoi(filepath.Base(t)); err == nil {
			unix.SchedSetaffinity(tid, &everywhere)
		}
	}
}

// busy takes up to half of a CPU, whether or not there is anything to do.
func busy() {
	for {
		for began := time.Now(); time.Since(began) < 10*time.Millisecond; {
			runtime.Gosched()
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// dawdle takes its time for a reply, one at a time.
func (b *badServer) dawdle(d time.Duration) {
	b.stall.Lock()
	defer b.stall.Unlock()
	time.Sleep(d)
}

// hog uses all that it gets of a CPU, until it is killed.
func hog(cpu string) {
	runtime.LockOSThread()
	n, err := strconv.Atoi(cpu)
	if err != nil || probe.SetAffinity([]int{n}) != nil {
		os.Exit(1)
	}
	unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
	for {
		runtime.Gosched()
	}
}

// hogs keeps so many of them at work on a CPU until the test is over.
func hogs(t *testing.T, n, cpu int) {
	t.Helper()
	for range n {
		cmd := exec.Command("/proc/self/exe", "hog", strconv.Itoa(cpu))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	}
}

// twoCPUs is a CPU for the server and one for the load.
func twoCPUs(t *testing.T) (server, load int) {
	t.Helper()
	cpus, err := probe.AvailableCPUs()
	if err != nil || len(cpus) < 2 {
		t.Skipf("needs two CPUs, there are %v", cpus)
	}
	return cpus[0], cpus[1]
}

func TestRunVoidsWhatTheMachineSpoiled(t *testing.T) {
	server, load := twoCPUs(t)
	pinned := []string{"--server-cpus=" + strconv.Itoa(server), "--client-cpus=" + strconv.Itoa(load)}
	tests := []struct {
		fault string
		hogs  int // on the CPU
		on    int
		args  []string
		says  string
	}{
		{"a hog on the server's CPU", 2, server, []string{"--model=floor", "--rate=1000", "--noisy=false"}, "other processes took"},
		{"a starved client", 8, load, []string{"--model=floor", "--rate=60000", "--noisy=false"}, "client"},
		{"a server that wanders", 0, 0, []string{"--cmd=" + bad("wander"), "--name=bad", "--rate=500"}, "not on its CPUs"},
		{"a server that takes few", 0, 0, []string{"--cmd=" + bad("few"), "--name=bad", "--rate=500"}, "of 20 connections were established"},
		{"a slow server", 0, 0, []string{"--cmd=" + bad("slower"), "--name=bad", "--rate=400"}, "the server's capacity here"}, // of so few, no client is late
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.fault, " ", "-"), func(t *testing.T) {
			hogs(t, tt.hogs, tt.on)
			dir := filepath.Join(t.TempDir(), "run")
			args := append([]string{"run", "--conns=20", "--reps=1", "--duration=1s", "--warmup=100ms", "--out=" + dir}, pinned...)
			mustFail(t, []string{"not one of 1 repetitions is valid"}, append(args, tt.args...)...)
			c := cells(t, dir)[0]
			if void := strings.Join(c.Void, "\n"); c.Valid || !strings.Contains(void, tt.says) {
				t.Errorf("valid %v, void %q, want %q; warnings %q", c.Valid, void, tt.says, c.Warnings)
			}
			if c.Machine == nil || c.Machine.OthersRatio == nil {
				t.Error("what the machine did beside is not written down")
			}
		})
	}
}

// At one connection a message takes 19 µs on one CPU here, and 75 µs across two: nobody gets the one who did not ask for it.
func TestSharedCPU(t *testing.T) {
	server, _ := twoCPUs(t)
	dir := filepath.Join(t.TempDir(), "run")
	one := strconv.Itoa(server)
	measure(t, "run", "--model=floor", "--conns=1", "--rate=200", "--reps=1", "--duration=300ms", "--warmup=0s", "--out="+dir,
		"--server-cpus="+one, "--client-cpus="+one)
	if c := cells(t, dir)[0]; !strings.Contains(strings.Join(c.Warnings, "\n"), "share CPU") {
		t.Errorf("it was asked for, and no warning says so: %q", c.Warnings)
	}
}

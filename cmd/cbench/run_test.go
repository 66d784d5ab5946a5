package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cbench/models"
	"cbench/results/record"
)

func TestRunFromStartToCharts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out := mustSucceed(t, "run", "--model=all", "--scenario=echo,chat,idle", "--conns=20,40", "--rate=300",
		"--reps=1", "--duration=300ms", "--warmup=50ms", "--out="+dir)
	for _, want := range []string{"memory", "latency", "model", "reactor", "cbench show " + dir, "charts"} {
		if !strings.Contains(out, want) {
			t.Errorf("the first screen lacks %q:\n%s", want, out)
		}
	}
	all := cells(t, dir)
	echo, chat := len(models.All), len(models.All)-1 // of them, floor only echoes
	if want := echo*2 + chat*2 + echo*2; len(all) != want {
		t.Errorf("%d cells, want %d", len(all), want)
	}
	for _, c := range all {
		// Void for a noisy machine is no fault of the code; a wrong reply always is.
		if c.Verify != (record.Verify{}) || c.Load.Established != c.Conns || c.Load.Received != c.Load.Expected {
			t.Errorf("%s: verify %+v, established %d, received %d of %d, void %q", c.Key(), c.Verify, c.Load.Established,
				c.Load.Received, c.Load.Expected, c.Void)
		}
		if c.Memory.Anon == nil || c.Memory.Heap == nil || c.CPU.ServerNS == nil || c.Latency == nil || c.CPU.Threads == nil {
			t.Errorf("%s: figures are missing: %+v %+v", c.Key(), c.Memory, c.CPU)
		}
	}
	mustFail(t, []string{"--resume"}, "run", "--model=floor", "--conns=20", "--out="+dir)

	charts := filepath.Join(dir, record.ChartsDir)
	if err := os.RemoveAll(charts); err != nil {
		t.Fatal(err)
	}
	mustSucceed(t, "plot", dir)
	for _, name := range []string{"memory-per-connection.svg", "memory-per-connection.png"} {
		if info, err := os.Stat(filepath.Join(charts, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s was not drawn again: %v", name, err)
		}
	}
}

func TestRunGoesOnAfterCtrlC(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"run", "--model=floor,reactor", "--conns=10", "--rate=200", "--reps=2", "--duration=400ms", "--warmup=0s", "--out=" + dir}
	cmd := process(args...)
	var errs bytes.Buffer
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		fmt.Fprintln(&errs, lines.Text())
		if strings.HasPrefix(lines.Text(), "1/4") {
			cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatalf("an interrupted run exits 0:\n%s", &errs)
	}
	if !strings.Contains(errs.String(), "--resume") {
		t.Errorf("it does not say how to go on:\n%s", &errs)
	}
	had := len(cells(t, dir))
	if had < 1 || had > 3 {
		t.Fatalf("%d cells are there after the interrupt, want 1 to 3", had)
	}
	mustSucceed(t, append(args, "--resume")...)
	if n := len(cells(t, dir)); n != 4 {
		t.Errorf("%d cells after --resume, want 4", n)
	}
	mustFail(t, []string{"plan"}, "run", "--model=pool", "--conns=10", "--resume", "--out="+dir)
}

func TestServe(t *testing.T) {
	cmd := process("serve", "--model=callback", "--addr=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(line)
	c, err := net.Dial("tcp", strings.TrimPrefix(words[len(words)-1], "http://"))
	if err != nil {
		t.Fatalf("it printed %q: %v", line, err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(c, "ECHO hello\n")
	if got, err := bufio.NewReader(c).ReadString('\n'); got != "ECHO hello\n" {
		t.Errorf("it said %q, %v", got, err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("SIGTERM with a client connected: %v", err)
	}
}

func TestCheck(t *testing.T) {
	if out := mustSucceed(t, "check", "--model=floor"); !strings.Contains(out, " 0 failed") {
		t.Errorf("no count of failures:\n%s", out)
	}
	mustFail(t, []string{"drop"}, "check", "--cmd="+bad("drop"), "--name=drop", "--speaks=lines:echo")
}

// bad is the command line of a bad server.
func bad(fault string) string { return "/proc/self/exe bad-echo " + fault + " {addr}" }

func TestRunTellsBadServersFromGood(t *testing.T) {
	tests := []struct {
		fault string
		load  []string
		wrong func(c record.Cell) bool
	}{
		{"drop", nil, func(c record.Cell) bool { return c.Verify.Lost > 0 }},
		{"corrupt", nil, func(c record.Cell) bool { return c.Verify.Corrupted > 0 }},
		{"double", nil, func(c record.Cell) bool { return c.Verify.Duplicated > 0 }},
		{"reorder", []string{"--closed", "--pipeline=8"}, func(c record.Cell) bool { return c.Verify.Reordered > 0 }},
		{"surplus", nil, func(c record.Cell) bool { return c.Verify.Surplus+c.Verify.Corrupted > 0 }},
		{"die", nil, func(c record.Cell) bool { return strings.Contains(strings.Join(c.Void, "\n"), "died") }},
		{"refuse", nil, func(c record.Cell) bool { return strings.Contains(strings.Join(c.Void, "\n"), "exit") }},
	}
	for _, tt := range tests {
		t.Run(tt.fault, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			load := tt.load
			if load == nil {
				load = []string{"--rate=4000"}
			}
			// The good one beside it: a bad server spoils its own cells and not the run.
			args := append([]string{"run", "--cmd=" + bad(tt.fault), "--name=bad", "--model=reactor", "--conns=20",
				"--reps=1", "--duration=1s", "--warmup=100ms", "--out=" + dir}, load...)
			measure(t, args...)
			for _, c := range cells(t, dir) {
				switch {
				case c.Model == "bad" && (c.Valid || !tt.wrong(c)):
					t.Errorf("not told: valid %v, void %q, verify %+v", c.Valid, c.Void, c.Verify)
				case c.Model == "reactor" && c.Verify != (record.Verify{}):
					t.Errorf("a good server is blamed: %+v", c.Verify)
				}
			}
		})
	}
}

// A server that stops for 300 ms each second: from the due time that shows, for every message due meanwhile waited.
func TestOpenLoopShowsStalls(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	measure(t, "run", "--cmd="+bad("stall"), "--name=bad", "--conns=20", "--rate=1000", "--reps=1", "--duration=3s", "--out="+dir)
	c := cells(t, dir)[0]
	if c.Latency == nil || c.Latency.P99 < (150*time.Millisecond).Nanoseconds() {
		t.Errorf("p99 of %+v does not show the stalls", c.Latency)
	}
	if c.Load.Received != c.Load.Expected {
		t.Errorf("received %d of %d", c.Load.Received, c.Load.Expected)
	}
}

// The servers go when cbench is killed, however that happens.
func TestNothingOutlivesAKilledRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mark := filepath.Join(dir, "mark") // a word that is in the servers' command line only
	cmd := process("run", "--cmd=/proc/self/exe bad-echo "+mark+" {addr}", "--name=bad", "--conns=10", "--rate=100",
		"--reps=1", "--duration=1m", "--out="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running := func() bool {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range files {
			if line, err := os.ReadFile(f); err == nil && strings.HasPrefix(string(line), "/proc/self/exe\x00bad-echo\x00"+mark) {
				return true
			}
		}
		return false
	}
	until(t, "the server runs", running)
	cmd.Process.Kill()
	cmd.Wait()
	until(t, "the server is gone", func() bool { return !running() })
}

// until waits for something that no event tells of.
func until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !cond(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited 10 s in vain until %s", what)
		}
	}
}

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
	"cbench/results/record"
)

// 0 done, 1 a check or a gate failed, 2 wrong usage, 3 stopped by a signal: TestRunGoesOnHoweverOftenItIsStopped has the last.
func TestExitStatus(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	before, after := writeRotations(t, 3, 1.0, nil), writeRotations(t, 3, 1.5, nil)
	for _, tt := range []struct {
		want int
		args []string
	}{
		{done, []string{"list"}},
		{done, []string{"run", "--help"}},
		{done, []string{"compare", before, after}},
		{failed, []string{"compare", "--gate=cpu<5%", before, after}},
		{failed, []string{"check", "--cmd=" + bad("drop"), "--name=drop", "--speaks=lines:echo"}},
		{failed, tinyOf("refuse", dir)},
		{misused, tinyOf("refuse", dir)}, // there is a run already
		{misused, []string{"compare", "--gate=cpu", before, after}},
		{misused, []string{"compare", before}},
		{misused, []string{"compare", before, t.TempDir()}},
		{misused, []string{"run", "--modle=x"}},
		{misused, []string{"run", "--model=x"}},
		{misused, []string{"run", "--reps=x"}},
		{misused, []string{"run", "--reps=0"}},
		{misused, []string{"run", "x"}},
		{misused, []string{"run", "--rate=1", "--closed"}},
		{misused, []string{"run", "--model="}},
		{misused, []string{"run", "--resume", "--out=" + t.TempDir()}},
		{misused, []string{"rnu"}},
		{misused, []string{"help", "rnu"}},
		{misused, []string{"serve"}},
		{misused, []string{"serve", "--model=floor", "--addr=7000"}},
		{misused, []string{"check", "--model=flor"}},
		{misused, []string{"report", t.TempDir()}},
		{misused, []string{"plot", t.TempDir()}},
		{misused, []string{"export", t.TempDir()}},
		{misused, []string{"export", "--format=xml", before}},
		{misused, []string{"doctor", "--seconds=-1"}},
		{misused, []string{"list", "--run=x"}},
		{misused, []string{"list", "--cost", "--run=" + t.TempDir()}},
	} {
		if status, _, _ := cbench(t, tt.args...); status != tt.want {
			t.Errorf("cbench %q: status %d, want %d", tt.args, status, tt.want)
		}
	}
}

func tinyOf(fault, dir string) []string {
	return []string{"run", "--cmd=" + bad(fault), "--name=bad", "--conns=4", "--closed", "--reps=1", "--duration=200ms",
		"--linger=0s", "--out=" + dir}
}

// A flag that takes one value is never given two of which one is lost.
func TestGivenTwice(t *testing.T) {
	out := "--out=" + filepath.Join(t.TempDir(), "x")
	for flag, twice := range map[string][]string{
		"seed": {"run", out, "--seed=1", "--seed", "2"}, "out": {"run", out, "--out=y"}, "closed": {"run", out, "--closed",
			"--closed=false"},
		"suite": {"run", out, "--suite=smoke", "--suite=default"}, "duration": {"run", out, "--duration=1s", "--duration=2s"},
		"format": {"export", "--format=csv", "x", "--format=benchfmt"}, "addr": {"serve", "--model=floor",
			"--addr=127.0.0.1:1", "--addr=127.0.0.1:2"},
		"gate": {"compare", "--gate=cpu<5%", "--gate=mem<5%", "a", "b"}, "base": {"compare", "--base=floor", "--base=pool", "a", "b"},
	} {
		mustFail(t, []string{"--" + flag + " is given twice", "it takes one value"}, twice...)
	}
	mustFail(t, []string{"model \"x\""}, "run", out, "--seed=1", "--seed=1", "--model=x") // the same is no contradiction
	mustFail(t, []string{"give each command its --name"}, "run", out, "--cmd=cat {addr}", "--cmd=cat {addr}", "--name=x")
	mustFail(t, []string{"named twice"}, "run", out, "--cmd=cat {addr}", "--cmd=cat {addr}")
}

// Every command of several is measured, each under its own name.
func TestSeveralCommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	measure(t, "run", "--cmd=/proc/self/exe serve --model=floor --addr={addr}", "--name=one",
		"--cmd=/proc/self/exe serve --model=reactor --addr={addr}",
		"--name=two", "--conns=4", "--closed", "--reps=1", "--duration=200ms", "--linger=0s", "--out="+dir)
	models := map[string]bool{}
	for _, c := range cells(t, dir) {
		models[c.Model] = c.Load.Received > 0
	}
	run := runFile(t, dir)
	if !models["one"] || !models["two"] || len(models) != 2 || !strings.Contains(run.Servers["one"], "floor") ||
		!strings.Contains(run.Servers["two"], "reactor") {
		t.Errorf("measured %v, of %v", models, run.Servers)
	}
	mustSucceed(t, "run", "--resume", "--out="+dir) // its command line on record keeps the pairs
}

// A word that is nearly right is told the right one.
func TestSlipsOfTheHand(t *testing.T) {
	for _, tt := range []struct {
		meant string
		args  []string
	}{
		{"reactor", []string{"run", "--model=reactr"}}, {"reactor", []string{"serve", "--model=raector"}}, {"goroutine",
			[]string{"check", "--model=gorutine"}},
		{"echo", []string{"run", "--scenario=ecko"}}, {"http-echo", []string{"run", "--scenario=httpecho"}}, {"inline",
			[]string{"run", "--scenario=blocking", "--how=inlin"}},
		{"poisson", []string{"run", "--arrivals=poison"}}, {"pairs", []string{"run", "--rotate=pair"}}, {"conns",
			[]string{"run", "--slo=p99<5ms", "--search=con"}},
		{"wrk", []string{"run", "--driver=wrc"}}, {"smoke", []string{"run", "--suite=smok"}}, {"lines:echo", []string{"run",
			"--cmd=cat", "--speaks=line:echo"}},
		{"lines:echo", []string{"check", "--cmd=cat", "--speaks=line:echo"}}, {"csv", []string{"export", "--format=cvs", "x"}},
		{"--model", []string{"run", "--modle=x"}},
		{"report", []string{"reprot"}}, {"127.0.0.1:7000", []string{"serve", "--model=floor", "--addr=7000"}},
		{"localhost:7000", []string{"check", "--addr=localhost"}},
	} {
		mustFail(t, []string{"did you mean " + tt.meant + "?"}, tt.args...)
	}
	mustFail(t, []string{"leave out --how, or choose the scenario blocking or http-blocking"}, "run", "--scenario=echo",
		"--how=inline")
	mustFail(t, []string{"--help lists"}, "run", "--xyz")
}

func TestCompletion(t *testing.T) {
	for typed, want := range map[string][]string{
		"run --model=":             {"all", "originals", "reactor", "floor"},
		"run --model=pool,r":       {"pool,reactor"},
		"run --scenario=":          {"echo", "storm"},
		"run --suite=":             {"smoke", "default", "originals", "full"},
		"run --speaks=":            {"lines:echo", "http:comet"},
		"run --how=":               {"inline", "spin", "offload"},
		"check --model=":           {"all", "originals", "reactor"},
		"check --speaks=lines:e,l": {"lines:e,lines:chat"},
		"serve --model=":           {"reactor"},
	} {
		lines := strings.Split(mustSucceed(t, append([]string{"__complete"}, strings.Fields(typed)...)...), "\n")
		for _, word := range want {
			if !slices.Contains(lines, word) {
				t.Errorf("%s: %q is not completed, only %q", typed, word, lines)
			}
		}
	}
	if out := mustSucceed(t, "__complete", "serve", "--model="); strings.Contains(out, "originals") {
		t.Error("serve --model=originals is completed: it serves one model")
	}
}

// The line that is rewritten has one row, however long names are and narrow the terminal.
func TestProgressLine(t *testing.T) {
	p := progress{total: 3, left: make([]record.Planned, 3)}
	for _, name := range []string{"pool", strings.Repeat("long-", 24)} {
		p.phase(record.Planned{Model: name, Scenario: "http-blocking", Conns: 10000, Rep: 3},
			"taking what the kernel charges to the server, after a while")
		for _, width := range []int{1, 2, 10, 40, 80, 200} {
			line := progressLine(p.now, " 59m50s left, until 23:59", width)
			if n := len([]rune(line)); n >= width && n > 0 {
				t.Errorf("%d columns in %d: %q", n, width, line)
			}
			if width >= 80 && (!strings.HasPrefix(line, "1/3  "+name[:4]) || !strings.HasSuffix(line, "until 23:59")) {
				t.Errorf("in %d: %q", width, line)
			}
		}
	}
}

// terminal is a pseudo-terminal of so many columns, and what is written to it.
func terminal(t *testing.T, columns uint16) (tty *os.File, written func() string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns})
	}
	if err == nil {
		tty, err = os.OpenFile(filepath.Join("/dev/pts", strconv.Itoa(n)), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skip(err)
	}
	var out bytes.Buffer
	over := make(chan struct{})
	go func() { io.Copy(&out, master); close(over) }() // until the last who writes has closed it: EIO
	return tty, func() string {
		tty.Close()
		select {
		case <-over:
		case <-time.After(10 * time.Second):
			t.Error("the terminal is still open")
		}
		master.Close()
		return out.String()
	}
}

// On a terminal the line stays in its row. A dumb one, and whoever wants no colour, gets plain lines; and no width is 80 columns.
func TestOnATerminal(t *testing.T) {
	name := strings.Repeat("very-long-", 12)
	for _, tt := range []struct {
		env     string
		columns uint16
		live    bool
	}{{"TERM=xterm", 60, true}, {"TERM=xterm", 0, true}, {"TERM=dumb", 60, false}, {"NO_COLOR=1", 60, false}} {
		tty, written := terminal(t, tt.columns)
		cmd := process("run", "--cmd=/proc/self/exe serve --model=floor --addr={addr}", "--name="+name, "--conns=4",
			"--closed", "--reps=1",
			"--duration=200ms", "--linger=0s", "--out="+filepath.Join(t.TempDir(), "run"))
		cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=", tt.env)
		cmd.Stdout, cmd.Stderr = tty, tty
		if err := cmd.Run(); err != nil {
			t.Error(err)
		}
		out := written()
		if got := strings.Contains(out, "\x1b"); got != tt.live {
			t.Errorf("%s: escape codes: %v\n%q", tt.env, got, out)
		}
		width := int(tt.columns)
		if width == 0 {
			width = usualColumns
		}
		for row := range strings.SplitSeq(out, "\n") {
			rewritten := strings.Split(strings.TrimSuffix(row, "\r"), "\r\x1b[K")
			for _, line := range rewritten[1:] {
				if n := len([]rune(line)); strings.HasPrefix(line, "1/1") && n >= width {
					t.Errorf("%s: %d columns in %d: %q", tt.env, n, width, line)
				}
			}
		}
		if strings.Contains(out, "\nvery\r\n") || strings.Count(out, "\n") > 60 {
			t.Errorf("%s: broken up:\n%s", tt.env, out)
		}
	}
}

// A machine's lock that cannot be had is told as what it is.
func TestWithoutATemporaryDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	_, _, errs := cbench(t, tiny(filepath.Join(dir, "run"), "--reps=1")...)
	if !strings.Contains(errs, "TMPDIR "+filepath.Join(dir, "none")+": no such file or directory") {
		t.Errorf("it says %q", errs)
	}
	for _, c := range cells(t, filepath.Join(dir, "run")) {
		if strings.Contains(strings.Join(c.Warnings, "\n"), "another cbench") {
			t.Errorf("%s: %q", c.Key(), c.Warnings)
		}
	}
}

// A word each, before the first repetition.
func TestConfinementIsSaidFirst(t *testing.T) {
	_, _, errs := cbench(t, tiny(filepath.Join(t.TempDir(), "run"), "--reps=1", "--procs=99")...)
	if at := strings.Index(errs, "procs 99: more than the "); at < 0 || at > strings.Index(errs, "1/2") {
		t.Errorf("procs: %q", errs)
	}
	cpus, err := probe.AvailableCPUs()
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread() // what it starts inherits its CPU; it ends with the test
	if err := probe.SetAffinity(cpus[:1]); err != nil {
		t.Skip(err)
	}
	defer probe.SetAffinity(cpus)
	var out bytes.Buffer
	cmd := process(tiny(filepath.Join(t.TempDir(), "run"), "--reps=1")...)
	cmd.Stderr = &out
	cmd.Run()
	if at := strings.Index(out.String(), "is all there is for server and load"); at < 0 || at > strings.Index(out.String(),
		"1/2") {
		t.Errorf("one CPU: %q", out.String())
	}
}

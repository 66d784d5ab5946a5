package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbench/results/record"
)

// What is given and says nothing, or cannot be, is refused before anything is measured; with no directory left behind.
func TestFlagsThatCannotBe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	run := func(args ...string) []string {
		return append([]string{"run", "--model=floor", "--conns=10", "--out=" + dir}, args...)
	}
	tests := []struct {
		words []string
		args  []string
	}{
		{[]string{"run: --model says nothing", "leave it out"}, []string{"run", "--model=", "--out=" + dir}},
		{[]string{"--scenario says nothing"}, run("--scenario=")},
		{[]string{"--conns says nothing"}, []string{"run", "--conns=", "--out=" + dir}},
		{[]string{"--driver says nothing"}, run("--driver=")},
		{[]string{"--suite says nothing"}, []string{"run", "--suite=", "--out=" + dir}},
		{[]string{"--slo says nothing"}, run("--slo=")},
		{[]string{"--server-cpus says nothing"}, run("--server-cpus=")},
		{[]string{"--out says nothing"}, []string{"run", "--out="}},
		{[]string{"check: --model says nothing"}, []string{"check", "--model="}},
		{[]string{"check: --cmd says nothing"}, []string{"check", "--cmd="}},
		{[]string{"check: --addr says nothing"}, []string{"check", "--addr="}},
		{[]string{"serve: --addr says nothing"}, []string{"serve", "--model=floor", "--addr="}},
		{[]string{"want --model"}, []string{"serve"}},
		{[]string{"pipeline -1"}, run("--closed", "--pipeline=-1")},
		{[]string{"room-size -1"}, run("--room-size=-1")},
		{[]string{"share -1"}, run("--scenario=blocking", "--share=-1")},
		{[]string{"linger -1s", "1m0s"}, run("--linger=-1s")},
		{[]string{"linger 2m0s", "1m0s"}, run("--linger=2m")},
		{[]string{"window", "--slo"}, run("--window=1s")},
		{[]string{"edge", "--slo"}, run("--edge=-1")},
		{[]string{"speaks", "--cmd"}, run("--speaks=lines:echo")},
		{[]string{`--duration "5": must be a duration`, "3s"}, run("--duration=5")},
		{[]string{`--seed "-1": must be a whole number from 0`}, run("--seed=-1")},
		{[]string{`--reps "many": must be a whole number`}, run("--reps=many")},
		{[]string{`--rate "fast": must be a number`}, run("--rate=fast")},
		{[]string{`--procs "2,many": must be a whole number`}, run("--procs=2,many")},
		{[]string{`--procs "": must be a whole number`}, run("--procs=")},
		{[]string{"block 0s", "leave it out"}, run("--scenario=blocking", "--block=0")},
		{[]string{"tries 0", "leave it out"}, run("--slo=p99<5ms", "--tries=0")},
		{[]string{"edge 0", "leave it out"}, run("--slo=p99<5ms", "--edge=0")},
		{[]string{"window 0s", "leave it out"}, run("--slo=p99<5ms", "--window=0")},
		{[]string{"slot 0s", "leave it out"}, run("--rotate=all", "--slot=0")},
		{[]string{"rounds 0", "leave it out"}, run("--rotate=all", "--rounds=0")},
		{[]string{"scenario echo", "leave out --room-size", "chat"}, run("--room-size=2")},
		{[]string{"there is no run", "without --resume"}, run("--resume")},
		{[]string{"unknown command", "--help"}, []string{"help", "frob"}},
		{[]string{"unknown command", "--help"}, []string{"help", "run", "frob"}},
		{[]string{"unknown command", "--help"}, []string{"completion", "frob"}},
	}
	for _, tt := range tests {
		mustFail(t, tt.words, tt.args...)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("a refused run leaves %s behind", dir)
	}
	for _, topic := range [][]string{{"help"}, {"help", "run"}, {"help", "completion", "bash"}, {"completion"}} {
		if out := mustSucceed(t, topic...); !strings.Contains(out, "Usage:") {
			t.Errorf("cbench %s shows no help", strings.Join(topic, " "))
		}
	}
}

// A port that is taken, and one on which nobody listens, come with what to do.
func TestNetworkErrorsHaveAMend(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	mustFail(t, []string{"in use", "--addr=127.0.0.1:0"}, "serve", "--model=floor", "--addr="+addr)
	l.Close()
	mustFail(t, []string{"refused", "--cmd"}, "check", "--addr="+addr)
}

// What draws or exports nothing has failed, and says how to go on.
func TestARunWithoutCells(t *testing.T) {
	dir := t.TempDir()
	for _, command := range []string{"plot", "report", "export"} {
		mustFail(t, []string{"there is no run", "cbench run --out="}, command, dir)
	}
	if err := record.WriteRun(dir, &record.Run{Schema: record.Schema}); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"plot", "export"} {
		mustFail(t, []string{"no repetition is finished", "--resume --out=" + dir}, command, dir)
	}
	nowhere := filepath.Join(dir, "nowhere", "page.html")
	mustFail(t, []string{nowhere + ": no such file"}, "report", dir, "--out="+nowhere)
}

// What could not be printed has failed.
func TestAFullDiskFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=floor", "--conns=10", "--rate=200", "--reps=1", "--duration=200ms", "--warmup=0s", "--linger=0s", "--out="+dir)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	for _, args := range [][]string{{"list"}, {"plot", dir}, {"report", dir}, {"export", dir}, {"compare", dir, dir}} {
		var errs bytes.Buffer
		if status := run(args, strings.NewReader(""), full, &errs); status == 0 || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("cbench %s > /dev/full: status %d, %q", strings.Join(args, " "), status, errs.String())
		}
	}
}

// After Ctrl-C a check, too, says that it was stopped, and blames no server for it.
func TestCheckAfterCtrlC(t *testing.T) {
	cmd := process("check", "--model=floor,reactor")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // the first case is through
		t.Fatal(err)
	}
	cmd.Process.Signal(os.Interrupt)
	for buf := make([]byte, 4096); err == nil; {
		_, err = out.Read(buf)
	}
	if cmd.Wait() == nil || errs.String() != "cbench: check: stopped before the end\n" {
		t.Errorf("%q, want that it was stopped, and nothing else", errs.String())
	}
}

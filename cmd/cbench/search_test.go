package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
)

// onlySearch is the search of a run of one cell.
func onlySearch(t *testing.T, dir string) (record.Cell, *record.Search) {
	t.Helper()
	all := cells(t, dir)
	if len(all) != 1 || all[0].Search == nil || !all[0].Valid {
		t.Fatalf("%d cells; the first: valid %v, void %q, search %v", len(all), all[0].Valid, all[0].Void, all[0].Search)
	}
	return all[0], all[0].Search
}

// A server that sleeps for a millisecond a message holds no 1,000 a second, and no CPU tells why.
func TestSearchFindsASlowServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--cmd="+bad("slow"), "--name=bad", "--conns=10", "--slo=p50<50ms", "--window=100ms", "--rate=50", "--out="+dir)
	c, s := onlySearch(t, dir)
	if s.Found == nil || *s.Found < 50 || *s.Found > 1050 {
		t.Fatalf("found %+v", s)
	}
	if s.Bound != "unknown" {
		t.Errorf("bound %q: %s", s.Bound, s.Why)
	}
	if m := c.Machine; m == nil || m.OthersRatio == nil || m.StealRatio == nil {
		t.Errorf("what the machine did meanwhile is not known: %+v", m)
	}
	if c.Params.SLO != "p50<50ms" || c.Params.Search != "rate" || c.Rep != 1 {
		t.Errorf("%+v", c.Params)
	}
	for _, w := range s.Tried {
		if w.Held != (w.Why == "") || w.Count > 0 && (w.ServiceP99 == 0 || w.P99 < w.ServiceP99) {
			t.Errorf("%+v", w)
		}
	}
	if len(s.Curve) != 6 || s.Curve[5].RatePerS != 50 || s.Curve[0].Count == 0 || s.Curve[0].P99 < s.Curve[0].P50 {
		t.Errorf("curve %+v", s.Curve)
	}
	out := mustSucceed(t, "show", dir, "capacity")
	for _, want := range []string{"bad", "p50", "50.0/s"} {
		if !strings.Contains(out, want) {
			t.Errorf("the answer lacks %q:\n%s", want, out)
		}
	}
	for _, name := range []string{"echo-latency-vs-load.svg", "echo-latency-vs-load.png"} {
		if info, err := os.Stat(filepath.Join(dir, record.ChartsDir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustFail(t, []string{"plan"}, "run", "--cmd="+bad("slow"), "--name=bad", "--conns=10", "--slo=p50<60ms", "--resume", "--out="+dir)
}

// A fast server that may not be asked for more holds the most that was to be tried.
func TestSearchEndsAtItsCeiling(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=floor", "--conns=10", "--slo=p50<50ms,mem<1GiB", "--most-rate=500", "--window=50ms", "--out="+dir)
	_, s := onlySearch(t, dir)
	if s.Found == nil || *s.Found != 500 || s.Bound != "limit" || s.High != nil {
		t.Errorf("%+v", s)
	}
}

func TestSearchOfConnections(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=reactor", "--conns=120", "--search=conns", "--slo=p50<50ms,mem<1GiB", "--rate=500", "--window=50ms", "--out="+dir)
	c, s := onlySearch(t, dir)
	if s.Found == nil || *s.Found != 120 || s.Bound != "limit" || len(s.Curve) > 0 {
		t.Errorf("%+v", s)
	}
	for _, w := range s.Tried {
		if w.Anon == 0 || w.Conns == 0 || w.RatePerS != 500 {
			t.Errorf("%+v", w)
		}
	}
	if c.Params.RatePerS != 500 {
		t.Errorf("%+v", c.Params)
	}

	dir = filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=reactor", "--conns=120", "--search=conns", "--slo=mem<4kB", "--rate=500", "--window=50ms", "--out="+dir)
	if _, s := onlySearch(t, dir); s.Found != nil || s.Bound != "server" || !strings.Contains(s.Why, "mem was") {
		t.Errorf("not one connection fits into 4 kB, and it found %+v", s)
	}
}

// What no rate mends is not searched: a server that loses replies, or that dies, is void.
func TestSearchOfBadServers(t *testing.T) {
	for fault, words := range map[string]string{"drop": "lost", "corrupt": "corrupted", "die": "died"} {
		dir := filepath.Join(t.TempDir(), fault)
		args := []string{"run", "--cmd=" + bad(fault), "--name=bad", "--conns=10", "--slo=p50<50ms", "--window=500ms", "--out=" + dir}
		if status, _, _ := cbench(t, args...); status == 0 {
			t.Errorf("%s: nothing is valid, and it succeeds", fault)
		}
		if c := cells(t, dir)[0]; c.Valid || !strings.Contains(strings.Join(c.Void, "\n"), words) {
			t.Errorf("%s: valid %v, void %q, want %q", fault, c.Valid, c.Void, words)
		}
	}
}

func TestSearchGoesOnAfterCtrlC(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"run", "--model=floor,reactor", "--conns=10", "--slo=p50<50ms", "--most-rate=500", "--window=50ms", "--out=" + dir}
	cmd := process(args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		fmt.Fprintln(&errs, lines.Text())
		if strings.HasPrefix(lines.Text(), "1/2") {
			cmd.Process.Signal(os.Interrupt)
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(errs.String(), "--resume") {
		t.Fatalf("an interrupted search: %v\n%s", err, &errs)
	}
	if n := len(cells(t, dir)); n != 1 {
		t.Fatalf("%d cells are there after the interrupt, want 1", n)
	}
	mustSucceed(t, "run", "--resume", "--out="+dir)
	if n := len(cells(t, dir)); n != 2 {
		t.Errorf("%d cells after --resume, want 2", n)
	}
}

func TestSearchErrorsSayTheMend(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		words []string
		args  []string
	}{
		{[]string{"slo", "p95", "p99"}, []string{"--slo=p95<5ms"}},
		{[]string{"search", "--slo"}, []string{"--search=conns"}},
		{[]string{"search \"both\"", "rate and conns"}, []string{"--search=both", "--slo=p99<5ms"}},
		{[]string{"slo", "closed"}, []string{"--slo=p99<5ms", "--closed"}},
		{[]string{"slo", "duration"}, []string{"--slo=p99<5ms", "--duration=1s"}},
		{[]string{"suite", "slo"}, []string{"--slo=p99<5ms", "--suite=smoke"}},
	} {
		mustFail(t, tt.words, append([]string{"run", "--out=" + dir}, tt.args...)...)
	}
}

// A server that stops for 300 ms each second, asked for 1,000 messages a second: in an open loop p99 shows it. What waits
// for a reply before it sends the next message hardly sees it, for it sends nothing meanwhile; that is why there p99 must
// not be believed.
func TestClosedLoopHidesStalls(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "closed")
	mustSucceed(t, "run", "--cmd="+bad("stall"), "--name=bad", "--conns=2", "--closed", "--reps=1", "--duration=2s", "--out="+dir)
	if c := cells(t, dir)[0]; c.Service == nil || c.Service.Max < (200*time.Millisecond).Nanoseconds() || c.Service.P99 > (100*time.Millisecond).Nanoseconds() {
		t.Errorf("closed loop: %+v: want a maximum that shows the stalls and a p99 that does not", c.Service)
	}
}

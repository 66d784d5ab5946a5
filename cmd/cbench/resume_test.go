package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"cbench/results/record"
)

// tiny is a run that takes two seconds.
func tiny(dir string, more ...string) []string {
	return append([]string{"run", "--model=floor,reactor", "--conns=4", "--closed", "--duration=200ms", "--warmup=0s",
		"--linger=0s", "--out=" + dir}, more...)
}

// interrupted runs the command as a process, ends it by a signal as soon as it says a line that begins so ("": at once), and
// returns its status and all it said.
func interrupted(t *testing.T, by os.Signal, at string, args ...string) (status int, said string) {
	t.Helper()
	cmd := process(args...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	sent := false
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		fmt.Fprintln(&out, lines.Text())
		if !sent && strings.HasPrefix(lines.Text(), at) {
			sent = true
			cmd.Process.Signal(by)
		}
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), out.String()
}

func runFile(t *testing.T, dir string) *record.Run {
	t.Helper()
	run, err := record.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// A run that is stopped again and again, before its first repetition and in the midst of others, ends as one that never was.
// Its plan and its command line stay what they were.
func TestRunGoesOnHoweverOftenItIsStopped(t *testing.T) {
	whole, dir := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "a run")
	mustSucceed(t, tiny(whole, "--reps=2")...)
	resume := []string{"run", "--resume", "--out=" + dir}
	var before *record.Run
	for i, tt := range []struct {
		by   os.Signal
		at   string
		args []string
	}{
		{os.Interrupt, "4 repetitions to measure", tiny(dir, "--reps=2")},
		{syscall.SIGTERM, "4 repetitions to measure", resume},
		{syscall.SIGHUP, "1/", resume},
		{os.Interrupt, "1/", append(slices.Clone(resume), "--reps=2", "--model=reactor,floor")},
	} {
		status, said := interrupted(t, tt.by, tt.at, tt.args...)
		if want := "cbench run --resume --out='" + dir + "' goes on"; status != stopped || !strings.Contains(said, want) {
			t.Fatalf("stop %d: status %d, want %d and %q:\n%s", i, status, stopped, want, said)
		}
		now := runFile(t, dir)
		if before == nil {
			before = now
		}
		if !slices.Equal(now.Command, before.Command) || !slices.Equal(now.Plan, before.Plan) || now.Ended != nil {
			t.Errorf("stop %d: command %q, %d planned, ended %v", i, now.Command, len(now.Plan), now.Ended)
		}
	}
	mustSucceed(t, resume...)
	keys := func(dir string) map[record.Key]int {
		all := map[record.Key]int{}
		for _, c := range cells(t, dir) {
			all[c.Key()]++
		}
		return all
	}
	got, want := keys(dir), keys(whole)
	for key := range want {
		if got[key] != 1 || len(got) != len(want) {
			t.Errorf("%s: %d times, of %d repetitions; want once, of %d", key, got[key], len(got), len(want))
		}
	}
	ended := runFile(t, dir).Ended
	mustSucceed(t, resume...) // there is nothing to do
	if again := runFile(t, dir).Ended; ended == nil || again == nil || !again.Equal(*ended) {
		t.Errorf("ended %v, and then %v", ended, again)
	}
}

// What is typed with --resume may repeat the plan, in other words too; what contradicts it is refused by its name.
func TestResumeKeepsThePlan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	t.Setenv(noisyEnv, "")
	interrupted(t, os.Interrupt, "2 repetitions", tiny(dir, "--reps=1")...)
	text := func() string {
		b, err := os.ReadFile(filepath.Join(dir, record.RunFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := text()
	for _, tt := range []struct{ flag, planned string }{
		{"--noisy", "without it"}, {"--reps=2", "with --reps=1"}, {"--model=floor", "with --model=floor,reactor"},
		{"--model=all", "with --model=floor,reactor"},
		{"--conns=4,8", "with --conns=4"}, {"--scenario=chat", "without it"}, {"--closed=false", "with --closed"},
		{"--duration=1s", "with --duration=200ms"},
		{"--seed=2", "without it"}, {"--rate=100", "without it"}, {"--rotate=all", "without it"}, {"--suite=smoke",
			"without it"}, {"--procs=1,2", "without it"},
		{"--slo=p99<5ms", "without it"}, {"--cmd=cat {addr}", "without it"}, {"--linger=3s", "with --linger=0s"},
		{"--payload=64", "without it"},
		{"--server-cpus=0", "without it"},
	} {
		mustFail(t, []string{"cbench: run: --", "the run in " + dir + " was planned " + tt.planned,
			"leave it out or choose another --out"},
			"run", "--resume", "--out="+dir, tt.flag)
	}
	if now := text(); now != before {
		t.Error("run.json is another")
	}
	for _, flags := range [][]string{{"--noisy=false", "--strict"}, {"--duration=0.2s", "--model=reactor,floor"}, {"--seed=1",
		"--scenario=echo"}} {
		interrupted(t, os.Interrupt, "", append([]string{"run", "--resume", "--out=" + dir}, flags...)...)
		if now := text(); now != before {
			t.Errorf("%q: run.json is another", flags)
		}
	}
	t.Setenv(noisyEnv, "1") // of another day
	if status, said := interrupted(t, os.Interrupt, "2 repetitions", "run", "--resume", "--out="+dir); status != stopped ||
		text() != before {
		t.Errorf("status %d:\n%s", status, said)
	}
}

// What the environment or a suite says goes into the command line on record, and so need not be there when the run goes on.
func TestResumeNeedsNothingButTheDirectory(t *testing.T) {
	dir, suite := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "mine.json")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(suite, `{"noisy": true, "models": ["floor"], "blocks": [{"scenario": "echo", "conns": [4], "closed": true, "reps": 2, "duration": "200ms", "linger": "0s"}]}`)
	t.Setenv(noisyEnv, "")
	interrupted(t, os.Interrupt, "1/", "run", "--suite="+suite, "--out="+dir)
	if err := os.Remove(suite); err != nil {
		t.Fatal(err)
	}
	mustFail(t, []string{"--reps=2: the run in " + dir + " was planned with --suite="}, "run", "--resume", "--out="+dir,
		"--reps=2")
	mustSucceed(t, "run", "--resume", "--out="+dir)
	if n, command := len(cells(t, dir)), runFile(t, dir).Command; n != 2 || !slices.Contains(command, "--noisy=true") {
		t.Errorf("%d repetitions, command %q", n, command)
	}
}

// One damaged line costs its repetition: the others are used by every command, and --resume measures the lost one again.
func TestDamagedFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, tiny(dir, "--reps=2")...)
	path := filepath.Join(dir, record.CellsFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(good), "\n")
	lines[1] = lines[1][:100] + "\n"
	damaged := "\xEF\xBB\xBF" + strings.ReplaceAll(strings.Join(lines, "\n"), "\n",
		"\r\n") // and what an editor of Windows makes of it
	if err := os.WriteFile(path, []byte(damaged), 0o644); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	named := path + ":3: not a cell: it is cut short: left out; cbench run --resume --out=" + dir
	for _, args := range [][]string{
		{"report", dir}, {"plot", dir}, {"export", dir}, {"export", "--format=benchfmt", dir}, {"compare", "--all", dir, other},
		{"list", "--cost", "--run=" + dir}, {"run", "--resume", "--out=" + dir},
	} {
		status, _, errs := cbench(t, args...)
		if status != 0 || strings.Count(errs, named) != 1 {
			t.Errorf("cbench %q: status %d, and says %d times: %s", args, status, strings.Count(errs, named), named)
		}
	}
	all, _, err := record.ReadCells(dir)
	if err != nil || len(all) != 4 {
		t.Errorf("%d repetitions after --resume, %v", len(all), err)
	}

	for _, cut := range []string{"", "{", "\x00\x00"} {
		if err := os.WriteFile(filepath.Join(dir, record.RunFile), []byte(cut), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"report", dir}, {"plot", dir}, {"compare", dir, other}, {"compare", other, dir},
			{"run", "--resume", "--out=" + dir}} {
			if status, _, _ := cbench(t, args...); status != misused {
				t.Errorf("cbench %q, run.json %q: status %d", args, cut, status)
			}
			mustFail(t, []string{record.RunFile + ": ", "put a copy of it back", "cbench export " + dir}, args...)
		}
		for _, format := range exportFormats {
			if status, out, errs := cbench(t, "export", "--format="+format, dir); status != 0 || !strings.Contains(out,
				"reactor") || !strings.Contains(errs, record.RunFile) {
				t.Errorf("export of the cells alone as %s: status %d, %q", format, status, errs)
			}
		}
	}
	if err := os.Remove(filepath.Join(dir, record.RunFile)); err != nil {
		t.Fatal(err)
	}
	mustFail(t, []string{"whose run.json is missing", "choose another --out"}, tiny(dir)...)
}

// No command writes over a run's own files.
func TestOutputsSpareTheRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, tiny(dir, "--reps=1")...)
	link := filepath.Join(t.TempDir(), "link")
	hard := filepath.Join(dir, "hard")
	if err := os.Symlink(filepath.Join(dir, record.CellsFile), link); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, record.CellsFile), hard); err != nil {
		t.Fatal(err)
	}
	sum := func() string {
		var all string
		for _, name := range []string{record.RunFile, record.CellsFile} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all += string(b)
		}
		return all
	}
	before := sum()
	for _, args := range [][]string{{"export"}, {"export", "--format=benchfmt"}, {"report"}} {
		for _, out := range []string{filepath.Join(dir, record.CellsFile), filepath.Join(dir, record.RunFile),
			dir + "/charts/../cells.jsonl", link, hard,
			filepath.Join(dir, record.ChartsDir, "x.svg")} {
			mustFail(t, []string{"choose another name"}, append(args, dir, "--out="+out)...)
		}
	}
	// A page that is a link to the cells, and a chart that is.
	page := filepath.Join(dir, "report.html")
	chart, err := filepath.Glob(filepath.Join(dir, record.ChartsDir, "*.svg"))
	if err != nil || len(chart) == 0 {
		t.Fatalf("%q, %v", chart, err)
	}
	for _, path := range []string{page, chart[0]} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(dir, record.CellsFile), path); err != nil {
			t.Fatal(err)
		}
	}
	mustFail(t, []string{"choose another name"}, "report", dir)
	mustSucceed(t, "plot", dir)
	if sum() != before {
		t.Error("the run's own files have changed")
	}
}

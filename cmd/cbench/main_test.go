package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"cbench/results/record"
	"cbench/scenarios"
)

// This test binary is cbench too, as it must be to start servers and loads as processes of their own; and it is the bad
// servers that cbench has to tell from good ones.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		if os.Args[1] == "bad-echo" {
			os.Exit(badEcho(os.Args[2], os.Args[3]))
		}
		if os.Args[1] == "others" {
			os.Exit(othersServer(os.Args[2], os.Args[3]))
		}
		if os.Args[1] == "hog" {
			hog(os.Args[2])
		}
		if os.Args[1] == "leaky" {
			os.Exit(leaky(os.Args[2]))
		}
		if os.Args[1] == "laden" {
			os.Exit(laden(os.Args[2]))
		}
		if os.Args[1] == "bad-http" {
			os.Exit(badHTTP(os.Args[2]))
		}
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	heldIdle = time.Second
	os.Setenv(noisyEnv, "1") // other packages' tests run beside
	os.Exit(m.Run())
}

// cbench runs the command in this process.
func cbench(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(""), &out, &errs)
	t.Logf("cbench %s: status %d\n%s%s", strings.Join(args, " "), status, out.String(), errs.String())
	return status, out.String(), errs.String()
}

// process is the command as a process that can be sent signals.
func process(args ...string) *exec.Cmd { return exec.Command("/proc/self/exe", args...) }

func cells(t *testing.T, dir string) []record.Cell {
	t.Helper()
	cells, warnings, err := record.ReadCells(dir)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("cells of %s: %v, warnings %q", dir, err, warnings)
	}
	return cells
}

// mustSucceed returns what the command printed.
func mustSucceed(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := cbench(t, args...)
	if status != 0 {
		t.Fatalf("cbench %s: status %d: %s", strings.Join(args, " "), status, errs)
	}
	return out
}

// mustFail checks that the error is one line and says the words.
func mustFail(t *testing.T, words []string, args ...string) {
	t.Helper()
	status, _, errs := cbench(t, args...)
	lines := strings.Split(strings.TrimRight(errs, "\n"), "\n")
	last := lines[len(lines)-1]
	if status == 0 || !strings.HasPrefix(last, "cbench: ") {
		t.Fatalf("cbench %s: status %d, last line %q; want a failure in one line", strings.Join(args, " "), status, last)
	}
	for _, w := range words {
		if !strings.Contains(last, w) {
			t.Errorf("cbench %s: %q does not say %q", strings.Join(args, " "), last, w)
		}
	}
}

func TestErrorsSayWhatAndTheMend(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		words []string
		args  []string
	}{
		{[]string{"reactr", "reactor"}, []string{"serve", "--model=reactr"}},
		{[]string{"reactr", "reactor"}, []string{"run", "--model=reactr", "--out=" + dir}},
		{[]string{"conns 15000000", "descriptors", "ulimit"}, []string{"run", "--conns=15000000", "--out=" + dir}},
		{[]string{"conns \"many\""}, []string{"run", "--conns=many", "--out=" + dir}},
		{[]string{"payload 0", "leave it out"}, []string{"run", "--payload=0", "--out=" + dir}},
		{[]string{"rate 0", "leave it out"}, []string{"run", "--rate=0", "--out=" + dir}},
		{[]string{"payload 3"}, []string{"run", "--payload=3", "--out=" + dir}},
		{[]string{"scenario \"ecko\""}, []string{"run", "--scenario=ecko", "--out=" + dir}},
		{[]string{"reps 0"}, []string{"run", "--reps=0", "--out=" + dir}},
		{[]string{"suite \"huge\"", "smoke"}, []string{"run", "--suite=huge", "--out=" + dir}},
		{[]string{"floor", "lines:chat"}, []string{"run", "--model=floor", "--scenario=chat", "--out=" + dir}},
		{[]string{"named twice"}, []string{"run", "--model=floor,floor", "--out=" + dir}},
		{[]string{"server-cpus"}, []string{"run", "--server-cpus=4095", "--out=" + dir}},
		{[]string{"pipeline"}, []string{"run", "--pipeline=3", "--rate=100", "--out=" + dir}},
		{[]string{"speaks"}, []string{"run", "--cmd=./x {addr}", "--speaks=lines:sing", "--out=" + dir}},
		{[]string{"there is no run"}, []string{"plot", filepath.Join(dir, "nothing")}},
		{[]string{"unknown flag"}, []string{"run", "--modle=x"}},
		{[]string{"unknown command"}, []string{"bench"}},
	}
	for _, tt := range tests {
		mustFail(t, tt.words, tt.args...)
	}
}

func TestEveryCommandHasHelpWithAnExample(t *testing.T) {
	for _, c := range newRoot().Commands() {
		if c.Hidden || c.Name() == "completion" || c.Name() == "help" {
			continue
		}
		if out := mustSucceed(t, c.Name(), "--help"); !strings.Contains(out, "Examples:\n  cbench "+c.Name()) {
			t.Errorf("cbench %s --help shows no example", c.Name())
		}
	}
	run := newRun()
	run.InitDefaultHelpFlag()
	run.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && len(f.Annotations[groupOf]) == 0 {
			t.Errorf("cbench run --help shows --%s in no group", f.Name)
		}
	})
	for line := range strings.Lines(mustSucceed(t, "run", "--help")) {
		if strings.HasPrefix(line, "      --") && utf8.RuneCountInString(line) > helpWidth+1 {
			t.Errorf("cbench run --help: wider than %d: %q", helpWidth, line)
		}
	}
	if out := mustSucceed(t, "--version"); !strings.HasPrefix(out, "cbench ") || !strings.Contains(out, "commit ") {
		t.Errorf("cbench --version: %q", out)
	}
	if out := mustSucceed(t, "completion", "bash"); !strings.Contains(out, "complete") {
		t.Error("no completion for bash")
	}
	if out := mustSucceed(t, "__complete", "run", "--model="); !strings.Contains(out, "reactor") {
		t.Error("models are not completed")
	}
}

func TestListAndDoctor(t *testing.T) {
	out := mustSucceed(t, "list")
	for _, name := range append(modelNames(), scenarios.Names()...) {
		if !strings.Contains(out, name) {
			t.Errorf("list lacks %s", name)
		}
	}
	if out := mustSucceed(t, "doctor", "--seconds=0.6"); !strings.Contains(out, "descriptors") {
		t.Error("doctor says nothing of descriptors")
	}
}

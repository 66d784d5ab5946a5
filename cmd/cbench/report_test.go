package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbench/results/report"
)

// The page is made of the files alone: where they are, or where one says.
func TestReportOfTheReference(t *testing.T) {
	out := filepath.Join(t.TempDir(), "page.html")
	said := mustSucceed(t, "report", "../../results/reference", "--out="+out)
	page, err := os.ReadFile(out)
	if err != nil || !strings.Contains(said, out) {
		t.Fatalf("%q: %v", said, err)
	}
	for _, want := range []string{"10,000 idle connections", "1,000 busy connections", `id="memory"`, "cbench run --"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestReportSaysWhatIsMissing(t *testing.T) {
	mustFail(t, []string{"report:", "there is no run"}, "report", t.TempDir())
	mustFail(t, []string{"report:", "none"}, "report", "../../results/reference", "--out="+filepath.Join(t.TempDir(), "none", report.File))
}

// A run leaves its page beside its files.
func TestRunLeavesAReport(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=reactor", "--conns=10", "--rate=500", "--reps=1", "--duration=200ms", "--warmup=0s", "--out="+dir)
	page, err := os.ReadFile(filepath.Join(dir, report.File))
	if err != nil || !strings.Contains(string(page), "--duration=200ms") {
		t.Errorf("%d bytes: %v", len(page), err)
	}
}

// A server that stops for 300 ms each second: the page says so in words, and which clock shows it.
func TestReportExplainsStalls(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--cmd="+bad("stall"), "--name=bad", "--conns=20", "--rate=1000", "--reps=1", "--duration=3s", "--out="+dir)
	page, err := os.ReadFile(filepath.Join(dir, report.File))
	if err != nil {
		t.Fatal(err)
	}
	_, said, found := strings.Cut(string(page), `<section class="answer" id="pauses"`)
	explained, _, _ := strings.Cut(said, "</section>")
	blamed := strings.Contains(explained, "from when its message was due") ||
		strings.Contains(explained, "The machine itself stopped for up to 3") // where others take the CPU, a third of a second may be theirs
	if !found || !blamed || !strings.Contains(explained, "stopped") {
		t.Errorf("the page does not explain the stalls: %q", explained)
	}
}

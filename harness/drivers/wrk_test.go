package drivers

import (
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"cbench/harness/load"
	"cbench/results/record"
)

// needsWrk skips a test where wrk is not installed.
func needsWrk(t *testing.T) {
	t.Helper()
	if err := WrkInstalled(); err != nil {
		t.Skip(err)
	}
}

func TestWrkDrive(t *testing.T) {
	needsWrk(t)
	t.Setenv("TMPDIR", t.TempDir())
	r := measures(t, OpenWrk)
	if r.WindowNS < int64(time.Second) || r.InWindow != r.Sent {
		t.Errorf("window %d ns, %d in it of %d", r.WindowNS, r.InWindow, r.Sent)
	}
	if len(r.Warnings) != 3 || !strings.Contains(r.Warnings[2], "1s, not 200ms") {
		t.Errorf("warnings %q", r.Warnings)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWrkChunks(t *testing.T) {
	needsWrk(t)
	takesChunks(t, OpenWrk)
}

func TestWrkFaults(t *testing.T) {
	needsWrk(t)
	tells(t, OpenWrk, nil)
}

func TestWrkRefusals(t *testing.T) {
	needsWrk(t)
	refuses(t, OpenWrk)
	t.Setenv("PATH", "")
	_, _, err := OpenWrk(t.Context(), load.Plan{Scenario: "http-echo"})
	if err == nil || !strings.Contains(err.Error(), "apt-get install wrk") {
		t.Errorf("where wrk is not installed: %v", err)
	}
}

func TestWrkReport(t *testing.T) {
	line := func(latency string) []byte {
		return []byte("Running\n  1 threads\n" + `{"requests":200000,"bytes":90000000,"duration_us":1007211,` +
			`"min_us":16,"max_us":20117,"latency_us":[` + latency +
			`],"connect":1,"read":0,"write":0,"timeout":2,"status":0}` + "\n")
	}
	values := strings.Repeat("100,", 500) + strings.Repeat("200,", 490) + strings.Repeat("5000,", 99) + "20000"
	told, err := parseWrk(line(values))
	if err != nil {
		t.Fatal(err)
	}
	r, err := told.report(64)
	if err != nil {
		t.Fatal(err)
	}
	near := func(got, want int64) bool { return got >= want-want/500 && got <= want+want/500 }
	l := r.Latency
	if l.Count != 200000 || l.Max != 20117e3 || !near(l.P50, 100e3) || !near(l.P90, 200e3) || !near(l.P99, 200e3) || !near(l.P999, 5e6) {
		t.Errorf("%+v", l)
	}
	errs := map[string]int64{"connect": 1, "timeout": 2}
	if r.WindowNS != 1007211000 || !maps.Equal(r.Errors, errs) || r.Verify != (record.Verify{}) {
		t.Errorf("%+v", r)
	}
	if r, err := told.report(1000); err != nil || r.Verify.Corrupted != 1 {
		t.Errorf("too few bytes: %+v, %v", r.Verify, err)
	}
	for _, bad := range []string{"", "no JSON", `{"requests":1}`, string(line("1,2,3"))} {
		if _, err := parseWrk([]byte(bad)); err == nil {
			t.Errorf("%.50q is taken", bad)
		}
	}
}

package harness

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"cbench/harness/server/cgroup"
	"cbench/results/record"
)

// Why there is no lock is told as what it is: another cbench, a file system without locks, or no directory.
func TestLocks(t *testing.T) {
	was := flock
	t.Cleanup(func() { flock = was })
	for _, tt := range []struct {
		name       string
		dir, tmp   error // of the locks
		crowded    bool
		fails      string
		warned     []string
		noTempHere bool
	}{
		{name: "alone"},
		{name: "another in the directory", dir: unix.EWOULDBLOCK, fails: "another cbench is at work in it"},
		{name: "another on the machine", tmp: unix.EWOULDBLOCK, crowded: true},
		{name: "no locks in the directory", dir: unix.ENOLCK,
			warned: []string{"its file system has no locks (no locks available)"}},
		{name: "nor on the machine", dir: unix.ENOTSUP, tmp: unix.EOPNOTSUPP, warned: []string{"its file system has no locks",
			"TMPDIR"}},
		{name: "no such call", tmp: unix.ENOSYS, warned: []string{"TMPDIR"}},
		{name: "an error", dir: unix.EIO, fails: "input/output error"},
		{name: "no directory", noTempHere: true, warned: []string{"no such file or directory: whether another cbench measures " +
			"on this machine is not known"}},
	} {
		tmp := t.TempDir()
		if tt.noTempHere {
			tmp = filepath.Join(tmp, "none")
		}
		t.Setenv("TMPDIR", tmp)
		calls := []error{tt.dir, tt.tmp}
		flock = func(int, int) error {
			err := calls[0]
			calls = calls[1:]
			return err
		}
		e := Experiment{Dir: t.TempDir()}
		unlock, warnings, err := e.locks()
		if tt.fails != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.fails)
			}
			continue
		}
		if err != nil || e.crowded != tt.crowded || len(warnings) != len(tt.warned) {
			t.Errorf("%s: %v, crowded %v, warnings %q", tt.name, err, e.crowded, warnings)
			continue
		}
		unlock()
		for i, want := range tt.warned {
			if !strings.Contains(warnings[i], want) || strings.Contains(warnings[i], "at work") {
				t.Errorf("%s: %q, want %q", tt.name, warnings[i], want)
			}
		}
	}
}

// The real one: two in one directory.
func TestLockKeepsOthersOut(t *testing.T) {
	dir := t.TempDir()
	unlock, err := lock(dir)
	if err != nil {
		t.Skip(err)
	}
	if _, err := lock(dir); !errors.Is(err, unix.EWOULDBLOCK) {
		t.Errorf("locked twice: %v", err)
	}
	unlock()
	again, err := lock(dir)
	if err != nil {
		t.Errorf("unlocked: %v", err)
	}
	again()
}

// What limits all of a run is said before it, and is not blamed on others.
func TestConfined(t *testing.T) {
	was := readLimits
	t.Cleanup(func() { readLimits = was })
	limits := func(l cgroup.Limits) { readLimits = func() cgroup.Limits { return l } }
	apart := Experiment{ServerCPUs: []int{0}, LoadCPUs: []int{1}}
	for _, tt := range []struct {
		name   string
		limits cgroup.Limits
		e      Experiment
		want   []string
	}{
		{"nothing", cgroup.Limits{}, apart, nil},
		{"a quota of all", cgroup.Limits{CPUs: 2, CPUsIn: "/q"}, apart, nil},
		{"a quota", cgroup.Limits{CPUs: 0.5, CPUsIn: "/q"}, apart,
			[]string{"a quota of 0.500 CPUs is in force (/q), and server and load have 2"}},
		{"memory", cgroup.Limits{MemoryBytes: 1 << 20, MemoryIn: "/m"}, apart,
			[]string{"a memory limit of 1.00 MiB is in force (/m)"}},
		{"one CPU", cgroup.Limits{}, Experiment{ServerCPUs: []int{3}, LoadCPUs: []int{3}},
			[]string{"--server-cpus=3 --client-cpus=3 says that it is wanted"}},
		{"one CPU, asked for", cgroup.Limits{}, Experiment{ServerCPUs: []int{3}, LoadCPUs: []int{3}, CPUsAsked: true}, nil},
		{"procs", cgroup.Limits{}, Experiment{ServerCPUs: []int{0}, LoadCPUs: []int{1},
			Plan: []record.Planned{{Params: record.Params{Procs: 9999}}}}, []string{"procs 9999: more than"}},
	} {
		limits(tt.limits)
		got := tt.e.confined()
		if len(got) != len(tt.want) {
			t.Errorf("%s: %q", tt.name, got)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], tt.want[i]) {
				t.Errorf("%s: %q, want %q", tt.name, got[i], tt.want[i])
			}
		}
	}
	limits(cgroup.Limits{CPUs: 0.5, CPUsIn: "/q"})
	apart.confined()
	m := apart.session(record.Planned{Model: "m", Scenario: "echo"}, Watch{})
	if !strings.Contains(strings.Join(m.cell.Warnings, "\n"), "a quota of") || !strings.Contains(m.evidence.Quota, "a quota of") {
		t.Errorf("evidence %q, warnings %q", m.evidence.Quota, m.cell.Warnings)
	}
}

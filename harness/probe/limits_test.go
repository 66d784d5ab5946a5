package probe

import (
	"context"
	"runtime/debug"
	"strings"
	"testing"

	"cbench/harness/server/cgroup"
)

// Under a quota and a limit doctor tells those, not the machine's figures, and blames nobody else for what they do.
func TestDoctorUnderLimits(t *testing.T) {
	was := readLimits
	t.Cleanup(func() { readLimits = was })
	readLimits = func() cgroup.Limits {
		return cgroup.Limits{CPUs: 0.25, CPUsIn: "/sys/fs/cgroup/cpu.max", MemoryBytes: 64 << 20,
			MemoryIn: "/sys/fs/cgroup/memory.max"}
	}
	found := map[string]Finding{}
	for _, f := range Doctor(context.Background(), Examination{}) {
		found[f.Name] = f
	}
	if f := found["CPU quota"]; f.Severity != Bad || !strings.Contains(f.Value, "0.250 of ") || !strings.Contains(f.Value,
		"cpu.max") || f.Mend == "" {
		t.Errorf("quota: %+v", f)
	}
	if f := found["memory"]; !strings.Contains(f.Value, "of 0.1 GB") || !strings.Contains(f.Value, "memory.max") {
		t.Errorf("memory: %+v", f)
	}
	for _, text := range []string{"stop what else runs", "others"} {
		if f := (Finding{Severity: Bad, Spoils: "others run",
			Mend: "stop what else runs"}).unblamed(); strings.Contains(f.Mend, text) || !strings.Contains(f.Mend, "quota") {
			t.Errorf("%+v", f)
		}
	}
	readLimits = func() cgroup.Limits { return cgroup.Limits{} }
	for _, f := range Doctor(context.Background(), Examination{}) {
		if f.Name == "CPU quota" || strings.Contains(f.Value, "the limit of") {
			t.Errorf("no limit: %+v", f)
		}
	}
}

func TestManyProcs(t *testing.T) {
	if got := ManyProcs(1); len(got) != 0 {
		t.Errorf("1: %q", got)
	}
	if got := ManyProcs(9999); len(got) != 1 || !strings.Contains(got[0], "procs 9999: more than the ") {
		t.Errorf("9999: %q", got)
	}
}

// The commit is what the program itself says, and null where it says nothing: never that of the directory it runs in.
func TestBuildCommit(t *testing.T) {
	of := func(settings ...debug.BuildSetting) string {
		if commit := commitOf(settings); commit != nil {
			return *commit
		}
		return "null"
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "abc"}
	for got, want := range map[string]string{
		of(): "null", of(debug.BuildSetting{Key: "vcs.modified", Value: "true"}): "null", of(revision,
			debug.BuildSetting{Key: "vcs.modified", Value: "false"}): "abc",
		of(revision, debug.BuildSetting{Key: "vcs.modified", Value: "true"}): "abc-dirty",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if commit := BuildCommit(); commit != nil { // go test stamps nothing
		t.Errorf("of a test: %q", *commit)
	}
}

package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/prometheus/procfs"
)

func TestPlaces(t *testing.T) {
	v1 := &procfs.MountInfo{Root: "/", MountPoint: "/sys/fs/cgroup/memory", FSType: "cgroup", SuperOptions: map[string]string{"rw": "", "memory": ""}}
	cpu := &procfs.MountInfo{Root: "/", MountPoint: "/sys/fs/cgroup/cpu", FSType: "cgroup", SuperOptions: map[string]string{"rw": "", "cpu": ""}}
	v1inside := &procfs.MountInfo{Root: "/docker/abc", MountPoint: "/sys/fs/cgroup/memory", FSType: "cgroup", SuperOptions: map[string]string{"memory": ""}}
	v2 := &procfs.MountInfo{Root: "/", MountPoint: "/sys/fs/cgroup", FSType: "cgroup2"}
	memory := func(path string) procfs.Cgroup {
		return procfs.Cgroup{HierarchyID: 4, Controllers: []string{"memory"}, Path: path}
	}
	unified := func(path string) procfs.Cgroup { return procfs.Cgroup{HierarchyID: 0, Path: path} }
	for _, test := range []struct {
		name   string
		groups []procfs.Cgroup
		mounts []*procfs.MountInfo
		want   []place
	}{
		{"v1", []procfs.Cgroup{memory("/job"), unified("/")}, []*procfs.MountInfo{cpu, v1, v2}, []place{{"/sys/fs/cgroup/memory/job", 1}}},
		{"v1 in a container", []procfs.Cgroup{memory("/docker/abc/x")}, []*procfs.MountInfo{v1inside}, []place{{"/sys/fs/cgroup/memory/x", 1}}},
		{"v1 out of sight", []procfs.Cgroup{memory("/docker/other")}, []*procfs.MountInfo{v1inside}, nil},
		{"v2", []procfs.Cgroup{unified("/user.slice/a.scope")}, []*procfs.MountInfo{v2}, []place{{"/sys/fs/cgroup/user.slice", 2}, {"/sys/fs/cgroup/user.slice/a.scope", 2}}},
		{"v2, root of a container", []procfs.Cgroup{unified("/")}, []*procfs.MountInfo{v2}, []place{{"/sys/fs/cgroup", 2}}},
		{"no mount", []procfs.Cgroup{memory("/job"), unified("/")}, nil, nil},
	} {
		if got := places(test.groups, test.mounts); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestGroup(t *testing.T) {
	g, err := New()
	if err != nil {
		t.Skip(err)
	}
	defer g.Remove()
	// A process that joins, and would sleep for ever: the shell joins before it execs.
	sleeper := exec.Command("sh", "-c", `echo 0 > "$0/cgroup.procs" && echo in && exec sleep 1000`, g.Dir)
	out, err := sleeper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	defer sleeper.Process.Kill()
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	if pids, err := g.Procs(); err != nil || !reflect.DeepEqual(pids, []int{sleeper.Process.Pid}) {
		t.Errorf("in the group: %v, %v; want %d", pids, err, sleeper.Process.Pid)
	}
	reaped := make(chan struct{})
	go func() { sleeper.Wait(); close(reaped) }()
	if err := g.Remove(); err != nil {
		t.Fatal(err)
	}
	<-reaped
	if _, err := os.Stat(g.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed, and %v", err)
	}
	if err := g.Remove(); err != nil {
		t.Errorf("removed again: %v", err)
	}
}

// What a dead harness left is removed; what a living one uses is not.
func TestSweep(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stale := filepath.Join(dir, fmt.Sprintf("cbench-%d-1", dead.Process.Pid))
	kept := []string{
		filepath.Join(dir, fmt.Sprintf("cbench-%d-1", os.Getpid())),
		filepath.Join(dir, "cbench-x-1"),
		filepath.Join(dir, "other"),
	}
	for _, d := range append(kept, stale) {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	place{dir, 1}.sweep()
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", stale, err)
	}
	for _, d := range kept {
		if _, err := os.Stat(d); err != nil {
			t.Error(err)
		}
	}
}

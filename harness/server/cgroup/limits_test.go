package cgroup

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLimits(t *testing.T) {
	const (
		mountV2  = "30 20 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
		mountsV1 = "31 20 0:27 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n" +
			"32 20 0:28 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory\n"
		inside = "33 20 0:29 /docker/a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
	)
	for _, tt := range []struct {
		name, groups, mounts string
		files                map[string]string // below /sys/fs/cgroup
		want                 Limits
	}{
		{"v2", "0::/a/b\n", mountV2, map[string]string{"a/b/cpu.max": "50000 100000\n", "a/b/memory.max": "1048576\n"},
			Limits{0.5, "/sys/fs/cgroup/a/b/cpu.max", 1 << 20, "/sys/fs/cgroup/a/b/memory.max"}},
		{"v2, the group above has less", "0::/a/b\n", mountV2,
			map[string]string{"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n", "a/b/memory.max": "max\n",
				"a/memory.max": "2097152\n"},
			Limits{1.5, "/sys/fs/cgroup/a/cpu.max", 2 << 20, "/sys/fs/cgroup/a/memory.max"}},
		{"v2, a container's root", "0::/\n", mountV2, map[string]string{"cpu.max": "25000 50000"}, Limits{CPUs: 0.5,
			CPUsIn: "/sys/fs/cgroup/cpu.max"}},
		{"v2, no limit", "0::/a\n", mountV2, map[string]string{"a/cpu.max": "max 100000\n", "a/memory.max": "max\n"}, Limits{}},
		{"v1", "4:memory:/j\n5:cpu,cpuacct:/j/k\n", mountsV1,
			map[string]string{"cpu,cpuacct/j/cpu.cfs_quota_us": "20000", "cpu,cpuacct/j/cpu.cfs_period_us": "100000",
				"cpu,cpuacct/j/k/cpu.cfs_quota_us": "-1", "cpu,cpuacct/j/k/cpu.cfs_period_us": "100000",
				"memory/j/memory.limit_in_bytes": "4194304", "memory/memory.limit_in_bytes": "9223372036854771712"},
			Limits{0.2, "/sys/fs/cgroup/cpu,cpuacct/j/cpu.cfs_quota_us", 4 << 20,
				"/sys/fs/cgroup/memory/j/memory.limit_in_bytes"}},
		{"v1 in a container", "4:memory:/docker/a\n", inside, map[string]string{"memory/memory.limit_in_bytes": "8388608"},
			Limits{MemoryBytes: 8 << 20, MemoryIn: "/sys/fs/cgroup/memory/memory.limit_in_bytes"}},
		{"garbage", "0::/a\n", mountV2, map[string]string{"a/cpu.max": "x", "a/memory.max": "-3"}, Limits{}},
		{"nothing mounted", "0::/a\n", "", nil, Limits{}},
	} {
		root := t.TempDir()
		put := func(path, text string) {
			path = filepath.Join(root, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		put("proc/7/cgroup", tt.groups)
		put("proc/7/mountinfo", tt.mounts)
		if err := os.Symlink("7", filepath.Join(root, "proc/self")); err != nil {
			t.Fatal(err)
		}
		for path, text := range tt.files {
			put("sys/fs/cgroup/"+path, text)
		}
		if got := limitsUnder(root); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	if got := limitsUnder(t.TempDir()); got != (Limits{}) {
		t.Errorf("no /proc: %+v", got)
	}
}

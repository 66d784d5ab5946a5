package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// Limits is what the control groups that this process is in, and those above them, allow it: a container, a unit of systemd, a
// CI job.
type Limits struct {
	CPUs        float64 // CPU time over time, of a quota; 0: none is known
	CPUsIn      string  // the file that says so
	MemoryBytes int64   // 0: none is known
	MemoryIn    string
}

// ReadLimits reads the limits in force; what cannot be read is no limit.
func ReadLimits() Limits { return limitsUnder("/") }

// limitsUnder is ReadLimits where the root directory is another.
func limitsUnder(root string) (l Limits) {
	proc, err := procfs.NewFS(filepath.Join(root, "proc"))
	if err != nil {
		return l
	}
	self, err := proc.Self()
	if err != nil {
		return l
	}
	groups, err := self.Cgroups()
	if err != nil {
		return l
	}
	mounts, err := self.MountInfo()
	if err != nil {
		return l
	}
	for _, g := range groups {
		for _, h := range []struct{ fstype, controller string }{{"cgroup", "cpu"}, {"cgroup", "memory"}, {"cgroup2", ""}} {
			if h.fstype == "cgroup2" && g.HierarchyID != 0 || h.fstype == "cgroup" && !slices.Contains(g.Controllers,
				h.controller) {
				continue
			}
			if dir, top := mounted(g.Path, mounts, h.fstype, h.controller); dir != "" {
				l.lower(root, dir, top)
			}
		}
	}
	return l
}

// lower takes the lowest limits on the way from a group up to the mount: what is above binds what is below.
func (l *Limits) lower(root, dir, top string) {
	for {
		at := filepath.Join(root, dir)
		for _, q := range []struct {
			file string
			cpus float64
		}{{"cpu.max", quotaV2(at)}, {"cpu.cfs_quota_us", quotaV1(at)}} {
			if q.cpus > 0 && (l.CPUs == 0 || q.cpus < l.CPUs) {
				l.CPUs, l.CPUsIn = q.cpus, filepath.Join(dir, q.file)
			}
		}
		for _, file := range []string{"memory.max", "memory.limit_in_bytes"} {
			if n := number(filepath.Join(at, file)); n > 0 && n < noLimit && (l.MemoryBytes == 0 || n < l.MemoryBytes) {
				l.MemoryBytes, l.MemoryIn = n, filepath.Join(dir, file)
			}
		}
		if dir == top || dir == filepath.Dir(dir) {
			return
		}
		dir = filepath.Dir(dir)
	}
}

// noLimit is what v1 says where there is none: the largest int64, in whole pages (mm/page_counter.c), of whatever size.
const noLimit = 1 << 62

// quotaV2 is "max 100000" or "50000 100000" (cgroup-v2.rst, cpu.max).
func quotaV2(dir string) float64 {
	quota, period, _ := strings.Cut(text(filepath.Join(dir, "cpu.max")), " ")
	return over(quota, period)
}

// quotaV1: -1 is none (sched-bwc.rst).
func quotaV1(dir string) float64 {
	return over(text(filepath.Join(dir, "cpu.cfs_quota_us")), text(filepath.Join(dir, "cpu.cfs_period_us")))
}

func over(quota, period string) float64 {
	q, err1 := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err1 != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0
	}
	return q / p
}

func number(path string) int64 {
	n, err := strconv.ParseInt(text(path), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func text(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

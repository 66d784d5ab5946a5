package cgroup

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/procfs"
)

// place is a directory in which groups might be made.
type place struct {
	dir     string
	version int
}

// find tells where this process may try to make groups, best first.
func find() ([]place, error) {
	self, err := procfs.Self()
	if err != nil {
		return nil, err
	}
	groups, err := self.Cgroups()
	if err != nil {
		return nil, err
	}
	mounts, err := self.MountInfo()
	if err != nil {
		return nil, err
	}
	places := places(groups, mounts)
	if len(places) == 0 {
		return nil, errors.New("no memory controller is mounted")
	}
	return places, nil
}

// places matches the groups a process is in with the mounts it sees them through.
func places(groups []procfs.Cgroup, mounts []*procfs.MountInfo) []place {
	var found []place
	for _, g := range groups {
		// A controller is in one hierarchy only: v1's memory, where mounted, leaves v2 without it.
		if slices.Contains(g.Controllers, "memory") {
			if dir, _ := mounted(g.Path, mounts, "cgroup", "memory"); dir != "" {
				return []place{{dir, 1}}
			}
		}
	}
	for _, g := range groups {
		if g.HierarchyID != 0 {
			continue
		}
		dir, _ := mounted(g.Path, mounts, "cgroup2", "")
		if dir == "" {
			continue
		}
		// Our own group has a process, us, and so as a rule cannot hand controllers down; the parent, where systemd
		// delegated it to the user, does. Beside ourselves, then, or below.
		if rel := strings.Trim(g.Path, "/"); rel != "" {
			found = append(found, place{filepath.Dir(dir), 2})
		}
		found = append(found, place{dir, 2})
	}
	return found
}

// mounted is the directory of the group at path in the hierarchy of that type (and controller), and where that is mounted; ""
// if it cannot be seen.
func mounted(path string, mounts []*procfs.MountInfo, fstype, controller string) (dir, top string) {
	for _, m := range mounts {
		if m.FSType != fstype {
			continue
		}
		if _, has := m.SuperOptions[controller]; controller != "" && !has {
			continue
		}
		// A container may see only its own subtree: the mount's root is then a prefix of the path.
		rel, err := filepath.Rel(m.Root, path)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
			return filepath.Join(m.MountPoint, rel), m.MountPoint
		}
	}
	return "", ""
}

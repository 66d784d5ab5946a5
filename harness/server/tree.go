package server

import (
	"github.com/prometheus/procfs"
)

// tree is root and all that descend from it, root first. A process whose parent died is init's child, and lost to it.
func tree(root int) []int {
	children := map[int][]int{}
	procs, err := procfs.AllProcs()
	if err != nil {
		return []int{root}
	}
	for _, p := range procs {
		if stat, err := p.Stat(); err == nil {
			children[stat.PPID] = append(children[stat.PPID], p.PID)
		}
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

package harness

import (
	"fmt"

	"cbench/harness/probe"
	"cbench/harness/server/cgroup"
	"cbench/results/words"
)

// readLimits is what this process is allowed; a test says otherwise.
var readLimits = cgroup.ReadLimits

// confined is what is known, before anything is measured, to confine all of it: found out afterwards it would be blamed on
// somebody.
func (e *Experiment) confined() (all []string) {
	limits := readLimits()
	cpus := len(e.cpus())
	if limits.CPUs > 0 && limits.CPUs < float64(cpus) {
		e.quota = fmt.Sprintf("a quota of %s CPUs is in force (%s)", words.Digits(limits.CPUs), limits.CPUsIn)
		all = append(all, fmt.Sprintf("%s, and server and load have %d: once it is used up both stand still until the next "+
			"period, and figures are the quota's: lift it to measure",
			e.quota, cpus))
	}
	if total, _ := probe.MemorySize(); limits.MemoryBytes > 0 && (total == 0 || limits.MemoryBytes < total) {
		all = append(all, fmt.Sprintf("a memory limit of %s is in force (%s): at it the kernel reclaims, then kills",
			words.Bytes(float64(limits.MemoryBytes)), limits.MemoryIn))
	}
	if shared := overlap(e.ServerCPUs, e.LoadCPUs); shared != "" && !e.CPUsAsked {
		all = append(all, fmt.Sprintf(
			"CPU %s is all there is for server and load (taskset, a cpuset): each takes its time from the other, and "+
				"repetitions are void for it; --server-cpus=%s --client-cpus=%s says that it is wanted",
			shared, shared, shared))
	}
	most := 0
	for _, p := range e.Plan {
		most = max(most, p.Params.Procs)
	}
	return append(all, probe.ManyProcs(most)...)
}

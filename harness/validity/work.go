package validity

import (
	"fmt"
	"time"

	"cbench/results/record"
	"cbench/scenarios"
)

const (
	// leastOfWork is the share of the CPU time asked for that a message must really take. Of spins that are timed by
	// a clock on the wall several may run on one CPU at once, each for a part of the time: a server then answers more
	// messages than it has cores for.
	leastOfWork = 0.9
	// mostOfCores is for how much more CPU time than its threads have a server may answer messages: some are under
	// way as the window begins.
	mostOfCores = 1.02
)

// judgeWork tells a server whose messages share a CPU from a machine that takes it away: however much others take,
// messages that are worked on one by one are not answered for more CPU time than there is. The first is never
// measured well, the second may be kept.
func judgeWork(e *Evidence) Verdict {
	c := e.Cell
	s := scenarios.ByName(c.Scenario)
	if s == nil || !s.Cores || c.CPU.ServerNSPerMessage == nil {
		return passed
	}
	took, asked := *c.CPU.ServerNSPerMessage, float64(c.Params.BlockNS)
	if took >= leastOfWork*asked {
		return passed
	}
	short := fmt.Sprintf("a message took %v of CPU time, and was to take %v",
		time.Duration(took).Round(time.Microsecond), time.Duration(asked))
	threads := threadsOf(c)
	if perS := c.Load.ThroughputPerS; perS != nil && threads > 0 && *perS*asked/1e9 > mostOfCores*float64(threads) {
		return voided("%s: several shared it, for %.2f s of it were answered for a second, on %d at once",
			short, *perS*asked/1e9, threads)
	}
	return e.disturbed("%s: others took the CPU meanwhile, or several shared it", short)
}

// threadsOf is how many threads of the server can run at once; 0: not known.
func threadsOf(c *record.Cell) int {
	cpus, procs := c.Load.ServerCPUs, c.Params.Procs
	if procs > 0 && (cpus == 0 || procs < cpus) {
		return procs
	}
	return cpus
}

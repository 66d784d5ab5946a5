package harness

import (
	"time"

	"cbench/scenarios"
)

// leastOfWork is the share of the CPU time asked for that a message must really take. Of spins that are timed by a clock on the wall several may run
// on one CPU at once, each for a part of the time: a server then answers more messages than it has cores for.
const leastOfWork = 0.9

func judgeWork(f *facts) verdict {
	c := f.cell
	s := scenarios.ByName(c.Scenario)
	if s == nil || !s.Cores || c.CPU.ServerNSPerMessage == nil {
		return passed
	}
	if took := *c.CPU.ServerNSPerMessage; took < leastOfWork*float64(c.Params.BlockNS) {
		return f.disturbed("a message took %v of CPU time, and was to take %v: several shared it", time.Duration(took).Round(time.Microsecond), time.Duration(c.Params.BlockNS))
	}
	return passed
}

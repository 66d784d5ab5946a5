package harness

import (
	"time"

	"cbench/harness/probe"
	"cbench/scenarios"
)

// restFor is how long a server is watched that has nothing to do.
const restFor = time.Second

// restingCPU measures what the server's CPU does while every connection is open and nothing is sent, in scenarios that are about
// waiting. It is to be called when the server is quiet.
func (s *session) restingCPU() {
	if of := scenarios.ByName(s.cell.Scenario); of == nil || !of.Waits {
		return
	}
	before, err := probe.ReadClock(s.proc.PIDs())
	if err != nil {
		s.warnOnce("CPU of the server at rest: %v", err)
		return
	}
	if s.pause(restFor) != nil {
		return
	}
	after, err := probe.ReadClock(s.proc.PIDs())
	if err != nil {
		s.warnOnce("CPU of the server at rest: %v", err)
		return
	}
	if used := after.Sub(before); used.Wall > 0 {
		ratio := float64(used.CPU) / float64(used.Wall)
		s.cell.CPU.IdleRatio = &ratio
	}
}

package harness

import (
	"context"
	"time"

	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/scenarios"
)

// restFor is how long a server is watched that has nothing to do.
const restFor = time.Second

// rest measures what the server's CPU does while every connection is open and nothing is sent, in scenarios that are about
// waiting. It is to be called when the server is quiet.
func (m *measurement) rest(ctx context.Context, proc *server.Process) {
	if s := scenarios.ByName(m.cell.Scenario); s == nil || !s.Waits {
		return
	}
	before, err := probe.ReadClock(proc.PIDs())
	if err != nil {
		m.warnOnce("CPU of the server at rest: %v", err)
		return
	}
	select {
	case <-time.After(restFor):
	case <-ctx.Done():
		return
	}
	after, err := probe.ReadClock(proc.PIDs())
	if err != nil {
		m.warnOnce("CPU of the server at rest: %v", err)
		return
	}
	if used := after.Sub(before); used.Wall > 0 {
		ratio := float64(used.CPU) / float64(used.Wall)
		m.cell.CPU.IdleRatio = &ratio
	}
}

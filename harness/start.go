package harness

import (
	"context"
	"strings"

	"cbench/harness/server"
	"cbench/results/record"
)

// start starts the server of a repetition. One that did not start is not tried again in this run: it would be waited
// for each time.
func (e *Experiment) start(ctx context.Context, p record.Planned) (*server.Process, error) {
	if err := e.unstarted(p); err != nil {
		return nil, err
	}
	s := e.serverFor(p)
	proc, err := server.Start(ctx, server.Spec{
		Name: s.Name, Args: s.Args, CPUs: e.serverCPUs(p), Cgroup: true, Own: s.Own, ReadyTimeout: e.StartTimeout,
	})
	if err != nil && ctx.Err() == nil {
		if e.failed == nil {
			e.failed = map[string]error{}
		}
		e.failed[e.command(p)] = err
	}
	return proc, err
}

// unstarted is why a repetition's server did not start before; nil: it did, or was not tried.
func (e *Experiment) unstarted(p record.Planned) error { return e.failed[e.command(p)] }

// command is what tells servers apart that start or do not.
func (e *Experiment) command(p record.Planned) string {
	return strings.Join(append([]string{p.Model}, e.serverFor(p).Args...), "\x00")
}

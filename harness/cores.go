package harness

import (
	"slices"

	"cbench/harness/plan"
	"cbench/results/record"
	"cbench/scenarios"
)

// serverFor is the server of a repetition as it is started: for that scenario, on so many threads.
func (e *Experiment) serverFor(p record.Planned) plan.Server {
	s := e.server(p.Model)
	if of := scenarios.ByName(p.Scenario); of != nil {
		s, _ = s.Speaking(of.Needs)
	}
	if s.Own {
		s.Procs = p.Params.Procs
	}
	s.Args = s.Told()
	return s
}

// serverCPUs is the CPUs of a repetition's server: those of the run, but where the server's cores are what is
// measured, as many as it was told to use. If its own are fewer, the load's are among them: there is hardly any load.
func (e *Experiment) serverCPUs(p record.Planned) []int {
	s := scenarios.ByName(p.Scenario)
	if s == nil || !s.Cores || p.Params.Procs == 0 || len(e.ServerCPUs) == 0 {
		return e.ServerCPUs
	}
	all := slices.Clone(e.ServerCPUs)
	for _, cpu := range e.LoadCPUs {
		if !slices.Contains(all, cpu) {
			all = append(all, cpu)
		}
	}
	return slices.Sorted(slices.Values(all[:min(p.Params.Procs, len(all))]))
}

// sharesAsked reports whether it was meant that server and load have CPUs in common.
func (e *Experiment) sharesAsked(p record.Planned) bool {
	s := scenarios.ByName(p.Scenario)
	return e.CPUsAsked || s != nil && s.Cores
}

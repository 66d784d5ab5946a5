package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"cbench/harness"
	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results/compare"
	"cbench/results/stats"
)

func init() { listenMore = append(listenMore, serveTwice) }

// serveTwice loads the same server twice over in alternating slots, as every comparison here is taken: what it differs by from
// itself is the least difference that a comparison on this machine can show.
func serveTwice(ctx context.Context, about time.Duration) []probe.Finding {
	const slot = 200 * time.Millisecond
	f := probe.Finding{
		Name: "A/A", Severity: probe.Note,
		Spoils: "smaller differences than this between two servers cannot be told from chance",
		Mend:   "a quieter machine; more --rounds and --reps",
	}
	ratio, err := againstItself(ctx, int(about/(2*slot*13/10)), slot)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		f.Value, f.Severity, f.Mend = fmt.Sprintf("not known: %v", err), probe.Bad, ""
		return []probe.Finding{f}
	}
	half := math.Max(math.Abs(ratio.High-1), math.Abs(ratio.Low-1))
	f.Value = fmt.Sprintf("the same server twice, by CPU a message in %d pairs of slots: %.3f", ratio.N, ratio.Mid)
	if math.IsNaN(half) {
		f.Value += "; too few for an interval (--seconds)"
		return []probe.Finding{f}
	}
	f.Value += fmt.Sprintf(" (95%% interval %.3f to %.3f)", ratio.Low, ratio.High)
	switch {
	case half > 0.1:
		f.Severity = probe.Bad
	case half < 0.03:
		f.Severity, f.Spoils, f.Mend = probe.OK, "", ""
	}
	return []probe.Finding{f}
}

// againstItself is the ratio of floor to floor over so many pairs of slots.
func againstItself(ctx context.Context, pairs int, slot time.Duration) (stats.Interval, error) {
	servers, err := (&runFlags{models: []string{"floor"}, procs: []int{1}}).servers()
	if err != nil {
		return stats.Interval{}, err
	}
	serverCPUs, loadCPUs, err := splitCPUs("", "")
	if err != nil {
		return stats.Interval{}, err
	}
	e := harness.Experiment{
		Servers: servers, ServerCPUs: serverCPUs[:1], LoadCPUs: loadCPUs[len(loadCPUs)-1:], CPUsAsked: true,
		LoadArgs: []string{server.Self, "load"}, LoadLoops: 1, Noisy: true,
	}
	block := plan.Spec{
		Scenario: "echo", Conns: []int{100}, Reps: 1, Closed: true,
		Rotate: plan.RotatePairs, Base: "floor", Twin: true, Rounds: max(2, pairs), Slot: slot,
	}
	plan, _, err := plan.Make(servers, []plan.Spec{block}, 1)
	if err != nil {
		return stats.Interval{}, err
	}
	cells, err := harness.Rotate(ctx, e, plan, harness.Watch{})
	if err != nil {
		return stats.Interval{}, err
	}
	return compare.RatioOfRounds(cells[0], cells[1])
}

package main

import (
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness/plan"
	"cbench/harness/probe"
)

// noisyEnv is the environment variable that says --noisy: tests run wherever and beside whatever there is.
const noisyEnv = "CBENCH_NOISY"

// runGroups is the flags of cbench run by what one asks of them.
var runGroups = []flagGroup{
	{"What is measured", []string{
		"model", "scenario", "conns", "duration", "warmup", "reps", "seed", "suite", "diagnose", "linger",
	}},
	{"The load", []string{"rate", "closed", "pipeline", "payload", "arrivals", "room-size", "share", "block", "how", "driver"}},
	{"Rotation: servers compared in turn", []string{"rotate", "base", "rounds", "slot", "width", "twin"}},
	{"Search: the most that keeps limits", []string{"slo", "search", "window", "edge", "tries", "most-rate"}},
	{"A server of your own", []string{"cmd", "name", "speaks"}},
	{"The machine", []string{"server-cpus", "client-cpus", "procs", "start-timeout", "noisy"}},
	{"Output", []string{"out", "resume", "strict"}},
}

func (f *runFlags) addMeasured(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.models, "model", nil,
		"`names` of models (cbench list), all of ours, or originals: the servers of other makes that are installed; "+
			"all, unless --cmd is given or the suite says others")
	flags.StringSliceVar(&f.scenarios, "scenario", []string{"echo"}, "`names` of scenarios (cbench list)")
	flags.StringSliceVar(&f.conns, "conns", []string{"100", "1000"}, "`numbers` of connections; max is the most this machine allows")
	flags.DurationVar(&f.block.Duration, "duration", 3*time.Second, "how long to measure, a repetition")
	flags.DurationVar(&f.block.Warmup, "warmup", time.Second, "how long to load before that")
	flags.IntVar(&f.block.Reps, "reps", 3, "`number` of repetitions; of a search 1 unless told")
	flags.Uint64Var(&f.seed, "seed", 1, "`number` that the order and the payloads are drawn from")
	flags.StringVar(&f.suite, "suite", "", "a ready-made experiment instead, by `name`: "+strings.Join(suiteNames(),
		", ")+"; or a file of your own, such as mine.json, which may hold several: all, or mine.json:NAME")
	flags.BoolVar(&f.block.Diagnose, "diagnose", false,
		"after each first repetition, look into the server for a second: system calls, scheduler, allocations")
	flags.DurationVar(&f.linger, "linger", time.Second,
		"after each first repetition, how long to watch what a server gives back once its connections are closed")
}

func (f *runFlags) addLoad(flags *pflag.FlagSet) {
	flags.Float64Var(&f.block.Rate, "rate", 0, "open loop: `messages/s` in total; left out, the scenario's own")
	flags.BoolVar(&f.block.Closed, "closed", false, "closed loop: each connection sends its next message after the reply")
	flags.IntVar(&f.block.Pipeline, "pipeline", 0, "closed loop: `messages` under way at once on each connection; left out, 1")
	flags.IntVar(&f.block.Payload, "payload", 0, "`bytes` of a message; left out, the scenario's own or 128")
	flags.StringVar(&f.block.Arrivals, "arrivals", "",
		"open loop: `constant|poisson` distances; poisson is as independent users come; left out, constant")
	flags.IntVar(&f.block.RoomSize, "room-size", 0, "`members` of a room; left out, the scenario's own")
	flags.Float64SliceVar(&f.shares, "share", nil,
		"blocking, http-blocking: `shares` of all messages that block, such as 0.01; slow: of members that do not read")
	flags.Lookup("share").DefValue = "" // which pflag leaves out, unlike []
	flags.DurationVar(&f.block.Stall, "block", 0, "blocking, http-blocking: how long each of those messages blocks; left out, 20ms")
	flags.StringSliceVar(&f.hows, "how", nil,
		"blocking, http-blocking: how they do, `inline|spin|offload`, or several; left out, inline")
	flags.StringSliceVar(&f.drivers, "driver", []string{ownDriver},
		"who loads, `cbench|hey|wrk`; hey (rakyll/hey) and wrk only http-echo, in a closed loop; several are compared")
}

func (f *runFlags) addRotation(flags *pflag.FlagSet) {
	flags.StringVar(&f.block.Rotate, "rotate", "",
		"`pairs|all`: each with the base (the finest), or all in one round (the cheapest)")
	flags.StringVar(&f.block.Base, "base", "",
		"the `model` that the others are compared with; left out, "+plan.DefaultBase+" or the first")
	flags.IntVar(&f.block.Rounds, "rounds", plan.DefaultRounds, "`slots` of each server")
	flags.DurationVar(&f.block.Slot, "slot", 0, "length of a slot; left out, 0.2 s up to 2,000 connections, 1 s from 10,000")
	flags.Float64Var(&f.block.Width, "width", 0.015, "end early once every CPU ratio is known to ± this `share`; 0: never")
	flags.BoolVar(&f.block.Twin, "twin", true,
		"add the base once more under another name, an A/A control: it shows what differences are noise")
}

// addSearch adds what makes of a run a search for the most that keeps limits.
func (f *runFlags) addSearch(flags *pflag.FlagSet) {
	flags.StringVar(&f.block.SLO, "slo", "",
		"the `limits`: p50, p90, p99, p999, max of latency, and mem, such as p99<5ms,mem<100MiB")
	flags.StringVar(&f.block.Search, "search", "",
		"`rate|conns`: the highest rate with --conns, or the most connections, up to --conns, at --rate; left out, rate")
	flags.DurationVar(&f.block.Window, "window", 0, "how long one window is; left out, 300ms to 1s by the number of connections")
	flags.Float64Var(&f.block.MostRate, "most-rate", 0, "`messages/s` to try at most; left out, all that the client can")
	flags.Float64Var(&f.block.Edge, "edge", 0,
		"the `share` to which the most is looked for; left out, 0.03. Coarser is quicker, its interval wider")
	flags.IntVar(&f.block.Tries, "tries", 0, "windows at that edge at most; left out, 32")
}

// searchExcludes forbids what a search has no use for: its windows have lengths of their own, and its loop is open.
func searchExcludes(cmd *cobra.Command) {
	for _, flag := range []string{"duration", "warmup", "closed", "pipeline", "driver", "rotate"} {
		cmd.MarkFlagsMutuallyExclusive("slo", flag)
	}
}

func (f *runFlags) addMachine(flags *pflag.FlagSet) {
	addCPUs(flags, &f.serverCPUs, &f.clientCPUs)
	flags.IntSliceVar(&f.procs, "procs", nil,
		"GOMAXPROCS of the servers, a `number`, or several to compare each model with itself; left out or 0, the CPUs they have")
	startTimeout(flags, &f.startTimeout)
	flags.BoolVar(&f.noisy, "noisy", os.Getenv(noisyEnv) != "",
		"keep repetitions that others on this machine disturbed, with a warning: to try things out (also by "+noisyEnv+"=1)")
}

func (f *runFlags) addOutput(flags *pflag.FlagSet) {
	flags.StringVar(&f.out, "out", "", "`directory` for the results; left out, out/ and the time")
	flags.BoolVar(&f.resume, "resume", false, "go on with the run in --out as it was planned: its plan is in its file")
	flags.BoolVar(&f.strict, "strict", false, "fail if any repetition is void, not only if all are")
}

// addCPUs adds the flags that name the CPUs of the two sides.
func addCPUs(flags *pflag.FlagSet, server, load *string) {
	flags.StringVar(server, "server-cpus", "",
		"`CPUs` of the server, such as 0-3,8; left out, the first half, or what --client-cpus leaves")
	flags.StringVar(load, "client-cpus", "",
		"`CPUs` of the load; left out, the other half, or what --server-cpus leaves; to share some, say both")
}

// splitCPUs is the CPUs that the two sides are pinned to: see probe.ShareCPUs.
func splitCPUs(server, load string) (serverCPUs, loadCPUs []int, err error) {
	all, err := probe.AvailableCPUs()
	if err != nil {
		return nil, nil, err
	}
	return probe.ShareCPUs(all, server, load)
}

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cbench/harness"
	"cbench/harness/server"
	"cbench/results/record"
	"cbench/results/stats"
)

// paired is what cbench pair finds of one model at one number of connections.
type paired struct {
	Base    string  `json:"base"`
	Other   string  `json:"other"`
	Conns   int     `json:"conns"`
	RatePS  float64 `json:"rate_per_s"` // 0: closed loop
	Ratio   float64 `json:"server_cpu_ratio"`
	Low     float64 `json:"server_cpu_ratio_p25"`
	High    float64 `json:"server_cpu_ratio_p75"`
	Through float64 `json:"throughput_ratio"`
	Base1   float64 `json:"base_ns_per_message"`
	Other1  float64 `json:"other_ns_per_message"`
	Load    float64 `json:"load_to_base_cpu_ratio"` // the load's CPU per message against the base's, while it drives the base
	All     ratios  `json:"all"`
}

// ratios is what the rounds showed: of the other server to the base, a value a pair of slots.
type ratios struct {
	ServerCPU  []float64 `json:"server_cpu_ratio"` // CPU time of the server per message
	Throughput []float64 `json:"throughput_ratio"` // messages a second; in an open loop always near 1

	// The CPU time per message of each, a value a slot; and of the load that drives it.
	BaseNS      []float64 `json:"base_ns_per_message"`
	OtherNS     []float64 `json:"other_ns_per_message"`
	BaseLoadNS  []float64 `json:"base_load_ns_per_message"`
	OtherLoadNS []float64 `json:"other_load_ns_per_message"`
}

// pairFlags is what the user of cbench pair asked for.
type pairFlags struct {
	base, baseCmd, baseName string
	others                  []string
	conns                   []int
	rate                    float64
	pairs                   int
	slot                    time.Duration
	asJSON                  bool
}

func newPair() *cobra.Command {
	var f pairFlags
	cmd := &cobra.Command{
		Use:   "pair",
		Short: "Compare models with a base in alternating slots: CPU per echoed message, to one per cent",
		Long: `Compare models with a base by CPU per echoed message. Both servers are alive with their connections
open, on the same CPU, and are loaded in turn for short slots (A B B A …); the figure is the median
ratio of neighbouring slots. So compared, a server against itself gives 1.00 to within a per cent or
two on a machine where single runs differ by fifteen.`,
		Example: `  cbench pair --base=floor --model=reactor,callback --conns=100,1000
  cbench pair --base-cmd='./echo {addr}' --model=floor --conns=100 --rate=20000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.compare(cmd); err != nil {
				return fmt.Errorf("pair: %w", orStopped(cmd.Context(), err))
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.base, "base", "", "the `model` to compare with")
	flags.StringVar(&f.baseCmd, "base-cmd", "", "or a `command` that starts an echo server to compare with")
	flags.StringVar(&f.baseName, "base-name", "", "what to call the server of --base-cmd, a `word`")
	flags.StringSliceVar(&f.others, "model", []string{"floor"}, "`names` of models to compare, or of originals that cbench list names")
	flags.IntSliceVar(&f.conns, "conns", []int{100, 1000}, "`numbers` of connections of each server")
	flags.Float64Var(&f.rate, "rate", 0, "open loop: `messages/s` in total; left out, a closed loop")
	flags.IntVar(&f.pairs, "pairs", 20, "`number` of pairs of slots")
	flags.DurationVar(&f.slot, "slot", 0, "length of a slot; left out, 0.2 s up to 2,000 connections, 1 s from 10,000")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON, a line a comparison")
	groupFlags(cmd, flagGroup{"What is compared", []string{"base", "base-cmd", "base-name", "model"}},
		flagGroup{"The load", []string{"conns", "rate", "pairs", "slot"}}, flagGroup{"Output", []string{"json"}})
	cmd.MarkFlagsOneRequired("base", "base-cmd")
	cmd.MarkFlagsMutuallyExclusive("base", "base-cmd")
	completeChoices(cmd)
	return cmd
}

// compare takes one comparison after the other and prints it.
func (f *pairFlags) compare(cmd *cobra.Command) error {
	if f.pairs < 1 || len(f.others) == 0 {
		return usageError{fmt.Errorf("pairs %d of %d models: there must be at least 1", f.pairs, len(f.others))}
	}
	base, err := f.baseServer()
	if err != nil {
		return usageError{err}
	}
	others, err := (&runFlags{procs: []int{1}, models: f.others}).servers()
	if err != nil {
		return usageError{err}
	}
	serverCPUs, loadCPUs, err := splitCPUs("", "")
	if err != nil {
		return err
	}
	e := harness.Experiment{
		ServerCPUs: serverCPUs[:1], LoadCPUs: loadCPUs[len(loadCPUs)-1:], LoadArgs: []string{server.Self, "load"}, LoadLoops: 1,
		CPUsAsked: true, Noisy: true, // neighbouring slots are disturbed alike
	}
	for _, n := range f.conns {
		if most := harness.MaxConns(); n < 1 || n > most {
			return fmt.Errorf("conns %d: must be 1 to %d, the most that the descriptor limit allows here", n, most)
		}
		for _, other := range others {
			if err := f.pair(cmd, e, base, other, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *pairFlags) baseServer() (harness.Server, error) {
	run := runFlags{procs: []int{1}, foreign: foreign{speaks: []string{"lines:echo"}}}
	if f.baseCmd != "" {
		run.foreign.cmds = []string{f.baseCmd}
	}
	if f.baseName != "" {
		run.foreign.names = []string{f.baseName}
	}
	if f.base != "" {
		run.models = []string{f.base}
	}
	servers, err := run.servers()
	if err != nil {
		return harness.Server{}, err
	}
	return servers[0], nil
}

// pair compares another server with the base.
func (f *pairFlags) pair(cmd *cobra.Command, e harness.Experiment, base, other harness.Server, conns int) error {
	block := harness.Block{
		Scenario: "echo", Conns: []int{conns}, Reps: 1, Rate: f.rate, Closed: f.rate == 0,
		Rotate: harness.RotatePairs, Base: base.Name, Rounds: f.pairs, Slot: f.slot,
	}
	e.Servers = []harness.Server{base, other}
	if other.Name == base.Name {
		if f.baseCmd != "" {
			return fmt.Errorf("model %q: the base is called so too: --base-name", other.Name)
		}
		e.Servers, block.Twin = e.Servers[:1], true
	}
	plan, _, err := harness.Plan(e.Servers, []harness.Block{block}, 1)
	if err != nil {
		return err
	}
	live := onTerminal(cmd.ErrOrStderr())
	var w harness.Watch
	if live {
		about := harness.Estimate(plan[0]) + harness.Estimate(plan[1])
		w.Phase = func(_ record.Planned, phase string) {
			fmt.Fprintf(cmd.ErrOrStderr(), "\r\x1b[K%s against %s, N=%d, about %s: %s …", other.Name, base.Name, conns, round(about), phase)
		}
	}
	cells, err := harness.Rotate(cmd.Context(), e, plan, w)
	if live {
		fmt.Fprint(cmd.ErrOrStderr(), "\r\x1b[K")
	}
	if err != nil {
		return err
	}
	found, err := ratiosOf(cells[0], cells[1])
	if err != nil {
		return err
	}
	return f.print(cmd, base.Name, other.Name, conns, found)
}

// ratiosOf takes the ratios round by round. A server that errs is not compared; a noisy machine is what pairs are for.
func ratiosOf(base, other record.Cell) (r ratios, err error) {
	for _, c := range []record.Cell{base, other} {
		if c.Verify != (record.Verify{}) || c.Load.Established < c.Conns || len(c.Rotation.Rounds) < c.Params.Rounds {
			return r, fmt.Errorf("%s: %s", c.Model, strings.Join(c.Void, "; "))
		}
	}
	for i, b := range base.Rotation.Rounds {
		o := other.Rotation.Rounds[i]
		if b.Void != "" || o.Void != "" {
			continue
		}
		r.ServerCPU = append(r.ServerCPU, o.ServerNSPerMessage/b.ServerNSPerMessage)
		r.Throughput = append(r.Throughput, o.ThroughputPerS/b.ThroughputPerS)
		r.BaseNS = append(r.BaseNS, b.ServerNSPerMessage)
		r.OtherNS = append(r.OtherNS, o.ServerNSPerMessage)
		r.BaseLoadNS = append(r.BaseLoadNS, b.LoadNSPerMessage)
		r.OtherLoadNS = append(r.OtherLoadNS, o.LoadNSPerMessage)
	}
	if len(r.ServerCPU) == 0 {
		return r, fmt.Errorf("%s against %s: not one of %d rounds counts: %s", other.Model, base.Model, len(base.Rotation.Rounds),
			strings.Join(slices.Concat(base.Void, other.Void), "; "))
	}
	return r, nil
}

func (f *pairFlags) print(cmd *cobra.Command, base, other string, conns int, r ratios) error {
	median := func(v []float64) float64 { return stats.SpreadOf(v).Median }
	sorted := slices.Sorted(slices.Values(r.ServerCPU))
	p := paired{
		Base: base, Other: other, Conns: conns, RatePS: f.rate,
		Ratio: median(r.ServerCPU), Low: sorted[len(sorted)/4], High: sorted[len(sorted)*3/4],
		Through: median(r.Throughput), Base1: median(r.BaseNS), Other1: median(r.OtherNS),
		Load: median(r.BaseLoadNS) / median(r.BaseNS), All: r,
	}
	out := cmd.OutOrStdout()
	if f.asJSON {
		return json.NewEncoder(out).Encode(p)
	}
	load := "closed loop"
	if p.RatePS > 0 {
		load = strconv.FormatFloat(p.RatePS, 'f', -1, 64) + "/s"
	}
	_, err := fmt.Fprintf(out, "%s/%s N=%d %s: server CPU per message %.3f (half of %d pairs within %.3f to %.3f; %.0f / %.0f ns), "+
		"throughput %.3f; load/base CPU %.2f\n", p.Other, p.Base, p.Conns, load, p.Ratio, len(r.ServerCPU), p.Low, p.High,
		p.Other1, p.Base1, p.Through, p.Load)
	return err
}

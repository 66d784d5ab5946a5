package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"cbench/harness"
	"cbench/harness/server"
	"cbench/results"
)

// paired is what cbench pair finds of one model at one number of connections.
type paired struct {
	Base    string         `json:"base"`
	Other   string         `json:"other"`
	Conns   int            `json:"conns"`
	RatePS  float64        `json:"rate_per_s"` // 0: closed loop
	Ratio   float64        `json:"server_cpu_ratio"`
	Low     float64        `json:"server_cpu_ratio_p25"`
	High    float64        `json:"server_cpu_ratio_p75"`
	Through float64        `json:"throughput_ratio"`
	Base1   float64        `json:"base_ns_per_message"`
	Other1  float64        `json:"other_ns_per_message"`
	Load    float64        `json:"load_to_base_cpu_ratio"` // the load's CPU per message against the base's, while it drives the base
	All     harness.Ratios `json:"all"`
}

func newPair() *cobra.Command {
	var (
		base              string
		others            []string
		baseCmd, baseName string
		conns             []int
		rate              float64
		pairs             int
		slot              time.Duration
		asJSON            bool
	)
	cmd := &cobra.Command{
		Use:   "pair",
		Short: "Compare models with a base in alternating slots: CPU per echoed message, to one per cent",
		Long: `Compare models with a base by CPU per echoed message. Both servers are alive with their connections open, on the same
CPU, and are loaded in turn for short slots (A B B A …); the figure is the median ratio of neighbouring slots. So compared, a
server against itself gives 1.00 to within a per cent or two on a machine where single runs differ by fifteen.`,
		Example: `  cbench pair --base=floor --model=reactor,callback --conns=100,1000
  cbench pair --base-cmd='./echo {addr}' --model=floor --conns=100 --rate=20000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pairs < 1 || len(others) == 0 {
				return fmt.Errorf("pair: pairs %d of %d models: there must be at least 1", pairs, len(others))
			}
			var baseModels []string
			if base != "" {
				baseModels = []string{base}
			}
			bases, err := (&runFlags{models: baseModels, procs: 1, foreign: foreign{cmd: baseCmd, name: baseName, speaks: []string{"lines:echo"}}}).servers()
			if err != nil {
				return fmt.Errorf("pair: %w", err)
			}
			serverCPUs, loadCPUs, err := splitCPUs("", "")
			if err != nil {
				return fmt.Errorf("pair: %w", err)
			}
			live := onTerminal(cmd.ErrOrStderr())
			for _, n := range conns {
				if most := harness.MaxConns(); n < 1 || n > most {
					return fmt.Errorf("pair: conns %d: must be 1 to %d, the most that the descriptor limit allows here", n, most)
				}
				for _, name := range others {
					m, err := findModel(name)
					if err != nil {
						return fmt.Errorf("pair: %w", err)
					}
					p := harness.Pairing{
						Base: bases[0], Other: ownServer(m, 1), Conns: n, Pairs: pairs, Slot: slot,
						Params:     results.Params{PayloadBytes: harness.DefaultPayload, RatePerS: rate, Pipeline: 1},
						ServerCPUs: serverCPUs[:1], LoadCPUs: loadCPUs[len(loadCPUs)-1:], LoadArgs: []string{server.Self, "load"},
					}
					if slot == 0 {
						p.Slot = slotFor(n)
					}
					if live {
						fmt.Fprintf(cmd.ErrOrStderr(), "\r\x1b[K%s against %s, N=%d: about %s …", p.Other.Name, p.Base.Name, n,
							(2 * time.Duration(pairs+1) * p.Slot).Round(time.Second))
					}
					found, err := harness.Pair(cmd.Context(), p)
					if live {
						fmt.Fprint(cmd.ErrOrStderr(), "\r\x1b[K")
					}
					if err != nil {
						return fmt.Errorf("pair: %w", err)
					}
					if err := printPair(cmd, p, found, asJSON); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&base, "base", "", "the model to compare with")
	flags.StringVar(&baseCmd, "base-cmd", "", "or a command that starts an echo server to compare with")
	flags.StringVar(&baseName, "base-name", "", "what to call the server of --base-cmd")
	flags.StringSliceVar(&others, "model", []string{"floor"}, "models to compare")
	flags.IntSliceVar(&conns, "conns", []int{100, 1000}, "connections of each server")
	flags.Float64Var(&rate, "rate", 0, "open loop: messages/s in total; 0: closed loop")
	flags.IntVar(&pairs, "pairs", 20, "pairs of slots")
	flags.DurationVar(&slot, "slot", 0, "length of a slot; 0: 0.2 s up to 100 connections, 1 s from 10,000")
	flags.BoolVar(&asJSON, "json", false, "print JSON, a line a comparison")
	cmd.MarkFlagsOneRequired("base", "base-cmd")
	cmd.MarkFlagsMutuallyExclusive("base", "base-cmd")
	completeModels(cmd, "model")
	completeModels(cmd, "base")
	return cmd
}

// slotFor grows with the connections, so that each speaks a few times in a slot.
func slotFor(conns int) time.Duration {
	return min(time.Second, max(200*time.Millisecond, time.Duration(conns)*100*time.Microsecond))
}

func printPair(cmd *cobra.Command, p harness.Pairing, r harness.Ratios, asJSON bool) error {
	median := func(v []float64) float64 { return results.SpreadOf(v).Median }
	sorted := slices.Sorted(slices.Values(r.ServerCPU))
	f := paired{
		Base: p.Base.Name, Other: p.Other.Name, Conns: p.Conns, RatePS: p.Params.RatePerS,
		Ratio: median(r.ServerCPU), Low: sorted[len(sorted)/4], High: sorted[len(sorted)*3/4],
		Through: median(r.Throughput), Base1: median(r.BaseNS), Other1: median(r.OtherNS),
		Load: median(r.BaseLoadNS) / median(r.BaseNS), All: r,
	}
	out := cmd.OutOrStdout()
	if asJSON {
		return json.NewEncoder(out).Encode(f)
	}
	load := "closed loop"
	if f.RatePS > 0 {
		load = strconv.FormatFloat(f.RatePS, 'f', -1, 64) + "/s"
	}
	_, err := fmt.Fprintf(out, "%s/%s N=%d %s: server CPU per message %.3f (half of %d pairs within %.3f to %.3f; %.0f / %.0f ns), "+
		"throughput %.3f; load/base CPU %.2f\n", f.Other, f.Base, f.Conns, load, f.Ratio, len(r.ServerCPU), f.Low, f.High,
		f.Other1, f.Base1, f.Through, f.Load)
	return err
}

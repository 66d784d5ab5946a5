package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// addSearch adds what makes of a run a search for the most that keeps limits.
func (f *runFlags) addSearch(flags *pflag.FlagSet) {
	flags.StringVar(&f.block.SLO, "slo", "", "the `limits`: p50, p90, p99, p999, max of latency, and mem, such as p99<5ms,mem<100MiB")
	flags.StringVar(&f.block.Search, "search", "",
		"`rate|conns`: the highest rate with --conns, or the most connections, up to --conns, at --rate; left out, rate")
	flags.DurationVar(&f.block.Window, "window", 0, "how long one window is; left out, 300ms to 1s by the number of connections")
	flags.Float64Var(&f.block.MostRate, "most-rate", 0, "`messages/s` to try at most; left out, all that the client can")
	flags.Float64Var(&f.block.Edge, "edge", 0, "the `share` to which the most is looked for; left out, 0.03. Coarser is quicker, its interval wider")
	flags.IntVar(&f.block.Tries, "tries", 0, "windows at that edge at most; left out, 32")
}

// searchExcludes forbids what a search has no use for: its windows have lengths of their own, and its loop is open.
func searchExcludes(cmd *cobra.Command) {
	for _, flag := range []string{"duration", "warmup", "closed", "pipeline", "driver", "rotate"} {
		cmd.MarkFlagsMutuallyExclusive("slo", flag)
	}
}

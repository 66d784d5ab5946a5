package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness"
)

// addSearch adds what makes of a run a search for the most that keeps limits.
func (f *runFlags) addSearch(flags *pflag.FlagSet) {
	flags.StringVar(&f.block.SLO, "slo", "", "search for the most that keeps limits: p50, p90, p99, p999, max of latency and mem, such as p99<5ms,mem<100MiB")
	flags.StringVar(&f.block.Search, "search", "",
		"of what the most is searched: rate (messages/s with --conns; the default) or conns (up to --conns, at --rate)")
	flags.Float64Var(&f.block.MostRate, "most-rate", 0, "search of rate: messages/s to try at most; 0: all that the client can")
	flags.Float64Var(&f.block.Edge, "edge", 0, "search: the share to which the most is looked for; 0: 0.03. Coarser is quicker, and its interval wider")
	flags.IntVar(&f.block.Tries, "tries", 0, "search: windows at that edge at most; 0: 32")
	flags.DurationVar(&f.block.Window, "window", 0, "search: how long one window is; 0: 300ms to 1s by the number of connections")
}

// searchExcludes forbids what a search has no use for: its windows have lengths of their own, and its loop is open.
func searchExcludes(cmd *cobra.Command) {
	for _, flag := range []string{"duration", "warmup", "closed", "pipeline", "driver", "rotate"} {
		cmd.MarkFlagsMutuallyExclusive("slo", flag)
	}
	cmd.RegisterFlagCompletionFunc("search",
		cobra.FixedCompletions([]string{harness.SearchRate, harness.SearchConns}, cobra.ShellCompDirectiveNoFileComp))
}

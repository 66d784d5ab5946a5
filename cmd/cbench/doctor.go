package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cbench/harness"
	"cbench/harness/probe"
)

// listenMore is what doctor listens to beside what package probe can: it takes its share of the time.
var listenMore []func(ctx context.Context, about time.Duration) []probe.Finding

func newDoctor() *cobra.Command {
	var asJSON bool
	var seconds float64
	var serverCPUs, clientCPUs string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine allows, how noisy it is, and how to mend it",
		Long: `Say what this machine allows, how noisy it is, and how to mend it.

It looks at limits and settings, and then listens: to the machine left alone, to the same work done twice on a CPU of the
server's and one of the load's, and to the loopback between the two. What it says a run would spoil, it spoils.`,
		Example: "  cbench doctor\n  cbench doctor --seconds=0\n  cbench doctor --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if seconds < 0 || seconds > 3600 {
				return fmt.Errorf("doctor: seconds %g: must be 0 to 3600", seconds)
			}
			listen := probe.Examination{Listen: time.Duration(seconds * float64(time.Second)), More: listenMore}
			var err error
			if listen.Server, listen.Load, err = splitCPUs(serverCPUs, clientCPUs); err != nil {
				return fmt.Errorf("doctor: %w", err)
			}
			if !asJSON && seconds > 2 && onTerminal(cmd.ErrOrStderr()) {
				fmt.Fprintf(cmd.ErrOrStderr(), "listening for %v …\n", listen.Listen)
			}
			findings := probe.Doctor(cmd.Context(), listen)
			if err := cmd.Context().Err(); err != nil {
				return errors.New("doctor: stopped before the end")
			}
			if asJSON {
				return printJSON(cmd, findings)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, f := range findings {
				fmt.Fprintf(w, "%s\t%s\t%s\n", f.Severity, f.Name, f.Value)
				if f.Spoils != "" {
					fmt.Fprintf(w, "\t\tspoils: %s\n", f.Spoils)
				}
				if f.Mend != "" {
					fmt.Fprintf(w, "\t\tmend: %s\n", f.Mend)
				}
			}
			fmt.Fprintf(w, "\nMost connections a run can have here: %d\n", harness.MaxConns())
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().Float64Var(&seconds, "seconds", 20, "how long to listen how noisy the machine is; 0: not at all")
	cmd.Flags().StringVar(&serverCPUs, "server-cpus", "", "CPUs of the server, such as 0-3,8; by default the first half, or what --client-cpus leaves")
	cmd.Flags().StringVar(&clientCPUs, "client-cpus", "", "CPUs of the load; by default the other half, or what --server-cpus leaves")
	return cmd
}

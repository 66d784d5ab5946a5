package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"cbench/harness/plan"
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

It looks at limits and settings, and then listens: to the machine left alone, to the same work done
twice on a CPU of the server's and one of the load's, to the loopback between the two, and to
one server twice. What is worst comes first, and the last line is the verdict. That a machine is not
fit is no error: doctor fails only where it could not look.`,
		Example: "  cbench doctor\n  cbench doctor --seconds=0\n  cbench doctor --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if seconds < 0 || seconds > 3600 {
				return misuse("doctor", fmt.Errorf("seconds %g: must be 0 to 3600", seconds))
			}
			listen := probe.Examination{Listen: time.Duration(seconds * float64(time.Second)), More: listenMore}
			var err error
			if listen.Server, listen.Load, err = splitCPUs(serverCPUs, clientCPUs); err != nil {
				return misuse("doctor", err)
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
			_, err = io.WriteString(cmd.OutOrStdout(), inSentences(findings, plan.MaxConns(), listen.Listen > 0, readAt(cmd).Width))
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().Float64Var(&seconds, "seconds", 20, "how many `seconds` to listen how noisy the machine is; 0: not at all")
	addCPUs(cmd.Flags(), &serverCPUs, &clientCPUs)
	return cmd
}

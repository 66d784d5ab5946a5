package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"cbench/harness"
	"cbench/harness/probe"
)

func newDoctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "doctor",
		Short:   "Say what this machine allows, how noisy it is, and how to mend it",
		Example: "  cbench doctor\n  cbench doctor --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := probe.Doctor()
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
	return cmd
}

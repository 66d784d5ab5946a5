package main

import (
	"github.com/spf13/cobra"

	"cbench/harness"
	"cbench/harness/hey"
	"cbench/harness/load"
)

// newLoad is the process that drives a server for another cbench, which holds its standard input and output
// (load.Start). It ends when its input does.
func newLoad() *cobra.Command {
	driver := ""
	cmd := &cobra.Command{
		Use:    "load",
		Short:  "Drive a server for another cbench, which holds this one's standard input and output",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var open load.Opener
			if driver == harness.Hey {
				open = hey.Open
			}
			return load.Serve(cmd.InOrStdin(), cmd.OutOrStdout(), open)
		},
	}
	cmd.Flags().StringVar(&driver, "driver", "", "who drives: hey; else cbench's own engine")
	return cmd
}

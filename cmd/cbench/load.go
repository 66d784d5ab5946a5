package main

import (
	"github.com/spf13/cobra"

	"cbench/harness/load"
)

// newLoad is the process that drives a server for another cbench, which holds its standard input and output
// (load.Start). It ends when its input does.
func newLoad() *cobra.Command {
	return &cobra.Command{
		Use:    "load",
		Short:  "Drive a server for another cbench, which holds this one's standard input and output",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return load.Serve(cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"cbench/harness/drivers"
	"cbench/harness/load"
	"cbench/harness/plan"
)

// openers are what opens clients, by driver; nil is cbench's own engine.
var openers = map[string]load.Opener{"": nil, plan.Hey: drivers.OpenHey, plan.Wrk: drivers.OpenWrk}

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
			open, known := openers[driver]
			if !known {
				return fmt.Errorf("load: driver %q: there is none of that name", driver)
			}
			return load.Serve(cmd.InOrStdin(), cmd.OutOrStdout(), open)
		},
	}
	cmd.Flags().StringVar(&driver, "driver", "", "who drives: hey or wrk; else cbench's own engine")
	return cmd
}

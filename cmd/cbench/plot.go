package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"cbench/results"
	"cbench/results/record"
)

func newPlot() *cobra.Command {
	return &cobra.Command{
		Use:     "plot DIR",
		Short:   "Draw every chart of a run from its files",
		Long:    "Draw every chart of a run, as SVG and PNG in DIR/charts, from its run.json and cells.jsonl alone.",
		Example: "  cbench plot out/mine",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return drawCharts(cmd, args[0], true) },
	}
}

// drawCharts draws what there are figures for. Why the others are not drawn is said only to who asks for charts: of most runs there are some.
func drawCharts(cmd *cobra.Command, dir string, why bool) error {
	if _, err := record.ReadRun(dir); err != nil {
		return misuse("plot", err)
	}
	files, notes, err := results.Draw(dir)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	if why && len(files) == 0 {
		return fmt.Errorf("plot: %s: no chart: %s", dir, strings.Join(notes, "; "))
	}
	if why {
		for _, note := range notes {
			fmt.Fprintf(cmd.ErrOrStderr(), "cbench: plot: %s\n", note)
		}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d charts in %s\n", len(files), filepath.Join(dir, record.ChartsDir))
	return err
}

package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cbench/results/chart/print"
	"cbench/results/question"
	"cbench/results/record"
)

func newPlot() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "plot DIR",
		Short: "Draw the charts of a run from its files",
		Long: "Draw the charts of a run that answer a question, as SVG and PNG in DIR/charts, from its run.json and cells.jsonl alone; with --all " +
			"every chart there are figures for.",
		Example: "  cbench plot out/mine\n  cbench plot --all out/mine",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := answersOf(cmd, args[0])
			if err != nil {
				return fmt.Errorf("plot: %w", err)
			}
			n, err := drawCharts(cmd, args[0], a, all)
			if err == nil && n == 0 {
				err = fmt.Errorf("plot: %s: no chart: no figure is known that one shows; cbench show %[1]s says what is", args[0])
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "draw those too that answer no question by themselves: every figure of every load")
	return cmd
}

// drawCharts draws what there are figures for, and says how many charts there are.
func drawCharts(cmd *cobra.Command, dir string, a *question.Answers, all bool) (n int, err error) {
	into := filepath.Join(dir, record.ChartsDir)
	files, err := print.Write(into, a.Charts(all), print.CaptionOf(a.Run))
	if err != nil {
		return 0, fmt.Errorf("plot: %w", err)
	}
	n = len(files) / 2 // as SVG and as PNG
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d charts in %s\n", n, into)
	return n, err
}

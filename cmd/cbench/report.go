package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cbench/results"
	"cbench/results/report"
)

func newReport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report DIR",
		Short: "Write one self-contained HTML page of a run",
		Long: `Write one self-contained HTML page of a run, from its run.json and cells.jsonl alone: what was found in sentences, charts with hover and
zoom, tables, the machine, every void repetition with its reason, and the command to repeat it. It needs no network.`,
		Example: "  cbench report out/mine\n  cbench report out/mine --out=mine.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeReport(cmd, args[0], out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the page; by default "+report.File+" in DIR")
	return cmd
}

// writeReport makes the page of the run in dir; out is where, or empty: beside the run's files.
func writeReport(cmd *cobra.Command, dir, out string) error {
	if out == "" {
		out = filepath.Join(dir, report.File)
	}
	source, err := sourceOf(dir)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := report.WriteFile(out, source); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "report in %s\n", out)
	return nil
}

// sourceOf reads what a page is made of. It is the one seam to the statistics.
func sourceOf(dir string) (report.Source, error) {
	run, err := results.ReadRun(dir)
	if err != nil {
		return report.Source{}, err
	}
	cells, warnings, err := results.ReadCells(dir)
	if err != nil {
		return report.Source{}, err
	}
	source := report.Source{Run: run, Cells: cells, Warnings: warnings, Comparisons: results.Comparisons(cells, "")}
	costs, err := costsOf(cells)
	if err != nil {
		return report.Source{}, err
	}
	if t, any := costs.ofThoseIn(cells).table(); any {
		source.Tables = append(source.Tables, t)
	}
	return source, nil
}

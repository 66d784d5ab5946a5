package main

import (
	"fmt"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"cbench/results/figure"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/report"
)

func newReport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report DIR",
		Short: "Write one self-contained HTML page of a run",
		Long: `Write one self-contained HTML page of a run, from its run.json and cells.jsonl alone: the table of the models,
the charts and a headline for every question, then each question with its charts, tables, doubts, how that is known and a line
to cite it by; last every load, every void repetition with its reason, and the command to repeat it. It needs no network.`,
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
	if err := record.NotOwn(out, dir); err != nil { // before the work is done
		return misuse("report", err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // of a long run there is much to hold; what is let go must not double it
	run, err := record.ReadRun(dir)
	if err != nil {
		return misuse("report", err)
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		return misuse("report", err)
	}
	run, cells, shortened := figure.ShortNames(run, cells)
	warnings = append(warnings, shortened...)
	for _, w := range warnings {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: report: %s\n", w)
	}
	return writePage(cmd, dir, out, question.Of(run, cells, warnings), cells)
}

// writePage writes the page of answers, with what the style of the models that are in the cells costs their reader.
func writePage(cmd *cobra.Command, dir, out string, a *question.Answers, cells []record.Cell) error {
	costs, err := costsOf(cells)
	if err != nil {
		return err
	}
	a.All = append(a.All, costs.ofThoseIn(cells).answers()...)
	if err := record.WriteOutput(out, report.Page(a), dir); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "report in %s\n", out)
	return err
}

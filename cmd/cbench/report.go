package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cbench/results/figure"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/report"
	"cbench/results/show"
)

func newReport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report DIR",
		Short: "Write one self-contained HTML page of a run",
		Long: `Write one self-contained HTML page of a run, from its run.json and cells.jsonl alone: what was found
in sentences, charts with hover and zoom, tables, the machine, every void repetition with its reason,
and the command to repeat it. It needs no network.`,
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
	if err := record.NotOwn(out, dir); err != nil {
		return misuse("report", err)
	}
	a, warnings, err := pageOf(dir)
	if err != nil {
		return misuse("report", err)
	}
	if cmd.Name() == "report" { // after a run they were said before it
		for _, w := range warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "cbench: report: %s\n", w)
		}
	}
	if err := report.WriteFile(out, a); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "report in %s\n", out)
	return err
}

// pageOf is what a page shows: the answers of a run, and what its models' code costs a reader.
func pageOf(dir string) (a *question.Answers, warnings []string, err error) {
	run, err := record.ReadRun(dir)
	if err != nil {
		return nil, nil, err
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		return nil, nil, err
	}
	_, _, named := figure.ShortNames(run, cells)
	a = question.Of(run, cells, warnings)
	warnings = append(warnings, named...)
	costs, err := costsOf(cells)
	if err != nil {
		return nil, nil, err
	}
	if t, any := costs.ofThoseIn(cells).table(); any {
		a.All = append(a.All, question.Answer{ID: "style", Title: t.Title, Headline: "What the code of each model is made of", Tables: []show.Table{t}})
	}
	return a, warnings, nil
}

package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/report"
	"cbench/results/stats"
	"cbench/results/words"
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
	source, err := sourceOf(dir)
	if err != nil {
		return misuse("report", err)
	}
	if cmd.Name() == "report" { // after a run they were said before it
		for _, w := range source.Warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "cbench: report: %s\n", w)
		}
	}
	if err := report.WriteFile(out, source); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "report in %s\n", out)
	return err
}

// sourceOf reads what a page is made of. It is the one seam to the statistics.
func sourceOf(dir string) (report.Source, error) {
	run, err := record.ReadRun(dir)
	if err != nil {
		return report.Source{}, err
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		return report.Source{}, err
	}
	run, cells, named := figure.ShortNames(run, cells)
	warnings = append(warnings, named...)
	ours, _ := figure.Apart(run, cells)
	source := report.Source{
		Run: run, Cells: cells, Warnings: warnings, Comparisons: compare.Comparisons(ours, ""),
		Tables: crossCheckTables(figure.CrossChecks(figure.Summarise(cells))),
	}
	costs, err := costsOf(cells)
	if err != nil {
		return report.Source{}, err
	}
	if t, any := costs.ofThoseIn(cells).table(); any {
		source.Tables = append(source.Tables, t)
	}
	return source, nil
}

// crossCheckTables is a table a cross-check: the same server driven by our engine and by others.
func crossCheckTables(checks []figure.CrossCheck) (tables []report.Table) {
	for _, c := range checks {
		t := report.Table{
			Title: fmt.Sprintf("Cross-check: %s, %s, N = %d, by several drivers", c.Name, c.Setting.Scenario, c.Conns),
			Note:  "The same server in closed loops of our own engine and of others: what one says is checked by the rest. Medians.",
			Head:  []string{"driver", "messages/s", "to ours", "p50", "p99", "server CPU a message", "client CPUs", "server CPUs", "bottleneck", "why"},
		}
		for _, r := range c.Rows {
			difference := report.Datum{Text: "–"}
			if r.Difference != nil {
				difference = report.Datum{Text: fmt.Sprintf("%+.0f%%", 100**r.Difference), Value: r.Difference}
			}
			t.Rows = append(t.Rows, []report.Datum{
				{Text: r.Driver}, datumOf(r.Throughput, words.PerSecond), difference, datumOf(r.P50, words.Nanoseconds), datumOf(r.P99, words.Nanoseconds),
				datumOf(r.CPUPerMessage, words.Nanoseconds), datumOf(r.ClientCPU, share), datumOf(r.ServerCPU, share), {Text: string(r.Bottleneck)}, {Text: r.Why},
			})
		}
		tables = append(tables, t)
	}
	return tables
}

func share(v float64) string { return fmt.Sprintf("%.2f", v) }

func datumOf(s stats.Spread, inWords func(float64) string) report.Datum {
	if s.N == 0 {
		return report.Datum{Text: "–"}
	}
	return report.Datum{Text: inWords(s.Median), Value: &s.Median}
}

package main

import (
	"bytes"
	"cbench/results/export"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newExport() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write a run as CSV, or in the Go benchmark format for benchstat",
		Long: `Write the repetitions of a run for other programs: as CSV, a row a repetition with every key of cells.jsonl but the series, or in
the Go benchmark format, which benchstat reads.`,
		Example: `  cbench export --format=csv --out=cells.csv out/mine
  cbench export --format=benchfmt out/before > old.txt
  cbench export --format=benchfmt out/after > new.txt
  benchstat old.txt new.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := exportRun(cmd, args[0], format, out); err != nil {
				return fmt.Errorf("export: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "csv", "csv or benchfmt")
	cmd.Flags().StringVar(&out, "out", "", "file to write; by default standard output")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"csv", "benchfmt"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func exportRun(cmd *cobra.Command, dir, format, out string) error {
	if format != "csv" && format != "benchfmt" {
		return fmt.Errorf("format %q: there is none of that name; there are csv and benchfmt", format)
	}
	r, err := readRan(cmd, dir)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if format == "csv" {
		err = export.WriteCSV(&text, r.cells)
	} else {
		var void, empty int
		void, empty, err = export.WriteBench(&text, r.run, r.cells)
		if void+empty > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "cbench: export: left out: %d void repetitions, %d without a figure\n", void, empty)
		}
	}
	if err != nil {
		return err
	}
	if out != "" {
		return os.WriteFile(out, text.Bytes(), 0o644)
	}
	_, err = cmd.OutOrStdout().Write(text.Bytes())
	return err
}

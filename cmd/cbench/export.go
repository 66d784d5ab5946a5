package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"cbench/results/export"
	"cbench/results/record"
	"cbench/results/words"
)

func newExport() *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "Write a run as CSV, or in the Go benchmark format for benchstat",
		Long: `Write the repetitions of a run for other programs: as CSV, a row a repetition with every key of
cells.jsonl but the series, or in the Go benchmark format, which benchstat reads.`,
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
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var exportFormats = []string{"csv", "benchfmt"}

// readCells is readRan, but without what a damaged run.json told: the cells are what is exported.
func readCells(cmd *cobra.Command, dir string) (r ran, err error) {
	r, err = readRan(cmd, dir)
	if cut := new(record.CutRun); errors.As(err, &cut) {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: export: %v\n", cut)
		return r, r.readCells(cmd, dir)
	}
	return r, err
}

// notIntoItself refuses standard output that is one of the files of the run, as after export DIR >>DIR/cells.jsonl.
func notIntoItself(out io.Writer, dir string) error {
	file, is := out.(*os.File)
	if !is {
		return nil
	}
	to, err := file.Stat()
	if err != nil {
		return nil
	}
	for _, name := range []string{record.RunFile, record.CellsFile} {
		if own, err := os.Stat(filepath.Join(dir, name)); err == nil && os.SameFile(own, to) {
			return fmt.Errorf("standard output is %s of the run itself: choose another file", name)
		}
	}
	return nil
}

func exportRun(cmd *cobra.Command, dir, format, out string) error {
	if !slices.Contains(exportFormats, format) {
		return usageError{errors.New(words.NoneOf("format", format, exportFormats))}
	}
	r, err := readCells(cmd, dir)
	if err != nil {
		return err
	}
	if out != "" {
		err = record.NotOwn(out, dir)
	} else {
		err = notIntoItself(cmd.OutOrStdout(), dir)
	}
	if err != nil {
		return usageError{err}
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
		return record.WriteOutput(out, text.Bytes(), dir)
	}
	_, err = cmd.OutOrStdout().Write(text.Bytes())
	return err
}

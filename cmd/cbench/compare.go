package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cbench/results/compare"
	"cbench/results/export"
	"cbench/results/record"
	"cbench/results/words"
)

// compareFlags is what the user of cbench compare asked for.
type compareFlags struct {
	base, gate         string
	all, force, asJSON bool
}

func newCompare() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "What changed between two runs, and how sure that is",
		Long: `Compare two runs, figure by figure: medians with 95% intervals, the change, and the probability of no
change, adjusted by Holm over all changes of the figure. Where both runs rotated a model with the same base,
the ratios to the base are compared, so that what drifted on the machine between the runs cancels: the control
floor where it was there, which nobody changes. All else is compared by repetitions, drift included: what a
model can hold (three searches a side at least), and memory, of which one more connection is compared too, by
the slopes over N.

A gate fails the comparison on a change for the worse that is both larger than the gate and surely one. What is
known too little to judge does not fail it, and is said.`,
		Example: `  cbench compare out/before out/after
  cbench compare --gate='cpu<5%,mem<5%,p99<15%' out/before out/after
  cbench compare --all --base=floor out/before out/after`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.run(cmd, args[0], args[1]); err != nil {
				return fmt.Errorf("compare: %w", err)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.base, "base", "", "the model that rotations are taken relative to; "+
		"by default floor, and else the one that both runs have in common")
	flags.StringVar(&f.gate, "gate", "", "fail on changes for the worse beyond these: "+
		strings.Join(compare.GateNames(), ", ")+", such as cpu<5%,p99<15%")
	flags.BoolVar(&f.all, "all", false, "show what did not change too")
	flags.BoolVar(&f.force, "force", false, "compare runs of unlike machines all the same")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	completeChoices(cmd)
	return cmd
}

// ran is a run as its files tell it.
type ran struct {
	run   *record.Run
	cells []record.Cell
}

func (f *compareFlags) run(cmd *cobra.Command, oldDir, newDir string) error {
	var gates []compare.Gate
	if cmd.Flags().Changed("gate") {
		var err error
		if gates, err = compare.ParseGates(f.gate); err != nil {
			return usageError{err}
		}
	}
	var runs [2]ran
	for i, dir := range []string{oldDir, newDir} {
		var err error
		if runs[i], err = readRan(cmd, dir); err != nil {
			return err
		}
	}
	notes, err := f.machines(runs[0].run.Environment, runs[1].run.Environment)
	if err != nil {
		return usageError{err}
	}
	for _, note := range notes {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: compare: %s\n", note)
	}
	if f.base != "" && !f.rotatedWithBase(runs) {
		return usageError{fmt.Errorf("base %q: it was not rotated with others in both runs", f.base)}
	}
	changed := compare.Changes(runs[0].cells, runs[1].cells, f.base)
	if len(changed.Changes) == 0 {
		return usageError{errors.New("the runs have no figure in common: same scenarios, loads, connections and models are " +
			"compared, void repetitions never")}
	}
	verdict := compare.Judge(gates, changed.Changes)
	if f.asJSON {
		err = printJSON(cmd, export.ChangesOf(changed, notes, verdict))
	} else {
		err = export.WriteChanges(cmd.OutOrStdout(), changed, f.all, readAt(cmd))
	}
	if err != nil {
		return err
	}
	for _, note := range verdict.Notes() {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: compare: %s\n", note)
	}
	return verdict.Err()
}

// readRan reads the files of a run; what was odd about them is said.
func readRan(cmd *cobra.Command, dir string) (r ran, err error) {
	if r.run, err = record.ReadRun(dir); err != nil {
		return r, usageError{err}
	}
	return r, r.readCells(cmd, dir)
}

// readCells reads what is finished.
func (r *ran) readCells(cmd *cobra.Command, dir string) error {
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		return usageError{err}
	}
	for _, w := range warnings {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: %s: %s\n", cmd.Name(), w)
	}
	if len(cells) == 0 {
		return misuse(dir, fmt.Errorf("no repetition is finished there; cbench run --resume --out=%s goes on", words.Shell(dir)))
	}
	r.cells = cells
	return nil
}

// machines refuses unlike machines. The notes are all that differs otherwise: a new build or Go is what one compares for.
func (f *compareFlags) machines(old, now record.Environment) (notes []string, err error) {
	unlike := old.OtherMachine(now)
	if len(unlike) > 0 && !f.force {
		return nil, fmt.Errorf("unlike machines: %s; a change would be theirs (--force compares all the same)",
			strings.Join(unlike, "; "))
	}
	if len(unlike) > 0 {
		notes = append(notes, "unlike machines, a change may be theirs: "+strings.Join(unlike, "; "))
	}
	also := slices.DeleteFunc(old.Differences(now), func(d string) bool { return slices.Contains(unlike, d) })
	if len(also) > 0 {
		notes = append(notes, "the runs also differ in "+strings.Join(also, "; "))
	}
	return notes, nil
}

func (f *compareFlags) rotatedWithBase(runs [2]ran) bool {
	for _, r := range runs {
		if !slices.ContainsFunc(r.cells, func(c record.Cell) bool { return c.Model == f.base && c.Rotation != nil }) {
			return false
		}
	}
	return true
}

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"cbench/results/export"
	"cbench/results/question"
	"cbench/results/show"
	"cbench/results/words"
)

func newShow() *cobra.Command {
	var asJSON bool
	var format string
	cmd := &cobra.Command{
		Use:   "show DIR [QUESTION]",
		Short: "What a run answers, on the terminal: the headline of every question, or all of one",
		Long: `What a run answers, from its run.json and cells.jsonl alone: a headline each question and the table of the models; with a
QUESTION everything that was found of it, how that is known, and what to know before believing it.`,
		Example: `  cbench show out/mine
  cbench show out/mine memory
  cbench show out/mine --json                # every comparison with its verdict
  cbench show out/mine --format=markdown     # for the summary of a CI job`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := showRun(cmd, args, asJSON, format); err != nil {
				return fmt.Errorf("show: %w", err)
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) != 1 {
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
			a, err := answersOf(cmd, args[0])
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return idsOf(a), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print every comparison that the answers rest on")
	cmd.Flags().StringVar(&format, "format", "text", "text or markdown")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "markdown"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.MarkFlagsMutuallyExclusive("json", "format")
	return cmd
}

func showRun(cmd *cobra.Command, args []string, asJSON bool, format string) error {
	if format != "text" && format != "markdown" {
		return usageError{fmt.Errorf("format %q: there is none of that name; there are text and markdown", format)}
	}
	if len(args) > 1 && (asJSON || format != "text") {
		return usageError{errors.New("one QUESTION is shown as text only; leave it out")}
	}
	a, err := answersOf(cmd, args[0])
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	switch {
	case asJSON:
		return export.JSON(out, a)
	case format == "markdown":
		_, err := fmt.Fprint(out, export.Markdown(a))
		return err
	case len(args) == 1:
		return export.Screen(out, a, words.Shell(args[0]), readAt(cmd))
	}
	q := a.Named(args[1])
	if q == nil {
		return usageError{fmt.Errorf("question %q: this run answers none of that name; it answers %s", args[1], strings.Join(idsOf(a), ", "))}
	}
	return export.Whole(out, q, readAt(cmd))
}

// answersOf is all that the run in a directory answers.
func answersOf(cmd *cobra.Command, dir string) (*question.Answers, error) {
	r, err := readRan(cmd, dir)
	if err != nil {
		return nil, err
	}
	return question.Of(r.run, r.cells, nil), nil
}

func idsOf(a *question.Answers) (ids []string) {
	for i := range a.All {
		ids = append(ids, a.All[i].ID)
	}
	return ids
}

// readAt is where the command's tables are read.
func readAt(cmd *cobra.Command) show.Terminal {
	o := tableOptions(cmd)
	return show.Terminal{Width: o.Width, Color: o.Color}
}

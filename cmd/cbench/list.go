package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"cbench/models"
	"cbench/results/words"
	"cbench/scenarios"
)

// listed is a line of cbench list, in its JSON form.
type listed struct {
	Kind string   `json:"kind"` // "model" or "scenario"
	Name string   `json:"name"`
	Doc  string   `json:"doc"`
	Part []string `json:"parts"` // of the workload: what a model speaks, what a scenario needs

	Version    string `json:"version,omitempty"`     // of an original: as it is installed here
	Missing    string `json:"missing,omitempty"`     // or why it cannot run, and what installs it
	OriginalOf string `json:"original_of,omitempty"` // the model of ours that imitates it
}

func newList() *cobra.Command {
	var asJSON, costs bool
	var dir string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models and the scenarios, or what each model's style costs its reader",
		Long: `List the models and the scenarios; with --cost what each model's style costs its reader, counted in
the source that this program was built from, and with --run=DIR what a run tells of it besides:
goroutines and threads, system calls and allocations a message.`,
		Example: "  cbench list\n  cbench list --json\n  cbench list --cost --run=out/mine",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case costs:
				return listCosts(cmd, dir, asJSON)
			case dir != "":
				return misuse("list", errors.New("--run: it goes with --cost"))
			}
			var all []listed
			for _, m := range models.All {
				all = append(all, listed{Kind: "model", Name: m.Name, Doc: m.Doc, Part: m.Speaks})
			}
			foreign, err := listedOriginals()
			if err != nil {
				return fmt.Errorf("list: %w", err)
			}
			all = append(all, foreign...)
			for _, s := range scenarios.All {
				all = append(all, listed{Kind: "scenario", Name: s.Name, Doc: s.Doc, Part: s.Needs})
			}
			if asJSON {
				return printJSON(cmd, all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			kind := ""
			for _, l := range all {
				if l.Kind != kind {
					if kind != "" {
						fmt.Fprintln(w)
					}
					kind = l.Kind
					fmt.Fprintf(w, "%sS\n", strings.ToUpper(kind))
				}
				doc := l.Doc
				if here := cmp.Or(l.Version, l.Missing); here != "" {
					doc += " (" + here + ")"
				}
				fmt.Fprintf(w, "  %s\t%s\n", l.Name, doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&costs, "cost", false, "what each model's style costs its reader")
	cmd.Flags().StringVar(&dir, "run", "", "with --cost: `DIR` of a run, for what it tells of that")
	cmd.MarkFlagDirname("run")
	return cmd
}

func modelNames() []string {
	var names []string
	for _, m := range models.All {
		names = append(names, m.Name)
	}
	return names
}

func findModel(name string) (models.Model, error) {
	m, ok := models.Find(name)
	if !ok {
		return m, errors.New(words.NoneOf("model", name, modelNames()))
	}
	return m, nil
}

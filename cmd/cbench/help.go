package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is flags that answer one question, in the order in which one would ask.
type flagGroup struct {
	title string
	flags []string
}

// groupOf is the annotation of a flag that says in which group help shows it.
const groupOf = "cbench_group"

// helpWidth is how wide help is: what fits beside something else on a screen.
const helpWidth = 100

func init() { cobra.AddTemplateFunc("groupedFlags", groupedFlags) }

// usageTemplate is cobra's for a command, with its flags in groups.
const usageTemplate = `Usage:{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}
{{groupedFlags . | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

"{{.CommandPath}} [command] --help" says more of a command.{{end}}
`

// groupFlags says how help is to show a command's flags. A flag that there is not is a programmer's mistake.
func groupFlags(cmd *cobra.Command, groups ...flagGroup) {
	cmd.Flags().SortFlags = false
	for _, g := range groups {
		for _, name := range g.flags {
			if err := cmd.Flags().SetAnnotation(name, groupOf, []string{g.title}); err != nil {
				panic(err)
			}
		}
	}
}

// ungrouped is what stands above the flags of no group.
const ungrouped = "Flags"

// groupedFlags is the flags of a command for its help: by group, in the order in which the flags were added, and then those of
// no group.
func groupedFlags(cmd *cobra.Command) string {
	var titles []string
	sets := map[string]*pflag.FlagSet{}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		title := ungrouped
		if of := f.Annotations[groupOf]; len(of) > 0 {
			title = of[0]
		}
		if sets[title] == nil {
			titles = append(titles, title)
			sets[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
			sets[title].SortFlags = false
		}
		sets[title].AddFlag(f)
	})
	var out strings.Builder
	for _, title := range titles {
		heading := title
		if title == ungrouped && len(titles) > 1 {
			heading = "Besides"
		}
		if usage := sets[title].FlagUsagesWrapped(helpWidth); usage != "" {
			out.WriteString("\n" + heading + ":\n" + usage)
		}
	}
	return out.String()
}

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness/plan"
	"cbench/harness/server"
	"cbench/models"
	"cbench/results/words"
)

// foreign is the flags that describe servers of somebody else's.
type foreign struct {
	cmds, names []string
	speaks      []string
}

func (f *foreign) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.cmds, "cmd", nil, "its `command` line, {addr} where it is to listen; several, each with its "+
		"--name, are compared")
	flags.StringArrayVar(&f.names, "name", nil, "what to call it, a `word`; left out, its program's name")
	flags.StringSliceVar(&f.speaks, "speaks", []string{models.LinesEcho},
		"the `parts` of the workload that it speaks: "+strings.Join(models.Parts, ", "))
}

// startTimeout adds the flag of that name.
func startTimeout(flags *pflag.FlagSet, to *time.Duration) {
	flags.DurationVar(to, "start-timeout", server.ReadyTimeout, "how long a server may take to listen")
}

// checkStartTimeout refuses one in which nothing can start.
func checkStartTimeout(d time.Duration) error {
	if d <= 0 {
		return fmt.Errorf("start-timeout %v: must be more than 0, such as 30s", d)
	}
	return nil
}

// servers is those that the flags describe: the first name is that of the first command.
func (f *foreign) servers() (all []plan.Server, err error) {
	switch {
	case len(f.cmds) == 0 && len(f.names) > 0:
		return nil, fmt.Errorf("name %q: it is for a server of your own: --cmd", f.names[0])
	case len(f.names) > 0 && len(f.names) != len(f.cmds):
		return nil, fmt.Errorf("name: %d for %d --cmd: give each command its --name, or none", len(f.names), len(f.cmds))
	}
	for _, part := range f.speaks {
		if !slices.Contains(models.Parts, part) {
			return nil, errors.New(words.NoneOf("speaks", part, models.Parts))
		}
	}
	for i, line := range f.cmds {
		args, err := server.SplitCommand(line)
		if err != nil {
			return nil, fmt.Errorf("cmd: %w", err)
		}
		if _, err := exec.LookPath(args[0]); err != nil {
			return nil, fmt.Errorf("cmd: %w", err)
		}
		name := args[0][strings.LastIndexByte(args[0], '/')+1:]
		if len(f.names) > 0 {
			name = f.names[i]
		}
		all = append(all, plan.Server{Name: name, Args: args, Speaks: f.speaks})
	}
	return all, nil
}

// threads is a number of them as a run is told it; 0: none is said.
func threads(n int) []int {
	if n == 0 {
		return nil
	}
	return []int{n}
}

// ownServer is one of our models as a process: this same executable again.
func ownServer(m models.Model, procs int) plan.Server {
	args := []string{server.Self, "serve", "--model=" + m.Name, "--addr={addr}", "--procs={procs}"}
	return plan.Server{Name: m.Name, Args: args, Speaks: m.Speaks, Own: true, Procs: procs}
}

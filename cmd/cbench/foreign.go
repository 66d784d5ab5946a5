package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness"
	"cbench/harness/server"
	"cbench/models"
)

// foreign is the flags that describe a server of somebody else's.
type foreign struct {
	cmd, name string
	speaks    []string
}

func (f *foreign) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.cmd, "cmd", "", "its `command` line, {addr} where it is to listen")
	flags.StringVar(&f.name, "name", "", "what to call it, a `word`; left out, its program's name")
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

// server is the server that the flags describe.
func (f *foreign) server() (harness.Server, error) {
	words, err := server.SplitCommand(f.cmd)
	if err != nil {
		return harness.Server{}, fmt.Errorf("cmd: %w", err)
	}
	for _, part := range f.speaks {
		if !slices.Contains(models.Parts, part) {
			return harness.Server{}, fmt.Errorf("speaks %q: there is no such part; there are %s", part, strings.Join(models.Parts, ", "))
		}
	}
	if _, err := exec.LookPath(words[0]); err != nil {
		return harness.Server{}, fmt.Errorf("cmd: %w", err)
	}
	name := f.name
	if name == "" {
		name = words[0][strings.LastIndexByte(words[0], '/')+1:]
	}
	return harness.Server{Name: name, Args: words, Speaks: f.speaks}, nil
}

// threads is a number of them as a run is told it; 0: none is said.
func threads(n int) []int {
	if n == 0 {
		return nil
	}
	return []int{n}
}

// ownServer is one of our models as a process: this same executable again.
func ownServer(m models.Model, procs int) harness.Server {
	args := []string{server.Self, "serve", "--model=" + m.Name, "--addr={addr}", "--procs={procs}"}
	return harness.Server{Name: m.Name, Args: args, Speaks: m.Speaks, Own: true, Procs: procs}
}

// Command cbench measures what concurrency models of a server cost with N connections open.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"cbench/harness/server"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// The exit statuses.
const (
	done    = 0
	failed  = 1 // a check, a gate or a verification did, or what was begun
	misused = 2 // wrong usage: what was asked for cannot be done, and nothing was begun
	stopped = 3 // by a signal; what was measured is kept
)

// run is the whole command: 0 only on success, and every error one line on stderr.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == server.LaunchCommand {
		// Before all else, for this process is about to become another.
		if err := server.Launch(args[1:]); err != nil {
			fmt.Fprintf(stderr, "cbench: %s\n", inWords(err))
			return failed
		}
		return done
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	strictTopics(root) // now: completion writes to what is the output when it is made
	began := false
	noteBegin(root, &began)
	err := givenTwice(root, args)
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		return done
	}
	fmt.Fprintf(stderr, "cbench: %s\n", inWords(err))
	switch {
	case ctx.Err() != nil:
		return stopped
	case !began || errors.As(err, new(usageError)):
		return misused
	}
	return failed
}

// endings is the signals that end a command in good order. A terminal that closes sends SIGHUP, which nohup has us ignore.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// noteBegin has every command say when it begins: what fails before is cobra's verdict on the command line.
func noteBegin(root *cobra.Command, began *bool) {
	for _, c := range append(root.Commands(), root) {
		if run := c.RunE; run != nil && c.Name() != "help" { // which only says that there is no such topic
			c.RunE = func(cmd *cobra.Command, args []string) error {
				*began = true
				return run(cmd, args)
			}
		}
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "cbench",
		Short: "Which concurrency model, with N connections open, and what does it cost?",
		Long: `cbench measures what concurrency models of a server cost with N connections open.

One chat and echo server is written once in each model. cbench starts each as a process of its own, drives it
with N connections at a time, checks every byte of every reply, and draws memory and latency against N.`,
		Example: `  cbench run --model=all --scenario=echo --conns=100,1000,10000 --out=out/first
  cbench serve --model=reactor --addr=127.0.0.1:7000`,
		Version:       moduleVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return saysSomething(cmd) },
	}
	root.SetFlagErrorFunc(unknownFlag)
	root.DisableSuggestions = true // they take lines of their own
	root.SetVersionTemplate(versionTemplate)
	root.SetUsageTemplate(usageTemplate)
	root.AddCommand(newRun(), newServe(), newCheck(), newPlot(), newReport(), newCompare(), newShow(), newExport(), newList(),
		newDoctor(), newLoad())
	return root
}

// printJSON prints what a program would read.
func printJSON(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

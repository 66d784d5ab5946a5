// Command cbench measures what concurrency models of a server cost with N connections open.
package main

import (
	"context"
	"encoding/json"
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

// run is the whole command: 0 only on success, and every error one line on stderr.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == server.LaunchCommand {
		// Before all else, for this process is about to become another.
		return status(server.Launch(args[1:]), stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	strictTopics(root) // now: completion writes to what is the output when it is made
	return status(root.ExecuteContext(ctx), stderr)
}

func status(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "cbench: %s\n", inWords(err))
	return 1
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
	root.SetVersionTemplate(versionTemplate)
	root.SetUsageTemplate(usageTemplate)
	root.AddCommand(newRun(), newServe(), newCheck(), newPlot(), newReport(), newCompare(), newExport(), newList(), newDoctor(), newLoad())
	return root
}

// printJSON prints what a program would read.
func printJSON(cmd *cobra.Command, v any) error {
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

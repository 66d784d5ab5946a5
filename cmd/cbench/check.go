package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/server"
	others "cbench/models/foreign"
	"cbench/models/modeltest"
	"cbench/scenarios/wire"
)

func newCheck() *cobra.Command {
	var (
		names   []string
		addr    string
		procs   int
		asJSON  bool
		timeout time.Duration
		foreign foreign
	)
	cmd := &cobra.Command{
		Use:   "check --model=NAME | --cmd=COMMAND | --addr=HOST:PORT",
		Short: "Check that a server speaks the workload, case by case",
		Long: `Check that a server speaks the workload, case by case, in raw bytes: one of the models, a
command that starts a server, or a server that runs already. It prints a line a case and fails if
one fails. Of a running server it finds out which parts it speaks, unless --speaks says; cases that
need a server of their own (limits, shutdown, leaks) are skipped there. The cases run/… are what cbench run
will find: its own clients open connections, leave them idle for 7.5 s, and load them. A server of another make may fail the
cases that its manifest lists, and fails if it passes one of them.`,
		Example: `  cbench check --model=reactor
  cbench check --model=all --procs=1
  cbench check --cmd='./server {addr}' --speaks=lines:echo,lines:chat
  cbench check --addr=127.0.0.1:7000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cmp.Or(notAChoice(cmd), checkStartTimeout(timeout)); err != nil {
				return misuse("check", err)
			}
			c := checker{ctx: cmd.Context(), out: cmd.OutOrStdout(), json: asJSON, startTimeout: timeout}
			if addr != "" {
				if _, err := hostPort(addr); err != nil {
					return misuse("check", err)
				}
				conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
				if err != nil {
					mend := "nothing listens there: start it first, or have it started by --cmd"
					return fmt.Errorf("check: %w", withMend(err, syscall.ECONNREFUSED, mend))
				}
				conn.Close()
				parts := foreign.speaks
				if !cmd.Flags().Changed("speaks") {
					parts = modeltest.Probe(c.ctx, addr)
					fmt.Fprintf(cmd.ErrOrStderr(), "cbench: check: %s speaks: %s\n", addr, strings.Join(parts, ", "))
				}
				c.check(addr, modeltest.Target{Addr: addr}, parts, nil)
				return c.verdict()
			}
			servers, err := (&runFlags{models: names, procs: threads(procs), foreign: foreign}).servers()
			if err != nil {
				return misuse("check", err)
			}
			for _, text := range probe.ManyProcs(procs) {
				fmt.Fprintf(cmd.ErrOrStderr(), "cbench: check: %s\n", text)
			}
			for _, s := range servers {
				for _, way := range append([]plan.Way{{Args: s.Args, Speaks: s.Speaks}}, s.Also...) {
					s.Args = way.Args
					c.check(s.Name, modeltest.Target{Start: c.start(s), AtOnce: casesAtOnce}, way.Speaks, deviations(s.Name, way.Args))
				}
			}
			return c.verdict()
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&names, "model", nil, "`names` of models (cbench list), all of ours, or originals")
	flags.IntVar(&procs, "procs", 0, "GOMAXPROCS of the models, a `number`; 0: Go's default")
	flags.StringVar(&addr, "addr", "", "`host:port` of a server that runs")
	foreign.addTo(cmd)
	startTimeout(flags, &timeout)
	flags.BoolVar(&asJSON, "json", false, "print JSON, a line a case")
	groupFlags(cmd,
		flagGroup{"What is checked", []string{"model", "procs", "addr", "start-timeout"}},
		flagGroup{"A server of your own", []string{"cmd", "name", "speaks"}},
		flagGroup{"Output", []string{"json"}})
	completeChoices(cmd)
	cmd.MarkFlagsOneRequired("model", "cmd", "addr")
	cmd.MarkFlagsMutuallyExclusive("model", "cmd", "addr")
	return cmd
}

// casesAtOnce is how many cases run side by side. They wait nine tenths of their time, the longest 10 s, so more would end no
// sooner.
const casesAtOnce = 8

// checker runs the suite against one server after another and counts.
type checker struct {
	ctx          context.Context
	out          io.Writer
	json         bool
	startTimeout time.Duration

	passed, failed, skipped, deviated int

	unfit []string // what was checked in vain
	stale []string // cases that a server passes, and is said to deviate in
}

// check asks a server all cases of the parts it speaks. A case that it is known not to pass is skipped if it does not, with the
// reason; if it does, or was not asked, the list is out of date, and would hide the day on which the case fails for another
// reason.
func (c *checker) check(name string, target modeltest.Target, parts []string, deviates map[string]string) {
	if c.ctx.Err() != nil {
		return
	}
	if len(parts) == 0 {
		c.failed++
		c.unfit = append(c.unfit, name+" speaks no part of the workload")
		return
	}
	failed := c.failed
	tell := func(r modeltest.Result) { c.tell(name, r, deviates) }
	if held, ok := c.held(target, parts, tell); ok {
		modeltest.Run(c.ctx, target, parts, tell)
		held()
	}
	if c.failed > failed {
		c.unfit = append(c.unfit, name)
	}
	if c.ctx.Err() == nil { // else there were cases that it was not asked
		maps.DeleteFunc(deviates, func(_, why string) bool { return strings.HasPrefix(why, others.AtTimes) })
		c.outdated(name, slices.Sorted(maps.Keys(deviates)))
	}
}

// tell counts and prints what came of a case.
func (c *checker) tell(name string, r modeltest.Result, deviates map[string]string) {
	if why := deviates[r.Case]; why != "" && r.Outcome != modeltest.Pass {
		delete(deviates, r.Case)
		if r.Outcome == modeltest.Fail {
			r.Outcome, r.Why = modeltest.Skip, "it deviates, as its manifest says: "+why
			c.deviated++
		}
	}
	switch r.Outcome {
	case modeltest.Pass:
		c.passed++
	case modeltest.Fail:
		c.failed++
	case modeltest.Skip:
		c.skipped++
	}
	if c.json {
		json.NewEncoder(c.out).Encode(struct {
			Server string `json:"server"`
			modeltest.Result
		}{name, r})
		return
	}
	line := fmt.Sprintf("%-4s  %s  %s  %s", r.Outcome, name, r.Part, r.Case)
	if r.Why != "" {
		line += ": " + r.Why
	}
	fmt.Fprintf(c.out, "%s (%s)\n", line, r.Took.Round(time.Millisecond))
}

func (c *checker) outdated(name string, cases []string) {
	for _, of := range cases {
		c.stale = append(c.stale, name+" "+of)
		if !c.json {
			fmt.Fprintf(c.out, "deviates no longer: %s  %s\n", name, of)
		}
	}
}

func (c *checker) verdict() error {
	if !c.json {
		deviate := ""
		if c.deviated > 0 {
			deviate = fmt.Sprintf(" (%d deviate, as the manifest says)", c.deviated)
		}
		fmt.Fprintf(c.out, "%d passed, %d failed, %d skipped%s\n", c.passed, c.failed, c.skipped, deviate)
	}
	var wrong []string
	if c.ctx.Err() != nil {
		wrong = append(wrong, "stopped before the end")
	}
	if len(c.unfit) > 0 {
		wrong = append(wrong, fmt.Sprintf("%s: %d cases failed", strings.Join(c.unfit, ", "), c.failed))
	}
	if len(c.stale) > 0 {
		wrong = append(wrong, strings.Join(c.stale, ", ")+": the manifest says that it deviates, and it does not: strike it out there")
	}
	if len(wrong) > 0 {
		return fmt.Errorf("check: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// start starts a server as the cases ask for one.
func (c *checker) start(s plan.Server) func(modeltest.StartConfig) (*modeltest.Server, error) {
	return func(cfg modeltest.StartConfig) (*modeltest.Server, error) {
		args := s.Told()
		if cfg.MaxConns > 0 {
			if !s.Own {
				return nil, fmt.Errorf("%w: the limit of connections of a command of yours is its own", errors.ErrUnsupported)
			}
			args = append(args[:len(args):len(args)], "--max-conns="+strconv.Itoa(cfg.MaxConns))
		}
		proc, err := server.Start(c.ctx, server.Spec{Name: s.Name, Args: args, Own: s.Own, ReadyTimeout: c.startTimeout})
		if err != nil {
			return nil, err
		}
		return &modeltest.Server{
			Addr: proc.Addr.String(),
			Pid:  proc.PID,
			Stop: func() error {
				ending, err := proc.Stop(wire.ShutdownGrace + 5*time.Second)
				if ending != server.Clean {
					return errors.Join(fmt.Errorf("it ended %s", ending), err)
				}
				return err
			},
		}, nil
	}
}

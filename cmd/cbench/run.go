package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness"
	"cbench/harness/drivers"
	"cbench/harness/plan"
	"cbench/harness/server"
	"cbench/harness/validity"
	"cbench/results/export"
	"cbench/results/figure"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/report"
	"cbench/results/words"
)

// runFlags is what the user of cbench run asked for.
type runFlags struct {
	models, scenarios, conns []string
	drivers                  []string
	block                    plan.Spec // of which each scenario makes one
	suite, out               string
	seed                     uint64
	procs                    []int // none, or 0 alone: the CPUs they have
	resume, strict, noisy    bool
	linger, startTimeout     time.Duration
	serverCPUs, clientCPUs   string
	foreign                  foreign
	missing                  []string // originals that cannot run here
	shares                   []float64
	hows                     []string
	flags                    *pflag.FlagSet
	plan                     []record.Planned // of the run that is gone on with
}

func newRun() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Measure models under scenarios at numbers of connections",
		Long: `Measure models under scenarios at numbers of connections, and draw the charts.

Every repetition has a server process of its own, on CPUs of its own, and a load process on the
others. Every byte of every reply is checked. Repetitions run in an order drawn from the seed, and
each is written down as it is finished: after Ctrl-C or a crash, --resume goes on from there. The
plan of a run is in its run.json: what is typed beside --resume may repeat it, and not change it.

With --rotate the servers compared are alive together and loaded in turn for short slots, so that
what drifts on the machine meets them all: that is how to compare throughput, latency and CPU.
Memory is measured without it.

With --slo it searches for the most that keeps limits: the highest rate with --conns, out of some
fifty short windows on one server, or with --search=conns the most connections at --rate.`,
		Example: `  cbench run --model=all --scenario=echo,chat,idle --conns=100,1000,10000 --reps=3 --duration=3s --out=out/mine
  cbench run --suite=smoke
  cbench run --rotate=pairs --base=reactor --model=all --conns=100,1000 --closed
  cbench run --model=reactor --scenario=echo --conns=1000 --closed --pipeline=4
  cbench run --model=reactor,goroutine --conns=1000 --slo='p99<5ms'
  cbench run --model=goroutine --scenario=http-echo --driver=cbench,hey,wrk --conns=100,1000
  cbench run --cmd='./server {addr}' --speaks=lines:echo --name=mine --model=reactor --scenario=echo --conns=1000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.addTo(cmd)
	return cmd
}

func (f *runFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.flags = flags
	f.addMeasured(flags)
	f.addLoad(flags)
	f.addRotation(flags)
	f.addSearch(flags)
	f.foreign.addTo(cmd)
	f.addMachine(flags)
	f.addOutput(flags)
	groupFlags(cmd, runGroups...)
	completeChoices(cmd)
	cmd.MarkFlagDirname("out")
	for _, chosen := range notWithSuite {
		cmd.MarkFlagsMutuallyExclusive("suite", chosen)
	}
	cmd.MarkFlagsMutuallyExclusive("rate", "closed")
	for _, alone := range []string{"duration", "warmup"} {
		cmd.MarkFlagsMutuallyExclusive("rotate", alone)
	}
	searchExcludes(cmd)
}

// notWithSuite is the flags whose place a suite takes.
var notWithSuite = []string{"driver", "scenario", "conns", "duration", "warmup", "reps", "payload", "rate", "closed",
	"pipeline", "room-size", "share",
	"block", "how", "arrivals", "rotate", "base", "rounds", "slot", "width", "twin", "slo", "search", "window", "edge",
	"tries", "most-rate", "diagnose"}

func (f *runFlags) run(cmd *cobra.Command) error {
	e, err := f.asked(cmd)
	if err != nil {
		return misuse("run", err)
	}
	show := newProgress(cmd.ErrOrStderr())
	cells, err := harness.Run(cmd.Context(), e, show.watch())
	show.close()
	show.tellSkipped(e.Dir)
	if errors.Is(err, harness.ErrStopped) {
		err = fmt.Errorf("%w: %d of %d repetitions are in %s; cbench run --resume --out=%s goes on", err, len(cells),
			len(e.Plan), e.Dir, words.Shell(e.Dir))
	}
	if len(cells) > 0 { // what was measured is shown, whatever came after
		err = errors.Join(err, f.present(cmd, e.Dir, cells))
	}
	if err != nil {
		return fmt.Errorf("run: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return nil
}

// asked is the experiment that the command line asks for, or why there can be none.
func (f *runFlags) asked(cmd *cobra.Command) (e harness.Experiment, err error) {
	if err = f.recall(cmd); err != nil {
		return e, err
	}
	if !f.resume {
		if err = errors.Join(f.notInVain(cmd), f.notNothing(cmd), notAChoice(cmd)); err != nil {
			return e, err
		}
	}
	e, skipped, err := f.experiment()
	if err != nil {
		return e, err
	}
	if !f.resume && record.Holds(e.Dir) {
		return e, e.Taken()
	}
	if f.noisy { // said by the environment or a suite: the record says it too, so that --resume does not depend on them
		if err := cmd.Flags().Set("noisy", "true"); err != nil {
			return e, err
		}
	}
	e.Command = commandLine(cmd)
	for _, s := range skipped {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: run: left out: %s\n", s)
	}
	return e, nil
}

// notInVain refuses what would be said in vain.
func (f *runFlags) notInVain(cmd *cobra.Command) error {
	for _, name := range []string{"base", "rounds", "slot", "width", "twin"} {
		if cmd.Flags().Changed(name) && f.block.Rotate == "" {
			return fmt.Errorf("%s: it is for servers that are loaded in turn: --rotate=pairs or --rotate=all", name)
		}
	}
	for _, name := range []string{"window", "edge", "tries", "most-rate"} {
		if cmd.Flags().Changed(name) && f.block.SLO == "" {
			return fmt.Errorf("%s: it is for a search: --slo, such as p99<5ms", name)
		}
	}
	if f.block.RoomSize > 0 && f.suite == "" && !f.resume { // else they are not what the flag says
		if err := plan.CheckRoomSize(f.scenarios); err != nil {
			return err
		}
	}
	if cmd.Flags().Changed("speaks") && len(f.foreign.cmds) == 0 {
		return errors.New("speaks: it is for a server of your own: --cmd")
	}
	return nil
}

// notNothing refuses a 0 that would be taken for nothing said.
func (f *runFlags) notNothing(cmd *cobra.Command) error {
	for _, name := range strings.Fields("rate payload pipeline room-size most-rate block rounds slot window edge tries") {
		flag := cmd.Flags().Lookup(name)
		if zero := flag.Value.String(); flag.Changed && (zero == "0" || zero == "0s") {
			return fmt.Errorf("%s %s: must be more than 0; leave it out for the default", name, zero)
		}
	}
	for _, share := range f.shares {
		if !(share >= 0) { // to a block one less than 0 is none
			return fmt.Errorf("share %g: must be 0 or more", share)
		}
	}
	if err := checkStartTimeout(f.startTimeout); err != nil {
		return err
	}
	if f.linger < 0 || f.linger > plan.MostLinger {
		return fmt.Errorf("linger %v: must be 0 to %v", f.linger, plan.MostLinger)
	}
	return nil
}

// present prints the first screen, draws the charts, writes the report, and fails if no figure came of the run.
func (f *runFlags) present(cmd *cobra.Command, dir string, cells []record.Cell) error {
	run, err := record.ReadRun(dir)
	if err != nil {
		return err
	}
	run, cells, named := figure.ShortNames(run, cells)
	for _, note := range named {
		fmt.Fprintf(cmd.ErrOrStderr(), "cbench: run: %s\n", note)
	}
	a := question.Of(run, cells, nil)
	if err := export.Screen(cmd.OutOrStdout(), a, words.Shell(dir), readAt(cmd)); err != nil {
		return err
	}
	void := 0
	for _, c := range cells {
		if !c.Valid {
			void++
		}
	}
	if void == len(cells) {
		return fmt.Errorf("not one of %d repetitions is valid: %s", void, whyVoid(cells))
	}
	_, err = drawCharts(cmd, dir, a, false)
	if err := errors.Join(err, writePage(cmd, dir, filepath.Join(dir, report.File), a, cells)); err != nil {
		return fmt.Errorf("%w; what was measured is kept: cbench plot %[2]s and cbench report %[2]s draw it anew", err, words.Shell(dir))
	}
	if f.strict && void > 0 {
		return fmt.Errorf("%d of %d repetitions are void (--strict)", void, len(cells))
	}
	return nil
}

// whyVoid is the reasons against the first of cells that are all void, and what to do about what is the machine's.
func whyVoid(cells []record.Cell) string {
	why := fmt.Sprintf("%s: %s", cells[0].Key(), strings.Join(cells[0].Void, ", "))
	if slices.ContainsFunc(cells, func(c record.Cell) bool { return validity.Disturbed(c.Void) }) {
		why += "; cbench doctor says what to mend on this machine, and --noisy keeps what others on it disturbed"
	}
	return why
}

// experiment turns flags into a plan, or says which flag forbids it.
func (f *runFlags) experiment() (e harness.Experiment, skipped []string, err error) {
	if e.ServerCPUs, e.LoadCPUs, err = splitCPUs(f.serverCPUs, f.clientCPUs); err != nil {
		return e, nil, err
	}
	if len(f.procs) == 0 || slices.Equal(f.procs, []int{0}) { // 0 is Go's own choice, as in serve and check
		f.procs = []int{len(e.ServerCPUs)} // what Go would choose; said, so that it is on record
	}
	if e.Servers, err = f.servers(); err != nil {
		return e, nil, err
	}
	e.LoadLoops = 1
	e.CPUsAsked = f.serverCPUs != "" && f.clientCPUs != ""
	if n := len(e.LoadCPUs); n > 2 {
		e.LoadLoops = n - 1 // one left for the kernel's share and for what watches
	}
	if e.Plan = f.plan; !f.resume {
		if e.Plan, skipped, err = f.planned(e.Servers); err != nil {
			return e, nil, err
		}
	}
	e.Noisy = f.noisy
	e.Dir, e.Resume, e.Linger, e.StartTimeout = f.out, f.resume, f.linger, f.startTimeout
	if e.Dir == "" {
		e.Dir = filepath.Join("out", time.Now().Format("20060102-150405"))
	}
	e.LoadArgs = []string{server.Self, "load"}
	return e, skipped, nil
}

// planned is the plan, and what is left out of it.
func (f *runFlags) planned(servers []plan.Server) (planned []record.Planned, skipped []string, err error) {
	blocks, err := f.blocks(servers)
	if err != nil {
		return nil, nil, err
	}
	for i := range blocks {
		if len(f.procs) > 1 && len(blocks[i].Procs) == 0 {
			blocks[i].Procs = f.procs
		}
	}
	if planned, skipped, err = plan.Make(servers, blocks, f.seed); err != nil {
		return nil, nil, err
	}
	if len(planned) == 0 {
		return nil, nil, fmt.Errorf("nothing to measure: %s", strings.Join(skipped, "; "))
	}
	return planned, append(skipped, f.missing...), nil
}

func (f *runFlags) servers() ([]plan.Server, error) {
	procs := 0
	for _, n := range f.procs {
		if n < 1 {
			return nil, fmt.Errorf("procs %d: must be at least 1", n)
		}
		procs = f.procs[0]
	}
	own, err := f.foreign.servers()
	if err != nil {
		return nil, err
	}
	names, several := f.models, false
	if len(names) == 0 && f.suite != "" && !f.resume {
		suites, err := findSuites(f.suite)
		if err != nil {
			return nil, err
		}
		names, several = modelsOfSuites(suites), len(suites) > 1
	}
	if len(names) == 0 && len(own) == 0 {
		names = []string{allModels}
	}
	names = withoutAll(names)
	var servers []plan.Server
	for _, name := range names {
		if name == originals {
			all, missing, err := originalServers()
			if err != nil && several {
				all, missing, err = nil, []string{err.Error()}, nil // the other suites go without
			}
			if err != nil {
				return nil, err
			}
			f.missing = missing
			servers = append(servers, all...)
			continue
		}
		if s, ok, err := foreignServer(name); ok || err != nil {
			if err != nil {
				return nil, err
			}
			servers = append(servers, s)
			continue
		}
		m, err := findModel(name)
		if err != nil {
			return nil, fmt.Errorf("%w, and the originals that cbench list names", err)
		}
		servers = append(servers, ownServer(m, procs))
	}
	servers = append(servers, own...)
	seen := map[string]bool{}
	for _, s := range servers {
		if seen[s.Name] {
			return nil, fmt.Errorf("model %q: named twice; --name tells a server of your own apart", s.Name)
		}
		seen[s.Name] = true
	}
	return servers, nil
}

func (f *runFlags) blocks(servers []plan.Server) ([]plan.Spec, error) {
	if f.suite != "" {
		suites, err := findSuites(f.suite)
		if err != nil {
			return nil, err
		}
		f.noisy = f.noisy || !slices.ContainsFunc(suites, func(s plan.Suite) bool { return !s.Noisy })
		return blocksOfSuites(suites, servers, len(f.models) > 0), nil
	}
	b := f.block
	b.Conns = nil
	for _, word := range f.conns {
		n, err := strconv.Atoi(word)
		if word == "max" {
			n, err = plan.Max, nil
		} else if err != nil || n < 1 {
			return nil, fmt.Errorf("conns %q: must be a number from 1, or max", word)
		}
		if !slices.Contains(b.Conns, n) {
			b.Conns = append(b.Conns, n)
		}
	}
	if b.SLO != "" && !f.flags.Changed("reps") {
		b.Reps = 1
	}
	asked, outside, err := f.driversAsked()
	if err != nil {
		return nil, err
	}
	b.Closed = b.Closed || outside // theirs are closed loops, and ours is to be compared with them
	var blocks []plan.Spec
	for _, scenario := range f.scenarios {
		for _, driver := range asked {
			b.Scenario, b.Driver = scenario, driver
			blocks = append(blocks, b.Each(f.hows, f.shares)...)
		}
	}
	return blocks, nil
}

// ownDriver is what our own engine is called on the command line.
const ownDriver = "cbench"

// driversAsked is the drivers as blocks know them, and whether some are not our own. It fails where one is not installed.
func (f *runFlags) driversAsked() (names []string, outside bool, err error) {
	for _, name := range f.drivers {
		switch name {
		case ownDriver:
			name = ""
		case plan.Wrk:
			if err := drivers.WrkInstalled(); err != nil {
				return nil, false, err
			}
		}
		outside = outside || name != ""
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, outside, nil
}

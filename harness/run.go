// Package harness runs an experiment: every server of the plan as a process of its own, under every load, proved and
// measured from outside. It knows a server by its command line, its address and its process id only.
package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/results/record"
)

// Experiment is all that a run needs to know.
type Experiment struct {
	Servers []plan.Server
	Plan    []record.Planned
	Dir     string   // where its files go
	Resume  bool     // go on with the run that Dir holds: its plan is what its file says, whatever Plan is
	Command []string // the command line, for the record

	ServerCPUs []int
	LoadCPUs   []int
	LoadArgs   []string // command line of a load process, which must come to load.Serve
	LoadLoops  int      // event loops of the load
	CPUsAsked  bool     // whoever started the run chose the CPUs
	Noisy      bool     // what others on the machine spoil is kept, with a warning

	Linger time.Duration // how long to watch, after a first repetition, what a server gives back once its connections are closed

	StartTimeout time.Duration // how long a server may take to listen; 0: server.ReadyTimeout

	crowded bool             // another run was at work on this machine when this one began
	quota   string           // of CPU time, that is in force; empty: none is
	failed  map[string]error // why servers did not start, by command
}

// Watch is told how a run goes on. Its functions may be nil.
type Watch struct {
	Start func(left []record.Planned, had int)              // what is still to be measured, and how much was there
	Phase func(p record.Planned, phase string)              // what is happening
	Done  func(cell record.Cell, took, spent time.Duration) // a repetition is measured: how long it took, and was to take
	Warn  func(text string)                                 // what to know before the first repetition
	Skip  func(p record.Planned, why error)                 // one is left to another run: its server did not start before
}

// FirstPhase is what a repetition begins with.
const FirstPhase = "starting the server"

// ErrStopped is what Run returns when it was told to stop before the plan was through. What was measured is kept.
var ErrStopped = errors.New("stopped before the end")

// Run measures what of the plan is not there yet, and writes each repetition down as soon as it is finished.
func Run(ctx context.Context, e Experiment, w Watch) ([]record.Cell, error) {
	if _, err := os.Stat(e.Dir); e.Resume && errors.Is(err, fs.ErrNotExist) {
		return nil, e.noRun() // and none is begun
	}
	if err := os.MkdirAll(e.Dir, 0o777); err != nil {
		return nil, err
	}
	unlock, warnings, err := e.locks()
	if err != nil {
		return nil, err
	}
	defer unlock()
	run, cells, odd, err := e.open()
	if err != nil {
		return nil, err
	}
	for _, text := range slices.Concat(warnings, odd, e.confined()) {
		if w.Warn != nil {
			w.Warn(text)
		}
	}
	left := record.Missing(run.Plan, cells)
	if w.Start != nil {
		w.Start(left, len(cells))
	}
	for _, unit := range plan.Units(left) {
		if why := e.unstarted(unit[0]); why != nil && len(unit) == 1 {
			if w.Skip != nil {
				w.Skip(unit[0], why)
			}
			continue
		}
		began := time.Now()
		found, err := e.one(ctx, unit, w)
		if ctx.Err() != nil {
			// Cut short, it would be another measurement than planned. It was stopped, not finished.
			return cells, ErrStopped
		}
		if err != nil {
			return cells, fmt.Errorf("%s: %w", unit[0].Key(), err)
		}
		for i := range found {
			if err := record.Append(e.Dir, &found[i]); err != nil {
				return cells, err
			}
		}
		cells = append(cells, found...)
		took := time.Since(began) / time.Duration(len(found))
		for i := range found {
			if w.Done != nil {
				w.Done(found[i], took, plan.Estimate(unit[i]))
			}
		}
	}
	if len(left) == 0 && run.Ended != nil {
		return cells, nil
	}
	now := time.Now()
	run.Ended = &now
	return cells, record.WriteRun(e.Dir, run)
}

func (e *Experiment) noRun() error {
	return fmt.Errorf("resume: there is no run in %s; without --resume one begins there", e.Dir)
}

// one measures one repetition of a server, or of all those of a rotation.
func (e *Experiment) one(ctx context.Context, unit []record.Planned, w Watch) ([]record.Cell, error) {
	if unit[0].Params.Rotation != "" {
		return e.rotate(ctx, unit, w)
	}
	s := e.session(unit[0], w)
	take := s.solo
	if unit[0].Params.Loop == record.SearchLoop {
		take = s.search
	}
	err := take(ctx)
	s.cell.Valid = len(s.cell.Void) == 0
	return []record.Cell{s.cell}, err
}

// open begins a run in its directory, or goes on with the one that is there. Its plan and its command line are written once:
// what is typed later replaces neither.
func (e *Experiment) open() (run *record.Run, cells []record.Cell, warnings []string, err error) {
	now := e.begun()
	if !e.Resume {
		if record.Holds(e.Dir) {
			return nil, nil, nil, e.Taken()
		}
		return now, nil, nil, record.WriteRun(e.Dir, now)
	}
	run, err = record.ReadRun(e.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = e.noRun()
	}
	if err == nil {
		cells, warnings, err = record.ReadCells(e.Dir)
	}
	if err == nil {
		err = run.GoesOn(cells, now.Servers)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	if other := run.Environment.Differences(now.Environment); len(other) > 0 {
		return nil, nil, nil, fmt.Errorf("%s was begun elsewhere (%s): measure anew in another --out", e.Dir,
			strings.Join(other, "; "))
	}
	return run, cells, warnings, nil
}

// Taken is why a run may not begin in its directory.
func (e *Experiment) Taken() error {
	if _, err := record.ReadRun(e.Dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s holds the %s of a run whose %s is missing: put that back, or choose another --out", e.Dir,
			record.CellsFile, record.RunFile)
	}
	return fmt.Errorf("%s holds a run already: --resume goes on with it, another --out keeps it", e.Dir)
}

// begun is the run as it begins here and now.
func (e *Experiment) begun() *record.Run {
	run := &record.Run{
		Schema: record.Schema, Name: time.Now().UTC().Format("20060102-150405"), Started: time.Now(),
		Command: e.Command, Environment: probe.Environment(e.ServerCPUs, e.LoadCPUs), Plan: e.Plan,
		Servers: map[string]string{}, Versions: map[string]string{}, Originals: map[string]record.Original{},
	}
	for _, s := range e.Servers {
		if !s.Own {
			run.Servers[s.Name] = s.Commands()
			if s.Version != "" {
				run.Versions[s.Name] = s.Version
			}
			if s.Original != (record.Original{}) {
				run.Originals[s.Name] = s.Original
			}
		}
	}
	return run
}

// overlap is the CPUs that are in both lists, or "".
func overlap(a, b []int) string {
	var both []int
	for _, cpu := range a {
		if slices.Contains(b, cpu) {
			both = append(both, cpu)
		}
	}
	return probe.FormatCPUs(both)
}

// cpus is the CPUs of both sides, each once.
func (e *Experiment) cpus() []int {
	all := slices.Sorted(slices.Values(slices.Concat(e.ServerCPUs, e.LoadCPUs)))
	return slices.Compact(all)
}

// server is the server of that name, or the twin of one.
func (e *Experiment) server(name string) plan.Server {
	for _, s := range e.Servers {
		if s.Name == name {
			return s
		}
	}
	for _, s := range e.Servers {
		if twin := s.Twin(); twin.Name == name {
			return twin
		}
	}
	return plan.Server{Name: name} // one without a command does not start, and says so
}

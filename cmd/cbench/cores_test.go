package main

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cbench/harness/probe"
)

// One run measures a model on one core and on two, in one rotation; only where it was told of two it has them, the load's
// with its own.
func TestRunOnSeveralNumbersOfCores(t *testing.T) {
	if all, err := probe.AvailableCPUs(); err != nil || len(all) < 2 {
		t.Skipf("CPUs here: %v, %v", all, err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	measure(t, "run", "--scenario=work", "--model=goroutine,reactor", "--procs=1,2", "--server-cpus=0", "--client-cpus=1", "--rotate=all", "--rounds=2", "--slot=100ms",
		"--conns=4", "--reps=1", "--out="+dir)
	var procs []int
	for _, c := range cells(t, dir) {
		procs = append(procs, c.Params.Procs)
		if c.Load.ServerCPUs != c.Params.Procs || c.Params.BlockNS != 1e6 || c.Params.Rotation != "reactor+goroutine+goroutine/2+reactor/2+reactor-twin" || len(c.Rotation.Rounds) != 2 {
			t.Errorf("%s: %d CPUs, %+v", c.Key(), c.Load.ServerCPUs, c.Params)
		}
	}
	if !slices.Equal(procs, []int{1, 1, 2, 2, 1}) {
		t.Errorf("cells on %d", procs)
	}
	mustFail(t, []string{"procs 0", "at least 1"}, "run", "--procs=1,0", "--out="+dir)
	mustFail(t, []string{"work", "leave out --how"}, "run", "--scenario=work", "--how=inline", "--out="+dir)
}

// 0 alone is Go's own choice, the CPUs that the servers have, as in serve and check.
func TestProcsLeftToGo(t *testing.T) {
	for _, procs := range [][]int{nil, {0}} {
		f := runFlags{procs: procs, models: []string{"reactor"}, scenarios: []string{"echo"}, conns: []string{"10"}, drivers: []string{ownDriver}}
		f.block.Reps, f.block.Duration, f.out = 1, time.Second, t.TempDir()
		e, _, err := f.experiment()
		if err != nil {
			t.Errorf("%d: %v", procs, err)
			continue
		}
		if got := e.Plan[0].Params.Procs; got != len(e.ServerCPUs) || got < 1 {
			t.Errorf("%d: on %d threads, with %d CPUs", procs, got, len(e.ServerCPUs))
		}
	}
	for _, procs := range [][]int{{-1}, {1, 0}, {0, 0}} {
		if _, err := (&runFlags{procs: procs, models: []string{"reactor"}}).servers(); err == nil {
			t.Errorf("%d: let pass", procs)
		}
	}
}

package main

import (
	"path/filepath"
	"slices"
	"testing"

	"cbench/harness/probe"
)

// One run measures a model on one core and on two, in one rotation; only where it was told of two it has them, the load's with its own.
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
	mustFail(t, []string{"work", "share"}, "run", "--scenario=work", "--how=inline", "--out="+dir)
}

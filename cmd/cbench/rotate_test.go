package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbench/results/record"
)

// byModel is the cells of one rotation.
func byModel(t *testing.T, cells []record.Cell) map[string]record.Cell {
	t.Helper()
	all := map[string]record.Cell{}
	for _, c := range cells {
		if c.Rotation == nil || c.Rotation.ID == "" || c.Rotation.ID != cells[0].Rotation.ID {
			t.Fatalf("%s is of another rotation, or of none: %+v", c.Key(), c.Rotation)
		}
		all[c.Model] = c
	}
	return all
}

// measure runs the command. That all is void, for the machine was busy, is no fault of the code.
func measure(t *testing.T, args ...string) (stderr string) {
	t.Helper()
	status, _, errs := cbench(t, args...)
	if status != 0 && !strings.Contains(errs, " repetitions is valid") {
		t.Fatalf("cbench %s: status %d: %s", strings.Join(args, " "), status, errs)
	}
	return errs
}

func TestRotation(t *testing.T) {
	for _, scenario := range []string{"echo", "chat", "http-echo", "comet"} {
		t.Run(scenario, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			measure(t, "run", "--rotate=all", "--model=goroutine,reactor", "--scenario="+scenario, "--conns=20", "--rate=300",
				"--rounds=4", "--slot=100ms", "--reps=1", "--out="+dir)
			all := byModel(t, cells(t, dir))
			if len(all) != 3 || all["reactor-twin"].Rotation.TwinOf != "reactor" || all["reactor"].Rotation.TwinOf != "" {
				t.Fatalf("want reactor, its twin and goroutine: %+v", all)
			}
			for name, c := range all {
				if len(c.Rotation.Rounds) != 4 || c.Params.Rotation != "reactor+goroutine+reactor-twin" {
					t.Errorf("%s: %d rounds of %q, void %q", name, len(c.Rotation.Rounds), c.Params.Rotation, c.Void)
				}
				if c.Verify != (record.Verify{}) || c.Load.Established != 20 || c.Load.Received != c.Load.Expected {
					t.Errorf("%s: %+v, %+v", name, c.Verify, c.Load)
				}
				if c.Memory.Anon != nil || c.Memory.RSS != nil {
					t.Errorf("%s: memory of servers that are not alone: %+v", name, c.Memory)
				}
				if c.Latency == nil || c.Service == nil || c.CPU.ServerNSPerMessage == nil || c.Machine == nil {
					t.Errorf("%s: figures are missing: %+v %+v", name, c.CPU, c.Machine)
				}
				for _, r := range c.Rotation.Rounds {
					answered := r.ServerNSPerMessage > 0 && r.LoadNSPerMessage > 0 && r.ThroughputPerS > 0
					late := r.P99 >= 50e6 // it stopped for most of the slot, as on a machine in use all may
					if r.Void == "" && (!answered && !late || r.P50 <= 0 || r.Count == 0) {
						t.Errorf("%s: a round lacks figures: %+v", name, r)
					}
				}
			}
		})
	}
}

func TestRotationEndsEarlyByWidthAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"run", "--rotate=pairs", "--base=floor", "--model=floor,reactor", "--twin=false", "--conns=10", "--rate=1000",
		"--rounds=200", "--slot=50ms", "--reps=1", "--out=" + dir}
	if errs := measure(t, append(args, "--width=0.9")...); !strings.Contains(errs, "stopped after") {
		t.Fatalf("it does not say that it ended early:\n%s", errs)
	}
	for name, c := range byModel(t, cells(t, dir)) {
		if n := len(c.Rotation.Rounds); n >= 200 || n < 8 || n%2 != 0 || c.Rotation.Early == "" {
			t.Errorf("%s: %d rounds, early %q", name, n, c.Rotation.Early)
		}
	}
}

// A server that dies or errs while it is its turn spoils its own cell; the others go on.
func TestRotationGoesOnWithoutABadServer(t *testing.T) {
	for fault, says := range map[string]string{"die": "died", "corrupt": "corrupted", "refuse": "exited"} {
		t.Run(fault, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			measure(t, "run", "--rotate=all", "--cmd="+bad(fault), "--name=bad", "--model=floor,reactor", "--twin=false", "--conns=10",
				"--rate=8000", "--rounds=4", "--slot=200ms", "--reps=1", "--out="+dir)
			all := byModel(t, cells(t, dir))
			if c := all["bad"]; c.Valid || !strings.Contains(strings.Join(c.Void, "\n"), says) {
				t.Errorf("bad: valid %v, void %q, want %q", c.Valid, c.Void, says)
			}
			for _, name := range []string{"floor", "reactor"} {
				if c := all[name]; len(c.Rotation.Rounds) != 4 || c.Verify != (record.Verify{}) {
					t.Errorf("%s: %d rounds, %+v, void %q", name, len(c.Rotation.Rounds), c.Verify, c.Void)
				}
			}
		})
	}
}

// A server that works while it is not its turn takes from whose turn it is.
func TestRotationVoidsRoundsInWhichOthersWereNotIdle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run") // not one of the two is valid on a machine that is busy: no matter
	cbench(t, "run", "--rotate=all", "--cmd="+bad("busy"), "--name=bad", "--model=floor", "--twin=false", "--conns=10", "--rate=500",
		"--rounds=4", "--slot=200ms", "--reps=1", "--out="+dir)
	c := byModel(t, cells(t, dir))["floor"]
	if void := strings.Join(c.Void, "\n"); c.Valid || !strings.Contains(void, "rounds do not count") || !strings.Contains(void, "bad") {
		t.Errorf("valid %v, void %q", c.Valid, void)
	}
	for _, r := range c.Rotation.Rounds {
		if r.Void == "" || r.IdleCPURatio < 0.02 {
			t.Errorf("%+v", r)
		}
	}
}

// A crash between the cells of a rotation: what is there of it is worth nothing, and the whole is measured again.
func TestResumeMeasuresATornRotationAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"run", "--rotate=pairs", "--twin=false", "--model=floor,pool,reactor", "--conns=10", "--rate=500", "--rounds=2", "--slot=50ms", "--reps=1",
		"--out=" + dir}
	measure(t, args...)
	path := filepath.Join(dir, record.CellsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	if err := os.WriteFile(path, bytes.Join(lines[:len(lines)-2], nil), 0o666); err != nil { // the last is empty
		t.Fatal(err)
	}
	var lost record.Cell
	if err := json.Unmarshal(lines[len(lines)-2], &lost); err != nil {
		t.Fatal(err)
	}
	left, warnings, err := record.ReadCells(dir)
	if err != nil || len(left) != 2 || len(warnings) != 1 || !strings.Contains(warnings[0], lost.Rotation.ID) {
		t.Fatalf("%d cells, warnings %q, %v: want the other rotation's two, and a warning", len(left), warnings, err)
	}
	measure(t, "run", "--resume", "--out="+dir)
	all, _, err := record.ReadCells(dir)
	if err != nil || len(all) != 4 {
		t.Fatalf("%d cells, %v", len(all), err)
	}
	if a, b := all[2].Rotation.ID, all[3].Rotation.ID; a != b || a == lost.Rotation.ID {
		t.Errorf("rotations %s and %s: want one, and a new one", a, b)
	}
}

func TestRotationRefuses(t *testing.T) {
	for _, tt := range []struct {
		words, args []string
	}{
		{[]string{"zip", "process of its own"}, []string{"--scenario=zip"}},
		{[]string{"idle"}, []string{"--scenario=idle"}},
		{[]string{"hey"}, []string{"--scenario=http-echo", "--driver=hey"}},
		{[]string{"base \"pool\""}, []string{"--base=pool", "--model=floor,reactor"}},
		{[]string{"only floor", "--twin"}, []string{"--model=floor", "--twin=false"}},
		{[]string{"width 2"}, []string{"--width=2"}},
		{[]string{"rounds -1"}, []string{"--rounds=-1"}},
		{[]string{"arrivals \"bursts\""}, []string{"--arrivals=bursts"}},
		{[]string{"open loop"}, []string{"--arrivals=poisson", "--closed"}},
		{[]string{"name \"c++\""}, []string{"--cmd=" + bad("none"), "--name=c++"}},
	} {
		mustFail(t, tt.words, append([]string{"run", "--rotate=all", "--out=" + t.TempDir()}, tt.args...)...)
	}
	mustFail(t, []string{"rotate \"some\"", "pairs"}, "run", "--rotate=some")
	mustFail(t, []string{"slot", "--rotate"}, "run", "--slot=1s")
}

package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbench/results/export"
	"cbench/results/record"
)

// writeRotations makes the files of a run: pool in rotations with the reactor and its twin, and what a message costs pool.
func writeRotations(t *testing.T, seed uint64, pool float64, change func(*record.Run)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	run := &record.Run{Environment: record.Environment{CPUModel: "made up", Cores: 2, MemoryBytes: 8 << 30, Kernel: "6.1", GoVersion: "go1.26",
		BuildCommit: new("abcdef")}}
	if change != nil {
		change(run)
	}
	if err := record.WriteRun(dir, run); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	cost := map[string]float64{"reactor": 5000, "reactor-twin": 5000, "pool": 5000 * pool}
	for rep := 1; rep <= 2; rep++ {
		for _, other := range []string{"pool", "reactor-twin"} {
			for _, model := range []string{"reactor", other} {
				r := record.Rotation{ID: fmt.Sprintf("%s/%d", other, rep)}
				if model == "reactor-twin" {
					r.TwinOf = "reactor"
				}
				for range 16 {
					r.Rounds = append(r.Rounds, record.Round{ServerNSPerMessage: cost[model] * (1 + 0.02*rng.NormFloat64()), Count: 1000})
				}
				mean := cost[model]
				c := record.Cell{Model: model, Scenario: "echo", Conns: 100, Rep: rep, Order: 1, Seed: 1, Valid: true, Rotation: &r,
					Params: record.Params{Loop: "closed", Pipeline: 1, PayloadBytes: 128, Procs: 1, Rotation: "reactor+" + other},
					CPU:    record.CPU{ServerNSPerMessage: &mean}}
				if err := record.Append(dir, &c); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

func TestCompare(t *testing.T) {
	old, same, worse := writeRotations(t, 1, 1.1, nil), writeRotations(t, 2, 1.1, nil), writeRotations(t, 3, 1.3, nil)
	out := mustSucceed(t, "compare", old, same)
	if strings.Contains(out, "worse") || !strings.Contains(out, "0 changed") {
		t.Errorf("two runs of the same differ:\n%s", out)
	}
	if out := mustSucceed(t, "compare", "--all", old, same); !strings.Contains(out, "no change found") {
		t.Errorf("--all does not show what did not change:\n%s", out)
	}
	if out := mustSucceed(t, "compare", old, worse); !strings.Contains(out, "worse") || !strings.Contains(out, "%*  worse") {
		t.Errorf("a fifth more CPU is not told:\n%s", out)
	}
	tenth := writeRotations(t, 4, 1.21, nil) // a tenth more
	mustFail(t, []string{"gate: 1 for the worse: CPU per message of pool"}, "compare", "--gate=cpu<5%", old, tenth)
	mustSucceed(t, "compare", "--gate=cpu<5%,mem-slope<5%,capacity<5%", old, same)
	mustSucceed(t, "compare", "--gate=cpu<30%", old, worse)
	mustSucceed(t, "compare", "--gate=cpu<5%", worse, old)
	mustFail(t, []string{"gate: 1 for the worse: CPU per message of pool echo N=100", "gate cpu<5%"}, "compare", "--gate=cpu<5%,mem<5%", old, worse)
	status, _, errs := cbench(t, "compare", "--gate=mem<5%", old, worse)
	if status != 0 || !strings.Contains(errs, "gate mem<5%: could not judge") {
		t.Errorf("a gate that nothing is under: status %d, %q", status, errs)
	}
	var told export.Changes
	if err := json.Unmarshal([]byte(mustSucceed(t, "compare", "--json", old, worse)), &told); err != nil {
		t.Fatal(err)
	}
	if len(told.Changes) != 2 || told.Base != "reactor" || told.Changes[0].Verdict != "worse" || told.Changes[0].Ratio.Low == nil || told.Unjudged == nil {
		t.Errorf("%+v", told)
	}
}

func TestCompareRefuses(t *testing.T) {
	old := writeRotations(t, 1, 1.1, nil)
	other := writeRotations(t, 2, 1.1, func(r *record.Run) { r.Environment.Kernel = "7.0" })
	build := writeRotations(t, 3, 1.1, func(r *record.Run) { r.Environment.BuildCommit = new("fedcba") })
	mustFail(t, []string{"unlike machines", "kernel: was 6.1, is 7.0", "--force"}, "compare", old, other)
	mustFail(t, []string{`no figure "size"`}, "compare", "--gate=size<5%", old, old)
	mustFail(t, []string{"gate"}, "compare", "--gate=", old, old)
	mustFail(t, []string{`base "floor"`}, "compare", "--base=floor", old, old)
	mustFail(t, []string{"there is no run"}, "compare", old, t.TempDir())
	if _, _, errs := cbench(t, "compare", "--force", old, other); !strings.Contains(errs, "unlike machines") {
		t.Errorf("--force does not say that the machines differ: %q", errs)
	}
	if status, _, errs := cbench(t, "compare", old, build); status != 0 || !strings.Contains(errs, "build commit") {
		t.Errorf("another build: status %d, %q", status, errs)
	}
}

func TestExport(t *testing.T) {
	dir := writeRotations(t, 1, 1.1, nil)
	rows, err := csv.NewReader(strings.NewReader(mustSucceed(t, "export", dir))).ReadAll()
	if err != nil || len(rows) != 9 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	file := filepath.Join(t.TempDir(), "new.txt")
	if out := mustSucceed(t, "export", "--format=benchfmt", "--out="+file, dir); out != "" {
		t.Errorf("with --out it prints %q", out)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Count(string(text), "BenchmarkEcho/model=pool/conns=100/") != 2 {
		t.Errorf("%v:\n%s", err, text)
	}
	mustFail(t, []string{"xml", "csv and benchfmt"}, "export", "--format=xml", dir)
	mustFail(t, []string{"there is no run"}, "export", t.TempDir())
}

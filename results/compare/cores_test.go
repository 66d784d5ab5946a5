package compare_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

// onCores makes up rotations of models on one core and on two: what the second is worth to each, as a factor.
func onCores(reps int, gains map[string]float64) (cells []record.Cell) {
	w := recordtest.NewWorld(7, 0.005, 0.02)
	w.Whole = true
	for rep := 1; rep <= reps; rep++ {
		names := []string{"reactor", "reactor-twin=reactor"}
		for model, gain := range gains {
			names = append(names, model, model+"/2")
			w.Cost[model+"/2"] = 1 / gain
		}
		for _, c := range w.Rotate(fmt.Sprint("cores", rep), 8, rep, names...) {
			c.Scenario, c.Params.BlockNS, c.Params.Procs = "work", 1e6, 1
			if model, of, two := strings.Cut(c.Model, "/"); two {
				c.Model, c.Params.Procs = model, 2
				c.Load.ServerCPUs, c.Load.ServerCPURatio = 2, recordtest.Ptr(gains[model])
				_ = of
			}
			cells = append(cells, c)
		}
	}
	return cells
}

func coresNamed(all []compare.Cores, model string) *compare.Cores {
	for i := range all {
		if all[i].Model == model {
			return &all[i]
		}
	}
	return nil
}

func TestCores(t *testing.T) {
	cells := onCores(3, map[string]float64{"goroutine": 1.9, "callback": 1, "pool": 1.8})
	all := compare.EvidenceOf(cells).Cores()
	if len(all) != 3 {
		t.Fatalf("%d models compared with themselves: %+v", len(all), all)
	}
	for model, want := range map[string]struct {
		verdict compare.Verdict
		gain    float64
	}{"goroutine": {compare.More, 1.9}, "pool": {compare.More, 1.8}, "callback": {compare.Same, 1}} {
		c := coresNamed(all, model)
		if c == nil || c.Verdict != want.verdict || !c.Paired || c.From != 1 || c.To != 2 || c.Ratio.Mid < want.gain*0.95 || c.Ratio.Mid > want.gain*1.05 ||
			c.Ratio.Low > want.gain || c.Ratio.High < want.gain || c.Busy.Median != want.gain {
			t.Errorf("%s: %+v", model, c)
		}
	}
	if found := compare.Comparisons(cells, ""); len(found) > 0 {
		t.Errorf("models are compared with each other by what was asked of each: %+v", found[0])
	}
}

// Controls of processes that only compute do not make a load sure in which they are woken for every message, and the other
// way round they do for want of better.
func TestCoresLuckIsItsOwn(t *testing.T) {
	w := recordtest.NewWorld(5, 0.03, 0.02)
	w.Whole = true
	var echo []record.Cell
	for rep := 1; rep <= 4; rep++ {
		echo = append(echo, w.Rotate(fmt.Sprint("echo", rep), 100, rep, "reactor", "goroutine", "pool", "reactor-twin=reactor")...)
	}
	with := append(onCores(1, map[string]float64{"goroutine": 1.9}), echo...)
	alone, beside := found(compare.Comparisons(echo, ""), "throughput_per_s", "pool", 100), found(compare.Comparisons(with, ""), "throughput_per_s", "pool", 100)
	if alone == nil || beside == nil || alone.Ratio != beside.Ratio {
		t.Errorf("alone %+v, beside %+v", alone, beside)
	}
	few, enough := compare.EvidenceOf(with).Cores()[0], compare.EvidenceOf(append(onCores(3, map[string]float64{"goroutine": 1.9}), echo...)).Cores()[0]
	if !few.Ratio.Sure() || few.Verdict != compare.More || few.Ratio.Half() < 2*enough.Ratio.Half() {
		t.Errorf("of one control of its own %+v, of three %+v", few.Ratio, enough.Ratio)
	}
}

// twoThreads makes up rotations of the reactor on one thread and on two, and of others, whose processes differ as the world's do.
func twoThreads(w *recordtest.World, reps int, models ...string) (cells []record.Cell) {
	w.Whole = true
	for rep := 1; rep <= reps; rep++ {
		names := append([]string{"reactor", "reactor/2", "reactor-twin=reactor"}, models...)
		for _, c := range w.Rotate(fmt.Sprint("threads", rep), 100, rep, names...) {
			if c.Model == "reactor/2" {
				c.Model, c.Params.Procs = "reactor", 2
			}
			cells = append(cells, c)
		}
	}
	return cells
}

// An echo whose processes differ by 5% is not held to controls that only compute and hardly differ.
func TestCoresLuckOfOtherLoadsIsTheirs(t *testing.T) {
	called := 0
	for seed := range uint64(20) {
		w := recordtest.NewWorld(600+seed, 0.05, 0.01)
		for _, c := range compare.EvidenceOf(append(onCores(3, map[string]float64{"goroutine": 1.9}), twoThreads(w, 3, "pool")...)).Cores() {
			if c.Setting.Scenario == "echo" && (c.Verdict == compare.More || c.Verdict == compare.Less) {
				called++
			}
		}
	}
	if called > 4 {
		t.Errorf("of 20 runs %d call a second thread that is worth nothing a difference", called)
	}
}

// Three servers are few: their own control counts.
func TestCoresOfFewServers(t *testing.T) {
	all := compare.EvidenceOf(twoThreads(recordtest.NewWorld(8, 0.01, 0.01), 3)).Cores()
	if len(all) != 1 || !all[0].Paired || !all[0].Ratio.Sure() || all[0].Verdict != compare.Same {
		t.Fatalf("%+v", all)
	}
	twice := compare.EvidenceOf(twoThreads(recordtest.NewWorld(8, 0.01, 0.01), 2)).Cores()
	if len(twice) != 1 || twice[0].Verdict != compare.Same || !twice[0].Ratio.Sure() {
		t.Errorf("of two rotations, each with a control: %+v", twice)
	}
	with := compare.EvidenceOf(append(onCores(3, map[string]float64{"goroutine": 1.9}), twoThreads(recordtest.NewWorld(8, 0.01, 0.01), 2)...)).Cores()
	for _, c := range with {
		if c.Setting.Scenario == "echo" && (c.Verdict != compare.Same || !c.Ratio.Sure()) {
			t.Errorf("beside a load that only computes: %+v", c)
		}
	}
}

func TestCoresNotKnown(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(c *record.Cell)
		why   string
	}{
		"one CPU for two threads":  {func(c *record.Cell) { c.Load.ServerCPUs = 1 }, "1 CPU for 2 threads"},
		"the client is at its end": {func(c *record.Cell) { c.Load.ClientCPURatio = recordtest.Ptr(0.99) }, "the client used 0.99"},
		"void":                     {func(c *record.Cell) { c.Valid, c.Void = false, []string{"it died"} }, "void: it died"},
	} {
		cells := onCores(3, map[string]float64{"goroutine": 1.9})
		for i := range cells {
			if cells[i].Params.Procs == 2 {
				tt.spoil(&cells[i])
			}
		}
		if all := compare.EvidenceOf(cells).Cores(); len(all) != 1 || all[0].Verdict != compare.Unknown || !strings.Contains(all[0].Why, tt.why) {
			t.Errorf("%s: %+v", name, all)
		}
	}
	w := recordtest.NewWorld(1, 0, 0)
	if all := compare.EvidenceOf(w.Rotate("x", 100, 1, "reactor", "pool")).Cores(); len(all) > 0 {
		t.Errorf("compared on one number of threads: %+v", all)
	}
}

func TestKindred(t *testing.T) {
	w := recordtest.NewWorld(3, 0.005, 0.02)
	w.Cost["coroutine"], w.Cost["callback"] = 0.7, 0.7
	var together []record.Cell
	for rep := range 3 {
		together = append(together, w.Rotate(fmt.Sprint(rep), 100, rep+1, "reactor", "goroutine", "callback", "coroutine", "reactor-twin=reactor")...)
	}
	for name, cells := range map[string][]record.Cell{"together": together, "each with the reactor": w.Pairs(100, 3, "goroutine", "callback", "coroutine")} {
		all := compare.EvidenceOf(cells).Against("coroutine", "goroutine", "callback")
		if len(all) != 2 {
			t.Fatalf("%s: %+v", name, all)
		}
		for _, c := range all {
			want, verdict := 0.7, compare.Less
			if c.Base == "callback" {
				want, verdict = 1, compare.Same
			}
			if c.Other != "coroutine" || !c.Paired || c.Figure.Name != cpuName || c.Verdict != verdict || c.Ratio.Mid < want-0.03 || c.Ratio.Mid > want+0.03 {
				t.Errorf("%s: %+v", name, c)
			}
		}
	}
}

// Two ratios of one run are held to the same controls: those count once, and the interval of their ratio holds the truth as
// often as it says.
func TestKindredCountControlsOnce(t *testing.T) {
	if c := (stats.StdErr{Se: 0.01, Df: 4, Control: "4 controls", Test: stats.Controls}).Beside(stats.StdErr{Se: 0.01, Df: 4, Control: "4 controls", Test: stats.Controls}); c.Df != 4 || c.Control != "4 controls" || c.Se != 0.01*math.Sqrt2 {
		t.Errorf("%+v", c)
	}
	if c := (stats.StdErr{Se: 0.01, Df: 2, Control: "", Test: stats.Rotations}).Beside(stats.StdErr{Se: 0.01, Df: 2, Control: "", Test: stats.Rotations}); math.Abs(c.Df-4) > 1e-9 {
		t.Errorf("of rotations apart: %+v", c)
	}
	held, of := 0, 0
	for seed := range uint64(300) {
		for _, c := range compare.EvidenceOf(recordtest.NewWorld(800+seed, 0.02, 0.005).Pairs(100, 1, "callback", "coroutine")).Against("coroutine", "callback") {
			if of++; c.Ratio.Low <= 1 && 1 <= c.Ratio.High {
				held++
			}
		}
	}
	t.Logf("of two controls: %d of %d intervals hold the truth", held, of)
	if held < of*93/100 {
		t.Errorf("%d of %d intervals hold the truth", held, of)
	}
}

package compare_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/stats"
)

func changeAt(c compare.Changed, model, fig string, conns int) *compare.Change {
	for i := range c.Changes {
		if ch := &c.Changes[i]; ch.Model == model && ch.Figure.Name == fig && ch.Conns == conns {
			return ch
		}
	}
	return nil
}

// The new run was made on a machine that was a third slower. A model that costs a fifth more beside the base is found; one
// that does not is not, though both cost half more than before.
func TestChangesCancelWhatDrifted(t *testing.T) {
	old := recordtest.NewWorld(30, 0.005, 0.03)
	now := recordtest.NewWorld(31, 0.005, 0.03)
	for _, m := range []string{"reactor", "reactor-twin", "same0"} {
		now.Cost[m] = 4.0 / 3
	}
	now.Cost["pool"] = 4.0 / 3 * 1.2
	changed := compare.Changes(old.Pairs(100, 2, "pool", "same0"), now.Pairs(100, 2, "pool", "same0"), "")
	if changed.Base != "reactor" {
		t.Fatalf("base %q", changed.Base)
	}
	pool, same0 := changeAt(changed, "pool", cpuName, 100), changeAt(changed, "same0", cpuName, 100)
	if !pool.Worse() || pool.Better() || math.Abs(pool.Loss()-0.2) > 0.04 || pool.Base != "reactor" || pool.Test != stats.Controls {
		t.Errorf("pool: %+v", pool)
	}
	if same0.Verdict != compare.Same || math.Abs(same0.Ratio.Mid-1) > 0.04 || same0.Floor == 0 {
		t.Errorf("same0: %+v", same0)
	}
	if pool.Old.N == 0 || pool.Old.Mid > pool.New.Mid/1.4 {
		t.Errorf("the figures themselves: %+v, %+v", pool.Old, pool.New)
	}
	if base := changeAt(changed, "reactor", cpuName, 100); base.Base != "" || !base.Worse() || base.Test != stats.Welch {
		t.Errorf("the base itself is compared by repetitions, drift included: %+v", base)
	}
	if twin := changeAt(changed, "reactor-twin", cpuName, 100); twin != nil {
		t.Errorf("a control is compared: %+v", twin)
	}
}

// Two runs of the same thing: of 20 changes at most one seems one.
func TestChangesOfNothing(t *testing.T) {
	var models []string
	for i := range 20 {
		models = append(models, fmt.Sprintf("same%d", i))
	}
	changed := compare.Changes(recordtest.NewWorld(32, 0.007, 0.03).Pairs(100, 2, models...), recordtest.NewWorld(33, 0.007, 0.03).Pairs(100, 2, models...), "")
	called := 0
	for _, c := range changed.Changes {
		if c.Model != "reactor" && c.Verdict != compare.Same {
			called++
		}
	}
	if len(changed.Changes) != 21 || called > 1 {
		t.Errorf("%d of %d changes of nothing are called changes", called, len(changed.Changes))
	}
}

func TestChangesOfUnlikeRuns(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	old := slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return c.Model == "floor" || c.Scenario == "idle" })
	now := slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return c.Conns == 100 || c.Scenario == "idle" })
	for i := range now {
		if m := &now[i].Memory; now[i].Model == "pool" && m.UserPerConn != nil {
			m.UserPerConn = recordtest.Ptr(1.5 * *m.UserPerConn)
		}
	}
	changed := compare.Changes(old, now, "")
	if len(changed.OnlyOld) != 8 || len(changed.OnlyNew) != 2 || !strings.HasPrefix(changed.OnlyNew[0], "echo, N = 1,000 (open loop") {
		t.Errorf("only old: %q; only new: %q", changed.OnlyOld, changed.OnlyNew)
	}
	if c := changeAt(changed, "pool", "user_per_conn_bytes", 1000); changed.Base != "" || !c.Worse() || math.Abs(c.Loss()-0.5) > 1e-9 {
		t.Errorf("%+v", c)
	}
	// echo at 10,000 has a void repetition of pool, which leaves two.
	if c := changeAt(changed, "pool", "user_per_conn_bytes", 10000); c.Verdict != compare.Unknown || c.Ratio.Sure() {
		t.Errorf("%+v", c)
	}
	if c := changeAt(changed, "callback", "user_per_conn_bytes", 10000); c.Setting.Scenario != "chat" {
		t.Errorf("void repetitions are compared: %+v", c)
	}
	if c := changeAt(changed, "goroutine", cpuName, 1000); c.Verdict != compare.Same || c.Ratio.Mid != 1 {
		t.Errorf("%+v", c)
	}
}

func TestOtherMachine(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	e := run.Environment
	like := e
	like.MemoryBytes += e.MemoryBytes / 100
	like.GoVersion, like.BuildCommit, like.GOGC = "go1.27", new("fedcba"), "200"
	if d := e.OtherMachine(like); len(d) != 0 {
		t.Errorf("another build: %q", d)
	}
	other := e
	other.CPUModel, other.Cores, other.Kernel, other.MemoryBytes = "other", 4, "7.0", 2*e.MemoryBytes
	if d := e.OtherMachine(other); len(d) != 4 || d[2] != "memory: was 8.00 GiB, is 16.0 GiB" {
		t.Errorf("another machine: %q", d)
	}
}

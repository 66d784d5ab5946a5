package main

import (
	"os"
	"path/filepath"
	"testing"

	"cbench/results/record"
)

// shown runs and returns the cells, which must be valid, and the directory.
func shown(t *testing.T, args ...string) ([]record.Cell, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, append([]string{"run", "--reps=1", "--linger=0", "--warmup=100ms", "--out=" + dir}, args...)...)
	all := cells(t, dir)
	for _, c := range all {
		if !c.Valid {
			t.Errorf("%s: void: %q", c.Key(), c.Void)
		}
	}
	return all, dir
}

// In a cooperative server whoever blocks inline blocks everybody, and in one with a goroutine a connection nobody;
// offloaded, nobody anywhere. What blocks half a second shows it on the noisiest machine.
func TestBlockingStallsBystanders(t *testing.T) {
	all, dir := shown(t, "--model=goroutine,reactor,coroutine", "--scenario=blocking", "--conns=20", "--rate=100", "--share=0.01", "--block=500ms",
		"--how=inline,offload", "--duration=3s")
	if len(all) != 6 {
		t.Fatalf("%d cells", len(all))
	}
	for _, c := range all {
		if c.Params.Share != 0.01 || c.Params.BlockNS != 5e8 || c.Aside == nil || c.Aside.Min < 5e8 {
			t.Errorf("%s: %+v, slow ones %+v", c.Key(), c.Params, c.Aside)
			continue
		}
		// Where all are stalled half of them wait, for up to half a second; a pause of the machine strikes fewer, or for less.
		switch inline := c.Params.How == "inline" && c.Model != "goroutine"; {
		case inline && c.Latency.Max <= 4e8:
			t.Errorf("%s, %s: nobody was stalled: bystanders waited for %d ns at most", c.Model, c.Params.How, c.Latency.Max)
		case !inline && c.Latency.P90 > 35e7:
			t.Errorf("%s, %s: one bystander in ten waited for %d ns or longer", c.Model, c.Params.How, c.Latency.P90)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, record.ChartsDir, "blocking-open-100-128B-500ms-stall.svg")); err != nil {
		t.Error(err)
	}
}

// Members that never read are dropped, and no healthy member loses anything: else the cell were void.
func TestSlowMembersAreDropped(t *testing.T) {
	all, _ := shown(t, "--model=goroutine,reactor", "--scenario=slow", "--conns=4", "--room-size=4", "--share=0.5", "--payload=4000", "--rate=1000", "--duration=3s")
	for _, c := range all {
		if dropped := c.Load.DroppedSlow; dropped == nil || *dropped < 1 || *dropped > 2 {
			t.Errorf("%s: dropped %v of 2 that do not read", c.Model, dropped)
		}
		if c.Latency == nil || c.Load.Received != c.Load.Expected {
			t.Errorf("%s: %d of %d deliveries", c.Model, c.Load.Received, c.Load.Expected)
		}
	}
}

func TestStorm(t *testing.T) {
	all, _ := shown(t, "--model=goroutine,reactor", "--scenario=storm", "--conns=100", "--duration=300ms")
	for _, c := range all {
		if c.Load.Established != 100 || c.Load.Received%100 != 0 || c.Load.Received < 100 || c.Latency.Count != c.Load.Received {
			t.Errorf("%s: %+v, %d answers timed", c.Model, c.Load, c.Latency.Count)
		}
		if c.CPU.ServerNSPerMessage == nil || *c.CPU.ServerNSPerMessage <= 0 || c.Memory.PeakRSS == nil || c.Load.ConnectPerS == nil {
			t.Errorf("%s: %+v, peak %v", c.Model, c.CPU, c.Memory.PeakRSS)
		}
	}
}

func TestFanout(t *testing.T) {
	all, _ := shown(t, "--model=goroutine,reactor", "--scenario=fanout", "--conns=150", "--rate=20", "--duration=500ms")
	for _, c := range all {
		if c.Load.Expected != 150*c.Load.Sent || c.Load.Received != c.Load.Expected || c.Spread == nil || c.Spread.Count != c.Load.Sent {
			t.Errorf("%s: %+v, spread %+v", c.Model, c.Load, c.Spread)
		}
	}
}

func TestLessonsRefuse(t *testing.T) {
	for _, c := range []struct{ args, words []string }{
		{[]string{"--scenario=blocking", "--closed"}, []string{"closed"}},
		{[]string{"--scenario=blocking", "--share=0.6"}, []string{"share 0.6"}},
		{[]string{"--scenario=blocking", "--how=sleep"}, []string{"how", "inline"}},
		{[]string{"--scenario=echo", "--share=0.1"}, []string{"share"}},
		{[]string{"--scenario=slow", "--block=20ms"}, []string{"blocks"}},
		{[]string{"--scenario=storm", "--rate=10"}, []string{"rate"}},
	} {
		mustFail(t, c.words, append([]string{"run", "--model=reactor", "--conns=10", "--out=" + t.TempDir() + "/x"}, c.args...)...)
	}
}

package figure

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// served makes up a repetition: so many replies to each connection, and how late; the connections named are served that much
// worse.
func served(conns, replies int, jain float64, slow int, by float64) record.Cell {
	rng := rand.New(rand.NewPCG(uint64(conns), uint64(replies)))
	h := hdrhistogram.New(1, 60e9, 3)
	var p99s []int64
	for c := range conns {
		all := make([]int64, replies)
		for i := range all {
			v := 1e5 * math.Exp(1.2*rng.NormFloat64()) // a long tail: the unluckiest connection's p99 is far from the median one's
			if c < slow {
				v *= by
			}
			all[i] = int64(v)
			h.RecordValue(all[i])
		}
		slices.Sort(all)
		p99s = append(p99s, all[replies-1-replies/100])
	}
	slices.Sort(p99s)
	c := record.Cell{Model: "pool", Scenario: "echo", Conns: conns, Rep: 1, Valid: true, Params: record.Params{Loop: "closed"}, Latency: record.NewLatency(h)}
	c.Load.Received = int64(conns * replies)
	c.Fairness = record.Fairness{Jain: &jain, WorstConnP99NS: &p99s[conns-1], MedianConnP99NS: &p99s[conns/2]}
	return c
}

func TestEvenness(t *testing.T) {
	for name, tt := range map[string]struct {
		cell          record.Cell
		shares, waits bool
	}{
		"all alike":                          {served(1000, 200, 1, 0, 1), false, false},
		"few replies, as many by chance":     {served(1000, 100, 1, 0, 1), false, false},
		"few, and shares as chance has them": {served(100, 100, 0.985, 0, 1), false, false},
		"one in ten had nothing":             {served(100, 100, 0.9, 0, 1), true, false},
		"one waits twenty times as long":     {served(100, 200, 1, 1, 20), false, true},
		"one waits twice as long":            {served(100, 200, 1, 1, 2), false, false},
	} {
		all := EvennessOf([]record.Cell{tt.cell})
		if len(all) != 1 || all[0].Shares != tt.shares || all[0].Waits != tt.waits || !all[0].Known() || all[0].Fair() == (tt.shares || tt.waits) {
			t.Errorf("%s: %+v", name, all)
		}
	}
	bad, good := served(100, 100, 0.8, 0, 1), served(100, 100, 1, 0, 1)
	good.Rep = 2
	if all := EvennessOf([]record.Cell{bad, good}); len(all) != 1 || !all[0].Fair() {
		t.Errorf("one repetition of two: %+v", all)
	}
	scarce := served(100, 12, 0.93, 0, 1)
	if all := EvennessOf([]record.Cell{scarce}); !all[0].Fair() {
		t.Errorf("12 replies each: an index of 0.93 is chance: %+v", all)
	}
	void, storm := served(100, 100, 0.5, 0, 1), served(100, 100, 0.5, 0, 1)
	void.Valid, storm.Params.Loop = false, "storm"
	if all := EvennessOf([]record.Cell{void, storm}); len(all) > 0 {
		t.Errorf("told of what does not count: %+v", all)
	}
}

// Over many runs of connections that are served alike, hardly one is called unfair.
func TestUnluckyConnectionIsNotUnfair(t *testing.T) {
	called := 0
	for i := range 40 {
		if unevenWaits(recordtest.Ptr(served(300, 100+i, 1, 0, 1))) {
			called++
		}
	}
	if called > 2 { // each by chance with a probability below 5%, and besides beyond a factor of 5
		t.Errorf("%d of 40 are called unfair", called)
	}
}

// What is not known of how connections were served is null in the file, each key being there.
func TestFairnessUnknownIsNull(t *testing.T) {
	got, err := json.Marshal(record.Fairness{})
	if want := `{"jain":null,"worst_conn_p99_ns":null,"median_conn_p99_ns":null}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

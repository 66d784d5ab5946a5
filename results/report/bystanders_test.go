package report

import (
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
)

// blocked is a cell of blocking in which bystanders waited so long.
func blocked(model, how string, share float64, p99 int64, valid bool) record.Cell {
	return record.Cell{
		Model: model, Scenario: "blocking", Conns: 100, Rep: 1, Valid: valid,
		Params:  record.Params{Loop: "open", RatePerS: 1000, PayloadBytes: 128, Share: share, BlockNS: 20e6, How: how},
		Latency: &record.Latency{Count: 1000, P50: 1e5, P99: p99},
	}
}

func overHTTPToo(c record.Cell) record.Cell {
	c.Scenario = "http-blocking"
	return c
}

func behind(c record.Cell) record.Cell {
	c.Load.Behind = &record.Behind{OfferedPerS: 1000, AchievedPerS: 500}
	return c
}

func TestBystanders(t *testing.T) {
	for name, c := range map[string]struct {
		cells []record.Cell
		want  []string
	}{
		"some are stalled": {[]record.Cell{
			blocked("goroutine", "inline", 0.01, 1.1e6, true), blocked("reactor", "inline", 0.01, 38e6, true), blocked("callback", "inline", 0.01, 36e6, true),
			blocked("goroutine", "inline", 0.001, 1e6, true), // the larger share counts
		}, []string{"While 1% of 1,000 requests a second block for 20ms each, asleep where they are handled, one bystander in 100 waits 36.0 ms to 38.0 ms or longer in " +
			"`reactor` and `callback`, where who blocks one blocks all, and 1.10 ms in `goroutine`."}},
		"nobody is": {[]record.Cell{blocked("goroutine", "offload", 0.01, 1e6, true), blocked("reactor", "offload", 0.01, 2e6, true)},
			[]string{"handed to threads for blocking work, one bystander in 100 waits 1.00 ms to 2.00 ms or longer, in all models measured: nobody is stalled."}},
		"all are": {[]record.Cell{blocked("goroutine", "spin", 0.01, 40e6, true), blocked("reactor", "spin", 0.01, 40e6, true)},
			[]string{"waits 40.0 ms or longer in `goroutine` and `reactor`: everybody is stalled."}},
		"one cannot": {[]record.Cell{blocked("goroutine", "inline", 0.1, 1e6, true), blocked("pool", "inline", 0.1, 1e6, true), behind(blocked("reactor", "inline", 0.1, 900e6, false))},
			[]string{"nobody is stalled; `reactor` could not keep up."}},
		"one was spoilt": {[]record.Cell{blocked("goroutine", "inline", 0.1, 1e6, true), blocked("pool", "inline", 0.1, 1e6, true), blocked("reactor", "inline", 0.1, 900e6, false)},
			[]string{"nobody is stalled; of `reactor` no repetition is valid."}},
		"lines and HTTP are told apart": {[]record.Cell{
			blocked("goroutine", "inline", 0.01, 1e6, true), overHTTPToo(blocked("goroutine", "inline", 0.01, 2e6, true)),
			blocked("pool", "inline", 0.01, 1e6, true), overHTTPToo(blocked("pool", "inline", 0.01, 2e6, true)),
		}, []string{"While 1% of 1,000 requests a second block for 20ms each, asleep where they are handled, one bystander in 100 waits 1.00 ms or longer, in all models measured: nobody is stalled.",
			"While 1% of 1,000 requests a second over HTTP block for 20ms each, asleep where they are handled, one bystander in 100 waits 2.00 ms or longer, in all models measured: nobody is stalled."}},
		"one alone":          {[]record.Cell{blocked("goroutine", "inline", 0.01, 1e6, true)}, nil},
		"nothing of it":      {[]record.Cell{blocked("goroutine", "", 0, 1e6, true), blocked("reactor", "", 0, 1e6, true)}, nil},
		"none of them block": {[]record.Cell{blocked("goroutine", "inline", 0, 1e6, true), blocked("reactor", "inline", 0, 1e6, true)}, nil},
	} {
		says := bystanderSentences(bystandersOf(figure.Summarise(c.cells), func(string) bool { return false }))
		if len(says) != len(c.want) {
			t.Errorf("%s: %q", name, says)
			continue
		}
		for i := range says {
			if !strings.HasSuffix(says[i], c.want[i]) {
				t.Errorf("%s: %q\nwant %q", name, says[i], c.want[i])
			}
		}
	}
}

package figure

import (
	"slices"
	"time"

	"cbench/results/words"
)

// seldomFigures are known to few scenarios: of connections that wait, that block others, that do not read, that come all at
// once. Models are not compared by them.
var seldomFigures = []Figure{
	{Name: "first_p50_ns", Title: "first p50", Metric: FirstP50, Less: true, Words: words.Nanoseconds},
	{Name: "last_p50_ns", Title: "last p50", Metric: LastP50, Less: true, Words: words.Nanoseconds},
	{Name: "spread_p50_ns", Title: "spread p50", Metric: SpreadP50, Less: true, Words: words.Nanoseconds},
	{Name: "spread_p99_ns", Title: "spread p99", Metric: SpreadP99, Less: true, Words: words.Nanoseconds, Tail: true},
	{Name: "aside_p50_ns", Title: "slow ones' p50", Metric: AsideP50, Less: true, Words: words.Nanoseconds},
	{Name: "aside_p99_ns", Title: "slow ones' p99", Metric: AsideP99, Less: true, Words: words.Nanoseconds, Tail: true},
	{Name: "deaf_held_bytes", Title: "memory for them", Metric: SlowReaders.Held, Less: true, Words: words.Bytes},
	{Name: "deaf_buffers_bytes", Title: "in the kernel", Metric: SlowReaders.Buffers, Less: true, Words: words.Bytes},
	{Name: "dropped_slow", Title: "members dropped", Metric: DroppedSlow, Words: words.Number},
	{Name: "peak_rss_bytes", Title: "peak RSS", Metric: PeakRSS, Less: true, Words: words.Bytes},
	{Name: "kept_1s_bytes", Title: "after 1 s", Metric: Kept(time.Second), Less: true, Words: words.Bytes},
	{Name: "kept_10s_bytes", Title: "10 s", Metric: Kept(10 * time.Second), Less: true, Words: words.Bytes},
	{Name: "kept_30s_bytes", Title: "30 s", Metric: Kept(30 * time.Second), Less: true, Words: words.Bytes},
	{Name: "idle_cpu_ratio", Title: "CPU while all wait", Metric: IdleCPU, Less: true, Words: finePercent},
}

// SeldomKnown is those of them that any of the groups knows.
func SeldomKnown(groups []Group) []Figure {
	var all []Figure
	for _, f := range seldomFigures {
		if slices.ContainsFunc(groups, func(g Group) bool { return g.Of(f.Metric).N > 0 }) {
			all = append(all, f)
		}
	}
	return all
}

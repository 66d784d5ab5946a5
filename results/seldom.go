package results

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SeldomFigures are known to few scenarios: of connections that wait, that block others, that do not read, that come all at once. Models
// are not compared by them.
var SeldomFigures = []Figure{
	{Name: "first_p50_ns", Title: "first p50", Metric: FirstP50, Less: true, Words: Nanoseconds},
	{Name: "last_p50_ns", Title: "last p50", Metric: LastP50, Less: true, Words: Nanoseconds},
	{Name: "spread_p50_ns", Title: "spread p50", Metric: SpreadP50, Less: true, Words: Nanoseconds},
	{Name: "spread_p99_ns", Title: "spread p99", Metric: SpreadP99, Less: true, Words: Nanoseconds, Tail: true},
	{Name: "aside_p50_ns", Title: "slow ones' p50", Metric: AsideP50, Less: true, Words: Nanoseconds},
	{Name: "aside_p99_ns", Title: "slow ones' p99", Metric: AsideP99, Less: true, Words: Nanoseconds, Tail: true},
	{Name: "deaf_held_bytes", Title: "memory for them", Metric: Deafs.Held, Less: true, Words: Bytes},
	{Name: "deaf_buffers_bytes", Title: "in the kernel", Metric: Deafs.Buffers, Less: true, Words: Bytes},
	{Name: "dropped_slow", Title: "members dropped", Metric: DroppedSlow, Words: groupDigits},
	{Name: "peak_rss_bytes", Title: "peak RSS", Metric: PeakRSS, Less: true, Words: Bytes},
	{Name: "kept_1s_bytes", Title: "after 1 s", Metric: Kept(time.Second), Less: true, Words: Bytes},
	{Name: "kept_10s_bytes", Title: "10 s", Metric: Kept(10 * time.Second), Less: true, Words: Bytes},
	{Name: "kept_30s_bytes", Title: "30 s", Metric: Kept(30 * time.Second), Less: true, Words: Bytes},
	{Name: "idle_cpu_ratio", Title: "CPU while all wait", Metric: IdleCPU, Less: true, Words: finePercent},
}

// SeldomKnown is those of them that any of the groups knows.
func SeldomKnown(groups []Group) []Figure {
	var all []Figure
	for _, f := range SeldomFigures {
		if slices.ContainsFunc(groups, func(g Group) bool { return g.Of(f.Metric).N > 0 }) {
			all = append(all, f)
		}
	}
	return all
}

// finePercent is a share of a CPU. The kernel charges by ticks: what is less than a few microseconds a second may be none at all.
func finePercent(v float64) string {
	if v < 1e-4 {
		return "<0.01%"
	}
	return digits(100*v) + "%"
}

// writeSeldom writes those of them that the block knows.
func writeSeldom(out *strings.Builder, all, block []Group, opts TableOptions) {
	shown := SeldomKnown(block)
	if len(shown) == 0 {
		return
	}
	head := []string{"model"}
	for _, f := range shown {
		head = append(head, f.Title)
	}
	cells := [][]string{head}
	for i := range block {
		row := []string{printable(nameOf(all, &block[i]))}
		for _, f := range shown {
			row = append(row, column{figure: f, words: f.Words}.inWords(toldOf(&block[i], f), wide))
		}
		cells = append(cells, row)
	}
	fmt.Fprintln(out)
	writeAligned(out, cells, opts)
}

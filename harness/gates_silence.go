package harness

import (
	"slices"
	"time"

	"cbench/results/words"
)

// longSilence is from when a reader is told of a silence by itself. Shorter ones show in the figures.
const longSilence = 100 * time.Millisecond

// stretch is a time in words: "3 s".
func stretch(d time.Duration) string { return words.Short(words.Nanoseconds(float64(d))) }

// judgeSilence voids a repetition with hardly an answer, and tells of a long silence in any other: there what waited is in the latency. It leaves
// it to others to say why where something else is: rounds that do not count are in no latency, however much was answered in them.
func judgeSilence(f *facts) verdict {
	c := f.cell
	elsewhere := len(c.Void) > 0 || slices.ContainsFunc(f.voidRounds, func(why string) bool { return why != silentSlot })
	answered := c.Latency != nil && (c.Load.ThroughputPerS == nil || *c.Load.ThroughputPerS > 0)
	long, stopped := c.Stopped()
	switch {
	case stopped && long >= longSilence && c.Verify.Lost > 0:
		return voided("the server stopped for %s, and replies were no longer waited for", stretch(long))
	case stopped && long >= longSilence && !answered:
		return voided("the server stopped for %s: no message was answered in the window", stretch(long))
	case !answered && !elsewhere:
		return voided("no message was answered in the window")
	case stopped && long >= longSilence:
		return warned("nothing was answered for %s while messages waited: the latency of these counts", stretch(long))
	}
	return passed
}

// stop is the longest silence within or before the window, where it is long.
func (f *facts) stop() time.Duration {
	long, stopped := f.cell.Stopped()
	if !stopped {
		long = 0
	}
	return max(long, f.before)
}

package validity

import (
	"slices"
	"time"

	"cbench/results/words"
)

// LongSilence is from when a reader is told of a silence by itself. Shorter ones show in the figures.
const LongSilence = 100 * time.Millisecond

// SilentSlot is why a round does not count in which there was nothing to answer, or no answer at all.
const SilentSlot = "no message was answered in the slot"

// Stretch is a time in words: "3 s".
func Stretch(d time.Duration) string { return words.Short(words.Nanoseconds(float64(d))) }

// judgeSilence voids a repetition with hardly an answer, and tells of a long silence in any other: there what waited
// is in the latency. It leaves it to others to say why where something else is: rounds that do not count are in no
// latency, however much was answered in them.
func judgeSilence(e *Evidence) Verdict {
	c := e.Cell
	otherRounds := slices.ContainsFunc(e.VoidRounds, func(why string) bool { return why != SilentSlot })
	elsewhere := len(c.Void) > 0 || e.ended() || otherRounds
	answered := c.Latency != nil && (c.Load.ThroughputPerS == nil || *c.Load.ThroughputPerS > 0)
	long, stopped := c.Stopped()
	switch {
	case stopped && long >= LongSilence && c.Verify.Lost > 0:
		return voided("the server stopped for %s, and replies were no longer waited for", Stretch(long))
	case stopped && long >= LongSilence && !answered:
		return voided("the server stopped for %s: no message was answered in the window", Stretch(long))
	case !answered && !elsewhere:
		return voided("no message was answered in the window")
	case stopped && long >= LongSilence:
		return warned("nothing was answered for %s while messages waited: the latency of these counts", Stretch(long))
	}
	return passed
}

// stop is the longest silence within or before the window, where it is long.
func (e *Evidence) stop() time.Duration {
	long, stopped := e.Cell.Stopped()
	if !stopped {
		long = 0
	}
	return max(long, e.StoppedBefore)
}

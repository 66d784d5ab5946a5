package record

import (
	"cmp"
	"time"
)

// What makes a stop of a silence.
const (
	leastStop  = 20 * time.Millisecond // shorter ones are the scheduler's, on any machine
	beyondWait = 2                     // times what messages wait anyway: half of them, or behind one that blocks
)

// Stopped is for how long server or machine stopped in this repetition: its longest silence, where it is long beside
// what messages wait anyway. Which of the two it was, only other repetitions can tell (compare.StopsOf).
func (c *Cell) Stopped() (d time.Duration, stopped bool) {
	if c.Load.LongestSilenceNS == nil {
		return 0, false
	}
	d = time.Duration(*c.Load.LongestSilenceNS)
	if d < leastStop || d < beyondWait*time.Duration(c.Params.BlockNS) {
		return d, false
	}
	if half := time.Duration(cmp.Or(c.Params.SlotNS, c.Params.DurationNS)) / 2; half > 0 && d >= half {
		return d, true // the latency that there is may be of what it held up alone
	}
	return d, c.Latency == nil || d >= beyondWait*time.Duration(c.Latency.P50)
}

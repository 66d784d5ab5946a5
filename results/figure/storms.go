package figure

import (
	"time"

	"cbench/results/record"
)

// KeptAfters is when a storm's table looks at what a server still holds.
var KeptAfters = []time.Duration{time.Second, 10 * time.Second, 30 * time.Second}

// PeakAdded is the most that the server ever held resident above what it held without a connection, in bytes; of a storm.
func PeakAdded(c *record.Cell) (float64, bool) { return aboveEmpty(c, c.Memory.PeakRSS) }

// KeptAdded is what the server still held resident so long after its last connection was closed, above what it held without
// one, in bytes; of a storm.
func KeptAdded(after time.Duration) Metric {
	return func(c *record.Cell) (float64, bool) { return aboveEmpty(c, keptAt(c, after)) }
}

// Kept is KeptAdded with what the empty server held.
func Kept(after time.Duration) Metric {
	return func(c *record.Cell) (float64, bool) { return Known(keptAt(c, after)) }
}

func keptAt(c *record.Cell, after time.Duration) *int64 {
	if !c.Params.Storms() {
		return nil
	}
	for i := range c.Memory.Returned {
		if r := &c.Memory.Returned[i]; r.Step() == after {
			return &r.RSS
		}
	}
	return nil
}

func aboveEmpty(c *record.Cell, v *int64) (float64, bool) {
	if v == nil || c.Memory.EmptyRSS == nil || !c.Params.Storms() {
		return 0, false
	}
	return max(0, float64(*v-*c.Memory.EmptyRSS)), true
}

// LongestOpening is the longest that any connection of a storm waited for its answer, in nanoseconds.
func LongestOpening(c *record.Cell) (float64, bool) {
	if c.Latency == nil || !c.Params.Storms() {
		return 0, false
	}
	return float64(c.Latency.Max), true
}

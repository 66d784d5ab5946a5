package figure

import "cbench/results/record"

// SlowReaders are the figures of members that do not read, each not known where there were none.
var SlowReaders = struct {
	Members, Bound, Peak, Held, Buffers, Dropped, First, Last Metric
}{
	Members: ofSlowReaders(func(d *record.Deaf) (float64, bool) { return float64(d.Members), true }),
	Bound:   ofSlowReaders(func(d *record.Deaf) (float64, bool) { return float64(d.BoundBytes), true }),
	Peak:    ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.PeakAnon) }),
	Held:    ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.HeldAnon) }),
	Buffers: ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.Buffers) }),
	Dropped: ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.Dropped) }),
	First:   ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.FirstDropNS) }),
	Last:    ofSlowReaders(func(d *record.Deaf) (float64, bool) { return Known(d.LastDropNS) }),
}

func ofSlowReaders(of func(*record.Deaf) (float64, bool)) Metric {
	return func(c *record.Cell) (float64, bool) {
		if c.Deaf == nil || c.Deaf.Members == 0 {
			return 0, false
		}
		return of(c.Deaf)
	}
}

package figure

import "cbench/results/record"

// Deafs are the figures of members that do not read, each not known where there were none.
var Deafs = struct {
	Members, Bound, Peak, Held, Buffers, Dropped, First, Last Metric
}{
	Members: ofDeaf(func(d *record.Deaf) (float64, bool) { return float64(d.Members), true }),
	Bound:   ofDeaf(func(d *record.Deaf) (float64, bool) { return float64(d.BoundBytes), true }),
	Peak:    ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.PeakAnon) }),
	Held:    ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.HeldAnon) }),
	Buffers: ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.Buffers) }),
	Dropped: ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.Dropped) }),
	First:   ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.FirstDropNS) }),
	Last:    ofDeaf(func(d *record.Deaf) (float64, bool) { return Known(d.LastDropNS) }),
}

func ofDeaf(of func(*record.Deaf) (float64, bool)) Metric {
	return func(c *record.Cell) (float64, bool) {
		if c.Deaf == nil || c.Deaf.Members == 0 {
			return 0, false
		}
		return of(c.Deaf)
	}
}

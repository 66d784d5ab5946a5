package results

// Deafs are the figures of members that do not read, each not known where there were none.
var Deafs = struct {
	Members, Bound, Peak, Held, Buffers, Dropped, First, Last Metric
}{
	Members: ofDeaf(func(d *Deaf) (float64, bool) { return float64(d.Members), true }),
	Bound:   ofDeaf(func(d *Deaf) (float64, bool) { return float64(d.BoundBytes), true }),
	Peak:    ofDeaf(func(d *Deaf) (float64, bool) { return known(d.PeakAnon) }),
	Held:    ofDeaf(func(d *Deaf) (float64, bool) { return known(d.HeldAnon) }),
	Buffers: ofDeaf(func(d *Deaf) (float64, bool) { return known(d.Buffers) }),
	Dropped: ofDeaf(func(d *Deaf) (float64, bool) { return known(d.Dropped) }),
	First:   ofDeaf(func(d *Deaf) (float64, bool) { return known(d.FirstDropNS) }),
	Last:    ofDeaf(func(d *Deaf) (float64, bool) { return known(d.LastDropNS) }),
}

func ofDeaf(of func(*Deaf) (float64, bool)) Metric {
	return func(c *Cell) (float64, bool) {
		if c.Deaf == nil || c.Deaf.Members == 0 {
			return 0, false
		}
		return of(c.Deaf)
	}
}

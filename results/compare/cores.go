package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Cores is one model on more threads (GOMAXPROCS) over the same model on the fewest, under one load at one number of
// connections: what more cores are worth to it.
type Cores struct {
	Setting  figure.Setting
	Conns    int
	Model    string
	From, To int            // threads
	Was, Is  stats.Interval // messages/s, on From and on To
	Busy     stats.Spread   // cores that the server kept busy, on To; N is 0 where it is not known
	Ratio    stats.Interval // Is over Was; N is 0 where there is none
	Paired   bool           // by rounds of rotations, else by repetitions apart
	P        float64        // of no difference, adjusted by Holm over all models
	Verdict  Verdict
	Why      string // where the verdict is Unknown
}

// Cores compares every model with itself on more threads, wherever a closed loop was measured on several numbers of them: in
// an open loop all carry the same rate. Where both were in the same rotations their rounds are paired, as in Comparisons. A
// model that was not measured validly on both is there with the reason.
func (e *Evidence) Cores() (all []Cores) {
	groups, twins := e.Groups, e.Twins
	f := figure.Named("throughput_per_s")
	controls := coresControlsOf(e)
	for _, block := range figure.Blocks(groups) {
		for i := range block {
			more := &block[i]
			least := leastProcs(block, more.Model)
			if more.Params.Loop != "closed" || twins[more.Model] != "" || least == nil || least == more || least.Params.Procs == more.Params.Procs {
				continue
			}
			c := Cores{Setting: more.Setting(), Conns: more.Conns, Model: more.Model, From: least.Params.Procs, To: more.Params.Procs,
				Was: least.Interval(f), Is: more.Interval(f), P: math.NaN(), Verdict: Unknown}
			c.Busy = more.Of(func(c *record.Cell) (float64, bool) { return figure.Known(c.Load.ServerCPURatio) })
			c.compare(least, more, f, controls)
			all = append(all, c)
		}
	}
	return judgeCores(all)
}

// coresControls is what chance does to processes that only compute, and to all others.
type coresControls struct{ own, others controls }

func coresControlsOf(e *Evidence) coresControls {
	var own []figure.Group
	for _, g := range e.Groups {
		if g.Scenario == figure.CoresScenario {
			own = append(own, g)
		}
	}
	return coresControls{controlsOf(own, e.Twins), e.controls}
}

// of is the controls that two groups of one load are held to. That of processes that only compute is their own controls'
// where they are as many as it takes to know anything by, of rotations of as many servers; else it is that of all others,
// which is more, and where those too are few, whatever the rotation. No other load is held to theirs.
func (l coresControls) of(least, more *figure.Group, f figure.Figure) controls {
	pairs := l.own.pairsOf(least, more, f)
	if more.Scenario != figure.CoresScenario || len(pairs) == 0 {
		return l.others
	}
	like := controlKey{f.Name, pairs[0].few}
	few, many := l.others.controls[controlKey{f.Name, true}], l.others.controls[controlKey{f.Name, false}]
	switch {
	case len(l.own.controls[like]) >= stats.LeastRepetitions || len(few)+len(many) == 0:
		return l.own
	case len(l.others.controls[like]) >= stats.LeastRepetitions:
		return l.others
	}
	all := l.others
	all.controls = map[controlKey][]control{like: slices.Concat(few, many)}
	return all
}

// leastProcs is the group of a model on the fewest threads; nil for one that is not told how many.
func leastProcs(block []figure.Group, model string) (least *figure.Group) {
	for i := range block {
		if g := &block[i]; g.Model == model && g.Params.Procs > 0 && (least == nil || g.Params.Procs < least.Params.Procs) {
			least = g
		}
	}
	return least
}

// compare takes the ratio, or says why there is none.
func (c *Cores) compare(least, more *figure.Group, f figure.Figure, controls coresControls) {
	for _, g := range []*figure.Group{least, more} {
		if len(g.Told()) == 0 && len(g.Void) > 0 {
			c.Why = "void: " + orElse(g.Void[0].Void, "no reason is on record")
			return
		}
	}
	t, ok := try(least, more, f, controls.of(least, more, f), false)
	if !ok {
		c.Why = "throughput is not known of both"
		return
	}
	c.Ratio, c.Paired, c.P = t.Ratio, t.Paired, t.P
	c.Why = c.limited(more)
}

// limited says what else than the server may have limited it on more threads, or "".
func (c *Cores) limited(more *figure.Group) string {
	for _, cell := range more.Told() {
		if n := cell.Load.ServerCPUs; n > 0 && n < c.To {
			return fmt.Sprintf("the server had %s for %d threads", words.Plural(n, "CPU"), c.To)
		}
		client := cell.Load.ClientCPURatio
		if client != nil && *client >= figure.BusyFrom*float64(max(1, cell.Load.ClientCPUs)) {
			return fmt.Sprintf("the client used %.2f of a CPU: it is its limit", *client)
		}
	}
	return ""
}

func orElse(said []string, otherwise string) string {
	if len(said) == 0 {
		return otherwise
	}
	return said[0]
}

// judgeCores says of each what may be said. All models are one family.
func judgeCores(all []Cores) []Cores {
	raw := make([]float64, len(all))
	for i := range all {
		raw[i] = all[i].P
	}
	sizes := adjust(all, func(*Cores) any { return nil }, func(c *Cores) *float64 { return &c.P })
	for i := range all {
		c := &all[i]
		if c.Why != "" {
			continue
		}
		c.Verdict, c.Why = judgement{ratio: c.Ratio, rounds: c.Paired, p: c.P, raw: raw[i], of: sizes[i]}.verdict()
	}
	slices.SortStableFunc(all, func(a, b Cores) int {
		return cmp.Or(figure.CompareSettings(a.Setting, b.Setting), cmp.Compare(a.Conns, b.Conns), cmp.Compare(a.To, b.To), figure.CompareNames(figure.ModelOrder, a.Model, b.Model))
	})
	return all
}

// alike reports whether two stand in one table.
func (c *Cores) Alike(o *Cores) bool {
	return c.Setting == o.Setting && c.Conns == o.Conns && c.From == o.From && c.To == o.To
}

func (c *Cores) Row() []string {
	each := func(known bool, inWords string) string {
		if known {
			return inWords
		}
		return "-"
	}
	verdict := map[Verdict]string{More: "gains", Less: "loses", Same: "no difference found"}[c.Verdict]
	if verdict == "" {
		verdict = "not known: " + words.Printable(c.Why)
	}
	return []string{
		words.Printable(c.Model), each(c.Was.N > 0, words.PerSecond(c.Was.Mid)), each(c.Is.N > 0, words.PerSecond(c.Is.Mid)),
		each(c.Ratio.N > 0, fmt.Sprintf("%.2f", c.Ratio.Mid)), each(c.Ratio.Sure(), fmt.Sprintf("%.2f to %.2f", c.Ratio.Low, c.Ratio.High)),
		each(c.Busy.N > 0, fmt.Sprintf("%.2f", c.Busy.Median)), verdict,
	}
}

package compare

import (
	"cmp"
	"math"
	"slices"

	"cbench/results/figure"
	"cbench/results/record"
)

// MissNS is how long bystanders may wait, at p99, until a model is said to miss it: 50 ms.
const MissNS = 50e6

// exhausts is how many times as long as it blocks a slow request takes, at the median, where it has to queue for a thread.
const Exhausts = 2

// Crossing is between which two rates of slow requests a model stops doing what it did: of those measured, the most that it
// still did it at and the least that it did not. What happens between them was not measured.
type Crossing struct {
	Setting figure.Setting // with no share
	Conns   int
	Model   string
	Name    string  // the model's, and its Procs where it ran on several numbers of them
	Kept    float64 // slow requests a second; 0: at none of those measured
	Missed  float64 // slow requests a second; +Inf: at none of those measured
	Behind  bool    // at Missed the server fell behind altogether
	Again   float64 // slow requests a second, more than Missed, that it did it at again: there is no one crossing; 0: it did not
	Offered float64 // slow requests a second: the most that any model was given that way, with so many connections
	Once    bool    // a side of it, or both, is known from one repetition alone
}

// Stalls is where every model's bystanders come to wait for MissNS or longer at p99, for every way to block. A model that
// falls behind what is offered misses it too. Of a p99 that is the machine's own pauses nothing is told: groups are with the
// controls that show that.
func Stalls(groups []figure.Group) []Crossing {
	f := figure.Named("p99_ns")
	drowned := drownedBy(slices.DeleteFunc(slices.Clone(groups), func(g figure.Group) bool { return !g.Blocks() }))
	return crossings(groups, "", func(g *figure.Group) side {
		if drowned.at(g.Setting(), g.Conns, f).factor > 0 {
			return side{}
		}
		return sideOf(g, f, MissNS)
	})
}

// Exhaustions is where the slow requests themselves come to queue for a thread: half of those that were handed over take
// more than twice as long as they block.
func Exhaustions(groups []figure.Group) []Crossing {
	f := figure.Figure{Name: "aside_p50_ns", Metric: figure.AsideP50}
	return crossings(groups, "offload", func(g *figure.Group) side {
		return sideOf(g, f, math.Nextafter(Exhausts*float64(g.Params.BlockNS), math.Inf(1)))
	})
}

// side is on which side of a limit a group is.
type side struct {
	known, missed bool
	behind        bool // it fell behind altogether
	of            int  // repetitions
}

// sideOf is on which side of the limit the whole interval of a figure is, or where there are too few repetitions for one,
// all of them.
func sideOf(g *figure.Group, f figure.Figure, limit float64) side {
	i, over := g.Interval(f), g.Of(f.Metric)
	low, high := over.Min, over.Max
	if i.Sure() {
		low, high = i.Low, i.High
	}
	return side{known: over.N > 0 && (low >= limit || high < limit), missed: low >= limit, of: over.N}
}

// orBehind is s, or that it fell behind.
func (s side) orBehind(g *figure.Group) side {
	if !g.FellBehind() {
		return s
	}
	servers := slices.DeleteFunc(g.Behind(), func(b *record.Behind) bool { return b.Client })
	return side{known: true, missed: true, behind: true, of: len(servers)}
}

// crossings is the crossing of every model, load, number of connections and way to block (how; "": every way), by on which
// side each group is.
func crossings(groups []figure.Group, how string, sideOf func(*figure.Group) side) []Crossing {
	var of []figure.Group
	for _, g := range groups {
		if g.Blocks() && (how == "" || g.Params.How == how) {
			of = append(of, g)
		}
	}
	slices.SortStableFunc(of, func(a, b figure.Group) int { return cmp.Compare(a.SlowPerS(), b.SlowPerS()) })
	var all []Crossing
	for i := range of {
		g := &of[i]
		s := sideOf(g).orBehind(g)
		if !s.known {
			continue
		}
		way, name := g.Way(), figure.NameOf(groups, g)
		at := slices.IndexFunc(all, func(c Crossing) bool { return c.Setting == way && c.Conns == g.Conns && c.Name == name })
		if at < 0 {
			at = len(all)
			all = append(all, Crossing{Setting: way, Conns: g.Conns, Model: g.Model, Name: name, Missed: math.Inf(1), Offered: mostSlow(of, g)})
		}
		all[at].add(g.SlowPerS(), s)
	}
	slices.SortStableFunc(all, func(a, b Crossing) int {
		return cmp.Or(figure.CompareSettings(a.Setting, b.Setting), cmp.Compare(a.Conns, b.Conns), figure.CompareNames(figure.ModelOrder, a.Model, b.Model))
	})
	return all
}

// add is what was seen at a rate that is higher than all before.
func (c *Crossing) add(perS float64, s side) {
	once := s.of == 1
	switch missed := !math.IsInf(c.Missed, 1); {
	case missed && s.missed: // as with fewer
	case missed:
		c.Again, c.Once = perS, c.Once || once
	case s.missed:
		c.Missed, c.Behind, c.Once = perS, s.behind, c.Once || once
	default:
		c.Kept, c.Once = perS, once
	}
}

// mostSlow is the most slow requests a second of the groups that block the same way as g with as many connections.
func mostSlow(of []figure.Group, g *figure.Group) (most float64) {
	for i := range of {
		if o := &of[i]; o.Way() == g.Way() && o.Conns == g.Conns {
			most = max(most, o.SlowPerS())
		}
	}
	return most
}

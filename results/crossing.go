package results

import (
	"cmp"
	"math"
	"slices"
)

// MissNS is how long bystanders may wait, at p99, until a model is said to miss it: 50 ms.
const MissNS = 50e6

// exhausts is how many times as long as it blocks a slow request takes, at the median, where it has to queue for a thread.
const exhausts = 2

// Crossing is between which two rates of slow requests a model stops doing what it did: of those measured, the most that it still did it at
// and the least that it did not. What happens between them was not measured.
type Crossing struct {
	Setting Setting // with no share
	Conns   int
	Model   string
	Name    string  // the model's, and its Procs where it ran on several numbers of them
	Kept    float64 // slow requests a second; 0: at none of those measured
	Missed  float64 // slow requests a second; +Inf: at none of those measured
	Behind  bool    // at Missed the server fell behind altogether
}

// Stalls is where every model's bystanders come to wait for MissNS or longer at p99, for every way to block. A model that falls behind what
// is offered misses it too.
func Stalls(groups []Group) []Crossing {
	return crossings(groups, "", func(g *Group) (bool, bool) {
		over := g.Of(LatencyP99)
		return over.Median >= MissNS, over.N > 0
	})
}

// Exhaustions is where the slow requests themselves come to queue for a thread: half of those that were handed over take more than twice as long
// as they block.
func Exhaustions(groups []Group) []Crossing {
	return crossings(groups, "offload", func(g *Group) (bool, bool) {
		over := g.Of(AsideP50)
		return over.Median > exhausts*float64(g.Params.BlockNS), over.N > 0
	})
}

// crossings is the crossing of every model, load, number of connections and way to block (how; "": every way) that misses tells of.
func crossings(groups []Group, how string, misses func(*Group) (missed, known bool)) []Crossing {
	var of []Group
	for _, g := range groups {
		if g.Params.How != "" && g.Params.Share > 0 && (how == "" || g.Params.How == how) {
			of = append(of, g)
		}
	}
	slices.SortStableFunc(of, func(a, b Group) int { return cmp.Compare(a.SlowPerS(), b.SlowPerS()) })
	var all []Crossing
	for i := range of {
		g := &of[i]
		missed, known := misses(g)
		behind := g.fellBehind()
		missed, known = missed || behind, known || behind
		if !known {
			continue
		}
		setting, name := g.Setting(), nameOf(groups, g)
		setting.Params.Share = 0
		at := slices.IndexFunc(all, func(c Crossing) bool { return c.Setting == setting && c.Conns == g.Conns && c.Name == name })
		if at < 0 {
			at = len(all)
			all = append(all, Crossing{Setting: setting, Conns: g.Conns, Model: g.Model, Name: name, Missed: math.Inf(1)})
		}
		switch c := &all[at]; {
		case !math.IsInf(c.Missed, 1): // it has missed already, with fewer
		case missed:
			c.Missed, c.Behind = g.SlowPerS(), behind
		default:
			c.Kept = g.SlowPerS()
		}
	}
	slices.SortStableFunc(all, func(a, b Crossing) int {
		return cmp.Or(compareSettings(a.Setting, b.Setting), cmp.Compare(a.Conns, b.Conns), compareNames(modelOrder, a.Model, b.Model))
	})
	return all
}

// SlowPerS is how many slow requests a second were offered.
func (g *Group) SlowPerS() float64 { return g.Params.Share * g.Params.RatePerS }

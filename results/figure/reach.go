package figure

import (
	"slices"

	"cbench/results/record"
	"cbench/results/stats"
)

// The scenarios that are told of by themselves.
const (
	Fanout   = "fanout"
	storm    = "storm"
	deaf     = "slow"
	Blocking = "blocking"
)

// Reach is how far one room may grow before a model falls behind a rate of messages to everybody in it.
type Reach struct {
	Setting Setting
	Model   string
	Name    string // the model's, and its Procs where it ran on several numbers of them
	Kept    int    // members: the most that it kept up with, and with fewer; 0: not even the least there were
	Behind  int    // members: the least that it fell behind with; 0: it was not seen to
	Offered int    // members: the most that any model was to serve under this load

	// At Behind, medians over the repetitions that fell behind.
	OfferedPerS  float64 // deliveries
	AchievedPerS float64
	Client       bool // it was the client that could do no more: what the server can is not known
}

// Reaches is the reach of every model under every load of fanout. What is void for another reason tells nothing of it. Where
// repetitions disagree, most of them decide, and where they are in balance nothing is known.
func Reaches(groups []Group) []Reach {
	var all []Reach
	offered := map[Setting]int{}
	for i := range groups {
		s := groups[i].Setting()
		offered[s] = max(offered[s], groups[i].Conns)
	}
	for _, r := range Rows(groups) {
		if r.Setting.Scenario != Fanout || r.Setting.Params.Loop != "open" {
			continue
		}
		reach := Reach{Setting: r.Setting, Model: r.Model, Name: r.Name, Offered: offered[r.Setting]}
		for i := range r.Groups {
			g := &r.Groups[i]
			kept, behind := len(g.Told()), len(g.Behind())
			if kept > behind {
				reach.Kept = g.Conns
			}
			if behind > kept {
				reach.endAt(g)
				break
			}
		}
		if reach.Kept+reach.Behind > 0 {
			all = append(all, reach)
		}
	}
	return all
}

// endAt is where most repetitions fell behind: the server did, or else the client.
func (r *Reach) endAt(g *Group) {
	r.Behind, r.Client = g.Conns, !g.FellBehind()
	behind := slices.DeleteFunc(g.Behind(), func(b *record.Behind) bool { return b.Client != r.Client })
	r.OfferedPerS = medianOver(behind, func(b *record.Behind) float64 { return b.OfferedPerS })
	r.AchievedPerS = medianOver(behind, func(b *record.Behind) float64 { return b.AchievedPerS })
}

// behind is how far each repetition fell behind that did.
func (g *Group) Behind() (all []*record.Behind) {
	for i := range g.Void {
		if b := g.Void[i].Load.Behind; b != nil {
			all = append(all, b)
		}
	}
	return all
}

// FellBehind reports whether the server did in most repetitions; where it was the client, what the server can is not known.
func (g *Group) FellBehind() bool {
	all := slices.DeleteFunc(g.Behind(), func(b *record.Behind) bool { return b.Client })
	return len(all) > len(g.Told())
}

func medianOver(all []*record.Behind, of func(*record.Behind) float64) float64 {
	var values []float64
	for _, b := range all {
		values = append(values, of(b))
	}
	return stats.SpreadOf(values).Median
}

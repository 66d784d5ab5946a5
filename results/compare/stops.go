package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// Stop is a repetition in which nothing was answered for long, and who it was that stopped. That the client did not
// is known: its own pauses are in no silence.
type Stop struct {
	Setting figure.Setting
	Conns   int
	Model   string
	Name    string // the model's, and its Procs where it ran on several numbers of them
	Rep     int
	of      repetition
	For     time.Duration
	Machine bool // the machine stopped, and not this server
	Void    bool // the repetition is
}

// repetition is what tells a repetition of a model from the others: a base is in several rotations of one number.
type repetition struct {
	setting  figure.Setting
	conns    int
	model    string
	procs    int
	rep      int
	rotation string
}

func repetitionOf(g *figure.Group, c *record.Cell) repetition {
	r := repetition{g.Setting(), g.Conns, g.Model, g.Params.Procs, c.Rep, ""}
	if c.Rotation != nil {
		r.rotation = c.Rotation.ID
	}
	return r
}

// What tells a server's stop from the machine's.
const (
	shareOfPause = 2                      // a silence of another server that is half of it, or more, is of the same kind
	mostlyStolen = 0.8                    // of a silence, that the hypervisor took
	contended    = 0.25                   // of a CPU, that others took: then a server may well wait for one
	waitForCPU   = 400 * time.Millisecond // at most, where others take all of one
)

// StopsOf is the one judgement of who stopped. A silence that other servers of the same rotation show as well, or a
// control or most other models under the same load, is the machine's, and so is one that the hypervisor made; one
// that a server shows alone, long beside what all others do, is its own.
func StopsOf(cells []record.Cell) []Stop {
	groups := figure.Summarise(cells)
	var all []Stop
	for _, block := range figure.Blocks(groups) {
		for i := range block {
			g := &block[i]
			for _, c := range g.All() {
				if d, stopped := c.Stopped(); stopped {
					all = append(all, Stop{
						Setting: g.Setting(), Conns: g.Conns, Model: g.Model, Name: figure.NameOf(groups, g), Rep: c.Rep, of: repetitionOf(g, &c), For: d,
						Void: !c.Valid, Machine: stolen(&c, d) || sharedStop(block, g, &c, d),
					})
				}
			}
		}
	}
	return all
}

// stolen reports whether the machine's own account has the reason for a silence.
func stolen(c *record.Cell, d time.Duration) bool {
	m := c.Machine
	if m == nil {
		return false
	}
	measured := float64(cmp.Or(c.Params.SlotNS*int64(c.Params.Rounds), c.Params.DurationNS))
	all := max(float64(d), stoppedInAll(c, d)*measured)
	if m.StealRatio != nil && *m.StealRatio*measured >= mostlyStolen*all {
		return true
	}
	if m.OthersRatio == nil || *m.OthersRatio < contended || float64(d) >= *m.OthersRatio*float64(waitForCPU) {
		return false
	}
	return c.CPU.RunQueueNS == nil || float64(*c.CPU.RunQueueNS) >= mostlyStolen*all // or the server did not even want the CPU
}

// stoppedInAll is in which share of an open loop's time the server stopped for about d at a time: of the messages that were due
// meanwhile half waited longer than half of it. In a closed loop a stop is a message a connection, and tells no time.
func stoppedInAll(c *record.Cell, d time.Duration) float64 {
	h, err := c.Latency.Histogram()
	if err != nil || c.Params.Loop != "open" || h.TotalCount() == 0 {
		return 0
	}
	long := int64(0)
	for _, bar := range h.Distribution() {
		if bar.From > int64(d)/2 {
			long += bar.Count
		}
	}
	return 2 * float64(long) / float64(h.TotalCount())
}

// sharedStop reports whether other servers stop alike: one of the same rotation, or else, measured apart, a control
// or half of the others.
func sharedStop(block []figure.Group, of *figure.Group, c *record.Cell, d time.Duration) bool {
	alike, others := 0, 0
	for i := range block {
		g := &block[i]
		if g == of {
			continue
		}
		longest, known := time.Duration(0), false
		for _, o := range g.All() {
			together := c.Rotation != nil && o.Rotation != nil && c.Rotation.ID == o.Rotation.ID
			if o.Load.LongestSilenceNS != nil && (together || c.Rotation == nil) {
				longest, known = max(longest, time.Duration(*o.Load.LongestSilenceNS)), true
			}
		}
		if !known {
			continue
		}
		others++
		if longest*shareOfPause >= d {
			if c.Rotation != nil || g.Model == "floor" {
				return true
			}
			alike++
		}
	}
	return alike > 0 && 2*alike >= others
}

// ownStops is the repetitions in which a server stopped of its own.
func ownStops(groups []figure.Group) map[repetition]bool {
	var cells []record.Cell
	for i := range groups {
		cells = append(cells, groups[i].All()...)
	}
	own := map[repetition]bool{}
	for _, s := range StopsOf(cells) {
		if !s.Machine {
			own[s.of] = true
		}
	}
	return own
}

// without is the group without these repetitions.
func without(g *figure.Group, left map[repetition]bool) *figure.Group {
	rest := *g
	out := func(c record.Cell) bool { return left[repetitionOf(g, &c)] }
	rest.Valid, rest.Rotated = slices.DeleteFunc(slices.Clone(g.Valid), out), slices.DeleteFunc(slices.Clone(g.Rotated), out)
	return &rest
}

// OfServers is those that are a server's own, one for each server and load at a number of connections: its longest, in words.
func OfServers(stops []Stop) (worst []Stop, inWords []string) {
	for _, s := range stops {
		if s.Machine {
			continue
		}
		at := slices.IndexFunc(worst, func(o Stop) bool { return o.Setting == s.Setting && o.Conns == s.Conns && o.Name == s.Name })
		switch {
		case at < 0:
			worst = append(worst, s)
		case s.For > worst[at].For:
			worst[at] = s
		}
	}
	for _, w := range worst {
		reps := []string{fmt.Sprint(w.Rep)}
		for _, s := range stops {
			if !s.Machine && s.Setting == w.Setting && s.Conns == w.Conns && s.Name == w.Name && s.Rep != w.Rep {
				reps = append(reps, fmt.Sprint(s.Rep))
			}
		}
		slices.SortFunc(reps[1:], func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
		said := fmt.Sprintf("repetition %s", reps[0])
		if len(reps) > 1 {
			said += fmt.Sprintf("; shorter in %s", words.List(reps[1:]))
		}
		inWords = append(inWords, fmt.Sprintf("%s stopped for %s (%s)", words.Printable(w.Name), words.Short(words.Nanoseconds(float64(w.For))), said))
	}
	return worst, inWords
}

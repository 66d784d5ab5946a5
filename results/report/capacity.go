package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// limit is what searches found of one model at one number of connections.
type limit struct {
	model   string
	conns   int
	setting figure.Setting
	held    stats.Interval // as figure.Group.Capacity
	over    string         // what held is the interval of
	bound   string         // of the searches, where they agree; else of one that the server did not end
	why     string         // of a search with that bound
}

// limitsOf is what the searches of the groups found.
func limitsOf(groups []figure.Group) []limit {
	var all []limit
	for i := range groups {
		g := &groups[i]
		l := limit{model: figure.NameOf(groups, g), conns: g.Conns, setting: g.Setting(), held: g.Capacity(), over: g.OverWhat()}
		searches := 0
		for j := range g.Valid {
			if s := g.Valid[j].Search; s != nil {
				if searches++; searches == 1 || l.bound == "server" && s.Bound != "server" {
					l.bound, l.why = s.Bound, s.Why
				}
			}
		}
		if searches > 0 {
			all = append(all, l)
		}
	}
	return all
}

// byHeld sorts limits from the most to the least; those that held nothing come last.
func byHeld(all []limit) []limit {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b limit) int { return cmp.Compare(b.held.Mid, a.held.Mid) }) // NaN is less than any
	return sorted
}

// capacitySentence says what the models held within the limits, and what stopped them. All limits are of one load and N.
func capacitySentence(all []limit) string {
	if len(all) == 0 {
		return ""
	}
	p := all[0].setting.Params
	what := searched(p.Search)
	var held, none, client, most, unknown []string
	for _, l := range byHeld(all) {
		switch {
		case l.held.N == 0:
			none = append(none, words.Code(l.model)+because(l.why))
			continue
		case l.bound == "client":
			client = append(client, words.Code(l.model))
		case l.bound == "limit":
			most = append(most, words.Code(l.model))
		case l.bound != "server":
			unknown = append(unknown, words.Code(l.model))
		}
		held = append(held, fmt.Sprintf("%s %s%s", words.Code(l.model), words.Rate(l.held.Mid), inBrackets(l.held)))
	}
	var said []string
	if len(held) > 0 {
		place := ""
		if p.Search != "conns" {
			place = " at " + atN(all[0].conns)
		}
		said = append(said, fmt.Sprintf("Within %s%s the most %s held: %s%s.", limitsIn(p.SLO), place, what, words.List(held), ofProcesses(all)))
	}
	if len(client) > 0 {
		said = append(said, fmt.Sprintf("For %s the client was the bottleneck: the server could do more, and its limit is not known.", words.List(client)))
	}
	if len(most) > 0 {
		said = append(said, fmt.Sprintf("%s still held the most that was tried.", words.List(most)))
	}
	if len(unknown) > 0 {
		said = append(said, fmt.Sprintf("What ended the search of %s is not known: the server may hold more.", words.List(unknown)))
	}
	if len(none) > 0 {
		said = append(said, fmt.Sprintf("Not even the least that was tried was held by %s.", words.List(none)))
	}
	return strings.Join(said, " ")
}

// ofProcesses says what the intervals are of where that is less than one may think.
func ofProcesses(all []limit) string {
	most := 0
	for _, l := range all {
		most = max(most, l.held.N)
	}
	switch most {
	case 1:
		return "; each of one process, and another of the same program may do otherwise"
	case 2:
		return "; each from the lowest to the highest end of two processes"
	}
	return ""
}

// capacityShort is what the best held, and who comes next.
func capacityShort(all []limit, best []string) string {
	var held, next []string
	for _, l := range byHeld(all) {
		if l.held.N == 0 {
			continue
		}
		inWords := fmt.Sprintf("%s %s%s", words.Code(l.model), words.Rate(l.held.Mid), inBrackets(l.held))
		if slices.Contains(best, l.model) {
			held = append(held, inWords)
		} else if len(next) == 0 {
			next = append(next, inWords)
		}
	}
	said := "Held: " + words.List(held)
	if len(next) > 0 {
		said += "; next " + next[0]
	}
	return said + "."
}

// inBrackets is an interval of counts behind its figure; nothing where it is not known.
func inBrackets(held stats.Interval) string {
	if math.IsNaN(held.Low) && math.IsNaN(held.High) {
		return ""
	}
	return fmt.Sprintf(" (%s)", held.Between(words.Rate))
}

// byPlace splits limits by load and, where a rate was searched for, by N.
func byPlace(all []limit) (places [][]limit) {
	for _, l := range all {
		at := slices.IndexFunc(places, func(of []limit) bool { return of[0].setting == l.setting && of[0].conns == l.conns })
		if at < 0 {
			places = append(places, []limit{l})
		} else {
			places[at] = append(places[at], l)
		}
	}
	return places
}

// mostOf is who held the most, and who was not told apart from it and is as good: whose interval meets the best's and goes no farther than
// a tenth below it. It is empty where of anyone the server itself was not what ended the search: that server could do more, and so may be
// the best.
func mostOf(all []limit) []string {
	known := slices.DeleteFunc(byHeld(all), func(l limit) bool { return l.held.N == 0 })
	notItsOwn := func(l limit) bool { return l.bound != "server" }
	if len(known) < 2 || slices.ContainsFunc(known, notItsOwn) || !known[0].held.Sure() {
		return nil
	}
	best := known[0]
	names := []string{best.model}
	for _, l := range known[1:] {
		if l.held.Sure() && l.held.High >= best.held.Low && l.held.Low >= (1-asGood)*best.held.Mid {
			names = append(names, l.model)
		}
	}
	return names
}

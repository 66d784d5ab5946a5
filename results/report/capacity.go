package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results"
)

// limit is what a search found of one model at one number of connections.
type limit struct {
	model            string
	conns            int
	setting          results.Setting
	found, low, high *float64 // as results.Search: over several repetitions their median, and from the lowest to the highest end
	bound, why       string   // of the repetition in the middle
}

// limitsOf is what the searches of the groups found, from the most to the least of one load and N.
func limitsOf(groups []results.Group) []limit {
	var all []limit
	for i := range groups {
		g := &groups[i]
		var found []*results.Search
		for j := range g.Valid {
			if s := g.Valid[j].Search; s != nil {
				found = append(found, s)
			}
		}
		if len(found) > 0 {
			l := limitOf(found)
			l.model, l.conns, l.setting = results.NameOf(groups, g), g.Conns, g.Setting()
			all = append(all, l)
		}
	}
	return all
}

func limitOf(all []*results.Search) limit {
	slices.SortStableFunc(all, func(a, b *results.Search) int { return cmp.Compare(orNone(a.Found), orNone(b.Found)) })
	middle := all[len(all)/2]
	l := limit{found: middle.Found, low: middle.Low, high: middle.High, bound: middle.Bound, why: middle.Why}
	for _, s := range all {
		if l.low != nil && (s.Low == nil || *s.Low < *l.low) {
			l.low = s.Low
		}
		if l.high != nil && (s.High == nil || *s.High > *l.high) {
			l.high = s.High
		}
	}
	return l
}

// orNone is a figure for sorting: unknown is less than any.
func orNone(v *float64) float64 {
	if v == nil {
		return -1
	}
	return *v
}

// capacitySentence says what the models held within the limits, and what stopped them. All limits are of one load and N.
func capacitySentence(all []limit) string {
	if len(all) == 0 {
		return ""
	}
	p := all[0].setting.Params
	what := searched(p.Search)
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b limit) int { return cmp.Compare(orNone(b.found), orNone(a.found)) })
	var held, none, client, most, unknown []string
	for _, l := range all {
		switch {
		case l.found == nil:
			none = append(none, code(l.model)+because(l.why))
			continue
		case l.bound == "client":
			client = append(client, code(l.model))
		case l.bound == "limit":
			most = append(most, code(l.model))
		case l.bound == "unknown":
			unknown = append(unknown, code(l.model))
		}
		held = append(held, fmt.Sprintf("%s %s%s", code(l.model), rate(*l.found), fromTo(l.low, l.high)))
	}
	var said []string
	if len(held) > 0 {
		place := ""
		if p.Search != "conns" {
			place = " at " + atN(all[0].conns)
		}
		said = append(said, fmt.Sprintf("Within %s%s the most %s held: %s.", limitsIn(p.SLO), place, what, list(held)))
	}
	if len(client) > 0 {
		said = append(said, fmt.Sprintf("For %s the client was the bottleneck: the server could do more, and its limit is not known.", list(client)))
	}
	if len(most) > 0 {
		said = append(said, fmt.Sprintf("%s still held the most that was tried.", list(most)))
	}
	if len(unknown) > 0 {
		said = append(said, fmt.Sprintf("What stopped %s is not known: neither server nor client used up its CPUs.", list(unknown)))
	}
	if len(none) > 0 {
		said = append(said, fmt.Sprintf("Not even the least that was tried was held by %s.", list(none)))
	}
	return strings.Join(said, " ")
}

// capacityShort is what the best held, whether that was its own limit, and who comes next.
func capacityShort(all []limit, best []string) string {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b limit) int { return cmp.Compare(orNone(b.found), orNone(a.found)) })
	var held, next []string
	for _, l := range all {
		if l.found == nil {
			continue
		}
		words := fmt.Sprintf("%s %s%s", code(l.model), rate(*l.found), fromTo(l.low, l.high))
		switch {
		case slices.Contains(best, l.model):
			switch l.bound {
			case "client":
				words += ", where the client was the bottleneck"
			case "unknown":
				words += ", where what stopped it is not known"
			}
			held = append(held, words)
		case len(next) == 0:
			next = append(next, words)
		}
	}
	said := "Held: " + list(held)
	if len(next) > 0 {
		said += "; next " + next[0]
	}
	return said + "."
}

// fromTo is an interval of counts in brackets; nothing where it is not known.
func fromTo(low, high *float64) string {
	switch {
	case low == nil && high == nil:
		return ""
	case high == nil:
		return fmt.Sprintf(" (at least %s)", rate(*low))
	case low == nil:
		return fmt.Sprintf(" (at most %s)", rate(*high))
	}
	return fmt.Sprintf(" (%s to %s)", rate(*low), rate(*high))
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

// mostOf is who held the most, those whose intervals meet the best's with it; empty where the client or the search was the end of the best:
// what the server could do is not known there.
func mostOf(all []limit) []string {
	var known []limit
	for _, l := range all {
		if l.found != nil {
			known = append(known, l)
		}
	}
	if len(known) < 2 {
		return nil
	}
	best := slices.MaxFunc(known, func(a, b limit) int { return cmp.Compare(*a.found, *b.found) })
	names := []string{best.model}
	for _, l := range known {
		meets := l.high == nil || best.low == nil || *l.high >= *best.low
		if l.model != best.model && meets {
			names = append(names, l.model)
		}
	}
	return names
}

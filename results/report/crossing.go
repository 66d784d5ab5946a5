package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// crossingLessons is how many slow requests a second each model bears, for every load that was measured with some: every way and share at once.
func (b *builder) crossingLessons() (all []lessonPart) {
	stalls, exhaustions := b.competing(compare.Stalls(b.groups)), b.competing(compare.Exhaustions(b.groups))
	var done []figure.Setting
	for _, load := range slices.Concat(b.scenario("blocking"), b.scenario("http-blocking")) {
		base := blockingBase(load)
		if slices.Contains(done, base) {
			continue
		}
		done = append(done, base)
		mine := func(c compare.Crossing) bool { return blockingBase(c.Setting) != base }
		stalled, exhausted := slices.DeleteFunc(slices.Clone(stalls), mine), slices.DeleteFunc(slices.Clone(exhaustions), mine)
		if len(stalled) == 0 {
			continue
		}
		l := lessonPart{
			Title: fmt.Sprintf("Requests%s that block for %v, among %s a second", overHTTP(base), time.Duration(base.Params.BlockNS), words.Number(base.Params.RatePerS)),
			Lead: "The others only echo: how long do they wait? A crossing is told as the two rates of slow requests, of those measured, between which it lies." +
				" Which requests are slow is drawn by chance, so they come in clusters.",
			Says: append(stallCrossings(stalled), exhaustionSentences(exhausted)...),
			Charts: slices.Concat(
				limited(b.chart("How long bystanders wait", "p99 of an echo over the slow requests a second. Dashed: 50 ms. Hollow: void.", "ns", "rate",
					b.overSlow(base, figure.LatencyP99)...), compare.MissNS),
				b.chart("How long slow requests take themselves", "The median from when one was due, over how many are due a second.", "ns", "rate", b.overSlow(base, figure.AsideP50)...)),
			Tables: []Table{b.slowTable(base, stalled, exhausted)},
		}
		all = append(all, l)
	}
	return all
}

// competing is the crossings without those of controls that are another model once more.
func (b *builder) competing(all []compare.Crossing) []compare.Crossing {
	return slices.DeleteFunc(all, func(c compare.Crossing) bool { return b.twinOf[c.Model] != "" })
}

// blockingBase is the load without what its lesson is told over.
func blockingBase(s figure.Setting) figure.Setting {
	s.Params.Share, s.Params.How = 0, ""
	return s
}

func limited(charts []oldChart, at float64) []oldChart {
	for i := range charts {
		charts[i].Limit = at
	}
	return charts
}

// slowHows is the ways to block, in the order they are told.
var slowHows = []string{"inline", "spin", "offload"}

// overSlow is a figure over the slow requests a second, a variant for every way to block and N.
func (b *builder) overSlow(base figure.Setting, m figure.Metric) (all []variant) {
	for _, how := range slowHows {
		for _, n := range b.slowConns(base) {
			v := variant{Label: how}
			if len(b.slowConns(base)) > 1 {
				v.Label += ", " + atN(n)
			}
			for _, g := range b.slowGroups(base, how, n) {
				name := figure.NameOf(b.groups, g)
				at := slices.IndexFunc(v.Series, func(s series) bool { return s.Name == name })
				if at < 0 {
					at = len(v.Series)
					v.Series = append(v.Series, series{Model: g.Model, Name: name, X: []num{}, Y: []num{}}) // in JSON no null: of one that is void everywhere there is no X
				}
				v.Series[at].addSlow(g, m)
			}
			v.Series = slices.DeleteFunc(v.Series, func(s series) bool { return len(s.X)+len(s.Void) == 0 })
			all = append(all, v)
		}
	}
	return all
}

func (s *series) addSlow(g *figure.Group, m figure.Metric) {
	x := num(g.SlowPerS())
	if over := g.Of(m); over.N > 0 && drawable(over.Median) {
		s.X, s.Y, s.Low, s.High = append(s.X, x), append(s.Y, num(over.Median)), append(s.Low, num(over.Min)), append(s.High, num(over.Max))
	}
	for i := range g.Void {
		if y, known := m(&g.Void[i]); known && drawable(y) {
			s.Void = append(s.Void, []num{x, num(y)})
		}
	}
}

// slowGroups is those of one way to block at one N, the fewest slow requests first.
func (b *builder) slowGroups(base figure.Setting, how string, n int) (all []*figure.Group) {
	for i := range b.groups {
		g := &b.groups[i]
		if b.twinOf[g.Model] == "" && blockingBase(g.Setting()) == base && g.Conns == n && g.Params.How == how && g.Params.Share > 0 {
			all = append(all, g)
		}
	}
	slices.SortStableFunc(all, func(a, b *figure.Group) int { return cmp.Compare(a.SlowPerS(), b.SlowPerS()) })
	return all
}

func (b *builder) slowConns(base figure.Setting) (all []int) {
	for i := range b.groups {
		if g := &b.groups[i]; blockingBase(g.Setting()) == base && g.Params.Share > 0 {
			all = append(all, g.Conns)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// slowTable is what was measured of every way, N and rate of slow requests, and where each model crosses.
func (b *builder) slowTable(base figure.Setting, stalls, exhaustions []compare.Crossing) Table {
	t := Table{Title: "Slow requests", Note: confidenceNote, Head: []string{"Model", "N", "How", "Slow requests/s", "Share", "Bystanders' p50", "p99", "The slow ones' p50", "p99",
		"CPU a bystander's echo", "Bystanders miss 50 ms", "Half of the slow take twice as long", "Valid"}}
	for _, n := range b.slowConns(base) {
		for _, how := range slowHows {
			for _, g := range b.slowGroups(base, how, n) {
				counted := len(g.Told())
				t.Rows = append(t.Rows, append(b.whose(g), Datum{Text: how}, fig(g.SlowPerS(), words.Number(g.SlowPerS())), fig(g.Params.Share, words.Percent(g.Params.Share)),
					datum(g, figures.p50), datum(g, figures.p99), told(g, figure.AsideP50, words.Nanoseconds), told(g, figure.AsideP99, words.Nanoseconds), datum(g, figures.cpu),
					b.crossed(g, stalls), b.crossed(g, exhaustions), fig(float64(counted), fmt.Sprintf("%d/%d", counted, counted+len(g.Void)))))
			}
		}
	}
	return t
}

// crossed is between which rates a group's model crosses.
func (b *builder) crossed(g *figure.Group, all []compare.Crossing) Datum {
	name := figure.NameOf(b.groups, g)
	for _, c := range all {
		if c.Name == name && c.Conns == g.Conns && c.Setting.Params.How == g.Params.How {
			d := fig(c.Missed, between(c))
			if c.Once {
				d.Detail = "of one repetition"
			}
			return d
		}
	}
	return unknown
}

// between is "between 10 and 50 a second", or on which side of what was measured it lies.
func between(c compare.Crossing) string {
	ps := words.Number
	switch {
	case c.Again > 0:
		return fmt.Sprintf("at %s a second, but not at %s", ps(c.Missed), ps(c.Again))
	case math.IsInf(c.Missed, 1):
		return fmt.Sprintf("over %s a second", ps(c.Kept))
	case c.Kept == 0:
		return fmt.Sprintf("under %s a second", ps(c.Missed))
	}
	return fmt.Sprintf("between %s and %s a second", ps(c.Kept), ps(c.Missed))
}

// crossedAlike is models that cross between the same two rates.
type crossedAlike struct {
	of     compare.Crossing // the first of them
	models []string
}

// alikeCrossings puts those together that cross between the same rates, of one way to block and N.
func alikeCrossings(all []compare.Crossing) (alike []crossedAlike) {
	for _, c := range all {
		at := slices.IndexFunc(alike, func(a crossedAlike) bool {
			return a.of.Setting == c.Setting && a.of.Conns == c.Conns && a.of.Kept == c.Kept && a.of.Missed == c.Missed && a.of.Again == c.Again && a.of.Once == c.Once
		})
		if at < 0 {
			alike = append(alike, crossedAlike{of: c})
			at = len(alike) - 1
		}
		alike[at].models = append(alike[at].models, c.Name)
	}
	return alike
}

// byWay splits them by way to block and N.
func byWay(alike []crossedAlike) (ways [][]crossedAlike) {
	for _, a := range alike {
		n := len(ways)
		if n > 0 && ways[n-1][0].of.Setting == a.of.Setting && ways[n-1][0].of.Conns == a.of.Conns {
			ways[n-1] = append(ways[n-1], a)
			continue
		}
		ways = append(ways, []crossedAlike{a})
	}
	return ways
}

// stallCrossings says where bystanders come to wait for 50 ms, a sentence for every way to block and N.
func stallCrossings(all []compare.Crossing) (says []string) {
	for _, way := range byWay(alikeCrossings(all)) {
		p := way[0].of.Setting.Params
		s := fmt.Sprintf("Requests%s that block for %v each, %s, make one bystander in 100 wait for 50 ms or longer (%s) ", overHTTP(way[0].of.Setting), time.Duration(p.BlockNS), waysToBlock[p.How],
			atN(way[0].of.Conns))
		where, some := crossingsInWords(way)
		s += where + "."
		if p.How != "offload" && some {
			s += fmt.Sprintf(" In theory one thread has time for %s of them a second.", words.Number(1e9/float64(p.BlockNS)))
		}
		says = append(says, s+ofOnce(way))
	}
	return says
}

// crossingsInWords is who crosses where, if any does, and who was not seen to.
func crossingsInWords(way []crossedAlike) (where string, some bool) {
	var crossed, not []string
	for _, a := range way {
		if math.IsInf(a.of.Missed, 1) {
			most := ", the most there were,"
			if a.of.Kept < a.of.Offered {
				most = ", and with more it is not known,"
			}
			not = append(not, fmt.Sprintf("%s a second%s in %s", words.Number(a.of.Kept), most, words.List(words.Codes(a.models))))
			continue
		}
		from := fmt.Sprintf("from somewhere between %s and %s a second", words.Number(a.of.Kept), words.Number(a.of.Missed))
		if a.of.Kept == 0 {
			from = fmt.Sprintf("from %s a second or fewer", words.Number(a.of.Missed))
		}
		if a.of.Again > 0 {
			from = fmt.Sprintf("with %s a second, but not with %s,", words.Number(a.of.Missed), words.Number(a.of.Again))
		}
		crossed = append(crossed, fmt.Sprintf("%s in %s", from, words.List(words.Codes(a.models))))
	}
	said, never := strings.Join(crossed, ", "), strings.Join(not, ", ")
	switch {
	case said == "":
		return "in no model: not with " + never, false
	case never != "":
		return said + "; not with " + never, true
	}
	return said, true
}

// ofOnce says who is told of by one repetition alone: another might cross elsewhere.
func ofOnce(way []crossedAlike) string {
	var once []string
	all := true
	for _, a := range way {
		if a.of.Once {
			once = append(once, words.Codes(a.models)...)
		}
		all = all && a.of.Once
	}
	switch {
	case len(once) == 0:
		return ""
	case all:
		return " Each is of one repetition: another may cross elsewhere."
	}
	return fmt.Sprintf(" Of one repetition is what is told of %s: another may cross elsewhere.", words.List(once))
}

// exhaustionSentences say where slow requests that are handed over come to queue for a thread. Far below what threads can do in theory there
// is nothing to say.
func exhaustionSentences(all []compare.Crossing) (says []string) {
	for _, way := range byWay(alikeCrossings(all)) {
		p := way[0].of.Setting.Params
		block := time.Duration(p.BlockNS)
		theory := wire.MaxOffload * 1e9 / float64(p.BlockNS)
		if !slices.ContainsFunc(way, func(a crossedAlike) bool {
			return a.of.Kept >= theory/2 || a.of.Missed <= 2*theory && a.of.Missed >= theory/2
		}) {
			continue
		}
		where, _ := crossingsInWords(way)
		s := fmt.Sprintf("Handed over (%s), half of the slow requests%s take over %v %s", atN(way[0].of.Conns), overHTTP(way[0].of.Setting), 2*block, where)
		says = append(says, fmt.Sprintf("%s. In theory %d threads do %s a second, and what comes beyond has to queue.%s", s, wire.MaxOffload, words.Number(theory), ofOnce(way)))
	}
	return says
}

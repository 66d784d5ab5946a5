package question

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// Who waits while others' requests block.

// wait is how long a model made bystanders wait while others' requests blocked: p99, in nanoseconds.
type wait struct {
	name, model string
	p99         float64
	void        bool // of no valid repetition
	over        bool // because it could not keep up
}

// bystanders is what was measured of one way to block, under the largest share of it.
type bystanders struct {
	setting figure.Setting
	conns   int
	waits   []wait // models as they come
}

// waysToBlock are told in this order.
var waysToBlock = []struct{ how, inWords string }{
	{"inline", "asleep where they are handled"},
	{"spin", "using the CPU where they are handled"},
	{"offload", "handed to threads for blocking work"},
}

func wayInWords(how string) string {
	for _, w := range waysToBlock {
		if w.how == how {
			return w.inWords
		}
	}
	return how
}

// bystandersOf is one for every way to block, in the order of the loads: at the largest N and share that all of them have been
// measured at. Of those with too little time for all of them (crowded) only where there are no others: what is measured there is
// a queue that only grows.
func (e *evidence) bystandersOf() (all []bystanders) {
	for _, g := range e.those(func(g *figure.Group) bool { return g.Blocks() && !e.control(g.Model) }) {
		bearable := slices.ContainsFunc(e.groups, func(o figure.Group) bool {
			return sameWay(o.Setting(), g.Setting()) && o.Params.Share > 0 && !crowded(&o)
		})
		if crowded(g) && bearable {
			continue
		}
		p99 := g.Of(figure.LatencyP99)
		w := wait{name: e.name(g), model: g.Model, p99: p99.Median, void: p99.N == 0, over: p99.N == 0 && g.FellBehind()}
		at := slices.IndexFunc(all, func(b bystanders) bool { return sameWay(b.setting, g.Setting()) })
		switch {
		case at < 0:
			all = append(all, bystanders{g.Setting(), g.Conns, []wait{w}})
		case all[at].setting == g.Setting() && all[at].conns == g.Conns:
			all[at].waits = append(all[at].waits, w)
		case all[at].setting.Params.Share < g.Params.Share || all[at].conns < g.Conns:
			all[at] = bystanders{g.Setting(), g.Conns, []wait{w}}
		}
	}
	return all
}

func sameWay(a, b figure.Setting) bool {
	return a.Scenario == b.Scenario && a.Params.How == b.Params.How
}

// overHTTP says so of requests that are.
func overHTTP(s figure.Setting) string {
	if s.Scenario == "http-blocking" {
		return " over HTTP"
	}
	return ""
}

// crowded reports whether slow requests take more time than there is: in one thread, or in all that they may be handed to.
func crowded(g *figure.Group) bool {
	threads := 1.0
	if g.Params.How == "offload" {
		threads = wire.MaxOffload
	}
	return g.SlowPerS()*float64(g.Params.BlockNS) >= threads*1e9
}

// split is who is stalled, who is not, who could not keep up, and of whom nothing is valid. A model stalls everybody if its
// bystanders' p99 is at least half as long as a request blocks: then what blocks one does block all.
func (b *bystanders) split() (stalled, free []wait, over, void []string) {
	for _, w := range b.waits {
		switch {
		case w.over:
			over = append(over, w.name)
		case w.void:
			void = append(void, w.name)
		case w.p99 >= float64(b.setting.Params.BlockNS)/2:
			stalled = append(stalled, w)
		default:
			free = append(free, w)
		}
	}
	return stalled, free, over, void
}

func namesOf(waits []wait) (all []string) {
	for _, w := range waits {
		all = append(all, w.name)
	}
	return all
}

func ofWaits(waits []wait) string {
	var all []float64
	for _, w := range waits {
		all = append(all, w.p99)
	}
	return span(all, words.Nanoseconds)
}

func (b *bystanders) sentence() string {
	p := b.setting.Params
	stalled, free, over, void := b.split()
	s := fmt.Sprintf("%s of %s requests a second%s block for %v each, %s: ", words.Capital(words.Percent(p.Share)),
		words.PerSecond(p.RatePerS), overHTTP(b.setting),
		time.Duration(p.BlockNS), wayInWords(p.How))
	var clauses []string
	if len(stalled) > 0 {
		clauses = append(clauses,
			fmt.Sprintf("in %s one blocked request blocks all, and 1 bystander in 100 waits %s or longer",
				words.List(words.Codes(namesOf(stalled))), ofWaits(stalled)))
	}
	if len(free) > 0 {
		clauses = append(clauses, fmt.Sprintf("in %s 1 bystander in 100 waits %s or longer, and nobody is stalled",
			words.List(words.Codes(namesOf(free))), ofWaits(free)))
	}
	if len(over) > 0 {
		clauses = append(clauses, fmt.Sprintf("%s could not keep up", words.List(words.Codes(over))))
	}
	if len(void) > 0 {
		clauses = append(clauses, fmt.Sprintf("no repetition of %s is valid", words.List(words.Codes(void))))
	}
	return s + strings.Join(clauses, "; ") + "."
}

func (b *bystanders) headline() string {
	p := b.setting.Params
	stalled, free, _, _ := b.split()
	who := fmt.Sprintf("%s of requests block %v: ", words.Percent(p.Share), time.Duration(p.BlockNS))
	most := func(of []wait) string {
		return words.Short(words.Nanoseconds(slices.MaxFunc(of, func(a, b wait) int { return cmp.Compare(a.p99, b.p99) }).p99))
	}
	names := func(of []wait) string { return strings.Join(words.Codes(namesOf(of)), ", ") }
	switch {
	case len(stalled) == 0 && len(free) == 0:
		return who + "no model has a valid repetition"
	case len(stalled) == 0:
		return shortest(who+fmt.Sprintf("nobody else waits in %s (p99 up to %s)", names(free), most(free)),
			who+fmt.Sprintf("nobody else waits in any model (p99 up to %s)", most(free)))
	case len(free) == 0:
		return shortest(who+fmt.Sprintf("everybody waits in %s (p99 up to %s)", names(stalled), most(stalled)),
			who+fmt.Sprintf("everybody waits in all models (p99 up to %s)", most(stalled)))
	}
	return shortest(
		who+fmt.Sprintf("the rest wait up to %s in %s; %s in %s", most(stalled), names(stalled), most(free), names(free)),
		who+fmt.Sprintf("the rest wait up to %s in %s; %s in others", most(stalled), names(stalled), most(free)),
		who+fmt.Sprintf("others wait %s in %s; %s elsewhere", most(stalled), names(stalled), most(free)),
		who+fmt.Sprintf("others wait %s in %s", most(stalled), names(stalled)),
		who+fmt.Sprintf("the rest wait up to %s in %s; %s in others", most(stalled), some(namesOf(stalled), 1), most(free)))
}

// blocking is what a handler that blocks does to everybody else.
func (e *evidence) blocking() []Answer {
	all := e.bystandersOf()
	if len(all) == 0 {
		return nil
	}
	lead := all[0]
	a := Answer{ID: "blocking", Title: "Blocking handlers", Load: e.loads[lead.setting] + ", " + atN(lead.conns),
		Headline: lead.headline(), Column: e.bystanderColumn(lead)}
	for i := range all {
		a.Says = append(a.Says, all[i].sentence())
	}
	a.How = []string{"A crossing is told as the two rates of slow requests, of those measured, between which it lies. Which " +
		"requests are slow is drawn by chance, so they come in clusters."}
	a.Cite = "p99 of bystanders: " + a.Headline
	if e.noisy {
		a.Doubts = append(a.Doubts, noMeasurement)
	}
	stalls, exhaustions := e.competing(compare.Stalls(e.groups)), e.competing(compare.Exhaustions(e.groups))
	a.Says = append(a.Says, stallCrossings(e.swept(stalls, false))...)
	a.Says = append(a.Says, exhaustionSentences(e.swept(exhaustions, true))...)
	var done []figure.Setting
	for _, load := range slices.Concat(e.scenario("blocking"), e.scenario("http-blocking")) {
		load = load.Unshared()
		if slices.Contains(done, load) {
			continue
		}
		done = append(done, load)
		a.Charts = append(a.Charts, e.blockingCharts(load)...)
		a.Tables = append(a.Tables, e.slowTable(load, stalls, exhaustions))
	}
	return []Answer{a}
}

func (e *evidence) bystanderColumn(b bystanders) *Column {
	p := b.setting.Params
	c := &Column{Cells: map[string]show.Cell{},
		Column: show.Column{Head: fmt.Sprintf("p99 of the rest while %s of requests block for %v", words.Percent(p.Share),
			time.Duration(p.BlockNS)),
			Short: "p99 beside blocked", Key: "bystanders_p99_ns"}}
	for _, w := range b.waits {
		cell := number(w.p99, words.Nanoseconds(w.p99))
		switch {
		case w.over:
			cell = show.Cell{Text: "could not keep up", Mark: show.Bad}
		case w.void:
			cell = show.Cell{Text: "void", Mark: show.Bad}
		case w.p99 >= float64(p.BlockNS)/2:
			cell.Mark = show.Bad
		}
		if _, there := c.Cells[w.model]; !there {
			c.Cells[w.model] = cell
		}
	}
	return c
}

// competing is the crossings without those of controls.
func (e *evidence) competing(all []compare.Crossing) []compare.Crossing {
	return slices.DeleteFunc(all, func(c compare.Crossing) bool { return e.twins[c.Model] != "" })
}

// swept is the crossings of the ways to block that were measured at several rates of slow requests, and so have something to say
// beyond what bystanders do.
func (e *evidence) swept(all []compare.Crossing, offload bool) []compare.Crossing {
	rates := map[figure.Setting][]float64{}
	for i := range e.groups {
		if g := &e.groups[i]; g.Blocks() && !e.control(g.Model) && !slices.Contains(rates[g.Way()], g.SlowPerS()) {
			rates[g.Way()] = append(rates[g.Way()], g.SlowPerS())
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c compare.Crossing) bool {
		return len(rates[c.Setting]) < 2 || e.control(c.Model) || c.Setting.Params.How == "offload" != offload
	})
}

// slowGroups is those of a load that differ in how, and how many requests, block, the fewest first.
func (e *evidence) slowGroups(load figure.Setting) []*figure.Group {
	all := e.those(func(g *figure.Group) bool { return g.Setting().Unshared() == load && g.Blocks() })
	how := func(g *figure.Group) int {
		return slices.IndexFunc(waysToBlock, func(w struct{ how, inWords string }) bool { return w.how == g.Params.How })
	}
	slices.SortStableFunc(all, func(a, b *figure.Group) int {
		return cmp.Or(cmp.Compare(a.Conns, b.Conns), cmp.Compare(how(a), how(b)), cmp.Compare(a.SlowPerS(), b.SlowPerS()))
	})
	return all
}

// blockingCharts are what slow requests do to everybody else, and to each other.
func (e *evidence) blockingCharts(load figure.Setting) (charts []chart.Chart) {
	blocks := time.Duration(load.Params.BlockNS)
	id := e.slug(load)
	for _, w := range []struct {
		id, title, note string
		of              figure.Metric
		limit           float64
		extra           bool
	}{
		{id + "-stall", "How long bystanders wait while others' requests block",
			fmt.Sprintf("p99 of an echo over the requests a second that block for %v.", blocks), figure.LatencyP99,
			compare.MissNS, false},
		{id + "-slow", "How long slow requests take themselves",
			fmt.Sprintf("Median of the requests that block for %v, over how many do a second.", blocks), figure.AsideP50,
			compare.Exhausts * float64(blocks), true},
	} {
		c := chart.Chart{ID: w.id, Title: w.title, Note: w.note + " Hollow: void. Lower is better.", Kind: chart.Lines,
			Extra: w.extra,
			X:     chart.Axis{Title: "slow requests a second", Unit: chart.PerSecond, Log: true}, Y: chart.Axis{Unit: chart.NS,
				Log: true}}
		for _, g := range e.slowGroups(load) {
			title := fmt.Sprintf("%s, %s", g.Params.How, atN(g.Conns))
			at := slices.IndexFunc(c.Panels, func(p chart.Panel) bool { return p.Title == title })
			if at < 0 {
				at = len(c.Panels)
				c.Panels = append(c.Panels, chart.Panel{Title: title, Line: &chart.Rule{At: w.limit,
					Title: time.Duration(w.limit).String()}})
			}
			c.Panels[at].Series = addPoints(c.Panels[at].Series, e.seriesOf(g), slowPoints(g, w.of))
		}
		charts = append(charts, drawn(c)...)
	}
	return charts
}

func (e *evidence) seriesOf(g *figure.Group) chart.Series {
	return chart.Series{Model: g.Model, Name: e.name(g), Dashed: e.control(g.Model)}
}

// addPoints adds points to the series of that name, which is made if need be.
func addPoints(all []chart.Series, s chart.Series, points []chart.Point) []chart.Series {
	if len(points) == 0 {
		return all
	}
	at := slices.IndexFunc(all, func(o chart.Series) bool { return o.Name == s.Name })
	if at < 0 {
		at, all = len(all), append(all, s)
	}
	all[at].Points = append(all[at].Points, points...)
	return all
}

func slowPoints(g *figure.Group, m figure.Metric) []chart.Point {
	points := point(g, figure.Figure{Metric: m, Words: words.Nanoseconds})
	for i := range points {
		points[i].X = g.SlowPerS()
	}
	return points
}

// slowTable is what was measured of every way, N and rate of slow requests, and where each model crosses.
func (e *evidence) slowTable(load figure.Setting, stalls, exhaustions []compare.Crossing) show.Table {
	of := e.slowGroups(load)
	title := fmt.Sprintf("Requests%s that block for %v, among %s a second", overHTTP(load), time.Duration(load.Params.BlockNS),
		words.Number(load.Params.RatePerS))
	crossed := func(all []compare.Crossing) func(*figure.Group) show.Cell {
		return func(g *figure.Group) show.Cell { return e.crossed(g, all) }
	}
	return e.table(title, e.note(of), of,
		left("How", func(g *figure.Group) show.Cell { return text(g.Params.How) }),
		column{show.Column{Head: "Slow requests/s", Key: "slow_per_s"},
			func(g *figure.Group) show.Cell { return number(g.SlowPerS(), words.Number(g.SlowPerS())) }},
		column{show.Column{Head: "Share", Key: "share"}, func(g *figure.Group) show.Cell {
			return number(g.Params.Share,
				words.Percent(g.Params.Share))
		}},
		e.figures(of, "Bystanders' p50", p50), e.figures(of, "Bystanders' p99", p99), silence(),
		metric("Slow ones' p50", "aside_p50_ns", figure.AsideP50, words.Nanoseconds), metric("Slow ones' p99", "aside_p99_ns",
			figure.AsideP99, words.Nanoseconds),
		e.figures(of, "CPU a bystander's echo", cpuPerMessage),
		left("Bystanders miss 50 ms", crossed(stalls)).minor(), left("Half of the slow take twice as long",
			crossed(exhaustions)).minor(), valid)
}

// crossed is between which rates a group's model crosses.
func (e *evidence) crossed(g *figure.Group, all []compare.Crossing) show.Cell {
	for _, c := range all {
		if c.Name == e.name(g) && c.Conns == g.Conns && c.Setting == g.Way() {
			cell := number(c.Missed, between(c))
			if c.Once {
				cell.Detail = "of one repetition"
			}
			return cell
		}
	}
	return unknown
}

// between is "between 10 and 50/s", or on which side of what was measured it lies.
func between(c compare.Crossing) string {
	ps := words.Number
	switch {
	case c.Again > 0:
		return fmt.Sprintf("at %s/s, but not at %s/s", ps(c.Missed), ps(c.Again))
	case math.IsInf(c.Missed, 1):
		return fmt.Sprintf("over %s/s", ps(c.Kept))
	case c.Kept == 0:
		return fmt.Sprintf("under %s/s", ps(c.Missed))
	}
	return fmt.Sprintf("between %s and %s/s", ps(c.Kept), ps(c.Missed))
}

// crossedAlike is models that cross between the same two rates.
type crossedAlike struct {
	of     compare.Crossing // the first of them
	models []string
}

// byWay puts those together that cross between the same rates, by way to block and N.
func byWay(all []compare.Crossing) (ways [][]crossedAlike) {
	for _, c := range all {
		at := slices.IndexFunc(ways, func(w []crossedAlike) bool {
			return w[0].of.Setting == c.Setting &&
				w[0].of.Conns == c.Conns
		})
		if at < 0 {
			at, ways = len(ways), append(ways, nil)
		}
		same := slices.IndexFunc(ways[at], func(a crossedAlike) bool {
			return a.of.Kept == c.Kept && a.of.Missed == c.Missed && a.of.Again == c.Again && a.of.Once == c.Once
		})
		if same < 0 {
			same, ways[at] = len(ways[at]), append(ways[at], crossedAlike{of: c})
		}
		ways[at][same].models = append(ways[at][same].models, c.Name)
	}
	return ways
}

// stallCrossings says where bystanders come to wait for 50 ms, a sentence for every way to block and N.
func stallCrossings(all []compare.Crossing) (says []string) {
	for _, way := range byWay(all) {
		of := way[0].of
		p := of.Setting.Params
		s := fmt.Sprintf("Requests%s that block for %v each, %s, and bystanders whose p99 reaches 50 ms (%s). %s.",
			overHTTP(of.Setting), time.Duration(p.BlockNS),
			wayInWords(p.How), atN(of.Conns), crossingsInWords(way))
		some := slices.ContainsFunc(way, func(a crossedAlike) bool { return !math.IsInf(a.of.Missed, 1) })
		if p.How != "offload" && some {
			s += fmt.Sprintf(" In theory one thread has time for %s of them a second.", words.Number(1e9/float64(p.BlockNS)))
		}
		says = append(says, s+ofOnce(way))
	}
	return says
}

// crossingsInWords is a sentence for each group of models: where it is fine, and where not.
func crossingsInWords(way []crossedAlike) string {
	var said []string
	for _, a := range way {
		ps := words.Number
		c := a.of
		var where string
		switch {
		case math.IsInf(c.Missed, 1) && c.Kept < c.Offered:
			where = fmt.Sprintf("fine at %s/s, the highest rate measured validly", ps(c.Kept))
		case math.IsInf(c.Missed, 1):
			where = fmt.Sprintf("fine at %s/s, the highest rate tested", ps(c.Kept))
		case c.Again > 0:
			where = fmt.Sprintf("over it at %s/s, but not at %s/s", ps(c.Missed), ps(c.Again))
		case c.Kept == 0:
			where = fmt.Sprintf("over it at %s/s, the lowest rate tested", ps(c.Missed))
		default:
			where = fmt.Sprintf("fine at %s/s, over it at %s/s", ps(c.Kept), ps(c.Missed))
		}
		said = append(said, words.List(words.Codes(a.models))+": "+where)
	}
	return strings.Join(said, ". ")
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
		return " Each is known from one repetition: another may cross elsewhere."
	}
	return fmt.Sprintf(" For %s this is known from one repetition: another may cross elsewhere.", words.List(once))
}

// exhaustionSentences say where slow requests that are handed over come to queue for a thread. Far below what threads can do in
// theory there is nothing to say.
func exhaustionSentences(all []compare.Crossing) (says []string) {
	for _, way := range byWay(all) {
		of := way[0].of
		block := time.Duration(of.Setting.Params.BlockNS)
		theory := wire.MaxOffload * 1e9 / float64(block)
		if !slices.ContainsFunc(way, func(a crossedAlike) bool {
			return a.of.Kept >= theory/2 || a.of.Missed <= 2*theory && a.of.Missed >= theory/2
		}) {
			continue
		}
		says = append(says,
			fmt.Sprintf("Slow requests%s handed over to threads, and half of them taking over %v (%s). %s. In theory %d "+
				"threads do %s a second; what comes beyond has to queue.%s",
				overHTTP(of.Setting), 2*block, atN(of.Conns), crossingsInWords(way), wire.MaxOffload, words.Number(theory),
				ofOnce(way)))
	}
	return says
}

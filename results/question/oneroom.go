package question

import (
	"fmt"
	"slices"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

var (
	spreadP50 = figure.Figure{Name: "spread_p50_ns", Title: "spread p50", Metric: figure.SpreadP50, Less: true,
		Words: words.Nanoseconds}
	spreadP99 = figure.Figure{Name: "spread_p99_ns", Title: "spread p99", Metric: figure.SpreadP99, Less: true,
		Words: words.Nanoseconds, Tail: true}
)

// What a room of all is served within: nearly every delivery in time, and the next message not due before half of them have heard
// the last.
const leastDelivered = 0.98

// roomState is how one model served one room.
type roomState struct {
	group     *figure.Group
	name      string
	known     bool
	behind    bool // it fell behind what was offered, and its repetitions are void
	client    bool // because the client did
	strained  bool // valid, but deliveries are missing, or come after the next message is due
	delivered float64
	p50       float64
}

func (e *evidence) roomState(g *figure.Group, reaches []figure.Reach) roomState {
	r := roomState{group: g, name: e.name(g)}
	at := slices.IndexFunc(reaches, func(r figure.Reach) bool { return r.Setting == g.Setting() && r.Name == e.name(g) })
	if at >= 0 && reaches[at].Behind == g.Conns {
		r.known, r.behind, r.client, r.delivered = true, true, reaches[at].Client, reaches[at].AchievedPerS
		return r
	}
	perS, middle := g.Of(figure.Throughput), g.Of(figure.LatencyP50)
	if perS.N == 0 {
		return r
	}
	r.known, r.delivered, r.p50 = true, perS.Median, middle.Median
	rate := g.Params.RatePerS
	r.strained = r.delivered < leastDelivered*offered(g) || rate > 0 && r.p50 > 1e9/rate
	return r
}

// offered is deliveries a second.
func offered(g *figure.Group) float64 { return g.Params.RatePerS * float64(g.Conns) }

// inWords is what it reached of what was offered, and how late.
func (r roomState) inWords() string {
	s := fmt.Sprintf("%s of %s deliveries/s", words.Rate(r.delivered), words.Rate(offered(r.group)))
	switch {
	case r.client:
		s += ", all that the client can do: what the server can is not known"
	case r.strained:
		s += fmt.Sprintf(", half of them %s late or later", words.Nanoseconds(r.p50))
	}
	return s
}

// room is how far one room of all reaches.
func (e *evidence) room() (answers []Answer) {
	reaches := figure.Reaches(e.groups)
	for _, load := range e.scenario(figure.Fanout) {
		of := e.of(load)
		a := Answer{ID: "room", Title: "One room of all", Load: e.loads[load],
			How: []string{"Every message goes to every member, and each checks its ids. Delivery is counted from when the " +
				"message was due;" +
				" the spread is between the first and the last member that heard it. A model falls behind where fewer " +
				"deliveries come a second than are offered."}}
		if len(answers) > 0 {
			a.ID = "room/" + e.slug(load)
		}
		for _, n := range connsOf(of) {
			var states []roomState
			for _, g := range e.rivals(atConns(of, n)) {
				if s := e.roomState(g, reaches); s.known {
					states = append(states, s)
				}
			}
			if len(states) > 0 {
				headline, says := roomSays(states)
				a.Headline = headline
				a.Says = append(a.Says, says...)
			}
		}
		if a.Headline == "" {
			a.Headline = "No repetition is valid, and none shows who fell behind"
		}
		if e.noisy {
			a.Doubts = append(a.Doubts, noMeasurement)
		}
		a.Charts = e.roomCharts(load)
		a.Tables = []show.Table{e.roomTable(of, reaches)}
		answers = append(answers, a)
	}
	return answers
}

// roomSays says at one size of the room who keeps up, who does so late or not wholly, and who falls behind.
func roomSays(states []roomState) (headline string, says []string) {
	g := states[0].group
	var fine, strained, behind []string
	var clauses []string
	for _, s := range states {
		switch {
		case s.behind:
			behind = append(behind, s.name)
			clauses = append(clauses, fmt.Sprintf("%s falls behind: %s", words.Code(s.name), s.inWords()))
		case s.strained:
			strained = append(strained, s.name)
			clauses = append(clauses, fmt.Sprintf("%s is strained: %s", words.Code(s.name), s.inWords()))
		default:
			fine = append(fine, s.name)
		}
	}
	who := fmt.Sprintf("%s deliveries/s in a room of %s: ", words.Rate(offered(g)), words.Whole(g.Conns))
	keep := "no model keeps up in time"
	if len(fine) > 0 {
		keep = words.List(words.Codes(fine)) + verb(len(fine), " keeps up", " keep up")
		var late []float64
		for _, s := range states {
			if !s.behind && !s.strained {
				late = append(late, s.p50)
			}
		}
		says = append(says, fmt.Sprintf("With %s messages a second to everybody in a room of %s, %s (p50 %s).",
			words.Number(g.Params.RatePerS), words.Whole(g.Conns), keep, span(late, words.Nanoseconds)))
	}
	for _, c := range clauses {
		says = append(says, fmt.Sprintf("In a room of %s, %s.", words.Whole(g.Conns), c))
	}
	short := some(fine, 2) + verb(len(fine), " keeps up", " keep up")
	if len(fine) == 0 {
		short = keep
	}
	not := len(strained) + len(behind)
	switch {
	case not == 0:
		return shortest(who+keep, who+short), says
	case len(behind) == 0:
		return shortest(who+keep+fmt.Sprintf("; %s strained", words.List(words.Codes(strained))),
			who+short+fmt.Sprintf(", %s strained", some(strained, 1))), says
	}
	return shortest(who+keep+fmt.Sprintf("; %s not", words.List(words.Codes(slices.Concat(strained, behind)))),
		who+keep+fmt.Sprintf("; %d others do not", not),
		who+short+fmt.Sprintf("; %d others do not", not)), says
}

func (e *evidence) roomCharts(load figure.Setting) []chart.Chart {
	rows, id := rowsOf(e.groups, e.twins, load), e.slug(load)
	charts := slices.Concat(
		e.lines(rows, id+"-delivery", "Delivery in one room of N", "From when the message was due. Hollow: void.", chart.NS,
			figurePanel{"p50", p50}, figurePanel{"p99", p99}),
		e.lines(rows, id+"-spread", "From the first to the last member",
			"How much later the last member heard a message than the first.", chart.NS, figurePanel{"p50", spreadP50},
			figurePanel{"p99", spreadP99}))
	for i := range charts {
		charts[i].Extra = i > 0
	}
	return charts
}

func (e *evidence) roomTable(of []*figure.Group, reaches []figure.Reach) show.Table {
	kept := left("Kept up?", func(g *figure.Group) show.Cell {
		s := e.roomState(g, reaches)
		switch {
		case !s.known || s.client:
			return show.Cell{Text: "not known"}
		case s.behind:
			return show.Cell{Text: "no", Detail: s.inWords(), Mark: show.Bad}
		case s.strained:
			return show.Cell{Text: "strained", Detail: s.inWords(), Mark: show.Bad}
		}
		return show.Cell{Text: "yes"}
	})
	offers := column{show.Column{Head: "Offered/s", Key: "offered_per_s"},
		func(g *figure.Group) show.Cell { return number(offered(g), words.Rate(offered(g))) }}
	return e.table("One room of N", e.note(of), of, offers, e.figures(of, "Deliveries/s", throughput), e.figures(of,
		"Delivery p50", p50), e.figures(of, "p99", p99), silence(),
		e.figures(of, "First to last, p50", spreadP50), e.figures(of, "First to last, p99", spreadP99), e.figures(of,
			"CPU a delivery", cpuPerMessage), kept, valid)
}

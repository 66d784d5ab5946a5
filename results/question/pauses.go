package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// What makes a stop of a long tail: 1 message in 100 waited so long, and so much longer than others did.
const (
	stallNS  = 20e6 // ns
	stallsBy = 10   // p99 over the median
	hides    = 3    // p99 from the due time over p99 from the actual send
	lateToo  = 0.01 // share of late sends from which they may be what p99 tells of

	longPause = 100 * time.Millisecond // from which a pause of the machine is told of
)

// pauses is who stopped: compare.StopsOf judges it, and where a run has no record of silences a tail that is as long tells of it.
func (e *evidence) pauses() []Answer {
	stops := compare.StopsOf(e.cells)
	own, machine := ownStops(stops), machineStop(stops)
	servers, shared := stallSentences(e.stallsOf(stops))
	stalls := slices.Concat(servers, shared)
	a := Answer{ID: "pauses", Title: "Pauses", Says: slices.Concat(e.stopSentences(own), machine.sentence(e), stalls),
		How: []string{"A silence is a time in which messages waited and nothing came from the server. One that other servers " +
			"of the same rotation show as well, or a control" +
			" or most other models, is the machine's; one that a server shows alone is its own."}}
	switch {
	case len(own) > 0:
		s := own[0]
		a.Headline = shortest(fmt.Sprintf("%s stopped for %s under %s at %s", words.Code(s.Name),
			words.Short(words.Nanoseconds(float64(s.For))), e.loads[s.Setting], atN(s.Conns)),
			fmt.Sprintf("%s stopped for %s", words.Code(s.Name), words.Short(words.Nanoseconds(float64(s.For)))))
		a.Column = e.silences(own)
	case machine.For >= longPause:
		a.Headline = fmt.Sprintf("The machine itself stopped for up to %s; no server stopped of its own",
			words.Short(words.Nanoseconds(float64(machine.For))))
	case len(servers) > 0:
		a.Headline = "By the tail of its latency a server stopped; silences are not on record"
	case len(shared) > 0:
		a.Headline = "The machine itself stopped now and then; no server is seen to have stopped"
	default:
		a.Headline = "No server stopped"
		if !slices.ContainsFunc(e.cells, func(c record.Cell) bool { return c.Load.LongestSilenceNS != nil }) {
			a.Headline = "No tail shows that a server stopped; silences are not on record"
		}
	}
	if len(own) > 0 {
		t := show.Table{Title: "Servers that stopped", Note: "The longest of each server and load.", Columns: heads("Model",
			"N", "Load", "Stopped for", "Repetition")}
		t.Columns[2].Left = true
		for _, s := range own {
			t.Rows = append(t.Rows, []show.Cell{named(s.Name), number(float64(s.Conns), words.Whole(s.Conns)),
				text(e.loads[s.Setting]),
				{Text: words.Nanoseconds(float64(s.For)), Value: ptr(float64(s.For)), Mark: show.Bad}, number(float64(s.Rep),
					words.Whole(s.Rep))})
		}
		a.Tables = []show.Table{t}
	}
	return []Answer{a}
}

// ownStops is the longest stop of each server and load that is the server's own, the longest first.
func ownStops(stops []compare.Stop) []compare.Stop {
	worst, _ := compare.OfServers(stops)
	slices.SortStableFunc(worst, func(a, b compare.Stop) int { return cmp.Compare(b.For, a.For) })
	return worst
}

// pause is the longest stop that was the machine's.
type pause struct{ compare.Stop }

func machineStop(stops []compare.Stop) (longest pause) {
	for _, s := range stops {
		if s.Machine && s.For > longest.For {
			longest = pause{s}
		}
	}
	return longest
}

func (p pause) sentence(e *evidence) []string {
	if p.For < longPause {
		return nil
	}
	return []string{fmt.Sprintf("The machine itself stopped for up to %s (%s, %s): other servers were silent for half as long or longer "+
		"beside %s, or the hypervisor took that time.",
		words.Nanoseconds(float64(p.For)), e.loads[p.Setting], atN(p.Conns), words.Code(p.Name))}
}

func (e *evidence) stopSentences(own []compare.Stop) (said []string) {
	for _, s := range own {
		_, inWords := compare.OfServers([]compare.Stop{s})
		said = append(said, fmt.Sprintf("%s%s, under %s at %s: messages waited, and nothing was answered.", words.Code(s.Name),
			strings.TrimPrefix(inWords[0], words.Printable(s.Name)), e.loads[s.Setting], atN(s.Conns)))
	}
	return said
}

// silences is the longest silence of every model, where one stopped of its own.
func (e *evidence) silences(own []compare.Stop) *Column {
	c := &Column{Column: show.Column{Head: "Longest silence", Short: "silence", Key: figure.Silence.Name},
		Cells: map[string]show.Cell{}}
	longest := map[string]float64{}
	for i := range e.cells {
		if ns, ok := figure.LongestSilence(&e.cells[i]); ok {
			longest[e.cells[i].Model] = max(longest[e.cells[i].Model], ns)
		}
	}
	for model, ns := range longest {
		cell := number(ns, words.Nanoseconds(ns))
		if slices.ContainsFunc(own, func(s compare.Stop) bool { return s.Model == model }) {
			cell.Mark = show.Bad
		}
		c.Cells[model] = cell
	}
	return c
}

// stall is a server that stopped, or seems to have, seen from both clocks.
type stall struct {
	name         string
	load         string
	conns        int
	p50, p99     float64 // ns, from when a message was due: medians over the repetitions
	service      float64 // ns, p99 from the actual send
	late         float64 // share of sends over 1 ms late; 0 where it is not known
	worst        float64 // ns, the longest of all
	longest      float64 // ns, the longest p99 of a repetition
	shown, of    int     // repetitions that show it, of how many
	rivals       int     // models under the same load at the same N
	control      bool
	judged       bool    // who stopped is known from silences, or from a control that p99 cannot rank
	own          bool    // and it is this server
	closed       float64 // ns, p99 of the same model at the same N in a closed loop; 0: not measured
	clientIsBusy bool
}

// stallsOf finds the repetitions of open loops in which 1 message in 100 waited very much longer than the median one. Where p99
// ranks nobody, because a control shows the same, no server is said to stop that was not seen to.
func (e *evidence) stallsOf(stops []compare.Stop) (all []stall) {
	for i := range e.groups {
		g := &e.groups[i]
		if g.Params.Loop != "open" || g.Setting().AtRest() || g.Params.How != "" { // what blocks is known there
			continue
		}
		s := stallOf(slices.Concat(g.Rotated, g.Valid))
		if s.shown == 0 {
			continue
		}
		s.name, s.load, s.conns, s.control = e.name(g), e.loads[g.Setting()], g.Conns, e.control(g.Model)
		s.closed = e.closedP99(g)
		s.own = slices.ContainsFunc(stops, func(o compare.Stop) bool {
			return !o.Machine && o.Setting == g.Setting() && o.Conns == g.Conns && o.Name == s.name
		})
		tail, _ := e.setOf(g.Setting(), "p99")
		s.judged = s.own || noiseAt(tail, g.Conns) > 0 || g.Of(figure.LongestSilence).N > 0
		for j := range e.groups {
			if o := &e.groups[j]; o.Setting() == g.Setting() && o.Conns == g.Conns {
				s.rivals++
			}
		}
		all = append(all, s)
	}
	return all
}

// stallSentences says who stops. Where a control does too, or half of all models, it is the machine that stops; where it is one
// server alone, in most of its repetitions, it is the server. What one server shows in few of them proves nothing.
func stallSentences(all []stall) (ofServers, ofMachine []string) {
	var servers []stall
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].load == all[0].load && all[n].conns == all[0].conns {
			n++
		}
		place := all[:n]
		all = all[n:]
		others := slices.DeleteFunc(slices.Clone(place), func(s stall) bool { return s.own || !s.judged })
		if len(others) == 0 && n > 1 && !slices.ContainsFunc(place, func(s stall) bool { return s.own }) &&
			(2*n >= place[0].rivals || slices.ContainsFunc(place, func(s stall) bool { return s.control })) {
			others = place
		} else if len(others) == 0 {
			servers = append(servers, slices.DeleteFunc(slices.Clone(place), func(s stall) bool {
				return !s.own &&
					2*s.shown <= s.of
			})...)
			continue
		}
		if len(others) > 1 {
			ofMachine = append(ofMachine, machineSentence(others))
		}
		servers = append(servers, slices.DeleteFunc(slices.Clone(place), func(s stall) bool { return !s.own })...)
	}
	return serverSentences(servers), ofMachine
}

// serverSentences is one for every server and load: the worst of it, and where else.
func serverSentences(all []stall) (said []string) {
	for len(all) > 0 {
		first := all[0]
		mine := func(s stall) bool { return s.name == first.name && s.load == first.load }
		of := slices.DeleteFunc(slices.Clone(all), func(s stall) bool { return !mine(s) })
		worst := slices.MaxFunc(of, func(a, b stall) int { return cmp.Compare(a.p99, b.p99) })
		var conns []string
		for _, s := range of {
			if s.conns != worst.conns {
				conns = append(conns, words.Whole(s.conns))
			}
		}
		sentence := worst.sentence()
		if len(conns) > 0 {
			sentence += fmt.Sprintf(" It does so at N = %s too.", words.List(conns))
		}
		said = append(said, sentence)
		all = slices.DeleteFunc(slices.Clone(all), mine)
	}
	return said
}

// machineSentence is for a stop that strikes whoever is measured.
func machineSentence(of []stall) string {
	var names []string
	least := of[0].longest
	for _, s := range of {
		name := words.Code(s.name)
		if s.control {
			name = "the control " + name
		}
		names = append(names, name)
		least = min(least, s.longest)
	}
	return fmt.Sprintf("The machine itself stops now and then (%s, %s): in some repetitions 1 reply in 100 took %s and more, "+
		"with %s alike. p99 cannot rank there.",
		of[0].load, atN(of[0].conns), words.Nanoseconds(least), words.List(names))
}

// stallOf looks at the repetitions of one group.
func stallOf(cells []record.Cell) (s stall) {
	var p50, p99, service, late, busy []float64
	for i := range cells {
		c := &cells[i]
		if c.Latency == nil || c.Latency.Count < 100 {
			continue
		}
		l := c.Latency
		p50, p99 = append(p50, float64(l.P50)), append(p99, float64(l.P99))
		s.worst = max(s.worst, float64(l.Max))
		if c.Service != nil {
			service = append(service, float64(c.Service.P99))
		}
		if c.Load.LateSendRatio != nil {
			late = append(late, *c.Load.LateSendRatio)
		}
		if c.Load.ClientCPURatio != nil {
			busy = append(busy, *c.Load.ClientCPURatio/float64(max(1, c.Load.ClientCPUs)))
		}
		hidden := c.Service != nil && l.P99 >= hides*c.Service.P99
		if float64(l.P99) >= stallNS && (hidden || l.P99 >= stallsBy*l.P50) {
			s.shown++
			s.longest = max(s.longest, float64(l.P99))
		}
	}
	median := func(values []float64) float64 { return stats.SpreadOf(values).Median }
	s.of = len(p99)
	s.p50, s.p99, s.service = median(p50), median(p99), median(service)
	s.late, s.clientIsBusy = median(late), median(busy) >= figure.BusyFrom
	return s
}

// closedP99 is p99 of the same model in the same scenario at the same N in a closed loop.
func (e *evidence) closedP99(g *figure.Group) float64 {
	for i := range e.groups {
		o := &e.groups[i]
		p := o.Params
		if o.Scenario == g.Scenario && o.Model == g.Model && o.Conns == g.Conns && p.Procs == g.Params.Procs &&
			p.Loop == "closed" && p.Driver == "" {
			return o.Of(figure.LatencyP99).Median
		}
	}
	return 0
}

// sentence explains a stop: what each clock shows of it, and why they differ.
func (s stall) sentence() string {
	ns := words.Nanoseconds
	said := fmt.Sprintf("%s stops (%s, %s): 1 reply in 100 took %s or longer from when its message was due, half of them only "+
		"%s; the longest %s.",
		words.Code(s.name), s.load, atN(s.conns), ns(s.p99), ns(s.p50), ns(s.worst))
	suspect := "The server stopped"
	switch {
	case s.clientIsBusy:
		suspect = "The client had no CPU to spare, so the client may have stopped"
	case s.late >= lateToo:
		suspect = fmt.Sprintf("%s of the sends were late, so the load or the whole machine stopped, or the server kept it "+
			"from sending", words.Percent(s.late))
	}
	switch {
	case s.service > 0 && s.p99 >= hides*s.service:
		said += fmt.Sprintf(" Service time hides it: counted from the actual send p99 is %s. %s, and what was due meanwhile "+
			"was sent late:"+
			" a clock that starts at the send leaves that wait out, a user does not.", ns(s.service), suspect)
	default:
		said += fmt.Sprintf(" %s, and every message that was due meanwhile waited.", suspect)
		if s.service > 0 {
			said += fmt.Sprintf(" Messages were sent on meanwhile, so the time from the send shows it too (p99 %s).",
				ns(s.service))
		}
	}
	if s.closed > 0 && s.p99 >= hides*s.closed {
		said += fmt.Sprintf(" A closed loop hides it as well (p99 %s): it sends nothing while it waits, and so counts each "+
			"stop once a connection.", ns(s.closed))
	}
	return said
}

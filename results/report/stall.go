package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// What makes a stall of a long tail: 1 message in 100 waited so long, and so much longer than others did.
const (
	stallNS  = 20e6 // ns
	stallsBy = 10   // p99 over the median
	hides    = 3    // p99 from the due time over p99 from the actual send
	lateToo  = 0.01 // share of late sends from which they may be what p99 tells of
)

// stall is a server that stopped, or seems to have, seen from both clocks.
type stall struct {
	model        string
	load         string
	conns        int
	p50, p99     float64 // ns, from when a message was due: medians over the repetitions
	service      float64 // ns, p99 from the actual send
	late         float64 // share of sends over 1 ms late; 0 where it is not known
	worst        float64 // ns, the longest of all
	longest      float64 // ns, the longest p99 of a repetition
	shown, of    int     // repetitions that show it, of how many
	rivals       int     // models under the same load at the same N
	control      bool    // is no competitor
	judged       bool    // who stopped is known from silences (compare.StopsOf), or from a control that p99 cannot rank
	own          bool    // and it is this server
	closed       float64 // ns, p99 of the same model at the same N in a closed loop; 0: not measured
	clientIsBusy bool
}

// stallsOf finds the repetitions of open loops in which 1 message in 100 waited very much longer than the median one. noisy reports where p99
// ranks nobody, for a control shows the same: there no server is said to stop that was not seen to.
func stallsOf(groups []figure.Group, stops []compare.Stop, names map[figure.Setting]string, control func(string) bool,
	noisy func(figure.Setting, int) bool) []stall {
	var all []stall
	for i := range groups {
		g := &groups[i]
		if g.Params.Loop != "open" || g.Setting().AtRest() || g.Params.How != "" { // what blocks is known there
			continue
		}
		s := stallOf(slices.Concat(g.Rotated, g.Valid))
		if s.shown == 0 {
			continue
		}
		s.model, s.load, s.conns, s.control = figure.NameOf(groups, g), names[g.Setting()], g.Conns, control(g.Model)
		s.closed = closedP99(groups, g)
		s.own = slices.ContainsFunc(stops, func(o compare.Stop) bool {
			return !o.Machine && o.Setting == g.Setting() && o.Conns == g.Conns && o.Name == s.model
		})
		s.judged = s.own || noisy(g.Setting(), g.Conns) || g.Of(figure.LongestSilence).N > 0
		for j := range groups {
			if o := &groups[j]; o.Setting() == g.Setting() && o.Conns == g.Conns {
				s.rivals++
			}
		}
		all = append(all, s)
	}
	return all
}

// stopSentences names the servers that stopped of their own, the longest first.
func (f facts) stopSentences() []string {
	worst, inWords := compare.OfServers(f.stops)
	type told struct {
		stop  compare.Stop
		words string
	}
	var all []told
	for i, s := range worst {
		all = append(all, told{s, inWords[i]})
	}
	slices.SortStableFunc(all, func(a, b told) int { return int(b.stop.For - a.stop.For) })
	var said []string
	for _, t := range all {
		name := words.Printable(t.stop.Name)
		said = append(said, fmt.Sprintf("%s%s, under %s at %s: messages waited, and nothing was answered.", words.Code(t.stop.Name),
			strings.TrimPrefix(t.words, name), f.loads[t.stop.Setting], atN(t.stop.Conns)))
	}
	if m := f.machineStop(); m.For >= longPause {
		said = append(said, fmt.Sprintf("The machine itself stopped for up to %s (%s, %s): other servers show the same beside %s, or the hypervisor took that time.",
			words.Nanoseconds(float64(m.For)), f.loads[m.Setting], atN(m.Conns), words.Code(m.Name)))
	}
	return said
}

// longPause is from when a pause of the machine is told of.
const longPause = 100 * time.Millisecond

// machineStop is the longest that was the machine's.
func (f facts) machineStop() (longest compare.Stop) {
	for _, s := range f.stops {
		if s.Machine && s.For > longest.For {
			longest = s
		}
	}
	return longest
}

// noisy reports where p99 ranks nobody.
func (f facts) noisy(s figure.Setting, conns int) bool {
	return slices.ContainsFunc(f.matters, func(m matter) bool {
		return m.setting == s && is(m.fig, "p99") && slices.ContainsFunc(m.all, func(c compare.Comparison) bool {
			return c.Conns == conns && c.Drowned > 0
		})
	})
}

// stallSentences says who stops. Where a control does too, or half of all models, it is the machine that stops; where it is one server alone, in
// most of its repetitions, it is the server. What one server shows in few of them proves nothing.
func stallSentences(all []stall) []string {
	var said []string
	var servers []stall
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].load == all[0].load && all[n].conns == all[0].conns {
			n++
		}
		place := all[:n]
		all = all[n:]
		machine := slices.DeleteFunc(slices.Clone(place), func(s stall) bool { return !s.judged || s.own })
		if len(machine) > 0 {
			if len(machine) > 1 {
				said = append(said, machineSentence(machine))
			}
			for _, s := range place {
				if s.own {
					servers = append(servers, s)
				}
			}
			continue
		}
		shared := n > 1 && !slices.ContainsFunc(place, func(s stall) bool { return s.judged }) && (2*n >= place[0].rivals || slices.ContainsFunc(place, func(s stall) bool { return s.control }))
		if shared {
			said = append(said, machineSentence(place))
			continue
		}
		for _, s := range place {
			if s.own || 2*s.shown > s.of {
				servers = append(servers, s)
			}
		}
	}
	return append(serverSentences(servers), said...)
}

// serverSentences is one for every server and load: the worst of it, and where else.
func serverSentences(all []stall) []string {
	var said []string
	for len(all) > 0 {
		first := all[0]
		mine := func(s stall) bool { return s.model == first.model && s.load == first.load }
		worst, conns := first, []string{}
		for _, s := range all {
			if mine(s) && s.p99 > worst.p99 {
				worst = s
			}
		}
		for _, s := range all {
			if mine(s) && s.conns != worst.conns {
				conns = append(conns, words.Whole(s.conns))
			}
		}
		sentence := worst.sentence()
		if len(conns) > 0 {
			sentence += fmt.Sprintf(" So it does at N = %s.", words.List(conns))
		}
		said = append(said, sentence)
		all = slices.DeleteFunc(slices.Clone(all), mine)
	}
	return said
}

// machineSentence is for a stall that strikes whoever is measured.
func machineSentence(of []stall) string {
	var names []string
	least := of[0].longest
	for _, s := range of {
		name := words.Code(s.model)
		if s.control {
			name = "the control " + name
		}
		names = append(names, name)
		least = min(least, s.longest)
	}
	return fmt.Sprintf("The machine itself stops now and then (%s, %s): in some repetitions 1 reply in 100 took %s and more, with %s alike."+
		" p99 cannot rank there.",
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
		p50, p99 = append(p50, float64(c.Latency.P50)), append(p99, float64(c.Latency.P99))
		s.worst = max(s.worst, float64(c.Latency.Max))
		if c.Service != nil {
			service = append(service, float64(c.Service.P99))
		}
		if c.Load.LateSendRatio != nil {
			late = append(late, *c.Load.LateSendRatio)
		}
		if c.Load.ClientCPURatio != nil {
			busy = append(busy, *c.Load.ClientCPURatio/float64(max(1, c.Load.ClientCPUs)))
		}
		l := c.Latency
		hidden := c.Service != nil && l.P99 >= hides*c.Service.P99
		if float64(l.P99) >= stallNS && (hidden || l.P99 >= stallsBy*l.P50) {
			s.shown++
			s.longest = max(s.longest, float64(l.P99))
		}
	}
	s.of = len(p99)
	s.p50, s.p99, s.service = median(p50), median(p99), median(service)
	s.late, s.clientIsBusy = median(late), median(busy) >= 0.95
	return s
}

func median(values []float64) float64 { return stats.SpreadOf(values).Median }

// closedP99 is what a closed loop says of the same model in the same scenario at the same N.
func closedP99(groups []figure.Group, g *figure.Group) float64 {
	for i := range groups {
		o := &groups[i]
		p := o.Params
		if o.Scenario == g.Scenario && o.Model == g.Model && o.Conns == g.Conns && p.Procs == g.Params.Procs && p.Loop == "closed" && p.Driver == "" {
			return o.Of(figure.LatencyP99).Median
		}
	}
	return 0
}

// sentence explains a stall: what each clock says of it, and why they differ.
func (s stall) sentence() string {
	ns := words.Nanoseconds
	said := fmt.Sprintf("%s stops (%s, %s): 1 reply in 100 took %s or longer from when its message was due, half of them only %s; the longest %s.",
		words.Code(s.model), s.load, atN(s.conns), ns(s.p99), ns(s.p50), ns(s.worst))
	suspect := "The server stopped"
	switch {
	case s.clientIsBusy:
		suspect = "The client had no CPU to spare, so it may be itself that stopped"
	case s.late >= lateToo:
		suspect = fmt.Sprintf("%s of the sends were late, so the load or the whole machine stopped, or the server kept it from sending", words.Percent(s.late))
	}
	switch {
	case s.service > 0 && s.p99 >= hides*s.service:
		said += fmt.Sprintf(" Service time hides it: counted from the actual send p99 is %s. %s, and what was due meanwhile was sent late:"+
			" a clock that starts at the send leaves that wait out, a user does not.", ns(s.service), suspect)
	default:
		said += fmt.Sprintf(" %s, and every message that was due meanwhile waited.", suspect)
		if s.service > 0 {
			said += fmt.Sprintf(" Messages were sent on meanwhile, so the time from the send shows it too (p99 %s).", ns(s.service))
		}
	}
	if s.closed > 0 && s.p99 >= hides*s.closed {
		said += fmt.Sprintf(" A closed loop hides it as well (p99 %s): while it waits it sends nothing, and so counts each stop once a connection.", ns(s.closed))
	}
	return said
}

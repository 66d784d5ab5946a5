package question

import (
	"fmt"
	"slices"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// latency is how long a message takes under a load that does not wait for the server.
func (e *evidence) latency() []Answer {
	m, ok := e.chief("p50")
	if !ok {
		return nil
	}
	conns := m.decided()
	n := conns[len(conns)-1]
	from := "from when a message was due: a wait in the queue counts"
	if m.setting.Params.Loop == "closed" {
		from = "from when a message was sent: a closed loop sends nothing while the server stops, and so hides stops"
	}
	a := Answer{ID: "latency", Title: "Latency", Load: e.loads[m.setting], Lead: true, Says: e.latencySays(m),
		Doubts: e.doubts(m),
		How:    []string{"Latency counts " + from + "."}}
	tail, _ := e.setOf(m.setting, "p99")
	a.Headline, a.Cite = e.latencyHeadline(m, tail, n)
	a.Column = e.column(m, n, show.Column{Head: "p50, ratio to " + e.base, Short: "p50", Key: "p50_ratio"})
	a.Tables = []show.Table{e.ratioTable("p50, ratio to "+e.base, m)}
	rows := rowsOf(e.groups, e.twins, m.setting)
	if len(conns) > 1 {
		a.Charts = e.lines(rows, "latency", "Time to a checked reply at the median", "Counted "+from+". Lower is better.",
			chart.NS, figurePanel{"p50", p50})
	} else {
		a.Charts = drawn(chart.Chart{ID: "latency", Title: fmt.Sprintf("Time to a checked reply at the median, relative to %s",
			e.base), Kind: chart.Forest,
			Note:   fmt.Sprintf("%s, %s. Bars: 95%% interval; left is faster.", words.Capital(e.loads[m.setting]), atN(n)),
			X:      chart.Axis{Title: "ratio to " + e.base, Unit: chart.Ratio, Log: true},
			Panels: []chart.Panel{e.forest(atConns(e.of(m.setting), n), "", p50)}})
	}
	return []Answer{a}
}

// tail is how long the slowest wait, under the load that the answer on latency is of.
func (e *evidence) tail() []Answer {
	middle, ok := e.chief("p50")
	if !ok {
		return nil
	}
	m, ok := e.setOf(middle.setting, "p99")
	if !ok {
		return nil
	}
	conns := middle.decided()
	n := conns[len(conns)-1]
	of := m.at(n)
	a := Answer{ID: "tail", Title: "Tail latency", Load: e.loads[m.setting], Says: telling(append(e.latencySays(m),
		e.tooNoisy(m.setting))...), Doubts: e.doubts(m)}
	a.Column = e.column(m, n, show.Column{Head: "p99, ratio to " + e.base, Short: "p99", Key: "p99_ratio"})
	a.Tables = []show.Table{e.ratioTable("p99, ratio to "+e.base, m)}
	who := fmt.Sprintf("%s connections: ", words.Whole(n))
	best, worst := e.best(of), e.dearest(of)
	switch factor := noiseAt(m, n); {
	case e.noisy:
		a.Headline = who + "not ranked, because this run is no measurement"
	case factor > 0:
		a.Headline = fmt.Sprintf("p99 is too noisy to rank models here: the same server measured twice differs by up to %sx",
			words.Times(factor))
	case len(of) == 0 || len(best) == 0:
		a.Headline = who + "too little is known to rank models by p99"
	case worst == nil:
		a.Headline = shortest(who + fmt.Sprintf("p99 %s in %s, no model found slower", e.level(of), words.Code(e.base)))
	default:
		a.Headline = shortest(who+fmt.Sprintf("p99 is the least in %s (%s in %s), %s times in %s", either(best, 2),
			e.level(of), words.Code(e.base), ratioInWords(worst.Ratio.Mid), words.Code(worst.Other)),
			who+fmt.Sprintf("p99 is the least in %s, %s times in %s", either(best, 1), ratioInWords(worst.Ratio.Mid),
				words.Code(worst.Other)))
	}
	return []Answer{a}
}

func (e *evidence) latencyHeadline(m, tail comparisonSet, n int) (headline, cite string) {
	of := m.at(n)
	who := words.Whole(n) + " connections"
	if rate := m.setting.Params.RatePerS; rate > 0 {
		who += fmt.Sprintf(" at %s/s", words.PerSecond(rate))
	}
	level := e.level(of)
	noisy := ""
	if noiseAt(tail, n) > 0 {
		noisy = "; p99 too noisy to rank"
	}
	cite = fmt.Sprintf("p50, %s, %s: %s in %s", e.loads[m.setting], atN(n), level, words.Code(of[0].Base))
	best, worst := e.best(of), e.dearest(of)
	if worst != nil {
		cite += fmt.Sprintf(", %s in %s (%s, n = %d)", ratioInWords(worst.Ratio.Mid), words.Code(worst.Other),
			betweenRatios(worst.Ratio), worst.Ratio.N)
	}
	switch {
	case e.noisy:
		return fmt.Sprintf("%s: not ranked, because this run is no measurement", who), cite
	case worst == nil:
		return shortest(fmt.Sprintf("%s: p50 %s in %s, no model found slower%s", who, level, words.Code(of[0].Base), noisy),
			fmt.Sprintf("%s: p50 %s, no model found slower%s", who, level, noisy)), cite
	case len(best) == 0:
		return fmt.Sprintf("%s: p50 %s in %s%s", who, level, words.Code(of[0].Base), noisy), cite
	}
	than := fmt.Sprintf(", %s times that in %s", ratioInWords(worst.Ratio.Mid), words.Code(worst.Other))
	if best[0] != of[0].Base {
		than = fmt.Sprintf(", the least in %s, %s times in %s", either(best, 2), ratioInWords(worst.Ratio.Mid),
			words.Code(worst.Other))
	}
	return shortest(fmt.Sprintf("%s: p50 %s in %s%s%s", who, level, words.Code(of[0].Base), than, noisy),
		fmt.Sprintf("%s: p50 %s in %s%s", who, level, words.Code(of[0].Base), than),
		fmt.Sprintf("%s: p50 %s in %s%s", who, level, words.Code(of[0].Base), noisy)), cite
}

// latencySays is what a percentile says at each N where it does not say the same at all, or that it ranks nobody.
func (e *evidence) latencySays(m comparisonSet) []string {
	if none := m.verdictless(); none != "" {
		return []string{none}
	}
	if mixed := m.mixed(); len(mixed) > 0 {
		return append(mixed[:min(2, len(mixed))], notTested)
	}
	return e.atEnds(m)
}

// tooNoisy names the other loads under which p99 ranks nobody, because the machine's own pauses are the tail.
func (e *evidence) tooNoisy(chief figure.Setting) string {
	var loads []string
	worst := 0.0
	for _, m := range e.sets {
		if swing := m.noise(); is(m.fig, "p99") && swing > 0 {
			loads, worst = append(loads, e.loads[m.setting]), max(worst, swing)
		}
	}
	if len(loads) == 0 || len(loads) == 1 && loads[0] == e.loads[chief] {
		return ""
	}
	return fmt.Sprintf("p99 is too noisy to rank models under %s: the same server measured twice differs by up to %sx.",
		words.List(loads), words.Times(worst))
}

// throughput is how many messages a second a server answers when it is always asked for more.
func (e *evidence) throughput() []Answer {
	m, ok := e.chief("throughput")
	if !ok || m.setting.Params.Loop != "closed" {
		return nil
	}
	conns := m.decided()
	n := conns[len(conns)-1]
	of := m.at(n)
	a := Answer{ID: "throughput", Title: "Throughput", Load: e.loads[m.setting], Says: e.atEnds(m), Doubts: e.doubts(m),
		How: []string{"Where the client is the bottleneck, CPU per message tells more than messages a second."}}
	a.Headline = fmt.Sprintf("%s busy connections: %s answers %s", words.Whole(n), words.Code(of[0].Base), e.level(of))
	if worst := e.dearest(of); worst != nil && !e.noisy {
		a.Headline += fmt.Sprintf(", %s %s of that", words.Code(worst.Other), ratioInWords(worst.Ratio.Mid))
	}
	if best := e.best(of); len(best) > 0 && best[0] != of[0].Base && !e.noisy {
		at := slices.IndexFunc(of, func(c compare.Comparison) bool { return c.Other == best[0] })
		a.Headline = shortest(a.Headline+fmt.Sprintf(", %s %s times", words.Code(best[0]), ratioInWords(of[at].Ratio.Mid)),
			a.Headline)
	}
	a.Tables = []show.Table{e.ratioTable("Checked replies a second, ratio to "+e.base, m)}
	a.Charts = e.lines(rowsOf(e.groups, e.twins, m.setting), "throughput", "Checked replies a second", "Higher is better.",
		chart.PerSecond, figurePanel{"", m.fig})
	for i := range a.Charts {
		a.Charts[i].Extra = true
	}
	return []Answer{a}
}

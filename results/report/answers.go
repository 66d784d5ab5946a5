package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// Answer is which models the figures speak for, for one use. There is none where they speak for nobody.
type Answer struct {
	Use    string   // "10,000 mostly idle connections"
	Models []string // names; several where no difference among them was found
	Why    []string // sentences
}

// mostlyIdle is the number of connections that the question is asked for, if so many were measured.
const mostlyIdle = 10_000

// sentenceAt is what is known at one N, with what the base itself takes.
func (f facts) sentenceAt(of []compare.Comparison) string { return sentenceAt(of, f.level(of)) }

// level is the base's figure in words, where it is known.
func (f facts) level(of []compare.Comparison) string {
	for i := range f.groups {
		g := &f.groups[i]
		if len(of) == 0 || g.Setting() != of[0].Setting || g.Conns != of[0].Conns || figure.NameOf(f.groups, g) != of[0].Base {
			continue
		}
		at := g.Interval(of[0].Figure)
		switch {
		case at.N == 0:
			return ""
		case is(of[0].Figure, "cpu"):
			return words.Nanoseconds(at.Mid) // to be read, and not compared digit by digit
		}
		return of[0].Figure.Words(at.Mid)
	}
	return ""
}

// idleAnswer is for many connections of which few speak: memory decides, and CPU is told beside it.
func (f facts) idleAnswer() (Answer, bool) {
	most := f.mostConns()
	n := most
	if most >= mostlyIdle {
		n = mostlyIdle
	}
	models, why := memoryAnswer(f.growth, n, f.control)
	if len(models) == 0 {
		return Answer{}, false
	}
	a := Answer{Use: words.Whole(n) + " mostly idle connections", Models: models, Why: []string{why}}
	if m, at, ok := cpuAt(f.matters, n); ok {
		if said := f.short(m.at(at), bestOf(m.at(at), f.control)); said != "" {
			a.Why = append(a.Why, fmt.Sprintf("When they speak (%s): %s", f.loads[m.setting], said))
		}
	}
	return a, true
}

// short is why those are best at one N, in a sentence: what they take, and who comes next.
func (f facts) short(of []compare.Comparison, best []string) string {
	if len(of) == 0 || len(best) == 0 {
		return ""
	}
	base := of[0].Base
	first := fmt.Sprintf("%s a message at %s in %s", f.level(of), atN(of[0].Conns), words.Code(base))
	if best[0] != base {
		at := slices.IndexFunc(of, func(c compare.Comparison) bool { return c.Other == best[0] })
		first = fmt.Sprintf("%s in %s than in %s at %s", howMuch(of[at].Ratio, of[at].Figure), words.Code(best[0]), words.Code(base), atN(of[0].Conns))
		return "CPU is " + first + "."
	}
	said := "CPU is " + first
	var worse []compare.Comparison
	var wide []string
	for _, c := range strongest(of) {
		if c.Verdict == compare.Same && !within(c.Ratio, 1) && !f.control(c.Other) {
			wide = append(wide, words.Code(c.Other))
		}
		if c.Verdict == compare.More && !f.control(c.Other) {
			worse = append(worse, c)
		}
	}
	if as := slices.DeleteFunc(words.Codes(best[1:]), func(name string) bool { return slices.Contains(wide, name) }); len(as) > 0 {
		said += fmt.Sprintf(", no difference found in %s", words.Either(as))
	}
	if n := len(worse); n > 0 {
		said += fmt.Sprintf("; %s in %s", howMuch(worse[n-1].Ratio, worse[n-1].Figure), words.Code(worse[n-1].Other))
		if n > 1 {
			said += fmt.Sprintf(", up to %s in %s", howMuch(worse[0].Ratio, worse[0].Figure), words.Code(worse[0].Other))
		}
	}
	if len(wide) > 0 {
		said += fmt.Sprintf("; %s not told apart, but not known to be within %s either", words.List(wide), words.Percent(asGood))
	}
	return said + "."
}

// cpuAt is the comparisons of CPU per message of the busiest load at N, or at the nearest N below it.
func cpuAt(all []matter, n int) (m matter, at int, ok bool) {
	m, ok = chief(all, "cpu")
	if !ok {
		return m, 0, false
	}
	for _, c := range m.known() {
		if c <= n {
			at = c
		}
	}
	return m, at, at > 0
}

// chief is the matter of a figure that most is known of; a closed loop goes before an open one for cost and throughput, where
// the server is what is busy, and after it for latency.
func chief(all []matter, fig string) (best matter, ok bool) {
	score := func(m matter) int {
		s := 10 * (len(m.all) - m.count()[compare.Unknown])
		closed := m.setting.Params.Loop == "closed"
		if closed != (senseOf(m.fig).more == "longer") {
			s += 5
		}
		if m.setting.Scenario == "echo" {
			s += 3
		}
		return s
	}
	for _, m := range all {
		if !is(m.fig, fig) || m.setting.AtRest() || m.setting.Params.Driver != "" || m.setting.Params.Loop == "search" {
			continue
		}
		if !ok || score(m) > score(best) {
			best, ok = m, true
		}
	}
	return best, ok
}

// is reports whether a figure is the one of that name: "cpu", "throughput", "p99".
func is(f figure.Figure, name string) bool {
	rest, found := strings.CutPrefix(f.Name, name)
	return found && (rest == "" || rest[0] < '0' || rest[0] > '9') // p99 is not p999
}

// bestOf is who is best by the comparisons of one figure at one N, and who is not told apart from it. Nobody is where too little is known of more than half
// of them.
func bestOf(of []compare.Comparison, control func(string) bool) []string {
	var better []compare.Comparison
	var tied []string // with the base
	unknown := 0
	for _, c := range of {
		good := compare.Less
		if !c.Figure.Less {
			good = compare.More
		}
		switch {
		case control(c.Other):
		case c.Verdict == good:
			better = append(better, c)
		case c.Verdict == compare.Same: // however wide its interval is: to name the base alone would be to rank by it
			tied = append(tied, c.Other)
		case c.Verdict == compare.Unknown:
			unknown++
		}
	}
	if len(of) == 0 || 2*unknown > len(of) {
		return nil
	}
	if len(better) == 0 {
		if control(of[0].Base) {
			return tied
		}
		return append([]string{of[0].Base}, tied...)
	}
	best := slices.MinFunc(better, func(a, b compare.Comparison) int {
		if a.Figure.Less {
			return cmp.Compare(a.Ratio.Mid, b.Ratio.Mid)
		}
		return cmp.Compare(b.Ratio.Mid, a.Ratio.Mid)
	})
	names := []string{best.Other}
	for _, c := range better {
		if c.Other != best.Other && meet(c.Ratio, best.Ratio) && within(c.Ratio, best.Ratio.Mid) {
			names = append(names, c.Other)
		}
	}
	return names
}

// asGood is how far from the best, as a share, the whole interval of one may lie that is called as good: no difference found over a wide
// interval is not knowing, and no tie.
const asGood = 0.1

// within reports whether the whole interval is known, and that near to a figure.
func within(i stats.Interval, of float64) bool {
	return known(i) && i.Low >= (1-asGood)*of && i.High <= (1+asGood)*of
}

func overlap(a, b stats.Interval) bool { return a.Low <= b.High && b.Low <= a.High }

// busyAnswers is for connections that speak: CPU per message decides, at the least and the greatest N.
func (f facts) busyAnswers() []Answer {
	m, ok := chief(f.matters, "cpu")
	if !ok {
		return nil
	}
	how := "busy connections"
	if p := m.setting.Params; p.Loop == "open" {
		how = fmt.Sprintf("connections with %s messages/s", words.PerSecond(p.RatePerS))
	}
	conns := m.known()
	var answers []Answer
	for _, n := range slices.Compact([]int{conns[0], conns[len(conns)-1]}) {
		models := bestOf(m.at(n), f.control)
		if len(models) == 0 {
			continue
		}
		a := Answer{Use: words.Whole(n) + " " + how, Models: models, Why: []string{f.short(m.at(n), models)}}
		if k := len(answers); k > 0 && slices.Equal(answers[k-1].Models, models) {
			answers[k-1].Use = fmt.Sprintf("%s or %s", words.Whole(conns[0]), a.Use)
			answers[k-1].Why = append(answers[k-1].Why, f.short(m.at(n), models))
			continue
		}
		answers = append(answers, a)
	}
	return answers
}

// otherAnswers is for the other scenarios: what CPU per message says at the greatest N, where it tells models apart.
func (f facts) otherAnswers() []Answer {
	done := ""
	if m, ok := chief(f.matters, "cpu"); ok {
		done = m.setting.Scenario
	}
	var answers []Answer
	for _, m := range f.matters {
		p := m.setting.Params
		if !is(m.fig, "cpu") || m.setting.AtRest() || m.setting.Scenario == done || p.Loop == "search" || p.Driver != "" {
			continue
		}
		conns := m.known()
		n := conns[len(conns)-1]
		models := bestOf(m.at(n), f.control)
		if len(models) == 0 || len(models) > len(m.at(n)) {
			continue
		}
		answers = append(answers, Answer{
			Use: fmt.Sprintf("%s, %s", f.loads[m.setting], atN(n)), Models: models,
			Why: []string{f.short(m.at(n), models)},
		})
	}
	return answers
}

// capacityAnswer is who carries the most within the limits.
func capacityAnswer(places [][]limit, control func(string) bool) (Answer, bool) {
	for _, of := range places {
		of = slices.DeleteFunc(slices.Clone(of), func(l limit) bool { return control(l.model) })
		if models := mostOf(of); len(models) > 0 {
			p := of[0].setting.Params
			use := fmt.Sprintf("The most %s within %s", searched(p.Search), limitsIn(p.SLO))
			if p.Search != "conns" {
				use += " at " + atN(of[0].conns)
			}
			return Answer{Use: use, Models: models, Why: []string{capacityShort(of, models)}}, true
		}
	}
	return Answer{}, false
}

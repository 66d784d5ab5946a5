package report

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results"
)

// Answer is which models the figures speak for, for one use. There is none where they speak for nobody.
type Answer struct {
	Use    string   // "10,000 mostly idle connections"
	Models []string // names; several where no difference among them was found
	Why    []string // sentences
}

// mostlyIdle is the number of connections that the question is asked for, if so many were measured.
const mostlyIdle = 10_000

// idleAnswer is for many connections of which few speak: memory decides, and CPU is told beside it.
func idleAnswer(growth []results.Growth, most int, all []matter, control func(string) bool) (Answer, bool) {
	n := most
	if most >= mostlyIdle {
		n = mostlyIdle
	}
	models, why := memoryAnswer(growth, n, control)
	if len(models) == 0 {
		return Answer{}, false
	}
	a := Answer{Use: number(n) + " mostly idle connections", Models: models, Why: []string{why}}
	if m, at, ok := cpuAt(all, n); ok {
		a.Why = append(a.Why, fmt.Sprintf("CPU per message (%s): %s", loadName(m.setting), lower(sentenceAt(m.at(at)))))
	}
	return a, true
}

// lower is a sentence that goes on behind a colon.
func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// cpuAt is the comparisons of CPU per message of the busiest load at N, or at the nearest N below it.
func cpuAt(all []matter, n int) (m matter, at int, ok bool) {
	m, ok = chief(all, "cpu")
	if !ok {
		return m, 0, false
	}
	for _, c := range m.conns() {
		if c <= n {
			at = c
		}
	}
	return m, at, at > 0
}

// chief is the matter of a figure that most comparisons were made of; a closed loop goes before an open one for cost and throughput, where
// the server is what is busy, and after it for latency.
func chief(all []matter, figure string) (best matter, ok bool) {
	score := func(m matter) int {
		s := 10 * len(m.all)
		closed := m.setting.Params.Loop == "closed"
		if closed != (senseOf(m.figure).more == "longer") {
			s += 5
		}
		if m.setting.Scenario == "echo" {
			s += 1000
		}
		return s
	}
	for _, m := range all {
		if !is(m.figure, figure) || m.setting.AtRest() || m.setting.Params.Driver != "" || m.setting.Params.Loop == "search" {
			continue
		}
		if !ok || score(m) > score(best) {
			best, ok = m, true
		}
	}
	return best, ok
}

// is reports whether a figure is the one of that name: "cpu", "throughput", "p99".
func is(f results.Figure, name string) bool {
	rest, found := strings.CutPrefix(f.Name, name)
	return found && (rest == "" || rest[0] < '0' || rest[0] > '9') // p99 is not p999
}

// bestOf is who is best by the comparisons of one figure at one N, and who was not told apart from it. Nobody is where too little is known
// of more than half of them.
func bestOf(of []results.Comparison, control func(string) bool) []string {
	var better, same []results.Comparison
	unknown := 0
	for _, c := range of {
		good := results.Less
		if !c.Figure.Less {
			good = results.More
		}
		switch {
		case control(c.Other):
		case c.Verdict == good:
			better = append(better, c)
		case c.Verdict == results.Same:
			same = append(same, c)
		case c.Verdict == results.Unknown:
			unknown++
		}
	}
	if len(of) == 0 || 2*unknown > len(of) {
		return nil
	}
	if len(better) == 0 {
		var names []string
		if !control(of[0].Base) {
			names = []string{of[0].Base}
		}
		for _, c := range same {
			names = append(names, c.Other)
		}
		return names
	}
	best := slices.MinFunc(better, func(a, b results.Comparison) int {
		if (a.Ratio.Mid < b.Ratio.Mid) == a.Figure.Less {
			return -1
		}
		return 1
	})
	names := []string{best.Other}
	for _, c := range better {
		if c.Other != best.Other && overlap(c.Ratio, best.Ratio) {
			names = append(names, c.Other)
		}
	}
	return names
}

func overlap(a, b results.Interval) bool {
	return !known(a) || !known(b) || a.Low <= b.High && b.Low <= a.High
}

// busyAnswers is for connections that all speak: CPU per message decides, at the least and the greatest N.
func busyAnswers(all []matter, control func(string) bool) []Answer {
	m, ok := chief(all, "cpu")
	if !ok {
		return nil
	}
	conns := m.conns()
	ends := []int{conns[0]}
	if last := conns[len(conns)-1]; last != conns[0] {
		ends = append(ends, last)
	}
	var answers []Answer
	for _, n := range ends {
		of := m.at(n)
		models := bestOf(of, control)
		if len(models) == 0 {
			continue
		}
		answers = append(answers, Answer{
			Use: fmt.Sprintf("%s busy connections", number(n)), Models: models,
			Why: []string{fmt.Sprintf("By CPU per message (%s). %s", loadName(m.setting), sentenceAt(of))},
		})
	}
	return answers
}

// otherAnswers is for the other loads: what CPU per message says at the greatest N, where it tells models apart.
func otherAnswers(all []matter, control func(string) bool, names map[results.Setting]string) []Answer {
	done := ""
	if m, ok := chief(all, "cpu"); ok {
		done = m.setting.Scenario
	}
	var answers []Answer
	for _, m := range all {
		if !is(m.figure, "cpu") || m.setting.AtRest() || m.setting.Scenario == done || m.setting.Params.Loop == "search" || m.setting.Params.Driver != "" {
			continue
		}
		conns := m.conns()
		n := conns[len(conns)-1]
		of := m.at(n)
		models := bestOf(of, control)
		if len(models) == 0 || len(models) > len(of) {
			continue
		}
		answers = append(answers, Answer{
			Use: fmt.Sprintf("%s, %s", names[m.setting], atN(n)), Models: models,
			Why: []string{"By CPU per message. " + sentenceAt(of)},
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
			use := fmt.Sprintf("The most %s within %s", searched(p.Search), inWords(p.SLO))
			return Answer{Use: use, Models: models, Why: []string{capacitySentence(of)}}, true
		}
	}
	return Answer{}, false
}

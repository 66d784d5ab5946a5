package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/words"
)

// comparisonSet is the comparisons of one figure under one load with one base.
type comparisonSet struct {
	setting figure.Setting
	fig     figure.Figure
	all     []compare.Comparison
}

// setsOf splits comparisons by load and figure, in their order. Controls compared with themselves are left out: they are the
// noise, and never ranked.
func setsOf(all []compare.Comparison) []comparisonSet {
	var split []comparisonSet
	for _, c := range all {
		if c.Twin {
			continue
		}
		at := slices.IndexFunc(split, func(m comparisonSet) bool { return m.setting == c.Setting && m.fig.Name == c.Figure.Name })
		if at < 0 {
			at = len(split)
			split = append(split, comparisonSet{setting: c.Setting, fig: c.Figure})
		}
		split[at].all = append(split[at].all, c)
	}
	return split
}

// conns is every N of the set, ascending.
func (m comparisonSet) conns() []int {
	var all []int
	for _, c := range m.all {
		all = append(all, c.Conns)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// decided is the numbers of connections at which anything is known; all of them where nothing is anywhere.
func (m comparisonSet) decided() []int {
	all := m.conns()
	told := slices.DeleteFunc(slices.Clone(all), func(n int) bool {
		return !slices.ContainsFunc(m.at(n), func(c compare.Comparison) bool { return c.Verdict != compare.Unknown })
	})
	if len(told) == 0 {
		return all
	}
	return told
}

// at is the comparisons at one N.
func (m comparisonSet) at(n int) []compare.Comparison {
	return slices.DeleteFunc(slices.Clone(m.all), func(c compare.Comparison) bool { return c.Conns != n })
}

// with is the comparisons of one other model.
func (m comparisonSet) with(other string) []compare.Comparison {
	return slices.DeleteFunc(slices.Clone(m.all), func(c compare.Comparison) bool { return c.Other != other })
}

// others is who is compared, in the order they come.
func (m comparisonSet) others() []string {
	var all []string
	for _, c := range m.all {
		if !slices.Contains(all, c.Other) {
			all = append(all, c.Other)
		}
	}
	return all
}

// count is how many comparisons say each verdict.
func (m comparisonSet) count() map[compare.Verdict]int {
	n := map[compare.Verdict]int{}
	for _, c := range m.all {
		n[c.Verdict]++
	}
	return n
}

// noise is by what factor a control differs from itself where that is too much to rank by; 0: it is not.
func (m comparisonSet) noise() (factor float64) {
	for _, c := range m.all {
		factor = max(factor, c.Drowned)
	}
	return factor
}

// why is the first reason for which too little is known.
func (m comparisonSet) why() string {
	for _, c := range m.all {
		if c.Verdict == compare.Unknown && c.Why != "" {
			return c.Why
		}
	}
	return ""
}

// place is all of its N.
func (m comparisonSet) place() string {
	conns := m.conns()
	if len(conns) == 1 {
		return "at " + atN(conns[0])
	}
	return fmt.Sprintf("at any N from %s to %s", words.Whole(conns[0]), words.Whole(conns[len(conns)-1]))
}

func (m comparisonSet) names() []string {
	return words.Codes(append([]string{m.all[0].Base}, m.others()...))
}

// is reports whether a figure is the one of that name: "cpu", "throughput", "p99".
func is(f figure.Figure, name string) bool {
	rest, found := strings.CutPrefix(f.Name, name)
	return found && (rest == "" || rest[0] < '0' || rest[0] > '9') // p99 is not p999
}

// chief is the set of a figure that most is known of; a closed loop goes before an open one for cost and throughput, where the
// server is what is busy. For latency only an open loop counts if there is one: a closed loop hides waits.
func (e *evidence) chief(fig string) (best comparisonSet, ok bool) {
	score := func(m comparisonSet) int {
		s := 10 * (len(m.all) - m.count()[compare.Unknown])
		if (m.setting.Params.Loop == "closed") != (senseOf(m.fig).more == "longer") {
			s += 5
		}
		if m.setting.Scenario == "echo" {
			s += 3
		}
		return s
	}
	open := senseOf(figure.Figure{Name: fig}).more == "longer" && slices.ContainsFunc(e.sets, func(m comparisonSet) bool {
		return is(m.fig, fig) && m.setting.Params.Loop == "open" && !m.setting.AtRest() && m.setting.Params.How == ""
	})
	for _, m := range e.sets {
		if !is(m.fig, fig) || open && (m.setting.Params.Loop != "open" || m.setting.Params.How != "") || m.setting.AtRest() ||
			m.setting.Params.Driver != "" || m.setting.Params.Searches() {
			continue
		}
		if !ok || score(m) > score(best) {
			best, ok = m, true
		}
	}
	return best, ok
}

// setOf is the set of one figure under one load.
func (e *evidence) setOf(load figure.Setting, fig string) (comparisonSet, bool) {
	at := slices.IndexFunc(e.sets, func(m comparisonSet) bool { return m.setting == load && is(m.fig, fig) })
	if at < 0 {
		return comparisonSet{}, false
	}
	return e.sets[at], true
}

// asGood is how far above the best, as a share, the upper end of an interval may lie that is called as good: what is not told
// apart over a wide interval may be much worse.
const asGood = 0.1

// best is which models to choose by one figure at one N, by how bad each may be: the one of which the worst that its interval
// allows is the least, and those that are not told apart from it and cannot be more than a tenth worse. None where too little is
// known of more than half.
func (e *evidence) best(of []compare.Comparison) []string {
	type candidate struct {
		name          string
		likely, worst float64
	}
	var all []candidate
	unknown, baseBeaten := 0, false
	for _, c := range of {
		if c.Verdict == compare.Unknown {
			unknown++
		}
		if e.control(c.Other) || c.Drowned > 0 || !known(c.Ratio) {
			continue
		}
		one := candidate{c.Other, c.Ratio.Low, c.Ratio.High}
		if !c.Figure.Less {
			one = candidate{c.Other, 1 / c.Ratio.High, 1 / c.Ratio.Low}
		}
		all = append(all, one)
		baseBeaten = baseBeaten || one.worst < 1 && c.Differs()
	}
	if len(of) == 0 || 2*unknown > len(of) {
		return nil
	}
	if !e.control(of[0].Base) && !baseBeaten {
		all = append([]candidate{{of[0].Base, 1, 1}}, all...)
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.worst, b.worst) })
	var names []string
	for _, c := range all {
		if c.likely <= all[0].worst && c.worst <= (1+asGood)*all[0].worst {
			names = append(names, c.name)
		}
	}
	return names
}

// strongest is the comparisons from the largest ratio to the least.
func strongest(of []compare.Comparison) []compare.Comparison {
	return slices.SortedStableFunc(slices.Values(of), func(a, b compare.Comparison) int {
		return cmp.Compare(b.Ratio.Mid,
			a.Ratio.Mid)
	})
}

// level is the base's figure in words, where it is known.
func (e *evidence) level(of []compare.Comparison) string {
	for i := range e.groups {
		g := &e.groups[i]
		if len(of) == 0 || g.Setting() != of[0].Setting || g.Conns != of[0].Conns || e.name(g) != of[0].Base {
			continue
		}
		at := g.Interval(of[0].Figure)
		if at.N == 0 {
			return ""
		}
		return inWords(of[0].Figure, at.Mid)
	}
	return ""
}

// sentenceAt is what is known at one N: what the base takes, who differs from it and by how much, from whom no difference was
// found, of whom too little is known.
func (e *evidence) sentenceAt(of []compare.Comparison) string {
	if len(of) == 0 {
		return ""
	}
	base, title, level := words.Code(of[0].Base), titleOf(of[0].Figure), e.level(of)
	var differ, same, unknown []string
	why := ""
	for _, c := range strongest(of) {
		switch c.Verdict {
		case compare.Less, compare.More:
			differ = append(differ, fmt.Sprintf("%s in %s", howMuch(c.Ratio, c.Figure), words.Code(c.Other)))
		case compare.Same:
			same = append(same, words.Code(c.Other))
		default:
			unknown = append(unknown, words.Code(c.Other))
			why = orSaid(why, c.Why)
		}
	}
	clauses := []string{fmt.Sprintf("At %s, %s is %s in %s", atN(of[0].Conns), title, orSaid(level, "not known"), base)}
	if len(differ) > 0 {
		clauses[0] += ", " + words.List(differ)
	}
	if len(same) > 0 {
		clauses = append(clauses, fmt.Sprintf("no difference from %s was found in %s", base, words.Either(same)))
	}
	if len(unknown) > 0 {
		clauses = append(clauses, fmt.Sprintf("too little is known of %s%s", words.List(unknown), because(why)))
	}
	return strings.Join(clauses, "; ") + "."
}

// atEnds is what is known at the least and at the greatest N of which anything is, or that nothing differs anywhere.
func (e *evidence) atEnds(m comparisonSet) []string {
	if none := m.verdictless(); none != "" {
		return []string{none}
	}
	conns := m.decided()
	says := []string{e.sentenceAt(m.at(conns[0]))}
	if last := conns[len(conns)-1]; last != conns[0] {
		says = append(says, e.sentenceAt(m.at(last)))
	}
	return says
}

// stretch is neighbouring N at which a comparison says the same. That the next says something else is no test of a change.
type stretch []compare.Comparison

func (s stretch) verdict() compare.Verdict { return s[0].Verdict }

// stretches splits the comparisons of one pair along N where the verdict changes.
func stretches(of []compare.Comparison) []stretch {
	var all []stretch
	for _, c := range byConns(of) {
		if n := len(all); n > 0 && all[n-1].verdict() == c.Verdict {
			all[n-1] = append(all[n-1], c)
		} else {
			all = append(all, stretch{c})
		}
	}
	return all
}

func byConns(all []compare.Comparison) []compare.Comparison {
	return slices.SortedStableFunc(slices.Values(all), func(a, b compare.Comparison) int { return cmp.Compare(a.Conns, b.Conns) })
}

// notTested is what a course is not.
const notTested = "Each N is judged by itself: whether a difference changes along N is not tested."

// course says what was found of one model against the base at each N: "p99 in `a` and `b` at N = 100 and 1,000: no difference
// found; at N = 10,000: 1.8 times as long (1.5 to 2.2) in `a`".
func course(of []compare.Comparison) string {
	all := stretches(of)
	if len(all) == 0 {
		return ""
	}
	c := all[0][0]
	var clauses []string
	for _, s := range all {
		clauses = append(clauses, s.where()+": "+s.inWords())
	}
	return words.Capital(fmt.Sprintf("%s in %s against %s %s.", titleOf(c.Figure), words.Code(c.Other), words.Code(c.Base),
		strings.Join(clauses, "; ")))
}

func (s stretch) inWords() string {
	c := s[0]
	switch s.verdict() {
	case compare.Same:
		return "no difference found"
	case compare.Less, compare.More:
		how := howMuch(c.Ratio, c.Figure)
		if last := s[len(s)-1]; len(s) > 1 {
			how += fmt.Sprintf(" at the least and %s at the greatest of them", howMuch(last.Ratio, last.Figure))
		}
		return how
	}
	return "too little is known" + because(c.Why)
}

// where is every N of a stretch.
func (s stretch) where() string {
	var conns []string
	for _, c := range s {
		conns = append(conns, words.Whole(c.Conns))
	}
	return "at N = " + words.List(conns)
}

func decided(s stretch) bool { return s.verdict() == compare.Less || s.verdict() == compare.More }

// mixed is the courses of which the verdict is not the same at every N.
func (m comparisonSet) mixed() []string {
	var all []string
	for _, other := range m.others() {
		of := m.with(other)
		if s := stretches(of); len(s) > 1 && slices.ContainsFunc(s, decided) {
			all = append(all, course(of))
		}
	}
	return all
}

// verdictless is the sentence for a set in which nothing was decided; empty where something was.
func (m comparisonSet) verdictless() string {
	n := m.count()
	if n[compare.Less]+n[compare.More] > 0 || len(m.all) == 0 {
		return ""
	}
	title, place := titleOf(m.fig), m.place()
	switch {
	case n[compare.Unknown] == 0:
		return fmt.Sprintf("No difference in %s between %s was found %s.", title, words.List(m.names()), place)
	case n[compare.Same] == 0:
		if m.noise() > 0 {
			return fmt.Sprintf("%s is too noisy to rank %s %s%s.", words.Capital(title), words.List(m.names()), place,
				because(m.why()))
		}
		return fmt.Sprintf("%s cannot rank %s %s%s.", words.Capital(title), words.List(m.names()), place, because(m.why()))
	}
	return fmt.Sprintf("No difference in %s was found %s; too little is known of %s%s.", title, place,
		words.Plural(n[compare.Unknown], "comparison"), because(m.why()))
}

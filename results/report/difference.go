package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/words"
)

// matter is the comparisons of one figure under one load.
type matter struct {
	setting figure.Setting
	fig     figure.Figure
	all     []compare.Comparison
}

// matters splits comparisons by load and figure, in their order. Controls compared with themselves are left out: they are the noise,
// and never ranked.
func matters(all []compare.Comparison) []matter {
	var split []matter
	for _, c := range all {
		if c.Twin {
			continue
		}
		at := slices.IndexFunc(split, func(m matter) bool { return m.setting == c.Setting && m.fig.Name == c.Figure.Name })
		if at < 0 {
			at = len(split)
			split = append(split, matter{setting: c.Setting, fig: c.Figure})
		}
		split[at].all = append(split[at].all, c)
	}
	return split
}

// conns is every N of the matter, ascending.
func (m matter) conns() []int {
	var all []int
	for _, c := range m.all {
		all = append(all, c.Conns)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// known is the numbers of connections at which anything is known; all of them where nothing is anywhere.
func (m matter) known() []int {
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
func (m matter) at(n int) []compare.Comparison {
	var all []compare.Comparison
	for _, c := range m.all {
		if c.Conns == n {
			all = append(all, c)
		}
	}
	return all
}

// others is who is compared, in the order they come.
func (m matter) others() []string {
	var all []string
	for _, c := range m.all {
		if !slices.Contains(all, c.Other) {
			all = append(all, c.Other)
		}
	}
	return all
}

// count is how many comparisons say each verdict.
func (m matter) count() map[compare.Verdict]int {
	n := map[compare.Verdict]int{}
	for _, c := range m.all {
		n[c.Verdict]++
	}
	return n
}

// sentenceAt is what is known at one N: what the base takes, who differs from it and by how much, from whom no difference was found, of whom
// too little is known. Level is the base's own figure in words; empty: it is left out.
func sentenceAt(of []compare.Comparison, level string) string {
	if len(of) == 0 {
		return ""
	}
	base, title := words.Code(of[0].Base), titleOf(of[0].Figure)
	var differ, same, unknown []string
	why := ""
	var found []compare.Comparison
	for _, c := range strongest(of) {
		switch c.Verdict {
		case compare.Less, compare.More:
			found = append(found, c)
		case compare.Same:
			same = append(same, words.Code(c.Other))
		default:
			unknown = append(unknown, words.Code(c.Other))
			why = orSaid(why, c.Why)
		}
	}
	differ = differInWords(found)
	var clauses []string
	at := "At " + atN(of[0].Conns)
	switch {
	case len(differ) > 0 && level != "":
		clauses = append(clauses, fmt.Sprintf("%s it is %s", at, words.List(append([]string{level + " in " + base}, differ...))))
	case len(differ) > 0:
		clauses = append(clauses, fmt.Sprintf("%s it is, against %s, %s", at, base, words.List(differ)))
	}
	if len(same) > 0 {
		said := fmt.Sprintf("no difference from %s was found in %s", base, words.Either(same))
		if len(differ) == 0 {
			said = fmt.Sprintf("%s no difference in %s between %s and %s was found", at, title, base, words.Either(same))
			if level != "" {
				said += fmt.Sprintf(" (%s in %s)", level, base)
			}
		}
		clauses = append(clauses, said)
	}
	if len(unknown) > 0 {
		said := fmt.Sprintf("of %s too little is known to say%s", words.List(unknown), because(why))
		if len(clauses) == 0 {
			said = at + " " + said
		}
		clauses = append(clauses, said)
	}
	return strings.Join(clauses, "; ") + "."
}

// differInWords is who differs and by how much; of more than four only the ends, for the rest lies between them.
func differInWords(found []compare.Comparison) []string {
	var all []string
	for _, c := range found {
		all = append(all, fmt.Sprintf("%s in %s", howMuch(c.Ratio, c.Figure), words.Code(c.Other)))
	}
	if n := len(all); n > 4 {
		var between []string
		for _, c := range found[1 : n-1] {
			between = append(between, words.Code(c.Other))
		}
		return []string{fmt.Sprintf("from %s to %s, with %s between them", all[n-1], all[0], words.List(between))}
	}
	return all
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(words.Printable(why), ".") + ")"
}

// strongest is the comparisons from the largest ratio to the least.
func strongest(of []compare.Comparison) []compare.Comparison {
	sorted := slices.Clone(of)
	slices.SortStableFunc(sorted, func(a, b compare.Comparison) int { return cmp.Compare(b.Ratio.Mid, a.Ratio.Mid) })
	return sorted
}

// titleOf is a figure within a sentence: "CPU per message", "p99", "throughput".
func titleOf(f figure.Figure) string {
	t := f.Title
	if t == "" {
		t = f.Name
	}
	if len(t) > 1 && t[1] >= 'a' && t[1] <= 'z' {
		return strings.ToLower(t[:1]) + t[1:]
	}
	return t
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

// notTested is what a course is not.
const notTested = "Each N was judged by itself: that a difference changes along N was not tested."

// course says what was found of one model against the base at each N: "at N = 100 and 1,000 no difference in p99 between `a` and `b` was
// found; at N = 10,000 it is 1.8 times as long (1.5 to 2.2) in `a`".
func course(of []compare.Comparison) string {
	all := stretches(of)
	if len(all) == 0 {
		return ""
	}
	if len(all) == 1 {
		return words.Capital(all[0].inWords(true)+all[0].alone()) + "."
	}
	var clauses []string // the place first, to be read along N
	for i, s := range all {
		clauses = append(clauses, s.where(i == len(all)-1)+" "+s.inWords(i == 0))
	}
	return words.Capital(strings.Join(clauses, "; ")) + "."
}

// words is what a stretch says, with the whole names in the first.
func (s stretch) inWords(first bool) string {
	c := s[0]
	other, base, title := words.Code(c.Other), words.Code(c.Base), titleOf(c.Figure)
	switch s.verdict() {
	case compare.Same:
		if first {
			return fmt.Sprintf("no difference in %s between %s and %s was found", title, other, base)
		}
		return "no difference was found"
	case compare.Less, compare.More:
		how := howMuch(c.Ratio, c.Figure)
		if last := s[len(s)-1]; len(s) > 1 {
			how += fmt.Sprintf(" at %s and %s at %s", atN(c.Conns), howMuch(last.Ratio, last.Figure), atN(last.Conns))
			if first {
				return fmt.Sprintf("%s in %s, against %s, is %s", title, other, base, how)
			}
		}
		if first {
			return fmt.Sprintf("%s in %s is %s %s in %s", title, other, how, than(c.Ratio), base)
		}
		return fmt.Sprintf("it is %s in %s", how, other)
	}
	inWords := "too little is known to say"
	if first {
		inWords = fmt.Sprintf("of %s in %s against %s too little is known to say", title, other, base)
	}
	return inWords + because(c.Why)
}

// where is every N of a stretch; the last says from which on.
func (s stretch) where(last bool) string {
	if last && len(s) > 1 {
		return "from " + atN(s[0].Conns) + " on"
	}
	var conns []string
	for _, c := range s {
		conns = append(conns, words.Whole(c.Conns))
	}
	return "at N = " + words.List(conns)
}

// alone is the N of a stretch that is the whole course. One that itself names its ends does not need it.
func (s stretch) alone() string {
	first, last := s[0].Conns, s[len(s)-1].Conns
	switch {
	case first == last:
		return " at " + atN(first)
	case decided(s):
		return ""
	}
	return fmt.Sprintf(" at any N from %s to %s", words.Whole(first), words.Whole(last))
}

// mixed is the courses of which the verdict is not the same at every N.
func (m matter) mixed() []string {
	var all []string
	for _, other := range m.others() {
		of := m.of(other)
		if s := stretches(of); len(s) > 1 && slices.ContainsFunc(s, decided) {
			all = append(all, course(of))
		}
	}
	return all
}

func decided(s stretch) bool { return s.verdict() == compare.Less || s.verdict() == compare.More }

// of is the comparisons of one other model.
func (m matter) of(other string) []compare.Comparison {
	var all []compare.Comparison
	for _, c := range m.all {
		if c.Other == other {
			all = append(all, c)
		}
	}
	return all
}

// verdictless is the sentence for a matter in which nothing was decided; empty where something was.
func (m matter) verdictless() string {
	n := m.count()
	if n[compare.Less]+n[compare.More] > 0 || len(m.all) == 0 {
		return ""
	}
	title, place := titleOf(m.fig), m.place()
	names := words.Codes(append([]string{m.all[0].Base}, m.others()...))
	switch {
	case n[compare.Unknown] == 0:
		return fmt.Sprintf("No difference in %s between %s was found %s.", title, words.List(names), place)
	case n[compare.Same] == 0:
		return unranked([]matter{m})
	}
	return fmt.Sprintf("No difference in %s was found %s; of %s too little is known to say%s.", title, place,
		words.Plural(n[compare.Unknown], "comparison"), because(m.why()))
}

// place is all of its N.
func (m matter) place() string {
	conns := m.conns()
	if len(conns) == 1 {
		return "at " + atN(conns[0])
	}
	return fmt.Sprintf("at any N from %s to %s", words.Whole(conns[0]), words.Whole(conns[len(conns)-1]))
}

// why is the first reason for which too little is known.
func (m matter) why() string {
	for _, c := range m.all {
		if c.Verdict == compare.Unknown && c.Why != "" {
			return c.Why
		}
	}
	return ""
}

// unranked is the sentence for matters of which nothing is known, for one reason.
func unranked(all []matter) string {
	var titles []string
	for _, m := range all {
		titles = append(titles, titleOf(m.fig))
	}
	m := all[0]
	return fmt.Sprintf("%s cannot rank %s %s%s.", words.Capital(words.List(titles)), words.List(words.Codes(append([]string{m.all[0].Base}, m.others()...))), m.place(), because(m.why()))
}

// isUnranked reports whether nothing is known, and the kind of matter that it can be told of together with others.
func (m matter) isUnranked() (kind string, is bool) {
	if m.count()[compare.Unknown] < len(m.all) || len(m.all) == 0 {
		return "", false
	}
	return strings.Join([]string{words.WithoutFigures(m.why()), strings.Join(m.others(), "+"), m.place()}, "\x00"), true
}

// differenceInWords is all that is known of the matters of one load, alike told together.
func differenceInWords(all []matter) []string {
	var said []string
	told := map[string]bool{}
	for i, m := range all {
		kind, unknown := m.isUnranked()
		if !unknown {
			said = append(said, m.sentences()...)
			continue
		}
		if told[kind] {
			continue
		}
		told[kind] = true
		alike := []matter{m}
		for _, o := range all[i+1:] {
			if k, is := o.isUnranked(); is && k == kind {
				alike = append(alike, o)
			}
		}
		said = append(said, unranked(alike))
	}
	return said
}

// sentences is the matter in one where nothing differs, else one for every model that differs and one for those that do not.
func (m matter) sentences() []string {
	if none := m.verdictless(); none != "" {
		return []string{none}
	}
	var said, same []string
	for _, other := range m.others() {
		of := m.of(other)
		if s := stretches(of); len(s) == 1 && s[0].verdict() == compare.Same && len(of) == len(m.conns()) {
			same = append(same, words.Code(other))
			continue
		}
		said = append(said, course(of))
	}
	if len(same) > 0 {
		said = append(said, fmt.Sprintf("No difference in %s between %s and %s was found %s.", titleOf(m.fig), words.Code(m.all[0].Base), words.Either(same), m.place()))
	}
	return said
}

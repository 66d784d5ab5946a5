package question

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// validity is how far the figures may be believed: the noise floor, the ties, what is void, every comparison.
func (e *evidence) validity(warnings []string) []Answer {
	a := Answer{ID: "validity", Title: "How sure", Headline: words.Shorten(e.voidLine(), 100), Doubts: slices.Clone(warnings)}
	if a.Headline == "" {
		a.Headline = fmt.Sprintf("All %s are valid, every byte of every reply checked", words.Plural(len(e.cells), "repetition"))
	}
	if len(e.cells) == 0 {
		a.Headline = "No repetition is finished"
	}
	if e.noisy {
		a.Doubts = append(a.Doubts, noMeasurement)
	}
	a.Says = telling(e.voidSentence(), e.noiseShort(), e.verdictCounts())
	a.How = telling(e.noiseFloors(), e.commonWhy())
	if len(e.sets) > 0 {
		a.How = append(a.How, TestsInWords)
	}
	for _, t := range []show.Table{e.voidTable(), e.warningsTable()} {
		if len(t.Rows) > 0 {
			a.Tables = append(a.Tables, t)
		}
	}
	return []Answer{a}
}

// TestsInWords says what p is.
const TestsInWords = "p is the probability of a difference as great by chance alone, adjusted by Holm over all comparisons of " +
	"a figure. Over paired rounds it is " +
	"Student's t of the mean over rotations, against how much the same server twice (A/A) differs in this run, or how much " +
	"rotations differ if that is more; over repetitions " +
	"Welch's t of the logarithms, from 8 a side Mann-Whitney. A difference has p < 0.05."

// comparisons is every comparison in a table.
func (e *evidence) comparisons() []Answer {
	if len(e.all) == 0 {
		return nil
	}
	n, total := e.verdicts()
	a := Answer{ID: "comparisons", Title: "Every comparison", Says: telling(e.verdictCounts())}
	a.Headline = fmt.Sprintf("%s: %d differences, %d without one found, %d of which too little is known", words.Plural(total,
		"comparison"),
		n[compare.Less]+n[compare.More], n[compare.Same], n[compare.Unknown])
	a.Tables = []show.Table{e.comparisonTable("Every comparison", e.all)}
	return []Answer{a}
}

// comparisonTable has a row a comparison.
func (e *evidence) comparisonTable(title string, all []compare.Comparison) show.Table {
	t := show.Table{Title: title, Note: "Noise: by how much the same server twice may differ here.",
		Columns: heads("Model", "Figure", "N", "Load", "Against", "Ratio", "95% interval", "p (Holm)", "Noise", "Verdict",
			"Samples")}
	for _, at := range []int{1, 3, 4, 6, 9, 10} {
		t.Columns[at].Left = true
	}
	for _, at := range []int{7, 8, 10} {
		t.Columns[at].Minor = true
	}
	for i := range all {
		t.Rows = append(t.Rows, e.comparisonRow(&all[i]))
	}
	return t
}

func (e *evidence) comparisonRow(c *compare.Comparison) []show.Cell {
	interval, how := "not known", "repetitions"
	if known(c.Ratio) {
		interval = fmt.Sprintf("%.3g to %.3g", c.Ratio.Low, c.Ratio.High)
	}
	p, noise, ratio := show.Cell{Text: "not known"}, show.Cell{Text: "not known"}, unknown
	if !math.IsNaN(c.P) {
		p = number(c.P, fmt.Sprintf("%.2g", c.P))
	}
	if c.Floor > 0 {
		noise = number(c.Floor, words.Percent(c.Floor))
	}
	if c.Ratio.N > 0 {
		ratio = number(c.Ratio.Mid, fmt.Sprintf("%.3g", c.Ratio.Mid))
	}
	if c.Paired {
		how = "rounds"
	}
	return []show.Cell{named(c.Other), text(titleOf(c.Figure)), number(float64(c.Conns), words.Whole(c.Conns)),
		text(e.loads[c.Setting]), named(c.Base),
		ratio, text(interval), p, noise, {Text: verdictInWords(c.Verdict), Detail: words.Printable(c.Why)},
		number(float64(c.Ratio.N), fmt.Sprintf("%d %s", c.Ratio.N, how))}
}

func verdictInWords(v compare.Verdict) string {
	return map[compare.Verdict]string{compare.Less: "less", compare.More: "more", compare.Same: "no difference found",
		compare.Unknown: "too little is known"}[v]
}

// verdicts counts what comparisons say.
func (e *evidence) verdicts() (n map[compare.Verdict]int, total int) {
	n = map[compare.Verdict]int{}
	for _, m := range e.sets {
		for v, k := range m.count() {
			n[v] += k
			total += k
		}
	}
	return n, total
}

func (e *evidence) verdictCounts() string {
	n, total := e.verdicts()
	if total == 0 {
		return "No figure was compared with another: nothing here is called a difference."
	}
	said := fmt.Sprintf("Of %s, %d are differences, in %d none was found", words.Plural(total, "comparison"),
		n[compare.Less]+n[compare.More], n[compare.Same])
	if n[compare.Unknown] > 0 {
		said += fmt.Sprintf(", of %d too little is known", n[compare.Unknown])
	}
	return said + "."
}

// noiseShort is the widest floor of the figure that tells most, CPU per message, or else of throughput.
func (e *evidence) noiseShort() string {
	for _, fig := range []string{"cpu", "throughput"} {
		most := 0.0
		for _, m := range e.sets {
			for _, c := range m.all {
				if is(m.fig, fig) && c.Control != "" {
					most = max(most, c.Floor)
				}
			}
		}
		if most > 0 {
			return fmt.Sprintf("The same server measured twice differs by up to %s in %s: no difference within that is called "+
				"one.", words.Percent(most),
				map[string]string{"cpu": "CPU per message", "throughput": "throughput"}[fig])
		}
	}
	return ""
}

// commonWhy is the reason for which most often too little is known.
func (e *evidence) commonWhy() string {
	times := map[string]int{}
	common := ""
	for _, m := range e.sets {
		for _, c := range m.all {
			if c.Verdict != compare.Unknown || c.Why == "" {
				continue
			}
			kind := words.WithoutFigures(c.Why)
			if times[kind]++; common == "" || times[kind] > times[words.WithoutFigures(common)] {
				common = c.Why
			}
		}
	}
	if common == "" {
		return ""
	}
	return "Why too little is known, most often: " + strings.TrimSuffix(common, ".") + "."
}

// noiseFloors is the range of floors under every load, by figure, and what a floor is.
func (e *evidence) noiseFloors() string {
	var said []string
	without, total := 0, 0
	for _, m := range e.sets {
		var floors []float64
		for _, c := range m.all {
			total++
			if c.Control == "" {
				without++
			} else {
				floors = append(floors, c.Floor)
			}
		}
		if len(floors) > 0 && (is(m.fig, "cpu") || is(m.fig, "p99") || is(m.fig, "throughput")) {
			floor := fromTo(words.Percent(slices.Min(floors)), words.Percent(slices.Max(floors)))
			if most := slices.Max(floors); most >= 1 {
				floor = fmt.Sprintf("a factor of up to %.3g", 1+most)
			}
			said = append(said, fmt.Sprintf("%s in %s (%s)", floor, titleOf(m.fig), e.loads[m.setting]))
		}
	}
	if len(said) == 0 {
		return ""
	}
	s := fmt.Sprintf("The noise is %s. We estimate it from A/A controls, which are a model compared with itself, or from how "+
		"rotations differ if that is more."+
		" A difference within the noise of its own load and N is not called one", words.List(said))
	if without > 0 {
		s += fmt.Sprintf("; %d of %s had no control", without, words.Plural(total, "comparison"))
	}
	return s + "."
}

// voids is how many repetitions are void, and the reasons, the commonest first, each once.
func (e *evidence) voids() (n int, reasons []string, times map[string]int) {
	times = map[string]int{}
	for i := range e.cells {
		if e.cells[i].Valid {
			continue
		}
		n++
		for _, why := range e.cells[i].Void {
			kind := words.WithoutFigures(why)
			if times[kind]++; times[kind] == 1 {
				reasons = append(reasons, strings.TrimSuffix(words.Printable(why), "."))
			}
		}
	}
	slices.SortStableFunc(reasons, func(a,
		b string) int {
		return times[words.WithoutFigures(b)] - times[words.WithoutFigures(a)]
	})
	return n, reasons, times
}

// voidLine is what was void and why, in one line; empty: nothing was.
func (e *evidence) voidLine() string {
	n, reasons, _ := e.voids()
	if n == 0 {
		return ""
	}
	line := fmt.Sprintf("%d of %s void", n, words.Plural(len(e.cells), "repetition"))
	if len(reasons) > 0 {
		line += ": " + words.Shorten(reasons[0], 160)
	}
	return line
}

// voidSentence counts what is not valid, with the commonest reason.
func (e *evidence) voidSentence() string {
	n, reasons, _ := e.voids()
	all := words.Plural(len(e.cells), "repetition")
	switch {
	case len(e.cells) == 0:
		return "No repetition is finished."
	case n == 0 && len(e.cells) == 1:
		return "The one repetition is valid, every byte of every reply checked."
	case n == 0:
		return fmt.Sprintf("All %s are valid, every byte of every reply checked.", all)
	case len(reasons) == 0:
		return fmt.Sprintf("%d of %s %s void and counted nowhere.", n, all, verb(n, "is", "are"))
	case n == len(e.cells):
		return fmt.Sprintf("Not one of %s is valid, so nothing was found (%s).", all, reasons[0])
	}
	return fmt.Sprintf("%d of %s %s void and counted nowhere (mostly: %s).", n, all, verb(n, "is", "are"), reasons[0])
}

// voidTable has a row for every void repetition.
func (e *evidence) voidTable() show.Table {
	t := show.Table{Title: "Void repetitions", Note: "None of them is in any figure.", Columns: heads("Model", "N",
		"Repetition", "Load", "Why it does not count")}
	t.Columns[3].Left, t.Columns[4].Left = true, true
	for i := range e.whole {
		g := &e.whole[i]
		for _, c := range g.Void {
			t.Rows = append(t.Rows, []show.Cell{named(figure.NameOf(e.whole, g)), number(float64(g.Conns),
				words.Whole(g.Conns)), number(float64(c.Rep), words.Whole(c.Rep)),
				text(e.loads[g.Setting()]), {Text: words.Printable(orSaid(strings.Join(c.Void, "; "), "no reason told")),
					Mark: show.Bad}})
		}
	}
	return t
}

// warningsTable is what cells warn of, a kind a row: warnings are alike but for their figures.
func (e *evidence) warningsTable() show.Table {
	type kind struct {
		load, said string
		models     map[string]int
		conns      []int
		times      int
	}
	var order []*kind
	kinds := map[string]*kind{}
	for i := range e.whole {
		g := &e.whole[i]
		for _, c := range slices.Concat(g.Valid, g.Rotated, g.Void) {
			for _, w := range c.Warnings {
				key := e.loads[g.Setting()] + "\x00" + words.WithoutFigures(w)
				k := kinds[key]
				if k == nil {
					k = &kind{load: e.loads[g.Setting()], said: w, models: map[string]int{}}
					kinds[key], order = k, append(order, k)
				}
				k.models[figure.NameOf(e.whole, g)]++
				k.conns = append(k.conns, g.Conns)
				k.times++
			}
		}
	}
	t := show.Table{Title: "Warnings", Note: "Warnings that differ only in their figures share a row.",
		Columns: heads("Warning", "Load", "Models", "N", "Repetitions")}
	for i := range 4 {
		t.Columns[i].Left = true
	}
	for _, k := range order {
		var who, conns []string
		for _, name := range slices.Sorted(maps.Keys(k.models)) {
			who = append(who, fmt.Sprintf("%s %d×", words.Printable(name), k.models[name]))
		}
		slices.Sort(k.conns)
		for _, n := range slices.Compact(k.conns) {
			conns = append(conns, words.Whole(n))
		}
		said := words.Printable(k.said)
		if k.times > 1 {
			said = "such as: " + said
		}
		t.Rows = append(t.Rows, []show.Cell{text(said), text(k.load), text(strings.Join(who, ", ")), text(words.List(conns)),
			number(float64(k.times), words.Whole(k.times))})
	}
	return t
}

// rank is the order of kinds of loads: traffic, searches for a limit, rest.
func rank(s figure.Setting) int {
	switch {
	case s.AtRest():
		return 2
	case s.Params.Searches():
		return 1
	}
	return 0
}

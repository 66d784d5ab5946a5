package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// How much of a cost is the model and how much the language: an original over ours is one model in two languages; two of ours, or two
// originals, are two models in one. "Language" is the language with its runtime and the library, for they come together.

// factors is what is known of the pairs of one language.
type factors struct {
	language      string
	differ        []*compare.Comparison // from the least to the most
	same, unknown []string              // originals
}

// factorsOf is by CPU in the first column of that; languages come as their most pairs, Go last.
func factorsOf(t *compare.Beside) (all []factors) {
	at, ok := t.Column("cpu")
	if !ok {
		return nil
	}
	for _, p := range t.Pairs {
		c := p.Figures[at].Ratio
		if c == nil || c.Ratio.N == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(f factors) bool { return f.language == p.Language })
		if i < 0 {
			i = len(all)
			all = append(all, factors{language: p.Language})
		}
		switch f := &all[i]; {
		case c.Differs():
			f.differ = append(f.differ, c)
		case c.Verdict == compare.Same:
			f.same = append(f.same, p.Original)
		default:
			f.unknown = append(f.unknown, p.Original)
		}
	}
	for _, f := range all {
		slices.SortStableFunc(f.differ, func(a, b *compare.Comparison) int { return cmp.Compare(a.Ratio.Mid, b.Ratio.Mid) })
	}
	slices.SortStableFunc(all, func(a, b factors) int {
		if (a.language == ourLanguage) != (b.language == ourLanguage) {
			return map[bool]int{true: 1, false: -1}[a.language == ourLanguage]
		}
		return len(b.differ) - len(a.differ)
	})
	return all
}

// ourLanguage is what our models are written for.
const ourLanguage = "Go"

// spoken is a language's name within a sentence.
func spoken(language string) string { return strings.ReplaceAll(words.Printable(language), "`", "'") }

// manifold is a ratio in three digits, for here 0.80 is not 0.85: "0.796 times (0.771 to 0.822)".
func manifold(r stats.Interval) string {
	mid, low, high := fmt.Sprintf("%.3g", r.Mid), fmt.Sprintf("%.3g", r.Low), fmt.Sprintf("%.3g", r.High)
	if !known(r) || low == high {
		return mid + " times"
	}
	return fmt.Sprintf("%s times (%s to %s)", mid, low, high)
}

// factorSentences is what each language costs, and beside it other libraries for ours.
func factorSentences(t *compare.Beside) (says []string) {
	var unknown []string
	for _, f := range factorsOf(t) {
		if len(f.differ)+len(f.same) == 0 && f.language != ourLanguage {
			unknown = append(unknown, fmt.Sprintf("%s (%s)", spoken(f.language), words.List(words.Codes(f.unknown))))
			continue
		}
		says = append(says, f.sentence(t))
	}
	if len(unknown) > 0 {
		says = append(says, fmt.Sprintf("What it takes written for %s: too little is known to say.", words.List(unknown)))
	}
	return says
}

// languageSays is what the first screen says of it, and under what load.
func languageSays(o *compare.Originals) (load string, says []string) {
	t := &o.Tables[0]
	at, ok := t.Column("cpu")
	if !ok {
		return "", nil
	}
	c := t.Columns[at]
	return loadName(c.Setting) + ", " + atN(c.Conns), append(factorSentences(t), modelSentences(o)...)
}

func (f *factors) sentence(t *compare.Beside) string {
	at, _ := t.Column("cpu")
	column := t.Columns[at]
	title := strings.Replace(column.Title, "CPU per", "CPU of ours per", 1)
	written := "Written for " + spoken(f.language)
	if f.language == ourLanguage {
		written = "By others' libraries for Go"
	}
	var clauses []string
	switch n := len(f.differ); {
	case n == 1:
		c := f.differ[0]
		clauses = append(clauses, fmt.Sprintf("%s the same model takes %s the %s (%s for %s)", written, manifold(c.Ratio), title, words.Code(c.Other), words.Code(c.Base)))
	case n > 1:
		low, high := f.differ[0], f.differ[n-1]
		clauses = append(clauses, fmt.Sprintf("%s the same model takes %s to %s times the %s, over %s (%s for %s to %s for %s; median %s)", written, words.Times(low.Ratio.Mid), words.Times(high.Ratio.Mid),
			title, words.Plural(n, "pair"), words.Code(low.Other), words.Code(low.Base), words.Code(high.Other), words.Code(high.Base), words.Times(middleOf(f.differ))))
	}
	if len(f.same) > 0 {
		clauses = append(clauses, fmt.Sprintf("no difference from ours was found in %s", words.Either(words.Codes(f.same))))
	}
	if len(f.unknown) > 0 {
		clauses = append(clauses, fmt.Sprintf("of %s too little is known to say", words.List(words.Codes(f.unknown))))
	}
	if len(f.differ) == 0 {
		clauses[0] = written + ": " + clauses[0]
	}
	return strings.Join(clauses, "; ") + "."
}

// middleOf is the median of ratios in their order.
func middleOf(of []*compare.Comparison) float64 {
	n := len(of)
	return (of[(n-1)/2].Ratio.Mid + of[n/2].Ratio.Mid) / 2
}

// modelSentences is how far the models of one language are apart, and which of the two is most of it.
func modelSentences(o *compare.Originals) (says []string) {
	var by, none, unknown []string
	for _, r := range o.Within {
		switch {
		case !r.Ours && r.Language == ourLanguage: // the same model by several libraries
		case r.Widest == nil && r.Unknown > 0:
			unknown = append(unknown, spoken(r.Language)+ofPairs(r))
		case r.Widest == nil:
			none = append(none, spoken(r.Language))
		default:
			by = append(by, fmt.Sprintf("by up to %s in %s, %s against %s%s", manifold(r.Widest.Ratio), spoken(r.Language), words.Code(r.Widest.Other), words.Code(r.Widest.Base), alsoLibrary(r)))
		}
	}
	if len(by) > 0 {
		says = append(says, "The choice of model changes it "+words.List(by)+".")
	}
	if len(none) > 0 {
		says = append(says, fmt.Sprintf("Among the models of %s no difference was found.", words.List(none)))
	}
	if len(unknown) > 0 {
		says = append(says, fmt.Sprintf("Of the models of %s too little is known to say.", words.List(unknown)))
	}
	if most := mostOfIt(o); most != "" {
		says = append(says, most)
	}
	return says
}

func alsoLibrary(r compare.ModelRange) string {
	of := words.Plural(r.Models, "model")
	if !r.Ours {
		of = words.Plural(r.Models, "server") + ", whose libraries differ too"
	}
	if r.Unknown > 0 {
		of += fmt.Sprintf("; of %d of %s too little is known to say", r.Unknown, words.Plural(r.Pairs, "pair"))
	}
	return " (of " + of + ")"
}

// ofPairs is of how many pairs nothing is known, where it is not all of them.
func ofPairs(r compare.ModelRange) string {
	if r.Unknown == r.Pairs {
		return ""
	}
	return fmt.Sprintf(" (%d of %s; the others do not differ)", r.Unknown, words.Plural(r.Pairs, "pair"))
}

// mostOfIt holds every factor of the language with the most pairs against the widest between models, by the ends of their intervals.
func mostOfIt(o *compare.Originals) string {
	all := factorsOf(&o.Tables[0])
	if len(all) == 0 || len(all[0].differ) == 0 || all[0].language == ourLanguage {
		return ""
	}
	f := all[0]
	lowest, highest := f.differ[0].Ratio, f.differ[0].Ratio
	for _, c := range f.differ {
		lowest.Low, highest.High = min(lowest.Low, c.Ratio.Low), max(highest.High, c.Ratio.High)
	}
	widest, n, unknown := stats.Interval{}, 0, len(f.same)+len(f.unknown) // the ends of those farthest out, be they of one range or of two
	for _, r := range o.Within {
		if !r.Ours && r.Language != f.language {
			continue
		}
		unknown += r.Unknown
		if r.Widest != nil {
			n++
			widest.Low, widest.High = max(widest.Low, r.Widest.Ratio.Low), max(widest.High, r.Widest.Ratio.High)
		}
	}
	of := spoken(f.language) + " against Go"
	switch {
	case n == 0 || unknown > 0 || math.IsNaN(lowest.Low+highest.High+widest.Low+widest.High):
		return ""
	case lowest.Low > widest.High:
		return fmt.Sprintf("Of %s the language, with its runtime and libraries, is most of it: its least factor is larger than the largest between models.", of)
	case highest.High < widest.Low:
		return fmt.Sprintf("Of %s the model is most of it: the largest factor between models is larger than any of the language.", of)
	}
	return fmt.Sprintf("Of %s neither the language nor the model is most of it throughout: the factors of the one and of the other overlap.", of)
}

// engineSentences holds our event loop against the cheapest of Go's libraries at each N, in a closed loop where there is one; and
// beside it what raw C takes of that, below which no server that waits so can come.
func engineSentences(o *compare.Originals) []string {
	setting, ok := engineLoad(o.Engines)
	if !ok {
		return nil
	}
	cheapest := map[int]compare.Comparison{} // by N
	var engines []string
	for _, c := range o.Engines {
		if c.Setting != setting {
			continue
		}
		if best, is := cheapest[c.Conns]; !is || c.Ratio.Mid > best.Ratio.Mid {
			cheapest[c.Conns] = c
		}
		if !slices.Contains(engines, c.Base) {
			engines = append(engines, c.Base)
		}
	}
	var clauses []string
	var own string
	for _, n := range slices.Sorted(maps.Keys(cheapest)) {
		c := cheapest[n]
		own = words.Code(c.Other)
		switch {
		case c.Differs():
			clauses = append(clauses, fmt.Sprintf("%s that of %s at %s", manifold(c.Ratio), words.Code(c.Base), atN(n)))
		case c.Verdict == compare.Same:
			clauses = append(clauses, fmt.Sprintf("no difference from %s was found at %s", words.Code(c.Base), atN(n)))
		default:
			clauses = append(clauses, fmt.Sprintf("of %s at %s too little is known to say", words.Code(c.Base), atN(n)))
		}
	}
	slices.Sort(engines)
	says := []string{fmt.Sprintf("CPU per message of %s, against the cheapest of Go's libraries (%s), in %s: %s.", own, words.List(words.Codes(engines)), loadName(setting), strings.Join(clauses, "; "))}
	if floors := floorClauses(o.Floors, cheapest); len(floors) > 0 {
		says = append(says, fmt.Sprintf("A raw loop in C that parses nothing takes %s: that much is the kernel's, under every server, and an event loop comes no lower.",
			strings.Join(floors, "; ")))
	}
	return says
}

// floorClauses is what the least of C takes of the cheapest library at each N.
func floorClauses(floors []compare.Comparison, cheapest map[int]compare.Comparison) (clauses []string) {
	for _, n := range slices.Sorted(maps.Keys(cheapest)) {
		var least *compare.Comparison
		for i, c := range floors {
			if c.Base == cheapest[n].Base && c.Conns == n && c.Setting == cheapest[n].Setting && c.Differs() && (least == nil || c.Ratio.Mid < least.Ratio.Mid) {
				least = &floors[i]
			}
		}
		if least != nil {
			clauses = append(clauses, fmt.Sprintf("%s that of %s at %s (%s)", manifold(least.Ratio), words.Code(least.Base), atN(n), words.Code(least.Other)))
		}
	}
	return clauses
}

// engineLoad is a closed loop, where they are at full load, or else whatever there is.
func engineLoad(all []compare.Comparison) (s figure.Setting, ok bool) {
	for _, c := range all {
		if !ok || c.Setting.Params.Loop == "closed" && s.Params.Loop != "closed" {
			s, ok = c.Setting, true
		}
	}
	return s, ok
}

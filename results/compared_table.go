package results

import (
	"cbench/results/compare"
	"cbench/results/stats"
	"cbench/results/words"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// WriteComparisons writes what differs from the base, a line a difference, by load; then how many comparisons found none, of how many
// too little is known and why, and how far the controls differ from themselves. Loads under which nothing can be compared for want of
// repetitions share one line. The error is the writer's.
func WriteComparisons(w io.Writer, all []compare.Comparison, opts TableOptions) error {
	var out strings.Builder
	var scarce [][]compare.Comparison
	loads, uncontrolled := 0, 0
	var whys []string // why nothing is said of them
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Setting == all[0].Setting {
			n++
		}
		if block := all[:n]; tooScarce(block) {
			scarce = append(scarce, block)
		} else {
			writeCompared(&out, block, opts)
			loads++
			for i := range block {
				if !block[i].Twin && block[i].Why != "" {
					whys = append(whys, block[i].Why)
				}
			}
			if !slices.ContainsFunc(block, func(c compare.Comparison) bool { return c.Twin }) {
				uncontrolled++
			}
		}
		all = all[n:]
	}
	writeUncontrolled(&out, uncontrolled, loads)
	if loads > 0 {
		fmt.Fprintln(&out)
		writeReasonsOf(&out, whys, opts)
		fmt.Fprintln(&out, pInShort)
	}
	writeScarce(&out, scarce, loads > 0, opts)
	_, err := io.WriteString(w, out.String())
	return err
}

// writeUncontrolled says under how many of the loads there was no control, if under any.
func writeUncontrolled(out *strings.Builder, n, of int) {
	switch {
	case n == 0:
	case n == of:
		fmt.Fprintln(out, "no control (A/A) was measured: how much of this is noise is not known")
	default:
		fmt.Fprintf(out, "under %d of %s no control (A/A) was measured: how much is noise there is not known\n", n, words.Plural(of, "load"))
	}
}

// tooScarce reports whether there is not one comparison with an interval.
func tooScarce(all []compare.Comparison) bool {
	return !slices.ContainsFunc(all, func(c compare.Comparison) bool { return c.Ratio.Sure() && !math.IsNaN(c.P) })
}

// writeScarce writes the one line for loads under which there was too little to compare; others: there are loads with enough.
func writeScarce(out *strings.Builder, loads [][]compare.Comparison, others bool, opts TableOptions) {
	if len(loads) == 0 {
		return
	}
	most, paired := 0, false
	var names []string
	for _, of := range loads {
		if name := words.Printable(of[0].Setting.Scenario); !slices.Contains(names, name) {
			names = append(names, name)
		}
		for i := range of {
			most, paired = max(most, of[i].Ratio.N), paired || of[i].Paired
		}
	}
	each, mend := "one repetition each", fmt.Sprintf("--reps=%d or --rotate", stats.LeastRepetitions)
	switch {
	case paired:
		each, mend = words.Plural(most, "round")+" or fewer", fmt.Sprintf("--rounds=%d at least", stats.LeastRounds)
	case most >= stats.LeastRepetitions:
		each, mend = "no ratio can be taken", "values are at or below 0"
	case most > 1:
		each = fmt.Sprintf("%d repetitions or fewer", most)
	}
	if others {
		each = fmt.Sprintf("not compared under %s (%s), %s", words.Plural(len(loads), "load"), strings.Join(names, ", "), each)
	}
	fmt.Fprintf(out, "\n%s\n", opts.wrapped(fmt.Sprintf("%s: too little to compare; %s", each, mend)))
}

// TestsInWords is for who wants to know what p is.
const TestsInWords = "p is the probability of a difference as great by chance alone, adjusted by Holm over all comparisons of a figure. Over paired rounds it is " +
	"Student's t of the mean over rotations, against what the same server twice (A/A) came to in this run, or what rotations differ by where that is more; over repetitions Welch's t of the logarithms (and the " +
	"difference is of geometric means), from 8 a side Mann-Whitney. A difference has p < 0.05."

// pInShort is the same in a line.
const pInShort = "p: of as much by chance, over all comparisons of a figure; the report says how"

// writeCompared writes the comparisons under one load.
func writeCompared(out *strings.Builder, all []compare.Comparison, opts TableOptions) {
	rows := [][]string{{"N", "model", "figure", "differs by", "95% interval", "p", "over"}}
	base := ""
	same, unknown := 0, 0
	for i := range all {
		c := &all[i]
		switch {
		case c.Twin:
			continue
		case c.Differs():
			change, interval := c.Ratio.InWords()
			rows = append(rows, []string{words.Number(float64(c.Conns)), words.Printable(c.Other), c.Figure.Short(),
				change, interval, probability(c.P), samples(c.Paired, c.Ratio.N)})
		case c.Verdict == compare.Unknown:
			unknown++
		default:
			same++
		}
		base = words.Printable(c.Base)
	}
	found := len(rows) - 1
	title := words.Printable(all[0].Setting.Scenario) + ", against itself"
	if base != "" {
		title = fmt.Sprintf("%s, against %s", words.Printable(all[0].Setting.Scenario), base)
	}
	fmt.Fprintf(out, "\n%s\n(%s)\n", opts.mark(bold, title), all[0].Setting.Params)
	if base != "" {
		if found > 0 {
			writeAligned(out, opts.fit(rows), opts, 1, 2, 6)
		}
		fmt.Fprintf(out, "of %s: %d different, %d ties (no difference found), %d unknown\n",
			words.Plural(found+same+unknown, "comparison"), found, same, unknown)
	}
	writeFloors(out, all, opts)
}

// fit is the rows without the last columns, where these make them wider than the terminal.
func (o TableOptions) fit(rows [][]string) [][]string {
	for o.Width > 0 && totalWidth(rows) > o.Width && len(rows[0]) > 4 {
		for i := range rows {
			rows[i] = rows[i][:len(rows[i])-1]
		}
	}
	return rows
}

// writeReasonsOf writes why too little is known, and what is within the noise, each kind of reason once, with the figures of its first.
func writeReasonsOf(out *strings.Builder, whys []string, opts TableOptions) {
	var reasons []string
	times := map[string]int{}
	for _, w := range whys {
		if kind := words.WithoutFigures(w); w != "" {
			if times[kind]++; times[kind] == 1 {
				reasons = append(reasons, w)
			}
		}
	}
	for _, w := range reasons {
		opts.writeIndented(out, fmt.Sprintf("%s (%d×)", words.Printable(w), times[words.WithoutFigures(w)]))
	}
}

// writeIndented writes a text in lines that fit, a little to the right.
func (o TableOptions) writeIndented(out *strings.Builder, text string) {
	line := " "
	for _, word := range strings.Fields(text) {
		if o.Width > 0 && line != " " && utf8.RuneCountInString(line+" "+word) > o.Width {
			fmt.Fprintln(out, line)
			line = "   "
		}
		line += " " + word
	}
	fmt.Fprintln(out, line)
}

// writeFloors writes how far a model differs from itself: by figure, the most over all numbers of connections.
func writeFloors(out *strings.Builder, all []compare.Comparison, opts TableOptions) {
	most := map[string]*compare.Comparison{}
	var figures []string
	twins, called := 0, 0
	for i := range all {
		c := &all[i]
		if !c.Twin {
			continue
		}
		twins++
		if c.Differs() {
			called++
		}
		was, had := most[c.Figure.Name]
		if !had {
			figures = append(figures, c.Figure.Name)
		}
		if !had || math.Abs(math.Log(c.Ratio.Mid)) > math.Abs(math.Log(was.Ratio.Mid)) {
			most[c.Figure.Name] = c
		}
	}
	if twins == 0 {
		return
	}
	var inWords []string
	for _, name := range figures {
		change, _ := most[name].Ratio.InWords()
		inWords = append(inWords, most[name].Figure.Short()+" "+change)
	}
	fmt.Fprintln(out, opts.wrapped(fmt.Sprintf("controls, the same server twice: %d of %s called different; at the most %s", called,
		words.Plural(twins, "comparison"), strings.Join(inWords, ", "))))
}

func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p < 0.001:
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func samples(paired bool, n int) string {
	if paired {
		return words.Plural(n, "round")
	}
	return fmt.Sprintf("%d reps", n)
}

package results

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// WriteComparisons writes what differs from the base, a line a difference, by load; then how many comparisons found none, of how many
// too little is known and why, and how far the controls differ from themselves. The error is the writer's.
func WriteComparisons(w io.Writer, all []Comparison, opts TableOptions) error {
	var out strings.Builder
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Setting == all[0].Setting {
			n++
		}
		writeCompared(&out, all[:n], opts)
		all = all[n:]
	}
	_, err := io.WriteString(w, opts.plain(out.String()))
	return err
}

// writeCompared writes the comparisons under one load.
func writeCompared(out *strings.Builder, all []Comparison, opts TableOptions) {
	rows := [][]string{{"N", "model", "figure", "differs by", "95% interval", "p", "over"}}
	base := ""
	same, unknown := 0, 0
	for i := range all {
		c := &all[i]
		switch {
		case c.Twin:
			continue
		case c.Differs():
			rows = append(rows, []string{groupDigits(float64(c.Conns)), printable(c.Other), c.Figure.Title,
				changeInWords(c.Ratio.Mid), rangeInWords(c.Ratio), probability(c.P), samples(c.Paired, c.Ratio.N)})
		case c.Verdict == Unknown:
			unknown++
		default:
			same++
		}
		base = printable(c.Base)
	}
	found := len(rows) - 1
	if base != "" {
		title := fmt.Sprintf("%s, against %s", printable(all[0].Setting.Scenario), base)
		fmt.Fprintf(out, "\n%s\n(%s)\n", opts.mark(bold, title), all[0].Setting.Params)
		if found > 0 {
			writeAligned(out, opts.fit(rows), opts, 1, 2, 6)
		}
		fmt.Fprintf(out, "of %s: %d different, %d ties (no difference found), %d unknown\n",
			plural(found+same+unknown, "comparison"), found, same, unknown)
		writeReasons(out, all, opts)
	}
	writeFloors(out, all)
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

// writeReasons writes why too little is known, and what is within the noise, each reason once.
func writeReasons(out *strings.Builder, all []Comparison, opts TableOptions) {
	var reasons []string
	times := map[string]int{}
	for _, c := range all {
		if c.Twin || c.Why == "" {
			continue
		}
		if times[c.Why]++; times[c.Why] == 1 {
			reasons = append(reasons, c.Why)
		}
	}
	for _, why := range reasons {
		opts.writeIndented(out, fmt.Sprintf("%s (%d×)", printable(why), times[why]))
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

// writeFloors writes how far a model differs from itself.
func writeFloors(out *strings.Builder, all []Comparison) {
	any := false
	for _, c := range all {
		if !c.Twin {
			continue
		}
		if !any {
			fmt.Fprintln(out, "controls, the same server twice:")
		}
		any = true
		fmt.Fprintf(out, "  N = %s, %s: %s %s, %s\n", groupDigits(float64(c.Conns)), printable(c.Other), c.Figure.Title,
			changeInWords(c.Ratio.Mid), rangeInWords(c.Ratio))
	}
	if !any {
		fmt.Fprintln(out, "no control (A/A) was measured: how much of this is noise is not known")
	}
}

// changeInWords is a ratio as a change: "+35%", "-1.2%"; beyond a factor of two as the factor.
func changeInWords(ratio float64) string {
	switch {
	case math.IsNaN(ratio):
		return "–"
	case ratio >= 2 || ratio > 0 && ratio <= 0.5:
		return "×" + digits(ratio)
	}
	words := share(ratio - 1)
	if words == "-0.0%" {
		words = "0.0%"
	}
	if !strings.HasPrefix(words, "-") {
		words = "+" + words
	}
	return words
}

func rangeInWords(i Interval) string {
	if !i.Sure() {
		return "not known"
	}
	return changeInWords(i.Low) + " to " + changeInWords(i.High)
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
		return plural(n, "round")
	}
	return fmt.Sprintf("%d reps", n)
}

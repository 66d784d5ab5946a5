package results

import (
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// WriteChanges writes what changed between two runs, a table for every load and number of connections. Only changes are shown; with
// all, what did not change and what cannot be told too. The error is the writer's.
func WriteChanges(w io.Writer, changed compare.Changed, all bool, opts TableOptions) error {
	var out strings.Builder
	counts := map[compare.Verdict]int{}
	left := changed.Changes
	for len(left) > 0 {
		n := 1
		for n < len(left) && left[n].Setting == left[0].Setting && left[n].Conns == left[0].Conns {
			n++
		}
		writeChangesAt(&out, left[:n], all, counts, opts)
		left = left[n:]
	}
	fmt.Fprintf(&out, "of %d figures: %d changed, %d without a change found, %d of which too little is known\n",
		len(changed.Changes), counts[compare.Less]+counts[compare.More], counts[compare.Same], counts[compare.Unknown])
	if changed.Base != "" {
		fmt.Fprintf(&out, "*: of the ratio to %s by rounds of rotations, which cancels what drifted between the runs;\n"+
			"which is taken to be unchanged. Where there is no *, that drift is in the change.\n", strings.ReplaceAll(words.Printable(changed.Base), ", ", ", else "))
	} else {
		fmt.Fprintln(&out, "no base was rotated with in both runs: what drifted between them is in every change")
	}
	opts.writeIndented(&out, "95% intervals; p adjusted by Holm over all changes of a figure; of under 8 repetitions the change is of geometric means")
	for _, lone := range []struct {
		in     string
		places []string
	}{{"the old", changed.OnlyOld}, {"the new", changed.OnlyNew}} {
		for _, place := range lone.places {
			fmt.Fprintf(&out, "only in %s run: %s\n", lone.in, words.Printable(place))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func writeChangesAt(out *strings.Builder, changes []compare.Change, all bool, counts map[compare.Verdict]int, opts TableOptions) {
	var shown []*compare.Change
	for i := range changes {
		c := &changes[i]
		counts[c.Verdict]++
		if all || c.Worse() || c.Better() {
			shown = append(shown, c)
		}
	}
	if len(shown) == 0 {
		return
	}
	title := words.Printable(changes[0].Setting.Scenario) + ", over N"
	if n := changes[0].Conns; n > 0 {
		title = fmt.Sprintf("%s, N = %s", words.Printable(changes[0].Setting.Scenario), words.Number(float64(n)))
	}
	fmt.Fprintf(out, "%s\n(%s)\n", opts.mark(bold, title), changes[0].Setting.Params)
	rows := changeRows(shown, sureness)
	if opts.Width > 0 && totalWidth(rows) > opts.Width {
		rows = changeRows(shown, func(f figure.Figure, i stats.Interval) string { return f.Words(i.Mid) })
	}
	writeAligned(out, opts.fit(rows), opts, 1, 5)
	var whys []string
	for _, c := range shown {
		whys = append(whys, c.Why)
	}
	writeReasonsOf(out, whys, opts)
	fmt.Fprintln(out)
}

// changeRows is what there is to say of each, the least needed last.
func changeRows(shown []*compare.Change, fig func(figure.Figure, stats.Interval) string) [][]string {
	rows := [][]string{{"model", "figure", "old", "new", "change", "verdict", "95% interval", "p"}}
	for _, c := range shown {
		change, interval := c.Ratio.InWords()
		if c.Base != "" {
			change += "*"
		} else {
			change += " "
		}
		rows = append(rows, []string{words.Printable(c.Model), c.Figure.Short(), fig(c.Figure, c.Old), fig(c.Figure, c.New),
			change, c.InWords(), interval, probability(c.P)})
	}
	return rows
}

// sureness is a figure with half of its interval beside it, where that is known.
func sureness(f figure.Figure, i stats.Interval) string {
	if !i.Sure() {
		return f.Words(i.Mid)
	}
	return f.Words(i.Mid) + " ±" + words.Percent(i.Half())
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

func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p < 0.001:
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

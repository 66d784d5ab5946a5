package export

import (
	"fmt"
	"io"
	"math"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// WriteChanges writes what changed between two runs, a table for every load and number of connections. Only changes are
// shown; with all, what did not change and what cannot be told too. The error is the writer's.
func WriteChanges(w io.Writer, changed compare.Changed, all bool, o show.Terminal) error {
	var out strings.Builder
	counts := map[compare.Verdict]int{}
	for left := changed.Changes; len(left) > 0; {
		n := 1
		for n < len(left) && left[n].Setting == left[0].Setting && left[n].Conns == left[0].Conns {
			n++
		}
		if t := changesAt(left[:n], all, counts); len(t.Rows) > 0 {
			if err := t.WriteTo(&out, o); err != nil {
				return err
			}
			fmt.Fprintln(&out)
		}
		left = left[n:]
	}
	says := []string{fmt.Sprintf("of %d figures: %d changed, %d without a change found, %d of which too little is known",
		len(changed.Changes), counts[compare.Less]+counts[compare.More], counts[compare.Same], counts[compare.Unknown])}
	if changed.Base != "" {
		says = append(says, fmt.Sprintf("*: change of the ratio to %s by rounds of rotations, which cancels what drifted between the runs, and takes that model to be unchanged."+
			" Without a *, the drift is part of the change.", strings.ReplaceAll(changed.Base, ", ", ", else ")))
	} else {
		says = append(says, "no base was rotated with in both runs: what drifted between them is in every change")
	}
	says = append(says, "95% intervals; p adjusted by Holm over all changes of a figure; of under 8 repetitions the change is of geometric means")
	for _, place := range changed.OnlyOld {
		says = append(says, "only in the old run: "+place)
	}
	for _, place := range changed.OnlyNew {
		says = append(says, "only in the new run: "+place)
	}
	for _, s := range says {
		fmt.Fprintln(&out, o.Lines(s, 2))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// changesAt is the table of one load at one number of connections; it counts all verdicts.
func changesAt(changes []compare.Change, all bool, counts map[compare.Verdict]int) show.Table {
	first := &changes[0]
	t := show.Table{Title: fmt.Sprintf("%s, over N (%s)", first.Setting.Scenario, first.Setting.Params), Columns: []show.Column{
		{Head: "model", Left: true}, {Head: "figure", Left: true}, {Head: "old"}, {Head: "new"}, {Head: "change"}, {Head: "verdict", Left: true, Minor: true},
		{Head: "95% interval", Minor: true}, {Head: "p", Minor: true},
	}}
	if first.Conns > 0 {
		t.Title = fmt.Sprintf("%s, N = %s (%s)", first.Setting.Scenario, words.Whole(first.Conns), first.Setting.Params)
	}
	var whys []string
	for i := range changes {
		c := &changes[i]
		counts[c.Verdict]++
		if !all && !c.Worse() && !c.Better() {
			continue
		}
		change, interval := c.Ratio.InWords()
		if c.Base != "" {
			change += "*"
		} else {
			change += " "
		}
		verdict := show.Cell{Text: c.InWords()}
		if c.Worse() {
			verdict.Mark = show.Bad
		}
		t.Rows = append(t.Rows, []show.Cell{{Text: c.Model, Model: c.Model}, {Text: c.Figure.Short()}, sure(c.Figure, c.Old), sure(c.Figure, c.New),
			{Text: change}, verdict, {Text: interval}, {Text: probability(c.P)}})
		whys = append(whys, c.Why)
	}
	t.Note = reasons(whys)
	return t
}

// sure is a figure with half of its interval beside it, where that is known.
func sure(f figure.Figure, i stats.Interval) show.Cell {
	c := show.Cell{Text: f.Words(i.Mid)}
	if i.Sure() {
		c.Detail = "±" + words.Percent(i.Half())
	}
	return c
}

// reasons is why too little is known, and what is within the noise, each kind of reason once, with the figures of its first.
func reasons(whys []string) string {
	var all []string
	times := map[string]int{}
	for _, w := range whys {
		if kind := words.WithoutFigures(w); w != "" {
			if times[kind]++; times[kind] == 1 {
				all = append(all, w)
			}
		}
	}
	for i, w := range all {
		all[i] = fmt.Sprintf("%s (%d×)", w, times[words.WithoutFigures(w)])
	}
	return strings.Join(all, "; ")
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

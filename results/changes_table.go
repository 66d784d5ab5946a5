package results

import (
	"fmt"
	"io"
	"strings"
)

// WriteChanges writes what changed between two runs, a table for every load and number of connections. Only changes are shown; with
// all, what did not change and what cannot be told too. The error is the writer's.
func WriteChanges(w io.Writer, changed Changed, all bool, opts TableOptions) error {
	var out strings.Builder
	counts := map[Verdict]int{}
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
		len(changed.Changes), counts[Less]+counts[More], counts[Same], counts[Unknown])
	if changed.Base != "" {
		fmt.Fprintf(&out, "/%s: change of the ratio to %s in the same rotations, which cancels what drifted between the runs; %[1]s is taken to be\n"+
			"unchanged. Without it, what drifted between the runs is in the change.\n", printable(changed.Base), printable(changed.Base))
	} else {
		fmt.Fprintln(&out, "no base was rotated with in both runs: what drifted between them is in every change")
	}
	for _, lone := range []struct {
		in     string
		places []string
	}{{"the old", changed.OnlyOld}, {"the new", changed.OnlyNew}} {
		for _, place := range lone.places {
			fmt.Fprintf(&out, "only in %s run: %s\n", lone.in, printable(place))
		}
	}
	_, err := io.WriteString(w, opts.plain(out.String()))
	return err
}

func writeChangesAt(out *strings.Builder, changes []Change, all bool, counts map[Verdict]int, opts TableOptions) {
	rows := [][]string{{"model", "figure", "old", "new", "change", "95% interval", "p", "verdict"}}
	var whys []string
	for i := range changes {
		c := &changes[i]
		counts[c.Verdict]++
		if !all && !c.Worse() && !c.Better() {
			continue
		}
		change := changeInWords(c.Ratio.Mid)
		if c.Base != "" {
			change += "/" + printable(c.Base)
		}
		rows = append(rows, []string{printable(c.Model), c.Figure.Title, sureness(c.Figure, c.Old), sureness(c.Figure, c.New),
			change, rangeInWords(c.Ratio), probability(c.P), c.InWords()})
		if c.Why != "" {
			whys = append(whys, fmt.Sprintf("%s, %s: %s", printable(c.Model), c.Figure.Title, printable(c.Why)))
		}
	}
	if len(rows) == 1 {
		return
	}
	fmt.Fprintf(out, "%s\n(%s)\n", opts.mark(bold, fmt.Sprintf("%s, N = %s", printable(changes[0].Setting.Scenario),
		groupDigits(float64(changes[0].Conns)))), changes[0].Setting.Params)
	writeAligned(out, rows, opts, 1, 7)
	for _, why := range whys {
		opts.writeIndented(out, why)
	}
	fmt.Fprintln(out)
}

// InWords is what may be said of the change.
func (c *Change) InWords() string {
	switch {
	case c.Worse():
		return "worse"
	case c.Better():
		return "better"
	case c.Verdict == Same:
		return "no change found"
	}
	return "cannot tell"
}

// sureness is a figure with half of its interval beside it, where that is known.
func sureness(f Figure, i Interval) string {
	if !i.Sure() {
		return f.Words(i.Mid)
	}
	return f.Words(i.Mid) + " ±" + percent(i.Half())
}

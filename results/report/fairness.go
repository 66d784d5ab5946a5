package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// fairnessPart is how evenly connections were served.
type fairnessPart struct {
	Says  []string
	Table Table
}

// fairness is the part, or nil where nothing is known.
func (f facts) fairness() *fairnessPart {
	if !slices.ContainsFunc(f.evenness, func(e figure.Evenness) bool { return e.Known() }) {
		return nil
	}
	p := &fairnessPart{Says: slices.Concat(f.unfair(), []string{f.fairRest()})}
	if s := f.untold(); s != "" {
		p.Says = append(p.Says, s)
	}
	p.Table = Table{Note: "Medians over the valid repetitions; of rotations, over all their slots together. A connection's own p99 is known to within a quarter, and of 100 replies or more.",
		Head: []string{"Load", "N", "Model", "Replies a connection", "Jain's index", "Worst connection's p99", "Median connection's p99", "Verdict"}}
	for _, e := range f.evenness {
		if e.Known() {
			p.Table.Rows = append(p.Table.Rows, f.evenRow(e))
		}
	}
	return p
}

// unfair is a sentence for each model, load and N in which connections were not served alike.
func (f facts) unfair() (says []string) {
	for _, e := range f.evenness {
		if e.Fair() {
			continue
		}
		s := fmt.Sprintf("%s was not fair (%s, %s): ", words.Code(e.Name), f.loads[e.Setting], atN(e.Conns))
		if e.Shares {
			s += fmt.Sprintf("Jain's index is %s, as if %s of the connections had nothing", index(e.Jain.Median), words.Percent(1-e.Jain.Median))
		}
		if e.Shares && e.Waits {
			s += "; "
		}
		if e.Waits {
			s += fmt.Sprintf("one connection's p99 is %s, that of the one in the middle %s", words.Nanoseconds(e.Worst.Median), words.Nanoseconds(e.Median.Median))
		}
		says = append(says, s+".")
	}
	return says
}

// fairRest is the sentence for the others.
func (f facts) fairRest() string {
	least, lowest, wait, fair, judged := 1.0, 1.0, 0.0, 0, 0
	for _, e := range f.evenness {
		if !e.Known() {
			continue
		}
		if judged++; !e.Fair() {
			continue
		}
		fair++
		if e.Jain.N > 0 {
			least, lowest = min(least, e.Jain.Median), min(lowest, e.Jain.Min)
		}
		if e.Worst.N > 0 && e.Median.N > 0 {
			wait = max(wait, e.Worst.Median/e.Median.Median)
		}
	}
	who := fmt.Sprintf("All models were fair, under every load at every N where it is known (%s)", words.Plural(judged, "case"))
	switch {
	case fair == 0:
		return ""
	case fair < judged:
		who = fmt.Sprintf("In the other %d of %s models were fair", fair, words.Plural(judged, "case"))
	}
	s := fmt.Sprintf("%s: Jain's index was at least %s", who, index(least))
	if index(lowest) != index(least) {
		s += fmt.Sprintf(" (%s in a single repetition)", index(lowest))
	}
	switch {
	case wait >= figure.MostWait:
		s += fmt.Sprintf(", and where one connection's p99 was up to %s times that of the one in the middle, chance does as much to the unluckiest of so many", words.Times(wait))
	case wait > 0:
		s += fmt.Sprintf(", and no connection's p99 was over %s times that of the one in the middle", words.Times(max(1, wait)))
	}
	return s + "."
}

// index is Jain's, rounded down: 1.00 is all alike.
func index(v float64) string { return fmt.Sprintf("%.2f", math.Floor(v*100+1e-9)/100) }

// untold is where nothing is known, and why.
func (f facts) untold() string {
	places := map[bool][]string{} // by whether there were enough replies
	for _, e := range f.evenness {
		if of, at := e.Replies >= figure.LeastForJain, f.untoldAt(e); !e.Known() && !slices.Contains(places[of], at) {
			places[of] = append(places[of], at)
		}
	}
	var clauses []string
	if few := places[false]; len(few) > 0 {
		clauses = append(clauses, fmt.Sprintf("under %s, where a connection had fewer than %d replies: that would tell chance", strings.Join(few, "; "), figure.LeastForJain))
	}
	if old := places[true]; len(old) > 0 {
		clauses = append(clauses, fmt.Sprintf("under %s, of which this run has no record", strings.Join(old, "; ")))
	}
	if len(clauses) == 0 {
		return ""
	}
	return "Not known " + strings.Join(clauses, "; nor ") + "."
}

// untoldAt is a place where nothing is known, no narrower than it has to be: the load; one N of it; one model there.
func (f facts) untoldAt(e figure.Evenness) string {
	load, conns := false, false // something is known of others there
	for _, o := range f.evenness {
		if o.Known() && o.Setting == e.Setting {
			load, conns = true, conns || o.Conns == e.Conns
		}
	}
	at := f.loads[e.Setting]
	if load {
		at += ", " + atN(e.Conns)
	}
	if conns {
		at += ", in " + words.Code(e.Name)
	}
	return at
}

func (f facts) evenRow(e figure.Evenness) []Datum {
	of := func(s stats.Spread, inWords func(float64) string) Datum {
		if s.N == 0 {
			return unknown
		}
		return fig(s.Median, inWords(s.Median))
	}
	verdict := "fair"
	if !e.Fair() {
		verdict = "not fair"
	}
	return []Datum{{Text: f.loads[e.Setting]}, fig(float64(e.Conns), words.Whole(e.Conns)), {Text: e.Name, Model: e.Name}, fig(e.Replies, words.Rate(math.Round(e.Replies))),
		of(e.Jain, func(v float64) string { return fmt.Sprintf("%.3f", v) }), of(e.Worst, words.Nanoseconds), of(e.Median, words.Nanoseconds),
		{Text: verdict}}
}

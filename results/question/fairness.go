package question

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// fairness is how evenly connections were served.
func (e *evidence) fairness() []Answer {
	all := figure.EvennessOf(e.cells)
	if !slices.ContainsFunc(all, func(v figure.Evenness) bool { return v.Known() }) {
		return nil
	}
	says := e.unfair(all)
	a := Answer{ID: "fairness", Title: "Fairness", Says: telling(slices.Concat(says, []string{e.fairRest(all),
		e.fairUnknown(all)})...)}
	a.Headline = "No model serves one connection worse than another"
	if len(says) > 0 {
		a.Headline = fmt.Sprintf("Connections are not served alike in %s", words.Plural(len(says), "case"))
		for i := range all {
			if v := &all[i]; !v.Fair() {
				a.Headline = shortest(fmt.Sprintf("%s, such as %s under %s at %s", a.Headline, words.Code(v.Name),
					e.loads[v.Setting], atN(v.Conns)), a.Headline)
				break
			}
		}
	}
	a.How = []string{"Jain's index is 1 where all connections have as many replies, and k/n where k of n have all of them."}
	t := show.Table{Note: "Medians over the valid repetitions; of rotations, over all their slots together. A connection's " +
		"own p99 is known to within a quarter, and of 100 replies or more.",
		Columns: heads("Model", "N", "Load", "Replies a connection", "Jain's index",
			"Worst connection's p99 over the median one's", "Verdict")}
	t.Columns[2].Left = true
	for _, v := range all {
		if v.Known() {
			t.Rows = append(t.Rows, e.evenRow(v))
		}
	}
	a.Tables = []show.Table{t}
	return []Answer{a}
}

func (e *evidence) evenRow(v figure.Evenness) []show.Cell {
	worst, verdict := unknown, show.Cell{Text: "fair"}
	if v.Worst.N > 0 && v.Median.N > 0 && v.Median.Median > 0 {
		over := v.Worst.Median / v.Median.Median
		worst = number(over, ratioInWords(over))
	}
	if !v.Fair() {
		verdict = show.Cell{Text: "not fair", Mark: show.Bad}
	}
	return []show.Cell{named(v.Name), number(float64(v.Conns), words.Whole(v.Conns)), text(e.loads[v.Setting]),
		number(v.Replies, words.Rate(math.Round(v.Replies))),
		spreadCell(v.Jain, func(v float64) string { return fmt.Sprintf("%.3f", v) }), worst, verdict}
}

// unfair is a sentence for each model, load and N in which connections were not served alike.
func (e *evidence) unfair(all []figure.Evenness) (says []string) {
	for _, v := range all {
		if v.Fair() {
			continue
		}
		var clauses []string
		if v.Shares {
			clauses = append(clauses, fmt.Sprintf("Jain's index is %s, as if %s of the connections had nothing",
				index(v.Jain.Median), words.Percent(1-v.Jain.Median)))
		}
		if v.Waits {
			clauses = append(clauses, fmt.Sprintf("one connection's p99 is %s, that of the median connection %s",
				words.Nanoseconds(v.Worst.Median), words.Nanoseconds(v.Median.Median)))
		}
		says = append(says, fmt.Sprintf("%s was not fair (%s, %s): %s.", words.Code(v.Name), e.loads[v.Setting], atN(v.Conns),
			strings.Join(clauses, "; ")))
	}
	return says
}

// fairRest is the sentence for the others.
func (e *evidence) fairRest(all []figure.Evenness) string {
	least, lowest, wait, fair, judged := 1.0, 1.0, 0.0, 0, 0
	for _, v := range all {
		if !v.Known() {
			continue
		}
		if judged++; !v.Fair() {
			continue
		}
		fair++
		if v.Jain.N > 0 {
			least, lowest = min(least, v.Jain.Median), min(lowest, v.Jain.Min)
		}
		if v.Worst.N > 0 && v.Median.N > 0 {
			wait = max(wait, v.Worst.Median/v.Median.Median)
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
		s += fmt.Sprintf(", and one connection's p99 was up to %s times that of the median connection, which chance does to "+
			"the unluckiest of so many", words.Times(wait))
	case wait > 0:
		s += fmt.Sprintf(", and no connection's p99 was over %s times that of the median connection", words.Times(max(1, wait)))
	}
	return s + "."
}

// index is Jain's, rounded down: 1.00 is all alike.
func index(v float64) string { return fmt.Sprintf("%.2f", math.Floor(v*100+1e-9)/100) }

// fairUnknown is where nothing is known, and why.
func (e *evidence) fairUnknown(all []figure.Evenness) string {
	places := map[bool][]string{} // by whether there were enough replies
	for _, v := range all {
		if of, at := v.Replies >= figure.LeastForJain, e.placeOf(v, all); !v.Known() && !slices.Contains(places[of], at) {
			places[of] = append(places[of], at)
		}
	}
	var clauses []string
	if few := places[false]; len(few) > 0 {
		clauses = append(clauses, fmt.Sprintf("under %s, where a connection had fewer than %d replies", strings.Join(few,
			"; "), figure.LeastForJain))
	}
	if old := places[true]; len(old) > 0 {
		clauses = append(clauses, fmt.Sprintf("under %s, of which this run has no record", strings.Join(old, "; ")))
	}
	if len(clauses) == 0 {
		return ""
	}
	return "Not known " + strings.Join(clauses, "; nor ") + "."
}

// placeOf is a place where nothing is known, no narrower than it has to be: the load; one N of it; one model there.
func (e *evidence) placeOf(v figure.Evenness, all []figure.Evenness) string {
	load, conns := false, false // something is known of others there
	for _, o := range all {
		if o.Known() && o.Setting == v.Setting {
			load, conns = true, conns || o.Conns == v.Conns
		}
	}
	at := e.loads[v.Setting]
	if load {
		at += ", " + atN(v.Conns)
	}
	if conns {
		at += ", in " + words.Code(v.Name)
	}
	return at
}

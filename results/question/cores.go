package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

const (
	slightGain = 1.1 // a ratio below which one would not give a server a core more
	nearGain   = 1.5 // where the interval of a ratio reaches so far, that no gain was found says nothing
)

// cores is what more cores are worth: an answer for each load, N and number of cores that was compared.
func (e *evidence) cores() (answers []Answer) {
	all := e.every.Cores()
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].Alike(&all[0]) {
			n++
		}
		of := all[:n]
		all = all[n:]
		c := of[0]
		a := Answer{ID: "cores", Title: "More cores", Load: fmt.Sprintf("%s, %s", e.loads[c.Setting], atN(c.Conns)),
			Headline: e.coresHeadline(of), Says: []string{coresSentence(of)},
			How: []string{"Each model is compared with itself on fewer cores, by neighbouring rounds where there are any; the " +
				"interval comes from how much the same server twice differs."}}
		if len(answers) > 0 {
			a.ID = fmt.Sprintf("cores/%s-%d-%d", e.slug(c.Setting), c.Conns, c.To)
		}
		if e.noisy {
			a.Doubts = append(a.Doubts, noMeasurement)
		}
		a.Tables, a.Charts = []show.Table{coresTable(of)}, e.coresChart(of)
		answers = append(answers, a)
	}
	return answers
}

func (e *evidence) coresHeadline(of []compare.Cores) string {
	who := fmt.Sprintf("%s instead of %s: ", words.Plural(of[0].To, "core"), words.Whole(of[0].From))
	sure := slices.DeleteFunc(slices.Clone(of), func(c compare.Cores) bool {
		return c.Verdict != compare.More ||
			!known(c.Ratio)
	})
	slices.SortStableFunc(sure, func(a, b compare.Cores) int { return cmp.Compare(b.Ratio.Mid, a.Ratio.Mid) })
	none := slices.DeleteFunc(slices.Clone(of), func(c compare.Cores) bool {
		return c.Verdict != compare.Same ||
			c.Ratio.High >= nearGain
	})
	switch {
	case e.noisy:
		return who + "not ranked, because this run is no measurement"
	case len(sure) == 0 && len(none) == 0:
		return who + "too little is known to say what they are worth"
	case len(sure) == 0:
		return who + "no model was found to gain"
	}
	s := fmt.Sprintf("%s%s %s %s times as many", who, some(coreNames(sure), 3), verb(len(sure), "answers", "answer"),
		span(coreRatios(sure), ratioInWords))
	if len(none) > 0 {
		return shortest(s+fmt.Sprintf("; no gain in %s", some(coreNames(none), 2)), s)
	}
	return s
}

func coreNames(of []compare.Cores) (all []string) {
	for _, c := range of {
		all = append(all, c.Model)
	}
	return all
}

func coreRatios(of []compare.Cores) (all []float64) {
	for _, c := range of {
		all = append(all, c.Ratio.Mid)
	}
	return all
}

// coresSentence says which models gain from more cores, which do not, and of which it is not known.
func coresSentence(of []compare.Cores) string {
	var gain, slight, none, unknown []compare.Cores
	for _, c := range of {
		switch {
		case c.Verdict == compare.More && c.Ratio.Mid >= slightGain:
			gain = append(gain, c)
		case c.Verdict == compare.More || c.Verdict == compare.Less:
			slight = append(slight, c)
		case c.Verdict == compare.Same && c.Ratio.High < nearGain:
			none = append(none, c)
		default:
			unknown = append(unknown, c)
		}
	}
	names := func(of []compare.Cores) []string { return words.Codes(coreNames(of)) }
	var clauses []string
	if len(gain) > 0 {
		within := stats.Interval{Low: gain[0].Ratio.Low, High: gain[0].Ratio.High}
		for _, c := range gain {
			within.Low, within.High = min(within.Low, c.Ratio.Low), max(within.High, c.Ratio.High)
		}
		clauses = append(clauses, fmt.Sprintf("%s %s %s times as many requests (95%% %s %s)", words.List(names(gain)),
			verb(len(gain), "answers", "answer"),
			span(coreRatios(gain), words.Times), verb(len(gain), "interval", "intervals within"), betweenRatios(within)))
	}
	for _, c := range slight {
		clauses = append(clauses, fmt.Sprintf("%s answers %s%s", words.Code(c.Model), howMuch(c.Ratio,
			figure.Figure{Name: "requests"}), busyCores([]compare.Cores{c})))
	}
	if len(none) > 0 {
		clauses = append(clauses, fmt.Sprintf("no gain was found in %s%s", words.Either(names(none)), busyCores(none)))
	}
	if len(unknown) > 0 {
		clauses = append(clauses, fmt.Sprintf("too little is known of %s%s", words.List(names(unknown)),
			because(orSaid(unknown[0].Why, "its interval is "+betweenRatios(unknown[0].Ratio)))))
	}
	return fmt.Sprintf("On %s instead of %s, %s.", words.Plural(of[0].To, "core"), words.Whole(of[0].From),
		strings.Join(clauses, "; "))
}

// busyCores is how many cores they used of those that they had.
func busyCores(of []compare.Cores) string {
	most := 0.0
	for _, c := range of {
		if c.Busy.N == 0 {
			return ""
		}
		most = max(most, c.Busy.Median)
	}
	return fmt.Sprintf(", with %s%.1f of %d cores busy", verb(len(of), "", "at most "), most, of[0].To)
}

func coresTable(of []compare.Cores) show.Table {
	c := of[0]
	t := show.Table{Title: fmt.Sprintf("The same model on %s and on %s", words.Plural(c.From, "core"), words.Whole(c.To)),
		Note:    "Ratio: replies a second on more cores over those on fewer.",
		Columns: heads("Model", "Ratio", "95% interval", "Cores busy", "Verdict")}
	t.Columns[4].Left = true
	for _, c := range of {
		r, interval, verdict := unknown, "not known", map[compare.Verdict]string{compare.More: "gains", compare.Less: "loses",
			compare.Same: "no difference found"}[c.Verdict]
		if c.Ratio.N > 0 {
			r = number(c.Ratio.Mid, ratioInWords(c.Ratio.Mid))
		}
		if known(c.Ratio) {
			interval = betweenRatios(c.Ratio)
		}
		t.Rows = append(t.Rows, []show.Cell{named(c.Model), r, text(interval), spreadCell(c.Busy,
			func(v float64) string { return fmt.Sprintf("%.2f", v) }),
			{Text: orSaid(verdict, "too little is known"), Detail: words.Printable(c.Why)}})
	}
	return t
}

func (e *evidence) coresChart(of []compare.Cores) []chart.Chart {
	c := chart.Chart{ID: fmt.Sprintf("%s-cores-%d", e.slug(of[0].Setting), of[0].To),
		Title: fmt.Sprintf("Replies a second on %s over those on %s", words.Plural(of[0].To, "core"), words.Whole(of[0].From)),
		Kind:  chart.Forest, Extra: true, Note: "Bars: 95% interval; right is better.",
		X: chart.Axis{Title: "ratio to the same model on fewer cores", Unit: chart.Ratio, Log: true}}
	var p chart.Panel
	for _, core := range of {
		if core.Ratio.N > 0 && drawable(core.Ratio.Mid) {
			p.Series = append(p.Series, chart.Series{Model: core.Model, Name: core.Model, Dashed: e.control(core.Model),
				Points: []chart.Point{{X: core.Ratio.Mid, Low: core.Ratio.Low, High: core.Ratio.High,
					Text: ratioInWords(core.Ratio.Mid)}}})
		}
	}
	c.Panels = []chart.Panel{p}
	return drawn(c)
}

package report

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// coresPart is what more cores are worth.
type coresPart struct {
	Load  string
	Says  []string
	Table Table
}

// byCores splits what was found by load, N and numbers of threads.
func byCores(all []compare.Cores) (places [][]compare.Cores) {
	for _, c := range all {
		if n := len(places); n > 0 {
			if o := places[n-1][0]; o.Setting == c.Setting && o.Conns == c.Conns && o.From == c.From && o.To == c.To {
				places[n-1] = append(places[n-1], c)
				continue
			}
		}
		places = append(places, []compare.Cores{c})
	}
	return places
}

const (
	slightGain = 1.1 // a ratio below which one would not give a server a core more
	nearGain   = 1.5 // where the interval of a ratio reaches so far, that no gain was found says nothing
)

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
	on := fmt.Sprintf("given %s instead of %s,", words.Plural(of[0].To, "core"), words.Whole(of[0].From))
	var clauses []string
	if len(gain) > 0 {
		clauses = append(clauses, fmt.Sprintf("%s %s %s %s as many requests (%s)", on, words.List(coreModels(gain)), answers(len(gain)), timesRange(gain), withinCores(gain)))
	}
	for _, c := range slight {
		inWords := howMuch(c.Ratio, throughputWords)
		clauses = append(clauses, fmt.Sprintf("%s answers %s%s", words.Code(c.Model), inWords, busyCores([]compare.Cores{c})))
	}
	if len(none) > 0 {
		clauses = append(clauses, fmt.Sprintf("in %s no gain was found%s", words.Either(coreModels(none)), busyCores(none)))
	}
	if len(unknown) > 0 {
		clauses = append(clauses, fmt.Sprintf("of %s too little is known to say%s", words.List(coreModels(unknown)), because(orSaid(unknown[0].Why, "its interval is "+betweenRatios(unknown[0].Ratio)))))
	}
	said := strings.Join(clauses, "; ")
	if len(gain) == 0 {
		said = on + " " + said
	}
	return words.Capital(said) + "."
}

var throughputWords = figure.Figure{Name: "requests", Title: "requests"}

func answers(n int) string {
	if n == 1 {
		return "answers"
	}
	return "answer"
}

func coreModels(of []compare.Cores) (all []string) {
	for _, c := range of {
		all = append(all, words.Code(c.Model))
	}
	return all
}

// timesRange is "1.9 times", or from the least to the most of them.
func timesRange(of []compare.Cores) string {
	byRatio := func(a, b compare.Cores) int { return compareRatios(a.Ratio, b.Ratio) }
	return fromToTimes(words.Times(slices.MinFunc(of, byRatio).Ratio.Mid), words.Times(slices.MaxFunc(of, byRatio).Ratio.Mid))
}

func compareRatios(a, b stats.Interval) int {
	switch {
	case a.Mid < b.Mid:
		return -1
	case a.Mid > b.Mid:
		return 1
	}
	return 0
}

func fromToTimes(low, high string) string {
	if low == high {
		return low + " times"
	}
	return low + " to " + high + " times"
}

// withinCores is what all the intervals lie within.
func withinCores(of []compare.Cores) string {
	low, high := of[0].Ratio.Low, of[0].Ratio.High
	for _, c := range of {
		low, high = min(low, c.Ratio.Low), max(high, c.Ratio.High)
	}
	which := "intervals within"
	if len(of) == 1 {
		which = "interval"
	}
	return fmt.Sprintf("95%% %s %s", which, betweenRatios(stats.Interval{Low: low, High: high}))
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
	upTo := ""
	if len(of) > 1 {
		upTo = "at most "
	}
	return fmt.Sprintf(", with %s%.1f of %d cores busy", upTo, most, of[0].To)
}

// coresParts is a part for every load, N and number of cores that was compared.
func (f facts) coresParts() (all []coresPart) {
	for _, of := range byCores(f.cores) {
		c := of[0]
		p := coresPart{Load: fmt.Sprintf("%s, %s", f.loads[c.Setting], atN(c.Conns)), Says: []string{coresSentence(of)}}
		p.Table = Table{Title: fmt.Sprintf("The same model on %s and on %s", words.Plural(c.From, "core"), words.Whole(c.To)), Note: "Medians; the ratio is of neighbouring rounds where there are any, its interval from what the same server twice differs by.",
			Head: []string{"Model", fmt.Sprintf("Replies/s on %d", c.From), fmt.Sprintf("on %d", c.To), "Ratio", "95% interval", "Cores busy", "Verdict"}}
		for _, c := range of {
			p.Table.Rows = append(p.Table.Rows, coresRow(c))
		}
		all = append(all, p)
	}
	return all
}

func coresRow(c compare.Cores) []Datum {
	each := func(i stats.Interval) Datum {
		if i.N == 0 {
			return unknown
		}
		return fig(i.Mid, words.Rate(i.Mid))
	}
	ratio, interval, busy := unknown, "not known", unknown
	if c.Ratio.N > 0 {
		ratio = fig(c.Ratio.Mid, fmt.Sprintf("%.2f", c.Ratio.Mid))
	}
	if known(c.Ratio) {
		interval = fmt.Sprintf("%.2f to %.2f", c.Ratio.Low, c.Ratio.High)
	}
	if c.Busy.N > 0 {
		busy = fig(c.Busy.Median, fmt.Sprintf("%.2f", c.Busy.Median))
	}
	verdict := map[compare.Verdict]string{compare.More: "gains", compare.Less: "loses", compare.Same: "no difference found"}[c.Verdict]
	return []Datum{{Text: c.Model, Model: c.Model}, each(c.Was), each(c.Is), ratio, {Text: interval}, busy,
		{Text: orSaid(verdict, "cannot be told"), Detail: words.Printable(c.Why)}}
}

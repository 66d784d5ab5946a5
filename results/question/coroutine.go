package question

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// The model whose price is told, and the two that it stands between: code as plain as the one's on a loop such as the other's.
const styled = "coroutine"

var kin = []string{"goroutine", "callback"}

// coroutine is what a coroutine costs against a goroutine and against a callback: CPU of an echo, and memory.
func (e *evidence) coroutine() (answers []Answer, all []compare.Comparison) {
	all = e.every.Against(styled, kin...)
	a := Answer{ID: "coroutine", Title: "A coroutine's price", Load: "echo"}
	var lead []string
	for _, base := range kin {
		of := slices.DeleteFunc(slices.Clone(all), func(c compare.Comparison) bool {
			return c.Base != base ||
				c.Setting.Scenario != "echo"
		})
		var clauses []string
		for _, m := range setsOf(of) {
			if s := partsIn(m); s != "" {
				clauses = append(clauses, fmt.Sprintf("%s in %s", s, e.loads[m.setting]))
			}
		}
		if len(clauses) > 0 {
			a.Says = append(a.Says, fmt.Sprintf("CPU per message in %s over that in %s: %s.", words.Code(styled),
				words.Code(base), strings.Join(clauses, "; ")))
		}
		if c := leadOf(of); c != nil {
			r := "no difference from"
			if c.Differs() {
				r = ratioInWords(c.Ratio.Mid) + " times the CPU of"
			}
			lead = append(lead, fmt.Sprintf("%s %s at %s", r, words.Code(base), atN(c.Conns)))
		}
	}
	if s := e.coroutineMemory(); s != "" {
		a.Says = append(a.Says, s)
	}
	if len(a.Says) == 0 {
		return nil, all
	}
	a.Headline = "What a coroutine costs beside a goroutine: memory only is known"
	if len(lead) > 0 {
		a.Headline = shortest(words.Code(styled)+": "+strings.Join(lead, ", "), words.Code(styled)+": "+lead[0])
	}
	if e.noisy {
		a.Headline, a.Doubts = "Not ranked, because this run is no measurement", []string{noMeasurement}
	}
	if len(all) > 0 {
		a.Tables = []show.Table{e.comparisonTable("CPU per message, against each of the two", all)}
	}
	return []Answer{a}, all
}

// leadOf is the comparison at the greatest N of a closed loop of which anything is known, else of any loop.
func leadOf(of []compare.Comparison) (lead *compare.Comparison) {
	for i := range of {
		c := &of[i]
		closed := c.Setting.Params.Loop == "closed"
		if c.Verdict != compare.Unknown && (lead == nil || closed && lead.Setting.Params.Loop != "closed" ||
			closed == (lead.Setting.Params.Loop == "closed") && c.Conns > lead.Conns) {
			lead = c
		}
	}
	return lead
}

// partsIn is what one model takes of what another does, at each N where that is known, and where no difference was found.
func partsIn(m comparisonSet) string {
	var parts, same []string
	var within stats.Interval
	for _, c := range byConns(m.all) {
		switch {
		case c.Differs():
			parts = append(parts, fmt.Sprintf("%s (%s) at %s", ratioInWords(c.Ratio.Mid), betweenRatios(c.Ratio), atN(c.Conns)))
		case c.Verdict == compare.Same:
			if same = append(same, words.Whole(c.Conns)); len(same) == 1 {
				within = c.Ratio
			}
			within.Low, within.High = min(within.Low, c.Ratio.Low), max(within.High, c.Ratio.High)
		}
	}
	if len(same) > 0 {
		parts = append(parts, fmt.Sprintf("no difference found at N = %s (within %s)", words.Either(same), betweenRatios(within)))
	}
	return words.List(parts)
}

// coroutineMemory is an idle connection's user memory as a part of what the others take. The interval of a ratio is from the
// one's low end over the other's high end to the reverse: never too narrow.
func (e *evidence) coroutineMemory() string {
	perConn := func(model string) (stats.Interval, bool) {
		at := slices.IndexFunc(e.growth, func(g figure.Growth) bool { return g.Model == model && g.User != nil })
		if at < 0 {
			return stats.Interval{}, false
		}
		i := e.growth[at].UserPerConn()
		return i, i.Mid > 0
	}
	own, ok := perConn(styled)
	if !ok {
		return ""
	}
	var parts []string
	for _, base := range kin {
		its, ok := perConn(base)
		if !ok {
			continue
		}
		ratio := stats.Interval{Low: own.Low / its.High, Mid: own.Mid / its.Mid, High: own.High / its.Low, N: min(own.N, its.N)}
		of := words.Code(base) + "'s"
		switch {
		case !known(own) || !known(its) || its.Low <= 0:
			parts = append(parts, fmt.Sprintf("%s times %s, without a known interval", ratioInWords(ratio.Mid), of))
		case ratio.Low <= 1 && ratio.High >= 1:
			parts = append(parts, fmt.Sprintf("not told apart from %s (%s times it)", of, betweenRatios(ratio)))
		default:
			parts = append(parts, fmt.Sprintf("%s times (%s) %s", ratioInWords(ratio.Mid), betweenRatios(ratio), of))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("User memory of an idle connection in %s is %s.", words.Code(styled), words.List(parts))
}

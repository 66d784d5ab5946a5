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

// The style whose price is told, and the two that it stands between: code as plain as the one's on a loop such as the other's.
const styled = "coroutine"

var kin = []string{"goroutine", "callback"}

// stylePrice is what a coroutine costs against a goroutine and against a callback: CPU of an echo, and memory.
func (f facts) stylePrice() (says []string) {
	for _, base := range kin {
		of := slices.DeleteFunc(slices.Clone(f.kindred), func(c compare.Comparison) bool { return c.Base != base || c.Setting.Scenario != "echo" })
		var clauses []string
		for _, m := range matters(of) {
			if s := partsOf(m); s != "" {
				clauses = append(clauses, fmt.Sprintf("%s in %s", s, f.loads[m.setting]))
			}
		}
		if len(clauses) > 0 {
			says = append(says, fmt.Sprintf("CPU per message in %s over that in %s: %s.", words.Code(styled), words.Code(base), strings.Join(clauses, "; ")))
		}
	}
	if s := styleMemory(f.growth); s != "" {
		says = append(says, s)
	}
	return says
}

// partsOf is what one model takes of what another does, at each N where that is known, and where no difference was found.
func partsOf(m matter) string {
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

// styleMemory is an idle connection's user memory as a part of what the others take. The interval of a ratio is from the one's low end over the other's
// high end to the reverse: never too narrow.
func styleMemory(growth []figure.Growth) string {
	at := slices.IndexFunc(growth, func(g figure.Growth) bool { return g.Model == styled && g.User != nil })
	if at < 0 {
		return ""
	}
	own := growth[at].UserPerConn()
	var parts []string
	for _, base := range kin {
		at := slices.IndexFunc(growth, func(g figure.Growth) bool { return g.Model == base && g.User != nil })
		if at < 0 {
			continue
		}
		its := growth[at].UserPerConn()
		if own.Mid <= 0 || its.Mid <= 0 {
			continue
		}
		ratio := stats.Interval{Low: own.Low / its.High, Mid: own.Mid / its.Mid, High: own.High / its.Low, N: min(own.N, its.N)}
		of := "of " + words.Code(base) + "'s"
		if ratio.Mid >= manyTimes {
			of = "times " + words.Code(base) + "'s"
		}
		switch {
		case !known(own) || !known(its) || its.Low <= 0:
			parts = append(parts, fmt.Sprintf("%s %s, how surely is not known", ratioInWords(ratio.Mid), of))
		case ratio.Low <= 1 && ratio.High >= 1:
			parts = append(parts, fmt.Sprintf("not told apart from %s's (%s of it)", words.Code(base), betweenRatios(ratio)))
		default:
			parts = append(parts, fmt.Sprintf("%s (%s) %s", ratioInWords(ratio.Mid), betweenRatios(ratio), of))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("The user memory of an idle connection is in %s %s.", words.Code(styled), words.List(parts))
}

func betweenRatios(i stats.Interval) string {
	return ratioInWords(i.Low) + " to " + ratioInWords(i.High)
}

// ratioInWords is a ratio to the hundredth, and a large one in two digits.
func ratioInWords(v float64) string {
	if v < 9.995 {
		return fmt.Sprintf("%.2f", v)
	}
	return words.Times(v)
}

package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

func atN(n int) string { return "N = " + words.Whole(n) }

// sense is how a language says that a figure is more or less than another.
type sense struct{ more, less, much string }

func senseOf(f figure.Figure) sense {
	name := strings.ToLower(f.Name + " " + f.Title)
	for _, word := range []string{"p50", "p90", "p99", "latency", "spread"} {
		if strings.Contains(name, word) {
			return sense{"longer", "shorter", "long"}
		}
	}
	if strings.Contains(name, "throughput") {
		return sense{"higher", "lower", "high"}
	}
	return sense{"more", "less", "much"}
}

// howMuch is a ratio other/base in words, with its interval: "27% more (24 to 30%)", "2.3 times as much (2.1 to 2.6)".
func howMuch(r stats.Interval, f figure.Figure) string {
	s := senseOf(f)
	var inWords, from, to string
	switch {
	case r.Mid >= manyTimes:
		inWords = fmt.Sprintf("%s times as %s", words.Times(r.Mid), s.much)
		from, to = words.Times(r.Low), words.Times(r.High)
	case r.Mid >= 1:
		inWords = words.Percent(r.Mid-1) + " " + s.more
		from, to = words.Signed(r.Low-1), words.Signed(r.High-1)
	default:
		inWords = words.Percent(1-r.Mid) + " " + s.less
		from, to = words.Signed(1-r.High), words.Signed(1-r.Low)
	}
	if !known(r) || from == to {
		return inWords
	}
	return fmt.Sprintf("%s (%s to %s)", inWords, strings.TrimSuffix(from, "%"), to)
}

// than is how a language goes on behind howMuch.
func than(r stats.Interval) string {
	if r.Mid >= manyTimes {
		return "as"
	}
	return "than"
}

// manyTimes is a ratio from which one says "2 times as much" instead of "100% more".
const manyTimes = 1.95

// known reports whether it is known how sure the figure is.
func known(i stats.Interval) bool {
	return i.N > 0 && !math.IsNaN(i.Low) && !math.IsNaN(i.High) && !math.IsInf(i.Low, 0) && !math.IsInf(i.High, 0)
}

// loadNames names every load in a few words, and in more where the few would be those of another load too.
func loadNames(loads []figure.Setting) map[figure.Setting]string {
	names := make(map[figure.Setting]string, len(loads))
	often := map[string]int{}
	for _, l := range loads {
		names[l] = loadName(l)
		often[names[l]]++
	}
	for _, l := range loads {
		if often[names[l]] > 1 {
			names[l] = fmt.Sprintf("%s (%s)", words.Printable(l.Scenario), l.Params)
		}
	}
	return names
}

// loadName is "echo, closed loop" or "chat at 1,000 messages/s".
func loadName(l figure.Setting) string {
	p := l.Params
	name := words.Printable(l.Scenario)
	switch {
	case p.Loop == "search" && p.SLO != "":
		name += fmt.Sprintf(", most %s within %s", searched(p.Search), limitsIn(p.SLO))
		if p.Search == "conns" && p.RatePerS > 0 {
			name += fmt.Sprintf(" at %s messages/s", words.PerSecond(p.RatePerS))
		}
	case p.Loop == "search":
		name += ", most " + searched(p.Search)
	case p.Loop == "storm":
	case p.How != "":
		name += fmt.Sprintf(", %s block for %v, %s", words.Percent(p.Share), time.Duration(p.BlockNS), p.How)
	case l.AtRest():
	case p.Loop == "open":
		name += fmt.Sprintf(" at %s messages/s", words.Number(p.RatePerS))
	case p.Pipeline > 1:
		name += fmt.Sprintf(", closed loop, %d under way each", p.Pipeline)
	default:
		name += ", closed loop"
	}
	if p.Arrivals != "" {
		name += ", " + words.Printable(p.Arrivals) + " arrivals"
	}
	if p.Driver != "" {
		name += ", loaded by " + words.Printable(p.Driver)
	}
	return name
}

// searched is what a search was for.
func searched(of string) string {
	if of == "conns" {
		return "connections"
	}
	return "messages/s"
}

// limitsIn spaces the limits of an SLO: "p99 < 5ms".
func limitsIn(slo string) string {
	var limits []string
	for _, limit := range strings.Split(words.Printable(slo), ",") {
		limits = append(limits, strings.Join(strings.Fields(strings.ReplaceAll(limit, "<", " < ")), " "))
	}
	return words.List(limits)
}

// settingsOf is every load of the groups, in their order.
func settingsOf(groups []figure.Group) []figure.Setting {
	var all []figure.Setting
	for i := range groups {
		if s := groups[i].Setting(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// byConns sorts comparisons along N.
func byConns(all []compare.Comparison) []compare.Comparison {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b compare.Comparison) int { return cmp.Compare(a.Conns, b.Conns) })
	return sorted
}

package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbench/results"
)

// A sentence is plain text in which names of models stand between backquotes, so that a page can show them in their colour.

// code is a model's name within a sentence.
func code(name string) string {
	return "`" + strings.ReplaceAll(results.Printable(name), "`", "'") + "`"
}

func codes(names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, code(name))
	}
	return all
}

// list is "a", "a and b", "a, b and c".
func list(words []string) string { return joined(words, "and") }

// either is "a", "a or b", "a, b or c".
func either(words []string) string { return joined(words, "or") }

func joined(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}

// capital is s with its first letter large, where it begins with one that may be: p99 stays what it is.
func capital(s string) string {
	if s == "" || len(s) > 1 && s[0] == 'p' && s[1] >= '0' && s[1] <= '9' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func number(n int) string { return results.Number(float64(n)) }

func atN(n int) string { return "N = " + number(n) }

// plural is "1 comparison", "2 comparisons".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

// rate is messages a second in three digits: a fourth is never known.
func rate(v float64) string {
	if v >= 100 {
		unit := math.Pow(10, math.Floor(math.Log10(v))-2)
		v = math.Round(v/unit) * unit
	}
	return results.PerSecond(v)
}

// percent is a share in whole per cent, and below 10% in two digits.
func percent(share float64) string {
	share = math.Abs(share)
	switch {
	case share == 0:
		return "0%"
	case share < 0.0001:
		return "<0.01%"
	case share < 0.0995:
		return strconv.FormatFloat(100*share, 'g', 2, 64) + "%"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

// sense is how a language says that a figure is more or less than another.
type sense struct{ more, less, much string }

func senseOf(f results.Figure) sense {
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
func howMuch(r results.Interval, f results.Figure) string {
	s := senseOf(f)
	var words, from, to string
	switch {
	case r.Mid >= manyTimes:
		words = fmt.Sprintf("%s times as %s", times(r.Mid), s.much)
		from, to = times(r.Low), times(r.High)
	case r.Mid >= 1:
		words = percent(r.Mid-1) + " " + s.more
		from, to = signed(r.Low-1), signed(r.High-1)
	default:
		words = percent(1-r.Mid) + " " + s.less
		from, to = signed(1-r.High), signed(1-r.Low)
	}
	if !known(r) || from == to {
		return words
	}
	return fmt.Sprintf("%s (%s to %s)", words, strings.TrimSuffix(from, "%"), to)
}

// times is a factor in two digits, and from 100 in three.
func times(v float64) string {
	if v >= 99.5 {
		return rate(v)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// than is how a language goes on behind howMuch.
func than(r results.Interval) string {
	if r.Mid >= manyTimes {
		return "as"
	}
	return "than"
}

// manyTimes is a ratio from which one says "2 times as much" instead of "100% more".
const manyTimes = 1.95

// signed is a share in per cent with its sign where it is below 0.
func signed(share float64) string {
	if share < 0 {
		return "−" + percent(share)
	}
	return percent(share)
}

// known reports whether it is known how sure the figure is.
func known(i results.Interval) bool {
	return i.N > 0 && !math.IsNaN(i.Low) && !math.IsNaN(i.High) && !math.IsInf(i.Low, 0) && !math.IsInf(i.High, 0)
}

// loadNames names every load in a few words, and in more where the few would be those of another load too.
func loadNames(loads []results.Setting) map[results.Setting]string {
	names := make(map[results.Setting]string, len(loads))
	often := map[string]int{}
	for _, l := range loads {
		names[l] = loadName(l)
		often[names[l]]++
	}
	for _, l := range loads {
		if often[names[l]] > 1 {
			names[l] = fmt.Sprintf("%s (%s)", results.Printable(l.Scenario), l.Params)
		}
	}
	return names
}

// loadName is "echo, closed loop" or "chat at 1,000 messages/s".
func loadName(l results.Setting) string {
	p := l.Params
	name := results.Printable(l.Scenario)
	switch {
	case p.Loop == "search" && p.SLO != "":
		name += fmt.Sprintf(", most %s within %s", searched(p.Search), limitsIn(p.SLO))
		if p.Search == "conns" && p.RatePerS > 0 {
			name += fmt.Sprintf(" at %s messages/s", results.PerSecond(p.RatePerS))
		}
	case p.Loop == "search":
		name += ", most " + searched(p.Search)
	case p.Loop == "storm":
	case p.How != "":
		name += fmt.Sprintf(", %s block for %v, %s", percent(p.Share), time.Duration(p.BlockNS), p.How)
	case l.AtRest():
	case p.Loop == "open":
		name += fmt.Sprintf(" at %s messages/s", results.Number(p.RatePerS))
	case p.Pipeline > 1:
		name += fmt.Sprintf(", closed loop, %d under way each", p.Pipeline)
	default:
		name += ", closed loop"
	}
	if p.Arrivals != "" {
		name += ", " + results.Printable(p.Arrivals) + " arrivals"
	}
	if p.Driver != "" {
		name += ", loaded by " + results.Printable(p.Driver)
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
	for _, limit := range strings.Split(results.Printable(slo), ",") {
		limits = append(limits, strings.Join(strings.Fields(strings.ReplaceAll(limit, "<", " < ")), " "))
	}
	return list(limits)
}

// settingsOf is every load of the groups, in their order.
func settingsOf(groups []results.Group) []results.Setting {
	var all []results.Setting
	for i := range groups {
		if s := groups[i].Setting(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// byConns sorts comparisons along N.
func byConns(all []results.Comparison) []results.Comparison {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b results.Comparison) int { return cmp.Compare(a.Conns, b.Conns) })
	return sorted
}

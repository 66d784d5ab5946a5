package question

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

func atN(n int) string { return "N = " + words.Whole(n) }

// headlineWidth is how many characters a headline may have.
const headlineWidth = 100

// shortest is the first of the candidates, from full to short, that fits a headline; else the last.
func shortest(candidates ...string) string {
	for _, c := range candidates {
		if utf8.RuneCountInString(c) <= headlineWidth {
			return c
		}
	}
	return candidates[len(candidates)-1]
}

// some is names as a list, or of more than most their number.
func some(names []string, most int) string {
	if len(names) > most {
		return words.Plural(len(names), "model")
	}
	return words.List(words.Codes(names))
}

// either is names of which one may choose any.
func either(names []string, most int) string {
	if len(names) > most {
		return words.Plural(len(names), "model")
	}
	return words.Either(words.Codes(names))
}

// verb is the form that goes with so many.
func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

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

// manyTimes is a ratio from which one says "2 times as much" instead of "100% more".
const manyTimes = 1.95

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

// known reports whether it is known how sure the figure is.
func known(i stats.Interval) bool {
	return i.N > 0 && !math.IsNaN(i.Low) && !math.IsNaN(i.High) && !math.IsInf(i.Low, 0) && !math.IsInf(i.High, 0)
}

// meet reports whether two intervals are known and overlap: which figure is less is not known then.
func meet(a, b stats.Interval) bool {
	return known(a) && known(b) && a.Low <= b.High && b.Low <= a.High
}

// ratioInWords is a ratio to the hundredth, and a large one in two digits.
func ratioInWords(v float64) string {
	if v < 9.995 {
		return fmt.Sprintf("%.2f", v)
	}
	return words.Times(v)
}

func betweenRatios(i stats.Interval) string {
	return ratioInWords(i.Low) + " to " + ratioInWords(i.High)
}

// span is from the least to the most of figures in words, or the one.
func span(values []float64, inWords func(float64) string) string {
	return fromTo(inWords(slices.Min(values)), inWords(slices.Max(values)))
}

// fromTo is "1.2 to 3.4%", or the one where both are alike. A unit that both have stands once.
func fromTo(low, high string) string {
	if low == high {
		return high
	}
	_, unit, _ := strings.Cut(high, " ")
	switch {
	case unit != "" && strings.HasSuffix(low, " "+unit):
		low = strings.TrimSuffix(low, " "+unit)
	case strings.HasSuffix(high, "%"):
		low = strings.TrimSuffix(low, "%")
	}
	return strings.ReplaceAll(low, "-", "−") + " to " + strings.ReplaceAll(high, "-", "−")
}

// bytesBetween is an interval of bytes; the unit of the middle is left out, because it stands before.
func bytesBetween(i stats.Interval) string {
	_, unit, _ := strings.Cut(words.Bytes(i.Mid), " ")
	said := fromTo(words.Bytes(i.Low), words.Bytes(i.High))
	if strings.Count(said, unit) == 1 && strings.Count(said, "iB") <= 1 {
		return strings.TrimSuffix(said, " "+unit)
	}
	return said
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(words.Printable(why), ".") + ")"
}

func orSaid(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// telling is the sentences that say something.
func telling(says ...string) []string {
	return slices.DeleteFunc(says, func(s string) bool { return s == "" })
}

// titleOf is a figure within a sentence: "CPU per message", "p99", "throughput".
func titleOf(f figure.Figure) string {
	t := orSaid(f.Title, f.Name)
	if len(t) > 1 && t[1] >= 'a' && t[1] <= 'z' {
		return strings.ToLower(t[:1]) + t[1:]
	}
	return t
}

// message is what a load counts: what CPU and time are told of.
func message(s figure.Setting) string {
	switch {
	case s.Delivers():
		return "delivery"
	case s.Params.Storms():
		return "connection"
	case s.Scenario == "echo":
		return "echo"
	}
	return "message"
}

// a is the noun with its article.
func a(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// loadNames names every load in a few words, and in more where the few would also name another.
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
	case p.Searches() && p.SLO != "":
		name += fmt.Sprintf(", most %s within %s", searched(p.Search), limitsIn(p.SLO))
		if p.Search == "conns" && p.RatePerS > 0 {
			name += fmt.Sprintf(" at %s messages/s", words.PerSecond(p.RatePerS))
		}
	case p.Searches():
		name += ", most " + searched(p.Search)
	case p.Storms():
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
	for limit := range strings.SplitSeq(words.Printable(slo), ",") {
		limits = append(limits, strings.Join(strings.Fields(strings.ReplaceAll(limit, "<", " < ")), " "))
	}
	return words.List(limits)
}

// inWords is a figure's value: CPU as a time that is read, not compared digit by digit.
func inWords(f figure.Figure, v float64) string {
	if is(f, "cpu") {
		return words.Nanoseconds(v)
	}
	return f.Words(v)
}

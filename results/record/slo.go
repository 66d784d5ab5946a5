package record

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbench/results/words"
)

// SLO is the limits that a service has to keep: all of them, each at most once, in the order of limitNames. It is written
// "p99<5ms,mem<100MiB".
type SLO []limit

// limit is one figure that has to stay below so much: nanoseconds, or bytes of memory.
type limit struct {
	name  string
	below int64
}

// limitNames is what can be limited: percentiles of latency from the due time, its maximum, and the server's anonymous memory.
var limitNames = []string{"p50", "p90", "p99", "p999", "max", "mem"}

// SLOExample is the mend in errors.
const SLOExample = "such as p99<5ms or p50<1ms,mem<100MiB"

// ParseSLO reads limits: "NAME<AMOUNT", separated by commas. Spaces around a word do not matter.
func ParseSLO(text string) (SLO, error) {
	var s SLO
	for part := range strings.SplitSeq(text, ",") {
		l, err := parseLimit(part)
		if err != nil {
			return nil, fmt.Errorf("slo %q: %w", text, err)
		}
		if _, twice := s.Below(l.name); twice {
			return nil, fmt.Errorf("slo %q: %s is limited twice", text, l.name)
		}
		s = append(s, l)
	}
	slices.SortFunc(s, func(a, b limit) int { return slices.Index(limitNames, a.name) - slices.Index(limitNames, b.name) })
	return s, nil
}

func parseLimit(part string) (limit, error) {
	name, amount, found := strings.Cut(part, "<")
	name, amount = strings.TrimSpace(name), strings.TrimSpace(amount)
	switch {
	case !found:
		return limit{}, fmt.Errorf("%q is no limit; want NAME<AMOUNT, %s", strings.TrimSpace(part), SLOExample)
	case !slices.Contains(limitNames, name):
		return limit{}, fmt.Errorf("%q cannot be limited; there are %s", name, strings.Join(limitNames, ", "))
	case strings.HasPrefix(amount, "="):
		return limit{}, fmt.Errorf("%s: a limit is < and never <=: figures are measured, not counted", name)
	}
	read := parseNanoseconds
	if name == "mem" {
		read = parseBytes
	}
	below, err := read(amount)
	if err != nil {
		return limit{}, fmt.Errorf("%s: %w", name, err)
	}
	return limit{name, below}, nil
}

func parseNanoseconds(text string) (int64, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no duration above 0; want one such as 5ms", text)
	}
	return d.Nanoseconds(), nil
}

// byteUnits from the largest down, so that the first that fits is the shortest to write.
var byteUnits = []struct {
	name string
	of   int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12}, {"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1},
}

func parseBytes(text string) (int64, error) {
	digits := strings.TrimLeft(text, "0123456789.")
	number := strings.TrimSuffix(text, digits)
	unit := strings.TrimSpace(digits)
	for _, u := range byteUnits {
		if u.name != unit {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err == nil && n*float64(u.of) >= 1 && n*float64(u.of) < 1<<53 { // whole numbers are exact up to there
			return int64(math.Round(n * float64(u.of))), nil
		}
	}
	return 0, fmt.Errorf("%q is no amount of memory; want one such as 100MiB", text)
}

// String is the limits in one way of writing them, whatever way they were given in.
func (s SLO) String() string {
	var parts []string
	for _, l := range s {
		parts = append(parts, l.name+"<"+l.amount())
	}
	return strings.Join(parts, ",")
}

func (l limit) amount() string {
	if l.name != "mem" {
		return time.Duration(l.below).String()
	}
	for _, u := range byteUnits {
		if l.below%u.of == 0 {
			return strconv.FormatInt(l.below/u.of, 10) + u.name
		}
	}
	panic("record: bytes that are not a whole number of bytes")
}

// Below is what a figure has to stay below.
func (s SLO) Below(name string) (int64, bool) {
	i := slices.IndexFunc(s, func(l limit) bool { return l.name == name })
	if i < 0 {
		return 0, false
	}
	return s[i].below, true
}

// Slowest is the longest latency that any limit allows; 0: none limits it.
func (s SLO) Slowest() (d time.Duration) {
	for _, l := range s {
		if l.name != "mem" {
			d = max(d, time.Duration(l.below))
		}
	}
	return d
}

// Samples is how many messages a window must have for the finest percentile that is limited to be one, and not the
// slowest message by another name.
func (s SLO) Samples() float64 {
	least := map[string]float64{"p50": 20, "p90": 50, "p99": 100, "p999": 1000, "max": 50, "mem": 20}
	most := 20.0
	for _, l := range s {
		most = max(most, least[l.name])
	}
	return most
}

// Broken is the first limit that the window did not keep, in words; "": it kept all.
func (s SLO) Broken(w Window) string {
	for _, l := range s {
		value, inWords := w.Anon, words.Bytes
		if l.name != "mem" {
			value, inWords = latencyOf(w, l.name), words.Nanoseconds
		}
		if value >= l.below {
			return fmt.Sprintf("%s was %s, not under %s", l.name, inWords(float64(value)), l.amount())
		}
	}
	return ""
}

func latencyOf(w Window, name string) int64 {
	return map[string]int64{"p50": w.P50, "p90": w.P90, "p99": w.P99, "p999": w.P999, "max": w.Max}[name]
}

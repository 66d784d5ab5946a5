package question

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// storms is how the largest storm was taken, and what it left.
func (e *evidence) storms() []Answer {
	of := e.those(func(g *figure.Group) bool { return g.Params.Storms() })
	if len(of) == 0 {
		return nil
	}
	a := Answer{ID: "storm", Title: "Storms of connections",
		How: []string{"All connect at once, speak once, are answered and leave, again and again. Accepts a second and the " +
			"wait of the last" +
			" are the median storm's; memory is what the whole process holds resident."}}
	for _, n := range connsOf(of) {
		at := e.rivals(atConns(of, n))
		a.Says = append(a.Says, telling(e.stormSays(at), e.stormMemory(at))...)
		a.Charts = append(a.Charts, e.stormBars(atConns(of, n))...)
		if headline := e.stormHeadline(at); headline != "" {
			a.Headline = headline
		}
	}
	if a.Headline == "" {
		a.Headline = "No storm is valid"
	}
	a.Tables = []show.Table{e.stormTable(of)}
	if e.noisy {
		a.Doubts = append(a.Doubts, noMeasurement)
	}
	return []Answer{a}
}

// lasts is how long the last connection of a storm waited, by model, the shortest first.
func (e *evidence) lasts(of []*figure.Group) (waits []wait) {
	for _, g := range of {
		if last := g.Of(figure.LastP50); last.N > 0 {
			waits = append(waits, wait{name: e.name(g), p99: last.Median})
		}
	}
	slices.SortStableFunc(waits, func(a, b wait) int { return cmp.Compare(a.p99, b.p99) })
	return waits
}

func (e *evidence) stormHeadline(of []*figure.Group) string {
	waits := e.lasts(of)
	if len(waits) == 0 {
		return ""
	}
	first, last := waits[0], waits[len(waits)-1]
	s := fmt.Sprintf("%s connect at once: the last is answered after %s in %s", words.Whole(of[0].Conns),
		words.Nanoseconds(first.p99), words.Code(first.name))
	if len(waits) > 1 && !e.noisy {
		s = shortest(s+fmt.Sprintf(", %s in %s", words.Nanoseconds(last.p99), words.Code(last.name)), s)
	}
	return s
}

// stormSays says how long the last one waits, by model, the shortest first.
func (e *evidence) stormSays(of []*figure.Group) string {
	waits, perS := e.lasts(of), medians(of, figure.Throughput)
	if len(waits) == 0 {
		return ""
	}
	var said []string
	for _, w := range waits {
		said = append(said, fmt.Sprintf("%s in %s", words.Nanoseconds(w.p99), words.Code(w.name)))
	}
	s := fmt.Sprintf("When %s connect at once, the last of them is answered after %s, in the median storm",
		words.Whole(of[0].Conns), words.List(said))
	if len(perS) > 0 {
		s += fmt.Sprintf(": %s connections a second", span(perS, words.Rate))
	}
	return s + "."
}

// stormMemory says what a storm takes, and what of it is kept: after the same time of all models.
func (e *evidence) stormMemory(of []*figure.Group) string {
	of = slices.DeleteFunc(slices.Clone(of), func(g *figure.Group) bool { return g.Of(figure.PeakAdded).N == 0 })
	if len(of) == 0 {
		return ""
	}
	after, shared := sharedAfter(of)
	var said, longer []string
	for _, g := range of {
		peak := g.Of(figure.PeakAdded).Median
		s := fmt.Sprintf("%s in %s", words.Bytes(peak), words.Code(e.name(g)))
		if shared {
			s += fmt.Sprintf(" (%s kept)", words.Bytes(min(g.Of(figure.KeptAdded(after)).Median, peak)))
		}
		said = append(said, s)
		for _, later := range slices.Backward(figure.KeptAfters) {
			if kept := g.Of(figure.KeptAdded(later)); kept.N > 0 && (later > after || !shared) {
				longer = append(longer, fmt.Sprintf("after %s %s keeps %s", seconds(later), words.Code(e.name(g)),
					words.Bytes(min(kept.Median, peak))))
				break
			}
		}
	}
	s := fmt.Sprintf("Above the empty server a storm of %s takes, at its peak", words.Whole(of[0].Conns))
	if shared {
		s += fmt.Sprintf(" (and keeps %s after the last connection is closed)", seconds(after))
	}
	s += ": " + strings.Join(said, ", ") + "."
	if len(longer) > 0 {
		s += fmt.Sprintf(" Not every model was watched longer: %s.", strings.Join(longer, ", "))
	}
	return s
}

// sharedAfter is the longest time after which it is known of all of them what they still hold.
func sharedAfter(of []*figure.Group) (after time.Duration, ok bool) {
	for _, step := range slices.Backward(figure.KeptAfters) {
		if !slices.ContainsFunc(of, func(g *figure.Group) bool { return g.Of(figure.KeptAdded(step)).N == 0 }) {
			return step, true
		}
	}
	return 0, false
}

// stormTable is every figure of a storm, a row a model and N.
func (e *evidence) stormTable(of []*figure.Group) show.Table {
	ns, bytes := words.Nanoseconds, words.Bytes
	columns := []column{
		e.figures(of, "Accepts/s", throughput), e.figures(of, "Time to first reply, p50", p50), e.figures(of, "p99", p99),
		silence(),
		metric("The last one's", "last_p50_ns", figure.LastP50, ns), metric("The longest", "longest_ns", figure.LongestOpening,
			ns).minor(),
		e.figures(of, "CPU a connection", cpuPerMessage), metric("Peak RSS", "peak_rss_bytes", figure.PeakRSS, bytes).minor(),
		metric("Peak above empty", "peak_added_bytes", figure.PeakAdded, bytes),
	}
	for _, after := range figure.KeptAfters {
		columns = append(columns, metric("kept after "+seconds(after), fmt.Sprintf("kept_%.0fs_bytes", after.Seconds()),
			figure.KeptAdded(after), bytes))
	}
	return e.table("Storms", intervalsNote, of, append(columns, valid)...)
}

// stormBars is the peak above the empty server, by when it was given back: looked at after the same times in all models.
func (e *evidence) stormBars(of []*figure.Group) []chart.Chart {
	of = slices.DeleteFunc(slices.Clone(of), func(g *figure.Group) bool { return g.Of(figure.PeakAdded).N == 0 })
	if len(of) == 0 {
		return nil
	}
	upTo, ok := sharedAfter(of)
	if !ok {
		return nil
	}
	c := chart.Chart{ID: fmt.Sprintf("storm-memory-%d", of[0].Conns), Title: "What a storm leaves, " + atN(of[0].Conns),
		Kind: chart.Bars, Extra: true,
		Note: "The most that the server held resident above what it held when empty, by when it was given back after the last " +
			"connection was closed.",
		X: chart.Axis{Title: "resident above the empty server", Unit: chart.Bytes}}
	var p chart.Panel
	for _, g := range of {
		s := e.seriesOf(g)
		held := g.Of(figure.PeakAdded).Median
		for _, after := range figure.KeptAfters {
			if kept := g.Of(figure.KeptAdded(after)); after <= upTo && kept.N > 0 {
				back := max(0, held-kept.Median)
				s.Parts = append(s.Parts, chart.Part{Name: "given back within " + seconds(after), Value: back,
					Text: words.Bytes(back)})
				held = min(held, kept.Median)
			}
		}
		slices.Reverse(s.Parts)
		s.Parts = append([]chart.Part{{Name: "still held after " + seconds(upTo), Value: held, Text: words.Bytes(held)}},
			s.Parts...)
		p.Series = append(p.Series, s)
	}
	c.Panels = []chart.Panel{p}
	return drawn(c)
}

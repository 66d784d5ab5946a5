package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cbench/results/figure"
	"cbench/results/words"
)

// stormLessons is how every storm was taken, and what it left.
func (b *builder) stormLessons() (all []lessonPart) {
	for _, load := range b.scenario("storm") {
		l := lessonPart{
			Title: "A storm of connections",
			Lead: "All connect at once, speak once, are answered and leave, again and again. Accepts a second and the last one's wait are the median storm's; memory" +
				" is what the whole process holds resident.",
			Tables: []Table{b.stormTable(load)},
		}
		for _, n := range b.connsOf(load) {
			of := slices.DeleteFunc(b.each(load), func(g *figure.Group) bool { return g.Conns != n })
			l.Says = append(l.Says, telling(b.stormSentence(of), b.stormMemorySentence(of))...)
			l.Bars = append(l.Bars, b.stormBars(of)...)
		}
		all = append(all, l)
	}
	return all
}

// telling is the sentences that say something.
func telling(says ...string) []string {
	return slices.DeleteFunc(says, func(s string) bool { return s == "" })
}

// stormTable is every figure of a storm, a row a model and N.
func (b *builder) stormTable(load figure.Setting) Table {
	t := Table{Title: "Storms", Note: confidenceNote, Head: []string{"Model", "N", "Accepts/s", "Time to first reply, p50", "p99", "The last one's", "The longest", "CPU a connection",
		"Peak RSS", "above empty"}}
	for _, after := range figure.KeptAfters {
		t.Head = append(t.Head, "kept after "+seconds(after))
	}
	t.Head = append(t.Head, "Valid")
	for _, g := range b.each(load) {
		row := append(b.whose(g),
			datum(g, figures.throughput), datum(g, figures.p50), datum(g, figures.p99),
			told(g, figure.LastP50, words.Nanoseconds), told(g, figure.LongestOpening, words.Nanoseconds), datum(g, figures.cpu),
			told(g, figure.PeakRSS, words.Bytes), told(g, figure.PeakAdded, words.Bytes))
		for _, after := range figure.KeptAfters {
			row = append(row, told(g, figure.KeptAdded(after), words.Bytes))
		}
		counted := len(g.Told())
		t.Rows = append(t.Rows, append(row, fig(float64(counted), fmt.Sprintf("%d/%d", counted, counted+len(g.Void)))))
	}
	return t
}

// seconds is "30 s".
func seconds(d time.Duration) string { return words.Number(d.Seconds()) + " s" }

// stormBars is the peak above the empty server, by when it was given back.
func (b *builder) stormBars(of []*figure.Group) []bars {
	parts := []string{"still held when last looked at"}
	for _, after := range slices.Backward(figure.KeptAfters) {
		parts = append(parts, "given back within "+seconds(after))
	}
	var models []string
	var values [][]float64
	for _, g := range of {
		row := make([]float64, len(parts))
		left := g.Of(figure.PeakAdded)
		if left.N == 0 {
			continue
		}
		held, looked := left.Median, false
		for i, after := range figure.KeptAfters {
			if kept := g.Of(figure.KeptAdded(after)); kept.N > 0 {
				row[len(parts)-1-i] = max(0, held-kept.Median)
				held, looked = min(held, kept.Median), true
			}
		}
		if row[0] = held; looked {
			models, values = append(models, figure.NameOf(b.groups, g)), append(values, row)
		}
	}
	if len(models) == 0 {
		return nil
	}
	return stack("What a storm leaves, "+atN(of[0].Conns),
		"The most that the server held resident above what it held when empty, by when it was given back after the last connection was closed.",
		parts, models, values, words.Bytes)
}

// stormSentence says how long the last one waits, by model, the shortest first.
func (f facts) stormSentence(of []*figure.Group) string {
	type wait struct {
		model string
		last  float64
	}
	var waits []wait
	var perS []float64
	for _, g := range of {
		last, rate := g.Of(figure.LastP50), g.Of(figure.Throughput)
		if last.N == 0 || rate.N == 0 || f.control(g.Model) {
			continue
		}
		waits, perS = append(waits, wait{figure.NameOf(f.groups, g), last.Median}), append(perS, rate.Median)
	}
	if len(waits) == 0 {
		return ""
	}
	slices.SortStableFunc(waits, func(a, b wait) int { return cmp.Compare(a.last, b.last) })
	var said []string
	for _, w := range waits {
		said = append(said, fmt.Sprintf("%s in %s", words.Nanoseconds(w.last), words.Code(w.model)))
	}
	return fmt.Sprintf("When %s connect at once, the last of them is answered after %s, in the median storm: %s connections a second.",
		words.Whole(of[0].Conns), words.List(said), span1(perS, words.Rate))
}

// stormMemorySentence says what a storm takes, and what of it is kept for how long.
func (f facts) stormMemorySentence(of []*figure.Group) string {
	var said []string
	for _, g := range of {
		peak := g.Of(figure.PeakAdded)
		if peak.N == 0 || f.control(g.Model) {
			continue
		}
		s := fmt.Sprintf("%s in %s", words.Bytes(peak.Median), words.Code(figure.NameOf(f.groups, g)))
		for _, after := range slices.Backward(figure.KeptAfters) {
			if kept := g.Of(figure.KeptAdded(after)); kept.N > 0 {
				s += fmt.Sprintf(", of which %s are kept after %s", words.Bytes(min(kept.Median, peak.Median)), seconds(after))
				break
			}
		}
		said = append(said, s)
	}
	if len(said) == 0 {
		return ""
	}
	return fmt.Sprintf("Above the empty server a storm of %s takes, at its peak: %s.", words.Whole(of[0].Conns), strings.Join(said, "; "))
}

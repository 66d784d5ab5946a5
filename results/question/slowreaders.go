package question

import (
	"fmt"
	"slices"

	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// slowReaders is what members of a room that do not read cost, and whom.
func (e *evidence) slowReaders() []Answer {
	d := figure.SlowReaders
	of := e.those(func(g *figure.Group) bool { return g.Scenario == "slow" && g.Of(d.Members).N > 0 })
	rivals := e.rivals(of)
	if len(rivals) == 0 {
		return nil
	}
	lead := slices.MaxFunc(rivals, func(a, b *figure.Group) int { return int(a.Of(d.Members).Median - b.Of(d.Members).Median) })
	at := slices.DeleteFunc(rivals, func(g *figure.Group) bool { return g.Setting() != lead.Setting() || g.Conns != lead.Conns })
	a := Answer{ID: "slowreaders", Title: "Slow readers", Load: fmt.Sprintf("%s, %s healthy members", e.loads[lead.Setting()], words.Whole(lead.Conns)),
		How: []string{"Half of the slow readers never read, the others not in every other second. What they are sent fills the kernel's socket buffers first; then the server may" +
			" queue 256 KiB for each, and drops a reader that is behind by more.",
			"Memory is what the server took for a full second above what it took under the same load while all read, garbage included."}}
	a.Headline = e.slowHeadline(at, lead)
	a.Says = telling(e.healthy(at))
	for _, g := range of {
		a.Says = append(a.Says, e.slowSentence(g))
	}
	a.Tables = []show.Table{e.slowReaderTable(of)}
	if e.noisy {
		a.Doubts = append(a.Doubts, noMeasurement)
	}
	return []Answer{a}
}

func (e *evidence) slowHeadline(at []*figure.Group, lead *figure.Group) string {
	d := figure.SlowReaders
	held, p99 := medians(at, d.Held), medians(at, figure.LatencyP99)
	who := fmt.Sprintf("%s slow readers beside %s healthy ones", words.Number(lead.Of(d.Members).Median), words.Whole(lead.Conns))
	if len(held) == 0 {
		return who + ": the memory that they cost is not known"
	}
	s := fmt.Sprintf("%s cost a server %s", who, span(held, grown))
	if len(p99) > 0 {
		return shortest(s+fmt.Sprintf("; p99 of the healthy is %s", span(p99, words.Nanoseconds)), s)
	}
	return s
}

// healthy says whether the healthy lost anything.
func (e *evidence) healthy(at []*figure.Group) string {
	var void []string
	for _, g := range at {
		if n, all := g.Counts(); n < all {
			void = append(void, fmt.Sprintf("%d of %s of %s", all-n, words.Plural(all, "repetition"), words.Code(e.name(g))))
		}
	}
	if len(void) > 0 {
		return fmt.Sprintf("In every valid repetition each healthy member got every message (void: %s).", words.List(void))
	}
	return "Every healthy member got every message."
}

// allRead is the same model under the same load without slow readers; nil where it was not measured.
func (e *evidence) allRead(g *figure.Group) *figure.Group {
	for _, o := range e.of(g.Way()) {
		if g.Params.Share > 0 && o.Model == g.Model && o.Conns == g.Conns && o.Params.Procs == g.Params.Procs {
			return o
		}
	}
	return nil
}

// slowSentence is what they cost one model.
func (e *evidence) slowSentence(g *figure.Group) string {
	d := figure.SlowReaders
	held, bound, peak, buffers := g.Of(d.Held), g.Of(d.Bound), g.Of(d.Peak), g.Of(d.Buffers)
	s := fmt.Sprintf("%s: %s slow readers cost it ", words.Code(e.name(g)), words.Number(g.Of(d.Members).Median))
	switch {
	case held.N == 0:
		s += "memory that is not known"
	case held.Median <= bound.Median:
		s += fmt.Sprintf("%s, of at most %s that it may queue", grown(held.Median), words.Bytes(bound.Median))
	default:
		s += fmt.Sprintf("%s, more than the %s that it may queue; it is not known what the rest is", grown(held.Median), words.Bytes(bound.Median))
	}
	if held.N > 0 && peak.N > 0 && peak.Median > 1.05*held.Median {
		s += fmt.Sprintf(" (%s at the peak)", grown(peak.Median))
	}
	if buffers.N > 0 {
		s += fmt.Sprintf("; the kernel's socket buffers held %s", words.Bytes(buffers.Median))
	}
	dropped, first, last := g.Of(d.Dropped), g.Of(d.First), g.Of(d.Last)
	switch {
	case dropped.N == 0:
		s += "; it is not known how many were dropped"
	case dropped.Median == 0:
		s += "; none was dropped in that time"
	case first.N == 0 || last.N == 0:
		s += fmt.Sprintf("; it dropped %s", words.Number(dropped.Median))
	default:
		s += fmt.Sprintf("; it dropped %s, after %s", words.Number(dropped.Median), span([]float64{first.Median, last.Median}, words.Nanoseconds))
	}
	if p99 := g.Of(figure.LatencyP99); p99.N > 0 {
		s += fmt.Sprintf(". p99 of the healthy was %s", words.Nanoseconds(p99.Median))
		if quiet := e.allRead(g); quiet != nil && quiet.Of(figure.LatencyP99).N > 0 {
			s += fmt.Sprintf(", and %s while all read", words.Nanoseconds(quiet.Of(figure.LatencyP99).Median))
		}
	}
	return s + "."
}

func (e *evidence) slowReaderTable(of []*figure.Group) show.Table {
	d := figure.SlowReaders
	ns, bytes := words.Nanoseconds, words.Bytes
	quiet := column{show.Column{Head: "p99 while all read", Key: "all_read_p99_ns"}, func(g *figure.Group) show.Cell {
		if o := e.allRead(g); o != nil {
			return absolute(o, p99)
		}
		return unknown
	}}
	return e.table("What slow readers cost", e.note(of), of,
		metric("Slow readers", "slow_readers", d.Members, words.Number), metric("May be queued", "bound_bytes", d.Bound, bytes),
		metric("Server's memory for a second", "held_bytes", d.Held, bytes), metric("at its peak", "peak_bytes", d.Peak, bytes).minor(),
		metric("Kernel's socket buffers", "buffers_bytes", d.Buffers, bytes), metric("Dropped", "dropped", d.Dropped, words.Number),
		metric("the first after", "first_drop_ns", d.First, ns).minor(), metric("the last after", "last_drop_ns", d.Last, ns).minor(),
		e.figures(of, "Healthy: p50", p50), e.figures(of, "p99", p99), silence(), quiet, valid)
}

// grown is how much memory grew. What is less than counters can err by is not told.
func grown(v float64) string {
	if v < 256<<10 {
		return "nothing measurable"
	}
	return words.Bytes(v)
}

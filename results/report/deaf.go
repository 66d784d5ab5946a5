package report

import (
	"fmt"
	"slices"

	"cbench/results/figure"
	"cbench/results/words"
)

// deafLessons is what members that do not read cost, and whom.
func (b *builder) deafLessons() (all []lessonPart) {
	for _, load := range b.scenario("slow") {
		of := b.each(load)
		if len(medians(of, figure.Deafs.Members)) == 0 {
			continue
		}
		l := lessonPart{
			Title: fmt.Sprintf("Members that do not read: %s beside the healthy", words.Percent(load.Params.Share)),
			Lead: "Every other of them never reads, the others not in every other second. What they are owed fills the kernel's socket buffers first, of which the server sees nothing;" +
				" then it may owe 256 KiB to each, and drops who is behind by more. Memory is what the server took for a second on end above what it did under the same load while all read, garbage included." +
				" No healthy member lost a message: else it were void.",
			Tables: []Table{b.deafTable(load)},
		}
		for _, g := range of {
			l.Says = append(l.Says, telling(deafSentence(figure.NameOf(b.groups, g), g, b.allRead(g)))...)
		}
		all = append(all, l)
	}
	return all
}

// allRead is the same model under the same load with nobody deaf; nil where it was not measured.
func (b *builder) allRead(g *figure.Group) *figure.Group {
	load := g.Setting()
	load.Params.Share = 0
	for _, o := range b.each(load) {
		if o.Model == g.Model && o.Conns == g.Conns && o.Params.Procs == g.Params.Procs {
			return o
		}
	}
	return nil
}

func (b *builder) deafTable(load figure.Setting) Table {
	t := Table{Title: "What they cost", Note: confidenceNote, Head: []string{"Model", "N healthy", "Do not read", "May be owed", "Server's memory for a second", "at its peak",
		"Kernel's socket buffers", "Dropped", "the first after", "the last after", "Healthy: p50", "p99", "p99 while all read", "Valid"}}
	for _, g := range b.each(load) {
		quiet := unknown
		if o := b.allRead(g); o != nil {
			quiet = datum(o, figures.p99)
		}
		d := figure.Deafs
		counted := len(g.Told())
		t.Rows = append(t.Rows, append(b.whose(g),
			told(g, d.Members, words.Number), told(g, d.Bound, words.Bytes), told(g, d.Held, words.Bytes), told(g, d.Peak, words.Bytes),
			told(g, d.Buffers, words.Bytes), told(g, d.Dropped, words.Number), told(g, d.First, words.Nanoseconds), told(g, d.Last, words.Nanoseconds),
			datum(g, figures.p50), datum(g, figures.p99), quiet, fig(float64(counted), fmt.Sprintf("%d/%d", counted, counted+len(g.Void)))))
	}
	return t
}

// deafSentence is what they cost one model.
func deafSentence(name string, g, quiet *figure.Group) string {
	d := figure.Deafs
	members, held, bound, buffers := g.Of(d.Members), g.Of(d.Held), g.Of(d.Bound), g.Of(d.Buffers)
	if members.N == 0 {
		return ""
	}
	s := fmt.Sprintf("Beside %s healthy members of %s, %s that do not read", words.Whole(g.Conns), words.Code(name), words.Number(members.Median))
	switch {
	case held.N == 0:
		s += " cost memory that is not known"
	case held.Median <= bound.Median:
		s += fmt.Sprintf(" cost it %s of at most %s", grown(held.Median), words.Bytes(bound.Median))
	default:
		s += fmt.Sprintf(" cost it %s, more than the %s they may be owed; what the rest is is not known", grown(held.Median), words.Bytes(bound.Median))
	}
	if peak := g.Of(d.Peak); held.N > 0 && peak.N > 0 && peak.Median > 1.05*held.Median {
		s += fmt.Sprintf(" (%s at the peak)", grown(peak.Median))
	}
	if buffers.N > 0 {
		s += fmt.Sprintf(", and the kernel's socket buffers held %s", words.Bytes(buffers.Median))
	}
	return s + deafEnd(g) + healthySays(g, quiet) + "."
}

// deafEnd says what became of those that do not read.
func deafEnd(g *figure.Group) string {
	d := figure.Deafs
	dropped, first, last := g.Of(d.Dropped), g.Of(d.First), g.Of(d.Last)
	switch {
	case dropped.N == 0:
		return "; how many were dropped is not known"
	case dropped.Median == 0:
		return "; none was dropped in that time"
	case first.N == 0 || last.N == 0:
		return fmt.Sprintf("; %s were dropped", words.Number(dropped.Median))
	}
	after := span1([]float64{first.Median, last.Median}, words.Nanoseconds)
	return fmt.Sprintf("; %s were dropped, after %s", words.Number(dropped.Median), after)
}

// healthySays is how long the healthy waited.
func healthySays(g, quiet *figure.Group) string {
	p99 := g.Of(figure.LatencyP99)
	if p99.N == 0 {
		return ""
	}
	s := fmt.Sprintf(". The healthy ones' p99 was %s", words.Nanoseconds(p99.Median))
	if quiet != nil {
		if all := quiet.Of(figure.LatencyP99); all.N > 0 {
			s += fmt.Sprintf(", and while all read %s", words.Nanoseconds(all.Median))
		}
	}
	return s
}

// deafFinding is all models in one sentence, at the most members that do not read.
func (f facts) deafFinding() string {
	var of []*figure.Group
	most := 0.0
	for i := range f.groups {
		g := &f.groups[i]
		members := g.Of(figure.Deafs.Members)
		if members.N == 0 || f.control(g.Model) {
			continue
		}
		switch {
		case len(of) == 0 || members.Median > most:
			of, most = []*figure.Group{g}, members.Median
		case g.Setting() == of[0].Setting() && g.Conns == of[0].Conns:
			of = append(of, g)
		}
	}
	d := figure.Deafs
	held, bound, buffers, dropped := medians(of, d.Held), medians(of, d.Bound), medians(of, d.Buffers), medians(of, d.Dropped)
	p99 := medians(of, figure.LatencyP99)
	if len(held) == 0 || len(p99) == 0 {
		return ""
	}
	s := fmt.Sprintf("%s members that do not read, beside %s that do, cost a server %s", words.Number(most), words.Whole(of[0].Conns), span1(held, grown))
	if slices.Max(held) <= bound[0] {
		s += fmt.Sprintf(" of at most %s", words.Bytes(bound[0]))
	} else {
		s += fmt.Sprintf(" (they may be owed %s; what is above that is not known)", words.Bytes(bound[0]))
	}
	if len(buffers) > 0 {
		s += fmt.Sprintf(", and fill %s of the kernel's socket buffers", span1(buffers, words.Bytes))
	}
	if len(dropped) > 0 {
		s += fmt.Sprintf("; %s of them are dropped", span1(dropped, words.Number))
	}
	none := "No healthy member loses a message"
	if void := f.voidBeside(of[0]); len(void) > 0 {
		none = fmt.Sprintf("In what is valid no healthy member loses a message (void: %s)", words.List(void))
	}
	return s + fmt.Sprintf(". %s; one delivery in 100 takes %s or longer.", none, span1(p99, words.Nanoseconds))
}

// voidBeside is how many repetitions of which models are void under the same load and N.
func (f facts) voidBeside(g *figure.Group) (all []string) {
	for i := range f.groups {
		o := &f.groups[i]
		if o.Setting() == g.Setting() && o.Conns == g.Conns && len(o.Void) > 0 && !f.control(o.Model) {
			all = append(all, fmt.Sprintf("%d of %s of %s", len(o.Void), words.Plural(len(o.Void)+len(o.Told()), "repetition"), words.Code(figure.NameOf(f.groups, o))))
		}
	}
	return all
}

// grown is how much memory grew. What is less than counters can err by is not told.
func grown(v float64) string {
	if v < 256<<10 {
		return "nothing measurable"
	}
	return words.Bytes(v)
}

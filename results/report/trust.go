package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// memory is where the memory goes, of the load that shows it best.
func (b *builder) memory() memoryPart {
	if len(b.growth) == 0 {
		return memoryPart{}
	}
	load := b.growth[0].Setting
	p := memoryPart{Load: b.facts.loads[load], Bars: b.memoryBars(load), Tables: []Table{b.slopes()}}
	p.Charts = append(
		b.chart("Memory per connection", "What N open, quiet connections add to the empty server, over N; the kernel's share is sockets, files and epoll items.",
			"bytes", "conns", b.overConns(load, "user", figures.user), b.overConns(load, "kernel", figures.kernel)),
		b.chart("Memory of the whole server", "Anonymous memory with every connection open and quiet.", "bytes", "conns",
			b.overConns(load, "", figures.anon))...,
	)
	if t, ok := b.returned(load); ok {
		p.Tables = append(p.Tables, t)
	}
	return p
}

// slopes is what one more connection costs, by the line through all N.
func (b *builder) slopes() Table {
	t := Table{
		Title: "One more connection", Note: "Slopes of straight lines through the medians over N: an empty server's own memory is not in them. Beside each its 95% interval.",
		Head: []string{"Model", "User memory", "Kernel memory", "Server without any", "Numbers of connections"},
	}
	for _, g := range b.growth {
		row := []Datum{{Text: g.Name, Model: g.Name}, slopeDatum(g.UserPerConn()), unknown,
			fig(g.User.Intercept, words.Bytes(g.User.Intercept)), fig(float64(g.User.Points), words.Whole(g.User.Points))}
		if g.Kernel != nil {
			row[2] = slopeDatum(g.KernelPerConn())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// slopeDatum is a slope with its interval, where that is known.
func slopeDatum(i stats.Interval) Datum {
	d := fig(i.Mid, slope(i.Mid))
	if known(i) {
		d.Detail = bytesBetween(i)
	}
	return d
}

// returned is what servers gave back once every connection was closed.
func (b *builder) returned(load figure.Setting) (Table, bool) {
	t := Table{
		Title: "Given back", Note: "Resident memory at the greatest N: with all connections open, and once they are closed.",
		Head: []string{"Model", "N", "Empty", "All open", "After closing"},
	}
	known := false
	var after []time.Duration
	for _, row := range b.rows(load) {
		g := row[len(row)-1]
		for _, c := range g.Valid {
			for _, r := range c.Memory.Returned {
				after = append(after, r.Step())
			}
		}
	}
	slices.Sort(after)
	after = slices.Compact(after)
	for _, step := range after {
		t.Head = append(t.Head, fmt.Sprintf("%s s later", words.Number(step.Seconds())))
	}
	for _, row := range b.rows(load) {
		g := row[len(row)-1]
		name := figure.NameOf(b.groups, g)
		data := []Datum{{Text: name, Model: name}, fig(float64(g.Conns), words.Whole(g.Conns))}
		for _, of := range []func(*record.Memory) *int64{
			func(m *record.Memory) *int64 { return m.EmptyRSS }, func(m *record.Memory) *int64 { return m.RSS },
			func(m *record.Memory) *int64 { return m.AfterCloseRSS },
		} {
			data = append(data, bytesOf(g, of))
			known = known || data[len(data)-1].Text != unknown.Text
		}
		for _, step := range after {
			data = append(data, bytesOf(g, func(m *record.Memory) *int64 {
				for i := range m.Returned {
					if m.Returned[i].Step() == step {
						return &m.Returned[i].RSS
					}
				}
				return nil
			}))
		}
		t.Rows = append(t.Rows, data)
	}
	return t, known
}

func bytesOf(g *figure.Group, of func(*record.Memory) *int64) Datum {
	s := g.Of(func(c *record.Cell) (float64, bool) {
		if v := of(&c.Memory); v != nil {
			return float64(*v), true
		}
		return 0, false
	})
	if s.N == 0 {
		return unknown
	}
	return fig(s.Median, words.Bytes(s.Median))
}

// trust is every void cell, every warning, every stall, and the checks.
func (b *builder) trust(s *Source) trustPart {
	p := trustPart{Files: s.Warnings, Tables: s.Tables}
	p.Stalls = append(b.stopSentences(), stallSentences(b.stalls)...)
	if t := b.void(); len(t.Rows) > 0 {
		p.Void = &t
	}
	if t := b.warnings(); len(t.Rows) > 0 {
		p.Warnings = &t
	}
	if t, ok := b.diagnoses(); ok {
		p.Tables = append([]Table{t}, p.Tables...)
	}
	return p
}

func (b *builder) void() Table {
	t := Table{Head: []string{"Load", "Model", "N", "Repetition", "Why it does not count"}}
	for i := range b.groups {
		g := &b.groups[i]
		for _, c := range g.Void {
			why := strings.Join(c.Void, "; ")
			if why == "" {
				why = "no reason told"
			}
			t.Rows = append(t.Rows, append(b.cellWords(g, &c), Datum{Text: words.Printable(why)}))
		}
	}
	return t
}

func (b *builder) cellWords(g *figure.Group, c *record.Cell) []Datum {
	name := figure.NameOf(b.groups, g)
	return []Datum{{Text: b.facts.loads[g.Setting()]}, {Text: name, Model: name}, fig(float64(g.Conns), words.Whole(g.Conns)),
		fig(float64(c.Rep), words.Whole(c.Rep))}
}

// warnings is what cells warn of, a kind a row: warnings are alike but for their figures.
func (b *builder) warnings() Table {
	type kind struct {
		load, said string
		models     map[string]int
		conns      []int
		times      int
	}
	var order []string
	kinds := map[string]*kind{}
	for i := range b.groups {
		g := &b.groups[i]
		for _, c := range slices.Concat(g.Valid, g.Rotated, g.Void) {
			for _, w := range c.Warnings {
				key := b.facts.loads[g.Setting()] + "\x00" + words.WithoutFigures(w)
				k := kinds[key]
				if k == nil {
					k = &kind{load: b.facts.loads[g.Setting()], said: w, models: map[string]int{}}
					kinds[key], order = k, append(order, key)
				}
				k.models[figure.NameOf(b.groups, g)]++
				k.conns = append(k.conns, g.Conns)
				k.times++
			}
		}
	}
	t := Table{Head: []string{"Load", "Warning", "Models", "N", "Repetitions"}}
	for _, key := range order {
		k := kinds[key]
		var who []string
		for _, name := range slices.Sorted(maps.Keys(k.models)) {
			who = append(who, fmt.Sprintf("%s %d×", words.Printable(name), k.models[name]))
		}
		slices.Sort(k.conns)
		var conns []string
		for _, n := range slices.Compact(k.conns) {
			conns = append(conns, words.Whole(n))
		}
		said := words.Printable(k.said)
		if k.times > 1 {
			said = "such as: " + said
		}
		t.Rows = append(t.Rows, []Datum{{Text: k.load}, {Text: said}, {Text: strings.Join(who, ", ")}, {Text: words.List(conns)},
			fig(float64(k.times), words.Whole(k.times))})
	}
	return t
}

// diagnoses is what passes found that were not timed: system calls by name, the scheduler, the collector.
func (b *builder) diagnoses() (Table, bool) {
	t := Table{
		Title: "Looked into, not timed", Note: "From a pass of its own, slowed by being watched: shares, and no times to compare.",
		Head: []string{"Load", "Model", "N", "System calls a message", "Goroutines waited for a thread, p99", "Heap objects a message", "Collections"},
	}
	for i := range b.groups {
		g := &b.groups[i]
		for _, c := range slices.Concat(g.Valid, g.Rotated) {
			d := c.Diagnosis
			if d == nil {
				continue
			}
			row := b.cellWords(g, &c)[:3]
			calls := Datum{Text: syscalls(d.Syscalls)}
			if d.Tool == "" {
				calls = Datum{Text: "not counted: " + words.Printable(d.Why)}
			}
			t.Rows = append(t.Rows, append(row, calls, counted(d.SchedP99, words.Nanoseconds), counted(d.Allocs, words.PerSecond),
				counted(d.GCCycles, words.PerSecond)))
			break // one pass tells as much as several
		}
	}
	return t, len(t.Rows) > 0
}

func counted[T int64 | float64](v *T, inWords func(float64) string) Datum {
	if v == nil {
		return unknown
	}
	return fig(float64(*v), inWords(float64(*v)))
}

// syscalls is calls by name, the most frequent first.
func syscalls(of map[string]float64) string {
	names := slices.Collect(maps.Keys(of))
	slices.SortFunc(names, func(a, b string) int {
		if of[a] != of[b] {
			if of[a] > of[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	var inWords []string
	for _, name := range names {
		if of[name] >= 0.005 {
			inWords = append(inWords, fmt.Sprintf("%s %.2f", words.Printable(name), of[name]))
		}
	}
	if len(inWords) == 0 {
		return "none"
	}
	return strings.Join(inWords, ", ")
}

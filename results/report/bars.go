package report

import (
	"fmt"
	"slices"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// bars is a stacked bar for every model: parts of a whole.
type bars struct {
	Title, Note string
	Parts       []barPart // in the order they are stacked
	Rows        []barRow
}

// barPart is what a piece of a bar is of; Place gives it its colour.
type barPart struct {
	Place int
	Name  string
}

// barRow is one model's bar.
type barRow struct {
	Model, Total string
	Pieces       []piece
}

// piece is one part of a bar; From and Wide are in per cent of the longest bar.
type piece struct {
	Part       int // its place
	From, Wide float64
	Words      string
}

// stack makes bars of values by row and part; a part that no row has is left out, and so is a row without any.
func stack(title, note string, parts []string, models []string, values [][]float64, inWords func(float64) string) []bars {
	longest := 0.0
	for _, row := range values {
		longest = max(longest, sum(row))
	}
	if longest <= 0 {
		return nil
	}
	b := bars{Title: title, Note: note}
	seen := make([]bool, len(parts))
	for j, name := range parts {
		seen[j] = slices.ContainsFunc(values, func(row []float64) bool { return row[j] >= longest/1000 })
		if seen[j] {
			b.Parts = append(b.Parts, barPart{j, name})
		}
	}
	for i, row := range values {
		if sum(row) <= 0 {
			continue
		}
		r := barRow{Model: models[i], Total: inWords(sum(row))}
		at := 0.0
		for j, v := range row {
			if v <= 0 || !seen[j] {
				continue
			}
			wide := 100 * v / longest
			r.Pieces = append(r.Pieces, piece{Part: j, From: at, Wide: wide, Words: fmt.Sprintf("%s, %s: %s", models[i], parts[j], inWords(v))})
			at += wide
		}
		b.Rows = append(b.Rows, r)
	}
	return []bars{b}
}

func sum(values []float64) float64 {
	s := 0.0
	for _, v := range values {
		s += max(0, v)
	}
	return s
}

// cpuBars is user and system time a message of every model, at the least and the greatest N of a load.
func (b *builder) cpuBars(load figure.Setting) []bars {
	conns := b.connsOf(load)
	ends := conns[:1]
	if n := len(conns); n > 1 {
		ends = []int{conns[0], conns[n-1]}
	}
	var all []bars
	for _, n := range ends {
		var models []string
		var values [][]float64
		for _, row := range b.rows(load) {
			for _, g := range row {
				user, known := g.Of(figure.UserCPU), g.Conns == n
				if system := g.Of(figure.SystemCPU); known && user.N > 0 {
					models = append(models, figure.NameOf(b.groups, g))
					values = append(values, []float64{user.Median, system.Median})
				}
			}
		}
		all = append(all, stack("Where the CPU goes, "+atN(n), "Server CPU time a message, by what it was spent in.",
			[]string{"user space", "kernel"}, models, values, words.Nanoseconds)...)
	}
	return all
}

// memoryPieces is where memory is, in the order it is stacked: what the server itself uses, then the kernel for it.
var memoryPieces = []struct {
	name string
	of   func(m *record.Moment) *int64
}{
	{"goroutine stacks", func(m *record.Moment) *int64 { return m.Stacks }},
	{"live heap", func(m *record.Moment) *int64 { return m.HeapLive }},
	{"unused heap", func(m *record.Moment) *int64 { return m.HeapUnused }},
	{"Go runtime", func(m *record.Moment) *int64 { return m.Runtime }},
	{"program's data", func(m *record.Moment) *int64 { return m.Program }},
	{"other user memory", func(m *record.Moment) *int64 { return m.Rest }},
	{"kernel: sockets", func(m *record.Moment) *int64 { return m.Sockets }},
	{"kernel: files", func(m *record.Moment) *int64 { return m.Files }},
	{"kernel: epoll", func(m *record.Moment) *int64 { return m.Epoll }},
	{"kernel: page tables", func(m *record.Moment) *int64 { return m.PageTables }},
	{"kernel: buffers", func(m *record.Moment) *int64 { return m.Buffers }},
	{"kernel: not told apart", kernelRest},
}

// kernelRest is the kernel's share less what of it is known by name.
func kernelRest(m *record.Moment) *int64 {
	if m.Kernel == nil {
		return nil
	}
	rest := *m.Kernel
	for _, part := range []*int64{m.Sockets, m.Files, m.Epoll, m.PageTables, m.Buffers} {
		if part != nil {
			rest -= *part
		}
	}
	rest = max(0, rest)
	return &rest
}

// memoryBars is what a connection adds to every part, at the greatest N of the load: idle, and after a load, quiet again.
func (b *builder) memoryBars(load figure.Setting) []bars {
	var all []bars
	for _, moment := range []struct{ name, title, note string }{
		{"idle", "Where the memory goes", "What an open, quiet connection adds to the empty server."},
		{"rested", "After a load, quiet again", "The same once buffers and stacks have grown and the load is over."},
	} {
		var models, parts []string
		var values [][]float64
		for _, p := range memoryPieces {
			parts = append(parts, p.name)
		}
		most := 0
		for _, row := range b.rows(load) {
			g := row[len(row)-1]
			if v := piecesOf(g, moment.name); v != nil {
				models, values = append(models, figure.NameOf(b.groups, g)), append(values, v)
				most = max(most, g.Conns)
			}
		}
		all = append(all, stack(moment.title+", "+atN(most), moment.note, parts, models, values, words.Bytes)...)
	}
	return all
}

// piecesOf is bytes a connection by part: a moment's less those of the empty server; nil where no repetition knows the moment.
func piecesOf(g *figure.Group, moment string) []float64 {
	var values []float64
	any := false
	for _, p := range memoryPieces {
		s := g.Of(func(c *record.Cell) (float64, bool) {
			empty, then := momentOf(c, "empty"), momentOf(c, moment)
			if empty == nil || then == nil {
				return 0, false
			}
			before, after := p.of(empty), p.of(then)
			if after == nil {
				return 0, false
			}
			v := float64(*after)
			if before != nil {
				v -= float64(*before)
			}
			return v / float64(max(1, c.Conns)), true
		})
		any = any || s.N > 0
		values = append(values, s.Median)
	}
	if !any {
		return nil
	}
	return values
}

func momentOf(c *record.Cell, name string) *record.Moment {
	for i := range c.Memory.Moments {
		if c.Memory.Moments[i].Name == name {
			return &c.Memory.Moments[i]
		}
	}
	return nil
}

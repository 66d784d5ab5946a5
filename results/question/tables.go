package question

import (
	"fmt"
	"math"
	"slices"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/stats"
	"cbench/results/words"
)

// Cells of tables.

var unknown = show.Cell{Text: "–"}

func text(s string) show.Cell { return show.Cell{Text: words.Printable(s)} }

func number(v float64, text string) show.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return show.Cell{Text: text}
	}
	return show.Cell{Text: text, Value: &v}
}

func named(name string) show.Cell { return show.Cell{Text: words.Printable(name), Model: name} }

// heads are columns of a table of which the first names what is in a row.
func heads(all ...string) (columns []show.Column) {
	for _, h := range all {
		columns = append(columns, show.Column{Head: h, Key: keyOf(h)})
	}
	columns[0].Left = true
	return columns
}

// keyOf is a head as a name for machines.
func keyOf(head string) string {
	var key []rune
	for _, r := range head {
		switch {
		case r >= 'A' && r <= 'Z':
			key = append(key, r+'a'-'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			key = append(key, r)
		case r == '\'' || r == '’':
		case len(key) > 0 && key[len(key)-1] != '_':
			key = append(key, '_')
		}
	}
	return string(key)
}

// column is one of a table with a row a group.
type column struct {
	show.Column
	cell func(g *figure.Group) show.Cell
}

func left(head string, cell func(g *figure.Group) show.Cell) column {
	return column{show.Column{Head: head, Key: keyOf(head), Left: true}, cell}
}

// metric is a column of what a server has to itself, such as memory: medians over the valid repetitions.
func metric(head, key string, m figure.Metric, inWords func(float64) string) column {
	f := figure.Figure{Name: key, Metric: m, Words: inWords}
	return column{show.Column{Head: head, Key: key}, func(g *figure.Group) show.Cell { return absolute(g, f) }}
}

// minor is the column as one that a narrow terminal may leave out.
func (c column) minor() column {
	c.Minor = true
	return c
}

// isVoid reports whether a group has repetitions, and none that is valid.
func isVoid(g *figure.Group) bool {
	n, all := g.Counts()
	return n == 0 && all > 0
}

// absolute is a figure with how sure it is.
func absolute(g *figure.Group, f figure.Figure) show.Cell {
	if isVoid(g) {
		return show.Cell{Text: "void", Mark: show.Bad}
	}
	i := g.Interval(f)
	if i.N == 0 || math.IsNaN(i.Mid) {
		return unknown
	}
	c := number(i.Mid, inWords(f, i.Mid))
	switch over := g.Of(f.Metric); {
	case i.Sure() && i.N > 1:
		c.Detail = fromTo(inWords(f, i.Low), inWords(f, i.High))
	case over.N > 1 && over.Min != over.Max:
		c.Detail = "range " + fromTo(inWords(f, over.Min), inWords(f, over.Max))
	}
	return c
}

// rotated reports whether any of the groups has the figure from rotations, so that only ratios may be read against each other.
func rotated(of []*figure.Group, m figure.Metric) bool {
	return slices.ContainsFunc(of, func(g *figure.Group) bool { return len(figure.ValuesOf(g.Rotated, m)) > 0 })
}

// baseOf is the group that others under its load and at its N are compared with.
func (e *evidence) baseOf(g *figure.Group) *figure.Group {
	var base *figure.Group
	for i := range e.groups {
		o := &e.groups[i]
		if e.name(o) == e.base && o.Conns == g.Conns && o.Setting() == g.Setting() {
			base = o
		}
	}
	return base
}

// compared is the comparison of one group with the base; nil: there is none.
func (e *evidence) comparison(g *figure.Group, f figure.Figure) *compare.Comparison {
	return e.compared[place{g.Setting(), g.Conns, e.name(g), f.Name}]
}

// figures is a column of a figure that models are compared by. Where any of the groups has it from rotations, the base's is shown
// as it is and the others' as ratios to it, because figures of different rotations cannot be read against each other.
func (e *evidence) figures(of []*figure.Group, head string, f figure.Figure) column {
	if !rotated(of, f.Metric) || e.base == "" {
		return column{show.Column{Head: head, Short: orSaid(f.Title, head), Key: f.Name},
			func(g *figure.Group) show.Cell { return absolute(g, f) }}
	}
	return column{show.Column{Head: head + ", ratio to " + e.base, Short: head, Key: keyOf(f.Name) + "_ratio"},
		func(g *figure.Group) show.Cell {
			return e.relative(g, f)
		}}
}

// relative is a figure as a ratio to the base's, which is shown as it is itself.
func (e *evidence) relative(g *figure.Group, f figure.Figure) show.Cell {
	base := e.baseOf(g)
	switch {
	case isVoid(g):
		return show.Cell{Text: "void", Mark: show.Bad}
	case base == nil:
		return unknown
	case base == g:
		c := absolute(g, f)
		if c.Value != nil {
			c.Value, c.Detail = ptr(1.0), "base"
		}
		return c
	}
	if c := e.comparison(g, f); c != nil {
		return ratio(c)
	}
	if r, ok := byRotation(base, g, f.Metric); ok {
		return number(r, ratioInWords(r))
	}
	return unknown
}

// ratio is a comparison: "1.31", beside it its interval.
func ratio(c *compare.Comparison) show.Cell {
	if c == nil || c.Ratio.N == 0 || math.IsNaN(c.Ratio.Mid) {
		return unknown
	}
	if c.Drowned > 0 {
		return show.Cell{Text: "too noisy"}
	}
	cell := number(c.Ratio.Mid, ratioInWords(c.Ratio.Mid))
	if known(c.Ratio) {
		cell.Detail = betweenRatios(c.Ratio)
	} else {
		cell.Detail = "interval not known"
	}
	return cell
}

// byRotation is the geometric mean, over the rotations that both were in, of one figure over the base's there.
func byRotation(base, g *figure.Group, m figure.Metric) (float64, bool) {
	var logs []float64
	for i := range g.Rotated {
		for j := range base.Rotated {
			if g.Rotated[i].Rotation.ID != base.Rotated[j].Rotation.ID {
				continue
			}
			x, known := m(&base.Rotated[j])
			y, also := m(&g.Rotated[i])
			if known && also && x > 0 && y > 0 {
				logs = append(logs, math.Log(y/x))
			}
		}
	}
	if len(logs) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, l := range logs {
		sum += l
	}
	return math.Exp(sum / float64(len(logs))), true
}

func ptr[T any](v T) *T { return &v }

// intervalsNote says what stands beside a figure.
const intervalsNote = "Medians over the valid repetitions, beside them the 95% interval, or the range where they are too few " +
	"for one."

// note says what stands in the table of these groups.
func (e *evidence) note(of []*figure.Group) string {
	if e.base == "" || !slices.ContainsFunc(of, func(g *figure.Group) bool { return len(g.Rotated) > 0 }) {
		return intervalsNote
	}
	return fmt.Sprintf("Columns of ratios: %s as it is, the others relative to it, from the same rotations, beside them the "+
		"95%% interval. Other columns: medians.",
		e.base)
}

// table has a row for each group: model, N, and the columns of which anything is known.
func (e *evidence) table(title, note string, of []*figure.Group, columns ...column) show.Table {
	t := show.Table{Title: title, Note: note, Columns: heads("Model", "N")}
	rows := make([][]show.Cell, len(of))
	for i, g := range of {
		rows[i] = []show.Cell{named(e.name(g)), number(float64(g.Conns), words.Whole(g.Conns))}
	}
	for _, c := range columns {
		cells := make([]show.Cell, len(of))
		some := false
		for i, g := range of {
			cells[i] = c.cell(g)
			some = some || cells[i].Text != unknown.Text && cells[i].Text != "" && cells[i].Text != "void"
		}
		if !some {
			continue
		}
		t.Columns = append(t.Columns, c.Column)
		for i := range rows {
			rows[i] = append(rows[i], cells[i])
		}
	}
	t.Rows = rows
	return t
}

// valid is how many repetitions count, of how many.
var valid = column{show.Column{Head: "Valid", Key: "valid"}, func(g *figure.Group) show.Cell {
	n, all := g.Counts()
	c := number(float64(n), fmt.Sprintf("%d/%d", n, all))
	if n < all {
		c.Mark = show.Bad
	}
	return c
}}

// spreadCell is a median over repetitions.
func spreadCell(s stats.Spread, inWords func(float64) string) show.Cell {
	if s.N == 0 {
		return unknown
	}
	return number(s.Median, inWords(s.Median))
}

// silence is a column of how long messages waited and nothing came from the server, the longest of all repetitions. It stands
// beside percentiles, which hide a stop that is short beside the window.
func silence() column {
	f := figure.Silence
	return column{show.Column{Head: "Longest silence", Short: "silence", Key: f.Name}, func(g *figure.Group) show.Cell {
		s := g.Of(f.Metric)
		if s.N == 0 {
			return unknown
		}
		return number(s.Max, f.Words(s.Max))
	}}
}

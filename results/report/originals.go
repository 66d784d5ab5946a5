package report

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/words"
)

// originalsPart is servers of other makes beside the models of ours that imitate them.
type originalsPart struct {
	Parts  []besidePart
	Ratios *Table // every comparison of a pair

	Families []oldChart // over N, where there are too many originals for the charts of ours
	Tables   []Table    // every figure of those, by load
}

// besidePart is those that speak alike.
type besidePart struct {
	Title, Note string
	Says        []string
	Voids       []string // sentences
	Bells       []bells
	Table       Table
}

// besideTitles name what the servers of a table speak.
var besideTitles = map[string]string{"lines": "Lines over TCP", "HTTP": "HTTP"}

func (b *builder) originals() (p originalsPart) {
	o := b.facts.originals
	if o == nil {
		return p
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		part := besidePart{Title: besideTitles[t.Name], Note: t.Places() + ".", Says: factorSentences(t), Voids: voidSides(t), Bells: bellsOf(t), Table: besideTable(t)}
		if i == 0 {
			part.Says = append(part.Says, modelSentences(o)...)
			part.Says = append(part.Says, engineSentences(o)...)
		}
		p.Parts = append(p.Parts, part)
	}
	ratios := Table{Head: differenceHead}
	for _, c := range o.Ratios {
		ratios.Rows = append(ratios.Rows, b.facts.differenceRow(c))
	}
	if len(ratios.Rows) > 0 {
		p.Ratios = &ratios
	}
	return p
}

var besideHeads = map[string]string{"p50": "p50", "p99": "p99", "user": "Memory a connection", "kernel": "Kernel’s", "stall": "p99 of bystanders"}

// besideTable has each original below the model of ours that imitates it.
func besideTable(t *compare.Beside) Table {
	table := Table{Head: []string{"Server"}}
	for _, c := range t.Columns {
		table.Head = append(table.Head, besideHeads[c.Key])
		if c.Key == "cpu" {
			table.Head[len(table.Head)-1] = words.Capital(c.Title)
			table.Head = append(table.Head, "to ours")
		}
	}
	table.Head = append(table.Head, "Beside", "Written for", "Version")
	for i := range t.Pairs {
		p := &t.Pairs[i]
		if i == 0 || t.Pairs[i-1].Ours != p.Ours {
			row := besideRow(t, p, p.Ours, func(b compare.Both) compare.Side { return b.Ours }, false)
			table.Rows = append(table.Rows, append(row, Datum{Text: p.Ours, Detail: "ours"}, Datum{Text: "Go"}, Datum{Text: "cbench"}))
		}
		row := besideRow(t, p, p.Original, func(b compare.Both) compare.Side { return b.Original }, true)
		version := orSaid(p.Version, "not known")
		table.Rows = append(table.Rows, append(row, Datum{Text: p.Ours}, Datum{Text: words.Printable(p.Language)}, Datum{Text: words.Printable(version)}))
	}
	return table
}

// voidSides says why figures of the table are void, each reason once.
func voidSides(t *compare.Beside) (says []string) {
	add := func(c *compare.BesideColumn, name string, s compare.Side) {
		if s.N > 0 || s.Void == "" {
			return
		}
		place := loadName(c.Setting) + ", " + atN(c.Conns)
		if said := fmt.Sprintf("%s, %s: %s.", words.Code(name), place, strings.TrimSuffix(words.Printable(s.Void), ".")); !slices.Contains(says, said) {
			says = append(says, said)
		}
	}
	for i := range t.Pairs {
		p := &t.Pairs[i]
		for j := range t.Columns {
			add(&t.Columns[j], p.Ours, p.Figures[j].Ours)
			add(&t.Columns[j], p.Original, p.Figures[j].Original)
		}
	}
	return says
}

func besideRow(t *compare.Beside, p *compare.Pair, name string, side func(compare.Both) compare.Side, original bool) []Datum {
	row := []Datum{{Text: words.Printable(name), Model: name}}
	for i, c := range t.Columns {
		s := side(p.Figures[i])
		d := Datum{Text: c.InWords(s)}
		if s.N > 0 {
			d = fig(s.Mid, d.Text)
		}
		row = append(row, d)
		switch {
		case c.Key == "cpu" && original:
			row = append(row, ratioDatum(p.Figures[i].Ratio))
		case c.Key == "cpu":
			row = append(row, Datum{})
		}
	}
	return row
}

// ratioDatum is the ratio, with its interval where it is a difference, or what else may be said of it.
func ratioDatum(c *compare.Comparison) Datum {
	if c == nil || c.Ratio.N == 0 {
		return Datum{Text: "–"}
	}
	d := fig(c.Ratio.Mid, fmt.Sprintf("%.3g×", c.Ratio.Mid))
	switch {
	case c.Differs():
		d.Detail = fmt.Sprintf("%.3g to %.3g", c.Ratio.Low, c.Ratio.High)
	case c.Verdict == compare.Same:
		d.Detail = "no difference found"
	default:
		d.Detail = "cannot be told"
	}
	return d
}

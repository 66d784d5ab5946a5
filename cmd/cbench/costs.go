package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cbench/models"
	"cbench/models/cost"
	"cbench/results/figure"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/show"
	"cbench/results/words"
)

// costs is what the models' styles cost their reader: counted in the source, and told by a run if there is one.
type costs struct {
	Open    figure.Place `json:"open,omitzero"`    // where goroutines and threads were counted
	Message figure.Place `json:"message,omitzero"` // where system calls and allocations were
	Models  []modelCost  `json:"models"`
}

type modelCost struct {
	Model string `json:"model"`
	cost.Cost
	Measured *figure.ModelCost `json:"measured,omitempty"`
}

// costsOf counts, and adds what the cells tell; there may be none.
func costsOf(cells []record.Cell) (costs, error) {
	told := figure.CostOf(cells)
	all := costs{Open: told.Open, Message: told.Message}
	for _, m := range models.All {
		counted, err := cost.Of(models.Source, m.Name)
		if err != nil {
			return costs{}, err
		}
		c := modelCost{Model: m.Name, Cost: counted}
		if i := slices.IndexFunc(told.Models, func(t figure.ModelCost) bool { return t.Model == m.Name }); i >= 0 {
			c.Measured = &told.Models[i]
		}
		all.Models = append(all.Models, c)
	}
	return all, nil
}

// ofThoseIn leaves the models that a run had.
func (c costs) ofThoseIn(cells []record.Cell) costs {
	ran := map[string]bool{}
	for i := range cells {
		ran[cells[i].Model] = true
	}
	c.Models = slices.DeleteFunc(slices.Clone(c.Models), func(m modelCost) bool { return !ran[m.Model] })
	return c
}

// told is the columns that a run filled for any of the models.
func (c costs) told() []costColumn {
	return slices.DeleteFunc(slices.Clone(toldColumns), func(column costColumn) bool {
		return !slices.ContainsFunc(c.Models, func(m modelCost) bool { return column.of(&m).Value != nil })
	})
}

func listCosts(cmd *cobra.Command, dir string, asJSON bool) error {
	var cells []record.Cell
	if dir != "" {
		var err error
		if _, err = record.ReadRun(dir); err != nil { // it says best what is not a run
			return misuse("list: --run", err)
		}
		var warnings []string
		if cells, warnings, err = record.ReadCells(dir); err != nil {
			return misuse("list: --run", err)
		}
		for _, w := range warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "cbench: warning: %s\n", w)
		}
	}
	all, err := costsOf(cells)
	switch {
	case err != nil:
		return err
	case asJSON:
		return printJSON(cmd, all)
	}
	return all.write(cmd)
}

// costColumn is one of the table's.
type costColumn struct {
	head  string // on a page
	tight string // on a terminal
	of    func(m *modelCost) show.Cell
}

var readColumns = []costColumn{
	{"Model", "model", func(m *modelCost) show.Cell { return show.Cell{Text: m.Model, Model: m.Model} }},
	{"Lines of code", "lines", func(m *modelCost) show.Cell { return whole(m.Lines) }},
	{"Functions", "funcs", func(m *modelCost) show.Cell { return whole(m.Functions) }},
	{"Largest function, lines", "largest", func(m *modelCost) show.Cell { return whole(m.Largest.Lines, m.Largest.Name) }},
	{"Cyclomatic complexity", "cyclo", func(m *modelCost) show.Cell { return whole(m.Cyclomatic.Sum) }},
	{"Cyclomatic, of one function", "most", func(m *modelCost) show.Cell { return whole(m.Cyclomatic.Most, m.Cyclomatic.Complex) }},
	{"Cognitive complexity", "cogn", func(m *modelCost) show.Cell { return whole(m.Cognitive.Sum) }},
	{"Cognitive, of one function", "most", func(m *modelCost) show.Cell { return whole(m.Cognitive.Most, m.Cognitive.Complex) }},
	{"Places that take a lock", "locks", func(m *modelCost) show.Cell { return whole(m.Locks) }},
	{"Places that use a channel", "chans", func(m *modelCost) show.Cell { return whole(m.Channels) }},
	{"Places that start a goroutine or coroutine", "starts", func(m *modelCost) show.Cell {
		return whole(m.Goroutines + m.Coroutines)
	}},
}

var toldColumns = []costColumn{
	{"Goroutines", "goroutines", measured(func(t *figure.ModelCost) *float64 { return t.Goroutines })},
	{"Threads", "threads", measured(func(t *figure.ModelCost) *float64 { return t.Threads })},
	{"System calls a message", "calls/msg", measured(func(t *figure.ModelCost) *float64 { return t.Syscalls })},
	{"Heap objects a message", "allocs/msg", measured(func(t *figure.ModelCost) *float64 { return t.Allocs })},
}

func whole(n int, detail ...string) show.Cell {
	v := float64(n)
	d := show.Cell{Text: words.Number(v), Value: &v}
	if n > 0 && len(detail) > 0 {
		d.Detail = detail[0]
	}
	return d
}

func measured(of func(t *figure.ModelCost) *float64) func(m *modelCost) show.Cell {
	return func(m *modelCost) show.Cell {
		if m.Measured == nil || of(m.Measured) == nil {
			return show.Cell{Text: "–"}
		}
		v := *of(m.Measured)
		text := words.PerSecond(v)
		if v == math.Trunc(v) {
			text = words.Number(v)
		}
		return show.Cell{Text: text, Value: &v}
	}
}

// answers is what a page says of it; nothing without models.
func (c costs) answers() []question.Answer {
	if len(c.Models) == 0 {
		return nil
	}
	told := c.told()
	t := show.Table{Title: "Each model's own source"}
	if len(told) > 0 {
		t.Note = c.places() + "."
	}
	t.Columns, t.Rows = c.table(slices.Concat(readColumns, told))
	byLines := func(a, b modelCost) int { return cmp.Compare(a.Lines, b.Lines) }
	least, most := slices.MinFunc(c.Models, byLines), slices.MaxFunc(c.Models, byLines)
	headline := fmt.Sprintf("Lines of code: %s in `%s`", words.Whole(least.Lines), least.Model)
	if least.Lines < most.Lines {
		headline += fmt.Sprintf(", %s in `%s`", words.Whole(most.Lines), most.Model)
	}
	return []question.Answer{{
		ID: "source", Title: "What the style costs its reader", Headline: headline, Detail: true, Cite: headline, Tables: []show.Table{t},
		How: []string{"Counted in the source of the cbench that made this page: each model's own, neither tests nor what all share " +
			"(wire, poll). A model on package net stands on more that is not counted."},
	}}
}

// write writes the table for a terminal: what a run tells stands beside the rest, or below where there is no room.
func (c costs) write(cmd *cobra.Command) error {
	o, told := readAt(cmd), c.told()
	var whole show.Table
	whole.Columns, whole.Rows = c.table(slices.Concat(readColumns, told))
	tables := []show.Table{whole}
	if len(told) > 0 && o.Width > 0 && whole.Width() > o.Width {
		tables = make([]show.Table, 2)
		tables[0].Columns, tables[0].Rows = c.table(readColumns)
		tables[1].Columns, tables[1].Rows = c.table(slices.Concat(readColumns[:1], told))
	}
	w := cmd.OutOrStdout()
	for i, t := range tables {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := t.WriteTo(w, o); err != nil {
			return err
		}
	}
	fmt.Fprint(w, `lines: of code, neither blank nor only a comment; without tests and what all models share
largest, most: of any one function. cyclo, cogn: complexity, cyclomatic and cognitive
locks, chans, starts: places that take a lock; send or receive on a channel; start a goroutine or coroutine
`)
	if len(told) == 0 {
		fmt.Fprintln(w, "goroutines and threads, system calls and allocations a message: --run=DIR tells them of a run with --diagnose")
		return nil
	}
	fmt.Fprintln(w, strings.ReplaceAll(c.places(), "; ", "\n"))
	return nil
}

// places says where it was that the run told.
func (c costs) places() string {
	inWords := fmt.Sprintf("Goroutines and threads of the server's process: %s, all connections open", c.Open)
	if c.Message.Scenario == "" {
		return inWords + "; no diagnostic pass (--diagnose) counted system calls and allocations"
	}
	return fmt.Sprintf("%s; system calls and heap objects a message: %s", inWords, c.Message)
}

// table is the columns with a row a model.
func (c costs) table(columns []costColumn) (heads []show.Column, rows [][]show.Cell) {
	for i, column := range columns {
		heads = append(heads, show.Column{Head: column.head, Short: column.tight, Key: column.tight, Left: i == 0})
	}
	for i := range c.Models {
		var row []show.Cell
		for _, column := range columns {
			row = append(row, column.of(&c.Models[i]))
		}
		rows = append(rows, row)
	}
	return heads, rows
}

// Package question answers what a reader asks of a run, one file a question, in the order a reader asks them. Each question is
// answered once, as a value; terminal, print, page, Markdown, CSV and JSON render that value and compute nothing.
package question

import (
	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/show"
)

// Answer is what a run says to one question.
type Answer struct {
	ID    string // stable, for anchors and cbench show DIR ID: "memory", "cpu"
	Title string // the question's name: "Memory", "CPU per message"
	Load  string // under what load, in a few words; empty: several, or the whole run

	Headline string   // one line, at most about 100 characters, with the figure that decides
	Says     []string // sentences, folded away by default; names of models between backquotes
	How      []string // how that is known
	Doubts   []string // what to know before believing it

	Tables []show.Table
	Charts []chart.Chart
	Lead   bool // its first chart belongs on the first screen
	Detail bool // for a reader who asks: not on the first screen

	Column *Column // what it adds to the table of models; nil: nothing
	Cite   string  // the headline's figure with its interval, n and load; the page adds commit, Go, CPU and date
}

// Column is one question's column in the table of models.
type Column struct {
	show.Column
	Cells map[string]show.Cell // by model; one that is not here has no figure
}

// Answers is all that a run answers.
type Answers struct {
	Run    *record.Run
	Models []string // in teaching order, controls last
	All    []Answer // in the order a reader asks
	Void   string   // what was void and why, in one line; empty: nothing was

	Comparisons []compare.Comparison // every one that any answer rests on, for show --json

	control func(model string) bool
}

// Named is the answer with that ID, or nil.
func (a *Answers) Named(id string) *Answer {
	for i := range a.All {
		if a.All[i].ID == id {
			return &a.All[i]
		}
	}
	return nil
}

// Summary is the table of the models: a row a model, a column each question that has one.
func (a *Answers) Summary() show.Table {
	t := show.Table{Columns: []show.Column{{Head: "model", Key: "model", Left: true}}}
	for _, model := range a.Models {
		t.Rows = append(t.Rows, []show.Cell{{Text: model, Model: model}})
	}
	for i := range a.All {
		column := a.All[i].Column
		if column == nil {
			continue
		}
		t.Columns = append(t.Columns, column.Column)
		for j, model := range a.Models {
			cell, known := column.Cells[model]
			if !known {
				cell = show.Cell{Text: "–"}
			}
			t.Rows[j] = append(t.Rows[j], cell)
		}
	}
	return t
}

// Charts is every chart that answers a question, or with all every chart.
func (a *Answers) Charts(all bool) (charts []chart.Chart) {
	for i := range a.All {
		for _, c := range a.All[i].Charts {
			if all || !c.Extra {
				charts = append(charts, c)
			}
		}
	}
	return charts
}

// Control reports whether a model competes with nobody: the server that only answers, its originals, and a model under a second
// name.
func (a *Answers) Control(model string) bool { return a.control != nil && a.control(model) }

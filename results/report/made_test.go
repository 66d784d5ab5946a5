package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// hostile is a model's name that would be mark-up, an attribute, a script and the end of one.
const hostile = "x\"'<b>&</b></script><script>alert(1)</script>"

// made is the answers of a run made in code, with void repetitions, and with names and reasons that would be mark-up.
func made(t testing.TB) *question.Answers {
	t.Helper()
	run, cells := recordtest.Synthetic(t)
	run.Name, run.Command = "made <up>", []string{"cbench", "run", "--cmd=./it's {addr}"}
	for i := range cells {
		c := &cells[i]
		if c.Model == "callback" {
			c.Model = hostile
		}
		if !c.Valid {
			c.Void = []string{"12 replies lost </td>"}
		}
	}
	return question.Of(run, cells, []string{"a line of <cells> is broken"})
}

// answered is what a run beside this package answers.
func answered(t testing.TB, dir string) *question.Answers {
	t.Helper()
	run, err := record.ReadRun(filepath.Join("..", dir))
	if err != nil {
		t.Fatal(err)
	}
	cells, warnings, err := record.ReadCells(filepath.Join("..", dir))
	if err != nil {
		t.Fatal(err)
	}
	return question.Of(run, cells, warnings)
}

// tiny is a run of one repetition a model, as a smoke test makes it.
func tiny(t testing.TB) *question.Answers {
	t.Helper()
	run, cells := recordtest.Synthetic(t)
	var few []record.Cell
	for _, c := range cells {
		if c.Rep == 1 && c.Conns == 100 && c.Scenario == "echo" {
			few = append(few, c)
		}
	}
	return question.Of(run, few, nil)
}

func written(t testing.TB, a *question.Answers) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), File)
	if err := os.WriteFile(path, Page(a), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// everything is each text of the answers.
func everything(a *question.Answers) string {
	var all strings.Builder
	say := func(texts ...string) { all.WriteString(" " + strings.Join(texts, " ")) }
	for i := range a.All {
		q := &a.All[i]
		say(q.ID, q.Title, q.Load, q.Headline, q.Cite)
		say(q.Says...)
		say(q.How...)
		say(q.Doubts...)
		for _, t := range q.Tables {
			say(t.Title, t.Note)
			for _, c := range t.Columns {
				say(c.Head, c.Short)
			}
			for _, row := range t.Rows {
				for _, c := range row {
					say(c.Text, c.Detail)
				}
			}
		}
		if q.Column != nil {
			say(q.Column.Head, q.Column.Short)
			for _, c := range q.Column.Cells {
				say(c.Text, c.Detail)
			}
		}
		for _, c := range q.Charts {
			say(c.Title, c.Note, c.X.Title, c.Y.Title)
			say(c.Remarks()...)
			for _, p := range c.Panels {
				say(p.Title)
				for _, s := range p.Series {
					say(s.Name)
					for _, pt := range s.Points {
						say(pt.Text, pt.Name)
					}
					for _, part := range s.Parts {
						say(part.Name, part.Text)
					}
				}
			}
		}
	}
	say(a.Models...)
	say(a.Void, a.Run.Name, question.Machine(a.Run.Environment), question.CommandLine(a.Run.Command))
	return plain(all.String())
}

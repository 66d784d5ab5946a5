package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/show"
)

// page is what the template shows.
type page struct {
	Name, When, Machine string
	Command             string
	Unfinished          bool
	Void                string
	Summary             show.Table
	Sections            []section
	Looks               []modelLook
	Data                data
	Style               template.CSS
	Policy              string
}

// section is one answer.
type section struct {
	*question.Answer
	Anchor string
	Lead   []drawing // what is seen at once
	More   []drawing // what is folded away
}

// data is what the page's script draws.
type data struct {
	Models []modelLook `json:"models"`
	Charts []*lines    `json:"charts"`
}

func newPage(a *question.Answers) *page {
	p := &page{Name: a.Run.Name, When: when(a.Run), Machine: question.Machine(a.Run.Environment), Command: question.CommandLine(a.Run.Command),
		Unfinished: a.Run.Ended == nil, Void: a.Void, Summary: a.Summary()}
	names := slices.Clone(a.Models)
	for _, name := range chart.Models(a.Charts(true)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	p.Looks = looksOf(names, a.Control)
	p.Data.Models, p.Data.Charts = p.Looks, []*lines{}
	looks := chart.Looks(names)
	for i := range a.All {
		s := section{Answer: &a.All[i], Anchor: idSafe(a.All[i].ID)}
		for _, c := range s.Charts {
			for _, d := range chartsOf([]chart.Chart{c}, looks) {
				if d.Lines != nil {
					p.Data.Charts = append(p.Data.Charts, d.Lines)
				}
				if c.Extra {
					s.More = append(s.More, d)
				} else {
					s.Lead = append(s.Lead, d)
				}
			}
		}
		p.Sections = append(p.Sections, s)
	}
	sheet := style + colours(p.Looks)
	p.Style, p.Policy = template.CSS(sheet), policy(sheet)
	return p
}

// part is a piece of a sentence.
type part struct {
	Text  string
	Class string // of the model that it names; empty: it names none
}

// Spans splits a sentence at the names of models between backquotes.
func (p *page) Spans(sentence string) []part {
	var all []part
	for i, text := range strings.Split(sentence, "`") {
		switch {
		case text == "":
		case i%2 == 1:
			all = append(all, part{Text: text, Class: p.Class(text)})
		default:
			all = append(all, part{Text: text})
		}
	}
	return all
}

// Class gives what is about a model its colour. A model on several numbers of threads, "reactor x2", is the same model.
func (p *page) Class(name string) string {
	model := name
	for _, threads := range []bool{false, true} {
		if threads {
			model, _, _ = strings.Cut(name, " x")
		}
		if at := slices.IndexFunc(p.Looks, func(l modelLook) bool { return l.Name == model }); at >= 0 {
			return fmt.Sprintf("model m%d", at)
		}
	}
	return "model"
}

// Sort is what the page's script sorts by: a number, or nothing for what is not known.
func (p *page) Sort(c show.Cell) string {
	if c.Value == nil || math.IsInf(*c.Value, 0) || math.IsNaN(*c.Value) {
		return ""
	}
	return strconv.FormatFloat(*c.Value, 'g', -1, 64)
}

// Figures reports whether a column is one of figures: then what is not known sorts before all.
func (p *page) Figures(t show.Table, at int) bool {
	return slices.ContainsFunc(t.Rows, func(row []show.Cell) bool { return row[at].Value != nil })
}

func when(r *record.Run) string {
	const form = "2 January 2006, 15:04"
	if r.Ended == nil {
		return r.Started.UTC().Format(form) + " UTC, unfinished"
	}
	return fmt.Sprintf("%s UTC, %s", r.Started.UTC().Format(form), r.Ended.Sub(r.Started).Round(time.Second))
}

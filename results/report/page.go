package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/show"
)

// page is what the template shows.
type page struct {
	Name, Machine, When, Command, Void string

	Summary           show.Table
	Sections, Details []*section
	Looks             []modelLook
	Data              data
	Style             template.CSS
	Policy            string
}

// section is one answer.
type section struct {
	*question.Answer
	Anchor string
	Lead   *drawing // its picture on the first screen
	Charts []drawing
	More   []drawing // those that answer nothing by themselves
	Cite   string
}

// data is what the page's script draws.
type data struct {
	Models []modelLook `json:"models"`
	Charts []*lines    `json:"charts"`
}

// summaryNote is what the marks of the table of models mean.
const summaryNote = "✓ the best of its column, or not told apart from the best. ✗ void, lost or stalled. – not measured. Beside figures: the 95% interval."

func newPage(a *question.Answers) *page {
	p := &page{
		Name: a.Run.Name, Machine: question.Machine(a.Run.Environment), When: when(a.Run), Command: question.CommandLine(a.Run.Command), Void: a.Void,
		Summary: a.Summary(), Looks: looksOf(namesOf(a)),
	}
	p.Summary.Note = summaryNote
	looks := map[string]chart.Look{}
	for _, l := range p.Looks {
		looks[l.Name] = l.Look
	}
	anchors, ids := map[string]int{}, map[string]int{}
	for i := range a.All {
		s := p.section(&a.All[i], looks, ids)
		s.Anchor = single(anchors, idSafe(s.ID))
		s.Cite = fmt.Sprintf("%s. cbench %s, %s, %s, %s.", strings.TrimSuffix(plain(s.Answer.Cite), "."), orUnknown(a.Run.Environment.Commit()),
			a.Run.Environment.GoVersion, a.Run.Environment.CPUModel, a.Run.Started.UTC().Format(time.DateOnly))
		if s.Detail {
			p.Details = append(p.Details, s)
		} else {
			p.Sections = append(p.Sections, s)
		}
	}
	p.Data.Models = p.Looks
	sheet := style + colours(p.Looks)
	p.Style, p.Policy = template.CSS(sheet), policy(sheet)
	return p
}

// section is an answer with its charts as drawings; what of them the script draws is added to the page's data.
func (p *page) section(q *question.Answer, looks map[string]chart.Look, ids map[string]int) *section {
	s := &section{Answer: q}
	draw := func(c chart.Chart, prefix string) []drawing {
		c.ID = single(ids, prefix+idSafe(c.ID))
		drawn := chartsOf([]chart.Chart{c}, looks)
		for _, d := range drawn {
			if d.Lines != nil {
				p.Data.Charts = append(p.Data.Charts, d.Lines)
			}
		}
		return drawn
	}
	for i, c := range q.Charts {
		if q.Lead && i == 0 {
			if drawn := draw(c, "first-"); len(drawn) > 0 {
				s.Lead = &drawn[0]
			}
		}
		if c.Extra && !q.Detail {
			s.More = append(s.More, draw(c, "")...)
		} else {
			s.Charts = append(s.Charts, draw(c, "")...)
		}
	}
	return s
}

// single is an identity that the page does not have yet.
func single(taken map[string]int, id string) string {
	taken[id]++
	if n := taken[id]; n > 1 {
		return single(taken, fmt.Sprintf("%s-%d", id, n))
	}
	return id
}

// namesOf is every model that has a colour: those of the table, then those that only charts show.
func namesOf(a *question.Answers) []string {
	names := slices.Clone(a.Models)
	for i := range a.All {
		for _, name := range chart.Models(a.All[i].Charts) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// part is a piece of a sentence.
type part struct {
	Text  string
	Class string // of the model that it names; empty: it names none
}

// Spans splits a sentence at the names of models between backquotes.
func (p *page) Spans(sentence string) (all []part) {
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
	if l := p.Look(name); l != nil {
		return "model " + l.Class
	}
	return "model"
}

// Look is how a model is drawn; nil: no chart shows it.
func (p *page) Look(name string) *modelLook {
	base, _, _ := strings.Cut(name, " x")
	for _, n := range []string{name, base} {
		if at := slices.IndexFunc(p.Looks, func(l modelLook) bool { return l.Name == n }); at >= 0 {
			return &p.Looks[at]
		}
	}
	return nil
}

func when(r *record.Run) string {
	const form = "2 January 2006, 15:04 UTC"
	if r.Ended == nil {
		return r.Started.UTC().Format(form) + ", unfinished"
	}
	return fmt.Sprintf("%s, %s", r.Started.UTC().Format(form), r.Ended.Sub(r.Started).Round(time.Second))
}

func plain(sentence string) string { return strings.ReplaceAll(sentence, "`", "") }

func orUnknown(commit string) string {
	if commit == "" {
		return "of an unknown commit"
	}
	return commit
}

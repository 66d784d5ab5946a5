package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"cbench/results/question"
	"cbench/results/show"
	"cbench/results/words"
)

// mostRows is how many models the first screen holds; the rest is a command away.
const mostRows = 12

// Screen writes the first screen of a run: a headline each question, the table of models, what was void, and where the rest is.
// Where is the directory as a shell takes it.
func Screen(w io.Writer, a *question.Answers, where string, o show.Terminal) error {
	var out strings.Builder
	room := 0
	for i := range a.All {
		if first(&a.All[i]) {
			room = max(room, len(a.All[i].ID))
		}
	}
	for i := range a.All {
		if q := &a.All[i]; first(q) {
			fmt.Fprintf(&out, "%s%s  %s\n", o.Bold(q.ID), strings.Repeat(" ", room-len(q.ID)), o.Lines(q.Headline, room+2))
		}
	}
	t := a.Summary()
	if len(t.Columns) > 1 {
		more := len(t.Rows) - mostRows
		if more > 0 {
			t.Rows = t.Rows[:mostRows]
			t.Note = strings.TrimSpace(fmt.Sprintf("%s %d more: cbench show %s models.", t.Note, more, where))
		}
		fmt.Fprintln(&out)
		if err := t.WriteTo(&out, o); err != nil {
			return err
		}
	}
	fmt.Fprintln(&out)
	if a.Void != "" {
		fmt.Fprintln(&out, o.Lines(a.Void, 2))
	}
	if len(a.All) > 0 {
		line := fmt.Sprintf("all of one question: cbench show %s %s", where, a.All[0].ID)
		if more := detailsOf(a); len(more) > 0 {
			line += "; there are also " + words.List(more)
		}
		fmt.Fprintln(&out, o.Lines(line, 2))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// first reports whether an answer has a line on the first screen.
func first(q *question.Answer) bool { return q.Headline != "" && !q.Detail }

// detailsOf is the questions that are not on the first screen; those of single loads are told as one.
func detailsOf(a *question.Answers) (ids []string) {
	for i := range a.All {
		id := a.All[i].ID
		if group, _, grouped := strings.Cut(id, "/"); grouped {
			id = group + "/…"
		}
		if a.All[i].Detail && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Whole writes everything that one question answers but its charts.
func Whole(w io.Writer, q *question.Answer, o show.Terminal) error {
	var out strings.Builder
	title := q.Title
	if q.Load != "" {
		title += " (" + q.Load + ")"
	}
	fmt.Fprintln(&out, o.Bold(o.Lines(title, 0)))
	if q.Headline != "" {
		fmt.Fprintln(&out, o.Lines(q.Headline, 0))
	}
	paragraphs := func(head string, says []string) {
		if len(says) > 0 && head != "" {
			fmt.Fprintf(&out, "\n%s\n", o.Bold(head))
		}
		for _, s := range says {
			fmt.Fprintln(&out, "  "+o.Lines(s, 2))
		}
	}
	paragraphs("", q.Says)
	for _, t := range q.Tables {
		fmt.Fprintln(&out)
		if err := t.WriteTo(&out, o); err != nil {
			return err
		}
	}
	paragraphs("Before you believe it", q.Doubts)
	paragraphs("How that is known", q.How)
	_, err := io.WriteString(w, out.String())
	return err
}

// Markdown is the first screen for a summary of continuous integration, each question's details folded.
func Markdown(a *question.Answers) string {
	var out strings.Builder
	fmt.Fprintf(&out, "### With N connections open, which concurrency model, and what does it cost?\n\n")
	for i := range a.All {
		if q := &a.All[i]; first(q) {
			fmt.Fprintf(&out, "- **%s**: %s\n", show.Escaped(q.Title), show.Escaped(q.Headline))
		}
	}
	if t := a.Summary(); len(t.Columns) > 1 {
		out.WriteString("\n" + t.Markdown())
	}
	if a.Void != "" {
		out.WriteString("\n" + show.Escaped(a.Void) + "\n")
	}
	for i := range a.All {
		q := &a.All[i]
		if len(q.Says)+len(q.Tables) == 0 {
			continue
		}
		fmt.Fprintf(&out, "\n<details><summary>%s</summary>\n\n", show.Escaped(q.Title))
		for _, s := range q.Says {
			fmt.Fprintf(&out, "%s\n\n", show.Escaped(s))
		}
		for _, t := range q.Tables {
			fmt.Fprintf(&out, "%s\n", t.Markdown())
		}
		out.WriteString("</details>\n")
	}
	return out.String()
}

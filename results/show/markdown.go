package show

import (
	"strings"

	"cbench/results/words"
)

// Markdown is the table as GitHub Flavored Markdown (spec 0.29, 4.10), its title in bold above and its note below.
func (t Table) Markdown() string {
	var out strings.Builder
	if t.Title != "" {
		out.WriteString("**" + Escaped(t.Title) + "**\n\n")
	}
	line := func(cells []string) { out.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	var heads, rules []string
	for _, c := range t.Columns {
		heads = append(heads, Escaped(c.Head))
		if c.Left {
			rules = append(rules, ":---")
		} else {
			rules = append(rules, "---:")
		}
	}
	line(heads)
	line(rules)
	for _, row := range t.Rows {
		var cells []string
		for _, c := range row {
			text := Escaped(c.Text)
			if c.Model != "" {
				text = words.Code(c.Text)
			}
			if c.Detail != "" {
				text += " (" + Escaped(c.Detail) + ")"
			}
			cells = append(cells, text)
		}
		line(cells)
	}
	if t.Note != "" {
		out.WriteString("\n" + Escaped(t.Note) + "\n")
	}
	return out.String()
}

// Escaped is text with what Markdown would take for markup made plain. Backquotes around names of models stay.
func Escaped(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`, "\n", " ").Replace(words.Printable(text))
}

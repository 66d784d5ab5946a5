package results

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// TableOptions is where a table is to be read.
type TableOptions struct {
	Width int  // columns of the terminal; 0: as wide as it gets
	Color bool // a terminal that shows colour, and more than ASCII
}

// plain is the text in ASCII where there is no colour: what is piped may be read anywhere.
func (o TableOptions) plain(text string) string {
	if o.Color {
		return text
	}
	return strings.NewReplacer("±", "+-", "µ", "u", "–", "-", "─", "-", "×", "x", "−", "-").Replace(text)
}

// columnGap stands between columns.
const columnGap = "  "

// writeAligned writes rows in columns: names to the left, as are the columns named, figures to the right, a rule under the head.
func writeAligned(out *strings.Builder, cells [][]string, opts TableOptions, left ...int) {
	widths := columnWidths(cells)
	for i, row := range cells {
		var line strings.Builder
		for j, cell := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell))
			switch {
			case j == 0:
				line.WriteString(cell + pad)
			case slices.Contains(left, j):
				line.WriteString(columnGap + cell + pad)
			default:
				line.WriteString(columnGap + pad + cell)
			}
		}
		text := strings.TrimRight(line.String(), " ")
		if i > 0 {
			fmt.Fprintln(out, text)
			continue
		}
		fmt.Fprintln(out, opts.mark(bold, text))
		fmt.Fprintln(out, strings.Repeat("─", totalWidth(cells)))
	}
}

func columnWidths(cells [][]string) []int {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for j, cell := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

func totalWidth(cells [][]string) int {
	total := -len(columnGap)
	for _, w := range columnWidths(cells) {
		total += w + len(columnGap)
	}
	return total
}

// Select Graphic Rendition, ECMA-48 8.3.117.
const (
	bold = "\x1b[1m"
	red  = "\x1b[31m"
)

// mark makes s stand out where there is colour.
func (o TableOptions) mark(with, s string) string {
	if !o.Color {
		return s
	}
	return with + s + "\x1b[0m"
}

// printable keeps what a foreign server or a file said from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || (r >= 0x80 && r < 0xA0) {
			return ' '
		}
		return r
	}, s)
}

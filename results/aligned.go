package results

import (
	"cbench/results/words"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// TableOptions is where a table is to be read.
type TableOptions struct {
	Width int  // columns of the terminal; 0: as wide as it gets
	Color bool // a terminal that shows colour
}

// columnGap stands between columns.
const columnGap = "  "

// writeAligned writes rows in columns: names to the left, as are the columns named, figures to the right, a rule under the head. The head
// takes several lines where the table would be wider than the terminal else.
func writeAligned(out *strings.Builder, cells [][]string, opts TableOptions, left ...int) {
	heads := cells[:1]
	if opts.Width > 0 && totalWidth(cells) > opts.Width {
		heads = brokenHead(cells)
	}
	widths := columnWidths(slices.Concat(heads, cells[1:]))
	for _, head := range heads {
		fmt.Fprintln(out, opts.mark(bold, alignedRow(head, widths, left)))
	}
	fmt.Fprintln(out, strings.Repeat("─", sumOf(widths)))
	for _, row := range cells[1:] {
		fmt.Fprintln(out, alignedRow(row, widths, left))
	}
}

// alignedRow is one line of a table.
func alignedRow(row []string, widths, left []int) string {
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
	return strings.TrimRight(line.String(), " ")
}

// brokenHead is the head in lines, each column no wider than its figures or its longest word; what is short stands at the bottom.
func brokenHead(cells [][]string) [][]string {
	body := columnWidths(slices.Concat([][]string{make([]string, len(cells[0]))}, cells[1:]))
	broken := make([][]string, len(cells[0]))
	tall := 0
	for j, head := range cells[0] {
		inWords := strings.Fields(head)
		for _, word := range inWords {
			body[j] = max(body[j], utf8.RuneCountInString(word))
		}
		line := ""
		for _, word := range inWords {
			if line != "" && utf8.RuneCountInString(line+" "+word) > body[j] {
				broken[j] = append(broken[j], line)
				line = ""
			}
			line = strings.TrimLeft(line+" "+word, " ")
		}
		broken[j] = append(broken[j], line)
		tall = max(tall, len(broken[j]))
	}
	heads := make([][]string, tall)
	for i := range heads {
		heads[i] = make([]string, len(broken))
		for j, lines := range broken {
			if at := i - (tall - len(lines)); at >= 0 {
				heads[i][j] = lines[at]
			}
		}
	}
	return heads
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

func totalWidth(cells [][]string) int { return sumOf(columnWidths(cells)) }

// sumOf is how wide columns are together, with what stands between them.
func sumOf(widths []int) int {
	total := -len(columnGap)
	for _, w := range widths {
		total += w + len(columnGap)
	}
	return total
}

// wrapped is a text in lines that fit, all but the first a little to the right.
func (o TableOptions) wrapped(text string) string {
	return strings.Join(words.Wrap(text, max(0, o.Width-len(columnGap))), "\n"+columnGap)
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

// WriteRows writes rows in columns, the first being the head: names to the left, as are the columns named, figures to the right. The error
// is the writer's.
func WriteRows(w io.Writer, rows [][]string, opts TableOptions, left ...int) error {
	var out strings.Builder
	writeAligned(&out, rows, opts, left...)
	_, err := io.WriteString(w, out.String())
	return err
}

// RowsWidth is how many columns of a terminal the rows take.
func RowsWidth(rows [][]string) int { return totalWidth(rows) }

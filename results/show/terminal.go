package show

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"cbench/results/words"
)

// Terminal is where a table is to be read.
type Terminal struct {
	Width int  // columns; 0: as wide as it gets
	Color bool // it shows colour
}

const (
	columnGap = "  "
	longest   = 24 // a name is shortened to so many columns where a table is too wide
	leastRoom = 12 // for the lines of a sentence
)

// Select Graphic Rendition, ECMA-48 8.3.117.
const (
	bold  = "1"
	green = "32"
	red   = "31"
	faint = "2"
)

func (o Terminal) mark(with, s string) string {
	if !o.Color || s == "" {
		return s
	}
	return "\x1b[" + with + "m" + s + "\x1b[0m"
}

// Bold is s in bold where there is colour.
func (o Terminal) Bold(s string) string { return o.mark(bold, s) }

// Faint is s less bright where there is colour.
func (o Terminal) Faint(s string) string { return o.mark(faint, s) }

// Lines breaks a text to the width, all lines but the first indented. Names of models lose their backquotes.
func (o Terminal) Lines(text string, indent int) string {
	room := 0
	if o.Width > 0 {
		room = max(20, o.Width-indent)
	}
	return strings.Join(words.Wrap(Plainly(text), room), "\n"+strings.Repeat(" ", indent))
}

// Plainly is a sentence without the marks around names of models.
func Plainly(sentence string) string { return strings.ReplaceAll(words.Printable(sentence), "`", "") }

// WriteTo writes the table in columns. Where it is too wide, heads are shortened, then details and minor columns are left
// out, then names shortened; what was left out is said below.
func (t Table) WriteTo(w io.Writer, o Terminal) error {
	if len(t.Columns) == 0 {
		return nil
	}
	var out strings.Builder
	if t.Title != "" {
		fmt.Fprintln(&out, o.Bold(o.Lines(t.Title, 0)))
	}
	f := t.fitted(o.Width)
	widths := f.widths()
	f.narrow(widths, o.Width)
	for _, line := range f.heads {
		fmt.Fprintln(&out, o.Bold(f.row(line, widths, nil)))
	}
	fmt.Fprintln(&out, strings.Repeat("─", total(widths)))
	for i, row := range f.rows {
		for _, line := range f.lines(row, widths) {
			fmt.Fprintln(&out, f.row(line, widths, func(j int, s string) string {
				switch t.Rows[i][f.kept[j]].Mark {
				case Good:
					return o.mark(green, s)
				case Bad:
					return o.mark(red, s)
				}
				return s
			}))
		}
	}
	for _, note := range []string{t.Note, f.leftOut} {
		if note != "" {
			fmt.Fprintln(&out, o.Faint(o.Lines(note, 0)))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Width is how many columns of a terminal the whole table takes under short heads.
func (t Table) Width() int {
	all := make([]int, len(t.Columns))
	for j := range all {
		all[j] = j
	}
	return total(t.as(all, true, true, false).widths())
}

// fit is a table as it is written: the columns kept, their heads in lines, the text of each cell.
type fit struct {
	kept    []int
	left    []bool
	names   []bool // of models: shortened, and not broken into lines
	heads   [][]string
	rows    [][]string
	leftOut string
}

// fitted tries ever narrower ways to write the table until one is no wider than that; 0: the first.
func (t Table) fitted(width int) (f fit) {
	kept := make([]int, len(t.Columns))
	for j := range kept {
		kept[j] = j
	}
	var dropped []string
	for detail, short, cut := true, false, false; ; {
		f = t.as(kept, detail, short, cut)
		if width == 0 || total(f.widths()) <= width {
			break
		}
		minor := -1
		for at, j := range kept {
			if t.Columns[j].Minor {
				minor = at
			}
		}
		switch {
		case !short:
			short = true
		case detail && t.detailed(kept):
			detail = false
			dropped = append(dropped, "details")
		case minor >= 0:
			dropped = append(dropped, t.Columns[kept[minor]].Head)
			kept = slices.Delete(slices.Clone(kept), minor, minor+1)
		case !cut:
			cut = true
		default:
			return f.saying(dropped)
		}
	}
	return f.saying(dropped)
}

func (f fit) saying(dropped []string) fit {
	if len(dropped) > 0 {
		f.leftOut = "Too narrow for: " + words.List(dropped) + "."
	}
	return f
}

func (t Table) detailed(kept []int) bool {
	for _, row := range t.Rows {
		for _, j := range kept {
			if row[j].Detail != "" {
				return true
			}
		}
	}
	return false
}

func (t Table) as(kept []int, detail, short, cut bool) (f fit) {
	f = fit{kept: kept}
	heads := make([]string, len(kept))
	for at, j := range kept {
		c := t.Columns[j]
		heads[at] = c.Head
		if short && c.Short != "" {
			heads[at] = c.Short
		}
		f.left = append(f.left, c.Left)
		f.names = append(f.names, slices.ContainsFunc(t.Rows, func(row []Cell) bool { return row[j].Model != "" }))
	}
	for _, row := range t.Rows {
		line := make([]string, len(kept))
		for at, j := range kept {
			line[at] = words.Printable(row[j].Text)
			if cut && row[j].Model != "" {
				line[at] = words.Shorten(line[at], longest)
			}
			if detail && row[j].Detail != "" {
				line[at] += " (" + words.Printable(row[j].Detail) + ")"
			}
		}
		f.rows = append(f.rows, line)
	}
	f.heads = broken(heads, f.rows, short)
	return f
}

// broken is the heads in lines; where they are to be short each column is no wider than its cells or its longest word. What
// is short stands at the bottom.
func broken(heads []string, rows [][]string, short bool) [][]string {
	if !short {
		return [][]string{heads}
	}
	var lines [][]string
	tall := 0
	for j, head := range heads {
		room := 0
		for _, row := range rows {
			room = max(room, utf8.RuneCountInString(row[j]))
		}
		for _, word := range strings.Fields(head) {
			room = max(room, utf8.RuneCountInString(word))
		}
		lines = append(lines, words.Wrap(head, room))
		tall = max(tall, len(lines[j]))
	}
	all := make([][]string, tall)
	for i := range all {
		all[i] = make([]string, len(heads))
		for j := range heads {
			if at := i - (tall - len(lines[j])); at >= 0 {
				all[i][j] = lines[j][at]
			}
		}
	}
	return all
}

func (f fit) widths() []int {
	widths := make([]int, len(f.kept))
	for _, row := range slices.Concat(f.heads, f.rows) {
		for j, cell := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

// narrow takes from the columns of sentences, the widest first, what a table is still too wide by; they take several lines then.
func (f fit) narrow(widths []int, width int) {
	for width > 0 && total(widths) > width {
		widest := -1
		for j, w := range widths {
			if f.left[j] && !f.names[j] && w > leastRoom && (widest < 0 || w > widths[widest]) {
				widest = j
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// lines is a row in as many lines as its longest sentence takes; figures stand in the first.
func (f fit) lines(row []string, widths []int) (lines [][]string) {
	for j, cell := range row {
		parts := []string{cell}
		if utf8.RuneCountInString(cell) > widths[j] {
			parts = words.Wrap(cell, widths[j])
		}
		for i, part := range parts {
			if i == len(lines) {
				lines = append(lines, make([]string, len(row)))
			}
			lines[i][j] = words.Shorten(part, widths[j])
		}
	}
	return lines
}

func total(widths []int) int {
	sum := -len(columnGap)
	for _, w := range widths {
		sum += w + len(columnGap)
	}
	return sum
}

// row is one line; marked, if there is one, gives a cell its colour once it is padded.
func (f fit) row(cells []string, widths []int, marked func(j int, s string) string) string {
	var line strings.Builder
	for j, cell := range cells {
		pad := strings.Repeat(" ", max(0, widths[j]-utf8.RuneCountInString(cell))) // a head may be wider than its narrowed column
		if marked != nil {
			cell = marked(j, cell)
		}
		if j > 0 {
			line.WriteString(columnGap)
		}
		if f.left[j] {
			line.WriteString(cell + pad)
		} else {
			line.WriteString(pad + cell)
		}
	}
	return strings.TrimRight(line.String(), " ")
}

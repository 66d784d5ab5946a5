package results

import (
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteOriginals writes every original below the model of ours that imitates it, a table for those that speak lines and one for HTTP. Below
// each stands where its figures were measured. It writes nothing where there is no pair. The error is the writer's.
func WriteOriginals(w io.Writer, run *record.Run, cells []record.Cell, opts TableOptions) error {
	var out strings.Builder
	o := OriginalsOf(run, cells)
	if o == nil {
		return nil
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		fmt.Fprintf(&out, "\n%s\n", opts.mark(bold, "The originals, below the model of ours that imitates each ("+t.Name+")"))
		rows := t.rows()
		if opts.Width > 0 && totalWidth(rows) > opts.Width {
			for j := range rows {
				rows[j] = rows[j][:len(rows[j])-1] // versions tell of the language too
			}
		}
		writeAligned(&out, rows, opts)
		opts.writeIndented(&out, "Measured under: "+t.Places()+".")
		if versions := t.versions(); versions != "" {
			opts.writeIndented(&out, "Versions: "+versions+".")
		}
		opts.writeIndented(&out, "x: CPU of the original over that of ours, called a difference only where it is one; =: no difference was found; ?: too little is known.")
	}
	opts.writeIndented(&out, slopeNote)
	_, err := io.WriteString(w, out.String())
	return err
}

// WriteApart says where the originals are that the tables of all models leave out, and which of their repetitions are void and why. The error
// is the writer's.
func WriteApart(w io.Writer, apart []record.Cell, opts TableOptions) error {
	var out strings.Builder
	if len(apart) == 0 {
		return nil
	}
	names := map[string]bool{}
	void, times := map[string]string{}, map[string]int{}
	for i := range apart {
		c := &apart[i]
		names[c.Model] = true
		if !c.Valid {
			times[c.Model]++
			if len(c.Void) > 0 {
				void[c.Model] = words.Printable(c.Void[0])
			}
		}
	}
	fmt.Fprintln(&out)
	opts.writeIndented(&out, fmt.Sprintf("%s of other makes stand below, beside the models of ours that imitate them; every figure of theirs is in the report.", words.Plural(len(names), "server")))
	for _, name := range slices.Sorted(maps.Keys(times)) {
		opts.writeIndented(&out, fmt.Sprintf("%s: %s void, such as: %s", words.Printable(name), words.Plural(times[name], "repetition"), void[name]))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// slopeNote is what to know of the memory of servers of other makes.
const slopeNote = "Memory is taken of all by the same means: anonymous pages from outside, and the server's own cgroup for the kernel. " +
	"It is a slope over N, or where one N alone was measured what so many add to the empty server: an interpreter's own base is not in it."

var shortTitles = map[string]string{"cpu": "CPU", "p50": "p50", "p99": "p99", "user": "user/c", "kernel": "kernel/c", "stall": "stall"}

// rows is the table, the head its first row.
func (t *Beside) rows() [][]string {
	head := []string{"server"}
	for _, c := range t.Columns {
		if head = append(head, shortTitles[c.Key]); c.Key == "cpu" {
			if head[len(head)-1] += "/" + lastWord(c.Title); t.firstOf(c.Key, c.Setting) {
				head = append(head, "to ours")
			}
		}
	}
	rows := [][]string{append(head, "for")}
	for i := range t.Pairs {
		p := &t.Pairs[i]
		if i == 0 || t.Pairs[i-1].Ours != p.Ours {
			rows = append(rows, t.row(p.Ours, "Go, ours", p, func(b Both) Side { return b.Ours }, false))
		}
		rows = append(rows, t.row("  "+p.Original, p.Language, p, func(b Both) Side { return b.Original }, true))
	}
	return rows
}

func (t *Beside) firstOf(key string, s Setting) bool {
	at, ok := t.Column(key)
	return ok && t.Columns[at].Setting == s
}

func (t *Beside) row(name, language string, p *Pair, side func(Both) Side, original bool) []string {
	row := []string{words.Printable(name)}
	for i, c := range t.Columns {
		row = append(row, c.InWords(side(p.Figures[i])))
		if c.Key == "cpu" && t.firstOf(c.Key, c.Setting) {
			ratio := ""
			if original {
				ratio = ratioInWords(p.Figures[i].Ratio)
			}
			row = append(row, ratio)
		}
	}
	return append(row, words.Printable(language))
}

// InWords is the figure, "void" where no repetition is valid, and a dash where it was not measured.
func (c *BesideColumn) InWords(s Side) string {
	switch {
	case s.N > 0:
		return c.Words(s.Mid)
	case s.Void != "":
		return "void"
	}
	return "–"
}

// ratioInWords is a ratio with its verdict: "x14 (13 to 15)", "=", "?".
func ratioInWords(c *Comparison) string {
	switch {
	case c == nil || c.Ratio.N == 0:
		return "–"
	case c.Verdict == Same:
		return "="
	case c.Verdict == Unknown:
		return words.Digits(c.Ratio.Mid) + "?"
	}
	return fmt.Sprintf("×%s (%s to %s)", words.Digits(c.Ratio.Mid), words.Digits(c.Ratio.Low), words.Digits(c.Ratio.High))
}

func (t *Beside) versions() string {
	var all []string
	for _, p := range t.Pairs {
		if p.Version != "" {
			all = append(all, words.Printable(p.Version))
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// Places is where each column was measured, those of one place together: "CPU per message: echo, N = 1,000 (closed loop …)".
func (t *Beside) Places() string {
	var places []string
	var titles [][]string
	for _, c := range t.Columns {
		n := fmt.Sprintf("N = %s", words.Number(float64(c.Conns)))
		if c.Conns == 0 {
			n = "slope over N"
		}
		place := fmt.Sprintf("%s, %s (%s)", words.Printable(c.Setting.Scenario), n, c.Setting.Params)
		at := slices.Index(places, place)
		if at < 0 {
			at = len(places)
			places, titles = append(places, place), append(titles, nil)
		}
		titles[at] = append(titles[at], c.Title)
	}
	for i := range places {
		places[i] = strings.Join(titles[i], ", ") + ": " + places[i]
	}
	return strings.Join(places, "; ")
}

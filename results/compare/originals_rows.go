package compare

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/words"
)

// rows is the table, the head its first row.
func (t *Beside) Rows() [][]string {
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

func (t *Beside) firstOf(key string, s figure.Setting) bool {
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
				ratio = RatioInWords(p.Figures[i].Ratio)
			}
			row = append(row, ratio)
		}
	}
	return append(row, words.Printable(language))
}

func (t *Beside) Versions() string {
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

var shortTitles = map[string]string{"cpu": "CPU", "p50": "p50", "p99": "p99", "user": "user/c", "kernel": "kernel/c", "stall": "stall"}

// ratioInWords is a ratio with its verdict: "x14 (13 to 15)", "=", "?".
func RatioInWords(c *Comparison) string {
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

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

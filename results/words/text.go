package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Printable is s without what would steer a terminal or a page: a foreign server or a file may have said it.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || (r >= 0x80 && r < 0xA0) {
			return ' '
		}
		return r
	}, s)
}

// Shell is a word as a shell takes it, quoted where a shell would not leave it alone (POSIX.1-2024, Shell Command Language,
// 2.2.2).
func Shell(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=./:,+%@", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Shorten is s in at most so many letters: of a longer one the middle is left out, because names differ at their ends.
func Shorten(s string, most int) string {
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	if most < 3 {
		return string(letters[:max(0, most)])
	}
	head := most / 2
	return string(letters[:head]) + "…" + string(letters[len(letters)-(most-head-1):])
}

// Code is the name of a model within a sentence. Names stand between backquotes, so that a page can show them in their colour.
func Code(name string) string { return "`" + strings.ReplaceAll(Printable(name), "`", "'") + "`" }

// Codes is Code of each name.
func Codes(names []string) []string {
	var all []string
	for _, name := range names {
		all = append(all, Code(name))
	}
	return all
}

// Wrap breaks a text at spaces into lines of at most width columns; 0: into one line.
func Wrap(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last >= 0 && (width == 0 || len([]rune(lines[last]))+1+len([]rune(word)) <= width) {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

// List is "a", "a and b", "a, b and c".
func List(words []string) string { return joined(words, "and") }

// Either is "a", "a or b", "a, b or c".
func Either(words []string) string { return joined(words, "or") }

func joined(words []string, last string) string {
	n := len(words)
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
}

// Capital is s with its first letter large, except where it begins with a percentile: p99 stays p99.
func Capital(s string) string {
	if s == "" || len(s) > 1 && s[0] == 'p' && s[1] >= '0' && s[1] <= '9' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Plural is "1 comparison", "2 comparisons".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Whole(n) + " " + noun + "s"
}

// Whole is a whole number with its thousands set off: "10,000".
func Whole(n int) string { return Number(float64(n)) }

// Rate is a rate a second in three digits: a fourth is never known.
func Rate(v float64) string {
	if v >= 100 {
		unit := math.Pow(10, math.Floor(math.Log10(v))-2)
		v = math.Round(v/unit) * unit
	}
	return PerSecond(v)
}

// Percent is the size of a share, without its sign: whole per cent from 10% on, two digits below.
func Percent(share float64) string {
	share = math.Abs(share)
	switch {
	case share == 0:
		return "0%"
	case share < 0.0001:
		return "<0.01%"
	case share < 0.0995:
		return strconv.FormatFloat(100*share, 'g', 2, 64) + "%"
	}
	return fmt.Sprintf("%.0f%%", 100*share)
}

// Signed is a share in per cent with a minus sign where it is below 0.
func Signed(share float64) string {
	if share < 0 {
		return "−" + Percent(share)
	}
	return Percent(share)
}

// Times is a factor in two digits, and from 100 in three.
func Times(v float64) string {
	if v >= 99.5 {
		return Rate(v)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// WithoutFigures is s without digits and points: reasons of one kind are alike without them.
func WithoutFigures(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}

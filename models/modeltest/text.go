package modeltest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text is bytes as a transcript writes them, with what is filled in when it is played.
type text struct {
	pieces []piece
	open   bool // ends in a lone backslash: no line end follows
}

// piece is bytes as they stand, or one ${…}.
type piece struct {
	bytes string
	times string // how often the bytes come: a number or a variable; "": once
	name  string // a variable or a wildcard, in place of bytes
	add   int    // to the variable, which is a number
}

// wildcards are what may stand for bytes that a transcript cannot know, each as the regular expression of what it takes.
var wildcards = map[string]string{"text": `.+`, "count": `[0-9]+`, "positive": `[1-9][0-9]*`}

const mostTimes = 1 << 20

var (
	variable  = regexp.MustCompile(`^[a-z]+$`)
	summed    = regexp.MustCompile(`^([a-z]+)([+-][0-9]{1,4})$`)
	repeated  = regexp.MustCompile(`^(.*) \* ([0-9]{1,7}|[a-z]+)$`)
	byteRange = regexp.MustCompile(`^(\\x[0-9a-f]{2})-(\\x[0-9a-f]{2})$`)
)

// readText reads s. known reports whether what is filled in may have that name.
func readText(s string, known func(name string) bool) (x text) {
	if !utf8.ValidString(s) {
		malformedf(`the line is not UTF-8: write other bytes as \xff`)
	}
	for s != "" {
		before, after, found := strings.Cut(s, "${")
		if !found && strings.HasSuffix(strings.ReplaceAll(before, `\\`, ""), `\`) {
			before, x.open = before[:len(before)-1], true
		}
		x.pieces = append(x.pieces, piece{bytes: unescape(before)})
		if !found {
			break
		}
		inside, rest, closed := strings.Cut(after, "}")
		if !closed {
			malformedf("${%s has no }", after)
		}
		x.pieces, s = append(x.pieces, readPiece(inside, known)), rest
	}
	return x
}

func readPiece(s string, known func(name string) bool) (p piece) {
	if m := summed.FindStringSubmatch(s); m != nil {
		p.name = m[1]
		p.add, _ = strconv.Atoi(m[2])
	} else if m := repeated.FindStringSubmatch(s); m != nil {
		p.bytes, p.times = unescape(m[1]), m[2]
		if variable.MatchString(p.times) && !known(p.times) {
			malformedf("${%s}: nothing here is called %s", s, p.times)
		}
	} else if m := byteRange.FindStringSubmatch(s); m != nil {
		for c := int(unescape(m[1])[0]); c <= int(unescape(m[2])[0]); c++ {
			p.bytes += string([]byte{byte(c)})
		}
	} else if variable.MatchString(s) {
		p.name = s
	} else if s != "" {
		malformedf(`${%s} is neither a name, nor a sum (i+1), nor a repetition (x * 10), nor a range (\x00-\x1f)`, s)
	}
	if p.name != "" && !known(p.name) {
		malformedf("${%s}: nothing here is called %s", s, p.name)
	}
	return p
}

// unescape reads Go's escapes.
func unescape(s string) string {
	var b []byte
	for s != "" {
		r, multibyte, rest, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			malformedf(`%.10q: an escape is one of \\ \r \n \t \x00 \u0000`, s)
		}
		if multibyte {
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, byte(r))
		}
		s = rest
	}
	return string(b)
}

// fill is the bytes, with a mark in the place of each wildcard.
func (x text) fill(vars map[string]string) string {
	var b strings.Builder
	for _, p := range x.pieces {
		value, isVariable := vars[p.name]
		switch {
		case p.name != "" && !isVariable:
			value = mark(p.name)
		case p.add != 0:
			n, _ := strconv.Atoi(value)
			value = strconv.Itoa(n + p.add)
		case p.times != "":
			value = p.repeat(vars)
		case p.name == "":
			value = p.bytes
		}
		b.WriteString(value)
	}
	return b.String()
}

func (p piece) repeat(vars map[string]string) string {
	times := p.times
	if value, isVariable := vars[times]; isVariable {
		times = value
	}
	n, _ := strconv.Atoi(times)
	return strings.Repeat(p.bytes, min(max(n, 0), mostTimes))
}

// wild is how many wildcards it has.
func (x text) wild() (n int) {
	for _, p := range x.pieces {
		if wildcards[p.name] != "" {
			n++
		}
	}
	return n
}

// number is the bytes where they are digits.
func (x text) number(vars map[string]string) int {
	n, _ := strconv.Atoi(x.fill(vars))
	return n
}

// mark is what stands for a wildcard in bytes: in JSON, a string that no server sends by chance.
func mark(wildcard string) string { return `"\u0000` + wildcard + `"` }

// marked finds a mark, and in it the wildcard's name.
var marked = regexp.MustCompile(`"\\u0000([a-z]+)"`)

// readable shows what is expected as the transcript does.
func readable(want string) string { return quote(marked.ReplaceAllString(want, "$${$1}")) }

// takes reports whether the line got is what want says.
func takes(want, got string) bool {
	if strings.HasPrefix(want, "{") {
		return sameJSONText(want, got)
	}
	at := marked.FindStringSubmatchIndex(want)
	if at == nil {
		return got == want
	}
	got, begins := strings.CutPrefix(got, want[:at[0]])
	got, ends := strings.CutSuffix(got, want[at[1]:])
	return begins && ends && wildcardTakes(want[at[2]:at[3]], got)
}

func wildcardTakes(name, got string) bool {
	return regexp.MustCompile(`(?s)^(` + wildcards[name] + `)$`).MatchString(got)
}

func sameJSONText(want, got string) bool {
	var a, b any
	return json.Unmarshal([]byte(want), &a) == nil && json.Unmarshal([]byte(got), &b) == nil && sameJSON(a, b)
}

// sameJSON reports whether got is what want says. A wildcard takes a text that is not empty, or a whole number.
func sameJSON(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		got, is := got.(map[string]any)
		return is && maps.EqualFunc(want, got, sameJSON)
	case []any:
		got, is := got.([]any)
		return is && slices.EqualFunc(want, got, sameJSON)
	case string:
		name, isWild := strings.CutPrefix(want, "\x00")
		if !isWild {
			return want == got
		}
		if number, is := got.(float64); is {
			return name != "text" && wildcardTakes(name, strconv.FormatFloat(number, 'f', -1, 64))
		}
		text, _ := got.(string)
		return name == "text" && wildcardTakes(name, text)
	}
	return want == got
}

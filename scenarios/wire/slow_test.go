package wire

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The slow, obvious decoder: the table of the workload page read aloud. It sees the whole stream at once and is
// written from the page, not from decode.go.

// plain is a request as strings, so that two can be compared with ==. Why a request is bad is law only up to its
// first word.
type plain struct {
	kind             Kind
	body, room, name string
	text, how, bad   string
	delay            time.Duration
	form             Form
	why              Refusal // its first word is bad
	since, size      int64
	files            int
}

var (
	room   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	name   = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,32}$`)
	millis = regexp.MustCompile(`^[0-9]{1,5}$`)
	how    = regexp.MustCompile(`^(inline|spin|offload|deep)$`)
)

func decodeSlowly(stream []byte) (all []plain) {
	lines, joined := bytes.Split(stream, []byte("\n")), false
	for i, line := range lines {
		p, whole := plain{}, i < len(lines)-1
		switch {
		case len(line) > 65536:
			p = plain{kind: Bad, bad: "too-long", form: last}
		case !whole:
			return all
		default:
			p = readSlowly(string(line))
		}
		switch {
		case p.kind == Join && joined:
			p = plain{kind: Bad, bad: "bad-request", form: last}
		case p.kind == Join:
			joined = true
		case p.kind == Say && !joined:
			p = plain{kind: Bad, bad: "not-joined"}
		}
		if all = append(all, p); p.form.Last() {
			return all
		}
	}
	return all
}

func readSlowly(line string) plain {
	if strings.HasPrefix(line, "ECHO ") {
		return plain{kind: Echo, body: line + "\n"}
	}
	line = strings.TrimSuffix(line, "\r")
	words := strings.Split(line, " ")
	text, isSay := strings.CutPrefix(line, "SAY ")
	switch {
	case line == "STATS":
		return plain{kind: Stats}
	case line == "QUIT":
		return plain{kind: Quit, form: last}
	case isSay && text != "" && len(text) <= 4096 && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl):
		return plain{kind: Say, text: text}
	case words[0] == "JOIN" && len(words) == 3 && room.MatchString(words[1]) && name.MatchString(words[2]):
		return plain{kind: Join, room: words[1], name: words[2]}
	case words[0] == "BLOCK" && len(words) == 3 && millis.MatchString(words[1]) && how.MatchString(words[2]):
		if ms, _ := strconv.Atoi(words[1]); 1 <= ms && ms <= 10000 {
			return plain{kind: Block, delay: time.Duration(ms) * time.Millisecond, how: words[2]}
		}
	}
	return plain{kind: Bad, bad: "bad-request", form: last}
}

// plainly copies what a request says, for its bytes are borrowed.
func plainly(r *Request) plain {
	p := plain{
		kind: r.Kind, body: string(r.Body), room: string(r.Room), name: string(r.Name), text: string(r.Text), delay: r.Delay,
		form: r.Form, why: r.Refusal, since: r.Since, size: r.Size, files: r.Files,
	}
	if r.Kind == Bad {
		p.bad, _, _ = strings.Cut(refusals[r.Refusal].line, " ")
	}
	if r.Kind == Block {
		p.how = [...]string{Inline: "inline", Spin: "spin", Offload: "offload", Deep: "deep"}[r.How]
	}
	return p
}

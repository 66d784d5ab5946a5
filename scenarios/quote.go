package scenarios

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// What came and what was wanted, for a line of print.

const (
	mostLine = 80 // bytes of a line that are quoted
	mostBody = 48 // and of a body
	around   = 16 // on each side of where two differ
)

// Wanted is what a connection is to be told: in words, "" for nothing; and byte for byte, where that is known.
type Wanted struct {
	Words string
	Text  []byte
}

func wantedLine(line []byte) Wanted { return Wanted{brief(line, mostBody), line} }

// Missed says that it did not come, and what came instead.
func (w Wanted) Missed(instead string) string {
	if w.Words == "" {
		w.Words = "nothing"
	}
	return "wanted " + w.Words + ", got " + instead
}

// Not says so of bytes, and where they differ if their beginnings do not show that.
func (w Wanted) Not(came []byte) string {
	missed := w.Missed(Quote(came))
	if bytes.HasPrefix(came, []byte(httpWord)) {
		var reader answers
		a, _ := reader.next(came, false)
		came = a.body
	}
	same := 0
	for same < min(len(came), len(w.Text)) && came[same] == w.Text[same] {
		same++
	}
	if same < mostBody || same == len(w.Text) && same == len(came) {
		return missed
	}
	cut := func(p []byte) string { return strconv.Quote(string(p[max(0, same-around):min(len(p), same+around)])) }
	return fmt.Sprintf("%s; they differ from byte %d on: %s, not %s", missed, same, cut(came), cut(w.Text))
}

// Quote is what a connection was told instead of what it wanted: a line, or of an HTTP answer the status line, the body and what
// makes it none.
func Quote(came []byte) string {
	if !bytes.HasPrefix(came, []byte(httpWord)) {
		return brief(came, mostLine)
	}
	status, _, _ := bytes.Cut(came, []byte{'\n'})
	words := brief(bytes.TrimSuffix(status, []byte{'\r'}), mostLine)
	var reader answers
	a, wrong := reader.next(came, false)
	switch {
	case wrong != "":
		return words + ": " + wrong
	case a.status == 0:
		return words + " and a head that does not end"
	case a.size == 0 && a.length > len(a.body):
		return fmt.Sprintf("%s with %d of %s of body %s", words, len(a.body), plural(a.length), brief(a.body, mostBody))
	case a.size == 0:
		return fmt.Sprintf("%s with %s of a body that does not end: %s", words, plural(len(a.body)), brief(a.body, mostBody))
	}
	return words + withBody(a.body)
}

// withBody is a body in words, behind a status.
func withBody(body []byte) string {
	if len(body) == 0 {
		return " without a body"
	}
	return fmt.Sprintf(" with %s of body %s", plural(len(body)), brief(body, mostBody))
}

func plural(n int) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.Itoa(n) + " bytes"
}

// Echoed says of an answer to a posted body what is wrong with it, "" if nothing is; status is as "HTTP/1.1 200 OK".
func Echoed(posted []byte, status string, code int, body []byte) string {
	if code == 200 && bytes.Equal(body, posted) {
		return ""
	}
	return wantedBody(posted).Missed(brief([]byte(status), mostLine) + withBody(body))
}

func wantedBody(text []byte) Wanted { return Wanted{"status 200" + withBody(text), text} }

// brief is p in quotes, cut off behind most bytes.
func brief(p []byte, most int) string {
	if len(p) <= most {
		return strconv.Quote(string(p))
	}
	return strings.TrimSuffix(strconv.Quote(string(p[:most])), `"`) + `…"`
}

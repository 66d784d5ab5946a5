package scenarios

import (
	"bytes"
	"encoding/json"

	"cbench/scenarios/wire"
)

// answers reads HTTP/1.1 answers with status 200 and a Content-Length, which is what every right answer here has. One serves all
// connections of a share: a server's heads are all alike, and one seen before is not parsed again.
type answers struct {
	known  []byte // the last head that was right
	length int    // of the body that it announced
}

const (
	httpWord   = "HTTP/1."
	statusLine = "HTTP/1.1 200 "
	hostField  = "Host: localhost\r\n"
)

// head is the length of the head at the front of in, 0 while it is not whole, and of the body that follows. It is
// not ok as soon as this can be no right answer.
func (a *answers) head(in []byte) (head, length int, ok bool) {
	if n := len(a.known); n > 0 && len(in) >= n && string(in[:n]) == string(a.known) {
		return n, a.length, true
	}
	n := min(len(in), len(statusLine))
	if string(in[:n]) != statusLine[:n] {
		return 0, 0, false
	}
	end := bytes.Index(in, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, 0, len(in) <= wire.MaxHead
	}
	_, fields, _ := bytes.Cut(in[:end+2], []byte("\r\n"))
	if length, ok = contentLength(fields); !ok {
		return 0, 0, false
	}
	head = end + 4
	a.known, a.length = append(a.known[:0], in[:head]...), length
	return head, length, true
}

// object takes the next answer from the front of in: the JSON of its body, without the blanks that mean nothing; what is no right answer as
// it stands. Behind such a one it takes what cannot be told apart from it, as nil: the rest of it is torn.
func (a *answers) object(in []byte, torn *bool) (text []byte, took int) {
	if *torn {
		skip, found := seek(in)
		*torn = !found
		if !found || skip > 0 {
			return nil, skip
		}
	}
	head, length, ok := a.head(in)
	if ok && (head == 0 || len(in) < head+length) {
		return nil, 0
	}
	var compact bytes.Buffer
	if !ok || json.Compact(&compact, in[head:head+length]) != nil { // a length may be wrong, too
		*torn = true
		return in, 1 // so that the next answer is sought behind this one's first byte
	}
	return compact.Bytes(), head + length
}

// contentLength reads the fields of a head, each with its CRLF. It is not ok unless there is one Content-Length, no
// Transfer-Encoding beside it, and every line is a field (RFC 9112, sections 5 and 6).
func contentLength(fields []byte) (length int, ok bool) {
	for len(fields) > 0 {
		var line []byte
		line, fields, _ = bytes.Cut(fields, []byte("\r\n"))
		name, value, colon := bytes.Cut(line, []byte{':'})
		if !colon || len(name) == 0 || bytes.ContainsAny(name, " \t\r\n") {
			return 0, false
		}
		switch {
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			return 0, false
		case !bytes.EqualFold(name, []byte("Content-Length")):
			continue
		}
		number, rest := digits(bytes.Trim(value, " \t"))
		if ok || number < 0 || len(rest) > 0 {
			return 0, false
		}
		length, ok = int(number), true
	}
	return length, ok
}

// digits reads the decimal number at the front of p, of at most 18 digits: -1 if there is none.
func digits(p []byte) (number int64, rest []byte) {
	i := 0
	for ; i < len(p) && '0' <= p[i] && p[i] <= '9'; i++ {
		if i == 18 {
			return -1, p
		}
		number = number*10 + int64(p[i]-'0')
	}
	if i == 0 {
		return -1, p
	}
	return number, p[i:]
}

// seek skips what is no answer: all before the next that begins in it, and if none does, all that cannot be the
// beginning of one. No text of a run has a point in it, so that none is taken for an answer.
func seek(in []byte) (skip int, found bool) {
	if i := bytes.Index(in, []byte(httpWord)); i >= 0 {
		return i, true
	}
	keep := min(len(in), len(httpWord)-1)
	for string(in[len(in)-keep:]) != httpWord[:keep] {
		keep--
	}
	return len(in) - keep, false
}

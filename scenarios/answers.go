package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"cbench/scenarios/wire"
)

// answers reads HTTP/1.x answers as any client must (RFC 9112): by length, in chunks, or up to the end of the connection, with
// interim ones (1xx) before them. One serves all connections of a share: a server's heads are all alike, and one seen before
// is not parsed again.
type answers struct {
	known []byte // the last head that was read
	says  framing
	body  []byte // of the last answer in chunks, or what there was of it
}

// framing is what a head says of the answer.
type framing struct {
	status int
	length int  // of the body; or inChunks, or toTheEnd
	closes bool // the connection ends behind the answer
	idle   int  // seconds for which it says that it keeps an idle connection (Keep-Alive: timeout=5); 0: it does not say
}

// Lengths that only the body tells.
const (
	inChunks = -1
	toTheEnd = -2 // of the connection
)

// answer is the one at the front of what a connection received.
type answer struct {
	framing        // once its head is there; status is 0 before
	size    int    // bytes of it and of the interim ones before it; 0 while it is not whole
	body    []byte // what there is of it, good until the next answer is read
}

const (
	httpWord  = "HTTP/1."
	hostField = "Host: localhost\r\n"
)

// next reads the answer at the front of in; ended says that nothing follows in. wrong is why this is no answer at all, as soon as
// that is sure.
func (r *answers) next(in []byte, ended bool) (a answer, wrong string) {
	at := 0
	for a.status/100 <= 1 && a.status != 101 { // after 101 the connection speaks something else
		head, says, wrong := r.head(in[at:])
		if head == 0 || wrong != "" {
			return answer{}, wrong
		}
		a.framing, at = says, at+head
	}
	switch rest := in[at:]; {
	case a.length == inChunks:
		var n int
		n, wrong = r.chunks(rest)
		if a.body = r.body; n > 0 {
			a.size = at + n
		}
	case a.length == toTheEnd:
		if a.body = rest; ended {
			a.size = len(in)
		}
	case len(rest) >= a.length:
		a.body, a.size = rest[:a.length], at+a.length
	default:
		a.body = rest
	}
	return a, wrong
}

// head reads the head at the front of in: n is its bytes, 0 while it is not whole.
func (r *answers) head(in []byte) (n int, says framing, wrong string) {
	if n := len(r.known); n > 0 && len(in) >= n && string(in[:n]) == string(r.known) {
		return n, r.says, ""
	}
	if word := min(len(in), len(httpWord)); string(in[:word]) != httpWord[:word] {
		return 0, says, "it is no HTTP answer"
	}
	line, n, _ := cutLine(in)
	if n == 0 {
		return 0, says, tooLong(in)
	}
	f := fields{}
	if wrong = f.statusLine(line); wrong != "" {
		return 0, says, wrong
	}
	more, wrong := f.read(in[n:], cutLine)
	switch {
	case wrong != "":
		return 0, says, wrong
	case more == 0:
		return 0, says, tooLong(in)
	}
	n += more
	if says, wrong = f.framing(); wrong != "" {
		return 0, says, wrong
	}
	r.known, r.says = append(r.known[:0], in[:n]...), says
	return n, says, ""
}

func tooLong(head []byte) string {
	if len(head) > wire.MaxHead {
		return fmt.Sprintf("its head has over %d bytes", wire.MaxHead)
	}
	return ""
}

// cutLine is the line at the front of in without its end, and the bytes with it; 0 while it has none. A lone LF ends one too
// (RFC 9112, section 2.2).
func cutLine(in []byte) (line []byte, n int, wrong string) {
	n = bytes.IndexByte(in, '\n') + 1
	if n == 0 {
		return nil, 0, ""
	}
	return bytes.TrimSuffix(in[:n-1], []byte("\r")), n, ""
}

// fields is what of a head matters, while it is read.
type fields struct {
	status, minor                    int
	length                           int
	idle                             int
	hasLength, chunked, close, alive bool
}

// statusLine reads "HTTP/1.1 200 OK", of which the words may be missing.
func (f *fields) statusLine(line []byte) (wrong string) {
	const code = len(httpWord) + 2
	if len(line) < code+3 || line[code-1] != ' ' || len(line) > code+3 && line[code+3] != ' ' {
		return "its status line is not one of HTTP/1.x"
	}
	minor, _ := digits(line[len(httpWord) : code-1])
	status, rest := digits(line[code : code+3])
	if minor < 0 || status < 100 || len(rest) > 0 {
		return "its status line is not one of HTTP/1.x"
	}
	f.minor, f.status = int(minor), int(status)
	return ""
}

// read reads field lines up to the empty one; cut is what ends a line. n is their bytes, 0 while the empty one is not there.
func (f *fields) read(in []byte, cut func([]byte) ([]byte, int, string)) (n int, wrong string) {
	for {
		line, more, wrong := cut(in[n:])
		if more == 0 || wrong != "" {
			return 0, wrong
		}
		if n += more; len(line) == 0 {
			return n, ""
		}
		if wrong := f.add(line); wrong != "" {
			return 0, wrong
		}
	}
}

// add reads one field line (RFC 9112, sections 5 and 6).
func (f *fields) add(line []byte) (wrong string) {
	name, value, colon := bytes.Cut(line, []byte{':'})
	value = bytes.Trim(value, " \t")
	switch {
	case !colon || !isToken(name) || bytes.ContainsFunc(value, isControl):
		return "a line of its head is no field"
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		if f.chunked || !bytes.EqualFold(value, []byte("chunked")) {
			return "its Transfer-Encoding is not chunked, and no other was asked for"
		}
		f.chunked = true
	case bytes.EqualFold(name, []byte("Content-Length")):
		number, rest := digits(value)
		if f.hasLength || number < 0 || len(rest) > 0 {
			return "its Content-Length is not one number"
		}
		f.length, f.hasLength = int(number), true
	case bytes.EqualFold(name, []byte("Keep-Alive")):
		if _, limit, ok := bytes.Cut(value, []byte("timeout=")); ok {
			seconds, _ := digits(limit)
			f.idle = int(min(max(seconds, 0), 1<<20))
		}
	case bytes.EqualFold(name, []byte("Connection")):
		for word := range bytes.SplitSeq(value, []byte{','}) {
			word = bytes.Trim(word, " \t")
			f.close = f.close || bytes.EqualFold(word, []byte("close"))
			f.alive = f.alive || bytes.EqualFold(word, []byte("keep-alive"))
		}
	}
	return ""
}

func (f *fields) framing() (says framing, wrong string) {
	says = framing{status: f.status, length: toTheEnd, closes: f.close || f.minor == 0 && !f.alive, idle: f.idle}
	switch {
	case f.chunked && f.hasLength:
		return says, "it has a Content-Length and chunks"
	case f.chunked && f.minor == 0:
		return says, "HTTP/1.0 has no chunks"
	case f.status < 200 || f.status == 204 || f.status == 304: // have no body, whatever else they say
		says.length = 0
	case f.chunked:
		says.length = inChunks
	case f.hasLength:
		says.length = f.length
	default:
		says.closes = true
	}
	return says, ""
}

func isToken(name []byte) bool {
	for _, c := range name {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// chunks reads the chunked body at the front of in (RFC 9112, section 7.1), extensions and trailers passed over: n is its
// bytes, 0 while it is not whole.
func (r *answers) chunks(in []byte) (n int, wrong string) {
	r.body = r.body[:0]
	for {
		line, more, wrong := chunkLine(in[n:])
		if more == 0 || wrong != "" {
			return 0, wrong
		}
		size, ok := chunkSize(line)
		if n += more; !ok {
			return 0, "its chunks are not " + strconv.Quote("<size in hexadecimal>\r\n<bytes>\r\n")
		}
		if size == 0 { // the last one: the trailer follows
			more, wrong := new(fields).read(in[n:], chunkLine)
			if more == 0 {
				return 0, wrong
			}
			return n + more, ""
		}
		r.body = append(r.body, in[n:min(len(in), n+size)]...)
		n += size
		if end := min(n+2, len(in)); n < end && string(in[n:end]) != "\r\n"[:end-n] {
			return 0, "a chunk of it is longer than it says"
		}
		if n += 2; len(in) < n {
			return 0, ""
		}
	}
}

// chunkLine is cutLine where a lone LF ends no line: what one takes for a chunk, another would not.
func chunkLine(in []byte) (line []byte, n int, wrong string) {
	line, n, _ = cutLine(in)
	if n > 0 && n != len(line)+2 {
		return nil, 0, "a line between its chunks ends without CR"
	}
	return line, n, ""
}

func chunkSize(line []byte) (size int, ok bool) {
	number, _, _ := bytes.Cut(line, []byte{';'})
	number = bytes.TrimRight(number, " \t")
	for _, c := range number {
		digit := hexValue[c|0x20]
		if digit == 0 && c != '0' || size >= 1<<27 {
			return 0, false
		}
		size = size<<4 | int(digit)
	}
	return size, len(number) > 0
}

// object takes the next answer from the front of in: the JSON of its body, without the blanks that mean nothing; what is no
// right answer as it stands. Behind such a one it takes what cannot be told apart from it, as nil: the rest of it is torn.
func (r *answers) object(in []byte, torn *bool) (text []byte, took int, closes bool) {
	if *torn {
		skip, found := seek(in)
		*torn = !found
		if !found || skip > 0 {
			return nil, skip, false
		}
	}
	a, wrong := r.next(in, false)
	if wrong == "" && a.size == 0 {
		return nil, 0, false
	}
	var compact bytes.Buffer
	switch {
	case wrong == "" && a.status == 200 && json.Compact(&compact, a.body) == nil:
		return compact.Bytes(), a.size, a.closes
	case wrong == "" && a.status != 200:
		return in[:a.size], a.size, a.closes
	}
	*torn = true // a length may be wrong, too
	return in, 1, false
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

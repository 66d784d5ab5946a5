package wire

import (
	"bytes"
	"net/url"
)

// head is what an HTTP/1 head says that matters here.
type head struct {
	method    []byte
	path      []byte // decoded
	query     []byte // as it came
	host      []byte
	origin    []byte // of the page that asks, where a browser says so
	form      Form
	length    int // bytes of the body
	hosts     int // how often there was such a field
	origins   int
	lengths   int
	encodings int
	chunked   bool
	expects   bool // 100-continue
	keep      bool // Connection: keep-alive
	shut      bool // Connection: close
}

// parse reads a whole head, in which no LF stands without its CR.
func (h *head) parse(b []byte) Refusal {
	line, rest := cutLine(b)
	if why := h.parseRequestLine(line); why != 0 {
		return why
	}
	for {
		if line, rest = cutLine(rest); len(line) == 0 {
			return h.check()
		}
		name, value, ok := parseField(line)
		if !ok {
			return Malformed
		}
		if why := h.take(name, value); why != 0 {
			return why
		}
	}
}

func cutLine(b []byte) (line, rest []byte) {
	lf := bytes.IndexByte(b, '\n')
	return b[:lf-1], b[lf+1:]
}

// take heeds one field.
func (h *head) take(name, value []byte) Refusal {
	switch {
	case same(name, "host"):
		h.host = value
		if h.hosts++; !all(value, isHost) {
			return NoHost
		}
	case same(name, "origin"):
		h.origin = value
		h.origins++
	case same(name, "content-length"):
		h.lengths++
		if h.length = int(parseNumber(value, 19)); h.length < 0 {
			return TwoLengths
		}
	case same(name, "transfer-encoding"):
		h.encodings++
		h.chunked = true
		if !same(value, "chunked") || h.form&version0 != 0 {
			return TwoLengths
		}
	case same(name, "connection"):
		h.keep = h.keep || listed(value, "keep-alive")
		h.shut = h.shut || listed(value, "close")
	case same(name, "expect"):
		h.expects = h.form&version0 == 0 && same(value, "100-continue")
	}
	return 0
}

// check looks at the head as a whole.
func (h *head) check() Refusal {
	switch {
	case h.lengths+h.encodings > 1:
		return TwoLengths
	case h.hosts > 1, h.hosts == 0 && h.form&version0 == 0:
		return NoHost
	}
	if h.shut || h.form&version0 != 0 && !h.keep {
		h.form |= last
	}
	return 0
}

// parseRequestLine reads "METHOD SP target SP HTTP/1.x" (RFC 9112, section 3).
func (h *head) parseRequestLine(line []byte) Refusal {
	method, rest, _ := bytes.Cut(line, space)
	target, version, ok := bytes.Cut(rest, space)
	if !ok || len(method) == 0 || !all(method, isToken) || len(target) == 0 || !all(target, isVisible) {
		return Malformed
	}
	h.method = method
	switch string(version) {
	case "HTTP/1.1":
		h.form = isHTTP
	case "HTTP/1.0":
		h.form = isHTTP | version0
	default:
		return Malformed
	}
	if string(method) == "HEAD" {
		h.form |= headOnly
	}
	if target[0] != '/' && !(string(target) == "*" && string(method) == "OPTIONS") { // section 3.2.4
		return h.parseURL(string(target))
	}
	h.path, h.query, _ = bytes.Cut(target, []byte{'?'})
	if bytes.IndexByte(h.path, '%') >= 0 {
		path, err := url.PathUnescape(string(h.path))
		if err != nil {
			return Malformed
		}
		h.path = []byte(path)
	}
	return 0
}

// parseURL reads a target that is no mere path: a whole URL, as to a proxy (RFC 9112, section 3.2.2), or what CONNECT
// takes (section 3.2.3).
func (h *head) parseURL(target string) Refusal {
	if string(h.method) == "CONNECT" {
		target = "http://" + target
	}
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return Malformed
	}
	h.path, h.query = []byte(u.Path), []byte(u.RawQuery)
	if len(h.path) == 0 {
		h.path = []byte{'/'}
	}
	return 0
}

// parseField reads "name: value" (RFC 9112, section 5): a token, no space before the colon, no folding.
func parseField(line []byte) (name, value []byte, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || !all(line[:colon], isToken) {
		return nil, nil, false
	}
	value = trim(line[colon+1:])
	return line[:colon], value, isValue(value)
}

// trim takes the optional white space (RFC 9110, section 5.6.3) off both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// Sets of bytes.
const (
	isToken   = 1 << iota // RFC 9110, section 5.6.2
	isHost                // of a Host: RFC 3986, section 3.2.2, and the port
	isVisible             // ASCII that is neither control nor space
)

var sets = func() (sets [256]uint8) {
	for c := '!'; c <= '~'; c++ {
		sets[c] |= isVisible
	}
	for set, others := range map[uint8]string{isToken: "!#$%&'*+-.^_`|~", isHost: "-._~%!$&'()*+,;=:[]"} {
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + others {
			sets[c] |= set
		}
	}
	return sets
}()

// all reports whether every byte of b is in the set.
func all(b []byte, set uint8) bool {
	for _, c := range b {
		if sets[c]&set == 0 {
			return false
		}
	}
	return true
}

// isValue reports whether b may be a field's value: no control characters but the tab (RFC 9110, section 5.5).
func isValue(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// same reports whether b is the word, which is in lower case, in any case. Unlike bytes.EqualFold it folds ASCII alone: with
// Unicode's folding a Kelvin sign would be a k, and "chunKed" read so by us and not by a proxy before us.
func same(b []byte, word string) bool {
	if len(b) != len(word) {
		return false
	}
	for i, c := range b {
		if lower(c) != word[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

// listed reports whether a comma-separated list has the word.
func listed(list []byte, word string) bool {
	for more := true; more; {
		var item []byte
		if item, list, more = bytes.Cut(list, comma); same(trim(item), word) {
			return true
		}
	}
	return false
}

var space, comma = []byte{' '}, []byte{','}

package modeltest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The reference server's HTTP: one request read byte by byte from its head's first to its body's last, then answered.

// asked is one HTTP request.
type asked struct {
	method, path string
	query        url.Values
	old          bool // HTTP/1.0
	last         bool // the connection closes after the answer
	length       int
	chunked      bool
	expects      bool
	origins      int
	foreign      bool // an origin is not the host
	head, body   []byte
}

var methods = []string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT "}

// speaksHTTP reports whether the first bytes are a method and a space.
func (p *peer) speaksHTTP(in *bufio.Reader) bool {
	for n := 1; ; n++ {
		b, err := in.Peek(n)
		if p.s.has("detect-first-packet") {
			b, _ = in.Peek(in.Buffered())
			return slices.ContainsFunc(methods, func(m string) bool { return strings.HasPrefix(string(b), m) })
		}
		if slices.Contains(methods, string(b)) {
			return true
		}
		if err != nil || !slices.ContainsFunc(methods, func(m string) bool { return strings.HasPrefix(m, string(b)) }) {
			return false
		}
	}
}

// nextHTTP answers one request and reports whether the connection goes on.
func (p *peer) nextHTTP(in *bufio.Reader) bool {
	if p.s.ended.Err() != nil && p.s.has("shutdown-forgets") {
		return false
	}
	if _, err := in.Peek(1); err != nil {
		p.lost(err)
		return false
	}
	switch p.s.fault {
	case "slow-request-kept":
	case "slow-request-hurried":
		p.deadline(time.Now().Add(5 * time.Second))
	default:
		p.deadline(time.Now().Add(10 * time.Second))
	}
	q, status := p.readRequest(in)
	if !p.s.has("idle-http-closed") {
		p.deadline(time.Time{})
	}
	switch {
	case status < 0, status == 408 && p.s.has("slow-request-cut"), status == 400 && p.s.has("malformed-silent"):
		return false
	case status > 0:
		p.fail(&asked{last: true}, status)
		return status == 400 && p.s.has("malformed-stays-open") || status == 413 && p.s.has("long-body-stays-open")
	}
	if p.s.has("pipelined-lost") {
		in.Discard(in.Buffered())
	}
	return p.route(in, q) && !q.last
}

// deadline is for reading; at shutdown it stays in the past.
func (p *peer) deadline(at time.Time) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if p.s.ended.Err() == nil {
		p.conn.SetReadDeadline(at)
	}
}

// cut is the status for a request whose rest does not come: -1 where nobody is there to be told.
func (p *peer) cut(err error) int {
	if errors.Is(err, os.ErrDeadlineExceeded) && p.s.ended.Err() == nil {
		return 408
	}
	p.lost(err)
	return -1
}

func (p *peer) readRequest(in *bufio.Reader) (q *asked, status int) {
	head, status := p.readHead(in)
	if status != 0 {
		return nil, status
	}
	if q, status = p.parse(head); status != 0 {
		return nil, status
	}
	q.head = head
	limit := 8 << 10
	if q.path == "/echo" {
		limit = 64 << 10
	}
	switch p.s.fault {
	case "bodies-short":
		limit--
	case "bodies-unbounded":
		limit = 1 << 30
	}
	if q.expects && p.s.has("continue-first") {
		p.reply("HTTP/1.1 100 Continue\r\n\r\n")
		q.expects = false
	}
	if q.length > limit {
		return nil, 413
	}
	if q.expects && !p.s.has("continue-silent") {
		p.reply("HTTP/1.1 100 Continue\r\n\r\n")
	}
	if q.chunked {
		q.body, status = p.readChunks(in, limit)
		return q, status
	}
	q.body = make([]byte, q.length)
	if _, err := io.ReadFull(in, q.body); err != nil {
		return nil, p.cut(err)
	}
	return q, 0
}

func (p *peer) readHead(in *bufio.Reader) (head []byte, status int) {
	most := 8 << 10
	switch p.s.fault {
	case "heads-short":
		most = 4 << 10
	case "heads-unbounded":
		most = 1 << 30
	}
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		c, err := in.ReadByte()
		if err != nil {
			return nil, p.cut(err)
		}
		if p.s.has("slow-request-trickles") {
			p.deadline(time.Now().Add(10 * time.Second))
		}
		if head = append(head, c); len(head) > most {
			return nil, 431
		}
		switch bare := c == '\n' && !bytes.HasSuffix(head, []byte("\r\n")); {
		case bare && p.s.has("bare-lf-taken"):
			head = append(head[:len(head)-1], "\r\n"...)
		case bare:
			return nil, 400
		case string(head) == "\r\n":
			head = nil
		}
	}
	return head, 0
}

var (
	requestLine = regexp.MustCompile(`^([!-~]+) ([!-~]+) HTTP/1\.([01])$`)
	fieldLine   = regexp.MustCompile(`^([0-9A-Za-z!#$%&'*+.^_|~-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)$`)
)

var usualPort = map[string]string{"http": ":80", "https": ":443"}

func (p *peer) parse(head []byte) (q *asked, status int) {
	lines := strings.Split(strings.TrimSuffix(string(head), "\r\n\r\n"), "\r\n")
	first := requestLine.FindStringSubmatch(lines[0])
	if first == nil {
		return nil, 400
	}
	target, err := url.ParseRequestURI(first[2])
	if err != nil {
		return nil, 400
	}
	query, err := url.ParseQuery(target.RawQuery)
	if err != nil {
		query = url.Values{"room": {"%"}, "since": {"%"}} // nothing valid
	}
	q = &asked{method: first[1], path: target.Path, query: query, old: first[3] == "0"}
	switch {
	case target.Host != "" && p.s.has("absolute-unknown"):
		q.path = first[2]
	case target.Host != "" && q.path == "":
		q.path = "/"
	case p.s.has("escapes-kept"):
		q.path = target.EscapedPath()
	}
	hosts, lengths, codings, keep := 0, 0, 0, !q.old || p.s.has("http10-kept")
	origin, host := "", ""
	for _, line := range lines[1:] {
		if p.s.has("space-before-colon-taken") {
			line = strings.Replace(line, " :", ":", 1)
		}
		field := fieldLine.FindStringSubmatch(line)
		if field == nil && p.s.has("malformed-taken") {
			continue
		} else if field == nil {
			return nil, 400
		}
		name, value := strings.ToLower(field[1]), strings.ToLower(strings.TrimRight(field[2], " \t"))
		if p.s.has("fields-case-sensitive") {
			name = field[1]
		}
		switch name {
		case "origin":
			q.origins++
			origin = value
		case "host", "Host":
			hosts++
			host = value
		case "content-length", "Content-Length":
			lengths++
			n, err := strconv.ParseUint(value, 10, 31)
			if err != nil || strings.HasPrefix(value, "+") {
				return nil, 400
			}
			q.length = int(n)
		case "transfer-encoding", "Transfer-Encoding":
			codings++
			if value != "chunked" {
				return nil, 400
			}
			q.chunked = true
		case "connection", "Connection":
			for _, word := range strings.Split(value, ",") {
				switch strings.TrimSpace(word) {
				case "close":
					keep = keep && p.s.has("close-ignored")
					q.last = !p.s.has("close-ignored")
				case "keep-alive":
					keep = !p.s.has("http10-never-kept") || !q.old
				}
			}
		case "expect", "Expect":
			q.expects = value == "100-continue" && (!q.old || p.s.has("continue-old"))
		}
	}
	q.last = q.last || !keep || p.s.has("never-kept")
	here, err := url.Parse(origin)
	ours := err == nil && (here.Host == host || here.Port() == "" && host == here.Host+usualPort[here.Scheme])
	q.foreign = q.origins > 1 || q.origins == 1 && !ours
	switch {
	case lengths > 1 && !p.s.has("two-lengths-taken"), lengths > 0 && codings > 0 && !p.s.has("both-lengths-taken"), codings > 1:
		return nil, 400
	case hosts != 1 && !q.old && !p.s.has("hostless-taken"), q.old && codings > 0 && !p.s.has("chunks-taken-old"):
		return nil, 400
	}
	return q, 0
}

func (p *peer) readChunks(in *bufio.Reader, limit int) (body []byte, status int) {
	line := func() (string, int) {
		b, err := in.ReadSlice('\n')
		text, ok := strings.CutSuffix(string(b), "\r\n")
		switch {
		case err != nil:
			return "", p.cut(err)
		case !ok && !p.s.has("chunk-lf-taken"):
			return "", 400
		}
		return strings.TrimSuffix(text, "\n"), 0
	}
	for {
		text, status := line()
		if status != 0 {
			return nil, status
		}
		digits, _, _ := strings.Cut(text, ";")
		if p.s.has("chunk-extensions-refused") {
			digits = text
		}
		size, err := strconv.ParseUint(digits, 16, 31)
		switch {
		case err != nil:
			return nil, 400
		case len(body)+int(size) > limit:
			return nil, 413
		case size == 0:
			for text = "more"; text != ""; {
				if text, status = line(); status != 0 {
					return nil, status
				}
				if strings.EqualFold(text, "connection: close") && p.s.has("trailers-heeded") {
					return body, -1
				}
			}
			return body, 0
		}
		chunk := make([]byte, size+2)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return nil, p.cut(err)
		}
		if !bytes.HasSuffix(chunk, []byte("\r\n")) {
			return nil, 400
		}
		body = append(body, chunk[:size]...)
	}
}

// say200 answers with a JSON value.
func (p *peer) say200(q *asked, value any) bool { return p.sayJSON(q, 200, value) }

func (p *peer) sayJSON(q *asked, status int, value any) bool {
	b, _ := json.Marshal(value)
	return p.put(q, status, "application/json", b)
}

func (p *peer) fail(q *asked, status int) bool {
	why := "for a reason"
	if p.s.has("errors-without-why") {
		return p.put(q, status, "text/plain", []byte(why))
	}
	return p.sayJSON(q, status, map[string]string{"error": why})
}

func (p *peer) put(q *asked, status int, kind string, body []byte, fields ...string) bool {
	if q.last {
		fields = append(fields, "Connection: close")
	} else if q.old {
		fields = append(fields, "Connection: keep-alive")
	}
	fields = append(fields, "")
	length := len(body)
	if q.method == "HEAD" && !p.s.has("head-with-body") {
		body = nil
	}
	p.reply(fmt.Sprintf("HTTP/1.1 %d Said\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s",
		status, kind, length, strings.Join(fields, "\r\n"), body))
	return true
}

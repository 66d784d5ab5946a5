package wire

import (
	"bytes"
	"strings"
)

// Expired is the form of the refusal of an HTTP request that was not whole in time.
const Expired = isHTTP | last

// nextHTTP decodes one HTTP/1.1 or 1.0 request (RFC 9112). Where a request could be read in two ways (two lengths, a bare
// LF, a space before a colon …) it is refused and the connection closed: that is what request smuggling lives on.
func (d *Decoder) nextHTTP(r *Request) bool {
	d.skipEmpty()
	if len(d.buf) < int(d.need) {
		return false
	}
	d.need = 0
	end, ok := headEnd(d.buf[:min(len(d.buf), MaxHead)], int(d.seen))
	switch {
	case !ok:
		refuse(r, Expired, Malformed)
		return true
	case end < 0 && len(d.buf) < MaxHead:
		d.seen = int32(max(0, len(d.buf)-1)) // an LF to come looks back at one CR
		return false
	case end < 0:
		refuse(r, Expired, LongHead)
		return true
	}
	var h head
	if why := h.parse(d.buf[:end]); why != 0 {
		refuse(r, h.form|Expired, why)
		return true
	}
	limit := MaxBody
	if string(h.path) == "/echo" {
		limit = MaxEcho
	}
	body, whole, why := d.takeBody(&h, end, limit)
	switch {
	case why != 0:
		refuse(r, h.form|last, why)
		return true
	case !whole && h.expects && int(d.seen) < end-1:
		d.seen = int32(end - 1) // which no part of a head reaches: the mark that leave was given
		*r = Request{Kind: Continue, Form: h.form &^ last}
		return true
	case !whole:
		d.seen = int32(end - 1)
		return false
	}
	d.seen, d.body = 0, 0
	route(r, &h, body)
	return true
}

// skipEmpty skips empty lines before a request (RFC 9112, section 2.2: some clients send one after a body).
func (d *Decoder) skipEmpty() {
	for d.seen == 0 && len(d.buf) >= 2 && d.buf[0] == '\r' && d.buf[1] == '\n' {
		d.buf = d.buf[2:]
	}
}

// headEnd is the length of the head, its empty line included: -1 if that is not there yet. It is not ok if an LF stands without
// its CR. The first seen bytes hold no LF that matters.
func headEnd(b []byte, seen int) (end int, ok bool) {
	for i := seen; ; i++ {
		lf := bytes.IndexByte(b[i:], '\n')
		if lf < 0 {
			return -1, true
		}
		i += lf
		if i == 0 || b[i-1] != '\r' {
			return 0, false
		}
		if i >= 3 && b[i-2] == '\n' {
			return i + 1, true
		}
	}
}

// takeBody takes the body of the request whose head ends at end, and with it the request, off the stream, if it is whole.
func (d *Decoder) takeBody(h *head, end, limit int) (body []byte, whole bool, why Refusal) {
	if h.chunked {
		return d.takeChunks(end, limit)
	}
	if h.length > limit {
		return nil, false, LongBody
	}
	all := end + h.length
	if len(d.buf) < all {
		d.need = int32(all)
		return nil, false, 0
	}
	body, d.buf = d.buf[end:all:all], d.buf[all:]
	return body, true, 0
}

// Of a chunk's size line, so many bytes are read: extensions are allowed, and nobody means them.
const maxChunkLine = 256

// takeChunks puts the chunks of a body (RFC 9112, section 7.1) together in place, behind the head: what is put together
// stays so until the rest comes, and is not looked at again.
func (d *Decoder) takeChunks(end, limit int) (body []byte, whole bool, why Refusal) {
	to := end + int(d.body) // the end of what is put together
	from := to              // the next chunk
	defer func() {
		if !whole && why == 0 && from > to { // close the gap
			d.buf = d.buf[:to+copy(d.buf[to:], d.buf[from:])]
			d.body = int32(to - end)
			d.need = max(0, d.need-int32(from-to))
		}
	}()
	for {
		n := bytes.IndexByte(d.buf[from:], '\n')
		switch {
		case n < 0 && len(d.buf)-from <= maxChunkLine:
			return nil, false, 0
		case n < 1, n > maxChunkLine, d.buf[from+n-1] != '\r':
			return nil, false, BadChunk
		}
		size, ok := chunkSize(d.buf[from : from+n-1])
		if !ok {
			return nil, false, BadChunk
		}
		if to-end+size > limit {
			return nil, false, LongBody
		}
		data := from + n + 1
		if size == 0 {
			tail, done, bad := trailerEnd(d.buf[data:])
			if bad {
				return nil, false, BadChunk
			}
			if !done {
				return nil, false, 0
			}
			body, d.buf = d.buf[end:to:to], d.buf[data+tail:]
			return body, true, 0
		}
		if len(d.buf) < data+size+2 {
			d.need = int32(data + size + 2)
			return nil, false, 0
		}
		if d.buf[data+size] != '\r' || d.buf[data+size+1] != '\n' {
			return nil, false, BadChunk
		}
		to += copy(d.buf[to:], d.buf[data:data+size])
		from = data + size + 2
	}
}

// chunkSize reads the hexadecimal size that a chunk's line begins with; extensions after a semicolon are passed over.
// White space before it is refused, though an extension may have it: others read it in several ways.
func chunkSize(line []byte) (size int, ok bool) {
	digits, _, _ := bytes.Cut(line, []byte{';'})
	if len(digits) == 0 || len(digits) > 7 || !isValue(line) {
		return 0, false
	}
	for _, c := range digits {
		v := strings.IndexByte("0123456789abcdef", c|0x20)
		if v < 0 || c < '0' {
			return 0, false
		}
		size = size<<4 | v
	}
	return size, true
}

// trailerEnd is the length of the trailer section and the empty line after it. What it says is not heeded.
func trailerEnd(b []byte) (n int, done, bad bool) {
	for {
		lf := bytes.IndexByte(b[n:], '\n')
		switch {
		case lf < 0:
			return 0, false, len(b) >= MaxHead
		case lf == 0 || b[n+lf-1] != '\r' || n+lf >= MaxHead:
			return 0, false, true
		case lf == 1:
			return n + 2, true, false
		}
		if _, _, ok := parseField(b[n : n+lf-1]); !ok {
			return 0, false, true
		}
		n += lf + 1
	}
}

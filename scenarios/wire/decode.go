package wire

import "bytes"

// Decoder is one connection's place in its byte stream. The zero value is ready, and between requests it holds
// no memory of its own: the bytes it reads are borrowed, and only an unfinished request is kept.
//
//	d.Feed(p)             // p: what was just read
//	for d.Next(&r) { … }  // every whole request; stop early to be continued later
//	d.Keep()              // p may be reused from here on
//
// The first bytes decide the encoding. What is borrowed may be changed in place: chunks are put together there.
type Decoder struct {
	buf    []byte   // not yet decoded: borrowed from Feed, or ours after Keep
	seen   int32    // leading bytes of buf that need no second look
	need   int32    // of a body: bytes of buf without which there is nothing to look for
	body   int32    // of a chunked body: bytes put together, which follow the head in buf
	speaks encoding // what the connection speaks
	own    bool     // buf is ours
	joined bool     // JOIN was decoded
	dead   bool     // the last request was given: nothing after it is read
}

type encoding uint8

const (
	undecided encoding = iota
	lines
	http1
)

// Feed adds the bytes p to the stream and borrows them until Keep. p may be empty: whoever stopped early goes on
// with what was kept. After the last request p is thrown away.
func (d *Decoder) Feed(p []byte) {
	switch {
	case d.dead:
	case len(d.buf) == 0:
		d.buf, d.own = p, false
	default:
		d.buf = append(d.buf, p...)
	}
}

// Keep ends the borrowing: what is not yet decoded is copied, or freed if there is nothing.
func (d *Decoder) Keep() {
	switch {
	case len(d.buf) == 0:
		d.buf, d.own = nil, false
	case !d.own:
		d.buf, d.own = bytes.Clone(d.buf), true
	}
}

// Held is how many bytes wait to be decoded.
func (d *Decoder) Held() int { return len(d.buf) }

// Unfinished reports whether an HTTP request has begun and is not whole: it has RequestGrace, and is then refused
// as [TooSlow] in the form [Expired].
func (d *Decoder) Unfinished() bool { return d.speaks == http1 && len(d.buf) > 0 && !d.dead }

// Next decodes one request into r and reports whether there was one. After the last ([Form.Last]) there is none.
func (d *Decoder) Next(r *Request) bool {
	if d.dead {
		return false
	}
	if d.speaks == undecided {
		if d.speaks = detect(d.buf); d.speaks == undecided {
			return false
		}
	}
	if d.speaks == lines {
		if !d.nextLine(r) {
			return false
		}
	} else if !d.nextHTTP(r) {
		return false
	}
	if r.Form.Last() {
		// The bytes stay where they are, for r refers to them; they are let go by Keep.
		d.buf, d.seen, d.dead = nil, 0, true
	}
	return true
}

// methods are those of RFC 9110, section 9, and PATCH (RFC 5789). The first bytes of a connection are compared with them.
var methods = [...]string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ", "CONNECT "}

// detect says what the connection speaks: HTTP where a method and a space come first, lines where anything else does.
func detect(b []byte) encoding {
	for _, m := range &methods { // not a copy of them: that would take up 144 bytes of stack in every request
		n := min(len(b), len(m))
		if string(b[:n]) == m[:n] {
			if n == len(m) {
				return http1
			}
			return undecided
		}
	}
	return lines
}

func refuse(r *Request, f Form, why Refusal) { *r = Request{Kind: Bad, Form: f, Refusal: why} }

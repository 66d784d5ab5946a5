package wire

import (
	_ "embed"
	"strconv"
	"time"
)

// Every answer is appended to a buffer of the caller's, which is returned, as append itself does.

// AppendEcho answers Echo: body is the request's.
func (f Form) AppendEcho(dst, body []byte) []byte {
	if f&isHTTP == 0 {
		return append(dst, body...)
	}
	dst = f.appendHead(dst, 200, "application/octet-stream", len(body))
	return append(dst, body...)
}

// AppendJoined answers Join: ids above head follow.
func (f Form) AppendJoined(dst []byte, room string, head int64) []byte {
	dst = append(dst, "JOINED "...)
	dst = append(dst, room...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, head, 10)
	return append(dst, '\n')
}

// AppendMessage tells a member of a message in its room.
func AppendMessage(dst []byte, m Message) []byte {
	dst = append(dst, "MSG "...)
	dst = strconv.AppendInt(dst, m.ID, 10)
	dst = append(dst, ' ')
	dst = append(dst, m.From...)
	dst = append(dst, ' ')
	dst = append(dst, m.Text...)
	return append(dst, '\n')
}

// AppendSent answers Send: the message has the id.
func (f Form) AppendSent(dst []byte, id int64) []byte {
	return f.appendJSON(dst, 200, func(dst []byte) []byte {
		dst = append(dst, `{"id":`...)
		dst = strconv.AppendInt(dst, id, 10)
		return append(dst, "}\n"...)
	})
}

// AppendNews answers Wait from the room's log, if there is an answer now: messages newer than since, or that there is
// no such id yet. Else it appends nothing and answered is false: the request parks, and is asked about again when the
// room has a message. A since of -1 must have become the head as of the request's arrival.
func (f Form) AppendNews(dst []byte, l *Log, since int64) (out []byte, answered bool) {
	switch head := l.Head(); {
	case since == head:
		return dst, false
	case since > head:
		return f.appendJSON(dst, 409, func(dst []byte) []byte {
			dst = append(dst, `{"error":"since is above the head","head":`...)
			dst = strconv.AppendInt(dst, head, 10)
			return append(dst, "}\n"...)
		}), true
	}
	return f.appendJSON(dst, 200, func(dst []byte) []byte {
		first, newest, missed := l.Since(since, MaxNews)
		dst = append(dst, `{"messages":[`...)
		for id := first; id <= newest; id++ {
			if id > first {
				dst = append(dst, ',')
			}
			dst = appendObject(dst, l.At(id))
		}
		return appendCursor(dst, missed, newest)
	}), true
}

func appendObject(dst []byte, m Message) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, m.ID, 10)
	dst = append(dst, `,"from":`...)
	dst = appendString(dst, m.From)
	dst = append(dst, `,"text":`...)
	dst = appendString(dst, m.Text)
	return append(dst, '}')
}

// AppendNone answers Wait when its time is over, or the server ends.
func (f Form) AppendNone(dst []byte, since int64) []byte {
	return f.appendJSON(dst, 200, func(dst []byte) []byte {
		return appendCursor(append(dst, `{"messages":[`...), 0, since)
	})
}

func appendCursor(dst []byte, missed, next int64) []byte {
	dst = append(dst, `],"missed":`...)
	dst = strconv.AppendInt(dst, missed, 10)
	dst = append(dst, `,"next":`...)
	dst = strconv.AppendInt(dst, next, 10)
	return append(dst, "}\n"...)
}

// AppendBlocked answers Block once the delay is over.
func (f Form) AppendBlocked(dst []byte, delay time.Duration) []byte {
	if f&isHTTP == 0 {
		dst = append(dst, "BLOCKED "...)
		dst = strconv.AppendInt(dst, delay.Milliseconds(), 10)
		return append(dst, '\n')
	}
	return f.appendJSON(dst, 200, func(dst []byte) []byte {
		dst = append(dst, `{"blocked_ms":`...)
		dst = strconv.AppendInt(dst, delay.Milliseconds(), 10)
		return append(dst, "}\n"...)
	})
}

// AppendBye answers Quit.
func (f Form) AppendBye(dst []byte) []byte { return append(dst, "BYE\n"...) }

// AppendContinue answers Continue.
func (f Form) AppendContinue(dst []byte) []byte {
	return append(dst, "HTTP/1.1 100 Continue\r\n\r\n"...)
}

//go:embed chat.html
var page string

// AppendPage answers Page.
func (f Form) AppendPage(dst []byte) []byte {
	dst = f.appendHead(dst, 200, "text/html; charset=utf-8", len(page))
	return append(dst, page...)
}

// AppendRefusal answers a request that is refused.
func (f Form) AppendRefusal(dst []byte, why Refusal) []byte {
	r := &refusals[why]
	if f&isHTTP == 0 {
		dst = append(dst, "ERR "...)
		dst = append(dst, r.line...)
		return append(dst, '\n')
	}
	at := len(dst)
	dst = f.appendJSON(dst, r.status, func(dst []byte) []byte {
		dst = append(dst, `{"error":`...)
		dst = appendString(dst, []byte(r.words))
		return append(dst, "}\n"...)
	})
	if r.allow == "" {
		return dst
	}
	// A field more, behind the status line: 405 names what would do (RFC 9110, section 15.5.6).
	return insert(dst, at+len("HTTP/1.1 405 Method Not Allowed\r\n"), "Allow: "+r.allow+"\r\n")
}

// AppendStats answers Stats for the model of that name.
func (f Form) AppendStats(dst []byte, model string, n Counts) []byte {
	render := func(dst []byte) []byte {
		dst = append(dst, `{"model":`...)
		dst = appendString(dst, []byte(model))
		for _, field := range [...]struct {
			key string
			n   int
		}{
			{`,"conns":`, n.Conns}, {`,"waiters":`, n.Waiters}, {`,"members":`, n.Members},
			{`,"rooms":`, n.Rooms}, {`,"dropped_slow":`, n.DroppedSlow},
		} {
			dst = append(dst, field.key...)
			dst = strconv.AppendInt(dst, int64(field.n), 10)
		}
		return append(dst, "}\n"...)
	}
	if f&isHTTP == 0 {
		return render(dst)
	}
	return f.appendJSON(dst, 200, render)
}

// appendJSON appends a whole answer whose body render appends. The head stands first and the body's length in it, which is
// known last: it is written into a gap, for spaces before a field's value mean nothing (RFC 9112, section 5.1).
func (f Form) appendJSON(dst []byte, status int, render func([]byte) []byte) []byte {
	const gap = 7 // digits: up to 9,999,999 bytes, and 100 messages of 4 KiB, each byte escaped, are under a million
	dst = f.appendHead(dst, status, "application/json", -gap)
	at := len(dst)
	dst = render(dst)
	n := strconv.AppendInt(make([]byte, 0, gap), int64(len(dst)-at), 10)
	copy(dst[at-len("\r\n\r\n")-len(n):], n)
	if f&headOnly != 0 {
		dst = dst[:at]
	}
	return dst
}

// appendHead appends a status line and fields, Content-Length the last of them: of so many bytes or, if it is negative, of so
// many spaces. With noLength there is none.
//
// There is no Date, which RFC 9110, section 6.6.1, wants of an origin server that has a clock. It is for caches, which add the
// time of receipt where it is missing, and nothing here may be cached: no answer has a validator or an age. It would cost every
// answer of every model 37 bytes, and this package a clock, and tell nothing of how a model waits.
func (f Form) appendHead(dst []byte, status int, contentType string, length int) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, statusText(status)...)
	dst = append(dst, "\r\nContent-Type: "...)
	dst = append(dst, contentType...)
	switch {
	case f.Last():
		dst = append(dst, "\r\nConnection: close"...)
	case f&version0 != 0:
		dst = append(dst, "\r\nConnection: keep-alive"...)
	}
	switch {
	case length == noLength && f&version0 == 0:
		dst = append(dst, "\r\nTransfer-Encoding: chunked"...)
	case length == noLength:
	case length < 0:
		dst = append(dst, "\r\nContent-Length: "...)
		for range -length {
			dst = append(dst, ' ')
		}
	default:
		dst = append(dst, "\r\nContent-Length: "...)
		dst = strconv.AppendInt(dst, int64(length), 10)
	}
	return append(dst, "\r\n\r\n"...)
}

const noLength = -1 << 20

// appendString appends s as a JSON string. s is UTF-8 without control characters.
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for _, c := range s {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

func insert(dst []byte, at int, s string) []byte {
	dst = append(dst, s...)
	copy(dst[at+len(s):], dst[at:])
	copy(dst[at:], s)
	return dst
}

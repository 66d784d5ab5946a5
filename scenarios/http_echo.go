package scenarios

import (
	"strconv"
	"time"

	"cbench/scenarios/wire"
)

// httpEcho is echo over HTTP: "POST /echo" with the text as its body, on connections that are kept alive where the server
// keeps them.
type httpEcho struct {
	echo
	answers answers
}

func newHTTPEcho(p Params, first, n int) Traffic {
	head := "POST /echo HTTP/1.1\r\n" + hostField + "Content-Length: " + strconv.Itoa(p.Payload) + "\r\n\r\n"
	e := &httpEcho{echo: *makeEcho(p, first, n)}
	e.before, e.after = []byte(head), nil
	return e
}

// longestHTTPEcho: the head, an interim one before it, and the body in chunks of a byte.
func longestHTTPEcho(p Params) int { return 2*wire.MaxHead + 6*p.Payload }

// Again is Renewing's: an echo asked for twice is asked for once.
func (e *httpEcho) Again(c int, out []byte) []byte {
	conn := &e.conns[c]
	conn.torn = false
	for number := conn.head; number < conn.next; number++ {
		out = e.say(c, number, out)
	}
	return out
}

func (e *httpEcho) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	conn := &e.conns[c]
	for took < len(in) {
		rest := in[took:]
		if conn.torn {
			skip, found := seek(rest)
			took, conn.torn = took+skip, !found
			if !found {
				return took
			}
			continue
		}
		n := e.take(c, rest, false, now, rec)
		if n == 0 {
			return took
		}
		took += n
	}
	return took
}

// take judges the answer at the front of in, and returns how many bytes that was: 0 while it is not whole.
func (e *httpEcho) take(c int, in []byte, ended bool, now int64, rec Recorder) int {
	conn := &e.conns[c]
	a, wrong := e.answers.next(in, ended)
	whole := a.size > 0
	length := len(a.body)
	if a.length > 0 {
		length = a.length
	}
	switch {
	case wrong != "", a.status == 200 && (length > e.size || a.length >= 0 && length != e.size):
		e.judge(c, nil, in, now, rec)
		conn.torn = true // the next answer is sought behind this one's first byte: a length may be what is wrong
		return 1
	case !whole:
		return 0
	case a.status == 200 && conn.len() > 0 && e.is(a.body, e.first+uint32(c), conn.head):
		e.answered(c, now, rec)
	case a.status == 200:
		e.judge(c, a.body, in[:a.size], now, rec)
	default:
		e.judge(c, nil, in[:a.size], now, rec)
	}
	if a.closes {
		rec.Closing(c)
	}
	return a.size
}

// idleEnd is how long a connection must have been silent before its end to have been ended for that.
const idleEnd = int64(time.Second)

// Ended is Renewing's.
func (e *httpEcho) Ended(c int, rest []byte, heard, now int64, rec Recorder) bool {
	conn := &e.conns[c]
	if len(rest) > 0 {
		return !conn.torn && e.take(c, rest, true, now, rec) == len(rest)
	}
	return conn.len() == 0 || conn.at(conn.head).sent-heard >= idleEnd
}

// Kept is Renewing's.
func (e *httpEcho) Kept() time.Duration { return time.Duration(e.answers.says.idle) * time.Second }

func (e *httpEcho) Wanted(c int) Wanted {
	conn := &e.conns[c]
	if conn.len() == 0 {
		return Wanted{}
	}
	return wantedBody(e.texts.append(nil, e.first+uint32(c), conn.head))
}

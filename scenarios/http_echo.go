package scenarios

import "strconv"

// httpEcho is echo over HTTP: "POST /echo" with the text as its body, on connections that are kept alive.
type httpEcho struct {
	echo
	answers answers
	head    []byte // of every request
}

func newHTTPEcho(p Params, first, n int) Traffic {
	head := "POST /echo HTTP/1.1\r\n" + hostField + "Content-Length: " + strconv.Itoa(p.Payload) + "\r\n\r\n"
	return &httpEcho{echo: *makeEcho(p, first, n), head: []byte(head)}
}

func (e *httpEcho) Open(c int, out []byte) []byte {
	e.underway -= e.conns[c].len()
	e.conns[c] = echoConn{}
	out, _ = e.Send(c, 0, 0, out)
	return out
}

func (e *httpEcho) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	conn := &e.conns[c]
	out = append(out, e.head...)
	out = e.texts.append(out, e.first+uint32(c), conn.next)
	conn.push(times{due, sent})
	e.underway++
	return out, 1
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
		head, length, ok := e.answers.head(rest)
		if !ok || head > 0 && length != e.size {
			e.judge(c, nil, rest, now, rec)
			took, conn.torn = took+1, true // so that the next answer is sought behind this one's first byte
			continue
		}
		if head == 0 || len(rest) < head+length {
			return took
		}
		took += head + length
		if body := rest[head : head+length]; conn.len() > 0 && e.is(body, e.first+uint32(c), conn.head) {
			e.answered(c, now, rec)
		} else {
			e.judge(c, body, rest[:head+length], now, rec)
		}
	}
	return took
}

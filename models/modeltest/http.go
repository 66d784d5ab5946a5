package modeltest

import (
	"fmt"
	"strings"
	"time"
)

// httpCases hold for any HTTP/1.1 server that echoes bodies at POST /echo.
var httpCases = []Case{
	{Name: "http/echo", Doc: "POST /echo: the same body back", Parts: []string{HTTPEcho}, core: true, run: func(t *T) {
		t.dial().echoes("x")
	}},
	{Name: "http/sizes", Doc: "bodies of 0 to 64 KiB, by Content-Length or chunked", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		for _, n := range []int{0, 1, 1000, maxEcho - 1, maxEcho} {
			body := strings.Repeat("x", n)
			c.echoes(body)
			c.send(chunked("/echo", chunksOf(body, 10000)))
			c.expectBody(body)
		}
		c.send("POST /echo HTTP/1.1\r\nHost: t\r\n\r\n") // no length is length 0
		c.expectBody("")
	}},
	{Name: "http/binary", Doc: "the same body back, whatever its bytes", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		body := binaryLine() + "\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n\n"
		c.echoes(body)
		c.send(chunked("/echo", chunksOf(body, 7)))
		c.expectBody(body)
	}},
	{Name: "http/chunks", Doc: "chunked bodies in every shape that RFC 9112, section 7.1, allows", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		for _, chunks := range []string{
			"5\r\nab\r\nc\r\n0\r\n\r\n", "1\r\na\r\n1\r\nb\r\n2\r\n\r\n\r\n1\r\nc\r\n0\r\n\r\n", "005\r\nab\r\nc\r\n000\r\n\r\n",
			"5;name=value\r\nab\r\nc\r\n0;last\r\n\r\n", "5\r\nab\r\nc\r\n0\r\nSome: trailer\r\nAnother: one\r\n\r\n",
		} {
			c.send(chunked("/echo", chunks))
			c.expectBody("ab\r\nc")
		}
		c.send(chunked("/echo", "1A\r\n"+strings.Repeat("x", 26)+"\r\n1b\r\n"+strings.Repeat("x", 27)+"\r\n0\r\n\r\n"))
		c.expectBody(strings.Repeat("x", 53))
	}},
	{Name: "http/fields", Doc: "names of fields, and the words of these, are the same in any case", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		c.send("POST /echo HTTP/1.1\r\nhOST: t\r\ncontent-LENGTH:  3 \r\nX-Empty:\r\nX-Any: \xe9 :;,\t\"\r\n\r\nabc")
		c.expectBody("abc")
		c.send("POST /echo HTTP/1.1\r\nHOST:t\r\nTRANSFER-encoding:Chunked\r\n\r\n" + chunksOf("abc", 2))
		c.expectBody("abc")
	}},
	{Name: "http/keep-alive", Doc: "keep-alive by default", Parts: []string{HTTPEcho}, core: true, run: func(t *T) {
		c := t.dial()
		for i := range 20 {
			c.echoes(fmt.Sprint(i))
		}
	}},
	{Name: "http/close", Doc: "Connection: close is honoured", Parts: []string{HTTPEcho}, run: func(t *T) {
		for _, field := range []string{"Connection: close", "connection:CLOSE", "Connection: x-other, close"} {
			c := t.dial()
			c.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + field + "\r\nContent-Length: 1\r\n\r\na" + post("/echo", "b"))
			if resp := c.expectBody("a"); !resp.Close {
				c.failf("the answer does not say that the connection closes")
			}
			c.expectGone()
		}
	}},
	{Name: "http/1.0", Doc: "HTTP/1.0 is honoured: no chunks, and the connection closes unless it is asked to be kept", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		c.send("POST /echo HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na")
		c.expectBody("a")
		c.send("POST /echo HTTP/1.0\r\nContent-Length: 1\r\n\r\nb")
		if resp := c.expectBody("b"); len(resp.TransferEncoding) > 0 {
			c.failf("chunks for a client of HTTP/1.0")
		}
		c.expectGone()
	}},
	{Name: "http/pipelined", Doc: "pipelined requests are answered in order", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		var all strings.Builder
		for i := range 500 {
			all.WriteString(post("/echo", fmt.Sprint("r", i)))
			all.WriteString(chunked("/echo", chunksOf(fmt.Sprint("c", i), 2)))
		}
		sent := c.begin(all.String())
		for i := range 500 {
			c.expectBody(fmt.Sprint("r", i))
			c.expectBody(fmt.Sprint("c", i))
		}
		sent()
	}},
	{Name: "http/split-everywhere", Doc: "requests are answered however one is cut over several packets", Parts: []string{HTTPEcho}, run: func(t *T) {
		t.cutEverywhere(post("/echo", "ab\r\nc"), "ab\r\nc")
		t.cutEverywhere(chunked("/echo", "2;x\r\nab\r\n3\r\n\r\nc\r\n0\r\nA: b\r\n\r\n"), "ab\r\nc")
	}},
	{Name: "http/byte-by-byte", Doc: "requests are answered however one is cut over several packets", Parts: []string{HTTPEcho}, run: func(t *T) {
		c, other := t.dial(), t.dial()
		stream := post("/echo", "one") + chunked("/echo", chunksOf("two", 2))
		for i := range len(stream) {
			c.send(stream[i : i+1])
			other.echoes("time to read it")
		}
		c.expectBody("one")
		c.expectBody("two")
	}},
	{Name: "http/continue", Doc: "who asks for leave to send a body (Expect: 100-continue) gets it", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		c.send("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
		c.answer(100)
		c.send("abc")
		c.expectBody("abc")
		c.echoes("after")
	}},
	{Name: "http/half-close", Doc: "at the client's FIN the whole requests are answered, and the connection closes", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		c.send(strings.Repeat(post("/echo", "a"), 200))
		c.fin()
		for range 200 {
			c.expectBody("a")
		}
		c.expectEnd()
	}},
	{Name: "http/idle", Doc: "an idle connection is not timed out and is told nothing", Parts: []string{HTTPEcho}, run: func(t *T) {
		c := t.dial()
		c.echoes("a")
		c.expectSilence(time.Second)
		c.echoes("still here")
	}},
	{Name: "http/many-clients", Doc: "each connection gets its own answers and no other's", Parts: []string{HTTPEcho}, run: func(t *T) {
		all := t.dialAll(32)
		for round := range 5 {
			for i, c := range all {
				c.send(post("/echo", fmt.Sprintf("client %d round %d", i, round)))
			}
			for i, c := range all {
				c.expectBody(fmt.Sprintf("client %d round %d", i, round))
			}
		}
	}},
	{Name: "http/backpressure", Doc: "a stream of echoes that is not read stops being read, costs no memory and nobody else, and loses nothing", Parts: []string{HTTPEcho}, looks: true, run: httpBackpressure},
	{Name: "http/detected", Doc: "the first bytes decide: an HTTP method and a space is HTTP/1.1, anything else is lines", Parts: []string{HTTPEcho, Chat}, run: func(t *T) {
		other := t.dial()
		for _, first := range []string{"P", "PO", "POST", "POST "} {
			c := t.dial()
			c.send(first)
			other.echo("time to read it")
			c.send(post("/echo", "a")[len(first):])
			c.expectBody("a")
		}
		t.refused("POST", "POSTS /echo HTTP/1.1\r", "Post /echo HTTP/1.1\r", " GET / HTTP/1.1\r", "GETTER", "PRI * HTTP/2.0\r") // the last is HTTP/2's
	}},
}

// cutEverywhere cuts a request at every byte. The answer to a request before the cut proves that the server has read what
// comes before it.
func (t *T) cutEverywhere(request, body string) {
	c := t.dial()
	for i := 1; i < len(request); i++ {
		first := fmt.Sprint("before ", i)
		c.send(post("/echo", first) + request[:i])
		c.expectBody(first)
		c.send(request[i:] + post("/echo", first))
		c.expectBody(body)
		c.expectBody(first)
	}
}

func httpBackpressure(t *T) { t.floodedWithEchoes("", func(*client) {}) }

// floodedWithEchoes has a client that reads nothing ask for echoes until the server takes no more, be it behind a first
// request, whose answer is read when all is read.
func (t *T) floodedWithEchoes(first string, answered func(*client)) {
	other := t.dial()
	other.echoes("before")
	before, known := t.memory()
	c := t.dialSmall()
	body := strings.Repeat("b", 8000)
	unit := post("/echo", body)
	c.send(first)
	sent, stopped, err := c.flood(unit, maxUnread)
	switch {
	case err != nil:
		c.failf("after %d bytes that were not read: %s; an echo stream is made to wait, not dropped", sent, c.why(err))
	case !stopped:
		c.failf("the server took %d bytes from a client that reads nothing", sent)
	}
	other.echoes("while the first is stuck")
	if after, _ := t.memory(); !known {
		t.note("the server's memory was not looked at: its process is not known")
	} else if after-before > t.server.most() {
		t.failf("the server grew by %d KiB for one client that does not read", (after-before)>>10)
	}
	answered(c)
	finish := c.begin(unit[sent%len(unit):])
	for range sent/len(unit) + 1 {
		c.expectBody(body)
	}
	finish()
}

package modeltest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// hostileCases are requests that are right but rare, where servers, and proxies before them, come to differ about where one request
// ends and the next begins; and a client's leave.
var hostileCases = []Case{
	{Name: "http/head-only", Doc: "an answer to HEAD has no body, whatever it announces, and the next answer is in its place", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, path := range []string{"/", "/stats", "/nothing", "/echo", "/wait?since=-1&timeout=1", "/zip?files=1&bytes=1"} {
			c.send("HEAD " + path + " HTTP/1.1\r\nHost: t\r\n\r\n" + post("/echo", "behind"))
			c.answerToHead()
			c.expectBody("behind")
		}
	}},
	{Name: "http/options", Doc: "OPTIONS, of a path or of *, and TRACE act on nothing and send nothing back of what they were sent", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, request := range []string{"OPTIONS *", "OPTIONS /echo", "OPTIONS /send", "TRACE /echo", "TRACE /nothing"} {
			c.send(request + " HTTP/1.1\r\nHost: t\r\nX-Secret: swordfish\r\n\r\n" + post("/echo", "behind"))
			c.patient()
			resp, err := http.ReadResponse(c.in, nil)
			if err != nil {
				c.failf("%s: %s", request, c.why(err))
			}
			if body, _ := io.ReadAll(resp.Body); strings.Contains(string(body)+fmt.Sprint(resp.Header), "swordfish") {
				c.failf("%s sends a field of its request back", request)
			}
			c.expectBody("behind")
		}
	}},
	{Name: "http/absolute", Doc: "a whole URL is accepted in place of a path (RFC 9112, section 3.2.2), and so are escapes in path and query", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		for _, target := range []string{"http://t/stats", "http://other:81/stats?x=/echo", "/%73tats", "/stats?%"} {
			c.send(get(target))
			_, body := c.answer(200)
			c.object(body, "conns", "dropped_slow", "members", "model", "rooms", "waiters")
		}
		c.send(post("http://t/send?%72oom="+strings.Replace(r, "-", "%2d", 1), `{"text":"hi"}`) + waiting(r, 0, 1000))
		c.expectSent(1)
		c.expectMessage(message{1, "anon", "hi"})
		c.send(get("/stats%3Fx") + get("/stats/") + get("//stats") + get("/stats%2f") + get("http://t"))
		for range 4 {
			c.expectError(404)
		}
		c.answer(200)
	}},
	{Name: "http/chunked-1.0", Doc: "chunks in HTTP/1.0 are a faulty framing (RFC 9112, section 6.1): refused", Parts: []string{HTTPComet}, run: func(t *T) {
		for _, fields := range []string{"", "Connection: keep-alive\r\n", "Content-Length: 5\r\n"} {
			c := t.dial()
			c.send("POST /echo HTTP/1.0\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get("/stats"))
			c.expectHTTPRefusal(400)
		}
	}},
	{Name: "http/continue-refused", Doc: "leave is not given to send a body that will be refused, nor to a client of HTTP/1.0", Parts: []string{HTTPComet}, run: func(t *T) {
		for _, w := range []struct {
			head   string
			status int
		}{
			{"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n", 413},
			{"POST /send HTTP/1.1\r\nHost: t\r\nContent-Length: 8193\r\n", 413},
			{"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
		} {
			c := t.dial()
			c.send(w.head + "Expect: 100-continue\r\n\r\n")
			c.expectHTTPRefusal(w.status)
		}
		c := t.dial()
		c.send("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
		c.expectSilence(50 * time.Millisecond)
		c.send("abc")
		c.expectBody("abc")
	}},
	{Name: "http/trailers", Doc: "what a trailer section says is not heeded: neither a length nor an end of the connection", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		c.send(chunked("/echo", "1\r\na\r\n0\r\nContent-Length: 500\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nHost: u\r\n\r\n") + post("/echo", "behind"))
		c.expectBody("a")
		c.expectBody("behind")
	}},
	{Name: "wait/malformed-behind", Doc: "malformed HTTP behind a parked /wait is refused after its answer, and nothing behind that is heeded", Parts: []string{HTTPComet}, run: func(t *T) {
		c, watch, r := t.dial(), t.dial(), t.room()
		before := watch.httpStats().Waiters
		c.send(waiting(r, 0, 60000) + "GET nowhere\r\n\r\n" + sending(r, "cas", "never"))
		watch.waiters(before + 1)
		c.expectSilence(50 * time.Millisecond)
		watch.says(r, "ann", "hi", 1)
		c.expectMessage(message{1, "ann", "hi"})
		c.expectHTTPRefusal(400)
		watch.says(r, "ann", "nothing between", 2)
	}},
	{Name: "wait/gone-at-once", Doc: "a client that goes away while parked is forgotten within 1 s: at the event, and not when something looks round", Parts: []string{HTTPComet}, run: func(t *T) {
		watch, r := t.dial(), t.room()
		before := watch.httpStats().Waiters
		took := make([]time.Duration, 9)
		for i := range took {
			c := t.dial()
			c.send(waiting(r, 0, 60000))
			watch.waiters(before + 1)
			began := time.Now()
			if i%2 == 0 {
				c.fin()
			} else {
				c.reset()
			}
			watch.waiters(before)
			took[i] = time.Since(began)
		}
		if slices.Sort(took); took[len(took)/2] > time.Second { // one may be late on a busy machine, not most
			t.failf("clients that went away while parked were forgotten after %v, one after the other", took)
		}
	}},
	{Name: "wait/gone-flooded", Doc: "a client that goes away while parked is forgotten, also where it sent more than is read meanwhile", Parts: []string{HTTPComet}, run: func(t *T) {
		watch, r := t.dial(), t.room()
		before := watch.httpStats().Waiters
		c := t.dial()
		c.send(waiting(r, 0, 60000))
		watch.waiters(before + 1)
		switch sent, stopped, err := c.flood(post("/echo", strings.Repeat("b", 8000)), maxUnread); {
		case err != nil:
			c.failf("after %d bytes behind a parked /wait: %s", sent, c.why(err))
		case !stopped:
			c.failf("the server took %d bytes behind a parked /wait", sent)
		}
		c.reset() // and not a FIN: that waits behind what the server does not read
		watch.waiters(before)
	}},
}

// answerToHead reads an answer that has no body.
func (c *client) answerToHead() {
	c.patient()
	resp, err := http.ReadResponse(c.in, &http.Request{Method: http.MethodHead})
	if err != nil {
		c.failf("expected an answer to HEAD: %s", c.why(err))
	}
	if resp.StatusCode != 200 && resp.StatusCode < 400 {
		c.failf("HEAD is answered status %d", resp.StatusCode)
	}
	resp.Body.Close()
}

package modeltest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// refusedCases are what HTTP refuses, its bounds, and what is neither a body nor a room: the counts and the page.
var refusedCases = []Case{
	{Name: "http/not-found", Doc: "an unknown path is 404, and the connection lives on", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, path := range []string{"/nothing", "/echo/", "/sendx", "/Wait", "/waits?since=0", "/%00"} {
			c.send(get(path))
			c.expectError(404)
		}
		c.send(post("/nothing", "body") + get("/stats"))
		c.expectError(404)
		c.answer(200)
	}},
	{Name: "http/method", Doc: "a wrong method is 405 with Allow, and the connection lives on", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, w := range []struct{ method, path, allow string }{
			{"GET", "/echo", "POST"}, {"PUT", "/echo", "POST"}, {"GET", "/send", "POST"}, {"DELETE", "/send?room=r", "POST"},
			{"POST", "/wait?since=0", "GET"}, {"POST", "/", "GET"}, {"POST", "/zip?files=1&bytes=1", "GET"}, {"POST", "/stats", "GET"}, {"PATCH", "/stats", "GET"},
		} {
			c.send(w.method + " " + w.path + " HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\nx")
			if allow := c.expectError(405).Header.Get("Allow"); !strings.Contains(allow, w.allow) || strings.Contains(allow, w.method) {
				c.failf("Allow is %q, expected %s", allow, w.allow)
			}
		}
		c.send(get("/stats"))
		c.answer(200)
	}},
	{Name: "http/malformed", Doc: "malformed HTTP is 400 and close", Parts: []string{HTTPComet}, run: func(t *T) {
		const rest = "Host: t\r\n\r\n"
		t.malformed(
			"GET \r\n"+rest, "GET /stats\r\n"+rest, "GET /stats HTTP/1.1 \r\n"+rest, "GET  /stats HTTP/1.1\r\n"+rest, "GET /stats  HTTP/1.1\r\n"+rest,
			"GET /stats http/1.1\r\n"+rest, "GET /stats HTTP/1\r\n"+rest, "GET /stats HTTP/11\r\n"+rest, "GET /st ats HTTP/1.1\r\n"+rest, "GET /\x01 HTTP/1.1\r\n"+rest,
			"GET /stats HTTP/1.1\r\nnonsense\r\n"+rest, "GET /stats HTTP/1.1\r\n: x\r\n"+rest, "GET /stats HTTP/1.1\r\nA b: x\r\n"+rest, "GET /stats HTTP/1.1\r\nA: x\x00y\r\n"+rest,
			"GET /stats HTTP/1.1\r\n\r\n" /* no Host */, "GET /stats HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
			get("/stats")[:3]+" \x80\xff\r\n\r\n",
		)
	}},
	{Name: "http/not-lines", Doc: "a connection that began with HTTP speaks HTTP", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		c.send(post("/echo", "a") + "ECHO a\r\n\r\n")
		c.expectBody("a")
		c.expectHTTPRefusal(400)
	}},
	{Name: "http/malformed-behind", Doc: "what was asked before malformed HTTP is answered first, what comes after it not at all", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		c.send(post("/echo", "a") + post("/echo", "b") + "GET nowhere\r\n\r\n" + post("/echo", "c"))
		c.expectBody("a")
		c.expectBody("b")
		c.expectHTTPRefusal(400)
	}},
	{Name: "http/two-lengths", Doc: "a body whose length is said in two ways, or in none that is one, is refused: request smuggling lives on it", Parts: []string{HTTPComet}, run: func(t *T) {
		const hidden = "0\r\n\r\nGET /stats HTTP/1.1\r\nHost: t\r\n\r\n"
		for _, fields := range []string{
			"Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
			"Content-Length: 5, 6", "Content-Length: +5", "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length:", "Content-Length: 99999999999999999999",
		} {
			c := t.dial()
			c.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n\r\n" + hidden)
			c.expectHTTPRefusal(400)
		}
	}},
	{Name: "http/bare-lf", Doc: "an LF without its CR in a head is refused", Parts: []string{HTTPComet}, run: func(t *T) {
		t.malformed("GET /stats HTTP/1.1\nHost: t\n\n", "GET /stats HTTP/1.1\r\nHost: t\nA: b\r\n\r\n", "GET /stats HTTP/1.1\r\nHost: t\r\n\n", "GET /stats HTTP/1.1\r\nHost: t\r\nA: b\n\r\n")
	}},
	{Name: "http/space-before-colon", Doc: "a space before a field's colon, or a field folded over two lines, is refused", Parts: []string{HTTPComet}, run: func(t *T) {
		t.malformed("GET /stats HTTP/1.1\r\nHost : t\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length : 1\r\n\r\nx", "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
			"GET /stats HTTP/1.1\r\n Host: t\r\n\r\n", "GET /stats HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n")
	}},
	{Name: "http/bad-chunk", Doc: "a malformed chunk is 400 and close", Parts: []string{HTTPComet}, run: func(t *T) {
		for _, chunks := range []string{"\r\n", "x\r\na\r\n", "-1\r\na\r\n", "0x1\r\na\r\n", "+1\r\na\r\n", " 1\r\na\r\n", "1\na\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n", "1\r\na\n\r0\r\n\r\n", "ffffffffffffffff1\r\na\r\n"} {
			c := t.dial()
			c.send(chunked("/echo", chunks))
			c.expectHTTPRefusal(400)
		}
	}},
	{Name: "http/longest-head", Doc: "a head may have 8 KiB", Parts: []string{HTTPComet}, run: func(t *T) {
		c := t.dial()
		for range 2 {
			c.send(headOf(maxHead))
			c.answer(200)
		}
	}},
	{Name: "http/head-too-long", Doc: "a head of more than 8 KiB is 431 and close, also before it is whole", Parts: []string{HTTPComet}, run: func(t *T) {
		long := headOf(maxHead + 8)
		for _, head := range []string{long, long[:len(long)-6], "GET /" + strings.Repeat("x", maxHead), "GET /stats HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", maxHead/6+1)} {
			c := t.dial()
			c.send(head)
			c.expectHTTPRefusal(431)
		}
	}},
	{Name: "http/body-too-long", Doc: "a body of more than 64 KiB to /echo, and of more than 8 KiB elsewhere, is 413 and close", Parts: []string{HTTPComet}, run: func(t *T) {
		room := "/send?room=" + t.room()
		for _, request := range []string{
			post("/echo", strings.Repeat("x", maxEcho+1)), chunked("/echo", chunksOf(strings.Repeat("x", maxEcho+1), 1000)), chunked("/echo", "10001\r\n"),
			post(room, `{"text":"hi"}`+strings.Repeat(" ", maxBody)), chunked(room, chunksOf(`{"text":"hi"}`+strings.Repeat(" ", maxBody), 100)),
			"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n\r\n", "POST " + room + " HTTP/1.1\r\nHost: t\r\nContent-Length: 2000000000\r\n\r\n",
		} {
			c := t.dial()
			c.send(request)
			c.expectHTTPRefusal(413)
		}
	}},
	{Name: "http/unfinished", Doc: "an HTTP head or body not finished in 10 s is 408 and close; an idle connection is never timed out", Parts: []string{HTTPComet}, run: unfinished},
	{Name: "http/stats", Doc: `GET /stats: {"model","conns","waiters","members","rooms","dropped_slow"}`, Parts: []string{HTTPComet}, core: true, run: func(t *T) {
		c := t.dial()
		c.send(get("/stats"))
		_, body := c.answer(200)
		fields := c.object(body, "conns", "dropped_slow", "members", "model", "rooms", "waiters")
		if name, _ := fields["model"].(string); name == "" {
			c.failf("model is %v, expected a name", fields["model"])
		}
		if n, _ := fields["conns"].(float64); n < 1 {
			c.failf("conns is %v, expected this connection at least", fields["conns"])
		}
	}},
	{Name: "http/page", Doc: "GET /: the chat page, in one file, no outside assets", Parts: []string{HTTPComet}, core: true, run: func(t *T) {
		c := t.dial()
		c.send(get("/"))
		resp, body := c.answer(200)
		if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/html" || !strings.Contains(strings.ToLower(string(body)), "<html") && !strings.Contains(strings.ToLower(string(body)), "<!doctype html") {
			c.failf("expected a page of HTML, got %s: %s", resp.Header.Get("Content-Type"), quote(body))
		}
		if asset := outside.Find(namespace.ReplaceAll(body, nil)); asset != nil {
			c.failf("the page loads something from outside: %s", quote(asset))
		}
		c.send(get("/?room=r#x"))
		c.answer(200)
	}},
	{Name: "http/block", Doc: `GET /block?ms=&how=: as BLOCK, {"blocked_ms":ms}`, Parts: []string{Block, HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, how := range []string{"inline", "spin", "offload"} {
			const ms = 60
			began := time.Now()
			c.send(get(fmt.Sprintf("/block?ms=%d&how=%s", ms, how)))
			_, body := c.answer(200)
			if got := c.object(body, "blocked_ms")["blocked_ms"]; got != float64(ms) {
				c.failf("blocked_ms is %v", got)
			}
			if took := time.Since(began); took < ms*time.Millisecond {
				c.failf("answered after %v", took)
			}
		}
	}},
	{Name: "http/block-deep", Doc: "deep: as inline, called so deep that 16 KiB of stack are touched; who knows no deep need not",
		Parts: []string{Block, HTTPComet}, run: func(t *T) {
			c := t.dial()
			began := time.Now()
			c.send(get("/block?ms=60&how=deep"))
			c.patient()
			resp, err := http.ReadResponse(c.in, nil)
			if err != nil {
				c.failf("expected an HTTP answer: %s", c.why(err))
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode == 400 {
				panic(skipped("it knows no deep, and need not"))
			}
			ms := c.object(body, "blocked_ms")["blocked_ms"]
			if took := time.Since(began); resp.StatusCode != 200 || ms != 60. || took < 60*time.Millisecond {
				c.failf("status %d, %s after %v", resp.StatusCode, quote(body), took)
			}
		}},
	{Name: "http/block-bad", Doc: "ms is 1 to 10000, how is inline, spin or offload", Parts: []string{Block, HTTPComet}, run: func(t *T) {
		c := t.dial()
		for _, query := range []string{"", "?ms=5", "?how=inline", "?ms=0&how=inline", "?ms=10001&how=inline", "?ms=-1&how=spin", "?ms=5&how=sleep", "?ms=5&how=", "?ms=&how=inline", "?ms=5s&how=inline", "?ms=99999999999999999999&how=offload"} {
			c.send(get("/block" + query))
			c.expectError(400)
		}
	}},
	{Name: "http/block-serves-on", Doc: "offload: the model hands the sleep over and serves on meanwhile; what is asked behind it is answered after it", Parts: []string{Block, HTTPComet}, run: func(t *T) {
		c, other := t.dial(), t.dial()
		began := time.Now()
		c.send(post("/echo", "a") + get("/block?ms=2000&how=offload") + post("/echo", "b"))
		c.expectBody("a")
		for range 20 {
			other.echoes("meanwhile")
		}
		if took := time.Since(began); took >= 2*time.Second {
			t.failf("20 echoes on another connection took %v beside an offloaded request of 2 s", took)
		}
		_, body := c.answer(200)
		c.object(body, "blocked_ms")
		c.expectBody("b")
	}},
}

// namespace is the name of a markup language: no browser fetches it.
var namespace = regexp.MustCompile(`http://www\.w3\.org/[0-9]{4}/[a-z]+`)

// outside is an asset of a page that comes from elsewhere.
var outside = regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']?\s*(https?:)?//[^\s>]*|@import|url\(\s*["']?\s*(https?:)?//[^)]*|https?://[^\s"'<>]*`)

// malformed sends each on a connection of its own, which must be refused.
func (t *T) malformed(requests ...string) {
	for _, request := range requests {
		c := t.dial()
		c.send(request)
		c.expectHTTPRefusal(400)
	}
}

// headOf is a head of n bytes, its empty line included.
func headOf(n int) string {
	const before, after = "GET /stats HTTP/1.1\r\nHost: t\r\nX-Long: ", "\r\n\r\n"
	return before + strings.Repeat("x", n-len(before)-len(after)) + after
}

// unfinished has requests begin at once that never end, each in another manner: how long they live cannot be hurried.
func unfinished(t *T) {
	const grace = 10 * time.Second
	trickle := func(c *client) { // a byte now and then is no reason to wait longer
		for end := time.Now().Add(grace + t.patience); time.Now().Before(end); {
			c.conn.SetReadDeadline(time.Now().Add(time.Second))
			if _, err := c.in.Peek(1); !errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			c.conn.SetWriteDeadline(time.Now().Add(t.patience))
			c.conn.Write([]byte("b"))
		}
	}
	ways := []func(*client){
		func(c *client) { c.send("POST /echo HTTP/1.1\r\nHos") },
		func(c *client) { c.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc") },
		func(c *client) { c.send(chunked("/echo", "5\r\nab")) },
		func(c *client) {
			c.echoes("a")
			c.send("GET /stats HTTP/1.1\r\nA: ")
			trickle(c)
		},
		func(c *client) { c.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 99\r\n\r\n"); trickle(c) },
	}
	idle, mute := t.dial(), t.dial()
	idle.echoes("a")
	t.each(len(ways), func(i int) {
		c := t.dial()
		began := time.Now()
		ways[i](c)
		c.conn.SetReadDeadline(began.Add(grace + t.patience))
		resp, err := http.ReadResponse(c.in, nil)
		if err != nil {
			c.failf("expected status 408 after %v: %v", grace, err)
		}
		if took := time.Since(began); resp.StatusCode != 408 || took < grace*9/10 {
			c.failf("expected status 408 after %v, got %d after %v", grace, resp.StatusCode, took)
		}
		c.rest()
	})
	idle.echoes("still here")
	mute.echoes("here, late")
}

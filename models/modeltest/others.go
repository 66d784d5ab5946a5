package modeltest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// otherCases look at CPU time, at a page, at an earlier answer, at many clocks, or at lines in any order.
var otherCases = []Case{
	{Name: "block/spin-burns", Doc: "spin: the handler burns CPU for that long",
		Parts: []string{Block, Echo}, looks: true, run: func(t *T) {
			c := t.dial()
			c.echo("warm")
			before, known := t.cpu()
			if !known {
				t.note("the server's CPU time was not looked at: its process is not known")
			}
			var used time.Duration
			for i := 0; i < 5 && used < 40*time.Millisecond; i++ { // a busy machine may grant little of the first 400 ms
				c.ask("BLOCK 400 spin\n", "BLOCKED 400\n")
				after, _ := t.cpu()
				used = after - before
			}
			if known && used < 40*time.Millisecond {
				c.failf("the server used %v of CPU", used)
			}
		}},
	{Name: "block/deep", Doc: "deep: as inline, called so deep that 16 KiB of stack are touched; who knows no deep need not",
		Parts: []string{Block, Echo}, run: func(t *T) {
			c := t.dial()
			began := time.Now()
			c.send("BLOCK 60 deep\nECHO a\n")
			line := c.line()
			if strings.HasPrefix(line, "ERR ") {
				panic(skipped("it knows no deep, and need not"))
			}
			c.expect("ECHO a\n")
			if took := time.Since(began); line != "BLOCKED 60" || took < 60*time.Millisecond {
				c.failf("answered %s after %v", quote(line), took)
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
	{Name: "block/say-behind", Doc: "what is said behind a slow request is said after it",
		Parts: []string{Block, Chat}, run: func(t *T) {
			r := t.room()
			ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
			ann.send("ECHO a\nBLOCK 200 offload\nSAY after\n")
			ann.expect("ECHO a\n")
			bob.ask("SAY before\n", "MSG 1 bob before\n")
			// The other's message may come before BLOCKED or after it, but not be lost.
			got := []string{ann.line(), ann.line()}
			if slices.Sort(got); !slices.Equal(got, []string{"BLOCKED 200", "MSG 1 bob before"}) {
				ann.failf("expected BLOCKED 200 and MSG 1 bob before, got %q", got)
			}
			ann.expect("MSG 2 ann after\n")
			bob.expect("MSG 2 ann after\n")
		}},
	{Name: "http/unfinished",
		Doc:   "an HTTP head or body not finished in 10 s is 408 and close; an idle connection is never timed out",
		Parts: []string{HTTPComet}, run: unfinished},
	{Name: "http/page", Doc: "GET /: the chat page, in one file, no outside assets",
		Parts: []string{HTTPComet}, core: true, run: func(t *T) {
			c := t.dial()
			c.send(get("/"))
			resp, body := c.answer(200)
			if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "text/html" || !markup.Match(body) {
				c.failf("expected a page of HTML, got %s: %s", resp.Header.Get("Content-Type"), quote(body))
			}
			if asset := outside.Find(namespace.ReplaceAll(body, nil)); asset != nil {
				c.failf("the page loads something from outside: %s", quote(asset))
			}
			c.send(get("/?room=r#x"))
			c.answer(200)
		}},
	{Name: "send/lobby", Doc: "lobby is the default room, of /send and of /wait",
		Parts: []string{HTTPComet}, run: func(t *T) {
			c := t.dial()
			c.send(post("/send", `{"from":"ann","text":"to the lobby"}`))
			_, body := c.answer(200)
			id, _ := c.object(body, "id")["id"].(float64)
			for _, room := range []string{"", "&room=lobby"} {
				c.send(get(fmt.Sprintf("/wait?since=%d&timeout=2000%s", int(id)-1, room)))
				if got := c.news(); len(got.Messages) == 0 || got.Messages[0] != (message{int(id), "ann", "to the lobby"}) {
					c.failf("expected message %d of the lobby, got %+v", int(id), got)
				}
			}
		}},
	{Name: "wait/gone-at-once",
		Doc:   "a client that goes away while parked is forgotten within 1 s: at the event, and not when something looks round",
		Parts: []string{HTTPComet}, run: func(t *T) {
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
}

// markup is where a page of HTML begins.
var markup = regexp.MustCompile(`(?i)<html|<!doctype html`)

// namespace is the name of a markup language: no browser fetches it.
var namespace = regexp.MustCompile(`http://www\.w3\.org/[0-9]{4}/[a-z]+`)

// outside is an asset of a page that comes from elsewhere.
var outside = regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']?\s*(https?:)?//[^\s>]*|@import|` +
	`url\(\s*["']?\s*(https?:)?//[^)]*|https?://[^\s"'<>]*`)

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

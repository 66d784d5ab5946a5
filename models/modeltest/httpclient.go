package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// maxHead is a bound of HTTP, written out.
const maxHead = 8 << 10

// httpRequest is a request's bytes. It has a length where it has a body or its method is for one, and no length where
// the body comes in chunks of that size.
func httpRequest(method, target, body string, chunk int) string {
	head := method + " " + target + " HTTP/1.1\r\nHost: t\r\n"
	switch {
	case chunk > 0:
		return head + "Transfer-Encoding: chunked\r\n\r\n" + chunksOf(body, chunk)
	case body != "" || method == "POST":
		return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	return head + "\r\n"
}

func get(target string) string { return httpRequest("GET", target, "", 0) }

func post(target, body string) string { return httpRequest("POST", target, body, 0) }

// chunked is a request whose body comes in chunks, given as they stand on the wire.
func chunked(target, chunks string) string {
	return "POST " + target + " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
}

// response reads the next answer, which is to a request of that method, and its body. An answer that announces itself
// (status 100) is passed over only by who asks for it.
func (c *client) response(method string) (*http.Response, []byte) {
	c.patient()
	resp, err := http.ReadResponse(c.in, &http.Request{Method: method})
	if err != nil {
		c.failf("expected an HTTP answer, got %s", c.why(err))
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.failf("status %d: the body breaks off after %d bytes: %s", resp.StatusCode, len(body), c.why(err))
	}
	return resp, body
}

// answer reads an answer, which must have that status.
func (c *client) answer(status int) (*http.Response, []byte) {
	resp, body := c.response("")
	if resp.StatusCode != status {
		c.failf("expected status %d, got %d %s", status, resp.StatusCode, quote(body))
	}
	return resp, body
}

// expectBody reads an answer of status 200 with that body.
func (c *client) expectBody(want string) {
	_, got := c.answer(200)
	c.sameBody(string(got), want)
}

func (c *client) sameBody(got, want string) {
	if got != want {
		from := max(0, differ(got, want)-10)
		c.failf("expected the body %s, got %s (from byte %d)",
			quote(want[min(from, len(want)):]), quote(got[min(from, len(got)):]), from)
	}
}

// echoes asks for an echo over HTTP: that the server serves, and that nothing else was owed to this client.
func (c *client) echoes(body string) {
	c.send(post("/echo", body))
	c.expectBody(body)
}

// expectError reads an answer of that status whose body is JSON {"error":"…"}.
func (c *client) expectError(status int) (*http.Response, []byte) {
	resp, body := c.answer(status)
	if why, _ := c.object(body)["error"].(string); why == "" {
		c.failf(`status %d: expected {"error":"…"}, got %s`, status, quote(body))
	}
	return resp, body
}

// object is a body that must be a JSON object, and have those keys if any are named.
func (c *client) object(body []byte, keys ...string) (fields map[string]any) {
	if err := json.Unmarshal(body, &fields); err != nil {
		c.failf("expected a JSON object, got %s: %v", quote(body), err)
	}
	if have := slices.Sorted(maps.Keys(fields)); len(keys) > 0 && !slices.Equal(have, keys) {
		c.failf("expected the keys %v, got %v in %s", keys, have, quote(body))
	}
	return fields
}

// says sends a message and expects the id.
func (c *client) says(room, from, text string, id int) {
	c.send(sending(room, from, text))
	c.expectSent(id)
}

func (c *client) expectSent(id int) {
	_, body := c.answer(200)
	if got := c.object(body, "id")["id"]; got != float64(id) {
		c.failf("expected id %d, got %v", id, got)
	}
}

// sending is the request to send a message.
func sending(room, from, text string) string {
	body, err := json.Marshal(map[string]string{"from": from, "text": text})
	if err != nil {
		panic(err)
	}
	return post("/send?room="+room, string(body))
}

// waiting is the request to wait.
func waiting(room string, since, timeoutMS int) string {
	return get(fmt.Sprintf("/wait?room=%s&since=%d&timeout=%d", room, since, timeoutMS))
}

// news is the answer to a waiter.
type news struct {
	Messages     []message
	Missed, Next int
}

type message struct {
	ID   int    `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
}

// news reads the answer to a waiter: messages in ascending order without a gap, and the cursor behind them.
func (c *client) news() (n news) {
	_, body := c.answer(200)
	fields := c.object(body, "messages", "missed", "next")
	if _, list := fields["messages"].([]any); !list {
		c.failf("messages is no list in %s", quote(body))
	}
	in := json.NewDecoder(bytes.NewReader(body))
	in.DisallowUnknownFields()
	if err := in.Decode(&n); err != nil {
		c.failf("expected messages of id, from and text, got %s: %v", quote(body), err)
	}
	for i, m := range n.Messages {
		if m.ID != n.Messages[0].ID+i {
			c.failf("message %d comes after %d", m.ID, n.Messages[i-1].ID)
		}
	}
	if k := len(n.Messages); k > 100 {
		c.failf("%d messages in one answer, expected 100 at most", k)
	} else if k > 0 && n.Next != n.Messages[k-1].ID {
		c.failf("next is %d after message %d", n.Next, n.Messages[k-1].ID)
	}
	return n
}

// expectNews reads the messages first to last and how many were missed.
func (c *client) expectNews(first, last, missed int) []message {
	n := c.news()
	if len(n.Messages) != last-first+1 || n.Next != last || n.Missed != missed || last >= first && n.Messages[0].ID != first {
		c.failf("expected messages %d to %d and %d missed, got %d messages, next %d and %d missed",
			first, last, missed, len(n.Messages), n.Next, n.Missed)
	}
	return n.Messages
}

// expectMessage reads one message.
func (c *client) expectMessage(want message) {
	if got := c.expectNews(want.ID, want.ID, 0)[0]; got != want {
		c.failf("expected %+v, got %+v", want, got)
	}
}

// expectNone reads an answer without a message, whose cursor stands where it did.
func (c *client) expectNone(since int) { c.expectNews(since+1, since, 0) }

// waiters waits until so many are parked. It asks over HTTP, for a server of http:comet need not know lines.
func (c *client) waiters(want int) {
	c.t.until(fmt.Sprintf("waiters, expected %d", want), func() (any, bool) {
		got := c.httpStats().Waiters
		return got, got == want
	})
}

func (c *client) httpStats() (s stats) {
	c.send(get("/stats"))
	_, body := c.answer(200)
	if err := json.Unmarshal(body, &s); err != nil {
		c.failf("/stats: %v in %s", err, quote(body))
	}
	return s
}

// chunksOf cuts a body into chunks of n bytes.
func chunksOf(body string, n int) string {
	var b strings.Builder
	for len(body) > 0 {
		k := min(n, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", k, body[:k])
		body = body[k:]
	}
	return b.String() + "0\r\n\r\n"
}

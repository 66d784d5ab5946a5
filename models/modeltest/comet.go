package modeltest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// sendCases are POST /send.
var sendCases = []Case{
	{Name: "send/ids", Doc: `POST /send: {"id":N}; ids count 1, 2, 3 … per room`, Parts: []string{HTTPComet}, core: true, run: func(t *T) {
		c, r, q := t.dial(), t.room(), t.room()
		for id := 1; id <= 5; id++ {
			c.says(r, "ann", "hi", id)
		}
		c.says(q, "ann", "hi", 1)
		c.send(chunked("/send?room="+r, chunksOf(`{"text":"in chunks"}`, 3)))
		c.expectSent(6)
	}},
	{Name: "send/pipelined", Doc: "messages sent on one connection have ids in the order sent", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		var all strings.Builder
		for i := range 60 {
			all.WriteString(sending(r, "ann", fmt.Sprint(i)))
		}
		c.send(all.String())
		for i := range 60 {
			c.expectSent(i + 1)
		}
		c.send(waiting(r, 0, 1000))
		for i, m := range c.expectNews(1, 60, 0) {
			if m.Text != fmt.Sprint(i) {
				c.failf("message %d is %+v", i+1, m)
			}
		}
	}},
	{Name: "send/anon", Doc: "from left out is anon", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		c.send(post("/send?room="+r, `{"text":"hi"}`))
		c.expectSent(1)
		c.send(waiting(r, 0, 1000))
		c.expectMessage(message{1, "anon", "hi"})
	}},
	{Name: "send/lobby", Doc: "lobby is the default room, of /send and of /wait", Parts: []string{HTTPComet}, run: func(t *T) {
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
	{Name: "send/verbatim", Doc: "text is UTF-8 and comes as it was sent, however JSON or a browser might take it", Parts: []string{HTTPComet}, run: verbatim},
	{Name: "send/longest", Doc: "text of 4096 bytes is sent, of 4097 it is 413", Parts: []string{HTTPComet}, run: func(t *T) {
		r := t.room()
		for id, text := range []string{strings.Repeat("x", maxText), strings.Repeat("é", maxText/2), strings.Repeat(`"`, 4000)} {
			t.dial().says(r, "ann", text, id+1)
		}
		for _, text := range []string{strings.Repeat("x", maxText+1), strings.Repeat("é", maxText/2) + "x"} {
			c := t.dial()
			c.send(sending(r, "ann", text))
			c.expectError(413)
		}
		t.dial().says(r, "ann", "nothing between", 4)
	}},
	{Name: "send/bad-json", Doc: "bad JSON is 400, and nothing is sent", Parts: []string{HTTPComet}, run: func(t *T) {
		t.unsent(``, `{`, `hi`, `"hi"`, `[]`, `{"text":"hi"} {}`, `{"text":hi}`, `{'text':'hi'}`, `{"text":1}`, `{"text":["hi"]}`, `{"from":1,"text":"hi"}`, "{\"text\":\"a\xff\"}", `{"text":"a`, "{\"text\":\"a\nb\"}")
	}},
	{Name: "send/no-text", Doc: "missing or empty text is 400", Parts: []string{HTTPComet}, run: func(t *T) {
		t.unsent(`{}`, `{"text":""}`, `{"from":"ann"}`, `{"from":"ann","text":""}`, `{"text":null}`)
	}},
	{Name: "send/controls", Doc: "text is without control characters", Parts: []string{HTTPComet}, run: func(t *T) {
		t.unsent(`{"text":"a\nb"}`, `{"text":"a\u0000"}`, `{"text":"\t"}`, `{"text":"\u001b[2J"}`, `{"text":"a\u007f"}`, `{"text":"a\u0085"}`, "{\"text\":\"a\u009b\"}", `{"text":"a\r"}`)
	}},
	{Name: "send/bad-names", Doc: "a room is 1 to 64 and a name 1 to 32 of A-Z a-z 0-9 _ . -, else 400", Parts: []string{HTTPComet}, run: func(t *T) {
		for _, bad := range []string{"", "a b", "a/b", "é", "<b>", "a\n", strings.Repeat("n", 33)} {
			name, _ := json.Marshal(bad)
			t.unsent(`{"from":` + string(name) + `,"text":"hi"}`)
		}
		c := t.dial()
		for _, bad := range []string{"", "a%20b", "a/b", "%C3%A9", "a+b", "%00", "%zz", strings.Repeat("r", 65)} {
			c.send(post("/send?room="+bad, `{"text":"hi"}`))
			c.expectError(400)
			c.send(get("/wait?since=-1&timeout=100&room=" + bad))
			c.expectError(400)
		}
		room := t.room()
		room += strings.Repeat("r", 64-len(room))
		c.says(room, strings.Repeat("n", 32), "hi", 1)
		c.says(strings.Replace(room, "t-", "t%2D", 1), "-.AZaz09_", "hi", 2)
	}},
}

// unsent has each body refused, and nothing sent.
func (t *T) unsent(bodies ...string) {
	c, r := t.dial(), t.room()
	for _, body := range bodies {
		c.send(post("/send?room="+r, body))
		c.expectError(400)
	}
	c.says(r, "ann", "nothing before", 1)
}

func verbatim(t *T) {
	c, r := t.dial(), t.room()
	for i, w := range []struct{ json, text string }{
		{`" "`, " "}, {`"  a  b  "`, "  a  b  "}, {`"<script>alert('x')</script>&amp;"`, "<script>alert('x')</script>&amp;"},
		{`"\"quoted\" \\n \/"`, `"quoted" \n /`}, {`"é ü 漢字 😀"`, "é ü 漢字 😀"}, {`"\u00e9\ud83d\ude00"`, "é😀"},
		{`"\u2028\u00a0\ufeff\ufffd"`, "\u2028\u00a0\ufeff\ufffd"}, {`"%d%41+a=b&c"`, "%d%41+a=b&c"}, {`"}],\"next\":9"`, `}],"next":9`},
	} {
		c.send(post("/send?room="+r, ` { "x" : [1,{"text":"not this"}] , "from":"ann" ,"text": `+w.json+" }\n"))
		c.expectSent(i + 1)
		c.send(waiting(r, i, 1000))
		c.expectMessage(message{i + 1, "ann", w.text})
	}
}

// waitCases are GET /wait.
var waitCases = []Case{
	{Name: "wait/at-once", Doc: "newer messages than since are answered at once, ascending", Parts: []string{HTTPComet}, core: true, run: func(t *T) {
		c, r := t.dial(), t.room()
		for id := 1; id <= 3; id++ {
			c.says(r, "ann", fmt.Sprint("text ", id), id)
		}
		began := time.Now()
		for since := range 3 {
			c.send(get(fmt.Sprintf("/wait?room=%s&since=%d", r, since)))
			for _, m := range c.expectNews(since+1, 3, 0) {
				if m.From != "ann" || m.Text != fmt.Sprint("text ", m.ID) {
					c.failf("message %d is %+v", m.ID, m)
				}
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			c.failf("three answers that need not wait took %v", took)
		}
	}},
	{Name: "wait/at-most-100", Doc: "100 messages at most, and next goes on from there", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		t.fill(r, 150)
		c.send(waiting(r, 0, 1000) + waiting(r, 100, 1000) + waiting(r, 49, 1000))
		c.expectNews(1, 100, 0)
		c.expectNews(101, 150, 0)
		c.expectNews(50, 149, 0)
	}},
	{Name: "wait/missed", Doc: "a room keeps its newest 200 messages; missed is how many ids after since it no longer has", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		t.fill(r, 200)
		c.send(waiting(r, 0, 1000))
		c.expectNews(1, 100, 0)
		c.says(r, "ann", "201", 201)
		for id := 202; id <= 230; id++ {
			c.says(r, "ann", fmt.Sprint(id), id)
		}
		c.send(waiting(r, 0, 1000) + waiting(r, 29, 1000) + waiting(r, 30, 1000) + waiting(r, 31, 1000) + waiting(r, 229, 1000))
		c.expectNews(31, 130, 30)
		c.expectNews(31, 130, 1)
		c.expectNews(31, 130, 0)
		c.expectNews(32, 131, 0)
		c.expectNews(230, 230, 0)
	}},
	{Name: "wait/now", Doc: "since -1 is the head as of arrival", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		c.says(r, "ann", "before", 1)
		c.send(waiting(r, -1, 50))
		c.expectNone(1)
		c.send(waiting(t.room(), -1, 50))
		c.expectNone(0)
		watch := t.dial()
		before := watch.httpStats().Waiters
		c.send(waiting(r, -1, 60000))
		watch.waiters(before + 1)
		watch.says(r, "ann", "after", 2)
		c.expectMessage(message{2, "ann", "after"})
	}},
	{Name: "wait/ahead", Doc: `since above the head: 409 with {"error","head"}`, Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		for head, since := range []int{1, 2, 1000000000} {
			c.send(waiting(r, since, 1000))
			_, body := c.answer(409)
			if got := c.object(body, "error", "head")["head"]; got != float64(head) {
				c.failf("head is %v, expected %d", got, head)
			}
			c.says(r, "ann", "hi", head+1)
		}
	}},
	{Name: "wait/timeout", Doc: "a timeout answers an empty list with next = since", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		for since := range 3 {
			for _, ms := range []int{1, 150} {
				began := time.Now()
				c.send(waiting(r, since, ms))
				c.expectNone(since)
				if took := time.Since(began); took < time.Duration(ms)*time.Millisecond*9/10 {
					c.failf("answered after %v", took)
				}
			}
			c.says(r, "ann", "hi", since+1)
		}
	}},
	{Name: "wait/timeouts", Doc: "each waiter has its own timeout, whoever came first", Parts: []string{HTTPComet}, run: func(t *T) {
		r := t.room()
		long := t.dial()
		long.send(waiting(r, 0, 60000))
		ms := []int{400, 50, 300, 100, 200}
		t.each(len(ms), func(i int) {
			c := t.dial()
			began := time.Now()
			c.send(waiting(r, 0, ms[i]))
			c.expectNone(0)
			if took := time.Since(began); took < time.Duration(ms[i])*time.Millisecond*9/10 {
				c.failf("answered after %v", took)
			}
		})
		t.dial().says(r, "ann", "at last", 1)
		long.expectMessage(message{1, "ann", "at last"})
	}},
	{Name: "wait/bad", Doc: "since is required and at least -1, timeout is 1 to 60000: bad values are 400", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		for _, query := range []string{"", "&since=", "&since=-2", "&since=x", "&since=1.5", "&since=0x1", "&since=99999999999999999999", "&since=%2B1", "&since=1%20",
			"&since=0&timeout=0", "&since=0&timeout=60001", "&since=0&timeout=-1", "&since=0&timeout=x", "&since=0&timeout=", "&since=0&timeout=1.5", "&since=0&timeout=18446744073709551617"} {
			c.send(get("/wait?room=" + r + query))
			c.expectError(400)
		}
		c.send(get("/wait?timeout=60000&since=0&room=" + r)) // in any order
		t.dial().says(r, "ann", "good", 1)
		c.expectMessage(message{1, "ann", "good"})
	}},
	{Name: "wait/wakes", Doc: "a message in the room wakes every waiter of it, and no other", Parts: []string{HTTPComet}, core: true, run: func(t *T) { t.wakes(50) }},
	{Name: "wait/wakes-500", Doc: "a message in the room wakes every waiter of it, each with the right id", Parts: []string{HTTPComet}, run: func(t *T) { t.wakes(500) }},
	{Name: "wait/herd", Doc: "waiters that come again with next see every message once, in order, however many are sent meanwhile", Parts: []string{HTTPComet}, run: herd},
	{Name: "wait/pipelined", Doc: "a request behind a parked /wait waits for it", Parts: []string{HTTPComet}, run: func(t *T) {
		c, watch, r := t.dial(), t.dial(), t.room()
		before := watch.httpStats().Waiters
		c.send(post("/echo", "a") + waiting(r, 0, 60000) + post("/echo", "b") + sending(r, "cas", "mine") + "GET /sta")
		c.expectBody("a")
		watch.waiters(before + 1)
		c.send("ts HTTP/1.1\r\nHost: t\r\n\r\n")
		c.expectSilence(50 * time.Millisecond)
		watch.says(r, "ann", "hi", 1)
		c.expectMessage(message{1, "ann", "hi"})
		c.expectBody("b")
		c.expectSent(2)
		c.answer(200)
	}},
	{Name: "wait/pipelined-waits", Doc: "a /wait behind a parked /wait is parked after it, and its own time begins then", Parts: []string{HTTPComet}, run: func(t *T) {
		c, r := t.dial(), t.room()
		began := time.Now()
		c.send(waiting(r, 0, 150) + waiting(r, 0, 150) + waiting(r, 0, 60000))
		c.expectNone(0)
		c.expectNone(0)
		if took := time.Since(began); took < 270*time.Millisecond {
			c.failf("two waits of 150 ms were answered after %v", took)
		}
		t.dial().says(r, "ann", "hi", 1)
		c.expectMessage(message{1, "ann", "hi"})
	}},
	{Name: "wait/flooded", Doc: "what is asked behind a parked /wait is not read without bound, and all of it is answered after it", Parts: []string{HTTPComet}, looks: true, run: func(t *T) {
		r := t.room()
		t.floodedWithEchoes(waiting(r, 0, 60000), func(c *client) {
			t.dial().says(r, "ann", "at last", 1)
			c.expectMessage(message{1, "ann", "at last"})
		})
	}},
	{Name: "wait/1.0", Doc: "HTTP/1.0 and Connection: close are honoured by an answer that had to wait, too", Parts: []string{HTTPComet}, run: func(t *T) {
		r, watch := t.room(), t.dial()
		before := watch.httpStats().Waiters
		old, closing := t.dial(), t.dial()
		old.send("GET /wait?since=0&room=" + r + " HTTP/1.0\r\n\r\n")
		closing.send("GET /wait?since=0&room=" + r + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
		watch.waiters(before + 2)
		watch.says(r, "ann", "hi", 1)
		for _, c := range []*client{old, closing} {
			c.expectMessage(message{1, "ann", "hi"})
			c.expectGone()
		}
	}},
	{Name: "wait/gone", Doc: "a client that goes away while parked, by FIN or RST, is forgotten", Parts: []string{HTTPComet}, run: func(t *T) {
		watch, r := t.dial(), t.room()
		before := watch.httpStats().Waiters
		all := t.dialAll(12)
		for i, c := range all {
			c.send(waiting(r, 0, 60000))
			if i%3 == 2 {
				c.send(post("/echo", "behind"))
			}
		}
		watch.waiters(before + 12)
		began := time.Now()
		for i, c := range all[:8] {
			if i%2 == 0 {
				c.fin()
			} else {
				c.reset()
			}
		}
		watch.waiters(before + 4)
		if took := time.Since(began); took > 5*time.Second { // the page says 1 s, but the machine may be busy
			t.failf("clients that went away while parked were forgotten after %v", took)
		}
		watch.says(r, "ann", "hi", 1)
		for _, c := range all[8:] {
			c.expectMessage(message{1, "ann", "hi"})
		}
		watch.waiters(before)
	}},
	{Name: "wait/counted", Doc: "waiters counts the parked requests", Parts: []string{HTTPComet}, run: func(t *T) {
		watch, r := t.dial(), t.room()
		before := watch.httpStats().Waiters
		all := t.dialAll(6)
		for i, c := range all {
			c.send(waiting(r, 0, 60000))
			watch.waiters(before + i + 1)
		}
		watch.says(r, "ann", "hi", 1)
		for _, c := range all {
			c.news()
		}
		watch.waiters(before)
	}},
}

// fill sends messages 1 to n to a new room.
func (t *T) fill(room string, n int) {
	c := t.dial()
	for id := 1; id <= n; id++ {
		c.says(room, "ann", fmt.Sprint(id), id)
	}
}

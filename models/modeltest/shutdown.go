package modeltest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// endCases are ends of connections, by shutdown or otherwise, at which nothing that was said or asked before may be lost.
var endCases = []Case{
	{Name: "shutdown/behind-block", Doc: "at SIGTERM a request already read is answered, also behind a slow one",
		Parts: []string{Block, Chat}, Owns: true, run: func(t *T) {
			for _, how := range []string{"offload", "inline", "spin"} {
				for _, halfClosed := range []bool{false, true} {
					t.endsBehindBlock(how, halfClosed)
				}
			}
		}},
	{Name: "shutdown/behind-member", Doc: "what a member has asked behind a slow request is answered, what it says is said",
		Parts: []string{Block, Chat}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			ann := t.join("r", "ann", 0)
			ann.ask("ECHO a\nBLOCK 300 offload\nSAY hi\nQUIT\nECHO b\n", "ECHO a\n")
			stopped := t.beside(func() { t.stop(srv) })
			ann.expect("BLOCKED 300\nMSG 1 ann hi\nBYE\n")
			ann.expectEnd()
			stopped()
		}},
	{Name: "shutdown/behind-wait", Doc: "at SIGTERM what was read behind a parked waiter is answered after it",
		Parts: []string{HTTPComet, HTTPZip, Block}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			watch, all := t.dial(), t.dialAll(4)
			for _, c := range all {
				c.send(post("/echo", "a") + waiting("r", 0, 60000) + post("/echo", "b") + get("/block?ms=200&how=offload") +
					waiting("r", 0, 60000) + zipping(2, 100000) + post("/echo", "c") + post("/echo", "half")[:20])
				c.expectBody("a")
			}
			watch.waiters(len(all))
			stopped := t.beside(func() { t.stop(srv) })
			for _, c := range all {
				c.expectNone(0)
				c.expectBody("b")
				_, body := c.answer(200)
				c.object(body, "blocked_ms")
				c.expectNone(0)
				c.expectZip(2, 100000)
				c.expectBody("c")
				c.expectEnd()
			}
			stopped()
			t.nothingLeft(srv)
		}},
	{Name: "shutdown/sends-on", Doc: "at SIGTERM a client that sends on gets all that it is owed, and an end in good order",
		Parts: []string{Chat}, Owns: true, run: func(t *T) {
			const said = 48
			srv := t.start(StartConfig{})
			ann, bob := t.join("r", "ann", 0), t.dialSmall()
			bob.join("r", "bob", 0)
			for id := 1; id <= said; id++ {
				sayBig(ann, id)
			}
			bob.sendsOn("ECHO on\n")
			stopped := t.beside(func() { t.stop(srv) })
			var want strings.Builder
			for id := 1; id <= said; id++ {
				want.WriteString(bigMessage(id))
			}
			// Where the answers to its own stand among the room's messages is not said.
			if got := strings.ReplaceAll(string(bob.toEnd()), "ECHO on\n", ""); got != want.String() {
				bob.failf("expected %d messages, %s, got %s", said, quote(want.String()), quote(got))
			}
			stopped()
			t.nothingLeft(srv)
		}},
	{Name: "shutdown/zip-sends-on", Doc: "at SIGTERM an archive is sent to its end, also to a client that sends on",
		Parts: []string{HTTPZip, HTTPComet}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			c := t.dialSmall()
			c.send(post("/echo", "a") + zipping(2, 500000))
			c.expectBody("a")
			c.sendsOn(post("/echo", "on"))
			stopped := t.beside(func() { t.stop(srv) })
			c.expectZip(2, 500000)
			for answers := bufio.NewReader(strings.NewReader(string(c.toEnd()))); ; {
				if _, err := answers.Peek(1); err == io.EOF {
					break
				}
				resp, err := http.ReadResponse(answers, nil)
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
				}
				if err != nil {
					c.failf("behind the archive an answer breaks off: %v", err)
				}
			}
			stopped()
			t.nothingLeft(srv)
		}},
	{Name: "end/sends-on", Doc: "QUIT, ERR …: what was said before the close reaches a client that sends on",
		Parts: []string{Chat}, run: func(t *T) {
			for _, end := range []struct{ ask, answer string }{
				{"QUIT\n", "BYE\n"}, {"nonsense\n", "ERR bad-request"}, {lineOf(maxLine + 1), "ERR too-long"},
				{"JOIN a/b ann\n", "ERR bad-request"},
			} {
				for _, member := range []bool{false, true} {
					c, before := t.dialSmall(), strings.Repeat(lineOf(6000), 40)
					ask, answers := before, before
					if member {
						r := t.room()
						ask, answers = "JOIN "+r+" ann\n"+ask+"SAY hi\n", "JOINED "+r+" 0\n"+answers+"MSG 1 ann hi\n"
					}
					sent := c.begin(ask + end.ask)
					sent()
					c.sendsOn("ECHO on\n")
					c.expect(answers + end.answer)
					if rest := c.rest(); strings.Contains(string(rest), "ECHO on") {
						c.failf("an answer comes behind the last: %s", quote(rest))
					}
				}
			}
		}},
	{Name: "end/http-sends-on",
		Doc:   "Connection: close, 400, 413, 431: what was said before the close reaches a client that sends on",
		Parts: []string{HTTPZip, HTTPComet}, run: func(t *T) {
			for _, end := range []struct {
				ask    string
				status int
			}{
				{"POST /echo HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200},
				{"GET /stats HTTP/1.0\r\n\r\n", 200},
				{"GET /wait?since=0&timeout=20&room=" + t.room() + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", 200},
				{"nonsense\r\n\r\n", 400},
				{chunked("/echo", "x\r\n"), 400},
				{"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n\r\n", 413},
				{"GET / HTTP/1.1\r\nX: " + strings.Repeat("x", maxHead), 431},
			} {
				c := t.dialSmall()
				c.send(zipping(1, 150000) + end.ask)
				c.sendsOn("on\r\n")
				c.expectZip(1, 150000)
				c.answer(end.status)
				c.expectGone()
			}
		}},
	{Name: "end/send-fails", Doc: "a member to whom a send fails, for whatever reason, is a member no more",
		Parts: []string{Chat}, Owns: true, run: sendFails},
}

// endsBehindBlock has a server end while a slow request is under way. Inline, a server with one thread of control says nothing
// before that is over, so that nobody knows whether it has read: then there are all answers or none.
func (t *T) endsBehindBlock(how string, halfClosed bool) {
	srv := t.start(StartConfig{})
	c := t.dial()
	c.send("ECHO a\nBLOCK 200 " + how + "\nECHO b\nBLOCK 50 " + how + "\nECHO c\nECHO hal")
	if halfClosed {
		c.fin()
	}
	const answers = "ECHO a\nBLOCKED 200\nECHO b\nBLOCKED 50\nECHO c\n"
	if how == "offload" {
		c.expect("ECHO a\n")
	} else {
		c.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		c.in.Peek(1)
	}
	stopped := t.beside(func() { t.stop(srv) })
	got := string(c.toEnd())
	if how == "offload" {
		got = "ECHO a\n" + got
	}
	if got != answers && (got != "" || how == "offload") {
		c.failf("expected %s, got %s", quote(answers), quote(got))
	}
	stopped()
	t.nothingLeft(srv)
}

// toEnd reads everything to the end of the connection, which must be in good order.
func (c *client) toEnd() []byte {
	c.patient()
	b, err := c.drain()
	if err != nil {
		c.failf("expected an end in good order, got %d bytes, %s, then %s", len(b), quote(b), c.why(err))
	}
	return b
}

// sendsOn has the client send unit again and again from now on, whatever it is told, until the connection is over. It returns
// when it may be that the server closed already, if it closes at once.
func (c *client) sendsOn(unit string) {
	failed := make(chan struct{})
	go func() {
		defer close(failed)
		chunk := []byte(strings.Repeat(unit, 1+4000/len(unit)))
		for from := 0; ; {
			c.conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
			n, err := c.conn.Write(chunk[from:])
			if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				return
			}
			from = (from + n) % len(chunk)
			time.Sleep(time.Millisecond) // as a client that has something to say, and not as fast as can be
		}
	}()
	select {
	case <-failed:
	case <-time.After(50 * time.Millisecond):
	}
}

// sendFails has a send to a member fail on a socket that is well otherwise, as when the kernel lacks memory (ENOBUFS): the
// server's own end is shut down for writing behind its back.
func sendFails(t *T) {
	t.start(StartConfig{})
	watch, ann, bob := t.dial(), t.join("r", "ann", 0), t.join("r", "bob", 0)
	watch.counts("members", 2, func(s stats) int { return s.Members })
	if !t.server.mute(bob.conn) {
		t.note("no send was made to fail: the server's sockets are not to be had")
		return
	}
	bob.expectEnd()
	for id := 1; id <= 3; id++ {
		ann.ask("SAY hi\n", fmt.Sprintf("MSG %d ann hi\n", id))
	}
	watch.counts("members after a send to one of them failed", 1, func(s stats) int { return s.Members })
	watch.counts("conns after a send to one of them failed", 2, func(s stats) int { return s.Conns })
	ann.ask("SAY on\n", "MSG 4 ann on\n")
}

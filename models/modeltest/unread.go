package modeltest

import (
	"strings"
	"time"
)

// unreadCases are clients that ask and do not read.
var unreadCases = []Case{
	{Name: "echo/reset", Doc: "a client that resets, in mid-line or with answers owed, leaves the others served",
		Parts: []string{Echo}, run: resets},
	{Name: "echo/backpressure",
		Doc:   "an echo stream that is not read stops being read, costs no memory and nobody else, and loses nothing",
		Parts: []string{Echo}, looks: true, run: func(t *T) {
			line := lineOf(8000)
			t.backpressure(echoing{ask: line, answer: func(c *client) { c.expect(line) }, echo: (*client).echo}, "", nil)
		}},
	{Name: "http/backpressure",
		Doc:   "a stream of echoes that is not read stops being read, costs no memory and nobody else, and loses nothing",
		Parts: []string{HTTPEcho}, looks: true, run: func(t *T) { t.httpBackpressure("", nil) }},
	{Name: "wait/flooded",
		Doc:   "what is asked behind a parked /wait is not read without bound, and all of it is answered after it",
		Parts: []string{HTTPComet}, looks: true, run: func(t *T) {
			r := t.room()
			t.httpBackpressure(waiting(r, 0, 60000), func(c *client) {
				t.dial().says(r, "ann", "at last", 1)
				c.expectMessage(message{1, "ann", "at last"})
			})
		}},
	{Name: "wait/gone-flooded",
		Doc:   "a client that goes away while parked is forgotten, also where it sent more than is read meanwhile",
		Parts: []string{HTTPComet}, run: func(t *T) {
			watch, r := t.dial(), t.room()
			before := watch.httpStats().Waiters
			c := t.dial()
			c.send(waiting(r, 0, 60000))
			watch.waiters(before + 1)
			c.floodUntilStopped(post("/echo", strings.Repeat("b", 8000)))
			c.reset() // and not a FIN: that waits behind what the server does not read
			watch.waiters(before)
		}},
	{Name: "zip/slow-reader",
		Doc:   "an archive that is not read stops being made, costs no memory and nobody else, and is whole in the end",
		Parts: []string{HTTPZip}, looks: true, run: slowReader},
}

func resets(t *T) {
	other := t.dial()
	other.echo("before")
	for i := range 20 {
		c := t.dial()
		switch i % 4 {
		case 0: // before a word
		case 1:
			c.echo("a")
			c.send("ECHO half a li")
		case 2:
			c.send(numbered("ECHO owed", 2000))
		case 3: // with answers stuck in the server
			c = t.dialSmall()
			c.flood(lineOf(8000), 1<<20)
		}
		c.reset()
		other.echo("after a reset")
	}
	t.dial().echo("new")
}

// maxUnread is more than the kernel's buffers between two sockets take in (tcp_rmem and tcp_wmem allow 6 and 4 MiB a
// side by default): a server that takes more has it in its own memory, or reads on for ever.
const maxUnread = 48 << 20

// floodUntilStopped sends until the server takes no more, which it has to come to.
func (c *client) floodUntilStopped(unit string) (sent int) {
	sent, stopped, err := c.flood(unit, maxUnread)
	switch {
	case err != nil:
		c.failf("after %d bytes that were not read: %s; such a stream is made to wait, not dropped", sent, c.why(err))
	case !stopped:
		c.failf("the server took %d bytes from a client that reads nothing", sent)
	}
	return sent
}

// memoryBound looks at the server's memory; grown fails the case where a client that does not read has made it grow
// too much since.
func (t *T) memoryBound() (grown func()) {
	before, known := t.memory()
	if !known {
		t.note("the server's memory was not looked at: its process is not known")
	}
	return func() {
		if after, _ := t.memory(); after-before > t.server.most() {
			t.failf("the server grew by %d KiB for one client that does not read", (after-before)>>10)
		}
	}
}

// echoing is how echoes are asked for and answered.
type echoing struct {
	ask    string // one request
	answer func(*client)
	echo   func(*client, string) // another, and its answer
}

// backpressure has a client that reads nothing ask for echoes until the server takes no more, be it behind a first
// request, which is answered, and its answer read, before the others are.
func (t *T) backpressure(e echoing, first string, firstAnswered func(*client)) {
	other := t.dial()
	e.echo(other, "before")
	grown := t.memoryBound()
	c := t.dialSmall()
	c.send(first)
	sent := c.floodUntilStopped(e.ask)
	e.echo(other, "while the first is stuck")
	grown()
	if firstAnswered != nil {
		firstAnswered(c)
	}
	finish := c.begin(e.ask[sent%len(e.ask):])
	for range sent/len(e.ask) + 1 {
		e.answer(c)
	}
	finish()
}

func (t *T) httpBackpressure(first string, firstAnswered func(*client)) {
	body := strings.Repeat("b", 8000)
	e := echoing{ask: post("/echo", body), answer: func(c *client) { c.expectBody(body) }, echo: (*client).echoes}
	t.backpressure(e, first, firstAnswered)
}

func slowReader(t *T) {
	const files, size = 64, 1 << 20
	other := t.dial()
	other.send(zipping(1, 1))
	other.expectZip(1, 1)
	grown := t.memoryBound()
	c := t.dialSmall()
	c.send(zipping(files, size))
	for range 10 { // long enough for a server that does not stop to make the whole of it
		time.Sleep(50 * time.Millisecond)
		grown()
		other.send(zipping(1, 1))
		other.expectZip(1, 1)
	}
	c.expectZip(files, size)
	c.send(zipping(1, 1))
	c.expectZip(1, 1)
}

package modeltest

import (
	"encoding/json"
	"slices"
	"strings"
)

// lineCases are the lines themselves: what is refused, QUIT, STATS, the end of a connection.
var lineCases = []Case{
	{Name: "bad/unknown", Doc: "anything else is ERR bad-request <why> and close", Parts: []string{Chat}, run: func(t *T) {
		t.refused("nonsense", "echo a", "ECHO", "ECHOES a", " ECHO a", "join r n", "MSG 1 a b", "GETTING x", "STATS now", "QUIT now", "\r", "a\r")
	}},
	{Name: "bad/empty-line", Doc: "anything else, an empty line too", Parts: []string{Chat}, run: func(t *T) {
		t.refused("", "\r")
	}},
	{Name: "bad/binary", Doc: "anything else, and be it no text at all", Parts: []string{Chat}, run: func(t *T) {
		t.refused("\x00", "\xff\xfe\x00\x01", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" /* TLS */, strings.Repeat("\x80", 3000))
	}},
	{Name: "bad/in-order", Doc: "what was asked before a refusal is answered first, what comes after it not at all", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.send("ECHO a\nECHO b\nnonsense\nECHO c\n")
		c.expect("ECHO a\nECHO b\n")
		c.expectRefusal("bad-request")
	}},
	{Name: "bad/others-served", Doc: "a refusal is one connection's own affair", Parts: []string{Chat}, run: func(t *T) {
		other := t.dial()
		other.echo("before")
		t.refused("nonsense")
		other.echo("after")
	}},
	{Name: "long/line", Doc: "a line of more than 65,536 bytes is ERR too-long and close", Parts: []string{Chat}, run: func(t *T) {
		for _, line := range []string{lineOf(maxLine + 1), "nonsense" + strings.Repeat("x", maxLine-7) + "\n", lineOf(maxLine)[:maxLine] + "\r\n"} {
			c := t.dial()
			c.send(line)
			c.expectRefusal("too-long")
		}
	}},
	{Name: "long/unfinished", Doc: "a line is too long before its LF has come", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.ask("ECHO a\n", "ECHO a\n")
		c.send(lineOf(maxLine + 1)[:maxLine+1])
		c.expectRefusal("too-long")
	}},
	{Name: "long/other-requests", Doc: "a line of up to 65,536 bytes is judged by what it asks, not by its length", Parts: []string{Chat}, run: func(t *T) {
		t.refused(strings.Repeat("x", maxLine))
	}},
	{Name: "cr/ignored", Doc: "one CR before the LF is ignored", Parts: []string{Chat}, run: func(t *T) {
		c, room := t.dial(), t.room()
		c.ask("JOIN "+room+" ann\r\n", "JOINED "+room+" 0\n")
		c.ask("SAY hi\r\n", "MSG 1 ann hi\n")
		c.send("STATS\r\n")
		c.line()
		c.ask("QUIT\r\n", "BYE\n")
		c.expectEnd()
	}},
	{Name: "quit/bye", Doc: "QUIT: BYE, closes", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.ask("QUIT\n", "BYE\n")
		c.expectEnd()
	}},
	{Name: "quit/in-order", Doc: "QUIT flushes what is owed before BYE", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.send(numbered("ECHO r", 100) + "QUIT\n")
		c.expect(numbered("ECHO r", 100) + "BYE\n")
		c.expectEnd()
	}},
	{Name: "quit/flushes", Doc: "QUIT flushes what is owed, however much and however slowly it is read", Parts: []string{Chat}, run: func(t *T) {
		c := t.dialSmall()
		stream := strings.Repeat(lineOf(8000), 400)
		c.exchange(stream+"QUIT\n", stream+"BYE\n")
		c.expectEnd()
	}},
	{Name: "quit/last-word", Doc: "after QUIT nothing is answered", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.ask("QUIT\nECHO a\nSTATS\n", "BYE\n")
		c.expectGone()
	}},
	{Name: "fin/half-line", Doc: "at the client's FIN the whole lines are handled, and half a line is none", Parts: []string{Chat}, run: func(t *T) {
		for _, half := range []string{"E", "ECHO half", "ECHO half\r", "nons", "STATS", "QUIT"} {
			c := t.dial()
			c.send("ECHO whole\n" + half)
			c.fin()
			c.expect("ECHO whole\n")
			c.expectEnd()
		}
	}},
	{Name: "stats/shape", Doc: `STATS: one line of JSON {"model","conns","waiters","members","rooms","dropped_slow"}`, Parts: []string{Chat}, core: true, run: statsShape},
	{Name: "stats/conns", Doc: "conns is how many connections are open", Parts: []string{Chat}, run: statsConns},
	{Name: "order/mixed", Doc: "requests of every kind on one connection are answered in the order sent", Parts: []string{Chat}, run: func(t *T) {
		c, room := t.dial(), t.room()
		c.send("ECHO a\nSAY early\nECHO b\nJOIN " + room + " ann\nECHO c\nSAY one\nECHO d\nSAY two\nSTATS\nECHO e\nQUIT\n")
		c.expect("ECHO a\nERR not-joined\nECHO b\nJOINED " + room + " 0\nECHO c\nMSG 1 ann one\nECHO d\nMSG 2 ann two\n{")
		c.line()
		c.expect("ECHO e\nBYE\n")
		c.expectEnd()
	}},
}

// refused sends each line on a connection of its own, which must be refused.
func (t *T) refused(lines ...string) {
	for _, line := range lines {
		c := t.dial()
		c.send(line + "\n")
		c.expectRefusal("bad-request")
	}
}

// refusedAs is refused behind requests that put the connection where it matters.
func (t *T) refusedAs(open, opened string, lines ...string) {
	for _, line := range lines {
		c := t.dial()
		c.ask(open, opened)
		c.send(line + "\n")
		c.expectRefusal("bad-request")
	}
}

func statsShape(t *T) {
	c := t.dial()
	c.send("STATS\nECHO after\n")
	line := c.line()
	c.expect("ECHO after\n")
	var got map[string]any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		c.failf("expected one line of JSON, got %s: %v", quote(line), err)
	}
	keys := []string{"conns", "dropped_slow", "members", "model", "rooms", "waiters"}
	var have []string
	for key, value := range got {
		have = append(have, key)
		n, number := value.(float64)
		switch {
		case key == "model":
			if name, _ := value.(string); name == "" {
				c.failf("model is %v in %s, expected a name", value, line)
			}
		case !number || n < 0 || n != float64(int64(n)):
			c.failf("%s is %v in %s, expected a count", key, value, line)
		case key == "conns" && n < 1:
			c.failf("conns is %v in %s, expected this connection at least", value, line)
		}
	}
	if slices.Sort(have); !slices.Equal(have, keys) {
		c.failf("expected the keys %v, got %v", keys, have)
	}
}

func statsConns(t *T) {
	c := t.dial()
	before := c.settled().Conns
	grow := func(what string, n int) {
		c.counts("conns "+what, before+n, func(s stats) int { return s.Conns })
	}
	more := t.dialAll(12)
	for _, m := range more {
		m.echo("here")
	}
	grow("after 12 more connected", 12)
	for _, m := range more[:4] {
		m.fin()
	}
	for _, m := range more[4:8] {
		m.ask("QUIT\n", "BYE\n")
	}
	more[8].reset()
	more[9].send("nonsense\n")
	grow("after 10 of them left", 2)
}

package modeltest

import (
	"fmt"
	"strings"
)

// boundCases are bounds on what clients may make a server hold, and whom it lets in.
var boundCases = []Case{
	{Name: "send/origin", Doc: "POST /send from a page of another origin is 403, and nothing is sent",
		Parts: []string{HTTPComet}, run: func(t *T) {
			c, r := t.dial(), t.room()
			sends := func(host string, origins ...string) {
				fields := "Host: " + host + "\r\n"
				for _, origin := range origins {
					fields += "Origin: " + origin + "\r\n"
				}
				c.send("POST /send?room=" + r + " HTTP/1.1\r\n" + fields + "Content-Length: 13\r\n\r\n" + `{"text":"hi"}`)
			}
			for _, origins := range [][]string{
				{"http://evil.example"}, {"null"}, {"http://chat.example:7001"}, {"http://chat.example"},
				{"http://chat.example:7000.evil.example"},
				{"http://evil.example", "http://chat.example:7000"},
			} {
				sends("chat.example:7000", origins...)
				c.expectError(403)
			}
			sends("[::1]:7000", "http://[::2]:7000")
			c.expectError(403)
			for i, same := range [][]string{
				{"chat.example:7000"}, {"chat.example:7000", "http://chat.example:7000"}, {"Chat.example:7000", "http://chat.EXAMPLE:7000"},
				{"chat.example", "http://chat.example"}, {"chat.example:80", "http://chat.example"},
				{"chat.example:443", "https://chat.example"}, {"[::1]:7000", "http://[::1]:7000"},
			} {
				sends(same[0], same[1:]...)
				c.expectSent(i + 1)
			}
			c.send("GET /stats HTTP/1.1\r\nHost: chat.example\r\nOrigin: http://evil.example\r\n\r\n")
			c.answer(200) // it changes nothing
		}},
	{Name: "rooms/most", Doc: "a room past 65,536 is refused: HTTP 503", Parts: []string{HTTPComet}, Owns: true, run: func(t *T) {
		c := t.fillRooms()
		for range 2 {
			c.send(sending("one-more", "ann", "hi"))
			c.expectError(503)
			c.send(waiting("one-more", -1, 1000))
			c.expectError(503)
		}
		c.says("r0", "ann", "still here", 2)
		c.send(waiting("r1", 0, 1000))
		c.expectMessage(message{1, "anon", "x"})
	}},
	{Name: "rooms/most-lines", Doc: "a room past 65,536 is refused: ERR too-many-rooms and close",
		Parts: []string{Chat, HTTPComet}, Owns: true, run: func(t *T) {
			t.fillRooms()
			for range 2 {
				c := t.dial()
				c.send("ECHO a\nJOIN one-more ann\nSAY hi\nECHO b\n")
				c.expect("ECHO a\n")
				c.expectRefusal("too-many-rooms")
			}
			c := t.join("r7", "ann", 1)
			c.ask("SAY hi\n", "MSG 2 ann hi\n")
		}},
}

const maxRooms = 65536

// fillRooms starts a server and has somebody say something in as many rooms as there may be: r0, r1 …
func (t *T) fillRooms() *client {
	t.start(StartConfig{})
	c := t.dial()
	const atOnce = 512
	for first := 0; first < maxRooms; first += atOnce {
		var requests strings.Builder
		for i := range atOnce {
			requests.WriteString(post(fmt.Sprint("/send?room=r", first+i), `{"text":"x"}`))
		}
		sent := c.begin(requests.String())
		for range atOnce {
			c.expectSent(1)
		}
		sent()
	}
	return c
}

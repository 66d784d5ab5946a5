package modeltest

import (
	"fmt"
	"strings"
)

// chatCases are rooms: who may enter, what may be said, who hears it, who is counted.
var chatCases = []Case{
	{Name: "join/new-room", Doc: "a room exists from its first use, and its ids begin after 0", Parts: []string{Chat}, core: true, run: func(t *T) {
		t.join(t.room(), "ann", 0)
	}},
	{Name: "join/lobby", Doc: "lobby is a room", Parts: []string{Chat}, run: func(t *T) {
		c := t.dial()
		c.send("JOIN lobby ann\n")
		c.expect("JOINED lobby ")
		c.line()
	}},
	{Name: "join/names", Doc: "a room is 1 to 64 and a name 1 to 32 of A-Z a-z 0-9 _ . -", Parts: []string{Chat}, run: func(t *T) {
		room := t.room()
		room += strings.Repeat("r", 64-len(room))
		t.join(room, strings.Repeat("n", 32), 0)
		t.join(t.room()+"-AZaz09_.", "-.AZaz09_", 0)
	}},
	{Name: "join/bad-names", Doc: "no other name is one", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		for _, bad := range []string{"", "é", "a/b", "a b", "a\tb", "a\x00b", "a:b", "a\rb"} {
			t.refused("JOIN "+bad+" ann", "JOIN "+r+" "+bad)
		}
		t.refused("JOIN "+r+strings.Repeat("r", 65-len(r))+" ann", "JOIN "+r+" "+strings.Repeat("n", 33))
	}},
	{Name: "join/arguments", Doc: "JOIN takes a room and a name", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		t.refused("JOIN", "JOIN ", "JOIN "+r, "JOIN "+r+" ", "JOIN "+r+" ann bob", "JOIN  "+r+" ann", "JOIN "+r+"  ann")
	}},
	{Name: "join/twice", Doc: "one room a connection", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		t.refusedAs("JOIN "+r+" ann\n", "JOINED "+r+" 0\n", "JOIN "+t.room()+" ann", "JOIN "+r+" ann")
	}},
	{Name: "join/head", Doc: "JOINED <room> <head>: from here on this connection gets every message with id > head", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann := t.join(r, "ann", 0)
		ann.ask("SAY one\nSAY two\nSAY three\n", "MSG 1 ann one\nMSG 2 ann two\nMSG 3 ann three\n")
		bob := t.join(r, "bob", 3)
		ann.ask("SAY four\n", "MSG 4 ann four\n")
		bob.expect("MSG 4 ann four\n")
	}},
	{Name: "join/same-name", Doc: "a name is no one's own", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		one, two := t.join(r, "ann", 0), t.join(r, "ann", 0)
		one.ask("SAY hi\n", "MSG 1 ann hi\n")
		two.expect("MSG 1 ann hi\n")
	}},
	{Name: "say/not-joined", Doc: "SAY before JOIN is ERR not-joined, and the connection lives on", Parts: []string{Chat}, run: func(t *T) {
		c, r := t.dial(), t.room()
		c.ask("SAY hi\n", "ERR not-joined\n")
		c.ask("SAY hi\nECHO a\n", "ERR not-joined\nECHO a\n")
		c.ask("JOIN "+r+" ann\nSAY hi\n", "JOINED "+r+" 0\nMSG 1 ann hi\n")
	}},
	{Name: "say/everyone", Doc: "every member of the room, the speaker too, gets MSG <id> <from> <text>", Parts: []string{Chat}, core: true, run: func(t *T) {
		r := t.room()
		members := []*client{t.join(r, "m0", 0), t.join(r, "m1", 0), t.join(r, "m2", 0)}
		for i, speaker := range members {
			speaker.send("SAY hello\n")
			for _, m := range members {
				m.expect(fmt.Sprintf("MSG %d m%d hello\n", i+1, i))
			}
		}
	}},
	{Name: "say/verbatim", Doc: "text is UTF-8 and comes as it was said", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		for i, text := range []string{" ", "  a  b  ", "MSG 1 ann x", "é ü 漢字 😀", "\u2028\u00a0\ufeff\ufffd", "%d \\n \"quoted\" 'too'", "QUIT", "a\u0301"} {
			msg := fmt.Sprintf("MSG %d ann %s\n", i+1, text)
			ann.ask("SAY "+text+"\n", msg)
			bob.expect(msg)
		}
	}},
	{Name: "say/longest", Doc: "text is up to 4096 bytes", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		for i, text := range []string{strings.Repeat("x", maxText), strings.Repeat("é", maxText/2)} {
			msg := fmt.Sprintf("MSG %d ann %s\n", i+1, text)
			ann.ask("SAY "+text+"\n", msg)
			bob.expect(msg)
		}
	}},
	{Name: "say/too-long", Doc: "text is no more than 4096 bytes, whatever the number of characters", Parts: []string{Chat}, run: func(t *T) {
		t.unsayable(strings.Repeat("x", maxText+1), strings.Repeat("é", maxText/2)+"x", strings.Repeat("x", 60000))
	}},
	{Name: "say/empty", Doc: "text is 1 byte at least", Parts: []string{Chat}, run: func(t *T) {
		t.unsayable("", "\r")
		r := t.room()
		t.refusedAs("JOIN "+r+" ann\n", "JOINED "+r+" 0\n", "SAY", "SAYhi")
	}},
	{Name: "say/controls", Doc: "text is without control characters", Parts: []string{Chat}, run: func(t *T) {
		t.unsayable("a\x00b", "a\tb", "\x1b[2J", "a\x7f", "a\rb", "a\r\r", "\x01", "a\x1f", "a\u0085b", "\u009b")
	}},
	{Name: "say/not-utf8", Doc: "text is UTF-8", Parts: []string{Chat}, run: func(t *T) {
		t.unsayable("\xff", "a\x80b", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe6\xbc", strings.Repeat("x", 100)+"\xfe")
	}},
	{Name: "fin/half-say", Doc: "at FIN every whole line is said, and half a line is not", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		ann.send(numbered("SAY n", 100) + "SAY hal")
		ann.fin()
		for i := range 100 {
			msg := fmt.Sprintf("MSG %d ann n%d\n", i+1, i)
			ann.expect(msg)
			bob.expect(msg)
		}
		ann.expectEnd()
		bob.ask("SAY bye\n", "MSG 101 bob bye\n")
	}},
	{Name: "quit/member", Doc: "QUIT flushes a member's messages before BYE", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		ann.ask("SAY one\n", "MSG 1 ann one\n")
		bob.send("SAY two\nQUIT\n")
		bob.expect("MSG 1 ann one\nMSG 2 bob two\nBYE\n")
		bob.expectEnd()
		ann.expect("MSG 2 bob two\n")
	}},
	{Name: "room/own-ids", Doc: "ids count 1, 2, 3 … per room, and a message stays in its room", Parts: []string{Chat}, run: func(t *T) {
		r, q := t.room(), t.room()
		ann, bob := t.join(r, "ann", 0), t.join(q, "bob", 0)
		for i := 1; i <= 5; i++ {
			ann.ask("SAY in r\n", fmt.Sprintf("MSG %d ann in r\n", i))
		}
		bob.ask("SAY in q\n", "MSG 1 bob in q\n")
		ann.echo("nothing of q")
		t.join(strings.ToUpper(r), "cas", 0)
		t.join(r[:len(r)-1]+"_", "sub", 0)
	}},
	{Name: "room/outlives-members", Doc: "a room that nobody is in any more keeps its ids", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann := t.join(r, "ann", 0)
		ann.ask("SAY one\nSAY two\nQUIT\n", "MSG 1 ann one\nMSG 2 ann two\nBYE\n")
		ann.expectEnd()
		t.join(r, "bob", 2).ask("SAY three\n", "MSG 3 bob three\n")
	}},
	{Name: "room/more-than-the-ring", Doc: "the ring of 200 messages bounds what a room remembers, not what its members are sent", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		ann.send(numbered("SAY n", 500))
		for i := range 500 {
			msg := fmt.Sprintf("MSG %d ann n%d\n", i+1, i)
			ann.expect(msg)
			bob.expect(msg)
		}
		t.join(r, "cas", 500)
	}},
	{Name: "room/total-order", Doc: "one total order that every member sees, also where many speak at once", Parts: []string{Chat}, run: totalOrder},
	{Name: "room/coming-and-going", Doc: "who joins while others talk gets every id after its head, and nobody else misses one", Parts: []string{Chat}, run: comingAndGoing},
	{Name: "room/leave", Doc: "a member that leaves, by QUIT, FIN or RST, is counted no more, and the others are still told", Parts: []string{Chat}, run: leaving},
	{Name: "room/reset-in-mid-line", Doc: "half a line is never said, and a member's reset is no one else's affair", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		bob.ask("SAY whole\nSAY hal", "MSG 1 bob whole\n")
		ann.expect("MSG 1 bob whole\n")
		before := ann.settled().Members
		bob.reset()
		ann.counts("members after one of them reset", before-1, func(s stats) int { return s.Members })
		ann.ask("SAY after\n", "MSG 2 ann after\n")
	}},
	{Name: "stats/rooms", Doc: "members counts who is in a room, rooms counts rooms", Parts: []string{Chat}, run: statsRooms},
}

// join connects a new member of the room.
func (t *T) join(room, name string, head int) *client {
	c := t.dial()
	c.join(room, name, head)
	return c
}

func (c *client) join(room, name string, head int) {
	c.ask("JOIN "+room+" "+name+"\n", fmt.Sprintf("JOINED %s %d\n", room, head))
}

// unsayable has each text refused, and not said.
func (t *T) unsayable(texts ...string) {
	r := t.room()
	bob := t.join(r, "bob", 0)
	for _, text := range texts {
		c := t.join(r, "ann", 0)
		c.send("SAY " + text + "\n")
		c.expectRefusal("bad-request")
	}
	bob.ask("SAY nothing before\n", "MSG 1 bob nothing before\n")
}

func leaving(t *T) {
	r := t.room()
	ann := t.join(r, "ann", 0)
	before := ann.settled().Members
	count := func(what string, n int) {
		ann.counts("members "+what, before+n, func(s stats) int { return s.Members })
	}
	others := make([]*client, 9)
	for i := range others {
		others[i] = t.join(r, fmt.Sprint("m", i), 0)
	}
	count("after nine joined", 9)
	for i, m := range others[:6] {
		switch i % 3 {
		case 0:
			m.ask("QUIT\n", "BYE\n")
			m.expectEnd()
		case 1:
			m.fin()
			m.expectEnd()
		case 2:
			m.reset()
		}
	}
	count("after six of them left", 3)
	ann.ask("SAY still here\n", "MSG 1 ann still here\n")
	for _, m := range others[6:] {
		m.expect("MSG 1 ann still here\n")
	}
}

func statsRooms(t *T) {
	c := t.dial()
	before := c.settled()
	count := func(what string, members, rooms int) {
		c.counts("members "+what, before.Members+members, func(s stats) int { return s.Members })
		c.counts("rooms "+what, before.Rooms+rooms, func(s stats) int { return s.Rooms })
	}
	r := t.room()
	ann := t.join(r, "ann", 0)
	count("after a member of a new room", 1, 1)
	t.join(r, "bob", 0)
	count("after a second member of it", 2, 1)
	t.join(t.room(), "cas", 0)
	count("after a member of another", 3, 2)
	ann.ask("SAY hi\nSAY hi\n", "MSG 1 ann hi\nMSG 2 ann hi\n")
	t.refused("JOIN " + t.room() + " ")
	count("after talk and a refusal", 3, 2)
}

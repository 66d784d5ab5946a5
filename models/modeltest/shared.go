package modeltest

import (
	"fmt"
	"strconv"
	"strings"
)

// sharedCases are rooms in which some speak lines and some HTTP.
var sharedCases = []Case{
	{Name: "shared/say-wakes", Doc: "what a line client says reaches waiters, under the same id", Parts: []string{HTTPComet, Chat}, run: func(t *T) {
		r := t.room()
		ann, w := t.join(r, "ann", 0), t.dial()
		before := ann.settled().Waiters
		w.send(waiting(r, 0, 60000))
		ann.counts("waiters", before+1, func(s stats) int { return s.Waiters })
		ann.ask("SAY from a line <b>\"é\\\n", "MSG 1 ann from a line <b>\"é\\\n")
		w.expectMessage(message{1, "ann", `from a line <b>"é\`})
	}},
	{Name: "shared/send-tells", Doc: "what is sent over HTTP reaches members, under the same id", Parts: []string{HTTPComet, Chat}, run: func(t *T) {
		r := t.room()
		ann, bob, c := t.join(r, "ann", 0), t.join(r, "bob", 0), t.dial()
		c.says(r, "cas", `from a "browser" é`, 1)
		for _, m := range []*client{ann, bob} {
			m.expect("MSG 1 cas from a \"browser\" é\n")
		}
		ann.ask("SAY and back\n", "MSG 2 ann and back\n")
		c.says(r, "cas", "again", 3)
		bob.expect("MSG 2 ann and back\nMSG 3 cas again\n")
		t.join(r, "late", 3)
	}},
	{Name: "shared/history", Doc: "the ring holds what was said in either way", Parts: []string{HTTPComet, Chat}, run: func(t *T) {
		r := t.room()
		ann, c := t.join(r, "ann", 0), t.dial()
		for id := 1; id <= 20; id += 2 {
			text := fmt.Sprint("text ", id)
			ann.ask("SAY "+text+"\n", fmt.Sprintf("MSG %d ann %s\n", id, text))
			c.says(r, "cas", text, id+1)
			ann.expect(fmt.Sprintf("MSG %d cas %s\n", id+1, text))
		}
		c.send(waiting(r, 0, 1000))
		for i, m := range c.expectNews(1, 20, 0) {
			if want := (message{i + 1, []string{"ann", "cas"}[i%2], fmt.Sprint("text ", i/2*2+1)}); m != want {
				c.failf("expected %+v, got %+v", want, m)
			}
		}
	}},
	{Name: "shared/total-order", Doc: "one total order that every member and every waiter sees, also where many speak at once in either way", Parts: []string{HTTPComet, Chat}, run: sharedOrder},
}

// wakes parks n waiters in a room and one in another, and sends a message.
func (t *T) wakes(n int) {
	watch, r, other := t.dial(), t.room(), t.dial()
	before := watch.httpStats().Waiters
	q := t.room()
	other.send(waiting(q, 0, 60000))
	all := t.dialAll(n)
	for i, c := range all {
		c.send(waiting(r, -min(i%2, 1), 60000))
	}
	watch.waiters(before + n + 1)
	for id := 1; id <= 2; id++ {
		want := message{id, "ann", fmt.Sprint("wake ", id)}
		watch.says(r, want.From, want.Text, id)
		for _, c := range all {
			c.expectMessage(want)
		}
		if id == 1 {
			for _, c := range all {
				c.send(waiting(r, 1, 60000))
			}
			watch.waiters(before + n + 1)
		}
	}
	watch.waiters(before + 1)
	watch.says(q, "ann", "you too", 1)
	other.expectMessage(message{1, "ann", "you too"})
}

// herd has waiters poll while senders send. A waiter that falls so far behind that it misses messages is told so, and no more are
// sent than a room keeps, so that none does.
func herd(t *T) {
	const waiters, senders, each = 16, 4, 45
	r := t.room()
	t.each(waiters+senders, func(i int) {
		c := t.dial()
		if i >= waiters {
			for k := range each {
				c.send(sending(r, fmt.Sprint("s", i-waiters), strconv.Itoa(k)))
				c.answer(200)
			}
			return
		}
		c.hear(r, senders*each)
	})
}

// hear waits for the messages 1 to last of a room in which each speaker counts from 0, and returns who said them.
func (c *client) hear(room string, last int) (from []string) {
	next := map[string]int{}
	for since := 0; since < last; {
		c.send(waiting(room, since, 60000))
		n := c.news()
		if len(n.Messages) == 0 || n.Messages[0].ID != since+1 || n.Missed != 0 {
			c.failf("expected the messages after %d, got %+v", since, n)
		}
		for _, m := range n.Messages {
			if m.Text != strconv.Itoa(next[m.From]) {
				c.failf("message %d is %s's %q, expected its %d: a speaker's own order is kept", m.ID, m.From, m.Text, next[m.From])
			}
			next[m.From]++
			from = append(from, m.From)
		}
		since = n.Next
	}
	return from
}

func sharedOrder(t *T) {
	const kinds, each = 5, 18 // lines and senders: 180 messages, no more than a room keeps
	r := t.room()
	members := make([]*client, kinds)
	for i := range members {
		members[i] = t.join(r, fmt.Sprint("line", i), 0)
	}
	heard := make([]string, 2*kinds)
	t.each(3*kinds, func(i int) {
		switch kind, i := i/kinds, i%kinds; kind {
		case 0: // a member that speaks
			members[i].send(numbered("SAY ", each))
			var from []string
			for id := 1; id <= 2*kinds*each; id++ {
				who, _ := members[i].message(id)
				from = append(from, who)
			}
			heard[i] = strings.Join(from, " ")
		case 1:
			c := t.dial()
			for k := range each {
				c.send(sending(r, fmt.Sprint("http", i), strconv.Itoa(k)))
				c.answer(200)
			}
		case 2:
			heard[kinds+i] = strings.Join(t.dial().hear(r, 2*kinds*each), " ")
		}
	})
	for i := range heard {
		if heard[i] != heard[0] {
			t.failf("of %d listeners, numbers 0 and %d heard the same ids from different speakers", len(heard), i)
		}
	}
}

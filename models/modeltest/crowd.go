package modeltest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// crowdCases are rooms in which many speak and wait at once.
var crowdCases = []Case{
	{Name: "room/total-order", Doc: "one total order that every member sees, also where many speak at once",
		Parts: []string{Chat}, run: totalOrder},
	{Name: "room/coming-and-going", Doc: "who joins while others talk gets every id after its head, and nobody else misses one",
		Parts: []string{Chat}, run: comingAndGoing},
	{Name: "wait/herd", Doc: "waiters that come again with next see every message once, in order, however many are sent meanwhile",
		Parts: []string{HTTPComet}, run: herd},
	{Name: "shared/total-order",
		Doc:   "one total order that every member and every waiter sees, also where many speak at once in either way",
		Parts: []string{HTTPComet, Chat}, run: sharedOrder},
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

// message reads the next message, which must carry that id.
func (c *client) message(id int) (from, text string) {
	line := c.line()
	words := strings.SplitN(line, " ", 4)
	if len(words) != 4 || words[0] != "MSG" || words[1] != strconv.Itoa(id) {
		c.failf("expected MSG %d …, got %s", id, quote(line))
	}
	return words[2], words[3]
}

// order is who said the messages of a room, in which each speaker counts from 0.
type order struct {
	from []string
	next map[string]int // by speaker
}

func (o *order) hear(c *client, id int, from, text string) {
	if o.next == nil {
		o.next = map[string]int{}
	}
	if text != strconv.Itoa(o.next[from]) {
		c.failf("message %d is %s's %q, expected its %d: a speaker's own order is kept", id, from, text, o.next[from])
	}
	o.next[from]++
	o.from = append(o.from, from)
}

// hearLines reads the messages 1 to last, as a member.
func (c *client) hearLines(last int) (o order) {
	for id := 1; id <= last; id++ {
		from, text := c.message(id)
		o.hear(c, id, from, text)
	}
	return o
}

// hearHTTP reads them as a waiter that comes again with next.
func (c *client) hearHTTP(room string, last int) (o order) {
	for since := 0; since < last; {
		c.send(waiting(room, since, 60000))
		n := c.news()
		if len(n.Messages) == 0 || n.Messages[0].ID != since+1 || n.Missed != 0 {
			c.failf("expected the messages after %d, got %+v", since, n)
		}
		for _, m := range n.Messages {
			o.hear(c, m.ID, m.From, m.Text)
		}
		since = n.Next
	}
	return o
}

// count sends messages that count from 0.
func (c *client) count(room, from string, n int) {
	for k := range n {
		c.send(sending(room, from, strconv.Itoa(k)))
		c.answer(200)
	}
}

func (t *T) sameOrder(heard []order) {
	for i := range heard {
		if !slices.Equal(heard[i].from, heard[0].from) {
			t.failf("of %d listeners, numbers 0 and %d heard the same ids from different speakers", len(heard), i)
		}
	}
}

func totalOrder(t *T) {
	const speakers, each = 16, 200
	r := t.room()
	members := t.joinAll(r, speakers)
	heard := make([]order, speakers)
	t.each(speakers, func(i int) {
		members[i].send(numbered("SAY ", each))
		heard[i] = members[i].hearLines(speakers * each)
	})
	t.sameOrder(heard)
	t.join(r, "late", speakers*each)
}

// joinAll connects n members of a new room.
func (t *T) joinAll(room string, n int) (all []*client) {
	for i := range n {
		all = append(all, t.join(room, fmt.Sprint("member", i), 0))
	}
	return all
}

func sharedOrder(t *T) {
	const kinds, each = 5, 18 // lines and senders: 180 messages, no more than a room keeps
	r := t.room()
	members := t.joinAll(r, kinds)
	heard := make([]order, 2*kinds)
	t.each(3*kinds, func(i int) {
		switch kind, i := i/kinds, i%kinds; kind {
		case 0:
			members[i].send(numbered("SAY ", each))
			heard[i] = members[i].hearLines(2 * kinds * each)
		case 1:
			t.dial().count(r, fmt.Sprint("http", i), each)
		case 2:
			heard[kinds+i] = t.dial().hearHTTP(r, 2*kinds*each)
		}
	})
	t.sameOrder(heard)
}

// herd has waiters poll while senders send. A waiter that falls so far behind that it misses messages is told so, and no more are
// sent than a room keeps, so that none does.
func herd(t *T) {
	const waiters, senders, each = 16, 4, 45
	r := t.room()
	t.each(waiters+senders, func(i int) {
		c := t.dial()
		if i >= waiters {
			c.count(r, fmt.Sprint("s", i-waiters), each)
		} else {
			c.hearHTTP(r, senders*each)
		}
	})
}

func comingAndGoing(t *T) {
	const speakers, visitors, visits = 3, 4, 30
	r := t.room()
	listener := t.join(r, "listener", 0)
	talkers := t.joinAll(r, speakers)
	var over atomic.Bool
	var still atomic.Int32
	still.Store(visitors)
	t.each(1+speakers+visitors, func(i int) {
		switch {
		case i == 0:
			listener.hearOut(speakers)
		case i <= speakers:
			talkers[i-1].talk(fmt.Sprint("member", i-1), &over)
		default:
			defer func() {
				if still.Add(-1) == 0 {
					over.Store(true)
				}
			}()
			for v := range visits {
				t.visit(r, v)
			}
		}
	})
}

// hearOut hears every message from the first to the last word of every speaker.
func (c *client) hearOut(speakers int) {
	lasts := 0
	for id := 1; lasts < speakers; id++ {
		if _, text := c.message(id); text == "last" {
			lasts++
		}
	}
}

// talk says one thing after the other, each once the one before has come back, until it is over; then a last word.
func (c *client) talk(name string, over *atomic.Bool) {
	id := 0
	for text := "more"; ; {
		last := over.Load()
		if last {
			text = "last"
		}
		c.send("SAY " + text + "\n")
		for from := ""; from != name; {
			id++
			from, _ = c.message(id)
		}
		if last {
			return
		}
	}
}

// visit joins, hears a few messages and leaves, each time in another manner.
func (t *T) visit(room string, nth int) {
	c := t.dial()
	c.send("JOIN " + room + " visitor\n")
	line := c.line()
	head, err := strconv.Atoi(strings.TrimPrefix(line, "JOINED "+room+" "))
	if err != nil {
		c.failf("expected JOINED %s <head>, got %s", room, quote(line))
	}
	for id := head + 1; id <= head+5; id++ {
		c.message(id)
	}
	switch nth % 3 {
	case 0:
		c.reset()
	case 1:
		c.fin()
		c.rest()
	case 2:
		c.send("QUIT\n")
		if b := c.rest(); !strings.HasSuffix(string(b), "\nBYE\n") && string(b) != "BYE\n" {
			c.failf("expected BYE last, got %s", quote(b))
		}
	}
}

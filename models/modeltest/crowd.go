package modeltest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// message reads the next message, which must carry that id.
func (c *client) message(id int) (from, text string) {
	line := c.line()
	words := strings.SplitN(line, " ", 4)
	if len(words) != 4 || words[0] != "MSG" || words[1] != strconv.Itoa(id) {
		c.failf("expected MSG %d …, got %s", id, quote(line))
	}
	return words[2], words[3]
}

func totalOrder(t *T) {
	const speakers, each = 16, 200
	r := t.room()
	members := make([]*client, speakers)
	for i := range members {
		members[i] = t.join(r, fmt.Sprint("s", i), 0)
	}
	heard := make([][]string, speakers)
	t.each(speakers, func(i int) {
		members[i].send(numbered("SAY ", each))
		next := map[string]int{} // by speaker: what it says next
		for id := 1; id <= speakers*each; id++ {
			from, text := members[i].message(id)
			if text != strconv.Itoa(next[from]) {
				members[i].failf("message %d is %s's %q, expected its %d: a speaker's own order is kept", id, from, text, next[from])
			}
			next[from]++
			heard[i] = append(heard[i], from)
		}
	})
	for i := range heard {
		if !slices.Equal(heard[i], heard[0]) {
			t.failf("members 0 and %d heard the same ids from different speakers", i)
		}
	}
	t.join(r, "late", speakers*each)
}

func comingAndGoing(t *T) {
	const speakers, visitors, visits = 3, 4, 30
	r := t.room()
	listener := t.join(r, "listener", 0)
	talkers := make([]*client, speakers)
	for i := range talkers {
		talkers[i] = t.join(r, fmt.Sprint("talker", i), 0)
	}
	var over atomic.Bool
	var still atomic.Int32
	still.Store(visitors)
	t.each(1+speakers+visitors, func(i int) {
		switch {
		case i == 0:
			listener.hearOut(speakers)
		case i <= speakers:
			talkers[i-1].talk(fmt.Sprint("talker", i-1), &over)
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

package modeltest

import (
	"fmt"
	"strings"
	"time"
)

// httpLifeCases own a server from start to end.
var httpLifeCases = []Case{
	{Name: "leak/http", Doc: "a connection that spoke HTTP and is gone, however it went, holds nothing", Parts: []string{HTTPEcho}, Owns: true, looks: true, run: func(t *T) {
		t.leaksFrom(func(c *client) { c.echoes("a") }, nil,
			func(c *client) { c.echoes("a"); c.fin(); c.rest() },
			func(c *client) { c.echoes("a"); c.reset() },
			func(c *client) { c.send(post("/echo", "half")[:30]); c.fin(); c.rest() },
			func(c *client) { c.send(post("/echo", strings.Repeat("a", 30000))[:20000]); c.reset() },
			func(c *client) { c.send("GET nowhere\r\n\r\n"); c.fin(); c.rest() },
		)
	}},
	{Name: "leak/wait", Doc: "parked waiters that were answered, timed out or left hold nothing", Parts: []string{HTTPComet}, Owns: true, looks: true, run: func(t *T) {
		t.leaksFrom(func(c *client) { c.send(get("/stats")); c.answer(200) },
			func(watch *client) { watch.waiters(0) },
			func(c *client) { c.send(waiting("r", -1, 1)); c.news(); c.reset() },
			func(c *client) { c.send(waiting("r", -1, 60000)); c.reset() },
			func(c *client) { c.send(waiting("q", 0, 60000)); c.fin(); c.rest() },
			func(c *client) { c.send(waiting("q", 0, 60000) + post("/echo", "behind")); c.reset() },
			func(c *client) {
				c.send(post("/send?room=r", `{"text":"hi"}`) + waiting("r", 0, 60000))
				c.answer(200)
				c.news()
			},
		)
	}},
	{Name: "leak/zip", Doc: "archives that were left hold nothing", Parts: []string{HTTPZip}, Owns: true, looks: true, run: func(t *T) {
		t.leaksFrom(func(c *client) { c.send(zipping(1, 1)); c.expectZip(1, 1) }, nil,
			func(c *client) { c.send(zipping(1000, 1<<20)); c.zipBegins(); c.reset() },
			func(c *client) { c.send(zipping(2, 100)); c.expectZip(2, 100) },
		)
	}},
	{Name: "shutdown/waiters", Doc: "shutdown answers parked waiters with an empty list, flushes, closes", Parts: []string{HTTPComet}, Owns: true, run: func(t *T) {
		srv := t.start(StartConfig{})
		watch := t.dial()
		watch.says("r", "ann", "hi", 1)
		all := t.dialAll(20)
		for _, c := range all {
			c.send(waiting("r", 1, 60000))
		}
		watch.waiters(len(all))
		began := time.Now()
		stopped := t.beside(func() { t.stop(srv) })
		for _, c := range all {
			c.expectNone(1)
			c.expectGone()
		}
		watch.expectGone()
		stopped()
		if took := time.Since(began); took > t.patience/2 {
			t.failf("shutdown took %v with nobody but parked waiters", took)
		}
		t.nothingLeft(srv)
	}},
	{Name: "shutdown/http", Doc: "shutdown closes idle connections and those in mid-request", Parts: []string{HTTPEcho}, Owns: true, run: func(t *T) {
		srv := t.start(StartConfig{})
		all := t.dialAll(10)
		for i, c := range all {
			c.echoes(fmt.Sprint(i))
			if i%2 == 0 {
				c.send(post("/echo", "unfinished")[:20+i])
			}
		}
		t.stop(srv)
		for _, c := range all {
			c.rest()
		}
		t.nothingLeft(srv)
	}},
	{Name: "shutdown/zip", Doc: "an archive that nobody reads holds shutdown up for 5 s at most", Parts: []string{HTTPZip}, Owns: true, run: func(t *T) {
		srv := t.start(StartConfig{})
		c := t.dialSmall()
		c.send(zipping(1000, 1<<20))
		c.zipBegins()
		t.stop(srv)
		c.rest()
		t.nothingLeft(srv)
	}},
}

package modeltest

import (
	"fmt"
	"time"
)

// httpLifeCases own a server from start to end.
var httpLifeCases = []Case{
	{Name: "shutdown/waiters", Doc: "shutdown answers parked waiters with an empty list, flushes, closes",
		Parts: []string{HTTPComet}, Owns: true, run: func(t *T) {
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
	{Name: "shutdown/http", Doc: "shutdown closes idle connections and those in mid-request",
		Parts: []string{HTTPEcho}, Owns: true, run: func(t *T) {
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
	{Name: "shutdown/zip", Doc: "an archive that nobody reads holds shutdown up for 5 s at most",
		Parts: []string{HTTPZip}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			c := t.dialSmall()
			c.send(zipping(1000, 1<<20))
			c.zipBegins()
			t.stop(srv)
			c.rest()
			t.nothingLeft(srv)
		}},
}

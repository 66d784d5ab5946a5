package modeltest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// lifeCases own a server from start to end: its limit, what it leaves behind, its shutdown.
var lifeCases = []Case{
	{Name: "limit/connections",
		Doc:   "connections past the limit are closed at once or left waiting; never a busy loop, never a crash",
		Parts: []string{Echo}, Owns: true, run: limit},
	{Name: "leak/restart", Doc: "a server that has ended leaves nothing behind",
		Parts: []string{Echo}, Owns: true, looks: true, run: restarts},
	{Name: "shutdown/idle", Doc: "shutdown stops accepting and closes, with clients connected",
		Parts: []string{Echo}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			all := t.dialAll(20)
			for i, c := range all[:15] {
				c.echo(fmt.Sprint(i))
			}
			t.stop(srv)
			for _, c := range all {
				c.expectGone()
			}
			if _, err := t.tryDial(nil); err == nil {
				t.failf("the server is gone and %s still accepts", srv.Addr)
			}
			t.nothingLeft(srv)
		}},
	{Name: "shutdown/unread", Doc: "a client that never reads holds shutdown up for 5 s at most",
		Parts: []string{Echo}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			c := t.dialSmall()
			if _, stopped, err := c.flood(lineOf(8000), maxUnread); !stopped {
				c.failf("a client that reads nothing was not made to wait: %v", err)
			}
			t.stop(srv)
			c.rest()
			t.nothingLeft(srv)
		}},
	{Name: "shutdown/members", Doc: "shutdown closes members, and tells them nothing that nobody said",
		Parts: []string{Chat}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			var all []*client
			for i := range 12 {
				all = append(all, t.join(fmt.Sprint("r", i%3), fmt.Sprint("m", i), 0))
				all[i].send("SAY hal")
			}
			t.stop(srv)
			for _, c := range all {
				c.expectGone()
			}
			t.nothingLeft(srv)
		}},
	{Name: "shutdown/flushes", Doc: "shutdown flushes what is owed before it closes",
		Parts: []string{Chat}, Owns: true, run: shutdownFlushes},
	{Name: "shutdown/block", Doc: "a slow request holds shutdown up for 5 s at most, and is not said to be done when it is not",
		Parts: []string{Block, Echo}, Owns: true, run: func(t *T) {
			srv := t.start(StartConfig{})
			all := t.dialAll(3)
			for _, c := range all {
				c.ask("ECHO a\nBLOCK 10000 offload\nECHO b\n", "ECHO a\n")
			}
			t.stop(srv)
			for _, c := range all {
				c.expectGone()
			}
			t.nothingLeft(srv)
		}},
}

func limit(t *T) {
	const most = 8
	t.start(StartConfig{MaxConns: most})
	inside := make([]*client, most)
	for i := range inside {
		inside[i] = t.dial()
		inside[i].echo(fmt.Sprint("inside ", i))
	}
	for i := range most {
		c, err := t.tryDial(nil)
		if err == nil && c.served(100*time.Millisecond) {
			t.failf("connection %d is served, with a limit of %d", most+i+1, most)
		}
		inside[i].echo("inside still")
	}
	t.calm()
	for _, c := range inside[:most/2] {
		c.conn.Close()
	}
	for i := range most / 2 {
		t.until(fmt.Sprintf("a place, after %d of %d clients left and %d came", most/2, most, i), func() (any, bool) {
			c, err := t.tryDial(nil)
			return err, err == nil && c.served(time.Second)
		})
	}
	for _, c := range inside[most/2:] {
		c.echo("inside to the end")
	}
}

// served reports whether an echo comes back; if not, the connection is given up.
func (c *client) served(within time.Duration) bool {
	c.conn.SetDeadline(time.Now().Add(within))
	c.conn.Write([]byte("ECHO anybody\n"))
	if line, err := c.in.ReadString('\n'); err == nil && line == "ECHO anybody\n" {
		return true
	}
	c.conn.Close()
	return false
}

// calm looks whether a server at its limit, with more clients at the door, sleeps.
func (t *T) calm() {
	if t.server.Pid == 0 {
		t.note("the server's CPU time at its limit was not looked at: it shares this process")
		return
	}
	for range 4 {
		if _, err := t.tryDial(nil); err != nil {
			break // refused: that is a way to keep them out
		}
	}
	const watch = 500 * time.Millisecond
	before, known := t.server.cpu()
	time.Sleep(watch)
	after, _ := t.server.cpu()
	if !known {
		t.note("the server's CPU time was not looked at: its process is not known")
	} else if after-before > watch/4 {
		t.failf("the server used %v of CPU in %v with clients at the door and nothing to do", after-before, watch)
	}
}

// restarts starts and stops servers. The first settles what the process itself opens once.
func restarts(t *T) {
	t.mustLook()
	var first, last int
	const more = 5
	shared := false // our process with the servers
	for i := range 1 + more {
		srv := t.start(StartConfig{})
		shared = srv.Pid == 0
		c := t.dial()
		c.echo("a")
		c.conn.Close()
		t.stop(srv)
		t.nothingLeft(srv)
		if last, _ = (&Server{}).files(); i == 0 {
			first = last
		}
	}
	if !shared {
		t.note("descriptors were not looked at: they went with the server's process")
	} else if last >= first+more {
		t.failf("the process holds %d descriptors more after %d servers have come and gone", last-first, more)
	}
}

// nothingLeft looks, where the server shared this process, whether a goroutine of it lives on.
func (t *T) nothingLeft(srv *Server) {
	if srv.Pid == 0 {
		t.until("goroutines of a server that has ended", func() (any, bool) {
			n, _ := srv.tasks()
			return n, n == 0
		})
	}
}

// shutdownFlushes stops the server when members that do not read are owed a lot. How much the kernel takes in for them
// cannot be known, so they join 64 KiB of talk apart: when the first is owed too much and dropped, the others are owed
// about that much less each.
func shutdownFlushes(t *T) {
	const apart = 64 << 10 / maxText
	srv := t.start(StartConfig{})
	watch, ann := t.dial(), t.join("r", "ann", 0)
	slow := make([]*client, 4)
	id := 0
	for i := range slow {
		slow[i] = t.dialSmall()
		slow[i].join("r", "slow", id)
		for range apart {
			id++
			sayBig(ann, id)
		}
	}
	last := t.sayUntilDropped(id+1, ann, nil, watch)
	dropped := watch.stats().DroppedSlow

	stopped := t.beside(func() { t.stop(srv) })
	var cut atomic.Int32
	t.each(len(slow), func(i int) {
		var want strings.Builder
		for id := i*apart + 1; id <= last; id++ {
			want.WriteString(bigMessage(id))
		}
		if got := slow[i].rest(); string(got) != want.String() {
			cut.Add(1)
		}
	})
	stopped()
	if n := int(cut.Load()); n > dropped {
		t.failf("%d of %d members did not get all that was said before shutdown; %d had been dropped", n, len(slow), dropped)
	}
	t.nothingLeft(srv)
}

package modeltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// T is one case under way. Its methods end the case when the server is not as they say.
type T struct {
	suite    *suite
	ctx      context.Context
	patience time.Duration
	server   *Server // the case's own or the shared one
	looks    bool    // the case says that it looks into processes

	mu      sync.Mutex // guards all below
	clients []*client
	owned   []*Server
	notes   []string
}

type (
	failure string // panicked with, to end a case
	skipped string
)

func (t *T) failf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

// note tells, in the result of a case that passes, what could not be looked at.
func (t *T) note(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, what)
}

// perform runs the case, then closes its clients and stops its servers.
func (t *T) perform(c Case) (outcome Outcome, why string) {
	defer context.AfterFunc(t.ctx, t.interrupt)()
	end := attempt(func() { t.begin(c); c.run(t) })
	left := attempt(t.leave)
	if end == nil {
		end = left
	}
	switch end := end.(type) {
	case skipped:
		return Skip, string(end)
	case failure:
		if t.ctx.Err() != nil {
			return Skip, "interrupted"
		}
		return Fail, string(end)
	}
	return Pass, strings.Join(t.notes, "; ")
}

// attempt runs f and returns what ended it early, if anything did.
func attempt(f func()) (end any) {
	defer func() {
		end = recover()
		switch end.(type) {
		case nil, failure, skipped:
		default:
			panic(end)
		}
	}()
	f()
	return nil
}

// interrupt ends every wait of a case that nobody wants any more.
func (t *T) interrupt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.clients {
		c.conn.Close()
	}
}

func (t *T) begin(c Case) {
	if c.Owns {
		if t.suite.target.Start == nil {
			panic(skipped("needs to start and stop the server itself; this one is known by its address only"))
		}
		return
	}
	srv, err := t.suite.share()
	if err != nil {
		t.failf("start: %v", err)
	}
	t.server = srv
}

// mustLook holds a case that looks into processes to saying so: cases that run beside it in this one would be seen too.
func (t *T) mustLook() {
	if !t.looks {
		panic("modeltest: this case looks into a process and does not say so")
	}
}

// memory is what the server holds, in bytes.
func (t *T) memory() (n int64, known bool) {
	t.mustLook()
	return t.server.memory()
}

// cpu is the CPU time that the server has used.
func (t *T) cpu() (d time.Duration, known bool) {
	t.mustLook()
	return t.server.cpu()
}

// start gives the case a server of its own.
func (t *T) start(cfg StartConfig) *Server {
	srv, err := t.suite.target.Start(cfg)
	if errors.Is(err, errors.ErrUnsupported) {
		panic(skipped(fmt.Sprintf("cannot be started with %+v: %v", cfg, err)))
	}
	if err != nil {
		t.failf("start: %v", err)
	}
	t.server = srv
	t.mu.Lock()
	t.owned = append(t.owned, srv)
	t.mu.Unlock()
	return srv
}

// stop stops a server of the case's own.
func (t *T) stop(srv *Server) {
	t.disown()
	if err := t.suite.stop(srv); err != nil {
		t.failf("%v", err)
	}
}

// disown takes over who is to be stopped.
func (t *T) disown() []*Server {
	t.mu.Lock()
	defer t.mu.Unlock()
	owned := t.owned
	t.owned = nil
	return owned
}

// leave closes every client, and waits a little for the server to close its end too, so that the next case
// counts no ghosts; then it stops the case's own server.
func (t *T) leave() {
	deadline := time.Now().Add(min(time.Second, t.patience))
	for _, c := range t.clients {
		c.conn.CloseWrite()
		c.conn.SetReadDeadline(deadline)
	}
	for _, c := range t.clients {
		c.drain()
		c.conn.Close()
	}
	for _, srv := range t.disown() {
		t.stop(srv)
	}
}

// room is a new name for a room, of 24 bytes.
func (t *T) room() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.suite.nrooms++
	return fmt.Sprintf("%s%05d", t.suite.rooms, t.suite.nrooms)
}

// dial connects a new client.
func (t *T) dial() *client { return t.dialWith(nil) }

// dialSmall connects a client whose kernel takes in little, so that a server soon feels that it does not read.
func (t *T) dialSmall() *client {
	return t.dialWith(func(_, _ string, raw syscall.RawConn) error {
		var err error
		ctl := raw.Control(func(fd uintptr) {
			// Before connect: the window offered from then on never grows past it (tcp(7)).
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 64<<10)
		})
		return errors.Join(ctl, err)
	})
}

func (t *T) dialWith(control func(_, _ string, raw syscall.RawConn) error) *client {
	c, err := t.tryDial(control)
	if err != nil {
		t.failf("%v", err)
	}
	return c
}

func (t *T) tryDial(control func(_, _ string, raw syscall.RawConn) error) (*client, error) {
	d := net.Dialer{Timeout: t.patience, Control: control}
	conn, err := d.DialContext(t.ctx, "tcp", t.server.Addr)
	if err != nil {
		return nil, err
	}
	c := newClient(t, conn.(*net.TCPConn))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clients = append(t.clients, c)
	return c, nil
}

// dialAll connects n clients.
func (t *T) dialAll(n int) []*client {
	all := make([]*client, n)
	for i := range all {
		all[i] = t.dial()
	}
	return all
}

// each does f(0) to f(n-1) at once, and ends the case as the first that failed did.
func (t *T) each(n int, f func(i int)) {
	var first any
	var once sync.Once
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if end := attempt(func() { f(i) }); end != nil {
				once.Do(func() { first = end })
			}
		})
	}
	all.Wait()
	if first != nil {
		panic(first)
	}
}

// beside does f at once with what follows; wait ends the case as f ended, if it failed.
func (t *T) beside(f func()) (wait func()) {
	end := make(chan any, 1)
	go func() { end <- attempt(f) }()
	return func() {
		if end := <-end; end != nil {
			panic(end)
		}
	}
}

// until asks again and again until state is as wanted, which it has to become.
func (t *T) until(what string, state func() (got any, ok bool)) {
	for deadline := time.Now().Add(t.patience); ; {
		got, ok := state()
		if ok {
			return
		}
		if time.Now().After(deadline) || t.ctx.Err() != nil {
			t.failf("%s: still %v after %v", what, got, t.patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stats are the counts that STATS tells.
type stats struct {
	Conns, Waiters, Members, Rooms int
	DroppedSlow                    int `json:"dropped_slow"`
}

// of is a count by its name.
func (s stats) of(name string) int {
	return map[string]int{"conns": s.Conns, "waiters": s.Waiters, "members": s.Members, "rooms": s.Rooms}[name]
}

func (c *client) stats() (s stats) {
	c.send("STATS\n")
	line := c.line()
	if err := json.Unmarshal([]byte(line), &s); err != nil {
		c.t.failf("STATS: %v in %s", err, quote(line))
	}
	return s
}

// settled is the counts once they stand still: who left before may still be on the way out.
func (c *client) settled() stats { return c.t.still(c.stats) }

// standing is for how long counts stand still before they are taken for what they come to: a server that has to share
// its CPU may not have looked for a while at what closed before.
const standing = 100 * time.Millisecond

func (t *T) still(look func() stats) (s stats) {
	s, since := look(), time.Now()
	t.until("counts that stand still", func() (any, bool) {
		time.Sleep(10 * time.Millisecond)
		if now := look(); now != s {
			s, since = now, time.Now()
		}
		return s, time.Since(since) >= standing
	})
	return s
}

// counts waits until one of the counts is as wanted.
func (c *client) counts(what string, want int, of func(stats) int) {
	c.t.until(fmt.Sprintf("%s, expected %d", what, want), func() (any, bool) {
		s := c.stats()
		return of(s), of(s) == want
	})
}

package actor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cbench/models/internal/config"
	"cbench/scenarios/wire"
)

// planted is a fault that a test lays in a room's host.
type planted struct {
	at    point
	skip  int64        // so often it is passed by
	left  atomic.Int64 // so many panics are left in it
	armed atomic.Bool
	fired atomic.Int64
	seen  atomic.Int64
}

func (p *planted) fault(_ *room, at point) {
	if at == p.at && p.armed.Load() && p.seen.Add(1) > p.skip && p.left.Add(-1) >= 0 {
		p.fired.Add(1)
		panic("planted")
	}
}

// start serves until the test ends, or until the server gives up, and returns its address and what it ends with.
func (p *planted) start(t *testing.T) (addr string, ended <-chan error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	over := make(chan struct{})
	go func() {
		done <- serve(ctx, l, config.Config{Name: "actor"}, p.fault)
		close(over)
	}()
	t.Cleanup(func() { cancel(); <-over })
	return l.Addr().String(), done
}

// browser gives up on a server that does not answer.
var browser = http.Client{Timeout: 20 * time.Second}

type client struct {
	*testing.T
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t, nc, bufio.NewReader(nc)}
}

func (c *client) expect(want string) {
	c.Helper()
	if line, err := c.in.ReadString('\n'); line != want {
		c.Errorf("got %q (%v), want %q", line, err, want)
	}
}

func member(t *testing.T, addr, name string) *client {
	t.Helper()
	c := dial(t, addr)
	fmt.Fprintf(c, "JOIN r %s\n", name)
	c.expect("JOINED r 0\n")
	return c
}

// TestPanic has a room's host panic wherever it may, once and again. Members stay, and each hears every id, once and in order;
// what was asked is answered, once.
func TestPanic(t *testing.T) {
	for _, c := range []struct {
		name        string
		at          point
		skip, times int64
	}{
		{"received", received, 9, 1}, {"received twice", received, 9, 2},
		{"logged", logged, 0, 1}, {"logged twice", logged, 7, 2},
		{"midway", midway, 0, 1}, {"midway twice", midway, 12, 2},
		{"the first woken", waking, 0, 1}, {"the second woken", waking, 1, 1}, {"the last woken", waking, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &planted{at: c.at, skip: c.skip}
			p.left.Store(c.times)
			addr, _ := p.start(t)
			survive(t, p, addr)
			if got := p.fired.Load(); got != c.times {
				t.Errorf("%d panics, want %d", got, c.times)
			}
		})
	}
}

func survive(t *testing.T, p *planted, addr string) {
	const members, waiters, says, sends = 5, 3, 60, 20
	var all []*client
	for i := range members {
		all = append(all, member(t, addr, fmt.Sprint("m", i)))
	}
	polled := make(chan int, waiters)
	for range waiters {
		go func() { polled <- pollAll(t, addr, says+sends) }()
	}
	for all[0].counts().Waiters < waiters && !t.Failed() {
	}
	p.armed.Store(true)
	var talk strings.Builder
	for i := range says {
		fmt.Fprintf(&talk, "SAY %d\n", i)
	}
	io.WriteString(all[0], talk.String()) // in one piece: one is asked behind the other
	posted := make(chan map[int]bool, 1)
	go func() { posted <- sendAll(t, addr, sends) }()

	first := all[0].hear(says + sends)
	for _, c := range all[1:] {
		if got := c.hear(says + sends); got != first {
			t.Error("two members heard two orders")
		}
	}
	if n := len(<-posted); n != sends {
		t.Errorf("%d sends had %d ids", sends, n)
	}
	for range waiters {
		if n := <-polled; n != says+sends {
			t.Errorf("a waiter heard %d messages, want %d", n, says+sends)
		}
	}
	stays(t, all, says+sends)
}

// hear hears the messages 1 to last, each once and each speaker's own in order, and returns them.
func (c *client) hear(last int) string {
	c.Helper()
	var all strings.Builder
	next := map[string]int{}
	for id := 1; id <= last; id++ {
		line, err := c.in.ReadString('\n')
		var got, text int
		var from string
		if fmt.Sscanf(line, "MSG %d %s %d\n", &got, &from, &text); err != nil || got != id || text != next[from] {
			c.Errorf("got %q (%v), want message %d", line, err, id)
			break
		}
		next[from]++
		all.WriteString(line)
	}
	return all.String()
}

// stays looks whether the members still are, and are counted.
func stays(t *testing.T, all []*client, last int) {
	fmt.Fprint(all[1], "SAY end\n")
	for _, c := range all {
		c.expect(fmt.Sprintf("MSG %d m1 end\n", last+1))
	}
	if got := all[0].counts(); got != (counts{Members: len(all), Rooms: 1}) {
		t.Errorf("counts %+v", got)
	}
	for _, c := range all {
		fmt.Fprint(c, "QUIT\n")
		c.expect("BYE\n")
	}
}

type counts struct {
	Members, Waiters, Rooms int
	Dropped                 int `json:"dropped_slow"`
}

func (c *client) counts() (n counts) {
	fmt.Fprint(c, "STATS\n")
	line, _ := c.in.ReadBytes('\n')
	if err := json.Unmarshal(line, &n); err != nil {
		c.Errorf("STATS: %q: %v", line, err)
	}
	return n
}

// sendAll sends messages over HTTP, one after the other, and returns the ids they were given.
func sendAll(t *testing.T, addr string, n int) map[int]bool {
	ids := map[int]bool{}
	for i := range n {
		answer, err := browser.Post("http://"+addr+"/send?room=r", "application/json",
			strings.NewReader(fmt.Sprintf(`{"from":"http","text":"%d"}`, i)))
		if err != nil {
			t.Error(err)
			return ids
		}
		var got struct{ ID int }
		json.NewDecoder(answer.Body).Decode(&got)
		answer.Body.Close()
		ids[got.ID] = true
	}
	return ids
}

// pollAll waits for news until it has heard the message last, and returns how many it has heard, each once and in order.
func pollAll(t *testing.T, addr string, last int) (n int) {
	for next := 0; next < last; {
		answer, err := browser.Get(fmt.Sprintf("http://%s/wait?room=r&since=%d&timeout=15000", addr, next))
		if err != nil {
			t.Error(err)
			return n
		}
		var got struct {
			Messages     []struct{ ID int }
			Missed, Next int
		}
		json.NewDecoder(answer.Body).Decode(&got)
		answer.Body.Close()
		if got.Next <= next || len(got.Messages) != got.Next-next || got.Missed != 0 {
			t.Errorf("after %d: %+v", next, got)
			return n
		}
		n, next = n+len(got.Messages), got.Next
	}
	return n
}

// TestPanicForEver: a host that panics whatever is done is given up on, and so is the server, with the reason.
func TestPanicForEver(t *testing.T) {
	p := &planted{at: received}
	p.left.Store(1 << 40)
	addr, ended := p.start(t)
	p.armed.Store(true)
	for p.fired.Load() <= mostPanics {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break // it has given up
		}
		fmt.Fprint(c, "JOIN r ann\n")
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("who could not be seated reads %v, want the end", err)
		}
		c.Close()
	}
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "planted") {
			t.Errorf("it gave up for %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Errorf("it goes on after %d panics", p.fired.Load())
	}
}

// TestFarBehind: a member that has not heard what the history no longer has, when its host panics, is told by the end of its
// connection, and counted as dropped. One that has heard enough is told the rest.
func TestFarBehind(t *testing.T) {
	up := make(chan any, 64)
	r := newRoom("r", wire.Log{}, up)
	go r.history.run()
	for i := range wire.RingSize + 50 {
		r.history.ask(&sayRequest{name: []byte("ann"), text: []byte(fmt.Sprint(i))})
	}
	h := &host{room: r, up: up, seats: make(map[*address]*seat)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for heardIDs, dropped := range map[int64]bool{49: true, 50: false, 249: false, 250: false} {
		c := dial(t, l.Addr().String())
		served, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		a := &address{make(chan any, mailboxSize), served.(*net.TCPConn)}
		h.rejoin(rejoinRequest{a, heardIDs})
		if h.seats[a] == nil != dropped {
			t.Errorf("heard %d: dropped is %v", heardIDs, !dropped)
		}
		if dropped {
			if _, err := c.in.ReadByte(); err != io.EOF {
				t.Errorf("heard %d: %v, want the end", heardIDs, err)
			}
			continue
		}
		if told := len(a.mailbox); (told == 1) != (heardIDs < 250) {
			t.Errorf("heard %d: told %d times", heardIDs, told)
		} else if told == 1 {
			if m := (<-a.mailbox).(*messages); m.id != 250 || strings.Count(string(m.lines), "\n") != int(250-heardIDs) {
				t.Errorf("heard %d: told %d bytes up to %d", heardIDs, len(m.lines), m.id)
			}
		}
		served.Close()
	}
	close(r.history.mailbox)
}

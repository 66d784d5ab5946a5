//go:build !race

package goroutine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"cbench/models/internal/config"
)

// A parked long poll waits on the stack that its goroutine was born with, also after it was woken and parked again: what grew
// while it was handled would stay grown, twice as large, for as long as the client waits. (The race detector's frames are
// larger.)
func TestWaitersKeepTheirFirstStack(t *testing.T) {
	const waiters, first = 500, 2 << 10
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, config.Config{Name: "goroutine"}) }()
	defer func() { stop(); <-done }()

	speaker := dial(t, l)
	speaker.ask(t, "POST /send HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}")
	conns := make([]client, waiters)
	for i := range conns {
		conns[i] = dial(t, l)
		conns[i].ask(t, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
	}
	before := stacks()
	check := func(when string) {
		t.Helper()
		waitFor(t, speaker, waiters)
		if grown := stacks() - before; grown > waiters*first/4 { // some made their room's table grow, or such
			t.Errorf("%s: %d bytes of stack more than %d idle connections have, %d each", when, grown, waiters, grown/waiters)
		}
	}
	const poll = "GET /wait?since=-1 HTTP/1.1\r\nHost: h\r\n\r\n"
	for _, c := range conns {
		c.say(t, poll)
	}
	check("parked")
	speaker.ask(t, "POST /send HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n{\"text\":\"b\"}")
	for _, c := range conns {
		c.hear(t)
		c.say(t, poll)
	}
	check("woken and parked again")
}

// client is one connection that speaks HTTP.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, l net.Listener) client {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return client{c, bufio.NewReader(c)}
}

func (c client) say(t *testing.T, request string) {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
}

func (c client) hear(t *testing.T) string {
	t.Helper()
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	return string(body)
}

func (c client) ask(t *testing.T, request string) string {
	t.Helper()
	c.say(t, request)
	return c.hear(t)
}

func stacks() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// waitFor waits until so many long polls are parked: no event tells of that.
func waitFor(t *testing.T, c client, waiters int) {
	t.Helper()
	want := fmt.Sprintf(`"waiters":%d,`, waiters)
	var got string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if got = c.ask(t, "GET /stats HTTP/1.1\r\nHost: h\r\n\r\n"); strings.Contains(got, want) {
			return
		}
	}
	t.Fatalf("no %s within 10 s: %s", want, got)
}

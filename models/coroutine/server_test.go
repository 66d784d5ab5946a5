package coroutine

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"cbench/models/internal/config"
)

// TestDeadlineEnds: the time that a request has to get whole ends with it, also where it is a long poll that is answered at once.
func TestDeadlineEnds(t *testing.T) {
	s := &server{killed: t.Context()}
	if err := s.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	mine, client := s.pair(t)
	s.conns++
	c := &conn{s: s, nc: *mine}
	*s.sockets.At(int(mine.fd)) = &c.nc
	mine.fd = -1 // it is the connection's now
	s.room("r").tell(nil, []byte("ann"), []byte("hi"))
	s.spawn(c.serve)
	s.spawn(func() {
		ask := func(words string, timed bool) {
			client.Write([]byte(words))
			for c.nc.in == nil || (c.nc.deadline != nil) != timed {
				s.wait(turn)
			}
		}
		ask("GET /wait?room=r&since=0 HTTP/1.1\r\nHo", true)
		ask("st: h\r\n\r\n", false)
		if p, err := client.Read(); !bytes.Contains(p, []byte(`"hi"`)) {
			t.Errorf("answered %q, %v", p, err)
		}
		client.Close()
	})
	s.finish(t)
}

// waiting is how many coroutines wait, in this process.
func waiting() int {
	stacks := make([]byte, 4<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), ".(*loop).wait(")
}

// TestNothingLeft: whatever the coroutines wait for when the server is told to end, they end.
func TestNothingLeft(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, config.Config{Name: "coroutine"}) }()

	const head = " HTTP/1.1\r\nHost: h\r\n"
	states := []string{
		"", "ECHO half", "JOIN r ann\n", "BLOCK 50 offload\n",
		"GET /wait?room=r&since=-1" + head + "\r\n", // parked
		"POST /echo" + head + "Content-Length: 9\r\n\r\nhalf",
	}
	for _, words := range states {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, words)
	}
	watch, err := net.Dial("tcp", addr) // accepted after them: when it is answered, all of them are served
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	fmt.Fprint(watch, "ECHO here\n")
	if _, err := bufio.NewReader(watch).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if n, least := waiting(), len(states)+1; n < least { // the acceptor waits too, unless it is just at work
		t.Errorf("%d coroutines wait, want %d and more", n, least)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := waiting(); n > 0 {
		t.Errorf("%d coroutines wait when the server has ended", n)
	}
}

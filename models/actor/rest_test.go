package actor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"cbench/models/internal/config"
)

// A room that nobody may speak to has no actors after a while, and is as it was when somebody comes again: also at once, while
// they are coming to their end.
func TestRoomsRest(t *testing.T) {
	const rooms = 20 * mostIdle
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- Serve(ctx, l, config.Config{Name: "actor"}) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	in := bufio.NewReader(c)
	says := func(room, id int) {
		fmt.Fprintf(c, "POST /send?room=%d HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n{\"text\":\"a\"}", room)
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); strings.TrimSpace(string(body)) != fmt.Sprintf(`{"id":%d}`, id) || err != nil {
			t.Fatalf("room %d: %s, %v, want id %d", room, body, err, id)
		}
	}
	for room := range rooms {
		says(room, 1)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		n := runtime.NumGoroutine()
		if n < rooms {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines for %d rooms, of which all but %d may rest", n, rooms, mostIdle)
		}
	}
	for id := 2; id < 4; id++ {
		for room := range rooms { // the one that rests next is the one that comes after it
			says((room+mostIdle)%rooms, id)
		}
	}
}

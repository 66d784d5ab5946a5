package pool

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"cbench/models/internal/config"
)

// TestOneWriteATurn: what one read of the speaker brings reaches a member in one write, not one a message. Small writes are a
// segment each, or few together, and the receiver's kernel counts segments: tcpi_data_segs_in (linux/tcp.h).
func TestOneWriteATurn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr, ended := l.Addr().String(), make(chan error, 1)
	ctx, end := context.WithCancel(t.Context())
	go func() { ended <- Serve(ctx, l, config.Config{Name: "pool", Workers: 4}) }()
	defer func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	const messages = 50
	speaker, member := enter(t, addr, "ann"), enter(t, addr, "bob")
	before := member.segments(t)
	var said bytes.Buffer
	for i := range messages {
		fmt.Fprintf(&said, "SAY %d\n", i)
	}
	if _, err := speaker.Write(said.Bytes()); err != nil {
		t.Fatal(err)
	}
	for i := range messages {
		member.expect(t, fmt.Sprintf("MSG %d ann %d\n", i+1, i))
		speaker.expect(t, fmt.Sprintf("MSG %d ann %d\n", i+1, i))
	}
	// Two, should the speaker's bytes have come in two parts: a single segment on loopback, but nothing says that it must be.
	if n := member.segments(t) - before; n > 2 {
		t.Errorf("%d messages said at once reached the member in %d segments", messages, n)
	}
}

// client is a member of room r.
type client struct {
	*net.TCPConn
	lines *bufio.Reader
}

func enter(t *testing.T, addr, name string) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	c := &client{nc.(*net.TCPConn), bufio.NewReader(nc)}
	fmt.Fprintf(c, "JOIN r %s\n", name)
	c.expect(t, "JOINED r 0\n")
	return c
}

func (c *client) expect(t *testing.T, want string) {
	t.Helper()
	if got, err := c.lines.ReadString('\n'); got != want {
		t.Fatalf("got %q, %v, not %q", got, err, want)
	}
}

// segments is how many with data in them have come.
func (c *client) segments(t *testing.T) (n int) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		var info *unix.TCPInfo
		if info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = int(info.Data_segs_in)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

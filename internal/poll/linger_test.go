package poll

import (
	"io"
	"net"
	"testing"
	"time"
)

// A socket lingers while its client has not everything, though that sends on, and no longer; and what was written arrives.
func TestLinger(t *testing.T) {
	const size = 1 << 20
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := nc.(*net.TCPConn)
	defer client.Close()
	client.SetReadBuffer(64 << 10)
	served, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer served.Close()
	served.(*net.TCPConn).SetWriteBuffer(2 * size)
	raw, err := served.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	linger := func() (longer bool) {
		raw.Control(func(fd uintptr) { longer = Linger(int(fd)) })
		return longer
	}
	owed := 0
	raw.Control(func(fd uintptr) {
		for n, err := 0, error(nil); err == nil && owed < size; owed += n {
			n, err = Write(int(fd), make([]byte, 4096))
		}
	})
	for range 10 {
		io.WriteString(client, "more")
		if !linger() {
			t.Fatal("the client has not read, and the socket is to be closed")
		}
	}
	got, err := io.Copy(io.Discard, client)
	if got != int64(owed) || err != nil {
		t.Errorf("the client got %d of %d bytes, %v", got, owed, err)
	}
	for end := time.Now().Add(10 * time.Second); linger(); {
		if time.Now().After(end) {
			t.Fatal("the client has everything, and the socket is to stay open")
		}
	}
	// A client that said its last is not waited for.
	client.CloseWrite()
	if linger() {
		t.Error("the client has said its last, and the socket is to stay open")
	}
}

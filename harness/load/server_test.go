package load

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// testServer is a small, plain echo and chat server with a place for faults.
type testServer struct {
	net.Listener
	spoil func(n int, line []byte) []byte // what is sent in place of the n-th line; nil: the line
	pause sync.RWMutex                    // held for writing, nobody is served

	mu    sync.Mutex
	n     int                 // guarded by mu: lines sent
	conns map[net.Conn]string // guarded by mu: and the room joined
	heads map[string]int      // guarded by mu
}

func serve(t testing.TB, spoil func(n int, line []byte) []byte) *testServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{Listener: l, spoil: spoil, conns: map[net.Conn]string{}, heads: map[string]int{}}
	go s.accept()
	t.Cleanup(s.die)
	return s
}

func (s *testServer) addr() string { return s.Addr().String() }

func (s *testServer) accept() {
	for {
		c, err := s.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns[c] = ""
		s.mu.Unlock()
		go s.client(c)
	}
}

// die ends the server as a crash would.
func (s *testServer) die() {
	s.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
}

func (s *testServer) client(c net.Conn) {
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		c.Close()
	}()
	name := ""
	lines := bufio.NewReaderSize(c, 70<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		s.pause.RLock()
		switch word, rest, _ := bytes.Cut(line, []byte{' '}); string(word) {
		case "ECHO":
			s.mu.Lock()
			line = s.spoilt(line)
			s.mu.Unlock()
			c.Write(line)
		case "JOIN":
			args := strings.Fields(string(rest))
			name = args[1]
			s.mu.Lock()
			s.conns[c] = args[0]
			fmt.Fprintf(c, "JOINED %s %d\n", args[0], s.heads[args[0]])
			s.mu.Unlock()
		case "SAY":
			s.say(c, name, rest)
		}
		s.pause.RUnlock()
	}
}

func (s *testServer) spoilt(line []byte) []byte {
	s.n++
	if s.spoil == nil {
		return line
	}
	return s.spoil(s.n, line)
}

func (s *testServer) say(from net.Conn, name string, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := s.conns[from]
	s.heads[room]++
	line := fmt.Appendf(nil, "MSG %d %s %s", s.heads[room], name, text)
	for c, joined := range s.conns {
		if joined == room {
			c.Write(s.spoilt(line))
		}
	}
}

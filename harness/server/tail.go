package server

import (
	"io"
	"os"
	"strings"
	"sync"
)

const tailSize = 8 << 10

// tail keeps the newest bytes that a server wrote to its standard error.
type tail struct {
	mu   sync.Mutex
	held []byte // guarded by mu
	done chan struct{}
}

// read takes everything from r until it ends, so that the server never blocks on a full pipe.
func (t *tail) read(r *os.File) {
	defer close(t.done)
	io.Copy(t, r)
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, p...)
	if over := len(t.held) - tailSize; over > 0 {
		t.held = append(t.held[:0], t.held[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.held)
}

// reason is the line that most likely says what went wrong: the last, but a Go program ends with a stack and says why before it.
func (t *tail) reason() string {
	last := ""
	for line := range strings.SplitSeq(t.String(), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if line != "" {
			last = line
		}
	}
	return last
}

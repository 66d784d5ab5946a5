// Package tail keeps the last words of a process that we started, to say why it ended.
package tail

import (
	"strings"
	"sync"
)

// Size is how many bytes of what was written are kept.
const Size = 8 << 10

// Tail keeps the newest bytes that are written to it. The zero value is ready for use, by several goroutines at once.
type Tail struct {
	mu   sync.Mutex
	held []byte // guarded by mu
}

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, p...)
	if over := len(t.held) - Size; over > 0 {
		t.held = append(t.held[:0], t.held[over:]...)
	}
	return len(p), nil
}

// String is all that is kept.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.held)
}

// Reason is the line that most likely says what went wrong: the last, but a Go program ends with a stack and says why before it.
func (t *Tail) Reason() string {
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

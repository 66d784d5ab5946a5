package scenarios

import (
	"testing"
)

// heard is a Recorder that counts.
type heard struct {
	ready, received int
	turns           []int
	faults          [Faults]int
	said            map[int][]byte // asked for, by connection
	heard           int            // messages, by all
	aside           int
	closing         int
	odd             string // the first wrong reply
}

func (h *heard) Ready(int)                            { h.ready++ }
func (h *heard) Received(c int, due, sent, now int64) { h.received++ }
func (h *heard) Next(c int)                           { h.turns = append(h.turns, c) }
func (h *heard) Aside(due, now int64)                 { h.aside++ }
func (h *heard) Heard(due, first, last int64)         { h.heard++ }
func (h *heard) Say(c int, p []byte) {
	if h.said == nil {
		h.said = map[int][]byte{}
	}
	h.said[c] = append(h.said[c], p...)
}
func (h *heard) Closing(int) { h.closing++ }
func (h *heard) Fault(kind Fault, n int, line []byte) {
	h.faults[kind] += n
	if h.odd == "" && line != nil {
		h.odd = Quote(line)
	}
}

// tells is what a recorder should have heard.
type tells struct{ received, lost, duplicated, reordered, corrupted, surplus int }

func (h *heard) tells() tells {
	f := h.faults
	return tells{h.received, f[Lost], f[Duplicated], f[Reordered], f[Corrupted], f[Surplus]}
}

// feed hands connection c the bytes in pieces of at most piece bytes, as an engine does, and returns what was left over.
func feed(t Traffic, c int, in []byte, piece int, rec Recorder) (kept []byte) {
	for len(in) > 0 {
		n := min(piece, len(in))
		kept = append(kept, in[:n]...)
		in = in[n:]
		kept = kept[t.Receive(c, kept, 1, rec):]
	}
	return kept
}

// must fails a test at once where the engine would have gone wrong already.
func must(t *testing.T, ok bool, format string, args ...any) {
	t.Helper()
	if !ok {
		t.Fatalf(format, args...)
	}
}

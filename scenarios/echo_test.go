package scenarios

import (
	"bytes"
	"slices"
	"strconv"
	"testing"
)

// say has connection c say n messages and returns the lines.
func say(t Traffic, c, n int) (lines [][]byte) {
	for range n {
		line, _ := t.Send(c, 1, 1, nil)
		lines = append(lines, line)
	}
	return lines
}

// openEcho is an echo of one connection that is ready, as number 7 of all.
func openEcho(t *testing.T, payload int) *echo {
	t.Helper()
	e := newEcho(Params{Conns: 8, Payload: payload, Seed: 1}, 7, 1).(*echo)
	var rec heard
	opening := e.Open(0, nil)
	must(t, e.Receive(0, opening, 0, &rec) == len(opening) && rec.ready == 1, "not ready")
	must(t, e.Underway() == 0 && rec.tells() == tells{}, "the opening left %+v", rec.tells())
	return e
}

func TestEchoFaults(t *testing.T) {
	foreign := newEcho(Params{Conns: 8, Payload: 40, Seed: 1}, 3, 1)
	foreign.Open(0, nil)
	stranger := say(foreign, 0, 1)[0]
	cases := []struct {
		name   string
		spoil  func(lines [][]byte) [][]byte
		expect tells
	}{
		{"none", func(l [][]byte) [][]byte { return l }, tells{received: 6}},
		{"drop one", func(l [][]byte) [][]byte { return slices.Delete(l, 2, 3) }, tells{received: 5, lost: 1}},
		{"drop the first", func(l [][]byte) [][]byte { return l[1:] }, tells{received: 5, lost: 1}},
		{"drop the last", func(l [][]byte) [][]byte { return l[:5] }, tells{received: 5, lost: 1}},
		{"drop all", func(l [][]byte) [][]byte { return nil }, tells{lost: 6}},
		{"double one", func(l [][]byte) [][]byte { return slices.Insert(l, 3, l[2]) }, tells{received: 6, duplicated: 1}},
		{"double the last, later", func(l [][]byte) [][]byte { return append(l, l[1]) }, tells{received: 6, duplicated: 1}},
		{"swap two", func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return l }, tells{received: 5, reordered: 1}},
		{"one far too late", func(l [][]byte) [][]byte { return append(slices.Delete(slices.Clone(l), 0, 1), l[0]) }, tells{received: 5, reordered: 1}},
		{"late, and again", func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return append(l, l[3]) }, tells{received: 5, reordered: 1, duplicated: 1}},
		{"a byte of the word", flip(2, 1), tells{received: 5, corrupted: 1}},
		{"a byte of the connection", flip(2, 8), tells{received: 5, corrupted: 1}},
		{"a byte of the filler", flip(2, 30), tells{received: 5, corrupted: 1}},
		{"the LF", flip(2, 45), tells{received: 5, corrupted: 1}},
		{"the last LF", flip(5, 45), tells{received: 5, corrupted: 1}},
		{"an LF in the middle", func(l [][]byte) [][]byte { l[2] = bytes.Clone(l[2]); l[2][20] = '\n'; return l }, tells{received: 5, corrupted: 1}},
		{"a reply cut short", func(l [][]byte) [][]byte { l[2] = append(bytes.Clone(l[2][:20]), '\n'); return l }, tells{received: 5, corrupted: 1}},
		{"a reply too long", func(l [][]byte) [][]byte { l[2] = append(bytes.Clone(l[2][:45]), "xyz\n"...); return l }, tells{received: 5, corrupted: 1}},
		{"bytes before a reply", func(l [][]byte) [][]byte { l[2] = append([]byte("xyz"), l[2]...); return l }, tells{received: 5, corrupted: 1}},
		{"a line too many, at first", func(l [][]byte) [][]byte { return slices.Insert(l, 0, []byte("hello\n")) }, tells{received: 5, corrupted: 1}},
		{"a line too many, at the end", func(l [][]byte) [][]byte { return append(l, []byte("hello\n")) }, tells{received: 6, surplus: 1}},
		{"bytes too many, at the end", func(l [][]byte) [][]byte { return append(l, []byte("hello")) }, tells{received: 6, surplus: 1}},
		{"another's reply", func(l [][]byte) [][]byte { l[2] = stranger; return l }, tells{received: 5, corrupted: 1}},
		{"a reply to come", func(l [][]byte) [][]byte {
			future := openEcho(t, 40)
			return append(l, say(future, 0, 9)[8])
		}, tells{received: 6, surplus: 1}},
	}
	for _, c := range cases {
		for _, piece := range []int{1, 7, 46, 1 << 20} {
			t.Run(c.name+"/"+strconv.Itoa(piece), func(t *testing.T) {
				e := openEcho(t, 40)
				var rec heard
				if kept := feed(e, 0, bytes.Join(c.spoil(say(e, 0, 6)), nil), piece, &rec); len(kept) > 0 {
					e.Torn(0, &rec)
				}
				e.Settle(&rec)
				if rec.tells() != c.expect {
					t.Errorf("told %+v, want %+v", rec.tells(), c.expect)
				}
				must(t, e.Underway() == 0, "%d under way after the end", e.Underway())
				stillServes(t, e)
			})
		}
	}
}

// flip spoils one byte of one line.
func flip(line, at int) func([][]byte) [][]byte {
	return func(l [][]byte) [][]byte {
		l[line] = bytes.Clone(l[line])
		l[line][at] ^= 0x10
		return l
	}
}

// stillServes proves that whatever went wrong before is over: what is right now is taken as right.
func stillServes(t *testing.T, e *echo) {
	t.Helper()
	var rec heard
	feed(e, 0, bytes.Join(say(e, 0, 3), nil), 1<<20, &rec)
	if want := (tells{received: 3}); rec.tells() != want {
		t.Errorf("afterwards told %+v, want %+v", rec.tells(), want)
	}
	if len(rec.turns) != 3 {
		t.Errorf("afterwards %d turns, want 3", len(rec.turns))
	}
}

// What was told as lost and comes after all is no second fault.
func TestEchoAfterSettle(t *testing.T) {
	e := openEcho(t, 40)
	var rec heard
	lines := say(e, 0, 3)
	feed(e, 0, lines[0], 99, &rec)
	e.Settle(&rec)
	feed(e, 0, bytes.Join(lines[1:], nil), 99, &rec)
	if want := (tells{received: 1, lost: 2}); rec.tells() != want {
		t.Errorf("told %+v, want %+v", rec.tells(), want)
	}
	stillServes(t, e)
}

// A closed loop goes on whatever becomes of a reply: each place given up is a turn.
func TestEchoTurns(t *testing.T) {
	e := openEcho(t, 40)
	var rec heard
	lines := say(e, 0, 4)
	feed(e, 0, bytes.Join([][]byte{lines[2], []byte("junk\n")}, nil), 99, &rec)
	if len(rec.turns) != 4 {
		t.Errorf("%d turns, want 4", len(rec.turns))
	}
}

func TestEchoGone(t *testing.T) {
	e := openEcho(t, 40)
	var rec heard
	say(e, 0, 4)
	e.Gone(0, &rec)
	if want := (tells{lost: 4}); rec.tells() != want || e.Underway() != 0 {
		t.Errorf("told %+v and %d under way, want %+v and none", rec.tells(), e.Underway(), want)
	}
	e.Open(0, nil)
	e.Gone(0, &rec)
	if rec.faults[Lost] != 4 || e.Underway() != 0 {
		t.Errorf("an opening that failed counts as a lost message")
	}
}

func TestEchoPayloads(t *testing.T) {
	for _, payload := range []int{MinPayload, MinPayload + 1, 128, ByName("echo").MaxPayload} {
		e := openEcho(t, payload)
		line := say(e, 0, 1)[0]
		if got := len(line) - len(echoWord) - 1; got != payload {
			t.Errorf("payload %d: %d bytes", payload, got)
		}
		var rec heard
		if took := e.Receive(0, line, 1, &rec); took != len(line) || rec.received != 1 {
			t.Errorf("payload %d: took %d of %d, received %d", payload, took, len(line), rec.received)
		}
	}
}

func TestSpeakers(t *testing.T) {
	const n = 50
	for _, name := range []string{"echo", "idle", "chat"} {
		traffic := ByName(name).New(Params{Conns: n, Payload: 40, RoomSize: 7, Seed: 3}, 0, n)
		spoke := map[int]int{}
		for k := range uint64(n * 40) {
			c := traffic.Speaker(k)
			must(t, 0 <= c && c < n, "%s: speaker %d", name, c)
			spoke[c]++
		}
		if len(spoke) != n {
			t.Errorf("%s: %d of %d connections speak", name, len(spoke), n)
		}
	}
}

func TestEchoAllocatesNothing(t *testing.T) {
	e := openEcho(t, 128)
	var rec Recorder = quiet{}
	out := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(1000, func() {
		out, _ = e.Send(0, 1, 1, out[:0])
		e.Receive(0, out, 2, rec)
	}); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

func BenchmarkEcho(b *testing.B) {
	e := newEcho(Params{Conns: 1, Payload: 128, Seed: 1}, 0, 1)
	var rec Recorder = quiet{}
	out := make([]byte, 0, 256)
	e.Receive(0, e.Open(0, nil), 0, rec)
	b.ReportAllocs()
	for b.Loop() {
		out, _ = e.Send(0, 1, 1, out[:0])
		e.Receive(0, out, 2, rec)
	}
}

// FuzzEcho: whatever a server says, and however it is cut, a receipt is counted only for a line that was said, and nothing
// breaks.
func FuzzEcho(f *testing.F) {
	f.Add([]byte("ECHO 000000-0000000001 x\nhello\n\n"), []byte{0, 1, 5, 2}, 3)
	f.Add([]byte("ECHO ECHO EC\n"), []byte{9, 9, 0}, 1)
	f.Fuzz(func(t *testing.T, junk, script []byte, piece int) {
		e := openEcho(t, 40)
		lines := say(e, 0, 8)
		var in []byte
		right := map[byte]bool{}
		for _, b := range script {
			if b < 8 {
				in = append(in, lines[b]...)
				right[b] = true
			} else {
				in = append(in, junk...)
			}
		}
		var rec heard
		kept := feed(e, 0, in, 1+max(piece, 0)%100, &rec)
		must(t, len(kept) <= e.line, "%d bytes kept", len(kept))
		must(t, rec.received <= len(right), "%d receipts of %d lines", rec.received, len(right))
		e.Settle(&rec)
		must(t, e.Underway() == 0, "%d under way", e.Underway())
		// Every message is told once: as a receipt, or as one fault of those that stand for one.
		must(t, rec.received+rec.faults[Lost]+rec.faults[Reordered]+rec.faults[Corrupted] == 8, "8 messages told as %+v", rec.tells())
	})
}

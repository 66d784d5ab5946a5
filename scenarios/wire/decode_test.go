package wire

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// decodeWhole decodes the stream as one piece.
func decodeWhole(stream []byte) []plain {
	return decodePieces([][]byte{stream}, func() bool { return false })
}

// decodePieces decodes a stream that arrives in pieces. Where stop says so, decoding ends early and goes on after Keep,
// as a model does whose client owes it a read. Every piece is overwritten once Keep has given it back.
func decodePieces(pieces [][]byte, stop func() bool) (all []plain) {
	var d Decoder
	var r Request
	feed := func(p []byte) (more bool) {
		p = bytes.Clone(p)
		d.Feed(p)
		for !more && d.Next(&r) {
			all = append(all, plainly(&r))
			more = stop()
		}
		d.Keep()
		for i := range p {
			p[i] = '\n'
		}
		return more
	}
	for _, p := range pieces {
		feed(p)
	}
	for feed(nil) {
	}
	return all
}

func never() bool { return false }

func TestDecodeOne(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		line string
		want Request
	}{
		{"ECHO x", Request{Kind: Echo, Body: []byte("ECHO x\n")}},
		{"ECHO ", Request{Kind: Echo, Body: []byte("ECHO \n")}},
		{"ECHO x\r", Request{Kind: Echo, Body: []byte("ECHO x\r\n")}},
		{"ECHO " + long(MaxLine-5), Request{Kind: Echo, Body: []byte("ECHO " + long(MaxLine-5) + "\n")}},
		{"ECHO " + long(MaxLine-4), Request{Kind: Bad, Refusal: TooLong}},
		{"ECHO " + long(MaxLine-5) + "\r", Request{Kind: Bad, Refusal: TooLong}},
		{"ECHO", Request{Kind: Bad, Refusal: Unknown}},
		{"echo x", Request{Kind: Bad, Refusal: Unknown}},
		{" ECHO x", Request{Kind: Bad, Refusal: Unknown}},
		{"", Request{Kind: Bad, Refusal: Unknown}},
		{"\r", Request{Kind: Bad, Refusal: Unknown}},
		{"\x00\xff\xfe", Request{Kind: Bad, Refusal: Unknown}},

		{"JOIN r n", Request{Kind: Join, Room: []byte("r"), Name: []byte("n")}},
		{"JOIN r n\r", Request{Kind: Join, Room: []byte("r"), Name: []byte("n")}},
		{"JOIN " + long(64) + " " + long(32), Request{Kind: Join, Room: []byte(long(64)), Name: []byte(long(32))}},
		{"JOIN aZ09_.- aZ09_.-", Request{Kind: Join, Room: []byte("aZ09_.-"), Name: []byte("aZ09_.-")}},
		{"JOIN " + long(65) + " n", Request{Kind: Bad, Refusal: BadRoom}},
		{"JOIN r " + long(33), Request{Kind: Bad, Refusal: BadName}},
		{"JOIN r/r n", Request{Kind: Bad, Refusal: BadRoom}},
		{"JOIN  n", Request{Kind: Bad, Refusal: BadRoom}},
		{"JOIN r ", Request{Kind: Bad, Refusal: BadName}},
		{"JOIN r n x", Request{Kind: Bad, Refusal: BadName}},
		{"JOIN r", Request{Kind: Bad, Refusal: BadJoin}},
		{"JOIN", Request{Kind: Bad, Refusal: BadJoin}},

		{"SAY hi there ", Request{Kind: Say, Text: []byte("hi there ")}},
		{"SAY hi\r", Request{Kind: Say, Text: []byte("hi")}},
		{"SAY  ", Request{Kind: Say, Text: []byte(" ")}},
		{"SAY é\u2028😀\ufffd", Request{Kind: Say, Text: []byte("é\u2028😀\ufffd")}},
		{"SAY " + long(MaxText), Request{Kind: Say, Text: []byte(long(MaxText))}},
		{"SAY " + long(MaxText+1), Request{Kind: Bad, Refusal: BadText}},
		{"SAY ", Request{Kind: Bad, Refusal: BadText}},
		{"SAY", Request{Kind: Bad, Refusal: BadText}},
		{"SAY a\tb", Request{Kind: Bad, Refusal: BadText}},
		{"SAY a\r\r", Request{Kind: Bad, Refusal: BadText}},
		{"SAY a\x7f", Request{Kind: Bad, Refusal: BadText}},
		{"SAY a\u0085", Request{Kind: Bad, Refusal: BadText}},
		{"SAY a\xff", Request{Kind: Bad, Refusal: BadText}},
		{"SAY \xed\xa0\x80", Request{Kind: Bad, Refusal: BadText}}, // a surrogate
		{"SAY \xc0\xaf", Request{Kind: Bad, Refusal: BadText}},     // overlong
		{"SAY é"[:5], Request{Kind: Bad, Refusal: BadText}},        // cut in the rune

		{"BLOCK 1 inline", Request{Kind: Block, How: Inline, Delay: time.Millisecond}},
		{"BLOCK 10000 deep", Request{Kind: Block, How: Deep, Delay: 10 * time.Second}},
		{"BLOCK 10000 spin", Request{Kind: Block, How: Spin, Delay: 10 * time.Second}},
		{"BLOCK 250 offload\r", Request{Kind: Block, How: Offload, Delay: 250 * time.Millisecond}},
		{"BLOCK 0 inline", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 10001 inline", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 18446744073709551617 inline", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK -1 inline", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 5", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 5 ", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 5 sleep", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK 5 inline x", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK  inline", Request{Kind: Bad, Refusal: BadBlock}},
		{"BLOCK", Request{Kind: Bad, Refusal: BadBlock}},

		{"STATS", Request{Kind: Stats}},
		{"STATS\r", Request{Kind: Stats}},
		{"STATS x", Request{Kind: Bad, Refusal: Unknown}},
		{"QUIT", Request{Kind: Quit}},
		{"QUIT ", Request{Kind: Bad, Refusal: Unknown}},
	} {
		d := Decoder{joined: strings.HasPrefix(c.line, "SAY")}
		if c.want.Kind == Bad || c.want.Kind == Quit {
			c.want.Form = last
		}
		got := Request{Kind: Quit, Room: []byte("left"), Refusal: TooSlow, Since: 7, Files: 7, Size: 7} // must not shine through
		d.Feed([]byte(c.line + "\n"))
		if !d.Next(&got) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%.40q: got %+.200v, want %+.200v", c.line, got, c.want)
		}
		if d.Next(&got) || d.Held() != 0 {
			t.Errorf("%.40q: there is more, %d bytes held", c.line, d.Held())
		}
	}
}

func TestUnfinishedLine(t *testing.T) {
	var d Decoder
	var r Request
	d.Feed(bytes.Repeat([]byte("x"), MaxLine))
	if d.Next(&r) || d.Held() != MaxLine {
		t.Fatalf("a line of %d bytes without its LF: request %+v, held %d", MaxLine, r.Kind, d.Held())
	}
	d.Keep()
	d.Feed([]byte("x"))
	if !d.Next(&r) || r.Refusal != TooLong {
		t.Fatalf("one byte more: kind %v, refusal %v, want too-long before any LF", r.Kind, r.Refusal)
	}
}

func TestNothingAfterTheLast(t *testing.T) {
	for _, stream := range []string{
		"nonsense\n", "QUIT\n", "JOIN r n\nJOIN r n\n", "GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		"POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi",
	} {
		var d Decoder
		var r Request
		d.Feed([]byte(stream + "ECHO x\n"))
		for d.Next(&r) {
		}
		if !r.Form.Last() {
			t.Errorf("%q: kind %v is not the last", stream, r.Kind)
		}
		if d.Keep(); r.Kind == Echo && string(r.Body) != "hi" {
			t.Errorf("%q: the body is %q", stream, r.Body)
		}
		d.Feed([]byte("ECHO y\n"))
		if d.Next(&r) || d.Held() != 0 || d.Unfinished() {
			t.Errorf("%q: after it, request %v, %d bytes held", stream, r.Kind, d.Held())
		}
	}
}

func TestMembership(t *testing.T) {
	for stream, want := range map[string]string{
		"SAY hi\nSAY hi\nECHO x\nQUIT\n":       "not-joined not-joined echo quit",
		"SAY hi\nJOIN r n\nSAY hi\nJOIN r n\n": "not-joined join say bad-request",
		"JOIN r n n\nJOIN r n\n":               "bad-request",
	} {
		var got []string
		for _, p := range decodeWhole([]byte(stream)) {
			got = append(got, map[Kind]string{Echo: "echo", Join: "join", Say: "say", Quit: "quit", Bad: p.bad}[p.kind])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q", stream, got, want)
		}
	}
}

func TestIdleHoldsNothing(t *testing.T) {
	var d Decoder
	var r Request
	for _, piece := range []string{"ECHO h", "alf\nECHO whole\n"} {
		d.Feed([]byte(piece))
		for d.Next(&r) {
		}
		d.Keep()
	}
	if d.buf != nil || d.own {
		t.Errorf("between requests the decoder keeps %d bytes of memory", cap(d.buf))
	}
}

// seeds are streams with a request of every kind, good and bad, and the awkward neighbours of each.
var seeds = []string{
	"", "\n", "\r\n", "\r", "ECHO", "ECHO ", "ECHO \n", "ECHO a\nECHO b\r\nECHO \xff\x00\r\r\n",
	"ECHO a\nJOIN r n\nSAY hi\r\nSTATS\nBLOCK 10 offload\nECHO b\nQUIT\nECHO c\n",
	"JOIN aZ_.- 09\r\nJOIN a\n", "JOIN r n x\n", "JOIN  n\n", "JOIN r \n",
	"SAY é😀\n", "SAY \xc3", "SAY \n", "SAY\n", "SAY  \n", "SAY a\x7f\n", "SAY \u0085\n",
	"BLOCK 1 inline\nBLOCK 10000 spin\nBLOCK 007 offload\nBLOCK 10001 spin\n", "BLOCK 5\n", "BLOCK 5 spin x\n", "BLOCK + spin\n",
	"STATS\r\r\n", "QUIT x\n", "GET\n", "GETX /\n", "GE", "JOIN r n\nSAY a\nSAY \xff\n", "JOIN r n\nJOIN s n\nECHO x\n", "nonsense\nECHO x\n",
	strings.Repeat("ECHO 0123456789\n", 40),
	"ECHO " + strings.Repeat("x", MaxLine-5) + "\nSTATS\n",
	"STATS\nECHO " + strings.Repeat("x", MaxLine-4) + "\nSTATS\n",
	"SAY " + strings.Repeat("x", MaxText) + "\nSAY " + strings.Repeat("é", MaxText/2+1) + "\n",
}

func FuzzDecode(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint64(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		if detect(stream) == http1 {
			t.Skip("FuzzHTTP has these")
		}
		want := decodeSlowly(stream)
		check := func(how string, got []plain) {
			for i := range got {
				got[i].why = 0 // law only up to its first word
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%.200q %s:\n got %.300q\nwant %.300q", stream, how, fmt.Sprint(got), fmt.Sprint(want))
			}
		}
		check("whole", decodeWhole(stream))
		if len(stream) <= 1024 {
			for i := range stream {
				check(fmt.Sprint("split at ", i), decodePieces([][]byte{stream[:i], stream[i:]}, never))
			}
			check("byte by byte", decodePieces(slices.Collect(slices.Chunk(stream, 1)), never))
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 8 {
			cuts := cutUp(stream, rng)
			check("cut at random", decodePieces(cuts, never))
			check("cut and stopped at random", decodePieces(cuts, func() bool { return rng.IntN(3) == 0 }))
			check("stopped at every request", decodePieces(cuts, func() bool { return true }))
		}
	})
}

func cutUp(stream []byte, rng *rand.Rand) (pieces [][]byte) {
	for len(stream) > 0 {
		n := 1 + rng.IntN(min(len(stream), 1<<rng.IntN(18)))
		pieces, stream = append(pieces, stream[:n]), stream[n:]
	}
	return pieces
}

func TestDecodeAllocatesNothing(t *testing.T) {
	for _, line := range []string{"ECHO 0123456789\n", "SAY héllo\n", "BLOCK 10 offload\n", "STATS\n"} {
		packet := bytes.Repeat([]byte(line), 10)
		var d Decoder
		var r Request
		n := 0
		allocs := testing.AllocsPerRun(100, func() {
			d.joined = true
			d.Feed(packet)
			for d.Next(&r) {
				n++
			}
			d.Keep()
		})
		if allocs != 0 || n != 101*10 {
			t.Errorf("%q: %v allocations a packet of ten, %d decoded of 1010", line, allocs, n)
		}
	}
}

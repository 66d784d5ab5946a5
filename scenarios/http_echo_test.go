package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"testing"
)

const okHead = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: "

// posted is what a server answers to requests of /echo, each apart.
func posted(t *testing.T, requests [][]byte) (answers [][]byte) {
	t.Helper()
	for _, r := range requests {
		head, body, ok := bytes.Cut(r, []byte("\r\n\r\n"))
		must(t, ok && bytes.HasPrefix(head, []byte("POST /echo HTTP/1.1\r\nHost: ")), "request %q", r)
		must(t, bytes.Contains(append(head, '\r'), fmt.Appendf(nil, "\r\nContent-Length: %d\r", len(body))), "request %q", r)
		answers = append(answers, fmt.Appendf(nil, "%s%d\r\n\r\n%s", okHead, len(body), body))
	}
	return answers
}

func openHTTPEcho(t *testing.T) Traffic {
	t.Helper()
	e := newHTTPEcho(Params{Conns: 8, Payload: 40, Seed: 1}, 7, 1)
	var rec heard
	opening := posted(t, [][]byte{e.Open(0, nil)})[0]
	must(t, e.Receive(0, opening, 0, &rec) == len(opening) && rec.ready == 1 && e.Underway() == 0, "not ready")
	return e
}

func TestHTTPEchoFaults(t *testing.T) {
	replace := func(i int, old, new string) func([][]byte) [][]byte {
		return func(a [][]byte) [][]byte {
			a[i] = bytes.Replace(a[i], []byte(old), []byte(new), 1)
			return a
		}
	}
	body := len(okHead) + len("40\r\n\r\n")
	cases := []struct {
		name   string
		spoil  func(answers [][]byte) [][]byte
		expect tells
	}{
		{"none", func(a [][]byte) [][]byte { return a }, tells{received: 6}},
		{"another head", replace(2, "OK", "Sure\r\nDate: today"), tells{received: 6}},
		{"spaces before the length", replace(2, "Length: ", "Length:     "), tells{received: 6}},
		{"drop one", func(a [][]byte) [][]byte { return slices.Delete(a, 2, 3) }, tells{received: 5, lost: 1}},
		{"drop all", func([][]byte) [][]byte { return nil }, tells{lost: 6}},
		{"double one", func(a [][]byte) [][]byte { return slices.Insert(a, 3, a[2]) }, tells{received: 6, duplicated: 1}},
		{"swap two", func(a [][]byte) [][]byte { a[2], a[3] = a[3], a[2]; return a }, tells{received: 5, reordered: 1}},
		{"a byte of the body", flip(2, body+30), tells{received: 5, corrupted: 1}},
		{"a byte of the stamp", flip(2, body+3), tells{received: 5, corrupted: 1}},
		{"a byte of the word", flip(2, 1), tells{received: 5, corrupted: 1}},
		{"any case and blanks", replace(2, "Content-Length: ", "content-LENGTH:\t "), tells{received: 6}},
		{"interim answers", replace(2, "HTTP", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP"), tells{received: 6}},
		{"chunks", inPieces(2, 7), tells{received: 6}},
		{"one chunk", inPieces(2, 40), tells{received: 6}},
		{"chunks of a byte", inPieces(2, 1), tells{received: 6}},
		{"chunks with a byte too many", inPieces(2, -1), tells{received: 5, corrupted: 1}},
		{"HTTP/1.0 that keeps the connection", replace(2, "HTTP/1.1 200 OK", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive"), tells{received: 6}},
		{"no reason", replace(2, " OK", ""), tells{received: 6}},
		{"lone LFs", func(a [][]byte) [][]byte {
			a[2] = bytes.ReplaceAll(a[2], []byte("\r\n"), []byte("\n"))
			return a
		}, tells{received: 6}},
		{"201", replace(2, "200 OK", "201 Created"), tells{received: 5, corrupted: 1}},
		{"204", func(a [][]byte) [][]byte { a[2] = []byte("HTTP/1.1 204 No Content\r\n\r\n"); return a }, tells{received: 5, corrupted: 1}},
		{"304", func(a [][]byte) [][]byte {
			a[2] = []byte("HTTP/1.1 304 Not Modified\r\nContent-Length: 40\r\n\r\n")
			return a
		}, tells{received: 5, corrupted: 1}},
		{"500", replace(2, "200 OK", "500 Oh"), tells{received: 5, corrupted: 1}},
		{"500 at last", replace(5, "200 OK", "500 Oh"), tells{received: 5, corrupted: 1}},
		{"HTTP/2", replace(2, "HTTP/1.1", "HTTP/2.0"), tells{received: 5, corrupted: 1}},
		{"too long a length", replace(2, ": 40", ": 41"), tells{received: 5, corrupted: 1}},
		{"too short a length", replace(2, ": 40", ": 39"), tells{received: 5, corrupted: 1}},
		{"two lengths", replace(2, "Content-Type", "Content-Length: 40\r\nContent-Type"), tells{received: 5, corrupted: 1}},
		{"a length of letters", replace(2, ": 40", ": 4o"), tells{received: 5, corrupted: 1}},
		{"chunked too", replace(2, "Content-Type", "Transfer-Encoding: chunked\r\nX"), tells{received: 5, corrupted: 1}},
		{"a space before a colon", replace(2, "Type:", "Type :"), tells{received: 5, corrupted: 1}},
		{"a line without a colon", replace(2, "Content-Type:", "Content-Type"), tells{received: 5, corrupted: 1}},
		{"bytes between", func(a [][]byte) [][]byte { return slices.Insert(a, 2, []byte("hello")) }, tells{received: 5, corrupted: 1}},
		{"bytes at the end", func(a [][]byte) [][]byte { return append(a, []byte("hello")) }, tells{received: 6, surplus: 1}},
	}
	for _, c := range cases {
		for _, piece := range []int{1, 7, 100, 1 << 20} {
			t.Run(c.name+"/"+strconv.Itoa(piece), func(t *testing.T) {
				e := openHTTPEcho(t)
				var rec heard
				if kept := feed(e, 0, bytes.Join(c.spoil(posted(t, say(e, 0, 6))), nil), piece, &rec); len(kept) > 0 {
					e.Torn(0, &rec)
				}
				e.Settle(&rec)
				if rec.tells() != c.expect {
					t.Errorf("told %+v, want %+v", rec.tells(), c.expect)
				}
				var after heard // whatever went wrong before is over
				feed(e, 0, bytes.Join(posted(t, say(e, 0, 3)), nil), 1<<20, &after)
				if want := (tells{received: 3}); after.tells() != want || len(after.turns) != 3 || e.Underway() != 0 {
					t.Errorf("afterwards told %+v, %d turns, %d under way", after.tells(), len(after.turns), e.Underway())
				}
			})
		}
	}
}

// inPieces has an answer come in chunks of so many bytes, with an extension and a trailer; -1: of more than it should.
func inPieces(i, size int) func([][]byte) [][]byte {
	return func(answers [][]byte) [][]byte {
		_, body, _ := bytes.Cut(answers[i], []byte("\r\n\r\n"))
		size := size
		if size < 0 {
			body, size = append(body, 'x'), len(body)+1
		}
		out := []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n")
		for chunk := range slices.Chunk(body, size) {
			out = fmt.Appendf(out, "%X;name=\"value\"\r\n%s\r\n", len(chunk), chunk)
		}
		answers[i] = append(out, "0\r\nSome: trailer\r\n\r\n"...)
		return answers
	}
}

// Where a server ends connections, an answer may be whole only by that, and what was not answered is asked for again.
func TestHTTPEchoRenewed(t *testing.T) {
	for _, head := range []string{
		"HTTP/1.0 200 OK\r\nContent-Length: 40\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 40\r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
	} {
		for _, piece := range []int{1, 1 << 20} {
			e := openHTTPEcho(t).(*httpEcho)
			requests := say(e, 0, 3)
			_, body, _ := bytes.Cut(requests[0], []byte("\r\n\r\n"))
			var rec heard
			kept := feed(e, 0, append([]byte(head), body...), piece, &rec)
			if len(kept) > 0 && !e.Ended(0, kept, 0, 1, &rec) {
				t.Errorf("%q: its end is no good order", head)
			}
			if rec.tells() != (tells{received: 1}) || rec.closing != 1 {
				t.Errorf("%q: told %+v, closing %d, %s", head, rec.tells(), rec.closing, rec.odd)
			}
			if again := e.Again(0, nil); string(again) != string(bytes.Join(requests[1:], nil)) {
				t.Errorf("%q: asked again for %q", head, again)
			}
		}
	}
	e := openHTTPEcho(t).(*httpEcho)
	var rec heard
	if !e.Ended(0, nil, 0, 1, &rec) {
		t.Error("a server may end an idle connection")
	}
	say(e, 0, 1)
	if e.Ended(0, nil, 0, 1, &rec) || e.Ended(0, []byte("HTTP/1.1 200"), 0, 1, &rec) {
		t.Error("a server may not end a connection that waits for an answer, nor in the midst of one")
	}
	conn := &e.conns[0]
	conn.at(conn.head).sent = idleEnd
	if !e.Ended(0, nil, 0, idleEnd, &rec) {
		t.Error("what was asked for as an idle connection was being ended may be asked for again")
	}
}

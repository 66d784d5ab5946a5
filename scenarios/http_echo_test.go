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
		{"500", replace(2, "200 OK", "500 Oh"), tells{received: 5, corrupted: 1}},
		{"500 at last", replace(5, "200 OK", "500 Oh"), tells{received: 5, corrupted: 1}},
		{"HTTP/1.0", replace(2, "HTTP/1.1", "HTTP/1.0"), tells{received: 5, corrupted: 1}},
		{"too long a length", replace(2, ": 40", ": 41"), tells{received: 5, corrupted: 1}},
		{"too short a length", replace(2, ": 40", ": 39"), tells{received: 5, corrupted: 1}},
		{"two lengths", replace(2, "Content-Type", "Content-Length: 40\r\nContent-Type"), tells{received: 5, corrupted: 1}},
		{"no length", replace(2, "Content-Length", "Content-Lengthy"), tells{received: 5, corrupted: 1}},
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

// A head that never ends is given up, and a head seen before is not taken for one that only begins like it.
func TestHeads(t *testing.T) {
	var a answers
	for _, c := range []struct {
		in           string
		head, length int
		ok           bool
	}{
		{okHead + "40\r\n\r\n", len(okHead) + 6, 40, true},
		{okHead + "40\r\n\r\nmore", len(okHead) + 6, 40, true},
		{okHead + "400\r\n\r\n", len(okHead) + 7, 400, true},
		{okHead + "40", 0, 0, true},
		{"HTTP/1.1 2", 0, 0, true},
		{"HTTP/1.1 3", 0, 0, false},
		{"x", 0, 0, false},
		{statusLine + string(make([]byte, 8<<10)), 0, 0, false},
		{"HTTP/1.1 200 OK\r\n\r\n", 0, 0, false},
	} {
		if head, length, ok := a.head([]byte(c.in)); head != c.head || length != c.length || ok != c.ok {
			t.Errorf("%.60q: %d %d %v, want %d %d %v", c.in, head, length, ok, c.head, c.length, c.ok)
		}
	}
}

package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// httpSeeds are streams with a request of every path, and the awkward neighbours of each.
var httpSeeds = []string{
	getting("/") + getting("/stats?x") + posting("/echo", "hi") + "\r\n" + getting("/wait?since=-1&timeout=5&room=r"),
	posting("/send?room=R", `{"from":"ann","text":"h\u00e9 <b>"}`) + posting("/send", `{"text":""}`) + getting("/nothing"),
	getting("/block?ms=5&how=spin") + getting("/zip?files=3&bytes=0") + req("HEAD", "/echo", "") + req("OPTIONS", "*", ""),
	getting("http://h:80/wait?since=%31") + getting("http://h?a=/b") + req("CONNECT", "h:1", "") + getting("/%65cho"),
	req("POST", "/echo", "2;x=\"y\"\r\nhi\r\n00a\r\n0123456789\r\n0\r\nT: u\r\n\r\n", chunkedField) + getting("/"),
	strings.Repeat(req("POST", "/echo", "1\r\na\r\n1\r\nb\r\n0\r\n\r\n", chunkedField), 2),
	req("POST", "/echo", "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", "Expect: 100-continue", chunkedField) + posting("/echo", ""),
	strings.Replace(posting("/echo", "hi"), "\r\n", "\r\nExpect: 100-continue\r\n", 1) + getting("/"),
	"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /zip?files=1&bytes=1 HTTP/1.0\r\n\r\n",
	req("GET", "/", "", "Connection: a, close") + getting("/"),
	"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
	"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chun\u212aed\r\n\r\n0\r\n\r\n",
	"GET / HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET /\r\n\r\n",
	getting("/") + "\r\n\r\r\nGETX /stats HTTP/1.1\r\nHost: h\r\nA:\x00\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", MaxHead) + "\n\r\n\r\n",
	req("POST", "/echo", "0\r\nT: "+strings.Repeat("x", MaxHead), chunkedField),
	posting("/echo", strings.Repeat("x", MaxEcho)) + getting("/"),
	req("POST", "/echo", "ffff\r\n"+strings.Repeat("x", 0xffff)+"\r\n1\r\ny\r\n1\r\nz", chunkedField),
}

// FuzzHTTP: however a stream is cut and wherever decoding stops for a while, the requests are the same.
func FuzzHTTP(f *testing.F) {
	for i, s := range httpSeeds {
		f.Add([]byte(s), uint64(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		if detect(stream) != http1 {
			t.Skip("FuzzDecode has these")
		}
		want := noLeave(decodeWhole(stream))
		check := func(how string, got []plain) {
			if got = noLeave(got); !slices.Equal(got, want) {
				t.Fatalf("%.300q %s:\n got %.300q\nwant %.300q", stream, how, fmt.Sprint(got), fmt.Sprint(want))
			}
		}
		if len(stream) <= 512 {
			for i := range stream {
				check(fmt.Sprint("split at ", i), decodePieces([][]byte{stream[:i], stream[i:]}, never))
			}
			check("byte by byte", decodePieces(slices.Collect(slices.Chunk(stream, 1)), never))
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 4 {
			cuts := cutUp(stream, rng)
			check("cut at random", decodePieces(cuts, never))
			check("cut and stopped at random", decodePieces(cuts, func() bool { return rng.IntN(3) == 0 }))
			check("stopped at every request", decodePieces(cuts, func() bool { return true }))
		}
	})
}

// noLeave leaves out leave to send a body: whether it is asked for depends on how much of the body is there.
func noLeave(all []plain) []plain {
	return slices.DeleteFunc(all, func(p plain) bool { return p.kind == Continue })
}

// FuzzOracle holds the decoder against net/http. What ours accepts, theirs must accept, and see the same requests, as many
// of them, with the same bodies. Ours is the stricter on purpose, and may refuse, and then reads no further, where theirs
// goes on:
//   - a bare LF; a head over 8 KiB, a body over its limit, a chunk's line over 256 bytes, or with
//     over 7 digits of a size, or with white space or control characters behind the size;
//   - a length beside chunks, two equal lengths, chunks in HTTP/1.0, versions other than 1.0 and 1.1;
//   - no Host (http.Server refuses that too, ReadRequest does not), a Host or a field's value with bytes it cannot have;
//   - a target that is not ASCII, or a URL that is not http and a host, or * without OPTIONS.
//
// Ours skips empty lines before a request, as http.Server does and ReadRequest does not.
func FuzzOracle(f *testing.F) {
	for _, s := range httpSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if detect(stream) != http1 {
			t.Skip("these are lines")
		}
		holdAgainstNetHTTP(t, stream)
	})
}

// holdAgainstNetHTTP returns how many requests both accept.
func holdAgainstNetHTTP(t *testing.T, stream []byte) (agreed int) {
	t.Helper()
	theirs := bufio.NewReader(bytes.NewReader(stream))
	for _, ours := range noLeave(decodeWhole(stream)) {
		if ours.kind == Bad && !framed(ours.why) {
			return // refused before all of it was read: the last
		}
		request, body, err := readRequest(theirs)
		if err != nil {
			t.Fatalf("%.300q: request %d is %+v to us; net/http refuses it: %v", stream, agreed, ours, err)
		}
		if diff := differ(ours, request, body); diff != "" {
			t.Fatalf("%.300q: request %d: %s\nours %+v\ntheirs %s %q %q", stream, agreed, diff, ours, request.Method, request.URL, body)
		}
		if agreed++; ours.form.Last() {
			return
		}
	}
	if request, _, err := readRequest(theirs); err == nil {
		t.Fatalf("%.300q: net/http sees one more request: %s %s", stream, request.Method, request.URL)
	}
	return
}

// TestOracle does as FuzzOracle with streams put together from words, which get deeper than bytes do; and as FuzzHTTP with some.
func TestOracle(t *testing.T) {
	w := words{rand.New(rand.NewPCG(1, 2))}
	requests, agreed := 0, 0
	for i := range 20000 {
		stream := []byte(getting("/") + w.request() + w.request() + w.request())
		requests += 4
		agreed += holdAgainstNetHTTP(t, stream)
		if i%20 > 0 {
			continue
		}
		want := noLeave(decodeWhole(stream))
		for _, pieces := range [][][]byte{slices.Collect(slices.Chunk(stream, 1)), cutUp(stream, w.Rand), cutUp(stream, w.Rand)} {
			if got := noLeave(decodePieces(pieces, func() bool { return w.IntN(3) == 0 })); !slices.Equal(got, want) {
				t.Fatalf("%q in %d pieces:\n got %+v\nwant %+v", stream, len(pieces), got, want)
			}
		}
	}
	if agreed < requests/4 {
		t.Errorf("of %d requests both accept %d: too few to mean much", requests, agreed)
	}
}

// framed reports whether a request refused so was read to its end: what is wrong with it is what it asks for.
func framed(why Refusal) bool {
	switch why {
	case Malformed, NoHost, TwoLengths, BadChunk, LongHead, LongBody:
		return false
	}
	return true
}

func readRequest(b *bufio.Reader) (*http.Request, []byte, error) {
	for {
		if next, _ := b.Peek(2); string(next) != "\r\n" {
			break
		}
		b.Discard(2)
	}
	request, err := http.ReadRequest(b)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(request.Body)
	return request, body, err
}

// differ says in what our request differs from theirs, as far as ours tells.
func differ(ours plain, theirs *http.Request, body []byte) string {
	paths := map[Kind]string{Page: "/", Stats: "/stats", Echo: "/echo", Send: "/send", Wait: "/wait", Zip: "/zip", Block: "/block"}
	method, path, known := "GET", theirs.URL.Path, slices.Contains([]string{"/", "/stats", "/echo", "/send", "/wait", "/zip", "/block"}, theirs.URL.Path)
	if path == "" { // of a URL without one, and with CONNECT
		path, known = "/", true
	}
	if path == "/echo" || path == "/send" {
		method = "POST"
	}
	switch right := theirs.Method == method; {
	case ours.kind == Bad && ours.why == NotFound && known, ours.kind == Bad && ours.why != NotFound && !known:
		return "another path"
	case known && ours.kind == Bad && (ours.why == WantGET || ours.why == WantPOST) == right, ours.kind != Bad && !right:
		return "another method"
	case ours.kind != Bad && paths[ours.kind] != path:
		return "another path"
	case ours.kind == Echo && ours.body != string(body):
		return "another body"
	case theirs.Close && !ours.form.Last(), !theirs.Close && ours.form.Last() && ours.kind != Zip:
		return "another end"
	case (theirs.Method == "HEAD") != (ours.form&headOnly != 0):
		return "not HEAD alike"
	}
	if query, err := url.ParseQuery(theirs.URL.RawQuery); err == nil && (ours.kind == Wait || ours.kind == Send) {
		if want := query.Get("room"); query.Has("room") && want != ours.room || !query.Has("room") && ours.room != Lobby {
			return "another room"
		}
	}
	return ""
}

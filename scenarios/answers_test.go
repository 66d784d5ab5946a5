package scenarios

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		in     string
		status int
		body   string
		closes bool
		rest   string
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", false, ""},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1", 200, "hello", false, "HTTP/1.1"},
		{"HTTP/1.1 200\r\ncontent-length:5\t \r\nX-Empty:\r\n\r\nhello", 200, "hello", false, ""},
		{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", false, ""},
		{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true, ""},
		{"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", 200, "hello", false, ""},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\nConnection: x\r\n\r\nhello", 200, "hello", true, ""},
		{"HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello", true, ""},
		{"HTTP/1.1 204 No Content\r\n\r\nx", 204, "", false, "x"},
		{"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nx", 304, "", false, "x"},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", false, ""},
		{"HTTP/1.1 101 Switching Protocols\r\n\r\nx", 101, "", false, "x"},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nx", 200, "hello", false, "x"},
		{"HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n\r\n002;a=\"b\";c\r\nhe\r\n3 \r\nllo\r\n00\r\nA: b\r\nC:\r\n\r\n", 200, "hello", false, ""},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1a\r\n" + strings.Repeat("x", 26) + "\r\n0\r\n\r\n", 200, strings.Repeat("x", 26), true, ""},
		{"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 200, "hello", false, ""},
	} {
		var r answers
		for range 2 { // the second time the head is known
			a, wrong := r.next([]byte(c.in), true)
			if wrong != "" || a.status != c.status || string(a.body) != c.body || a.closes != c.closes || c.in[a.size:] != c.rest {
				t.Errorf("%q: %+v, body %q, rest %q, %s", c.in, a.framing, a.body, c.in[a.size:], wrong)
			}
		}
		var piecewise answers
		whole := len(c.in) - len(c.rest)
		for i := range whole {
			if a, wrong := piecewise.next([]byte(c.in[:i]), false); wrong != "" || a.size > 0 {
				t.Errorf("%q, of which %d bytes: %+v %s", c.in, i, a, wrong)
			}
		}
	}
}

func TestWrongAnswers(t *testing.T) {
	for _, in := range []string{
		"220 ready\r\n", "x", "HTTP/2 200 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.x 200 OK\r\n", "HTTP/1.1 099 OK\r\n",
		"HTTP/1.1 200 OK\r\nno field\r\n", "HTTP/1.1 200 OK\r\n: x\r\n", "HTTP/1.1 200 OK\r\nA b: x\r\n", "HTTP/1.1 200 OK\r\nA: \x00\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 4o\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length:\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 9000), "HTTP/1.1 200 " + strings.Repeat("x", 9000),
	} {
		var r answers
		if a, wrong := r.next([]byte(in), false); wrong == "" || a.size > 0 {
			t.Errorf("%.80q is taken", in)
		}
	}
	for _, body := range []string{"5\nhello\r\n", "\r\n", ";x\r\n", "g\r\n", "5\r\nhelloo", "5\r\nhello\n\n", "0\r\nno field\r\n", "fffffffff\r\n", "-1\r\n"} {
		var r answers
		if a, wrong := r.next([]byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+body), false); wrong == "" || a.size > 0 {
			t.Errorf("%q is taken", body)
		}
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"220 ready\r\n": `"220 ready\r\n"`,
		"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found":                   `"HTTP/1.1 404 Not Found" with 9 bytes of body "not found"`,
		"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n": `"HTTP/1.1 201 Created" with 2 bytes of body "ok"`,
		"HTTP/1.1 204 No Content\r\n\r\n":                                                `"HTTP/1.1 204 No Content" without a body`,
		"HTTP/1.1 200 OK\r\nContent-Length: 512\r\n\r\nabc":                              `"HTTP/1.1 200 OK" with 3 of 512 bytes of body "abc"`,
		"HTTP/1.1 200 OK\r\n\r\nabc":                                                     `"HTTP/1.1 200 OK" with 3 bytes of a body that does not end: "abc"`,
		"HTTP/1.1 200 OK\r\nServer: x\r\n":                                               `"HTTP/1.1 200 OK" and a head that does not end`,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n":                             `"HTTP/1.1 200 OK": its Transfer-Encoding is not chunked, and no other was asked for`,
		strings.Repeat("x", 100):                                                         `"` + strings.Repeat("x", 80) + `…"`,
	} {
		if got := Quote([]byte(in)); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// spaced is what RFC 9112 allows and net/http does not take, and longer is a limit that is net/http's.
var spaced = regexp.MustCompile(`[ \t];`)

// FuzzAnswers holds what is taken for an answer against net/http, however it comes.
func FuzzAnswers(f *testing.F) {
	for _, in := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 204 No\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var r answers
		a, wrong := r.next(in, true)
		if wrong != "" || a.size == 0 {
			return
		}
		got := string(a.body)
		again, wrong := r.next(in, true) // now that the head is known
		if wrong != "" || again.framing != a.framing || again.size != a.size || string(again.body) != got {
			t.Fatalf("%q: the second time %+v %s, %+v before", in, again, wrong, a)
		}
		var piecewise answers
		for i := range a.size { // a body up to the end may end anywhere
			if p, wrong := piecewise.next(in[:i], false); wrong != "" || p.size > 0 {
				t.Fatalf("%q: of %d bytes: %+v %s", in, i, p, wrong)
			}
		}
		if spaced.Match(in) {
			return
		}
		reader := bufio.NewReader(bytes.NewReader(in[:a.size]))
		for {
			resp, err := http.ReadResponse(reader, &http.Request{Method: "POST"})
			if err != nil {
				t.Fatalf("%q: %v", in, err)
			}
			if resp.StatusCode < 200 && resp.StatusCode != 101 {
				continue
			}
			body, err := io.ReadAll(resp.Body)
			if err != nil || string(body) != got || resp.StatusCode != a.status || resp.Close != a.closes {
				t.Fatalf("%q: net/http reads %d %q, closes %v, %v; we %+v %q", in, resp.StatusCode, body, resp.Close, err, a.framing, got)
			}
			if left, _ := io.ReadAll(reader); len(left) > 0 {
				t.Fatalf("%q: net/http leaves %q", in, left)
			}
			return
		}
	})
}

func BenchmarkAnswers(b *testing.B) {
	for name, in := range map[string]string{
		"length":  "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 128\r\n\r\n" + strings.Repeat("x", 128),
		"chunked": "HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + strings.Repeat("x", 128) + "\r\n0\r\n\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var r answers
			text := []byte(in)
			for b.Loop() {
				if a, _ := r.next(text, false); a.size != len(text) {
					b.Fatal(a)
				}
			}
		})
	}
}

// A message takes no memory, also where heads differ.
func TestAnswersTakeNoMemory(t *testing.T) {
	var r answers
	heads := [2][]byte{}
	for i, date := range []string{"today", "tomorrow"} {
		heads[i] = []byte("HTTP/1.1 200 OK\r\nDate: " + date + "\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
		r.next(heads[i], false)
	}
	n := 0
	if allocs := testing.AllocsPerRun(1000, func() { r.next(heads[n%2], false); n++ }); allocs > 0 {
		t.Errorf("%v allocations an answer", allocs)
	}
}

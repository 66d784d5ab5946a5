package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// forms are the forms of HTTP answers, and the request that each answers.
var forms = map[string]Form{
	"GET 1.1": isHTTP, "GET 1.1 close": isHTTP | last, "GET 1.0": isHTTP | version0 | last, "GET 1.0 keep-alive": isHTTP | version0,
	"HEAD 1.1": isHTTP | headOnly, "HEAD 1.0": isHTTP | headOnly | version0 | last,
}

// parseAnswer has net/http read an answer, which must be whole and all there is.
func parseAnswer(t *testing.T, form Form, answer []byte) (*http.Response, string) {
	t.Helper()
	method := "GET"
	if form&headOnly != 0 {
		method = "HEAD"
	}
	in := bufio.NewReader(bytes.NewReader(answer))
	response, err := http.ReadResponse(in, &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.300q: %v", answer, err)
	}
	body, err := io.ReadAll(response.Body)
	if rest, _ := io.ReadAll(in); err != nil || len(rest) > 0 {
		t.Fatalf("%.300q: the body: %v; behind it %q", answer, err, rest)
	}
	if keep := response.Header.Get("Connection") == "keep-alive"; keep != (form&version0 != 0 && !form.Last()) || response.Close != form.Last() {
		t.Errorf("%.300q: Connection is %q, and it closes: %v", answer, response.Header.Get("Connection"), response.Close)
	}
	return response, string(body)
}

func TestAnswers(t *testing.T) {
	var l Log
	l.Append([]byte("ann"), []byte("say \"hi\" \\ <b>é\u2028😀</b>"))
	l.Append([]byte("bob"), []byte("x"))
	const news = `{"messages":[{"id":1,"from":"ann","text":"say \"hi\" \\ <b>é` + "\u2028" + `😀</b>"},{"id":2,"from":"bob","text":"x"}],"missed":0,"next":2}` + "\n"
	for name, f := range forms {
		for _, c := range []struct {
			answer []byte
			status int
			body   string
		}{
			{f.AppendSent(nil, 1<<63-1), 200, `{"id":9223372036854775807}` + "\n"},
			{first(f.AppendNews(nil, &l, 0)), 200, news},
			{first(f.AppendNews(nil, &l, 1)), 200, `{"messages":[{"id":2,"from":"bob","text":"x"}],"missed":0,"next":2}` + "\n"},
			{first(f.AppendNews(nil, &l, 3)), 409, `{"error":"since is above the head","head":2}` + "\n"},
			{f.AppendNone(nil, 7), 200, `{"messages":[],"missed":0,"next":7}` + "\n"},
			{f.AppendBlocked(nil, 10*time.Second), 200, `{"blocked_ms":10000}` + "\n"},
			{f.AppendStats(nil, `m"`, counts), 200,
				`{"model":"m\"","conns":5,"waiters":1,"members":3,"rooms":2,"dropped_slow":7}` + "\n"},
			{f.AppendRefusal(nil, NotFound), 404, `{"error":"there is nothing at this path"}` + "\n"},
		} {
			response, body := parseAnswer(t, f, c.answer)
			if f&headOnly != 0 {
				c.body = "" // no body, but the length of what would be there
				if response.ContentLength <= 0 {
					t.Errorf("%s: %q has no length", name, c.answer)
				}
			} else if int(response.ContentLength) != len(body) || !json.Valid([]byte(body)) {
				t.Errorf("%s: %q is %d bytes, or no JSON", name, body, response.ContentLength)
			}
			if response.StatusCode != c.status || body != c.body || response.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: got %d %q, want %d %q", name, response.StatusCode, body, c.status, c.body)
			}
		}
	}
}

func first(b []byte, _ bool) []byte { return b }

func TestEchoAndPage(t *testing.T) {
	for name, f := range forms {
		if f&headOnly != 0 {
			continue // neither answers HEAD
		}
		for _, body := range []string{"", "\x00\r\n\r\nHTTP/1.1 200 OK", strings.Repeat("x", MaxEcho)} {
			if _, got := parseAnswer(t, f, f.AppendEcho(nil, []byte(body))); got != body {
				t.Errorf("%s: %d bytes came back as %d", name, len(body), len(got))
			}
		}
		response, got := parseAnswer(t, f, f.AppendPage(nil))
		if kind := response.Header.Get("Content-Type"); got != page || kind != "text/html; charset=utf-8" {
			t.Errorf("%s: the page is %d bytes of %q", name, len(got), kind)
		}
	}
	pair := append(isHTTP.AppendEcho(nil, []byte("a")), isHTTP.AppendSent(nil, 1)...)
	if both := isHTTP.AppendSent(isHTTP.AppendEcho(nil, []byte("a")), 1); !bytes.Equal(both, pair) {
		t.Errorf("appended to another answer: %q", both)
	}
}

// Every refusal is an answer of its status with an error in JSON; 405 names what would do.
func TestHTTPRefusals(t *testing.T) {
	for name, f := range forms {
		for why := NotJoined; why <= TooManyRooms; why++ {
			before := []byte("before")
			response, body := parseAnswer(t, f, f.AppendRefusal(before, why)[len(before):])
			if response.StatusCode != refusals[why].status || !strings.HasSuffix(response.Status, http.StatusText(response.StatusCode)) &&
				response.StatusCode != 413 { // net/http has the older phrase
				t.Errorf("%s: %v: status %s", name, why, response.Status)
			}
			if allow := response.Header.Get("Allow"); (response.StatusCode == 405) != (allow != "") || allow != refusals[why].allow {
				t.Errorf("%s: %v: Allow is %q", name, why, allow)
			}
			var told struct{ Error string }
			if f&headOnly != 0 {
				continue
			}
			if keys := keysOf(t, body); json.Unmarshal([]byte(body), &told) != nil || told.Error != why.String() || keys != "error" {
				t.Errorf("%s: %v: body %q", name, why, body)
			}
		}
	}
}

func keysOf(t *testing.T, object string) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatalf("%q: %v", object, err)
	}
	return strings.Join(slices.Sorted(maps.Keys(fields)), " ")
}

func TestContinueAnswer(t *testing.T) {
	answer := isHTTP.AppendSent(isHTTP.AppendContinue(nil), 1)
	in := bufio.NewReader(bytes.NewReader(answer))
	for _, want := range []int{100, 200} {
		if response, err := http.ReadResponse(in, nil); err != nil || response.StatusCode != want {
			t.Fatalf("%q: %v, %v; want %d", answer, response, err, want)
		}
	}
}

// TestNews holds the answers to Wait against the ids that were said.
func TestNews(t *testing.T) {
	type news struct {
		Messages []struct {
			ID         int64
			From, Text string
		}
		Missed, Next int64
	}
	var l Log
	for head := int64(0); head <= 2*RingSize+50; head++ {
		if head > 0 {
			l.Append([]byte("ann"), fmt.Appendf(nil, "text %d", head))
		}
		if head%50 > 1 {
			continue
		}
		for _, since := range []int64{0, 1, head - 201, head - 200, head - 199, head - 101, head - 100, head - 99, head - 1, head, head + 1} {
			if since < 0 {
				continue
			}
			answer, answered := isHTTP.AppendNews([]byte("x"), &l, since)
			if answered == (since == head) || !answered && string(answer) != "x" {
				t.Fatalf("since %d of %d: answered is %v: %q", since, head, answered, answer)
			}
			if since >= head {
				continue
			}
			_, body := parseAnswer(t, isHTTP, answer[1:])
			var got news
			if err := json.Unmarshal([]byte(body), &got); err != nil || keysOf(t, body) != "messages missed next" {
				t.Fatalf("%q: %v", body, err)
			}
			oldest := max(since+1, head-RingSize+1)
			newest := min(head, oldest+MaxNews-1)
			if got.Missed != oldest-since-1 || got.Next != newest || int64(len(got.Messages)) != newest-oldest+1 {
				t.Fatalf("since %d of %d: missed %d, next %d, %d messages", since, head, got.Missed, got.Next, len(got.Messages))
			}
			for i, m := range got.Messages {
				if m.ID != oldest+int64(i) || m.From != "ann" || m.Text != fmt.Sprint("text ", m.ID) {
					t.Fatalf("since %d of %d: message %d is %+v", since, head, i, m)
				}
			}
		}
	}
}

// The largest answer there is fits the gap that is left for its length, and the bound on what is owed is not far passed by one.
func TestLargestNews(t *testing.T) {
	var l Log
	text := strings.Repeat(`"`, MaxText)
	for range MaxNews {
		l.Append([]byte("ann"), []byte(text))
	}
	answer, _ := isHTTP.AppendNews(nil, &l, 0)
	response, body := parseAnswer(t, isHTTP, answer)
	var got struct{ Messages []struct{ Text string } }
	if err := json.Unmarshal([]byte(body), &got); err != nil || len(got.Messages) != MaxNews || got.Messages[MaxNews-1].Text != text {
		t.Errorf("%v, %d messages of %d bytes", err, len(got.Messages), response.ContentLength)
	}
}

// In a steady state HTTP costs no allocation either, but what JSON and its strings cost.
func TestHTTPAllocates(t *testing.T) {
	var l Log
	l.Append([]byte("ann"), []byte("hi"))
	wrk := []string{"User-Agent: Mozilla/5.0 (X11; Linux x86_64)", "Accept: */*", "Accept-Encoding: gzip, deflate", "Connection: keep-alive"}
	out := make([]byte, 0, 64<<10)
	for _, c := range []struct {
		what, request string
		most          float64
	}{
		{"echo", req("POST", "/echo", strings.Repeat("x", 64), wrk...), 0},
		{"chunked echo", req("POST", "/echo", "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", append(wrk, chunkedField)...), 0},
		{"wait", req("GET", "/wait?room=room&since=0&timeout=60000", "", wrk...), 0},
		{"stats", req("GET", "/stats", "", wrk...), 0},
		{"block", req("GET", "/block?ms=10&how=spin", "", wrk...), 0},
		{"page", req("GET", "/", "", wrk...), 0},
		{"refusal", req("GET", "/echo", "", wrk...), 1},
		{"send", req("POST", "/send?room=room", `{"from":"ann","text":"hello"}`, wrk...), 12},
	} {
		packet, again := bytes.Repeat([]byte(c.request), 10), make([]byte, 10*len(c.request))
		var d Decoder
		var r Request
		n := 0
		allocs := testing.AllocsPerRun(100, func() {
			copy(again, packet) // for chunks are put together in place
			d.Feed(again)
			for d.Next(&r) {
				n++
				switch out = out[:0]; r.Kind {
				case Echo:
					out = r.Form.AppendEcho(out, r.Body)
				case Send:
					out = r.Form.AppendSent(out, 1)
				case Wait:
					out, _ = r.Form.AppendNews(out, &l, r.Since)
				case Stats:
					out = r.Form.AppendStats(out, "reactor", counts)
				case Block:
					out = r.Form.AppendBlocked(out, r.Delay)
				case Page:
					out = r.Form.AppendPage(out)
				case Bad:
					out = r.Form.AppendRefusal(out, r.Refusal)
				}
			}
			d.Keep()
		}) / 10
		if allocs > c.most || n != 101*10 {
			t.Errorf("%s: %v allocations a request, want %v at most; %d decoded of 1010", c.what, allocs, c.most, n)
		}
	}
}

func BenchmarkEcho(b *testing.B) {
	for what, request := range map[string]string{
		"lines": "ECHO " + strings.Repeat("x", 64) + "\n",
		"http":  req("POST", "/echo", strings.Repeat("x", 64), "User-Agent: x", "Accept: */*"),
	} {
		b.Run(what, func(b *testing.B) {
			var d Decoder
			var r Request
			var out []byte
			packet := []byte(request)
			b.ReportAllocs()
			for range b.N {
				d.Feed(packet)
				d.Next(&r)
				out = r.Form.AppendEcho(out[:0], r.Body)
				d.Keep()
			}
		})
	}
}

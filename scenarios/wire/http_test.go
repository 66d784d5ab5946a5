package wire

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// req is a request of HTTP/1.1 with a Host; fields are whole lines without their ends.
func req(method, target, body string, fields ...string) string {
	head := method + " " + target + " HTTP/1.1\r\nHost: h\r\n"
	for _, f := range fields {
		head += f + "\r\n"
	}
	if body != "" && !strings.Contains(head, "chunked") {
		head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	return head + "\r\n" + body
}

func getting(target string) string       { return req("GET", target, "") }
func posting(target, body string) string { return req("POST", target, body) }

const chunkedField = "Transfer-Encoding: chunked"

// checkHTTP decodes the stream whole and byte by byte: either way it must be exactly these requests and leave held bytes.
func checkHTTP(t *testing.T, stream string, held int, want ...plain) {
	t.Helper()
	for how, pieces := range map[string][]string{"whole": {stream}, "byte by byte": strings.Split(stream, "")} {
		if len(stream) > 20000 && len(pieces) > 1 || strings.ContainsFunc(stream, func(r rune) bool { return r > 0x7f }) && len(pieces) > 1 {
			continue // Split cuts runes, not bytes; FuzzHTTP cuts bytes
		}
		var d Decoder
		var r Request
		var got []plain
		for _, p := range pieces {
			d.Feed([]byte(p))
			for d.Next(&r) {
				if r.Kind != Continue { // TestExpect has these
					got = append(got, plainly(&r))
				}
			}
			d.Keep()
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || d.Held() != held {
			t.Errorf("%.200q %s:\n got %.500s, %d held\nwant %.500s, %d held", stream, how, fmt.Sprintf("%+v", got), d.Held(), fmt.Sprintf("%+v", want), held)
		}
	}
}

func refused(why Refusal, f Form) plain { return plainly(&Request{Kind: Bad, Refusal: why, Form: f}) }

func TestPaths(t *testing.T) {
	const h, ms = isHTTP, time.Millisecond
	bad := func(why Refusal) plain { return refused(why, h) }
	said := func(room, name, text string) plain {
		return plain{kind: Send, form: h, room: room, name: name, text: text}
	}
	wait := func(room string, since int64, delay time.Duration) plain {
		return plain{kind: Wait, form: h, room: room, since: since, delay: delay}
	}
	zip := func(files int, size int64) plain { return plain{kind: Zip, form: h, files: files, size: size} }
	text := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		request string
		want    plain
	}{
		{getting("/"), plain{kind: Page, form: h}},
		{getting("/?x=y"), plain{kind: Page, form: h}},
		{getting("/stats"), plain{kind: Stats, form: h}},
		{posting("/echo", "hi\r\n\x00"), plain{kind: Echo, form: h, body: "hi\r\n\x00"}},
		{posting("/echo", ""), plain{kind: Echo, form: h}},

		{posting("/send?room=R", `{"from":"ann","text":"hi"}`), said("R", "ann", "hi")},
		{posting("/send", ` {"text":"h\u00e9\ud83d\ude00\"\\"} `), said("lobby", "anon", `hé😀"\`)},
		{posting("/send?room=a%2eb&room=c", `{"text":"<b>","more":[1]}`), said("a.b", "anon", "<b>")},
		{posting("/send?%72oom=R", `{"text":"x"}`), said("R", "anon", "x")},
		{posting("/send", `{"text":"`+text(4096)+`"}`), said("lobby", "anon", text(4096))},
		{posting("/send", `{"text":"`+text(4097)+`"}`), bad(LongText)},
		{posting("/send", `{"text":""}`), bad(NoText)},
		{posting("/send", `{"from":"ann"}`), bad(NoText)},
		{posting("/send", `null`), bad(NoText)},
		{posting("/send", `{"text":1}`), bad(BadJSON)},
		{posting("/send", `{"text":"x"} x`), bad(BadJSON)},
		{posting("/send", `{"text":"x"`), bad(BadJSON)},
		{posting("/send", "{\"text\":\"\xff\"}"), bad(BadJSON)},
		{posting("/send", `[]`), bad(BadJSON)},
		{posting("/send", ""), bad(BadJSON)},
		{posting("/send", `{"text":"a\nb"}`), bad(BadText)},
		{posting("/send", `{"text":"a\u0085b"}`), bad(BadText)},
		{posting("/send", `{"from":"","text":"x"}`), bad(BadName)},
		{posting("/send", `{"from":"a b","text":"x"}`), bad(BadName)},
		{posting("/send", `{"from":"`+text(33)+`","text":"x"}`), bad(BadName)},
		{posting("/send?room=", `{"text":"x"}`), bad(BadRoom)},
		{posting("/send?room", `{"text":"x"}`), bad(BadRoom)},
		{posting("/send?room=a+b", `{"text":"x"}`), bad(BadRoom)},
		{posting("/send?room=a%zz", `{"text":"x"}`), bad(BadRoom)},
		{posting("/send?room="+text(65), `{"text":"x"}`), bad(BadRoom)},

		{getting("/wait?since=0"), wait("lobby", 0, 25*time.Second)},
		{getting("/wait?since=-1&timeout=1&room=r"), wait("r", -1, ms)},
		{getting("/wait?room=r&since=9223372036854775807&timeout=60000"), wait("r", 1<<63-1, 60000*ms)},
		{getting("/wait?since=%31"), wait("lobby", 1, 25*time.Second)},
		{getting("/wait"), bad(BadSince)},
		{getting("/wait?since="), bad(BadSince)},
		{getting("/wait?since=-2"), bad(BadSince)},
		{getting("/wait?since=+1"), bad(BadSince)},
		{getting("/wait?since=1.0"), bad(BadSince)},
		{getting("/wait?since=9223372036854775808"), bad(BadSince)},
		{getting("/wait?since=0&timeout=0"), bad(BadTimeout)},
		{getting("/wait?since=0&timeout="), bad(BadTimeout)},
		{getting("/wait?since=0&timeout=60001"), bad(BadTimeout)},
		{getting("/wait?since=0&timeout=-5"), bad(BadTimeout)},
		{getting("/wait?since=0&room=a/b"), bad(BadRoom)},

		{getting("/block?ms=1&how=inline"), plain{kind: Block, form: h, delay: ms, how: "inline"}},
		{getting("/block?ms=1&how=deep"), plain{kind: Block, form: h, delay: ms, how: "deep"}},
		{getting("/block?how=spin&ms=10000"), plain{kind: Block, form: h, delay: 10000 * ms, how: "spin"}},
		{getting("/block?ms=5&how=offload"), plain{kind: Block, form: h, delay: 5 * ms, how: "offload"}},
		{getting("/block?ms=0&how=spin"), bad(BadBlock)},
		{getting("/block?ms=10001&how=spin"), bad(BadBlock)},
		{getting("/block?ms=5&how=sleep"), bad(BadBlock)},
		{getting("/block?ms=5"), bad(BadBlock)},
		{getting("/block"), bad(BadBlock)},

		{getting("/zip?files=1&bytes=0"), zip(1, 0)},
		{getting("/zip?files=1000&bytes=1073741824"), zip(1000, 1<<30)},
		{getting("/zip?files=0&bytes=1"), bad(BadZip)},
		{getting("/zip?files=1001&bytes=1"), bad(BadZip)},
		{getting("/zip?files=1&bytes=1073741825"), bad(BadZip)},
		{getting("/zip?files=1&bytes=-1"), bad(BadZip)},
		{getting("/zip?files=1"), bad(BadZip)},
		{getting("/zip"), bad(BadZip)},

		{getting("/nothing"), bad(NotFound)},
		{getting("/echo/"), bad(NotFound)},
		{getting("//echo"), bad(NotFound)},
		{getting("/ECHO"), bad(NotFound)},
		{req("OPTIONS", "*", ""), bad(NotFound)},
		{getting("/%73tats"), plain{kind: Stats, form: h}},
		{getting("/stats%3f"), bad(NotFound)},
		{req("HEAD", "/nothing", ""), refused(NotFound, h|headOnly)},
		{req("HEAD", "/", ""), refused(WantGET, h|headOnly)},
		{req("PUT", "/echo", "x"), bad(WantPOST)},
		{getting("/send"), bad(WantPOST)},
		{posting("/wait?since=0", "x"), bad(WantGET)},
		{req("get", "/", ""), bad(WantGET)},
		{req("CONNECT", "h:1", ""), bad(WantGET)},

		// A whole URL, as to a proxy.
		{getting("http://h/stats"), plain{kind: Stats, form: h}},
		{getting("HTTP://h:80/wait?since=7"), wait("lobby", 7, 25*time.Second)},
		{getting("http://h"), plain{kind: Page, form: h}},
		{getting("http://h?a=/stats"), plain{kind: Page, form: h}},
		{getting("http:///stats"), refused(Malformed, h|last)},
		{getting("http:stats"), refused(Malformed, h|last)},
		{getting("ftp://h/stats"), refused(Malformed, h|last)},
	} {
		// Behind another request, for the first bytes of a connection are to be one of some methods.
		checkHTTP(t, getting("/")+c.request, 0, plain{kind: Page, form: h}, c.want)
	}
}

func TestKeepAlive(t *testing.T) {
	for _, c := range []struct {
		version, connection string
		want                Form
	}{
		{"1.1", "", isHTTP},
		{"1.1", "Connection: keep-alive\r\n", isHTTP},
		{"1.1", "connection:close\r\n", isHTTP | last},
		{"1.1", "Connection: Upgrade, CLOSE\t\r\n", isHTTP | last},
		{"1.1", "Connection: keep-alive\r\nConnection: close\r\n", isHTTP | last},
		{"1.1", "Connection: closed, un-close\r\n", isHTTP},
		{"1.0", "", isHTTP | version0 | last},
		{"1.0", "Host: h\r\nConnection: Keep-Alive\r\n", isHTTP | version0},
		{"1.0", "Connection: keep-alive, close\r\n", isHTTP | version0 | last},
	} {
		host := ""
		if c.version == "1.1" {
			host = "Host: h\r\n"
		}
		one := "GET / HTTP/" + c.version + "\r\n" + host + c.connection + "\r\n"
		want := []plain{{kind: Page, form: c.want}}
		if !c.want.Last() {
			want = append(want, want[0])
		}
		checkHTTP(t, one+one, 0, want...)
	}
	// An archive has no length, so without chunks only the connection's end can end it.
	checkHTTP(t, "GET /zip?files=1&bytes=1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 0,
		plain{kind: Zip, form: isHTTP | version0 | last, files: 1, size: 1})
}

func TestPipelined(t *testing.T) {
	checkHTTP(t, posting("/echo", "a")+"\r\n\r\n"+req("POST", "/echo", "2;x=y\r\nbc\r\n1\r\nd\r\n0\r\nT: u\r\n\r\n", chunkedField)+getting("/stats")+"GET /",
		len("GET /"),
		plain{kind: Echo, form: isHTTP, body: "a"}, plain{kind: Echo, form: isHTTP, body: "bcd"}, plain{kind: Stats, form: isHTTP})
}

func TestLimits(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	head := func(n int) string {
		const most = "GET / HTTP/1.1\r\nHost: h\r\nX: "
		return most + long(n-len(most)-4) + "\r\n\r\n"
	}
	chunks := func(n, size int) (s string) {
		for ; n > 0; n -= size {
			s += fmt.Sprintf("%x\r\n%s\r\n", min(n, size), long(min(n, size)))
		}
		return s + "0\r\n\r\n"
	}
	page, echo := plain{kind: Page, form: isHTTP}, plain{kind: Echo, form: isHTTP, body: long(64 << 10)}
	checkHTTP(t, head(8<<10)+head(8<<10), 0, page, page)
	checkHTTP(t, head(8<<10+1), 0, refused(LongHead, isHTTP|last))
	checkHTTP(t, head(20 << 10)[:8<<10], 0, refused(LongHead, isHTTP|last)) // no need to see the end
	checkHTTP(t, head(20 << 10)[:8<<10-1], 8<<10-1)

	checkHTTP(t, posting("/echo", long(64<<10)), 0, echo)
	checkHTTP(t, posting("/echo", long(64<<10+1)), 0, refused(LongBody, isHTTP|last))
	checkHTTP(t, req("POST", "/echo", chunks(64<<10, 1000), chunkedField), 0, echo)
	checkHTTP(t, req("POST", "/echo", chunks(64<<10+1, 1000), chunkedField), 0, refused(LongBody, isHTTP|last))
	checkHTTP(t, req("POST", "/echo", "", "Content-Length: 9223372036854775807"), 0, refused(LongBody, isHTTP|last))
	checkHTTP(t, req("POST", "/echo", "10001\r\n", chunkedField), 0, refused(LongBody, isHTTP|last))

	say := func(n int) string { return `{"text":"x"` + strings.Repeat(" ", n-12) + "}" }
	hi := plain{kind: Send, form: isHTTP, room: "lobby", name: "anon", text: "x"}
	checkHTTP(t, posting("/send", say(8<<10)), 0, hi)
	checkHTTP(t, posting("/send", say(8<<10+1)), 0, refused(LongBody, isHTTP|last))
	checkHTTP(t, getting("/")+req("GET", "/", long(8<<10+1)), 0, page, refused(LongBody, isHTTP|last))

	chunk := func(line, trailer string) string {
		return req("POST", "/echo", line+"\r\nx\r\n0\r\n"+trailer+"\r\n", chunkedField)
	}
	x := plain{kind: Echo, form: isHTTP, body: "x"}
	checkHTTP(t, chunk("1;"+long(maxChunkLine-3), ""), 0, x)
	checkHTTP(t, chunk("1;"+long(maxChunkLine-2), ""), 0, refused(BadChunk, isHTTP|last))
	checkHTTP(t, chunk("1", "T: "+long(8<<10-7)+"\r\n"), 0, x)
	checkHTTP(t, chunk("1", "T: "+long(8<<10-6)+"\r\n"), 0, refused(BadChunk, isHTTP|last))
}

func TestExpect(t *testing.T) {
	const expect = "Expect: 100-Continue"
	one, leave := posting("/echo", "hi"), plain{kind: Continue, form: isHTTP}
	one = strings.Replace(one, "\r\n", "\r\n"+expect+"\r\n", 1)
	checkHTTP(t, one, 0, plain{kind: Echo, form: isHTTP, body: "hi"}) // no leave for what is there
	checkHTTP(t, strings.Replace(one, "Length: 2", "Length: 65537", 1), 0, refused(LongBody, isHTTP|last))

	for _, stream := range []string{one, strings.Replace(one, "\r\n", "\r\nConnection: close\r\n", 1),
		req("POST", "/echo", "2\r\nhi\r\n0\r\n\r\n", expect, chunkedField)} {
		end := strings.Index(stream, "\r\n\r\n") + 4
		for cut := range end + 1 { // however the head comes, leave is given once, at its end
			var d Decoder
			var r Request
			var got []Kind
			for _, p := range []string{stream[:cut], stream[cut:end], "", stream[end : end+1], stream[end+1:]} {
				d.Feed([]byte(p))
				for d.Next(&r) {
					if got = append(got, r.Kind); r.Kind == Continue && r.Form != isHTTP {
						t.Errorf("%q: the form of leave is %b", stream, r.Form)
					}
				}
				d.Keep()
			}
			if fmt.Sprint(got) != fmt.Sprint([]Kind{Continue, Echo}) {
				t.Fatalf("%q cut at %d: got %v, want leave and an echo", stream, cut, got)
			}
		}
	}
	checkHTTP(t, strings.Replace(one[:len(one)-2], "HTTP/1.1", "HTTP/1.0", 1), len(one)-2) // 1.0 knows no 100
	if got := decodeWhole([]byte(one[:len(one)-2])); len(got) != 1 || got[0] != leave {
		t.Errorf("a head alone: got %+v, want leave", got)
	}
}

func TestDetection(t *testing.T) {
	for _, method := range []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"} {
		for n := range len(method) + 1 {
			if got := detect([]byte(method[:n])); got != undecided {
				t.Errorf("%q: %v, but more must be waited for", method[:n], got)
			}
		}
		if got := detect([]byte(method + " ")); got != http1 {
			t.Errorf("%q and a space: %v, want HTTP", method, got)
		}
		for _, b := range []string{method + "X", method + "\n", method + "\t", " " + method + " ", strings.ToLower(method) + " "} {
			if got := detect([]byte(b)); got != lines {
				t.Errorf("%q: %v, want lines", b, got)
			}
		}
	}
	checkHTTP(t, "GETX\nECHO x\n", 0, refused(Unknown, last))
}

func TestUnfinishedRequest(t *testing.T) {
	var d Decoder
	var r Request
	for _, step := range []struct {
		bytes      string
		unfinished bool
	}{
		{"", false}, {"GET", false}, {" / HT", true}, {"TP/1.1\r\nHost: h\r\n\r\n", false}, {"\r\n", false},
		{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nh", true}, {"i", false},
	} {
		d.Feed([]byte(step.bytes))
		for d.Next(&r) {
		}
		if d.Keep(); d.Unfinished() != step.unfinished {
			t.Errorf("after %q: unfinished is %v", step.bytes, !step.unfinished)
		}
	}
	if d.buf != nil || d.own {
		t.Errorf("between requests the decoder keeps %d bytes of memory", cap(d.buf))
	}
}

package modeltest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cbench/internal/poll"
)

// What the reference server answers over HTTP, and each way in which a faulty one answers wrongly.

var paths = map[string]string{
	"/": "GET", "/echo": "POST", "/send": "POST",
	"/wait": "GET", "/block": "GET", "/zip": "GET", "/stats": "GET",
}

func (p *peer) route(in *bufio.Reader, q *asked) bool {
	s, method := p.s, paths[q.path]
	if q.method == "TRACE" && s.has("trace-reflects") {
		return p.put(q, 200, "message/http", q.head)
	}
	switch {
	case method == "" && s.has("unknown-path-page"):
		q.path = "/"
	case method == "":
		p.fail(q, 404)
		return !s.has("not-found-closes")
	case method != q.method && !s.has("any-method"):
		allow := []string{"Allow: " + method}
		if s.has("allow-missing") {
			allow = nil
		}
		return p.put(q, 405, "application/json", []byte(`{"error":"wrong method"}`), allow...)
	}
	switch q.path {
	case "/echo":
		return p.echoHTTP(q)
	case "/send":
		return p.sendHTTP(q)
	case "/wait":
		return p.wait(in, q)
	case "/block":
		return p.blockHTTP(q)
	case "/zip":
		return p.zip(q)
	case "/stats":
		return p.put(q, 200, "application/json", []byte(s.stats()))
	}
	page, kind := "<!doctype html><html><title>chat</title></html>", "text/html; charset=utf-8"
	switch s.fault {
	case "page-assets":
		page = `<!doctype html><html><script src="https://example.com/x.js"></script></html>`
	case "page-text":
		kind = "text/plain"
	}
	return p.put(q, 200, kind, []byte(page))
}

func (p *peer) echoHTTP(q *asked) bool {
	switch p.s.fault {
	case "http-echo-corrupts":
		q.body = bytes.ReplaceAll(q.body, []byte("x"), []byte("y"))
	case "http-echo-drops-cr":
		q.body = bytes.ReplaceAll(q.body, []byte("\r"), nil)
	}
	return p.put(q, 200, "application/octet-stream", q.body)
}

// roomOf is the room that a request names, made if need be. Without one it is nil, with the status why.
func (p *peer) roomOf(q *asked) (r *room, status int) {
	name := "lobby"
	if q.query.Has("room") {
		name = q.query.Get("room")
	} else if p.s.has("no-default-room") {
		name = "other"
	}
	if !goodRoom.MatchString(name) && !p.s.has("http-names-unchecked") {
		return nil, 400
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.roomNamed(name), 503
}

func (p *peer) sendHTTP(q *asked) bool {
	s := p.s
	said := struct{ From, Text *string }{}
	err := json.Unmarshal(q.body, &said)
	if (err != nil || !utf8.Valid(q.body)) && !s.has("send-any-json") {
		return p.fail(q, 400)
	}
	from, text := "anon", ""
	if s.has("send-nobody") {
		from = "nobody"
	}
	if said.From != nil {
		from = *said.From
	}
	if said.Text != nil {
		text = *said.Text
	}
	switch s.fault {
	case "text-trimmed":
		text = strings.TrimSpace(text)
	case "text-escaped":
		text = html.EscapeString(text)
	}
	if q.foreign && !s.has("origin-ignored") || q.origins > 0 && s.has("origin-refused") {
		return p.fail(q, 403)
	}
	room, status := p.roomOf(q)
	switch {
	case len(text) > maxText && !s.has("text-unbounded") || len(text) == maxText && s.has("text-short"):
		return p.fail(q, 413)
	case !goodName.MatchString(from) && !s.has("http-names-unchecked"), !p.sayable(text):
		return p.fail(q, 400)
	case room == nil:
		return p.fail(q, status)
	}
	s.mu.Lock()
	id := s.say(room, nil, from, text)
	s.mu.Unlock()
	if s.has("sent-without-id") {
		return p.say200(q, map[string]bool{"ok": true})
	}
	return p.say200(q, map[string]int{"id": id})
}

// say appends a message to the room, tells its members and wakes its waiters. The caller holds s.mu.
func (s *reference) say(r *room, speaker *peer, from, text string) (id int) {
	r.head++
	s.ids++
	id = r.head
	switch s.fault {
	case "ids-of-all-rooms":
		id = s.ids
	case "ids-of-ring":
		id = (id-1)%200 + 1
	}
	if s.has("say-unlogged") && speaker != nil {
		text = "?"
	}
	r.log = append(r.log, said{id, from, text})
	if !s.has("send-tells-no-member") || speaker != nil {
		s.tell(r, speaker, fmt.Appendf(nil, "MSG %d %s %s\n", id, from, text))
	}
	if s.has("say-wakes-nobody") && speaker != nil {
		return id
	}
	woken := []*room{r}
	if s.has("wakes-all-rooms") {
		woken = slices.Collect(maps.Values(s.rooms))
	}
	for _, q := range woken {
		close(q.news)
		q.news = make(chan struct{})
	}
	return id
}

// roomNamed is the room of that name, made if need be; nil if there are too many. The caller holds s.mu.
func (s *reference) roomNamed(name string) *room {
	r := s.rooms[name]
	if r == nil {
		if len(s.rooms) >= maxRooms && !s.has("rooms-unbounded") {
			return nil
		}
		r = &room{news: make(chan struct{})}
		s.rooms[name] = r
	}
	return r
}

// said is a message as waiters are told it.
type said struct {
	ID   int    `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
}

func (p *peer) wait(in *bufio.Reader, q *asked) bool {
	s := p.s
	since, err := strconv.Atoi(q.query.Get("since"))
	timeout, err2 := 25000, error(nil)
	if q.query.Has("timeout") {
		timeout, err2 = strconv.Atoi(q.query.Get("timeout"))
	}
	room, status := p.roomOf(q)
	bad := err != nil || err2 != nil || since < -1 || timeout < 1 || timeout > 60000 ||
		strings.Contains(q.query.Get("since")+q.query.Get("timeout"), "+")
	if bad && !s.has("wait-unchecked") {
		return p.fail(q, 400)
	}
	if room == nil {
		return p.fail(q, status)
	}
	if s.has("wait-hurries") {
		timeout = 1
	}
	if s.has("wait-overtaken") {
		p.reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
	status, answer := p.news(in, room, since, time.Duration(timeout)*time.Millisecond)
	return status != 0 && p.sayJSON(q, status, answer)
}

// news is the answer to a waiter, whenever there is one; the status is 0 if the client goes away before.
func (p *peer) news(in *bufio.Reader, r *room, since int, timeout time.Duration) (status int, answer any) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case since == -1 && s.has("now-is-the-start"):
		since = 0
	case since == -1:
		since = r.head
	case since > r.head && s.has("ahead-parks"):
	case since > r.head && s.has("ahead-without-head"):
		return 409, map[string]string{"error": "ahead"}
	case since > r.head:
		return 409, map[string]any{"error": "ahead", "head": r.head}
	}
	if r.head <= since && !p.park(in, r, timeout) {
		return 0, nil
	}
	return 200, r.since(since, s)
}

// park waits for a message in the room, the timeout or shutdown. It returns false if the client goes away. The caller
// holds s.mu, which is let go meanwhile.
func (p *peer) park(in *bufio.Reader, r *room, timeout time.Duration) bool {
	s, news, place := p.s, r.news, r.parked
	if s.has("one-woken") && place > 0 || s.has("few-woken") && place >= 200 || s.has("wakes-nobody") {
		news = nil
	}
	if !s.has("waiters-uncounted") {
		s.waiters++
	}
	r.parked++
	s.mu.Unlock()
	gone, watched := p.watch(in)
	stay := true
	if s.has("gone-parked-late") {
		late := time.NewTicker(2 * time.Second) // looks round now and then
		defer late.Stop()
		event := gone
		gone = make(chan struct{})
		go func() {
			<-event
			<-late.C
			close(gone)
		}()
	}
	select {
	case <-news:
	case <-time.After(timeout):
	case <-gone:
		stay = false
	case <-s.ended.Done():
		stay = !s.has("shutdown-cuts-waiters")
	}
	p.deadline(time.Unix(1, 0))
	<-watched
	p.deadline(time.Time{})
	s.mu.Lock()
	r.parked--
	if !s.has("waiters-uncounted") {
		s.waiters--
	}
	return stay
}

// watch looks out for the end of the connection until the deadline for reading is over; then watched is closed.
func (p *peer) watch(in *bufio.Reader) (gone, watched chan struct{}) {
	gone, watched = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			_, err := in.Peek(in.Buffered() + 1)
			switch {
			case err == nil:
				continue
			case err == bufio.ErrBufferFull && p.s.has("parked-hoards"):
				io.Copy(io.Discard, p.conn)
			case err == bufio.ErrBufferFull && !p.s.has("gone-flooded-kept"):
				if p.left() == nil {
					close(gone)
				}
			case errors.Is(err, bufio.ErrBufferFull), errors.Is(err, os.ErrDeadlineExceeded), p.s.has("gone-parked-kept"),
				err == io.EOF && p.s.has("fin-parked-ignored"):
			default:
				close(gone)
			}
			return
		}
	}()
	return gone, watched
}

// left waits until the client sends no more or is gone, whatever unread bytes stand before that.
func (p *peer) left() error {
	raw, err := p.conn.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(func(fd uintptr) bool { return poll.Left(int(fd)) })
}

// since is what a waiter is told. The caller holds the mutex.
func (r *room) since(id int, s *reference) any {
	all := r.log[min(id, len(r.log)):]
	missed := max(0, len(all)-200)
	all = all[missed:]
	most := 100
	switch s.fault {
	case "news-unlimited":
		most = 1000
	case "missed-untold":
		missed = 0
	case "ring-unlimited":
		all, missed = r.log[min(id, len(r.log)):], 0
	}
	all = slices.Clone(all[:min(len(all), most)])
	next := id
	if len(all) > 0 {
		next = all[len(all)-1].ID
	}
	switch s.fault {
	case "next-is-head":
		next = r.head
	case "news-descend":
		slices.Reverse(all)
	case "news-repeated":
		if r.wakes++; len(all) > 0 && r.wakes%50 == 0 && all[0].ID > 1 {
			all = slices.Insert(all, 0, r.log[all[0].ID-2])
		}
	case "waiters-told-otherwise":
		if r.wakes++; len(all) > 1 && r.wakes%2 == 0 {
			all[0].From, all[0].Text, all[1].From, all[1].Text = all[1].From, all[1].Text, all[0].From, all[0].Text
		}
	case "next-zero":
		if len(all) == 0 {
			next = 0
		}
	case "news-null":
		if len(all) == 0 {
			return map[string]any{"messages": nil, "missed": 0, "next": next}
		}
	case "wrong-id-to-some":
		if r.wakes++; len(all) > 0 && r.wakes%97 == 0 {
			all[0].ID++
		}
	}
	if all == nil {
		all = []said{}
	}
	return map[string]any{"messages": all, "missed": missed, "next": next}
}

func (p *peer) blockHTTP(q *asked) bool {
	ms, _ := strconv.Atoi(q.query.Get("ms"))
	how := q.query.Get("how")
	good := goodMS.MatchString(q.query.Get("ms")) && 1 <= ms && ms <= 10000 && slices.Contains(hows, how)
	if !good && !p.s.has("block-unchecked") {
		return p.fail(q, 400)
	}
	slept := ms
	if p.s.has("block-hurries") || how == "deep" && p.s.has("deep-hurries") {
		slept = 0
	}
	d := time.Duration(slept) * time.Millisecond
	if how == "offload" {
		if !p.offload(d) {
			return false
		}
	} else {
		p.s.sleep(d)
	}
	if p.s.forced() {
		return false
	}
	if p.s.has("blocked-without-ms") {
		return p.say200(q, map[string]int{"blocked": ms})
	}
	return p.say200(q, map[string]int{"blocked_ms": ms})
}

// chunks writes an answer as it is made.
type chunks struct {
	p   *peer
	old bool
	cut int // bytes after which a faulty server's archive ends
}

func (c *chunks) Write(b []byte) (int, error) {
	c.p.s.mu.Lock()
	done := c.p.done
	c.p.s.mu.Unlock()
	switch {
	case done:
		return 0, errors.New("the client has gone")
	case c.cut < 0:
	case len(b) == 0:
	case c.old:
		c.p.reply(string(b))
	default:
		c.p.reply(fmt.Sprintf("%x\r\n%s\r\n", len(b), b))
	}
	if c.p.s.has("zip-cut") {
		c.cut -= len(b)
	}
	return len(b), nil
}

func (p *peer) zip(q *asked) bool {
	files, err := strconv.ParseUint(q.query.Get("files"), 10, 31)
	size, err2 := strconv.ParseUint(q.query.Get("bytes"), 10, 31)
	if (err != nil || err2 != nil || files < 1 || files > 1000 || size > 1<<30) && !p.s.has("zip-unchecked") {
		return p.fail(q, 400)
	}
	switch p.s.fault {
	case "zip-few":
		files = min(files, 10)
	case "zip-made-first":
		if files*size > 1<<30 {
			<-p.s.ended.Done()
			return false
		}
	}
	how := "Transfer-Encoding: chunked\r\n"
	if q.old {
		how = "Connection: close\r\n"
		q.last = true
	}
	if p.s.has("zip-chunks-old") {
		q.old, q.last = false, true
		how = "Transfer-Encoding: chunked\r\n"
	}
	p.reply("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n" + how + "\r\n")
	out := &chunks{p: p, old: q.old, cut: 1 << 10}
	z := zip.NewWriter(out)
	piece := bytes.Repeat([]byte("zip\n"), 1<<10)
	for i := range files {
		f, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i), Method: zip.Store})
		for left := int(size); left > 0 && err == nil; left -= len(piece) {
			_, err = f.Write(piece[:min(left, len(piece))])
		}
		if err != nil {
			if p.s.has("zip-left-stays") {
				<-p.s.ended.Done()
			}
			return false
		}
	}
	z.Close()
	if !q.old {
		p.reply("0\r\n\r\n")
	}
	return !p.s.has("zip-closes")
}

package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// cometServer is one room of a comet server, by hand: what its connections asked, and the right answers to it.
type cometServer struct {
	t        *testing.T
	traffic  *comet
	rec      heard
	head     uint64
	messages []string // as JSON, by id from head+1
	now      int64
}

func httpOK(body string) []byte { return fmt.Appendf(nil, "%s%d\r\n\r\n%s", okHead, len(body), body) }

// openComet is three waiters of one room and their publisher, ready.
func openComet(t *testing.T) *cometServer {
	t.Helper()
	p := Params{Conns: 3, Payload: 40, RoomSize: 3, Seed: 5}
	s := &cometServer{t: t, traffic: newComet(p, 0, 3).(*comet), head: 7, now: 1}
	for c := range 4 {
		q := s.query(string(s.traffic.Open(c, nil)))
		must(t, q.Get("since") == "-1" && q.Get("timeout") == "1" && q.Get("room") == "c5.0", "opening: %v", q)
		s.give(c, `{"messages":[],"missed":0,"next":7}`)
	}
	must(t, s.rec.ready == 4 && s.rec.tells() == tells{} && s.traffic.Underway() == 0, "%d ready, told %+v", s.rec.ready, s.rec.tells())
	return s
}

// query is that of one request of /wait.
func (s *cometServer) query(request string) url.Values {
	s.t.Helper()
	target, ok := strings.CutPrefix(request, "GET /wait?")
	target, rest, whole := strings.Cut(target, " HTTP/1.1\r\nHost: ")
	q, err := url.ParseQuery(target)
	must(s.t, ok && whole && strings.HasSuffix(rest, "\r\n\r\n") && err == nil, "request %q", request)
	return q
}

func (s *cometServer) give(c int, body string) { s.giveRaw(c, httpOK(body)) }

// giveRaw hands a connection bytes, in two pieces.
func (s *cometServer) giveRaw(c int, b []byte) {
	kept := append([]byte{}, b[:len(b)/2]...)
	kept = kept[s.traffic.Receive(c, kept, s.now, &s.rec):]
	kept = append(kept, b[len(b)/2:]...)
	kept = kept[s.traffic.Receive(c, kept, s.now, &s.rec):]
	if len(kept) > 0 {
		s.traffic.Torn(c, &s.rec)
	}
}

// send has the publisher send one message, and answers it unless told otherwise.
func (s *cometServer) send(answer bool) {
	s.t.Helper()
	c := s.traffic.Speaker(0)
	request, receipts := s.traffic.Send(c, 1, 1, nil)
	head, body, _ := bytes.Cut(request, []byte("\r\n\r\n"))
	var said struct{ From, Text string }
	must(s.t, json.Unmarshal(body, &said) == nil && len(said.Text) == 40 && receipts == s.traffic.halls[0].here, "sent %q to %d", request, receipts)
	must(s.t, bytes.HasSuffix(head, fmt.Appendf(nil, "Length: %d", len(body))), "head %q", head)
	id := s.head + uint64(len(s.messages)) + 1
	s.messages = append(s.messages, fmt.Sprintf(`{"id":%d,"from":%q,"text":%q}`, id, said.From, said.Text))
	if answer {
		s.give(c, fmt.Sprintf(`{"id":%d}`, id))
	}
}

// news is the right answer to what waiter c asked last.
func (s *cometServer) news(c int) string {
	s.t.Helper()
	requests := strings.SplitAfter(string(s.rec.said[c]), "\r\n\r\n")
	since, err := strconv.ParseUint(s.query(requests[len(requests)-2]).Get("since"), 10, 64)
	must(s.t, err == nil && since >= s.head, "asked %q", requests)
	list := s.messages[since-s.head:]
	return fmt.Sprintf(`{"messages":[%s],"missed":0,"next":%d}`+"\n", strings.Join(list, ","), since+uint64(len(list)))
}

func TestCometFaults(t *testing.T) {
	replace := func(old, new string) func(*cometServer) {
		return func(s *cometServer) {
			was := s.news(0)
			must(s.t, strings.Contains(was, old), "%q has no %q", was, old)
			s.give(0, strings.Replace(was, old, new, 1))
		}
	}
	cases := []struct {
		name   string
		first  func(s *cometServer) // what waiter 0 is given in place of the first three messages
		expect tells                // of it
		polls  int                  // how often it asks meanwhile
	}{
		{"right", func(s *cometServer) { s.give(0, s.news(0)) }, tells{received: 3}, 1},
		{"spaced and turned round", func(s *cometServer) {
			var v map[string]any
			json.Unmarshal([]byte(s.news(0)), &v)
			b, _ := json.MarshalIndent(v, "", " ")
			s.give(0, string(b))
		}, tells{received: 3}, 1},
		{"escaped", replace(`"from":"u`, `"from":"\u0075`), tells{received: 3}, 1},
		{"a hole", replace(`{"id":9,`, `{"id":10,`), tells{received: 1, lost: 1, corrupted: 1}, 1},
		{"twice", func(s *cometServer) { old := s.news(0); s.give(0, old); s.give(0, old) }, tells{received: 3, duplicated: 3, surplus: 1}, 2},
		{"missed is told", func(s *cometServer) {
			s.give(0, `{"messages":[`+strings.Join(s.messages[1:], ",")+`],"missed":1,"next":10}`)
		}, tells{received: 2, lost: 1}, 1},
		{"missed is not told", func(s *cometServer) {
			s.give(0, `{"messages":[`+strings.Join(s.messages[1:], ",")+`],"missed":0,"next":10}`)
		}, tells{received: 2, lost: 1, corrupted: 1}, 1},
		{"missed is a lie", replace(`"missed":0`, `"missed":2`), tells{received: 3, corrupted: 1}, 1},
		{"next is a lie", replace(`"next":10`, `"next":9`), tells{received: 3, corrupted: 1}, 1},
		{"another's name", replace(`"from":"u0`, `"from":"u1`), tells{received: 2, corrupted: 1}, 1},
		{"another text", replace(`"text":"00`, `"text":"01`), tells{received: 2, corrupted: 1}, 1},
		{"no JSON", func(s *cometServer) { s.give(0, "{"); s.give(0, s.news(0)) }, tells{received: 3, corrupted: 1}, 2},
		{"500", func(s *cometServer) {
			s.giveRaw(0, []byte("HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}"))
			s.give(0, s.news(0))
		}, tells{received: 3, corrupted: 1}, 2},
		{"empty at once", func(s *cometServer) {
			for range 3 {
				s.give(0, `{"messages":[],"missed":0,"next":7}`)
			}
			s.give(0, s.news(0))
		}, tells{received: 3, surplus: 2}, 4},
		{"a timeout", func(s *cometServer) {
			s.now += 60e9
			s.give(0, `{"messages":[],"missed":0,"next":7}`)
			s.give(0, s.news(0))
		}, tells{received: 3}, 2},
		{"a message nobody sent", func(s *cometServer) {
			s.give(0, strings.Replace(s.news(0), `}],"missed":0,"next":10`, `},{"id":11,"from":"u000000","text":"x"}],"missed":0,"next":11`, 1))
		}, tells{received: 3, surplus: 1}, 1},
		{"nothing", func(s *cometServer) {}, tells{lost: 3}, 0},
		{"gone", func(s *cometServer) { s.traffic.Gone(0, &s.rec) }, tells{lost: 3}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := openComet(t)
			for range 3 {
				s.send(true)
			}
			must(t, s.traffic.Underway() == 3 && s.rec.tells() == tells{}, "%d under way, told %+v", s.traffic.Underway(), s.rec.tells())
			polls := bytes.Count(s.rec.said[0], []byte("GET"))
			c.first(s)
			polls = bytes.Count(s.rec.said[0], []byte("GET")) - polls
			s.give(1, s.news(1))
			s.give(2, s.news(2))
			s.traffic.Settle(&s.rec)
			c.expect.received += 6
			if s.rec.tells() != c.expect || polls != c.polls {
				t.Errorf("told %+v after %d polls, want %+v after %d", s.rec.tells(), polls, c.expect, c.polls)
			}
			all := 3
			if c.name == "nothing" {
				all = 0
			}
			if s.traffic.Underway() != 0 || s.rec.heard != all {
				t.Errorf("%d under way at the end, %d heard by all, want %d", s.traffic.Underway(), s.rec.heard, all)
			}
		})
	}
}

// What came too late is no second fault, and the room goes on.
func TestCometAfterSettle(t *testing.T) {
	s := openComet(t)
	s.send(false)
	s.traffic.Settle(&s.rec)
	if want := (tells{lost: 4}); s.rec.tells() != want || s.traffic.Underway() != 0 { // three deliveries and the publisher's answer
		t.Errorf("told %+v, want %+v", s.rec.tells(), want)
	}
	s.give(3, `{"id":8}`)
	for c := range 3 {
		s.give(c, s.news(c))
	}
	s.send(true)
	for c := range 3 {
		s.give(c, s.news(c))
	}
	if want := (tells{lost: 4, received: 3}); s.rec.tells() != want || s.traffic.Underway() != 0 {
		t.Errorf("told %+v, want %+v, %d under way", s.rec.tells(), want, s.traffic.Underway())
	}
}

func TestCometPublisherFaults(t *testing.T) {
	for body, want := range map[string]tells{
		`{"id":8}`:      {},
		`{ "id": 8 }`:   {},
		`{"id":9}`:      {corrupted: 1},
		`{"error":"x"}`: {corrupted: 1},
	} {
		s := openComet(t)
		s.send(false)
		s.give(3, body)
		if s.rec.tells() != want || s.traffic.Underway() != 1 {
			t.Errorf("%s: told %+v, want %+v, %d under way", body, s.rec.tells(), want, s.traffic.Underway())
		}
		s.give(3, `{"id":8}`)
		want.surplus++
		if s.rec.tells() != want {
			t.Errorf("%s, then one more: told %+v, want %+v", body, s.rec.tells(), want)
		}
	}
	s := openComet(t)
	s.send(false)
	s.traffic.Gone(3, &s.rec)
	if s.rec.faults[Lost] != 1 || s.traffic.Speaker(0) != -1 {
		t.Errorf("a publisher gone: told %+v, and speaks next: %d", s.rec.tells(), s.traffic.Speaker(0))
	}
}

// Every room has one publisher, and an open loop goes round all rooms alike.
func TestCometPublishers(t *testing.T) {
	p := Params{Conns: 2531, Payload: 40, RoomSize: 10, Seed: 5}
	if n := publishers(p, p.Conns); n != 3 {
		t.Fatalf("%d publishers for 254 rooms", n)
	}
	tr := newComet(p, 0, p.Conns).(*comet)
	var rec heard
	for c := range p.Conns + 3 {
		tr.Open(c, nil)
		tr.Receive(c, httpOK(`{"messages":[],"missed":0,"next":0}`), 1, &rec)
	}
	said := map[string]int{}
	for k := range uint64(2 * 254) {
		request, _ := tr.Send(tr.Speaker(k), 1, 1, nil)
		target, _, _ := bytes.Cut(request, []byte(" HTTP"))
		said[string(target)]++
	}
	for target, n := range said {
		if n != 2 {
			t.Errorf("%s: %d times, want twice", target, n)
		}
	}
	if len(said) != 254 {
		t.Errorf("%d rooms spoken to, want 254", len(said))
	}
}

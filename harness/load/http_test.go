package load

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"cbench/results/record"
	"cbench/scenarios"
)

// httpServer is a plain echo and comet server on net/http with a place for faults.
type httpServer struct {
	spoil func(n int, body []byte) []byte // what is answered in place of the n-th body; nil: the body

	mu    sync.Mutex
	n     int                  // guarded by mu: answers given, openings aside
	rooms map[string]*httpRoom // guarded by mu
}

type httpRoom struct {
	messages []json.RawMessage // guarded by the server's mu
	news     chan struct{}     // guarded by the server's mu: closed at the next message
}

func serveHTTP(t testing.TB, spoil func(n int, body []byte) []byte) (addr string) {
	t.Helper()
	s := &httpServer{spoil: spoil, rooms: map[string]*httpRoom{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.answer(w, body)
	})
	mux.HandleFunc("POST /send", s.send)
	mux.HandleFunc("GET /wait", s.wait)
	mux.HandleFunc("GET /zip", sendZip)
	mux.HandleFunc("GET /block", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"blocked_ms": %s}`, r.FormValue("ms")) })
	l := httptest.NewUnstartedServer(mux)
	l.Listener.Close()
	var err error
	if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	l.Start()
	t.Cleanup(func() { l.CloseClientConnections(); l.Close() })
	return l.Listener.Addr().String()
}

func (s *httpServer) answer(w http.ResponseWriter, body []byte) {
	s.mu.Lock()
	s.n++
	if s.spoil != nil {
		body = s.spoil(s.n, body)
	}
	s.mu.Unlock()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// room is that of a request. The caller holds mu.
func (s *httpServer) room(r *http.Request) *httpRoom {
	name := r.FormValue("room")
	if s.rooms[name] == nil {
		s.rooms[name] = &httpRoom{news: make(chan struct{})}
	}
	return s.rooms[name]
}

func (s *httpServer) send(w http.ResponseWriter, r *http.Request) {
	var m struct {
		ID   int    `json:"id"`
		From string `json:"from"`
		Text string `json:"text"`
	}
	json.NewDecoder(r.Body).Decode(&m)
	s.mu.Lock()
	room := s.room(r)
	m.ID = len(room.messages) + 1
	raw, _ := json.Marshal(m)
	room.messages = append(room.messages, raw)
	close(room.news)
	room.news = make(chan struct{})
	s.mu.Unlock()
	fmt.Fprintf(w, `{"id":%d}`, m.ID)
}

func (s *httpServer) wait(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.Atoi(r.FormValue("since"))
	limit, _ := strconv.Atoi(r.FormValue("timeout"))
	s.mu.Lock()
	room := s.room(r)
	if since < 0 {
		since = len(room.messages)
	}
	news := room.news
	if since == len(room.messages) {
		s.mu.Unlock()
		select {
		case <-news:
		case <-r.Context().Done():
		case <-time.After(time.Duration(limit) * time.Millisecond):
		}
		s.mu.Lock()
	}
	list := append([]json.RawMessage{}, room.messages[since:]...)
	s.mu.Unlock()
	body, _ := json.Marshal(map[string]any{"messages": list, "missed": 0, "next": since + len(list)})
	if len(list) == 0 {
		w.Write(body)
		return
	}
	s.answer(w, body)
}

func sendZip(w http.ResponseWriter, r *http.Request) {
	files, _ := strconv.Atoi(r.FormValue("files"))
	size, _ := strconv.Atoi(r.FormValue("bytes"))
	content := make([]byte, size)
	archive := zip.NewWriter(w)
	for i := range files {
		f, _ := archive.CreateHeader(&zip.FileHeader{Name: strconv.Itoa(i), Method: zip.Store})
		if _, err := f.Write(content); err != nil {
			return
		}
	}
	archive.Close()
}

func TestDriveHTTP(t *testing.T) {
	cases := []struct {
		scenario string
		conns    int
		threads  int
		receipts int // a message
		extra    int // connections
		drive    Drive
	}{
		{"http-echo", 20, 1, 1, 0, Drive{Pipeline: 4}},
		{"http-echo", 11, 2, 1, 0, Drive{Rate: 1000}},
		{"zip", 5, 1, 1, 0, Drive{}},
		{"zip", 5, 2, 1, 0, Drive{Rate: 200}},
		{"comet", 12, 1, 4, 1, Drive{}},
		{"comet", 12, 2, 4, 2, Drive{Rate: 200}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s/%d/%+v", c.scenario, c.threads, c.drive), func(t *testing.T) {
			p := plan(serveHTTP(t, nil), c.scenario, c.conns)
			p.Threads = c.threads
			if c.scenario == "zip" {
				p.Params.Payload = scenarios.ByName("zip").Piece
			}
			clients := open(t, p)
			c.drive.Warmup, c.drive.Duration = 50*time.Millisecond, 200*time.Millisecond
			for range 2 {
				r, err := clients.Drive(t.Context(), c.drive, Watch{})
				if err != nil {
					t.Fatal(err)
				}
				check(t, c.drive, c.receipts, r)
				if told := c.scenario == "comet"; told != (r.Spread != nil) || told && (r.Spread.Count != r.Sent || r.First.Max > r.Latency.Max || r.Last.Max > r.Latency.Max) {
					t.Errorf("of %d messages, spread %+v", r.Sent, r.Spread)
				}
			}
			end, err := clients.Close()
			if err != nil || end.Closed != c.conns+c.extra || len(end.Errors) > 0 || end.Verify != (record.Verify{}) {
				t.Errorf("closed %+v, %v", end, err)
			}
		})
	}
}

// Bystanders are measured; what blocks is told aside.
func TestDriveHTTPBlocking(t *testing.T) {
	for _, threads := range []int{1, 2} {
		p := plan(serveHTTP(t, nil), "http-blocking", 11)
		p.Threads, p.Params.Share, p.Params.Block, p.Params.How = threads, 0.2, time.Millisecond, "inline"
		clients := open(t, p)
		for range 2 {
			d := Drive{Rate: 1000, Warmup: 50 * time.Millisecond, Duration: 200 * time.Millisecond}
			r, err := clients.Drive(t.Context(), d, Watch{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Verify != (record.Verify{}) || len(r.Errors) > 0 || r.Received != r.Expected || r.Expected >= r.Sent || r.Aside == nil || r.Aside.Count == 0 {
				t.Errorf("%d threads: faults %+v, errors %v, odd %s; sent %d, received %d of %d, aside %+v", threads, r.Verify, r.Errors, r.Odd, r.Sent, r.Received, r.Expected, r.Aside)
			}
		}
		if end, err := clients.Close(); err != nil || len(end.Errors) > 0 || end.Verify != (record.Verify{}) {
			t.Errorf("closed %+v, %v", end, err)
		}
	}
}

func TestFaultsHTTP(t *testing.T) {
	for _, scenario := range []string{"http-echo", "comet"} {
		p := plan("", scenario, 4)
		p.Addr = serveHTTP(t, every(func(b []byte) []byte { b[len(b)/2] ^= 1; return b }))
		r, err := open(t, p).Drive(t.Context(), Drive{Rate: 200, Duration: 500 * time.Millisecond}, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		v := r.Verify
		if v.Corrupted == 0 || r.Odd == "" || v.Duplicated+v.Reordered+v.Surplus > 0 || r.Received == 0 || r.Received == r.Expected {
			t.Errorf("%s: %+v, received %d of %d, odd %s", scenario, v, r.Received, r.Expected, r.Odd)
		}
	}
}

package drivers

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cbench/harness/load"
	"cbench/results/record"
	"cbench/scenarios"
)

// spoil makes the n-th answer's body of the request's.
type spoil func(n int64, w http.ResponseWriter, body []byte) []byte

// echoServer is a server that echoes what answer makes of a body, if it is not nil, and a plan to load it.
func echoServer(t *testing.T, answer spoil) load.Plan {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if answer != nil {
			body = answer(n.Add(1), w, body)
		}
		w.Write(body)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return load.Plan{
		Addr: strings.TrimPrefix(s.URL, "http://"), Scenario: "http-echo",
		Params: scenarios.Params{Conns: 8, Payload: 64, Seed: 1},
	}
}

// driveOnce opens, drives once and closes.
func driveOnce(t *testing.T, open load.Opener, p load.Plan, d load.Drive, w load.Watch) load.Report {
	t.Helper()
	driver, opened, err := open(t.Context(), p)
	if err != nil || opened.Established != p.Params.Conns {
		t.Fatal(opened, err)
	}
	r, err := driver.Drive(t.Context(), d, w)
	if err != nil {
		t.Fatal(err)
	}
	if closed, err := driver.Close(); err != nil || closed.Verify != (record.Verify{}) {
		t.Error(closed, err)
	}
	return r
}

// measures has a good server driven, with a warm-up. It returns the report for what only this driver tells.
func measures(t *testing.T, open load.Opener) load.Report {
	t.Helper()
	var window []bool
	r := driveOnce(t, open, echoServer(t, nil), load.Drive{Warmup: 50 * time.Millisecond, Duration: 200 * time.Millisecond},
		load.Watch{Window: func(start bool) { window = append(window, start) }})
	if r.Verify != (record.Verify{}) || len(r.Errors) > 0 || r.Odd != "" {
		t.Errorf("faults %+v, errors %v, odd %s", r.Verify, r.Errors, r.Odd)
	}
	counts := [...]int64{r.Expected, r.Received, r.Latency.Count}
	if r.Sent == 0 || counts != [...]int64{r.Sent, r.Sent, r.Sent} || r.InWindow == 0 || r.Latency.Min <= 0 {
		t.Errorf("sent %d; expected, received, timed %d; %d in the window; latency %+v", r.Sent, counts, r.InWindow, r.Latency)
	}
	if l := r.Latency; l.Min > l.P50 || l.P50 > l.P90 || l.P90 > l.P99 || l.P99 > l.P999 || l.P999 > l.Max {
		t.Errorf("latency %+v", l)
	}
	if r.End <= r.Start || r.CPUNS <= 0 || len(window) != 2 || !window[0] || window[1] {
		t.Errorf("CPU %d ns, told %v", r.CPUNS, window)
	}
	return r
}

// chunked makes an answer come in chunks, and right.
func chunked(_ int64, w http.ResponseWriter, body []byte) []byte {
	w.(http.Flusher).Flush()
	return body
}

// takesChunks has a server driven whose answers have no Content-Length, and nobody blamed for that.
func takesChunks(t *testing.T, open load.Opener) load.Report {
	t.Helper()
	r := driveOnce(t, open, echoServer(t, chunked), load.Drive{Duration: 200 * time.Millisecond}, load.Watch{})
	if r.Verify != (record.Verify{}) || r.Odd != "" || r.Received == 0 {
		t.Errorf("chunks: %+v, odd %s, received %d", r.Verify, r.Odd, r.Received)
	}
	return r
}

// tells has bad servers driven, each of which must be told.
func tells(t *testing.T, open load.Opener, more map[string]spoil) {
	t.Helper()
	spoils := map[string]spoil{
		"another body": func(n int64, w http.ResponseWriter, body []byte) []byte {
			if n > 1 {
				body[len(body)-1] ^= 1 // the driver does not see it: our own connection does
			}
			return body
		},
		"a status": func(n int64, w http.ResponseWriter, body []byte) []byte {
			if n%7 == 0 {
				w.WriteHeader(http.StatusTeapot)
			}
			return body
		},
	}
	maps.Copy(spoils, more)
	for name, answer := range spoils {
		r := driveOnce(t, open, echoServer(t, answer), load.Drive{Duration: 400 * time.Millisecond}, load.Watch{})
		if r.Verify.Corrupted == 0 {
			t.Errorf("%s: %+v, errors %v", name, r.Verify, r.Errors)
		}
	}
}

// refuses has the driver asked for what it cannot do, and stopped on its way.
func refuses(t *testing.T, open load.Opener) {
	t.Helper()
	p := echoServer(t, nil)
	driver, _, err := open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []load.Drive{{Rate: 5, Duration: 1}, {Pipeline: 2, Duration: 1}} {
		if _, err := driver.Drive(t.Context(), d, load.Watch{}); err == nil {
			t.Errorf("%+v is accepted", d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := load.Watch{Window: func(bool) { cancel() }}
	if _, err := driver.Drive(ctx, load.Drive{Duration: time.Hour}, stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	driver.Close()
	p.Scenario = "echo"
	if _, _, err := open(t.Context(), p); err == nil {
		t.Error("echo is accepted")
	}
	p.Scenario, p.Addr = "http-echo", "127.0.0.1:1"
	if _, _, err := open(t.Context(), p); err == nil {
		t.Error("nobody listens, and that is accepted")
	}
}

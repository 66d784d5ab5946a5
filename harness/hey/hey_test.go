package hey

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cbench/harness/load"
	"cbench/results"
	"cbench/scenarios"
)

// echo is a server that answers what spoil makes of the n-th body.
func echo(t *testing.T, spoil func(n int64, w http.ResponseWriter, body []byte) []byte) load.Plan {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if spoil != nil {
			body = spoil(n.Add(1), w, body)
		}
		w.Write(body)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return load.Plan{
		Addr: strings.TrimPrefix(s.URL, "http://"), Scenario: "http-echo",
		Params: scenarios.Params{Conns: 8, Payload: 64, Seed: 1},
	}
}

func drive(t *testing.T, p load.Plan, d load.Drive, w load.Watch) load.Report {
	t.Helper()
	driver, opened, err := Open(t.Context(), p)
	if err != nil || opened.Established != p.Params.Conns {
		t.Fatal(opened, err)
	}
	r, err := driver.Drive(t.Context(), d, w)
	if err != nil {
		t.Fatal(err)
	}
	if closed, err := driver.Close(); err != nil || closed.Verify != (results.Verify{}) {
		t.Error(closed, err)
	}
	return r
}

func TestDrive(t *testing.T) {
	var window []bool
	r := drive(t, echo(t, nil), load.Drive{Warmup: 50 * time.Millisecond, Duration: 200 * time.Millisecond},
		load.Watch{Window: func(start bool) { window = append(window, start) }})
	if r.Verify != (results.Verify{}) || len(r.Errors) > 0 || r.Odd != "" {
		t.Errorf("faults %+v, errors %v, odd %s", r.Verify, r.Errors, r.Odd)
	}
	if r.Sent == 0 || r.Expected != r.Sent || r.Received != r.Sent || r.InWindow == 0 || r.Latency.Count != r.Received || r.Latency.Min <= 0 {
		t.Errorf("sent %d, expected %d, received %d, %d in the window, latency %+v", r.Sent, r.Expected, r.Received, r.InWindow, r.Latency)
	}
	if r.End <= r.Start || r.WindowNS != int64(200*time.Millisecond) || r.CPUNS <= 0 || len(window) != 2 || !window[0] || window[1] {
		t.Errorf("window %d ns, CPU %d ns, told %v", r.WindowNS, r.CPUNS, window)
	}
	if len(r.Warnings) != 1 {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestFaults(t *testing.T) {
	cases := map[string]func(n int64, w http.ResponseWriter, body []byte) []byte{
		"another body": func(n int64, w http.ResponseWriter, body []byte) []byte {
			if n > 1 {
				body[len(body)-1] ^= 1 // hey does not see it: our own connection does
			}
			return body
		},
		"a shorter body": func(n int64, w http.ResponseWriter, body []byte) []byte {
			if n%7 == 0 {
				return body[1:]
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
	for name, spoil := range cases {
		r := drive(t, echo(t, spoil), load.Drive{Duration: 400 * time.Millisecond}, load.Watch{})
		if r.Verify.Corrupted == 0 {
			t.Errorf("%s: %+v, errors %v", name, r.Verify, r.Errors)
		}
	}
	broken := func(n int64, w http.ResponseWriter, body []byte) []byte {
		if n > 20 && n < 30 {
			panic(http.ErrAbortHandler)
		}
		return body
	}
	if r := drive(t, echo(t, broken), load.Drive{Duration: 200 * time.Millisecond}, load.Watch{}); r.Errors["closed"]+r.Errors["reset"] == 0 {
		t.Errorf("connections cut: errors %v", r.Errors)
	}
}

func TestRefusals(t *testing.T) {
	p := echo(t, nil)
	driver, _, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []load.Drive{{Rate: 5, Duration: 1}, {Pipeline: 2, Duration: 1}} {
		if _, err := driver.Drive(t.Context(), d, load.Watch{}); err == nil {
			t.Errorf("%+v is accepted", d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := driver.Drive(ctx, load.Drive{Duration: time.Hour}, load.Watch{Window: func(bool) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	p.Scenario = "echo"
	if _, _, err := Open(t.Context(), p); err == nil {
		t.Error("echo is accepted")
	}
	p.Scenario, p.Addr = "http-echo", "127.0.0.1:1"
	if _, _, err := Open(t.Context(), p); err == nil {
		t.Error("nobody listens, and that is accepted")
	}
}

package drivers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"cbench/harness/load"
	"cbench/scenarios"
)

// witness is a connection of ours that posts bodies, each a different one, and compares what comes back.
type witness struct {
	url    string
	body   []byte // as long as the scenario's; the generator posts it as it is
	client *http.Client

	posted  int
	corrupt int64
	odd     error // the first thing that went wrong
	unsized bool  // an answer came without a Content-Length: in chunks, or up to the end of its connection
}

const checkEvery = 20 * time.Millisecond

func newWitness(p load.Plan) *witness {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a redirect is no echo
	return &witness{
		url:    "http://" + p.Addr + "/echo",
		body:   filler(p.Params.Payload),
		client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: p.Timeout, CheckRedirect: stay},
	}
}

// filler is a body of n printable bytes.
func filler(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

// check posts one body and compares.
func (w *witness) check(ctx context.Context) error {
	w.posted++
	body := bytes.Clone(w.body)
	copy(body, strconv.Itoa(w.posted)+" ")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(body))+1))
	if err != nil {
		return err
	}
	if wrong := scenarios.Echoed(body, resp.Proto+" "+resp.Status, resp.StatusCode, got); wrong != "" {
		return errors.New(wrong)
	}
	w.unsized = w.unsized || resp.ContentLength < 0
	return nil
}

// start checks bodies, one every 20 ms, until stop is called. What the witness saw may be read when stop has returned.
func (w *witness) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { w.watch(ctx); close(done) }()
	return func() { cancel(); <-done }
}

func (w *witness) watch(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	w.corrupt, w.odd = 0, nil
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.check(ctx); err != nil && ctx.Err() == nil {
			w.corrupt++
			if w.odd == nil {
				w.odd = err
			}
		}
	}
}

func (w *witness) close() { w.client.CloseIdleConnections() }

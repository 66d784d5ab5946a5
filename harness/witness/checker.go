package witness

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"cbench/scenarios"
)

// checker is a connection of ours that posts bodies, each another one, and looks at what comes back.
type checker struct {
	url     string
	body    []byte
	client  *http.Client
	n       int
	corrupt int64
	odd     error // the first thing that went wrong
	unsized bool  // an answer came without a Content-Length: in chunks, or up to the end of its connection
}

const checkEvery = 20 * time.Millisecond

func newChecker(url string, body []byte, timeout time.Duration) *checker {
	transport := &http.Transport{MaxConnsPerHost: 1}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a redirect is no echo
	return &checker{url: url, body: bytes.Clone(body), client: &http.Client{Transport: transport, Timeout: timeout, CheckRedirect: stay}}
}

// check posts one body and compares.
func (c *checker) check(ctx context.Context) error {
	c.n++
	copy(c.body, strconv.Itoa(c.n)+" ")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(c.body))+1))
	if err != nil {
		return err
	}
	if wrong := scenarios.Echoed(c.body, resp.Proto+" "+resp.Status, resp.StatusCode, got); wrong != "" {
		return errors.New(wrong)
	}
	c.unsized = c.unsized || resp.ContentLength < 0
	return nil
}

// watch checks again and again until ctx is done.
func (c *checker) watch(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	c.corrupt, c.odd = 0, nil
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := c.check(ctx); err != nil && ctx.Err() == nil {
			c.corrupt++
			if c.odd == nil {
				c.odd = err
			}
		}
	}
}

func (c *checker) close() { c.client.CloseIdleConnections() }

package models_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/models"
)

// Every model that has slow requests knows deep ones, over lines and over HTTP: the suite lets others off.
func TestDeep(t *testing.T) {
	for _, m := range models.All {
		if !slices.Contains(m.Speaks, models.Slow) {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- m.Serve(ctx, l, models.Config{Name: m.Name}) }()
			defer func() { stop(); <-done }()
			for request, want := range map[string]string{
				"BLOCK 1 deep\nQUIT\n":                      "BLOCKED 1\nBYE\n",
				"GET /block?ms=1&how=deep HTTP/1.0\r\n\r\n": `{"blocked_ms":1}` + "\n",
			} {
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				c.SetDeadline(time.Now().Add(time.Minute))
				io.WriteString(c, request)
				if got, err := io.ReadAll(bufio.NewReader(c)); err != nil || !strings.HasSuffix(string(got), want) {
					t.Errorf("%q: got %q, %v", request, got, err)
				}
			}
		})
	}
}

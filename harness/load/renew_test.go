package load

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cbench/results/record"
)

// rawHTTP is a server that says what answer makes of the n-th request on a connection, and ends the connection where that
// says so.
func rawHTTP(t *testing.T, answer func(n int, body string) (said string, ends bool)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for n := 1; ; n++ {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					body, err := io.ReadAll(r.Body)
					if err != nil {
						return
					}
					said, ends := answer(n, string(body))
					if _, err := io.WriteString(c, said); err != nil || ends {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func sized(head, body string) string {
	return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// Where HTTP lets a server end a connection, another takes its place: nothing is lost, nothing is an error, and each is counted.
func TestRenewed(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(n int, body string) (string, bool)
		always bool // it ends each connection behind its first answer
	}{
		{"Connection: close", func(_ int, b string) (string, bool) {
			return sized("HTTP/1.1 200 OK\r\nConnection: close\r\n", b), true
		}, true},
		{"HTTP/1.0", func(_ int, b string) (string, bool) { return sized("HTTP/1.0 200 OK\r\n", b), true }, true},
		{"HTTP/1.0 up to the end", func(_ int, b string) (string, bool) { return "HTTP/1.0 200 OK\r\n\r\n" + b, true }, true},
		{"HTTP/1.1 up to the end", func(_ int, b string) (string, bool) { return "HTTP/1.1 200 OK\r\n\r\n" + b, true }, true},
		{"chunks and Connection: close", func(_ int, b string) (string, bool) {
			return fmt.Sprintf("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(b), b), true
		}, true},
		{"three requests a connection", func(n int, b string) (string, bool) {
			if n == 3 {
				return sized("HTTP/1.1 200 OK\r\nConnection: close\r\n", b), true
			}
			return sized("HTTP/1.1 200 OK\r\n", b), false
		}, false},
		{"announced, and not done", func(n int, b string) (string, bool) {
			return sized("HTTP/1.1 200 OK\r\nConnection: close\r\n", b), false
		}, true},
	} {
		for _, d := range []Drive{{}, {Pipeline: 3}, {Rate: 300}} {
			t.Run(fmt.Sprintf("%s/%+v", c.name, d), func(t *testing.T) {
				p := plan(rawHTTP(t, c.answer), "http-echo", 4)
				clients, opened, err := Open(t.Context(), p)
				if err != nil {
					t.Fatal(err)
				}
				if c.always != (opened.Ended == 4) || opened.Established != 4 || opened.Verify != (record.Verify{}) {
					t.Errorf("opened %+v", opened)
				}
				d.Duration = 150 * time.Millisecond
				for range 2 {
					r, err := clients.Drive(t.Context(), d, Watch{})
					if err != nil {
						t.Fatal(err)
					}
					if r.Reconnects == 0 || r.Received == 0 || r.Received != r.Expected || len(r.Errors) > 0 || r.Verify != (record.Verify{}) {
						t.Errorf("%d reconnects, received %d of %d, errors %v, faults %+v, odd %s", r.Reconnects, r.Received, r.Expected, r.Errors, r.Verify, r.Odd)
					}
				}
				if end, err := clients.Close(); err != nil || end.Closed != 4 || len(end.Errors) > 0 || end.Verify != (record.Verify{}) {
					t.Errorf("closed %+v, %v", end, err)
				}
			})
		}
	}
}

// A server that ends a connection that waits for an answer, and did not say so, is not let off.
func TestEndedWithoutAWord(t *testing.T) {
	addr := rawHTTP(t, func(n int, b string) (string, bool) { return sized("HTTP/1.1 200 OK\r\n", b), n == 3 })
	r, err := open(t, plan(addr, "http-echo", 4)).Drive(t.Context(), Drive{Duration: time.Second, Pipeline: 2}, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Errors["closed"]+r.Errors["reset"] != 4 || r.Verify.Lost == 0 {
		t.Errorf("errors %v, faults %+v, %d reconnects", r.Errors, r.Verify, r.Reconnects)
	}
}

// Connections that a server ends because they are idle: over HTTP others take their place, lines cannot go on.
func TestEndedForIdleness(t *testing.T) {
	for _, scenario := range []string{"http-echo", "echo"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var ended sync.WaitGroup
		ended.Add(4)
		go func() {
			for i := 0; ; i++ {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					in := bufio.NewReader(c)
					for {
						c.SetReadDeadline(time.Now().Add(1200 * time.Millisecond))
						line, err := in.ReadString('\n')
						if err != nil {
							break
						}
						if strings.HasPrefix(line, "POST") {
							for strings.TrimSpace(line) != "" {
								line, _ = in.ReadString('\n')
							}
							body := make([]byte, 64)
							io.ReadFull(in, body)
							line = sized("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\n", string(body))
						}
						io.WriteString(c, line)
					}
					c.Close()
					if i < 4 {
						ended.Done()
					}
				}()
			}
		}()
		p := plan(l.Addr().String(), scenario, 4)
		p.Params.Payload = 64
		clients := open(t, p)
		ended.Wait()
		r, err := clients.Drive(t.Context(), Drive{Duration: 200 * time.Millisecond}, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		switch scenario {
		case "http-echo":
			if r.Reconnects != 4 || len(r.Errors) > 0 || r.Verify != (record.Verify{}) || r.Received == 0 || r.Idle != time.Second {
				t.Errorf("http-echo: %d reconnects, errors %v, faults %+v, idle %v", r.Reconnects, r.Errors, r.Verify, r.Idle)
			}
		default:
			if r.Errors["idle"] != 4 || r.Reconnects != 0 || r.Verify.Lost > 0 || r.Idle < 1100*time.Millisecond {
				t.Errorf("echo: %d reconnects, errors %v, faults %+v, idle %v", r.Reconnects, r.Errors, r.Verify, r.Idle)
			}
		}
	}
}

// What a scenario cannot go on from is told at once.
func TestCannotBeRenewed(t *testing.T) {
	addr := rawHTTP(t, func(int, string) (string, bool) {
		return sized("HTTP/1.0 200 OK\r\n", `{"messages":[],"missed":0,"next":0}`), true
	})
	p := plan(addr, "comet", 4)
	p.ConnectTimeout = time.Minute
	_, r, err := Open(t.Context(), p)
	if err == nil || r.Errors["closing"] == 0 || !strings.Contains(err.Error(), "behind answers that announced it") {
		t.Errorf("%v, %+v", err, r)
	}
}

// What is no right answer is told within moments, with what was wanted.
func TestWrongFirstReplies(t *testing.T) {
	for said, want := range map[string]string{
		sized("HTTP/1.1 404 Not Found\r\n", "no such path"): `wanted status 200 with 128 bytes of body "000000-0000000000 `,
		sized("HTTP/1.1 201 Created\r\n", "x"):              `got "HTTP/1.1 201 Created" with 1 byte of body "x"`,
		sized("HTTP/1.1 200 OK\r\n", "x"):                   `got "HTTP/1.1 200 OK" with 1 byte of body "x"`,
		"220 ready\r\n":                                     `got "220 ready\r\n"`,
		"login: ":                                           `got "login: "`,
		"HTTP/1.1 204 No Content\r\n\r\n":                   `got "HTTP/1.1 204 No Content" without a body`,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n": `got "HTTP/1.1 200 OK" with 5 bytes of body "hello"`,
	} {
		p := plan(rawHTTP(t, func(int, string) (string, bool) { return said, false }), "http-echo", 1)
		p.Params.Payload, p.ConnectTimeout = 128, time.Minute
		_, r, err := Open(t.Context(), p)
		if err == nil || r.Errors["wrong"] != 1 || !strings.Contains(err.Error(), "1 connection got a wrong first reply: wanted status 200") || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %+v", said, err, r.Errors)
		}
	}
}

func TestInWords(t *testing.T) {
	got := InWords(map[string]int64{"timeout": 4, "reset": 1, "closed": 0, "enobufs": 2})
	if s := Silence(5_160*time.Millisecond) + Silence(2_500*time.Millisecond) + Silence(60*time.Second); s != "5 s2.5 s60 s" {
		t.Error(s)
	}
	if want := "2 connections failed: enobufs, 1 connection was reset by the server, 4 connections timed out"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

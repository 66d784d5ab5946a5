package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/harness/probe"
	"cbench/models"
)

// A waiter that leaves is forgotten because its leave is an event, and not because something looks round: while waiters are
// parked no thread of the server wakes at all, for a second and longer, and yet those that left are gone.
func TestNothingLooksRoundForWaiters(t *testing.T) {
	const waiters = 50
	for _, m := range models.All {
		if !slices.Contains(m.Speaks, models.HTTPComet) {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			cmd := process("serve", "--model="+m.Name, "--addr=127.0.0.1:0")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { cmd.Process.Kill(); cmd.Wait() }()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			words := strings.Fields(line)
			url := words[len(words)-1]
			var all []net.Conn
			for range waiters {
				c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				fmt.Fprint(c, "GET /wait?since=-1&timeout=60000 HTTP/1.1\r\nHost: h\r\n\r\n")
				all = append(all, c)
			}
			until(t, "all are parked", func() bool { return parked(t, url) == waiters })
			until(t, "the server sleeps for a second", func() bool { return sleeps(t, cmd.Process.Pid, time.Second) })
			for _, c := range all {
				c.Close()
			}
			until(t, "all are forgotten", func() bool { return parked(t, url) == 0 })
		})
	}
}

// parked is how many waiters /stats tells of. It asks on a connection of its own, which it closes.
func parked(t *testing.T, url string) int {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := (&http.Client{Transport: transport, Timeout: 10 * time.Second}).Get(url + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	var stats struct{ Waiters int }
	if err != nil || json.Unmarshal(body, &stats) != nil {
		t.Fatalf("%q, %v", body, err)
	}
	return stats.Waiters
}

// sleeps reports whether no thread of the process ran for that long: whoever runs stops again, and that is counted.
func sleeps(t *testing.T, pid int, length time.Duration) bool {
	t.Helper()
	switches := func() int64 {
		u, err := probe.ReadUsage([]int{pid})
		if err != nil {
			t.Fatal(err)
		}
		return u.Voluntary
	}
	before := switches()
	time.Sleep(length)
	return switches() == before
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cbench/harness/server"
)

// othersServer is a server as somebody else may write one, with the manners that how names.
func othersServer(how, addr string) int {
	switch how {
	case "daemon":
		child := exec.Command("/proc/self/exe", "others", "echo", addr)
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		child.Start()
		return 0
	case "hang":
		time.Sleep(time.Hour)
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return 1
		}
		go othersConn(how, c)
	}
}

func othersConn(how string, c net.Conn) {
	defer c.Close()
	if how == "greet" {
		io.WriteString(c, "220 welcome\r\n")
	}
	in := bufio.NewReader(c)
	for {
		if how == "idle" {
			c.SetReadDeadline(time.Now().Add(2 * time.Second))
		}
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if r.Header.Get("Expect") != "" {
			io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		body, _ := io.ReadAll(r.Body)
		head := "HTTP/1.1 200 OK\r\n"
		switch how {
		case "404":
			head, body = "HTTP/1.1 404 Not Found\r\n", []byte("no such path")
		case "201":
			head = "HTTP/1.1 201 Created\r\n"
		case "early":
			head = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + head
		case "close":
			head += "Connection: close\r\n"
		case "old":
			head = "HTTP/1.0 200 OK\r\n"
		case "short":
			body = body[:len(body)/2]
		}
		if how == "chunks" {
			fmt.Fprintf(c, "%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)
		} else {
			fmt.Fprintf(c, "%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
		}
		if how == "close" || how == "old" || r.Close {
			return
		}
	}
}

func otherServer(how string) string { return "/proc/self/exe others " + how + " {addr}" }

// check and run judge a server alike, and in the same words; what they say of a wrong one names what was wanted and what came.
func TestCheckAndRunAgree(t *testing.T) {
	for how, says := range map[string]string{ // "": it is fine
		"echo": "", "chunks": "", "early": "", "close": "", "old": "",
		"404":   `got "HTTP/1.1 404 Not Found" with 12 bytes of body "no such path"`,
		"201":   `got "HTTP/1.1 201 Created" with `,
		"greet": `got "220 welcome\r\n`,
		"short": `"HTTP/1.1 200 OK" with `,
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			ours := []string{"--cmd=" + otherServer(how), "--name=theirs", "--speaks=http:echo"}
			args := append([]string{"run", "--scenario=http-echo", "--conns=4", "--closed", "--reps=1", "--duration=200ms", "--warmup=0s", "--linger=0", "--out=" + dir}, ours...)
			began := time.Now()
			status, _, errs := cbench(t, args...)
			took := time.Since(began)
			c := cells(t, dir)[0]
			_, check, _ := cbench(t, append([]string{"check"}, ours...)...)
			if says == "" {
				if status != 0 || !c.Valid || c.Load.Reconnects == nil || (*c.Load.Reconnects > 0) != (how == "close" || how == "old") {
					t.Errorf("run: status %d, void %q, reconnects %v", status, c.Void, c.Load.Reconnects)
				}
				if !strings.Contains(check, "pass  theirs  http:echo  run/http-echo") {
					t.Error("check does not pass it")
				}
				return
			}
			wanted := "none of 4 connections was established: 4 connections got a wrong first reply: wanted status 200 with "
			for what, said := range map[string]string{"run": errs, "the cell": strings.Join(c.Void, "\n"), "check": check} {
				if !strings.Contains(said, wanted) || !strings.Contains(said, says) {
					t.Errorf("%s does not say what was wanted and came: %s", what, said)
				}
			}
			if status != 1 || took > 9*time.Second { // a connection is waited for 10 s
				t.Errorf("status %d after %v", status, took)
			}
		})
	}
}

// A server that ends idle connections: run renews them, and check says so before.
func TestCheckFindsIdleEnds(t *testing.T) {
	heldIdle = 4 * time.Second
	t.Cleanup(func() { heldIdle = time.Second })
	_, out, _ := cbench(t, "check", "--cmd="+otherServer("idle"), "--name=theirs", "--speaks=http:echo")
	if !strings.Contains(out, "run/http-echo: the server ends idle connections after 2 s") || !strings.Contains(out, "set its keep-alive timeout") {
		t.Error(out)
	}
}

// A server that does not start is waited for once, for as long as was said; another run tries it again.
func TestNotTriedAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"run", "--cmd=" + otherServer("hang"), "--name=theirs", "--conns=4,8", "--reps=2", "--duration=100ms", "--start-timeout=300ms", "--out=" + dir}
	for range 2 {
		status, _, errs := cbench(t, args...)
		if status != 1 || !strings.Contains(errs, "after 300ms") || !strings.Contains(errs, "theirs did not start: ") || !strings.Contains(errs, "--resume") {
			t.Errorf("status %d: %s", status, errs)
		}
		args = append(args, "--resume")
	}
	if n := len(cells(t, dir)); n != 2 {
		t.Errorf("%d repetitions are there, not one of each run", n)
	}
	began := time.Now()
	status, out, _ := cbench(t, "check", "--cmd="+otherServer("hang"), "--name=theirs", "--start-timeout=300ms")
	if lines := strings.Count(out, "\n"); status != 1 || lines != 2 || !strings.Contains(out, "fail  theirs  lines:echo  start: ") || time.Since(began) > server.ReadyTimeout {
		t.Errorf("status %d, %d lines", status, lines)
	}
	mustFail(t, []string{"start-timeout", "more than 0"}, "run", "--start-timeout=0s")
	mustFail(t, []string{"start-timeout", "more than 0"}, "check", "--model=floor", "--start-timeout=0s")
}

func TestRunTellsOfTheBackground(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustFail(t, []string{"must stay in the foreground"}, "run", "--cmd="+otherServer("daemon"), "--name=theirs", "--conns=1", "--reps=1", "--duration=100ms", "--out="+dir)
}

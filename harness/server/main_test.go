package server

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cbench/harness/server/control"
)

// TestMain makes this test binary the launcher, the watchdog, and every server of the tests.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == LaunchCommand {
		fmt.Fprintln(os.Stderr, "launch:", Launch(os.Args[2:]))
		os.Exit(126)
	}
	if len(os.Args) > 2 && os.Args[1] == "play" {
		roles[os.Args[2]](os.Args[3:])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// roles are programs that servers are played by.
var roles = map[string]func(args []string){
	"echo":     func([]string) { serve(os.Getenv("CBENCH_ADDR")) },
	"exit":     func([]string) { fmt.Fprintln(os.Stderr, "first\nno such room"); os.Exit(3) },
	"panic":    func([]string) { panic("out of rooms") },
	"hang":     func([]string) { fmt.Fprintln(os.Stderr, "thinking"); select {} },
	"stubborn": func([]string) { signal.Ignore(syscall.SIGTERM); serve(os.Getenv("CBENCH_ADDR")) },
	"graceful": func(args []string) {
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		go serve(os.Getenv("CBENCH_ADDR"))
		<-term
		status, _ := strconv.Atoi(args[0])
		os.Exit(status)
	},
	"elsewhere": func([]string) { serve("127.0.0.1:0") },
	"chatter": func([]string) {
		fmt.Fprint(os.Stderr, strings.Repeat("much ado about nothing\n", 100_000))
		fmt.Fprintln(os.Stderr, "the rest is silence")
		serve(os.Getenv("CBENCH_ADDR"))
	},
	// parent's child listens; both ignore SIGTERM.
	"parent": func([]string) {
		signal.Ignore(syscall.SIGTERM)
		child := exec.Command(os.Args[0], "play", "stubborn")
		if err := child.Start(); err != nil {
			panic(err)
		}
		child.Wait()
	},
	// daemon puts itself into the background, as one does: another session, and the first process ends. With "bare" its
	// environment is empty, and it is known by its socket alone; so the first process waits until it listens.
	"daemon": func(args []string) {
		addr := os.Getenv("CBENCH_ADDR")
		child := exec.Command(os.Args[0], "play", "echo-at", addr)
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if args[0] == "bare" {
			child.Env = []string{"NONE=1"}
		}
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Fprintln(os.Stderr, child.Process.Pid)
		for conn, err := net.Dial("tcp", addr); args[0] == "bare"; conn, err = net.Dial("tcp", addr) {
			if err == nil {
				conn.Close()
				break
			}
		}
	},
	"echo-at": func(args []string) { serve(args[0]) },
	"says":    func([]string) { fmt.Println("\x1b[31mno database\x1b[0m"); os.Exit(4) },
	"own":     func([]string) { control.Answer(); serve(os.Getenv("CBENCH_ADDR")) },
	// dropper leaves a child behind and ends when it is spoken to.
	"dropper": func([]string) {
		if err := exec.Command(os.Args[0], "play", "hang").Start(); err != nil {
			panic(err)
		}
		l, err := net.Listen("tcp", os.Getenv("CBENCH_ADDR"))
		if err != nil {
			panic(err)
		}
		l.Accept()
		os.Exit(9)
	},
	// harness starts the server named, tells its processes and its group, and waits to be killed.
	"harness": func(args []string) {
		p, err := Start(context.Background(), Spec{Args: play(args[0]), Cgroup: args[1] == "cgroup"})
		if err != nil {
			panic(err)
		}
		dir := "-"
		if p.group != nil {
			dir = p.group.Dir
		}
		fmt.Println(dir, strings.Trim(fmt.Sprint(p.PIDs()), "[]"))
		select {}
	},
}

// play is the command line of a role.
func play(role string, args ...string) []string {
	return append([]string{os.Args[0], "play", role}, args...)
}

// serve echoes lines for ever.
func serve(addr string) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			for r := bufio.NewReader(c); ; {
				line, err := r.ReadBytes('\n')
				if err != nil {
					return
				}
				c.Write(line)
			}
		}()
	}
}

// gone reports whether the process has ended; a zombie has, whoever ought to have reaped it.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

// eventually waits for a condition that no event tells of.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/probe"
	"cbench/internal/tail"
)

func started(t *testing.T, spec Spec) *Process {
	t.Helper()
	p, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(0) })
	return p
}

func TestServesAndStops(t *testing.T) {
	p := started(t, Spec{Name: "echo", Args: play("echo")})
	c, err := net.Dial("tcp", p.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintln(c, "ECHO hello")
	if line, err := bufio.NewReader(c).ReadString('\n'); line != "ECHO hello\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := p.Err(); err != nil {
		t.Fatalf("running, and Err is %v", err)
	}
	if ending, err := p.Stop(10 * time.Second); ending != Clean || err != nil {
		t.Fatalf("stopped %s, %v", ending, err)
	}
	<-p.Exited()
	if err := p.Err(); err != nil {
		t.Errorf("stopped cleanly, and Err is %v", err)
	}
	if !gone(p.PID) {
		t.Error("still there")
	}
}

// A server that fails to start is told with its own words, at once where it ended.
func TestStartFailures(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // after the parallel subtests
	const short, long = 3 * time.Second, time.Minute
	for _, test := range []struct {
		name    string
		spec    Spec
		timeout time.Duration
		want    string
	}{
		{"no command", Spec{}, long, "no command"},
		{"no program", Spec{Args: []string{"/nonexistent/server"}}, long, "no such file"},
		{"exits", Spec{Args: play("exit")}, long, "exited with status 3: no such room"},
		{"says why on its standard output", Spec{Args: play("says")}, long, "exited with status 4: no database"},
		{"ends at once", Spec{Args: []string{"true"}}, long, "exited with status 0 before it listened: a server must stay in the foreground"},
		{"panics", Spec{Args: play("panic")}, long, "exited with status 2: panic: out of rooms"},
		{"never listens", Spec{Args: play("hang")}, short, "after 3s; it says: thinking"},
		{"listens elsewhere", Spec{Args: play("elsewhere")}, short, "but on 127.0.0.1:"},
		{"address in use", Spec{Args: play("echo"), Addr: taken.Addr().String()}, long, "listens on " + taken.Addr().String() + " already"},
		{"no port", Spec{Args: play("echo"), Addr: "127.0.0.1:0"}, long, "the port not 0"},
		{"CPU that is not", Spec{Args: play("echo"), CPUs: []int{1000}}, long, "CPUs 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.spec.ReadyTimeout = test.timeout
			p, err := Start(context.Background(), test.spec)
			if err == nil {
				p.Stop(0)
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %q, want one with %q", err, test.want)
			}
		})
	}
}

// A server that puts itself into the background is ended there, whatever it left behind of what it is known by.
func TestBackground(t *testing.T) {
	for _, how := range []string{"with-environment", "bare"} {
		for _, group := range []bool{false, true} {
			p, err := Start(t.Context(), Spec{Args: play("daemon", how), Cgroup: group})
			if err == nil { // it was seen to listen before the first process ended
				<-p.Exited()
				err = p.Err()
				p.Stop(0)
			}
			const want = "exited with status 0, and had put itself into the background, where it was ended: it must stay in the foreground: "
			_, pid, told := strings.Cut(err.Error(), want)
			child, atoiErr := strconv.Atoi(pid)
			if !told || atoiErr != nil {
				t.Fatalf("%s: %v", how, err)
			}
			eventually(t, how+": the daemon is gone", func() bool { return gone(child) })
		}
	}
}

func TestStartIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Spec{Args: play("hang")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Somebody else's listener on the server's port is not the server's.
func TestStranger(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := started(t, Spec{Args: play("echo")})
	p.Addr = l.Addr().(*net.TCPAddr).AddrPort()
	if err := p.await(t.Context(), time.Minute); err == nil || !strings.Contains(err.Error(), "not the server's") {
		t.Errorf("got %v", err)
	}
}

func TestEndings(t *testing.T) {
	for _, test := range []struct {
		name  string
		args  []string
		grace time.Duration
		want  Ending
		err   string
	}{
		{"dies of the signal", play("echo"), 10 * time.Second, Clean, ""},
		{"handles the signal", play("graceful", "0"), 10 * time.Second, Clean, ""},
		{"fails on the signal", play("graceful", "4"), 10 * time.Second, Crashed, "exited with status 4"},
		{"ignores the signal", play("stubborn"), 50 * time.Millisecond, Killed, "did not end on SIGTERM within 50ms"},
		{"is killed as asked", play("stubborn"), 0, Killed, ""},
		{"says much", play("chatter"), 10 * time.Second, Clean, ""},
		{"shell between", []string{"sh", "-c", os.Args[0] + " play graceful 0; true"}, 10 * time.Second, Clean, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := started(t, Spec{Args: test.args})
			ending, err := p.Stop(test.grace)
			if ending != test.want {
				t.Errorf("ended %s, want %s", ending, test.want)
			}
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
}

func TestCrash(t *testing.T) {
	p := started(t, Spec{Args: play("echo")})
	unix.Kill(p.PID, unix.SIGSEGV)
	select {
	case <-p.Exited():
	case <-time.After(10 * time.Second):
		t.Fatal("its death was not noticed")
	}
	if err := p.Err(); err == nil {
		t.Error("no error")
	}
	if ending, err := p.Stop(time.Second); ending != Crashed || err == nil {
		t.Errorf("ended %s, %v", ending, err)
	}
}

func TestStderrTail(t *testing.T) {
	p := started(t, Spec{Args: play("chatter")})
	p.Stop(10 * time.Second)
	if got := p.stderr.String(); len(got) > tail.Size || !strings.HasSuffix(got, "the rest is silence\n") {
		t.Errorf("kept %d bytes, the end %q", len(got), got[max(0, len(got)-40):])
	}
}

// Children end with the server, be it stopped or dead of itself.
func TestChildren(t *testing.T) {
	for _, cgroup := range []bool{false, true} {
		t.Run(fmt.Sprintf("cgroup=%v", cgroup), func(t *testing.T) {
			p := started(t, Spec{Args: play("parent"), Cgroup: cgroup})
			pids := p.PIDs()
			if len(pids) < 2 || !slices.Contains(pids, p.PID) {
				t.Fatalf("server %d and its child are %v", p.PID, pids)
			}
			p.Stop(20 * time.Millisecond)
			for _, pid := range pids {
				eventually(t, "process ends", func() bool { return gone(pid) })
			}
			group, _ := p.Group()
			if group == nil {
				return
			}
			if _, err := os.Stat(group.Dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("control group: %v", err)
			}
		})
	}
	t.Run("left behind", func(t *testing.T) {
		p := started(t, Spec{Args: play("dropper")})
		pids := p.PIDs()
		if len(pids) != 2 {
			t.Fatalf("server and its child are %v", pids)
		}
		c, err := net.Dial("tcp", p.Addr.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		<-p.Exited()
		for _, pid := range pids {
			eventually(t, "process ends", func() bool { return gone(pid) })
		}
	})
}

// However the harness dies, the servers die too, with their children and their control group.
func TestHarnessIsKilled(t *testing.T) {
	for _, test := range []struct{ role, cgroup string }{
		{"stubborn", "no"}, {"parent", "no"}, {"parent", "cgroup"},
	} {
		t.Run(test.role+" "+test.cgroup, func(t *testing.T) {
			harness := exec.Command(os.Args[0], "play", "harness", test.role, test.cgroup)
			out, err := harness.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := harness.Start(); err != nil {
				t.Fatal(err)
			}
			defer harness.Wait()
			line, err := bufio.NewReader(out).ReadString('\n')
			harness.Process.Kill()
			if err != nil {
				t.Fatal("the harness said nothing: ", err)
			}
			words := strings.Fields(line)
			for _, word := range words[1:] {
				pid, err := strconv.Atoi(word)
				if err != nil {
					t.Fatal(err)
				}
				eventually(t, "server ends", func() bool { return gone(pid) })
			}
			if dir := words[0]; dir != "-" {
				eventually(t, "control group is removed", func() bool {
					_, err := os.Stat(dir)
					return errors.Is(err, fs.ErrNotExist)
				})
			}
		})
	}
}

func TestPlaceOfServer(t *testing.T) {
	cpus, err := probe.AvailableCPUs()
	if err != nil {
		t.Fatal(err)
	}
	last := cpus[len(cpus)-1]
	p := started(t, Spec{Args: play("echo"), CPUs: []int{last}, Env: []string{"GREETING=hello"}})
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("Cpus_allowed_list:\t%d\n", last); !strings.Contains(string(status), want) {
		t.Errorf("status has no %q", want)
	}
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		tid, _ := strconv.Atoi(task.Name())
		var set unix.CPUSet
		if err := unix.SchedGetaffinity(tid, &set); err == nil && (set.Count() != 1 || !set.IsSet(last)) {
			t.Errorf("thread %d runs on %d CPUs", tid, set.Count())
		}
	}
	var limit unix.Rlimit
	if err := unix.Prlimit(p.PID, unix.RLIMIT_NOFILE, nil, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur != limit.Max {
		t.Errorf("descriptors: %d of %d", limit.Cur, limit.Max)
	}
	environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"GREETING=hello", "CBENCH_ADDR=" + p.Addr.String()} {
		if !slices.Contains(strings.Split(string(environ), "\x00"), want) {
			t.Errorf("its environment has no %s", want)
		}
	}
}

func TestRuntime(t *testing.T) {
	foreign := started(t, Spec{Args: play("echo")})
	if _, err := foreign.Runtime(); !errors.Is(err, ErrForeign) {
		t.Errorf("foreign server: %v", err)
	}
	p := started(t, Spec{Args: play("own"), Own: true})
	first, err := p.Runtime()
	if err != nil {
		t.Fatal(err)
	}
	if first.Heap <= 0 || first.Stack <= 0 || first.Other <= 0 || first.Goroutines < 2 || first.Procs < 1 {
		t.Errorf("implausible: %+v", first)
	}
	second, err := p.Collect()
	if err != nil {
		t.Fatal(err)
	}
	if second.GCCycles <= first.GCCycles || second.GCPause <= first.GCPause {
		t.Errorf("no collection between %+v and %+v", first, second)
	}
	p.Stop(0)
	if _, err := p.Runtime(); err == nil {
		t.Error("a dead server answered")
	}
}

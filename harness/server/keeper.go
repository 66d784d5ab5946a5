package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"cbench/harness/server/cgroup"
)

// self starts this very executable, also when its file was replaced or deleted since.
const self = "/proc/self/exe"

// keeper sees to it that no server outlives the harness, however the harness dies. Two things do that:
//
//   - The kernel kills the server itself (PR_SET_PDEATHSIG). It does so when the *thread* that forked it ends (prctl(2)), which
//     is why one goroutine, locked to a thread that lives as long as the process, forks them all.
//   - What the server forked has no such tie. A watchdog, a second process in a session of its own, is told every server's
//     process group, address and control group over a pipe; when the pipe ends, the harness has died, and it kills what is left.
//
// What escapes both, and an ordinary Stop too, is a child of a server without a control group that left its process group
// (setsid), does not listen on the address, and has another environment (see escaped).
type keeper struct {
	forks chan func()

	mu   sync.Mutex // guards pipe: one line at a time
	pipe *os.File
}

var keep = sync.OnceValues(newKeeper)

func newKeeper() (*keeper, error) {
	k := &keeper{forks: make(chan func())}
	go func() {
		runtime.LockOSThread() // for ever
		for fork := range k.forks {
			fork()
		}
	}()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("watchdog: %w", err)
	}
	defer r.Close()
	dog := exec.Command(self, LaunchCommand, "--watchdog")
	dog.Args[0] = os.Args[0]
	dog.Stdin = r
	dog.Env = append(os.Environ(), "GOMAXPROCS=1")
	dog.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C in the terminal is not for it
	if err := k.start(dog); err != nil {
		w.Close()
		return nil, fmt.Errorf("watchdog: %w", err)
	}
	go dog.Wait()
	k.pipe = w
	return k, nil
}

// start forks on the keeper's thread.
func (k *keeper) start(cmd *exec.Cmd) error {
	errs := make(chan error)
	k.forks <- func() { errs <- cmd.Start() }
	return <-errs
}

// guard has the watchdog look after the process group pid, which began at that time, the control group, and who escapes both.
func (k *keeper) guard(pid int, group *cgroup.Group, addr netip.AddrPort, began uint64) error {
	dir := ""
	if group != nil {
		dir = group.Dir
	}
	return k.tell(fmt.Sprintf("+ %d %s %d %s\n", pid, addr, began, dir))
}

// release ends the guard of pid. It must be called while pid is not reaped, so that the number is not another's yet.
func (k *keeper) release(pid int) error { return k.tell(fmt.Sprintf("- %d\n", pid)) }

func (k *keeper) tell(line string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.pipe.WriteString(line); err != nil {
		return fmt.Errorf("watchdog: %w", err)
	}
	return nil
}

// watchdog reads what to guard until its input ends, and then kills that.
func watchdog(in io.Reader) error {
	type server struct {
		addr  netip.AddrPort
		began uint64
		group string // its directory; "": none
	}
	guarded := map[int]server{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 5)
		pid, err := strconv.Atoi(words[min(1, len(words)-1)])
		if err != nil || pid < 2 { // never a signal to everybody
			return fmt.Errorf("watchdog: told %q", lines.Text())
		}
		if words[0] == "-" {
			delete(guarded, pid)
			continue
		}
		var s server
		if len(words) == 5 {
			s.addr, err = netip.ParseAddrPort(words[2])
			s.began, _ = strconv.ParseUint(words[3], 10, 64)
			s.group = words[4]
		}
		if len(words) != 5 || err != nil {
			return fmt.Errorf("watchdog: told %q", lines.Text())
		}
		guarded[pid] = s
	}
	errs := []error{lines.Err()}
	for pid, s := range guarded {
		unix.Kill(-pid, unix.SIGKILL)
		endEscaped(s.addr, s.began)
		if s.group != "" {
			errs = append(errs, (&cgroup.Group{Dir: s.group}).Remove())
		}
	}
	return errors.Join(errs...)
}

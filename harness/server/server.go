// Package server starts one server process, puts it on its CPUs and in a control group of its own, waits until it
// listens, watches it and stops it. It knows a server by its command line, its address and its process id, and by nothing else.
//
// A server ends with its first process: what that leaves behind is killed at once. It also ends with the harness (see keeper).
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cbench/harness/server/cgroup"
	"cbench/harness/server/control"
	"cbench/internal/tail"
)

// Self is a program name that means this executable, even if its file was replaced since.
const Self = self

// Spec is how to start a server. Zero values mean what is said.
type Spec struct {
	Name   string   // in errors; the program's if empty
	Args   []string // program and arguments; "{addr}" in a word is replaced by the address
	Env    []string // NAME=value, added to the harness's own; CBENCH_ADDR is added by Start
	Addr   string   // host:port to listen on; empty: 127.0.0.1 and a port that is free
	CPUs   []int    // to run on; empty: those of the harness
	Cgroup bool     // make a control group, where one can be made: see Process.Group
	Own    bool     // one of our own servers, which calls control.Answer

	ReadyTimeout time.Duration // from the start to listening; 0: ReadyTimeout
}

// ReadyTimeout is how long a server may take to listen unless told: Jython took 12 s on a busy machine.
const ReadyTimeout = 30 * time.Second

// Process is a server that was started. Its owner must call Stop.
type Process struct {
	Name string
	Addr netip.AddrPort // where it listens
	PID  int            // its first process, and its process group

	group    *cgroup.Group
	groupErr error
	control  *control.Client // nil: a foreign server
	stdout   tail.Tail
	stderr   tail.Tail
	said     chan struct{} // closed once both have ended
	began    uint64        // when the first process did, in the kernel's ticks
	left     int           // processes it left behind when it ended; set before exited is closed
	listened atomic.Bool   // it did, once

	stop   sync.Once
	ending Ending      // set by stop
	endErr error       // set by stop
	asked  atomic.Bool // SIGTERM was sent

	exited chan struct{}
	state  *os.ProcessState // set before exited is closed
}

// Start starts a server and returns when it listens. The context bounds the start only. The error says what the server said last
// on its standard error; nothing is left running then.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if spec.Name == "" && len(spec.Args) > 0 {
		spec.Name = spec.Args[0]
	}
	const tries = 4
	for try := 1; ; try++ {
		p, err := start(ctx, spec)
		if err == nil {
			return p, nil
		}
		// A port is found free by binding it and letting it go: it can be another's by the time the server binds it.
		if spec.Addr != "" || try == tries || !strings.Contains(err.Error(), syscall.EADDRINUSE.Error()) {
			return nil, fmt.Errorf("server %s: %w", spec.Name, err)
		}
	}
}

func start(ctx context.Context, spec Spec) (*Process, error) {
	if len(spec.Args) == 0 {
		return nil, errors.New("no command")
	}
	if len(os.Args) > 1 && os.Args[1] == LaunchCommand { // or each would start the next, without end
		return nil, fmt.Errorf("%s was run as the launcher and does not call server.Launch (a test does so in TestMain)", os.Args[0])
	}
	if _, err := exec.LookPath(spec.Args[0]); err != nil { // the launcher would say so too, but less well
		return nil, err
	}
	addr, err := freeAddr(spec.Addr)
	if err != nil {
		return nil, err
	}
	p := &Process{Name: spec.Name, Addr: addr, exited: make(chan struct{})}
	p.said = make(chan struct{})
	p.groupErr = errors.New("no control group was asked for")
	if spec.Cgroup {
		p.group, p.groupErr = cgroup.New()
	}
	if err := p.launch(spec); err != nil {
		p.clean()
		return nil, err
	}
	if spec.ReadyTimeout == 0 {
		spec.ReadyTimeout = ReadyTimeout
	}
	if err := p.await(ctx, spec.ReadyTimeout); err != nil {
		p.Stop(0)
		return nil, err
	}
	return p, nil
}

// freeAddr is the address asked for, or a free one of loopback. That another already listens there is an error.
func freeAddr(asked string) (netip.AddrPort, error) {
	if asked == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("a free port: %w", err)
		}
		defer l.Close()
		return l.Addr().(*net.TCPAddr).AddrPort(), nil
	}
	tcp, err := net.ResolveTCPAddr("tcp", asked)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr := netip.AddrPortFrom(tcp.AddrPort().Addr().Unmap(), uint16(tcp.Port))
	if !addr.IsValid() || addr.Port() == 0 {
		return netip.AddrPort{}, fmt.Errorf("address %q: want host:port, and the port not 0", asked)
	}
	all, err := listeners("self")
	if err != nil {
		return netip.AddrPort{}, err
	}
	for _, l := range all {
		if l.serves(addr) {
			return netip.AddrPort{}, fmt.Errorf("another process listens on %s already", addr)
		}
	}
	return addr, nil
}

// launch forks the server, and has it watched and guarded.
func (p *Process) launch(spec Spec) error {
	k, err := keep()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, launchArgs(spec.CPUs, p.group, substitute(spec.Args, p.Addr.String()))...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(append(os.Environ(), spec.Env...), addrEnv+p.Addr.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid: true,
		// Survives the launcher's exec. Package syscall looks after the set whether the parent is gone already.
		Pdeathsig: syscall.SIGKILL,
	}
	if spec.Own {
		client, theirs, err := control.Pair()
		if err != nil {
			return err
		}
		defer theirs.Close()
		p.control = client
		cmd.ExtraFiles = []*os.File{theirs} // the first is descriptor 3 (os/exec)
		cmd.Env = append(cmd.Env, control.FdEnv+"=3")
	}
	pipes, err := p.listen(cmd)
	if err != nil {
		return err
	}
	if err = k.start(cmd); err == nil {
		p.PID = cmd.Process.Pid
		p.began = startOf(p.PID)
	}
	for _, w := range []any{cmd.Stdout, cmd.Stderr} {
		w.(*os.File).Close()
	}
	if err != nil {
		closeAll(pipes)
		return err
	}
	guardErr := k.guard(p.PID, p.group, p.Addr, p.began)
	go p.watch(k, cmd, pipes)
	if guardErr != nil {
		p.Stop(0)
	}
	return guardErr
}

// listen has what the command will say read to its end, so that the server never blocks on a full pipe.
func (p *Process) listen(cmd *exec.Cmd) (pipes []*os.File, err error) {
	var both sync.WaitGroup
	for _, stream := range []struct {
		to   *tail.Tail
		from *io.Writer
	}{{&p.stdout, &cmd.Stdout}, {&p.stderr, &cmd.Stderr}} {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(pipes)
			return nil, fmt.Errorf("what the server says: %w", err)
		}
		*stream.from, pipes = w, append(pipes, r)
		both.Go(func() { io.Copy(stream.to, r) })
	}
	go func() { both.Wait(); close(p.said) }()
	return pipes, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// reason is what of the server's last words says what went wrong: "" if it said nothing.
func (p *Process) reason() string { return cmp.Or(p.stderr.Reason(), p.stdout.Reason()) }

// PIDs is the server's processes, in no order: all in its control group, or else its first and all that descend from it.
func (p *Process) PIDs() []int {
	if p.group != nil {
		if pids, err := p.group.Procs(); err == nil && len(pids) > 0 {
			return pids
		}
	}
	return tree(p.PID)
}

// Group is the server's control group, or why it has none.
func (p *Process) Group() (*cgroup.Group, error) { return p.group, p.groupErr }

// ErrForeign is the answer of a server that has no control socket.
var ErrForeign = errors.New("not one of our own servers: it has no control socket")

// controlTimeout is generous: a server under load, on a CPU it shares, still answers.
const controlTimeout = 10 * time.Second

// Runtime is what the server says of its Go runtime: ErrForeign if it is not one of ours.
func (p *Process) Runtime() (control.Runtime, error) { return p.ask(false) }

// Scheduling is Runtime with how long goroutines were ready and did not run.
func (p *Process) Scheduling() (control.Runtime, error) {
	if p.control == nil {
		return control.Runtime{}, ErrForeign
	}
	return p.control.Scheduling(controlTimeout)
}

// Collect is Runtime after the server collected its garbage and gave free memory back to the kernel.
func (p *Process) Collect() (control.Runtime, error) { return p.ask(true) }

func (p *Process) ask(gc bool) (control.Runtime, error) {
	if p.control == nil {
		return control.Runtime{}, ErrForeign
	}
	return p.control.Runtime(gc, controlTimeout)
}

package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"cbench/internal/tail"
)

// Remote is the clients of a load process: what it costs is its own, and no other work of the harness disturbs it.
type Remote struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan answer // closed at the process's end
	stderr tail.Tail
}

// Process is how to start a load process.
type Process struct {
	Args    []string // its command line, which must come to Serve: the harness's own executable and "load"
	CPUs    []int    // those it may run on; none: any
	Threads int      // event loops it will have
}

// Start starts a load process. It ends at Stop, and by itself as soon as this process is gone, however that went.
func Start(p Process) (*Remote, error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	// One P more than loops: while every P is in use, the runtime's monitor takes the P of a loop that waits in the kernel away
	// after 20 µs (retake in runtime/proc.go), and with one idle only after 10 ms. Taken away at every wait, at one connection it
	// cost a tenth of the CPU time and some microseconds of latency.
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", max(p.Threads, 1)+1))
	r := &Remote{cmd: cmd, lines: make(chan answer, 16)}
	cmd.Stderr = &r.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if err := startOn(cmd, p.CPUs); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	r.in = in
	go r.read(out)
	return r, nil
}

// startOn starts a process with its CPUs and a timer slack of 1 ns. Both are inherited, at fork from the thread that forks and
// then by every thread of the new process (sched_setaffinity(2), PR_SET_TIMERSLACK in prctl(2)), so a thread is dressed up for
// the moment: no thread of the load ever ran anywhere else, and none has to be looked for.
func startOn(cmd *exec.Cmd, cpus []int) error {
	runtime.LockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	slack, _, _ := unix.RawSyscall(unix.SYS_PRCTL, unix.PR_GET_TIMERSLACK, 0, 0)
	wanted := before
	if len(cpus) > 0 {
		wanted.Zero()
		for _, c := range cpus {
			wanted.Set(c)
		}
	}
	if err := unix.SchedSetaffinity(0, &wanted); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("cpus %v: %w", cpus, err)
	}
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	err := cmd.Start()
	unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0)
	if unix.SchedSetaffinity(0, &before) == nil {
		runtime.UnlockOSThread() // else the thread ends with this goroutine
	}
	return err
}

// read hands on what the process tells, until its end.
func (r *Remote) read(out io.Reader) {
	defer close(r.lines)
	lines := bufio.NewReaderSize(out, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			a = answer{Error: fmt.Sprintf("load: answer: %v", err)}
		}
		r.lines <- a
	}
}

// Open is Open in the load process. It may be called again after Close.
func (r *Remote) Open(ctx context.Context, p Plan) (ConnectReport, error) {
	a, err := r.ask(ctx, request{Open: &p}, Watch{})
	if a.Opened == nil {
		return ConnectReport{}, err
	}
	return *a.Opened, err
}

// Drive is Driver's. The watch is told as soon as the process's line is read: some tens of microseconds later.
func (r *Remote) Drive(ctx context.Context, d Drive, w Watch) (Report, error) {
	a, err := r.ask(ctx, request{Drive: &d}, w)
	if err == nil && a.Drove == nil {
		err = errors.New("load: the process answered something else")
	}
	if err != nil {
		return Report{}, err
	}
	return *a.Drove, nil
}

// Close is Driver's.
func (r *Remote) Close() (CloseReport, error) {
	a, err := r.ask(context.Background(), request{Close: &struct{}{}}, Watch{})
	if a.Closed == nil {
		return CloseReport{}, err
	}
	return *a.Closed, err
}

// Stop ends the process and waits for it.
func (r *Remote) Stop() error {
	r.in.Close()
	kill := time.AfterFunc(stopGrace, func() { r.cmd.Process.Kill() })
	defer kill.Stop()
	for range r.lines { // to the end, or Wait would cut it short
	}
	return r.cmd.Wait()
}

const stopGrace = 2 * time.Second

// Pid is the process's.
func (r *Remote) Pid() int { return r.cmd.Process.Pid }

// ask sends a request and waits for its answer, passing events on to w. When ctx ends, the process is told to stop, and
// killed if it does not.
func (r *Remote) ask(ctx context.Context, q request, w Watch) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, context.Cause(ctx)
	}
	if err := json.NewEncoder(r.in).Encode(q); err != nil {
		return answer{}, r.died()
	}
	done := ctx.Done()
	for {
		select {
		case <-done:
			done = nil
			json.NewEncoder(r.in).Encode(request{Stop: &struct{}{}})
			defer time.AfterFunc(stopGrace, func() { r.cmd.Process.Kill() }).Stop()
		case a, alive := <-r.lines:
			switch {
			case !alive && ctx.Err() != nil:
				return answer{}, context.Cause(ctx)
			case !alive:
				return answer{}, r.died()
			case a.Event != "":
				a.tell(w)
				continue
			case a.Error != "" && ctx.Err() != nil:
				return a, context.Cause(ctx)
			case a.Error != "":
				return a, errors.New(a.Error)
			}
			return a, nil
		}
	}
}

func (a *answer) tell(w Watch) {
	switch {
	case a.Event == "progress" && w.Progress != nil && a.Progress != nil:
		w.Progress(*a.Progress)
	case a.Event != "progress" && w.Window != nil:
		w.Window(a.Event == "window_start")
	}
}

// died is the error of a process that is gone, or that does not listen.
func (r *Remote) died() error {
	if last := r.stderr.Reason(); last != "" {
		return fmt.Errorf("load: the load process died: %s", last)
	}
	return errors.New("load: the load process died")
}

var _, _ Driver = (*Clients)(nil), (*Remote)(nil)

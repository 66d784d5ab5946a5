package server

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Ending is how a server ended.
type Ending string

// The ways to end.
const (
	Clean   Ending = "clean"   // on SIGTERM, in time
	Killed  Ending = "killed"  // by SIGKILL, for it did not end on SIGTERM
	Crashed Ending = "crashed" // of itself, or with a failure
)

// Exited is closed when the server's first process has ended, and all others of its are killed.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Err is how the server ended if it did, with what it said last, and nil while it runs or after it ended as Stop asked it to.
func (p *Process) Err() error {
	select {
	case <-p.exited:
	default:
		return nil
	}
	if p.asked.Load() && byTerm(p.state) {
		return nil
	}
	how := describe(p.state)
	status := p.state.Sys().(syscall.WaitStatus)
	switch {
	case p.left > 0 && status.Exited() && status.ExitStatus() == 0:
		how += ", and had put itself into the background, where it was ended: it must stay in the foreground"
	case !p.listened.Load() && status.Exited() && status.ExitStatus() == 0:
		how += " before it listened: a server must stay in the foreground"
	}
	killed := status.Signaled() && status.Signal() == unix.SIGKILL // it had no time to say why
	if line := p.reason(); line != "" && !killed {
		how += ": " + line
	}
	return errors.New(how)
}

// watch waits for the first process to end, and ends the rest.
func (p *Process) watch(k *keeper, cmd *exec.Cmd, pipes []*os.File) {
	// Wait without reaping: until it is reaped, no other process or group can have its number.
	for {
		err := unix.Waitid(unix.P_PID, p.PID, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	p.left = len(escaped(p.Addr, p.began))
	p.kill()
	endEscaped(p.Addr, p.began)
	k.release(p.PID)
	cmd.Wait()
	p.state = cmd.ProcessState
	select {
	case <-p.said:
	case <-time.After(time.Second): // a child that was not found holds a pipe
	}
	closeAll(pipes)
	close(p.exited)
}

// kill ends every process of the server at once.
func (p *Process) kill() {
	unix.Kill(-p.PID, unix.SIGKILL)
	if p.group != nil {
		p.group.Kill()
	}
}

// Stop ends the server: SIGTERM to its process group, as systemd does it (systemd.kill(5), KillMode=), and SIGKILL to all that is
// left after grace (0: at once). The error says how the server ended if not cleanly, or what could not be cleaned up.
// Stop may be called more than once; the first call counts.
func (p *Process) Stop(grace time.Duration) (Ending, error) {
	p.stop.Do(func() { p.ending, p.endErr = p.end(grace) })
	return p.ending, p.endErr
}

func (p *Process) end(grace time.Duration) (Ending, error) {
	select {
	case <-p.exited:
		return Crashed, errors.Join(p.Err(), p.clean())
	default:
	}
	if grace > 0 {
		p.asked.Store(true)
		unix.Kill(-p.PID, unix.SIGTERM)
		select {
		case <-p.exited:
			if byTerm(p.state) {
				return Clean, p.clean()
			}
			return Crashed, errors.Join(p.Err(), p.clean())
		case <-time.After(grace):
		}
	}
	p.kill()
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second): // stuck in the kernel
		return Killed, fmt.Errorf("process %d does not end on SIGKILL", p.PID)
	}
	if grace == 0 {
		return Killed, p.clean()
	}
	return Killed, errors.Join(fmt.Errorf("did not end on SIGTERM within %v", grace), p.clean())
}

// clean gives back what the server no longer needs.
func (p *Process) clean() error {
	if p.control != nil {
		p.control.Close()
	}
	if p.group == nil {
		return nil
	}
	return p.group.Remove()
}

// byTerm reports whether a server that was sent SIGTERM ended because of that: it handled the signal, or died of it, or says that
// its child did, as shells do.
func byTerm(state *os.ProcessState) bool {
	const diedOfTerm = 128 + int(unix.SIGTERM)
	status := state.Sys().(syscall.WaitStatus)
	return status.Signaled() && status.Signal() == unix.SIGTERM ||
		status.Exited() && (status.ExitStatus() == 0 || status.ExitStatus() == diedOfTerm)
}

func describe(state *os.ProcessState) string {
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return "was killed by " + unix.SignalName(status.Signal())
	}
	return fmt.Sprintf("exited with status %d", status.ExitStatus())
}

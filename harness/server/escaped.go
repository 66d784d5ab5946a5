package server

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// A process that leaves its group and its session, as daemons do, is no longer known as the server's by either. It is known by
// what it inherited, CBENCH_ADDR with a port that no other server has, or by the socket that listens there.

const addrEnv = "CBENCH_ADDR="

// escaped is the processes of the server at addr, which was started as the process since, whatever their group and session. It
// sees those that this user may look into.
func escaped(addr netip.AddrPort, since uint64) (pids []int) {
	procs, err := procfs.AllProcs()
	if err != nil {
		return nil
	}
	mark := []byte(addrEnv + addr.String())
	sockets := map[uint64]bool{}
	if all, err := listeners("self"); err == nil {
		for _, l := range all {
			if l.serves(addr) && since > 0 {
				sockets[l.inode] = true
			}
		}
	}
	self := os.Getpid()
	for _, p := range procs {
		stat, err := p.Stat()
		if err != nil || p.PID == self || stat.Starttime < since || stat.State == "Z" {
			continue
		}
		if hasEnv(p.PID, mark) || holdsAny(p.PID, sockets) {
			pids = append(pids, p.PID)
		}
	}
	return pids
}

func hasEnv(pid int, mark []byte) bool {
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return false
	}
	for word := range bytes.SplitSeq(env, []byte{0}) {
		if bytes.Equal(word, mark) {
			return true
		}
	}
	return false
}

func holdsAny(pid int, sockets map[uint64]bool) bool {
	if len(sockets) == 0 {
		return false
	}
	held, _ := heldSockets([]int{pid})
	for inode := range sockets {
		if held[inode] {
			return true
		}
	}
	return false
}

// endEscaped kills what escaped, until nothing more of it is found.
func endEscaped(addr netip.AddrPort, since uint64) {
	for range 20 { // one may fork as we look
		pids := escaped(addr, since)
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			unix.Kill(pid, unix.SIGKILL)
		}
		time.Sleep(time.Millisecond)
	}
}

// startOf is when a process began, in the kernel's ticks: 0 if it is not there.
func startOf(pid int) uint64 {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0
	}
	stat, err := p.Stat()
	if err != nil {
		return 0
	}
	return stat.Starttime
}

package modeltest

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// unknown is the Pid of a server of which only the address is known.
const unknown = -1

// most is how much memory a server may come to hold for one client that does not read: 256 KiB owed, and slack for its
// runtime, which in a process of its own means garbage not yet collected.
func (s *Server) most() int64 {
	if s.Pid == 0 {
		return 8 << 20
	}
	return 40 << 20
}

// memory is what the server holds, in bytes: the live heap where it shares this process, else its resident memory.
func (s *Server) memory() (n int64, known bool) {
	if s.Pid == 0 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc), true
	}
	statm, err := os.ReadFile(s.proc("statm"))
	fields := strings.Fields(string(statm))
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()), err == nil
}

// files is how many descriptors the server's process holds.
func (s *Server) files() (n int, known bool) {
	fds, err := os.ReadDir(s.proc("fd"))
	return len(fds), err == nil
}

// tasks is how many goroutines the server started that live, where it shares this process, else its threads.
func (s *Server) tasks() (n int, known bool) {
	if s.Pid == 0 {
		return goroutines(s.Addr), true
	}
	tids, err := os.ReadDir(s.proc("task"))
	return len(tids), err == nil
}

// cpu is the CPU time that the server's process has used, to 10 ms (USER_HZ is 100 on every Linux that Go runs on).
func (s *Server) cpu() (d time.Duration, known bool) {
	stat, err := os.ReadFile(s.proc("stat"))
	// Fields 14 and 15 of proc_pid_stat(5); the second, the command, may hold blanks and ends with the last ")".
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if err != nil || len(fields) < 13 {
		return 0, false
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond, true
}

func (s *Server) proc(file string) string {
	if s.Pid == 0 {
		return "/proc/self/" + file
	}
	return fmt.Sprintf("/proc/%d/%s", s.Pid, file) // none such where the pid is unknown
}

// labelled is a group of goroutines in the goroutine profile: their number, then their labels.
var labelled = regexp.MustCompile(`(?m)^(\d+) @.*\n# labels: (.*)$`)

// goroutines counts those that carry the label of the server at addr.
func goroutines(addr string) (n int) {
	var profile bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&profile, 1)
	for _, group := range labelled.FindAllStringSubmatch(profile.String(), -1) {
		if strings.Contains(group[2], strconv.Quote(addr)) {
			k, _ := strconv.Atoi(group[1])
			n += k
		}
	}
	return n
}

// mute shuts the server's end of a connection down for writing, and reports whether it could: it needs the right to take the
// descriptor from the server's process (pidfd_getfd(2)).
func (s *Server) mute(c *net.TCPConn) bool {
	pid := s.Pid
	if pid == 0 {
		pid = os.Getpid()
	}
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(process)
	files, _ := os.ReadDir(s.proc("fd"))
	for _, file := range files {
		n, _ := strconv.Atoi(file.Name())
		fd, err := unix.PidfdGetfd(process, n, 0)
		if err != nil {
			continue
		}
		peer, _ := unix.Getpeername(fd)
		at, is := peer.(*unix.SockaddrInet4)
		is = is && netip.AddrPortFrom(netip.AddrFrom4(at.Addr), uint16(at.Port)) == c.LocalAddr().(*net.TCPAddr).AddrPort()
		if is {
			err = unix.Shutdown(fd, unix.SHUT_WR)
		}
		unix.Close(fd)
		if is {
			return err == nil
		}
	}
	return false
}

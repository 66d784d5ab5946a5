package thread

import (
	"errors"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These calls really block their thread. The scheduler is told (unix.Syscall), so that another thread may run Go meanwhile.

// receive waits for bytes: 0 at the peer's end, ErrAgain when the socket's SO_RCVTIMEO is over, errEnding when the server ends.
func receive(fd int, p []byte, ending *atomic.Bool) (int, error) {
	for !ending.Load() {
		n, _, e := unix.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0)
		switch e {
		case 0:
			return int(n), nil
		case unix.EINTR: // a farewell; and the runtime's own signals interrupt a recv with a timeout, SA_RESTART or not (signal(7))
		default:
			return 0, e
		}
	}
	return 0, errEnding
}

var errEnding = errors.New("the server ends")

// send waits until the socket has taken all of p.
func send(fd int, p []byte) error {
	for len(p) > 0 {
		n, _, e := unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_NOSIGNAL, 0, 0)
		switch e {
		case 0:
			p = p[n:] // a signal ends a call that has sent a part
		case unix.EINTR:
		default:
			return e
		}
	}
	return nil
}

// accept waits for a connection: blocking, without Nagle's delay.
func accept(listener int) (int, error) {
	for {
		fd, _, e := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_CLOEXEC, 0, 0)
		switch e {
		case 0:
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
			return int(fd), nil
		case unix.EINTR, unix.ECONNABORTED: // the client left while queued: the next, please
		default:
			return -1, e
		}
	}
}

// These two never block, and the scheduler is not told.

// receiveNow reads what has arrived.
func receiveNow(fd int, p []byte) (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
		unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// sendNow writes what fits.
func sendNow(fd int, p []byte) (int, error) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, 0, 0)
		switch e {
		case 0:
			return int(n), nil
		case unix.EAGAIN:
			return 0, nil
		case unix.EINTR:
		default:
			return 0, e
		}
	}
}

// knock is the signal that has a thread look up from its ppoll. Like every signal that nobody has asked os/signal for, Go
// catches this one and does nothing; all that counts is that the call ends. A second knock before the first is heard is the same.
const knock = unix.SIGIO

// self names the thread that asks, so that others can knock, and has it keep to some CPUs. From here on a knock waits until the
// thread listens, which is only in [listen]: one that came a moment before it would be lost otherwise.
func self(cpus *unix.CPUSet) (tid int, err error) {
	if cpus != nil {
		if err := unix.SchedSetaffinity(0, cpus); err != nil {
			return 0, err
		}
	}
	var set unix.Sigset_t
	set.Val[0] = 1 << (knock - 1)
	err = unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil)
	return unix.Gettid(), err
}

// wake has the connection's thread look up.
func (c *conn) wake() { unix.Tgkill(unix.Getpid(), int(c.tid.Load()), knock) }

// farewell is the signal that has a thread come back from recv(2), to see that the server ends. To shut the socket down for
// reading would do that too, but from then on Linux resets the connection where the client sends on, and with that throws away
// what it is owed. It is heard anywhere; and one that came a moment before recv is lost, and so it is said again and again.
const farewell = unix.SIGPWR

// interruptible has a farewell end a call that waits, as programs in C do it: Go installs its handler so that the kernel goes on
// with the call (SA_RESTART, signal(7)). The layout is the kernel's: a handler, then flags.
func interruptible() {
	const restart = 0x10000000
	var action struct {
		handler, flags uintptr
		rest           [2]uint64
	}
	set := func(to, was unsafe.Pointer) {
		unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(farewell), uintptr(to), uintptr(was), unsafe.Sizeof(uint64(0)), 0, 0)
	}
	set(nil, unsafe.Pointer(&action))
	action.flags &^= restart
	set(unsafe.Pointer(&action), nil)
}

// listen waits until the socket is ready for one of the events, somebody knocks, or the time is over; negative is never. It
// returns the events that are: none after a knock, nor when the time is over.
func listen(fd int, events int16, limit time.Duration) int16 {
	ready := unix.PollFd{Fd: int32(fd), Events: events}
	var until *unix.Timespec
	if limit >= 0 {
		t := unix.NsecToTimespec(int64(limit))
		until = &t
	}
	// Not unix.Ppoll: it passes 0 for the size of the mask, which the kernel refuses. The mask is the kernel's, of 8 bytes,
	// and empty: while the thread waits, and only then, it hears a knock. That both change at once is what ppoll is for.
	var none uint64
	n, _, _ := unix.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&ready)), 1, uintptr(unsafe.Pointer(until)),
		uintptr(unsafe.Pointer(&none)), unsafe.Sizeof(none), 0)
	if int(n) != 1 {
		return 0
	}
	return ready.Revents
}

// What a socket may be ready for. The last means that the client is gone, or that this server shut its socket down.
const (
	in   = unix.POLLIN
	out  = unix.POLLOUT
	left = unix.POLLRDHUP
	over = unix.POLLERR | unix.POLLHUP // told without being asked for
)

// used is the CPU time that this thread has had.
func used() time.Duration {
	var t unix.Timespec
	// It cannot fail (clock_gettime(2)).
	unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_THREAD_CPUTIME_ID, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}

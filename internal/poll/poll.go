// Package poll is the kernel's readiness calls and raw non-blocking sockets, without policy: what an event loop
// stands on, be it a server's or the load engine's. It stands outside models because the load engine needs the same
// calls with the same cares, and two copies of a kernel subtlety drift apart.
//
// Cost is why it exists. A Go program that calls read(2) through package syscall pays, besides the call, for telling
// the scheduler that the thread may block (entersyscall and exitsyscall), which a non-blocking call never does.
// Here such calls are raw: the scheduler is not told. Only the wait for events may block, and only that wait, when it
// must, tells the scheduler. A goroutine that runs such a loop is best not locked to its thread: with one P the
// locked thread has to hand the P over at every block and fetch it back, which costs two thread switches.
package poll

import (
	"errors"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Events asked for and told, as epoll names them. Hangup and error are told without being asked for.
const (
	In  = unix.EPOLLIN
	Out = unix.EPOLLOUT
	Err = unix.EPOLLERR | unix.EPOLLHUP
	// Gone: the client sends no more. It is told whatever unread bytes stand before that.
	Gone = unix.EPOLLRDHUP

	// OneShot disarms the descriptor with the first event told, until Modify arms it again: of many threads
	// that share the work, only one is ever told.
	OneShot = unix.EPOLLONESHOT
)

// Event is one descriptor's readiness: Fd and Events.
type Event = unix.EpollEvent

// Poller tells which descriptors are ready. All but Wait may be called from any goroutine.
type Poller struct {
	fd     int
	events []Event
	limit  unix.Timespec // of a Wait: here and not on a stack, which may move before the kernel reads it
}

// maxEvents a Wait: enough that a busy loop with thousands of ready sockets enters the kernel seldom, small enough
// (6 KB) to stay in the first-level cache.
const maxEvents = 512

// Open makes an empty poller.
func Open() (*Poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return &Poller{fd: fd, events: make([]Event, maxEvents)}, nil
}

// Close frees the poller. Descriptors in it stay open.
func (p *Poller) Close() error { return unix.Close(p.fd) }

// Add has fd watched for events.
func (p *Poller) Add(fd int, events uint32) error { return p.ctl(unix.EPOLL_CTL_ADD, fd, fd, events) }

// Modify changes the events that fd is watched for.
func (p *Poller) Modify(fd int, events uint32) error {
	return p.ctl(unix.EPOLL_CTL_MOD, fd, fd, events)
}

// Remove ends the watch. Closing a descriptor that was never duplicated does as much.
func (p *Poller) Remove(fd int) error { return p.ctl(unix.EPOLL_CTL_DEL, fd, fd, 0) }

func (p *Poller) ctl(op, fd, tag int, events uint32) error {
	ev := Event{Events: events, Fd: int32(tag)}
	// Raw: epoll_ctl takes mutexes that are held for moments only, and never waits for I/O.
	_, _, e := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(p.fd), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(&ev)), 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// Wait returns the ready descriptors, at the latest after timeout (negative: never), when there may be none. The
// slice is good until the next Wait.
//
// It first asks without blocking. Under load there nearly always is an event, and so the scheduler is not told at
// all; else other goroutines get their turn and the loop blocks, its P free for others.
func (p *Poller) Wait(timeout time.Duration) ([]Event, error) {
	n, e := p.wait(unix.RawSyscall6, 0)
	if n == 0 && e == 0 && timeout != 0 {
		runtime.Gosched()
		n, e = p.wait(unix.Syscall6, timeout)
	}
	if e != 0 && e != unix.EINTR {
		return nil, e
	}
	return p.events[:n], nil
}

type syscall6 func(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)

// wait is epoll_pwait2(2), Linux 5.11 and later: its timeout has nanoseconds, where epoll_wait's has milliseconds.
func (p *Poller) wait(call syscall6, timeout time.Duration) (int, syscall.Errno) {
	var limit unsafe.Pointer // none: for ever
	if timeout >= 0 {
		p.limit = unix.NsecToTimespec(int64(timeout))
		limit = unsafe.Pointer(&p.limit)
	}
	n, _, e := call(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])), maxEvents, uintptr(limit), 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), 0
}

// ErrAgain is what a call answers that would have had to wait.
const ErrAgain = unix.EAGAIN

// Read reads what has arrived on a non-blocking socket: 0 at the peer's end, ErrAgain when there is nothing.
// It is recvfrom(2) and not read(2): the same work without the file layer's detour.
func Read(fd int, p []byte) (int, error) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			0, 0, 0)
		switch e {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, e
		}
	}
}

// Write writes what fits on a non-blocking socket. Where nothing fits it answers ErrAgain, and a peer that is gone is an error
// and not a signal. Any other error is final: where the kernel lacks memory (ENOBUFS, ENOMEM), no event tells when to try again.
func Write(fd int, p []byte) (int, error) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			unix.MSG_NOSIGNAL, 0, 0)
		switch e {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, e
		}
	}
}

// Accept takes one connection off a listening socket's queue: non-blocking, without Nagle's delay, as package
// net makes its own. ErrAgain: the queue is empty.
func Accept(listener int) (int, error) {
	for {
		fd, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(listener), 0, 0, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
		switch e {
		case 0:
			// Without it replies wait for acknowledgements; a socket it fails on will fail at its first read.
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
			return int(fd), nil
		case unix.EINTR, unix.ECONNABORTED: // the client left while queued: the next, please
		default:
			return -1, e
		}
	}
}

// Drain throws away what has arrived unread, and reports whether nothing more will arrive: the client has said its last, or is
// gone.
func Drain(fd int) (over bool) {
	var scrap [4096]byte
	for range 256 { // a client that writes on for ever is not waited for
		if n, err := Read(fd, scrap[:]); n == 0 || err != nil {
			return err != ErrAgain
		}
	}
	return false
}

// Linger ends a conversation so that its last words arrive, and reports whether the socket must stay open for that: then Linger
// is to be called again when something comes, and after LingerCheck at the latest, because no event tells that the last
// byte was acknowledged.
//
// A client that is still sending would meet a socket that is closed, or be unread when it is: the kernel's answer to either is a
// reset (RFC 1122, section 4.2.2.13; RFC 2525, section 2.17), which throws away what is on its way to that client and what it has
// not read yet. So the FIN goes first, and what comes is read and thrown away, until the client has said its last or has all of
// ours.
func Linger(fd int) (longer bool) {
	if unix.Shutdown(fd, unix.SHUT_WR) != nil || Drain(fd) {
		return false
	}
	unacknowledged, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ) // the FIN counts as a byte (tcp(7))
	return err == nil && unacknowledged > 0
}

// LingerCheck is how long a socket that lingers may be left alone.
const LingerCheck = 20 * time.Millisecond

// Close closes a socket to whose client nothing is on its way: what came unread is thrown away first, or the close would be a
// reset.
func Close(fd int) {
	Drain(fd)
	unix.Close(fd)
}

// Files is how many descriptors this process may hold, and its hard limit.
func Files() (soft, hard int) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024, 1024
	}
	return int(min(limit.Cur, 1<<30)), int(min(limit.Max, 1<<30))
}

// Full reports whether err says that descriptors, or the memory for sockets, have run out.
func Full(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) || errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.ENOMEM)
}

// Shutdown ends a connection both ways and keeps the descriptor: reads and writes fail from now on, and a poller tells.
func Shutdown(fd int) { unix.Shutdown(fd, unix.SHUT_RDWR) }

// Left reports whether the client of a socket sends no more or is gone, whatever unread bytes stand before that: to read would
// tell only behind those, also after a reset.
func Left(fd int) bool {
	ready := unix.PollFd{Fd: int32(fd), Events: unix.POLLRDHUP}
	var atOnce unix.Timespec
	n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&ready)), 1, uintptr(unsafe.Pointer(&atOnce)), 0, 0, 0)
	return int(n) == 1 // error and hangup are told without being asked for
}

// Unhurried keeps the kernel from taking far more of a stream than the client is ready for: a socket's send buffer grows to
// megabytes by itself (tcp_wmem), and what a slow reader is owed would be there, where no bound of ours sees it.
// From here on the socket takes no more while it holds that many bytes unsent (TCP_NOTSENT_LOWAT, tcp(7)).
func Unhurried(fd int) {
	const unsent = 32 << 10
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent)
}

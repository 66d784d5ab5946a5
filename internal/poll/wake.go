package poll

import (
	"context"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// Waker lets another goroutine wake a loop that waits: a descriptor to watch for In.
type Waker struct{ fd int }

// NewWaker makes a waker that p watches.
func (p *Poller) NewWaker() (Waker, error) {
	fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return Waker{}, err
	}
	if err := p.Add(fd, In); err != nil {
		unix.Close(fd)
		return Waker{}, err
	}
	return Waker{fd}, nil
}

// Fd is what an event of the waker carries.
func (w Waker) Fd() int { return w.fd }

// Wake makes the loop's Wait return, now or when next called. Many wakes before that are one.
func (w Waker) Wake() {
	one := [8]byte{1} // little-endian 1: an eventfd adds what is written to its counter
	unix.Write(w.fd, one[:])
}

// WakeAtEnd wakes the loop when ctx is done, until off is called: after that it will not, and is not about to, so that the
// waker may be closed.
func (w Waker) WakeAtEnd(ctx context.Context) (off func()) {
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		w.Wake()
		close(woken)
	})
	return func() {
		if !stop() {
			<-woken
		}
	}
}

// Clear takes the wakes up to now as served.
func (w Waker) Clear() {
	var count [8]byte
	unix.Read(w.fd, count[:])
}

// Close frees the waker.
func (w Waker) Close() { unix.Close(w.fd) }

// Listener is the descriptor of l for a poller of one's own: a duplicate, so that l may be closed at any time.
func Listener(l net.Listener) (int, error) {
	raw, err := l.(syscall.Conn).SyscallConn()
	if err != nil {
		return -1, err
	}
	dup := -1
	ctlErr := raw.Control(func(fd uintptr) {
		// Not File(): it may put the socket, which both descriptors share, into blocking mode.
		dup, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	})
	if ctlErr != nil {
		return -1, ctlErr
	}
	return dup, err
}

package poll

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// AddAs has fd watched for events, which will carry tag where Add's carry the descriptor: an index of the caller's
// own saves it a look-up an event.
func (p *Poller) AddAs(fd, tag int, events uint32) error {
	return p.ctl(unix.EPOLL_CTL_ADD, fd, tag, events)
}

// ModifyAs changes the events that fd, added by AddAs under tag, is watched for.
func (p *Poller) ModifyAs(fd, tag int, events uint32) error {
	return p.ctl(unix.EPOLL_CTL_MOD, fd, tag, events)
}

// Dial begins a TCP connection to an address and returns its socket at once: non-blocking, without Nagle's delay. The
// socket is ready for Out when Dialed can tell how it went. It comes from the source address from, or from one
// of the kernel's choice where from is not valid.
func Dial(to netip.AddrPort, from netip.Addr) (int, error) {
	family := unix.AF_INET
	if to.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return -1, err
	}
	if err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err == nil && from.IsValid() {
		err = bindSource(fd, from)
	}
	if err == nil {
		err = unix.Connect(fd, sockaddr(to))
	}
	if err != nil && err != unix.EINPROGRESS {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// bindSource binds to an address and leaves the port to connect: a port chosen at bind must be unused towards every
// destination, one chosen at connect only towards this one (ip(7), IP_BIND_ADDRESS_NO_PORT).
func bindSource(fd int, from netip.Addr) error {
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	return unix.Bind(fd, sockaddr(netip.AddrPortFrom(from, 0)))
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is6() {
		return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}

// Dialed is how the connection that Dial began went, once it is ready for Out.
func Dialed(fd int) error {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	return err
}

// Finish tells the peer that nothing more will be said (a FIN); what it says is still read.
func Finish(fd int) error { return unix.Shutdown(fd, unix.SHUT_WR) }

// Abort closes a connection by a reset: nothing owed is sent, and no port is held in TIME_WAIT.
func Abort(fd int) {
	unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(fd)
}

package server

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

var errNotReady = errors.New("not ready in time")

// listener is a TCP socket in the state LISTEN.
type listener struct {
	addr  netip.AddrPort
	inode uint64
}

// listeners is every listening socket in the network namespace of pid ("self": our own). Reading it disturbs no server, where a
// trial connection would be one that it has to serve.
func listeners(pid string) ([]listener, error) {
	var all []listener
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open("/proc/" + pid + "/net/" + table)
		if os.IsNotExist(err) && table == "tcp6" {
			continue // IPv6 is off
		}
		if err != nil {
			return nil, err
		}
		found, err := parseListeners(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("/proc/%s/net/%s: %w", pid, table, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// parseListeners reads a table as in Documentation/networking/proc_net_tcp.rst. The listening sockets come first, and
// tens of thousands of connections may follow: it stops at the first of those.
func parseListeners(r io.Reader) ([]listener, error) {
	const stateListen = "0A"
	var found []listener
	lines := bufio.NewScanner(r)
	lines.Scan() // the heading
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 10 {
			return nil, fmt.Errorf("unreadable line %q", lines.Text())
		}
		if f[3] != stateListen {
			break
		}
		addr, err := parseHexAddr(f[1])
		if err != nil {
			return nil, err
		}
		inode, err := strconv.ParseUint(f[9], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("inode: %w", err)
		}
		found = append(found, listener{addr, inode})
	}
	return found, lines.Err()
}

// parseHexAddr reads "0100007F:1F90": the address as 32-bit words, each printed as this machine holds it, and the port.
func parseHexAddr(s string) (netip.AddrPort, error) {
	host, port, _ := strings.Cut(s, ":")
	n, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("address %q: %w", s, err)
	}
	words, err := hex.DecodeString(host)
	if err != nil || len(words)%4 != 0 {
		return netip.AddrPort{}, fmt.Errorf("address %q: not words in hexadecimal", s)
	}
	for i := 0; i < len(words); i += 4 {
		binary.NativeEndian.PutUint32(words[i:], binary.BigEndian.Uint32(words[i:]))
	}
	ip, ok := netip.AddrFromSlice(words)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("address %q: %d bytes", s, len(words))
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), nil
}

// serves reports whether a client that connects to addr reaches l.
func (l listener) serves(addr netip.AddrPort) bool {
	return l.addr.Port() == addr.Port() && (l.addr.Addr() == addr.Addr() || l.addr.Addr().IsUnspecified())
}

// heldSockets is the inodes of all sockets that the processes hold. It is false where not all could be seen, as after a
// server changed its user.
func heldSockets(pids []int) (inodes map[uint64]bool, all bool) {
	inodes, all = map[uint64]bool{}, true
	for _, pid := range pids {
		dir := fmt.Sprintf("/proc/%d/fd/", pid)
		fds, err := os.ReadDir(dir)
		if os.IsPermission(err) {
			all = false
		}
		for _, fd := range fds {
			var inode uint64
			target, _ := os.Readlink(dir + fd.Name())
			if n, _ := fmt.Sscanf(target, "socket:[%d]", &inode); n == 1 {
				inodes[inode] = true
			}
		}
	}
	return inodes, all
}

// await waits until the server listens on its address.
func (p *Process) await(ctx context.Context, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errNotReady)
	defer cancel()
	// To look costs a read of all the machine's sockets. A server that takes long to start is looked at less and less often, so
	// that looking does not take the time that it needs.
	const often, seldom = 3 * time.Millisecond, 50 * time.Millisecond
	wait := often
	tick := time.NewTimer(wait)
	defer tick.Stop()
	for strangers := 0; ; {
		select {
		case <-p.exited:
			return p.Err()
		case <-ctx.Done():
			return p.notReady(context.Cause(ctx), timeout)
		case <-tick.C:
			wait = min(wait*5/4, seldom)
			tick.Reset(wait)
		}
		switch p.look() {
		case listening:
			p.listened.Store(true)
			return nil
		case stranger:
			// Once can be a process that forks as we look: the socket is its child's by now.
			if strangers++; strangers >= 5 {
				return fmt.Errorf("a process that is not the server's listens on %s", p.Addr)
			}
		}
	}
}

// What a look at the listening sockets can show.
type sight int

const (
	nothing   sight = iota
	listening       // the server listens where it should
	stranger        // somebody else does
)

func (p *Process) look() sight {
	all, err := listeners(fmt.Sprint(p.PID))
	if err != nil {
		return nothing // it is ending: p.exited tells
	}
	found := nothing
	for _, l := range all {
		if !l.serves(p.Addr) {
			continue
		}
		held, complete := heldSockets(p.PIDs())
		if held[l.inode] || !complete {
			return listening
		}
		found = stranger
	}
	return found
}

// notReady is why the wait for the server ended, and what is known of the server.
func (p *Process) notReady(cause error, timeout time.Duration) error {
	if !errors.Is(cause, errNotReady) {
		return cause
	}
	why := fmt.Sprintf("does not listen on %s after %v", p.Addr, timeout)
	all, _ := listeners(fmt.Sprint(p.PID))
	held, _ := heldSockets(p.PIDs())
	var instead []string
	for _, l := range all {
		if held[l.inode] {
			instead = append(instead, l.addr.String())
		}
	}
	if len(instead) > 0 {
		why += ", but on " + strings.Join(instead, ", ")
	}
	if line := p.reason(); line != "" {
		why += "; it says: " + line
	}
	return errors.New(why + " (--start-timeout gives it longer)")
}

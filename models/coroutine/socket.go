package coroutine

import (
	"io"
	"net"
	"os"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// socket is to a coroutine what net.TCPConn is to a goroutine: its calls wait, and only the calling coroutine waits. One
// coroutine may read while another writes.
type socket struct {
	lp       *loop
	fd       int32      // -1: closed
	watched  event      // what epoll was asked to tell of it
	in, out  *coroutine // who waits to read, and to write
	deadline *time.Time // of every wait but those to write; nil: none
}

// open makes the socket that of a descriptor, which is closed if the loop cannot have it.
func (s *socket) open(lp *loop, fd int) error {
	*s = socket{lp: lp, fd: int32(fd), watched: readable}
	if err := lp.poll.Add(fd, poll.In); err != nil {
		poll.Close(fd)
		return err
	}
	*lp.sockets.At(fd) = s
	return nil
}

// Read waits until something has come and returns it. It is good until the next Read, unless the loop's buffer is given back
// before that.
//
// It waits first and reads once: a read to learn that there is nothing would cost as much as the one that takes it.
func (s *socket) Read() ([]byte, error) {
	s.lp.giveBack()
	for {
		if got := s.await(readable); got&timeout != 0 || s.lp.ctx.Err() != nil {
			// Whatever has come: else a client that sends on and on would never end.
			return nil, os.ErrDeadlineExceeded
		}
		if s.fd < 0 {
			return nil, net.ErrClosed
		}
		switch n, err := poll.Read(int(s.fd), s.lp.in); {
		case err == poll.ErrAgain:
		case err != nil:
			return nil, err
		case n == 0:
			return nil, io.EOF
		default:
			s.lp.reader = s.lp.running
			return s.lp.in[:n], nil
		}
	}
}

// giveBack lets others read into the loop's buffer. A coroutine that waits with its bytes there keeps it, and the loop gets
// another.
func (lp *loop) giveBack() {
	if lp.reader == lp.running {
		lp.reader = nil
	}
}

// Write waits until all of p is written.
func (s *socket) Write(p []byte) (n int, err error) {
	for {
		w, err := s.writeNow(p[n:])
		if n += w; err != nil || n == len(p) {
			if s.lp.wrote += n; s.lp.wrote > writeMost {
				s.lp.wait(turn)
			}
			return n, err
		}
		s.await(writable)
	}
}

// writeNow writes as much of p as the client takes now.
func (s *socket) writeNow(p []byte) (int, error) {
	if s.fd < 0 {
		return 0, net.ErrClosed
	}
	n, err := poll.Write(int(s.fd), p)
	if err == poll.ErrAgain {
		err = nil
	}
	return n, err
}

// Accept waits for a connection and returns its descriptor.
func (s *socket) Accept() (int, error) {
	for {
		if s.fd < 0 {
			return -1, net.ErrClosed
		}
		fd, err := poll.Accept(int(s.fd))
		if err != poll.ErrAgain {
			return fd, err
		}
		s.await(readable)
	}
}

// SetReadDeadline bounds the waits to come, and the one that goes on if the time is over.
func (s *socket) SetReadDeadline(at time.Time) {
	if s.deadline = nil; at.IsZero() {
		return
	}
	if !at.After(time.Now()) {
		s.lp.notify(s.in, timeout)
	}
	s.deadline = new(time.Time)
	*s.deadline = at
}

// linger waits until the client has everything that was written, or the time for that is over, or somebody closes the socket.
func (s *socket) linger() {
	for end := time.Now().Add(wire.LingerGrace); s.fd >= 0 && poll.Linger(int(s.fd)) && time.Now().Before(end); {
		s.SetReadDeadline(time.Now().Add(poll.LingerCheck))
		s.await(readable)
	}
}

// Close wakes the coroutines that wait. Every call fails from now on.
func (s *socket) Close() {
	if s.fd < 0 {
		return
	}
	*s.lp.sockets.At(int(s.fd)) = nil
	s.lp.closing = append(s.lp.closing, s.fd)
	s.fd = -1
	s.lp.notify(s.in, onSocket)
	s.lp.notify(s.out, onSocket)
}

// await is the running coroutine's wait for events of which some are the socket's.
func (s *socket) await(any event) event {
	if s.fd < 0 {
		return any & onSocket
	}
	if any == writable {
		s.out = s.lp.running
		s.watch(any | s.in.awaits())
		got := s.lp.wait(any)
		s.out = nil
		return got
	}
	s.in = s.lp.running
	s.watch(any&onSocket | s.out.awaits())
	var got event
	if s.deadline == nil {
		got = s.lp.wait(any | timeout) // it may be given a deadline meanwhile
	} else {
		got = s.lp.waitUntil(any, *s.deadline)
	}
	s.in = nil
	return got
}

// awaits is what it waits for of a socket.
func (co *coroutine) awaits() event {
	if co == nil {
		return 0
	}
	return co.wants & onSocket
}

// watch has epoll tell what is needed. What it tells besides may stay, as long as that does not happen: seldom is it asked.
func (s *socket) watch(needed event) {
	if needed&^s.watched != 0 {
		s.watched = needed
		s.lp.poll.Modify(int(s.fd), uint32(needed))
	}
}

// onEvent is what epoll tells of the socket.
func (s *socket) onEvent(what event) {
	if what&poll.Err != 0 {
		what |= onSocket
	}
	in, out := s.lp.notify(s.in, what), s.lp.notify(s.out, what)
	switch {
	case in || out:
	case what&poll.Err != 0: // nobody waits for it, and it would be told again and again, asked or not
		s.Close()
	default:
		s.watched = s.in.awaits() | s.out.awaits()
		s.lp.poll.Modify(int(s.fd), uint32(s.watched))
	}
}

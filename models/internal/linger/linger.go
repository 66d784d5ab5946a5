// Package linger keeps sockets open whose conversation is over, until their clients have received all of it ([poll.Linger]). How
// to wait for that is no model's lesson: a loop does it between events, a goroutine blocks.
package linger

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// Sockets are those that linger in a poller. Any goroutine may call Add; only the poller's calls the rest.
type Sockets struct {
	Poll   *poll.Poller
	Wake   func() // has the poller ask for PollTimeout again; nil where only the poller's own goroutine adds
	Closed func() // called for each that was added, once it is closed

	n atomic.Int32 // of until; a loop that looks each turn mostly finds none, and takes no lock for it

	mu    sync.Mutex        // guards all below
	until map[int]time.Time // by descriptor
	next  time.Time         // when all are to be looked at
}

// Add closes a socket that is in the poller, once its client has everything; at once if the client sends no more (over).
func (s *Sockets) Add(fd int, over bool) {
	if over || !poll.Linger(fd) {
		s.close(fd)
		return
	}
	s.mu.Lock()
	if s.until == nil {
		s.until = make(map[int]time.Time)
	}
	now := time.Now()
	if len(s.until) == 0 {
		s.next = now.Add(poll.LingerCheck)
	}
	s.until[fd] = now.Add(wire.LingerGrace)
	s.n.Store(int32(len(s.until)))
	s.mu.Unlock()
	s.Poll.Modify(fd, poll.In) // after it is in the table, because its event may come at once
	if s.Wake != nil {
		s.Wake()
	}
}

// OnEvent serves an event of a socket that lingers, and reports whether it is one.
func (s *Sockets) OnEvent(fd int) bool {
	if s.n.Load() == 0 {
		return false
	}
	s.mu.Lock()
	_, lingers := s.until[fd]
	over := lingers && !poll.Linger(fd)
	if over {
		delete(s.until, fd)
		s.n.Store(int32(len(s.until)))
	}
	s.mu.Unlock()
	if over {
		s.close(fd)
	}
	return lingers
}

// Check closes those whose time is over, or whose clients have everything. It may be called more often than it is needed.
func (s *Sockets) Check() {
	if s.n.Load() == 0 {
		return
	}
	for _, fd := range s.over(time.Now()) {
		s.close(fd)
	}
}

func (s *Sockets) over(now time.Time) (all []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(s.next) {
		return nil
	}
	s.next = now.Add(poll.LingerCheck)
	for fd, until := range s.until {
		if !now.Before(until) || !poll.Linger(fd) {
			all = append(all, fd)
			delete(s.until, fd)
		}
	}
	s.n.Store(int32(len(s.until)))
	return all
}

// PollTimeout is the time until Check is due, or other if that is sooner; -1 is never.
func (s *Sockets) PollTimeout(other time.Duration) time.Duration {
	if s.n.Load() == 0 {
		return other
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if next := max(0, time.Until(s.next)); other < 0 || next < other {
		return next
	}
	return other
}

// Close closes all, whatever their clients have.
func (s *Sockets) Close() {
	s.mu.Lock()
	all := s.until
	s.until = nil
	s.n.Store(0)
	s.mu.Unlock()
	for fd := range all {
		s.close(fd)
	}
}

func (s *Sockets) close(fd int) {
	poll.Close(fd) // the poller forgets it with that
	s.Closed()
}

// TCP waits until the client has everything, or its time is over, or somebody closes the connection. Nobody else may read it.
func TCP(nc *net.TCPConn) {
	raw, err := nc.SyscallConn()
	for end := time.Now().Add(wire.LingerGrace); err == nil && time.Now().Before(end); {
		nc.SetReadDeadline(time.Now().Add(poll.LingerCheck))
		err = raw.Read(func(fd uintptr) bool { return !poll.Linger(int(fd)) })
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		err = nil
	}
}

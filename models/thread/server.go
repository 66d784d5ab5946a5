package thread

import (
	"context"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/models/internal/rooms"
	"cbench/scenarios/wire"
)

type server struct {
	cfg     config.Config
	cpus    *unix.CPUSet    // for threads to keep to; nil: all
	killed  context.Context // done when shutdown has waited long enough
	place   places          // for offloaded sleeps
	serving sync.WaitGroup  // the connections' threads

	mu    mutex              // guards all below; taken before any room's
	conns map[*conn]struct{} // their sockets are open while they are in it
	rooms rooms.Table[room]  //

	ending                    atomic.Bool // shutdown began: set under mu
	members, waiters, dropped atomic.Int64
}

// places is a counting semaphore: a lock and a condition variable.
type places struct {
	mu     mutex // guards all below
	freed  sync.Cond
	free   int
	closed bool
}

// Serve accepts connections and starts a thread for each until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	cfg = cfg.Resolve()
	cfg.MaxConns = min(cfg.MaxConns, threadsAllowed().n)
	killed, kill := config.Killed(ctx)
	defer kill()
	s := &server{
		cfg: cfg, killed: killed, place: places{free: cfg.Offload},
		conns: make(map[*conn]struct{}),
	}
	s.place.freed.L = &s.place.mu
	defer context.AfterFunc(killed, s.closeAll)()
	listener, err := poll.Listener(l)
	l.Close() // we have a descriptor of our own, so that we may have it block
	if err != nil {
		return err
	}
	unix.SetNonblock(listener, false)
	shut := make(chan struct{})
	unshut := context.AfterFunc(ctx, func() {
		poll.Shutdown(listener) // it listens no longer, and accept fails
		close(shut)
	})
	defer func() {
		if !unshut() {
			<-shut
		}
		unix.Close(listener)
	}()

	interruptible()
	raiseThreadLimit(cfg.MaxConns)
	cpus, takeBack := cedeScheduler()
	defer takeBack()
	s.cpus = cpus
	err = s.accept(ctx, listener)
	poll.Shutdown(listener)
	s.mu.Lock()
	s.ending.Store(true)
	s.mu.Unlock()
	if ctx.Err() == nil {
		kill() // it cannot serve on: nobody is waited for
	}
	served := make(chan struct{})
	go func() { s.serving.Wait(); close(served) }()
	s.end(served)
	return err
}

// raiseThreadLimit keeps Go's own limit, 10,000 threads, from ending the process before the kernel's do.
func raiseThreadLimit(conns int) {
	const others = 1000 // the runtime's and the caller's own
	if before := debug.SetMaxThreads(conns + others); before > conns+others {
		debug.SetMaxThreads(before)
	}
}

// accept returns nil when ctx is done, else why it cannot go on. It is the accepting thread: the runtime gives it another for
// as long as it blocks.
func (s *server) accept(ctx context.Context, listener int) error {
	for {
		fd, err := accept(listener)
		switch {
		case ctx.Err() != nil:
			if err == nil {
				unix.Close(fd)
			}
			return nil
		case err == nil:
			if c := s.admit(fd); c != nil {
				s.serving.Add(1)
				go c.serve()
			}
		case poll.Full(err): // no descriptor for it: it stays in the backlog for now
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
		default:
			return err
		}
	}
}

// admit makes the connection one of ours, or closes it if there is no place.
func (s *server) admit(fd int) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending.Load() || len(s.conns) >= s.cfg.MaxConns {
		unix.Close(fd)
		return nil
	}
	c := &conn{s: s, fd: fd}
	s.conns[c] = struct{}{}
	return c
}

// forget closes the connection's socket: under the lock, because another connection may get its number at once.
func (s *server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	unix.Close(c.fd)
	s.mu.Unlock()
}

// end tells every connection to finish: each thread that waits for its client leaves its loop, flushes and closes.
func (s *server) end(served <-chan struct{}) {
	for again := 10 * time.Millisecond; ; again = min(2*again, 200*time.Millisecond) {
		s.mu.Lock()
		for c := range s.conns {
			unix.Tgkill(unix.Getpid(), int(c.tid.Load()), farewell)
		}
		s.mu.Unlock()
		select {
		case <-served:
			return
		case <-time.After(again):
		}
	}
}

func (s *server) closeAll() {
	s.place.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		poll.Shutdown(c.fd)
	}
}

func (s *server) counts() wire.Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Counts{
		Conns: len(s.conns), Waiters: int(s.waiters.Load()), Members: int(s.members.Load()),
		Rooms: s.rooms.Len(), DroppedSlow: int(s.dropped.Load()),
	}
}

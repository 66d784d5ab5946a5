package goroutine

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/models/internal/rooms"
	"cbench/scenarios/wire"
)

type server struct {
	cfg      config.Config
	killed   context.Context // done when shutdown has waited long enough
	sleepers chan struct{}   // a place in it is the right to an offloaded sleep
	serving  sync.WaitGroup  // the connections' goroutines

	mu    sync.Mutex         // guards all below; taken before any room's
	conns map[*conn]struct{} //
	rooms rooms.Table[room]  //

	ending                    atomic.Bool // shutdown began: set under mu
	members, waiters, dropped atomic.Int64
}

// Serve accepts connections and starts a goroutine for each until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	cfg = cfg.Resolve()
	killed, kill := config.Killed(ctx)
	defer kill()
	s := &server{
		cfg: cfg, killed: killed, sleepers: make(chan struct{}, cfg.Offload),
		conns: make(map[*conn]struct{}),
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()

	err := s.accept(ctx, l)
	l.Close()
	s.end()
	defer context.AfterFunc(killed, s.closeAll)()
	if ctx.Err() == nil {
		kill() // it cannot serve on: nobody is waited for
	}
	s.serving.Wait()
	return err
}

// accept returns nil when ctx is done, else why it cannot go on.
func (s *server) accept(ctx context.Context, l net.Listener) error {
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			if c := s.admit(nc.(*net.TCPConn)); c != nil {
				s.serving.Add(1) // not Go: its two closures would wait with every idle connection
				go c.serve()
			}
		case ctx.Err() != nil:
			return nil
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
func (s *server) admit(nc *net.TCPConn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending.Load() || len(s.conns) >= s.cfg.MaxConns {
		nc.Close()
		return nil
	}
	c := &conn{s: s, nc: nc}
	s.conns[c] = struct{}{}
	return c
}

func (s *server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

// end tells every connection to finish: reads fail from now on, so that each goroutine leaves its loop, flushes and closes.
func (s *server) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending.Store(true)
	for c := range s.conns {
		c.interrupt()
	}
}

func (s *server) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.nc.Close()
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

package coroutine

import (
	"context"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/buffers"
	"cbench/models/internal/config"
	"cbench/models/internal/offload"
	"cbench/models/internal/rooms"
	"cbench/scenarios/wire"
)

// server is what the coroutines share. They run one at a time: nothing of it needs a lock.
type server struct {
	loop
	cfg     config.Config
	killed  context.Context // done when shutdown has waited long enough
	threads offload.Threads

	conns     int        // open connections
	accepting *coroutine // waits for a place, if it does
	rooms     rooms.Table[room]
	atTurnEnd []*seat      // members told something in this turn, to be written to at its end
	spare     buffers.Pool // free buffers for what members are owed

	ending                    bool // shutdown began
	members, waiters, dropped int
}

// Serve accepts connections and starts a coroutine for each until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	cfg = cfg.Resolve()
	killed, kill := config.Killed(ctx)
	defer kill()
	s := &server{
		cfg: cfg, killed: killed, threads: offload.Threads{Most: cfg.Offload},
	}
	s.atEnd = s.endTurn
	var listener socket
	err := s.listen(ctx, &listener, l)
	l.Close() // the loop has a descriptor of its own
	if err != nil {
		return err
	}
	defer s.close()
	defer context.AfterFunc(ctx, func() { s.post(func() { s.end(&listener) }) })()
	defer context.AfterFunc(killed, func() { s.post(s.closeAll) })()

	s.spawn(func() {
		if err = s.accept(&listener); err != nil {
			s.end(&listener)
			kill() // it cannot serve on: nobody is waited for
		}
	})
	failed := s.run(func() {
		s.end(&listener)
		kill()
		s.closeAll()
	})
	if err == nil {
		err = failed
	}
	s.threads.Wait()
	return err
}

// listen opens the loop, with a socket in it that is l's.
func (s *server) listen(ctx context.Context, listener *socket, l net.Listener) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	fd, err := poll.Listener(l)
	if err == nil {
		err = listener.open(&s.loop, fd)
	}
	if err != nil {
		s.close()
	}
	return err
}

// acceptMost is how many connections are taken a turn, so that a storm of them does not starve the others.
const acceptMost = 128

// accept returns nil when the server is to end, else why it cannot go on.
func (s *server) accept(l *socket) error {
	for n := 1; ; n++ {
		fd, err := l.Accept()
		switch {
		case err == nil:
			if c := s.admit(fd); c != nil {
				s.spawn(c.serve)
			}
		case s.ending:
			return nil
		case poll.Full(err): // no descriptor for it: it stays in the backlog for now
			s.accepting = s.running
			s.waitUntil(place, time.Now().Add(config.AcceptRetry))
		default:
			return err
		}
		if n%acceptMost == 0 {
			s.wait(turn)
		}
	}
}

// admit makes the connection one of ours, or closes it if there is no place.
func (s *server) admit(fd int) *conn {
	if s.ending || s.conns >= s.cfg.MaxConns {
		poll.Close(fd)
		return nil
	}
	c := &conn{s: s}
	if c.nc.open(&s.loop, fd) != nil {
		return nil
	}
	s.conns++
	return c
}

func (s *server) forget(c *conn) {
	s.conns--
	s.notify(s.accepting, place)
}

// end tells every connection to finish: reads fail from now on, so that each coroutine leaves its loop, flushes and closes.
func (s *server) end(listener *socket) {
	s.ending = true
	listener.Close()
	for _, nc := range s.sockets.All {
		if *nc != nil {
			(*nc).SetReadDeadline(time.Unix(1, 0))
		}
	}
	s.notify(s.accepting, place)
}

func (s *server) closeAll() {
	for _, nc := range s.sockets.All {
		if *nc != nil {
			(*nc).Close()
		}
	}
}

func (s *server) counts() wire.Counts {
	return wire.Counts{Conns: s.conns, Waiters: s.waiters, Members: s.members, Rooms: s.rooms.Len(), DroppedSlow: s.dropped}
}

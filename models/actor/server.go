package actor

import (
	"context"
	"fmt"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/scenarios/wire"
)

// Serve starts the supervisor and accepts connections for it until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	return serve(ctx, l, cfg, nil)
}

func serve(ctx context.Context, l net.Listener, cfg config.Config, fault func(*room, point)) error {
	killed, kill := config.Killed(ctx)
	defer kill()
	sleeps := make(chan any, 16)
	defer close(sleeps)
	mailbox := make(chan any, 256)
	s := &supervisor{
		world:   &world{cfg.Resolve(), ctx, killed, mailbox, sleeps},
		mailbox: mailbox, kill: kill, fault: fault,
		conns: make(map[*address]struct{}), rooms: make(map[string]*roomEntry), swept: time.Now(),
	}
	go sleepers(sleeps, s.cfg.Offload, killed.Done())
	defer context.AfterFunc(ctx, func() { l.Close() })()
	go func() { mailbox <- closed{accept(ctx, l, mailbox)} }()
	return s.run(l)
}

// closed tells the supervisor that nobody comes any more.
type closed struct{ why error }

// accept returns nil when ctx is done, else why it cannot go on.
func accept(ctx context.Context, l net.Listener, supervisor chan<- any) error {
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			supervisor <- nc.(*net.TCPConn)
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

// supervisor is the actor that starts all others, knows who is there, and replaces the hosts of rooms that panic. It waits for
// nobody, so that anybody may wait for it.
type supervisor struct {
	*world
	mailbox chan any
	kill    func()
	fault   func(*room, point)

	conns    map[*address]struct{}
	rooms    map[string]*roomEntry
	swept    time.Time    // when unused rooms were last dropped
	idle     []*roomEntry // rooms that were left by the last who may speak to them, oldest first; some were entered since
	actors   int          // of rooms: hosts and ledgers
	panics   []time.Time
	dropped  int
	ending   bool
	why      error
	listener net.Listener
}

// roomEntry is what the supervisor knows of a room. One that nobody may speak to needs no actors: they can rest, and its log is
// all that is left of it.
type roomEntry struct {
	*room                            // nil: its actors rest
	log              wire.Log        // while they do
	resting          bool            // they were told to, and have not come to their end
	entering         []*enterRequest // who waits for that
	used             time.Time       // when it was last entered or left
	tenants          int             // connections that may speak to it
	members, waiters int
}

// run returns when nobody comes any more and all who were there are gone.
func (s *supervisor) run(l net.Listener) error {
	s.listener = l
	killed := s.killed.Done()
	accepting := true
	for accepting || len(s.conns) > 0 {
		select {
		case m := <-s.mailbox:
			if m, is := m.(closed); is {
				accepting = false
				s.end(m.why)
				continue
			}
			s.receive(m)
		case <-killed:
			killed = nil
			for a := range s.conns {
				a.nc.Close()
			}
		}
	}
	for _, t := range s.rooms {
		s.rest(t)
	}
	for s.actors > 0 {
		s.receive(<-s.mailbox)
	}
	return s.why
}

// end has all connections end. With a reason, they are not waited for.
func (s *supervisor) end(why error) {
	if why != nil && s.why == nil {
		s.why = why
		s.kill()
	}
	if s.ending {
		return
	}
	s.ending = true
	s.listener.Close()
	for a := range s.conns {
		a.post(stop{})
	}
}

func (s *supervisor) receive(m any) {
	switch m := m.(type) {
	case *net.TCPConn:
		s.admit(m)
	case *enterRequest:
		s.leave(m.last)
		s.enter(m)
	case *statsRequest:
		m.Counts = s.counts()
		m.from.post(m)
	case connClosed:
		s.leave(m.last)
		delete(s.conns, m.address)
	case countChange:
		t := s.rooms[m.room.name]
		t.members += m.members
		t.waiters += m.waiters
		s.dropped += m.dropped
	case hostPanic:
		s.replace(m)
	case actorEnded:
		s.actors--
		if m.history != nil {
			s.rested(m.history)
		}
	}
}

// admit starts an actor for the connection, or closes it if there is no place.
func (s *supervisor) admit(nc *net.TCPConn) {
	if s.ending || len(s.conns) >= s.cfg.MaxConns {
		nc.Close()
		return
	}
	c := newConn(s.world, nc)
	s.conns[&c.address] = struct{}{}
	go c.live()
}

// enter answers with the room of that name, new if it has not been used; with none if there are too many.
func (s *supervisor) enter(q *enterRequest) {
	t := s.rooms[q.name]
	if t == nil {
		s.sweep()
		if len(s.rooms) >= wire.MaxRooms {
			q.from.post(q)
			return
		}
		t = new(roomEntry)
		s.rooms[q.name] = t
	}
	t.tenants++
	t.used = time.Now()
	if t.resting {
		t.entering = append(t.entering, q)
		return
	}
	if t.room == nil {
		t.room = newRoom(q.name, t.log, s.mailbox)
		s.actors += 2
		go t.history.run()
		s.host(t.room, nil)
	}
	q.room = t.room
	q.from.post(q)
}

// Of rooms that nobody may speak to, so many keep their actors, ready for the next connection.
const mostIdle = 256

func (s *supervisor) leave(r *room) {
	if r == nil {
		return
	}
	t := s.rooms[r.name]
	t.used = time.Now()
	if t.tenants--; t.tenants > 0 {
		return
	}
	if s.idle = append(s.idle, t); len(s.idle) > mostIdle {
		if oldest := s.idle[0]; oldest.tenants == 0 {
			s.rest(oldest)
		}
		s.idle = s.idle[1:]
	}
}

// rest has a room's actors come to their end: two goroutines with their mailboxes are 6 KiB.
func (s *supervisor) rest(t *roomEntry) {
	if t.room != nil && !t.resting {
		t.resting = true
		close(t.mailbox)
	}
}

// rested takes over what a room's history has kept, and starts the room anew if a connection entered meanwhile.
func (s *supervisor) rested(hi *history) {
	t := s.rooms[hi.name]
	t.log, t.room, t.resting = hi.log, nil, false
	entering := t.entering
	t.entering = nil
	for _, q := range entering {
		t.tenants-- // it is counted when it enters
		s.enter(q)
	}
}

// host starts a room's actor, in place of one that panicked over something if over is not nil.
func (s *supervisor) host(r *room, over any) {
	h := &host{room: r, up: s.mailbox, fault: s.fault, seats: make(map[*address]*seat), waiters: make(map[*address]*pollRequest)}
	go h.run(over)
}

// Of panics, no more than so many within a time are answered by a replacement: what panics that often has a fault that
// replacing does not cure, and Erlang's supervisors give up then, too.
const (
	mostPanics = 10
	panicTime  = 10 * time.Second
)

// replace starts a new host. Room, mailbox and history stay.
// NOTE: the reason of a panic is reported only when the supervisor gives up, because a model keeps no log.
func (s *supervisor) replace(m hostPanic) {
	t := s.rooms[m.room.name]
	t.members, t.waiters = 0, 0 // they will be counted anew
	s.host(m.room, m.over)
	now := time.Now()
	if s.panics = append(s.panics, now); len(s.panics) <= mostPanics {
		return
	}
	if oldest := s.panics[0]; now.Sub(oldest) < panicTime {
		within := now.Sub(oldest).Round(time.Millisecond)
		s.end(fmt.Errorf("room %s: %d panics in %v, the last: %v", m.room.name, len(s.panics), within, m.why))
	}
	s.panics = s.panics[1:]
}

// sweep drops the rooms that nobody used for long, at most once a minute. Nobody speaks to a room without being its tenant.
// Actors that do not rest yet come to their end first.
func (s *supervisor) sweep() {
	now := time.Now()
	if now.Sub(s.swept) < time.Minute {
		return
	}
	s.swept = now
	for name, t := range s.rooms {
		if t.tenants > 0 || now.Sub(t.used) <= wire.RoomIdle {
			continue
		}
		if s.rest(t); t.room == nil {
			delete(s.rooms, name)
		}
	}
}

func (s *supervisor) counts() wire.Counts {
	n := wire.Counts{Conns: len(s.conns), Rooms: len(s.rooms), DroppedSlow: s.dropped}
	for _, t := range s.rooms {
		n.Members += t.members
		n.Waiters += t.waiters
	}
	return n
}

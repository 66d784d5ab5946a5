package pool

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
	"cbench/models/internal/linger"
	"cbench/models/internal/rooms"
	"cbench/scenarios/wire"
)

type server struct {
	cfg      config.Config
	poll     *poll.Poller
	listener int
	queue    chan *conn    // ready connections, each at most once
	sleepers chan struct{} // a place in it is the right to an offloaded sleep
	sleeping sync.WaitGroup

	conns  poll.Table[*conn] // by descriptor; the poller's alone
	open   atomic.Int64      // connections in the table, and those that linger
	hungUp linger.Sockets    // of connections that are over, until their clients have everything
	full   atomic.Bool       // the listener is not watched: no descriptor is left
	ending atomic.Bool       // shutdown began: nothing more is read
	killed context.Context   // done when shutdown has waited long enough

	alarmsMu sync.Mutex          // guards alarms; taken after any other
	alarms   poll.Alarms[func()] // the poller fires them
	wake     poll.Waker          // of the poller

	mu    sync.Mutex        // guards the two below; taken before any room's
	rooms rooms.Table[room] //

	members, waiters, dropped atomic.Int64
}

// queueLength is how many ready connections may wait for a worker before the poller does.
const queueLength = 1024

// Serve polls in this goroutine and serves in cfg.Workers others until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	cfg = cfg.Resolve()
	killed, kill := config.Killed(ctx)
	defer kill()
	s := &server{
		cfg: cfg, queue: make(chan *conn, queueLength), sleepers: make(chan struct{}, cfg.Offload),
		killed: killed,
	}
	fd, err := poll.Listener(l)
	l.Close() // the poller has a descriptor of its own
	if err != nil {
		return err
	}
	defer poll.Close(fd)
	s.listener = fd
	if s.poll, err = poll.Open(); err != nil {
		return err
	}
	defer s.poll.Close()
	if s.wake, err = s.poll.NewWaker(); err != nil {
		return err
	}
	defer s.wake.Close()
	s.hungUp = linger.Sockets{Poll: s.poll, Wake: s.wake.Wake, Closed: s.left}

	var workers sync.WaitGroup
	for range cfg.Workers {
		workers.Go(s.work)
	}
	err = s.run(ctx)
	kill()
	for range cfg.Workers {
		s.queue <- nil // behind whatever still waits
	}
	workers.Wait()
	s.sleeping.Wait()
	for _, c := range s.conns.All {
		if *c != nil && !(*c).closed {
			(*c).close()
		}
	}
	s.hungUp.Close()
	return err
}

// run is the poller. It returns when ctx is done and every connection closed, or was given the time to.
func (s *server) run(ctx context.Context) error {
	defer s.wake.WakeAtEnd(ctx)()
	if err := s.poll.Add(s.listener, poll.In); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := s.turn(s.pollTimeout()); err != nil {
			return err
		}
	}
	s.poll.Remove(s.listener)
	poll.Shutdown(s.listener) // nobody connects any more, not even into its queue
	s.ending.Store(true)
	for _, c := range s.conns.All {
		if *c != nil {
			(*c).timeOut()
		}
		if *c != nil && (*c).take(0) {
			s.queue <- *c
		}
	}
	for s.open.Load() > 0 && s.killed.Err() == nil { // workers write what is owed and close
		if err := s.turn(10 * time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// turn waits once, queues who is ready and fires the alarms that are due.
func (s *server) turn(pollTimeout time.Duration) error {
	events, err := s.poll.Wait(s.hungUp.PollTimeout(pollTimeout))
	if err != nil {
		return err
	}
	for _, ev := range events {
		switch fd := int(ev.Fd); fd {
		case s.listener:
			s.accept()
		case s.wake.Fd():
			s.wake.Clear()
		default:
			if s.hungUp.OnEvent(fd) {
				break
			}
			if c := *s.conns.At(fd); c != nil && c.take(ev.Events) {
				s.queue <- c
			}
		}
	}
	s.hungUp.Check()
	s.fireAlarms()
	return nil
}

// pollTimeout is the time until the next alarm, or -1 if there is none.
func (s *server) pollTimeout() time.Duration {
	s.alarmsMu.Lock()
	defer s.alarmsMu.Unlock()
	return s.alarms.PollTimeout(time.Now())
}

// fireAlarms makes the calls whose time has come. Each may set an alarm or cancel one, so that the lock is not held meanwhile.
func (s *server) fireAlarms() {
	for call := s.due(); call != nil; call = s.due() {
		call()
	}
}

// due is the first call whose time has come, or nil.
func (s *server) due() func() {
	s.alarmsMu.Lock()
	defer s.alarmsMu.Unlock()
	call, _ := s.alarms.Due(time.Now())
	return call
}

// alarm has the poller make the call after d.
func (s *server) alarm(d time.Duration, call func()) *poll.Alarm[func()] {
	s.alarmsMu.Lock()
	defer s.alarmsMu.Unlock()
	now := time.Now()
	if before := s.alarms.PollTimeout(now); before < 0 || d < before {
		s.wake.Wake() // it waits for longer, or for ever
	}
	return s.alarms.Set(now.Add(d), call)
}

func (s *server) cancel(a *poll.Alarm[func()]) {
	if a != nil {
		s.alarmsMu.Lock()
		s.alarms.Cancel(a)
		s.alarmsMu.Unlock()
	}
}

func (s *server) accept() {
	for {
		fd, err := poll.Accept(s.listener)
		switch {
		case err == poll.ErrAgain:
			return
		case err != nil:
			// Out of descriptors, most likely. A listener watched with connections waiting and no way to take
			// them would keep the poller busy: look again when somebody leaves, or in a while.
			s.poll.Modify(s.listener, 0)
			s.full.Store(true)
			s.alarm(config.AcceptRetry, s.resumeAccept)
			return
		case int(s.open.Load()) >= s.cfg.MaxConns:
			poll.Close(fd)
		default:
			s.admit(fd)
		}
	}
}

func (s *server) admit(fd int) {
	c := &conn{s: s, fd: int32(fd)}
	*s.conns.At(fd) = c
	s.open.Add(1)
	if s.poll.Add(fd, poll.In|poll.OneShot) != nil {
		c.close()
	}
}

// left is called for each connection whose socket was closed.
func (s *server) left() {
	s.open.Add(-1)
	s.resumeAccept()
}

// resumeAccept has the listener watched again if it was not.
func (s *server) resumeAccept() {
	if s.full.Swap(false) {
		s.poll.Modify(s.listener, poll.In)
	}
}

// work serves ready connections, one at a time, until it draws a nil.
func (s *server) work() {
	w := worker{in: make([]byte, readSize), out: make([]byte, 0, readSize)}
	for c := <-s.queue; c != nil; c = <-s.queue {
		w.serve(c)
	}
}

func (s *server) counts() wire.Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Counts{
		Conns: int(s.open.Load()), Waiters: int(s.waiters.Load()), Members: int(s.members.Load()),
		Rooms: s.rooms.Len(), DroppedSlow: int(s.dropped.Load()),
	}
}

package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"
)

// The load process reads one JSON object a line and answers each in order with one; while it drives, it tells events.

// request is one line in: one of its fields.
type request struct {
	Open  *Plan     `json:"open,omitempty"`
	Drive *Drive    `json:"drive,omitempty"`
	Close *struct{} `json:"close,omitempty"`
	Stop  *struct{} `json:"stop,omitempty"` // ends what is under way at once; it is answered with its error
}

// answer is one line out: an event, or the answer to a request.
type answer struct {
	Event    string         `json:"event,omitempty"` // "window_start", "window_end", "progress"
	MonoNS   int64          `json:"mono_ns,omitempty"`
	Progress *Progress      `json:"progress,omitempty"`
	Opened   *ConnectReport `json:"opened,omitempty"`
	Drove    *Report        `json:"drove,omitempty"`
	Closed   *CloseReport   `json:"closed,omitempty"`
	Error    string         `json:"error,omitempty"` // beside opened: why there are no clients
}

// Opener opens clients: as Open does, or of another make.
type Opener func(context.Context, Plan) (Driver, ConnectReport, error)

// Serve is the load process: it does what in asks for until in ends, and then ends itself at once, whatever is under way, so
// that it never outlives whoever started it. Its clients are this package's, or those of another opener that is not nil.
func Serve(in io.Reader, out io.Writer, open Opener) error {
	if open == nil {
		open = openClients
	}
	// Of all threads only those that exist already keep the kernel's 50 µs of timer slack: see Start.
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	s := &server{opener: open, out: json.NewEncoder(out)}
	requests := make(chan request)
	var readErr error
	go func() {
		defer close(requests)
		readErr = s.read(in, requests)
	}()
	for r := range requests {
		s.answer(r)
	}
	if c, ours := s.clients.(*Clients); ours {
		c.free()
	}
	return errors.Join(readErr, s.outErr)
}

func openClients(ctx context.Context, p Plan) (Driver, ConnectReport, error) {
	c, r, err := Open(ctx, p)
	if err != nil {
		return nil, r, err
	}
	return c, r, nil
}

type server struct {
	opener  Opener
	out     *json.Encoder
	outErr  error
	clients Driver

	mu   sync.Mutex
	stop context.CancelFunc // guarded by mu: ends what is under way
	over bool               // guarded by mu: in has ended
}

// read hands requests on, one while the other is under way; a stop it serves itself.
func (s *server) read(in io.Reader, requests chan<- request) error {
	defer s.cancel(true)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var r request
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("load: request: %w", err)
		}
		if r.Stop != nil {
			s.cancel(false)
			continue
		}
		requests <- r
	}
}

func (s *server) cancel(over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = s.over || over
	if s.stop != nil {
		s.stop()
	}
}

// begin is the context of one request.
func (s *server) begin() (context.Context, context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	if s.over {
		stop()
	}
	return ctx, stop
}

func (s *server) answer(r request) {
	ctx, stop := s.begin()
	defer stop()
	var a answer
	err := errors.New("load: a request must open, drive or close")
	switch {
	case r.Open != nil:
		a.Opened, err = s.open(ctx, *r.Open)
	case s.clients == nil && (r.Drive != nil || r.Close != nil):
		err = errNotOpen
	case r.Drive != nil:
		a.Drove, err = s.drive(ctx, *r.Drive)
	case r.Close != nil:
		var report CloseReport
		report, err = s.clients.Close()
		a.Closed, s.clients = &report, nil
	}
	if err != nil {
		a.Error = err.Error()
	}
	s.tell(a)
}

func (s *server) open(ctx context.Context, p Plan) (*ConnectReport, error) {
	if s.clients != nil {
		return nil, errors.New("load: clients are open already")
	}
	clients, report, err := s.opener(ctx, p)
	if err == nil {
		s.clients = clients
	}
	return &report, err
}

func (s *server) drive(ctx context.Context, d Drive) (*Report, error) {
	// No collection falls into a window: what is garbage now goes first, and a drive makes next to none. The limit is for
	// the case that it does after all.
	debug.FreeOSMemory()
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(memoryLimit)
	report, err := s.clients.Drive(ctx, d, Watch{Window: s.window, Progress: s.progress})
	debug.SetMemoryLimit(limit)
	debug.SetGCPercent(percent)
	if err != nil {
		return nil, err
	}
	return &report, nil
}

const memoryLimit = math.MaxInt32 // bytes

func (s *server) window(start bool) {
	event := "window_end"
	if start {
		event = "window_start"
	}
	s.tell(answer{Event: event, MonoNS: mono(clock())})
}

func (s *server) progress(p Progress) { s.tell(answer{Event: "progress", Progress: &p}) }

// tell is called by whoever is at work, one at a time.
func (s *server) tell(a answer) {
	if err := s.out.Encode(a); err != nil && s.outErr == nil {
		s.outErr = err
		s.cancel(true) // nobody listens any more
	}
}

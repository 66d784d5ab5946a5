// Package modeltest is the workload page as cases in raw bytes over TCP: what a client may see of a server, whoever
// wrote it. The same cases check a model in this process, a command, and a server that runs already. They
// know nothing of how a server waits, and a server passes only by its bytes.
//
// Most cases are transcripts: what a client sends and what must come, in the folder transcripts, whose README.md says how to
// read them. Those that need more (crowds, shutdown, memory, clients that do not read) are Go.
//
// The part lines:echo holds no more than a plain echo server gives; what else the lines ask for (refusals, QUIT,
// STATS, rooms) is lines:chat, and slow requests are block. In the same way http:echo holds no more than HTTP/1.1 itself asks
// of a server that echoes bodies; what the page adds to that (bounds, refusals, rooms, the chat page) is http:comet.
package modeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Parts of the workload.
const (
	Echo  = "lines:echo"
	Chat  = "lines:chat"
	Block = "block"

	HTTPEcho  = "http:echo"
	HTTPComet = "http:comet"
	HTTPZip   = "http:zip"
)

// Parts is every part.
var Parts = []string{Echo, Chat, Block, HTTPEcho, HTTPComet, HTTPZip}

// Case is one checkable sentence of the workload page.
type Case struct {
	Name  string
	Doc   string   // the sentence
	Parts []string // what a server must speak, all of it; the first is what the case judges
	Owns  bool     // needs a server of its own, to limit, stop or look into: skipped where only an address is known
	looks bool     // into the server's process: where that is this one, nothing may run beside
	core  bool     // what Probe asks first
	run   func(*T)
}

// Cases is every case, part by part, in the order of the page; last come those that need a server of their own.
func Cases() []Case { return slices.Clone(allCases()) }

var allCases = sync.OnceValue(func() (all []Case) {
	for group := range strings.FieldsSeq("echo lines chat block http refused hostile send wait shared zip leak") {
		all = append(all, transcribed(group+".txtar")...)
	}
	all = slices.Concat(all, crowdCases, slowCases, unreadCases, otherCases, lifeCases, httpLifeCases, endCases, boundCases)
	place := func(c Case) int {
		part := slices.Index(Parts, c.Parts[0])
		if c.Owns {
			part += len(Parts)
		}
		return part
	}
	slices.SortStableFunc(all, func(a, b Case) int { return place(a) - place(b) }) // or those that flood would run side by side
	return all
})

// Server is one server that was started for the cases.
type Server struct {
	Addr string
	Pid  int // 0: in this process

	// Stop asks the server to end, as SIGTERM does, and returns once it is gone, with an error unless it ended of
	// itself and in good order. It leaves the server at least its 5 s to do so; how long it waits beyond that is
	// its own affair, for a case gives up on it by itself.
	Stop func() error
}

// StartConfig is how a server is to be started.
type StartConfig struct {
	MaxConns int // 0: the server's own limit
}

// Target is what is checked: a server at Addr that runs already, or servers of our own from Start.
type Target struct {
	Addr string

	// Start returns once the server accepts connections. What it cannot honour of the config it answers with
	// errors.ErrUnsupported, which skips the case.
	Start func(StartConfig) (*Server, error)

	// AtOnce is how many cases run side by side, for most of them wait; each has servers to itself. 0 means 1. Start is
	// then called from as many goroutines, and its servers must be processes of their own: some cases look at what a
	// process holds. A server at Addr is asked one case after the other.
	AtOnce int

	// Patience is how long a case waits for anything that must come; 0 means 10 s. A server has half as long again
	// to end: 15 s.
	Patience time.Duration
}

// Outcome of a case.
type Outcome string

// The outcomes.
const (
	Pass Outcome = "pass"
	Fail Outcome = "fail"
	Skip Outcome = "skip"
)

// Result is what came of a case.
type Result struct {
	Case    string        `json:"case"`
	Part    string        `json:"part"`
	Outcome Outcome       `json:"outcome"`
	Why     string        `json:"why"` // of a failure or a skip; of a pass, what could not be looked at
	Took    time.Duration `json:"took_ns"`
}

// Probe asks the server at addr which parts it speaks: those whose core cases all pass.
func Probe(ctx context.Context, addr string) (parts []string) {
	s := newSuite(ctx, Target{Addr: addr, Patience: 2 * time.Second})
	defer s.close()
	for _, part := range Parts {
		if !slices.ContainsFunc(Cases(), func(c Case) bool {
			return c.core && c.Parts[0] == part && s.check(c).Outcome != Pass
		}) {
			parts = append(parts, part)
		}
	}
	return parts
}

func (c Case) within(parts []string) bool {
	return !slices.ContainsFunc(c.Parts, func(p string) bool { return !slices.Contains(parts, p) })
}

// suite runs cases against one target. Cases that need no server of their own share one.
type suite struct {
	ctx    context.Context
	target Target
	rooms  string // prefix of every room's name in this run, so that a server can be checked twice
	nrooms int
	shared *Server // nil until first used, and after a failure, which may have spoilt it
}

func newSuite(ctx context.Context, target Target) *suite {
	if target.Patience == 0 {
		target.Patience = 10 * time.Second
	}
	return &suite{ctx: ctx, target: target, rooms: fmt.Sprintf("t-%016x-", time.Now().UnixNano())}
}

func (s *suite) check(c Case) Result {
	began := time.Now()
	t := &T{suite: s, ctx: s.ctx, patience: s.target.Patience, looks: c.looks}
	outcome, why := t.perform(c)
	if outcome == Fail && !c.Owns {
		if stopped := s.close(); stopped != "" {
			why += "; then " + stopped
		}
	}
	return Result{c.Name, c.Parts[0], outcome, why, time.Since(began)}
}

// share is the server that cases share, started if need be.
func (s *suite) share() (*Server, error) {
	var err error
	switch {
	case s.shared != nil:
	case s.target.Start != nil:
		s.shared, err = s.target.Start(StartConfig{})
	case s.target.Addr != "":
		s.shared = &Server{Addr: s.target.Addr, Pid: unknown, Stop: func() error { return nil }}
	default:
		err = errors.New("the target has neither an address nor a way to start")
	}
	return s.shared, err
}

// close stops the shared server and says what was wrong with its end, if anything.
func (s *suite) close() (why string) {
	if s.shared == nil {
		return ""
	}
	err := s.stop(s.shared)
	s.shared = nil
	if err != nil {
		return err.Error()
	}
	return ""
}

// stop stops a server. Shutdown has 5 s; a server is waited for longer, for the machine may be busy.
func (s *suite) stop(srv *Server) error {
	limit := s.target.Patience * 3 / 2
	gone := make(chan error, 1)
	go func() { gone <- srv.Stop() }()
	select {
	case err := <-gone:
		if err != nil {
			return fmt.Errorf("the server did not end in good order: %w", err)
		}
		return nil
	case <-time.After(limit):
		return fmt.Errorf("the server is still there %v after it was told to stop; shutdown has 5 s", limit)
	}
}

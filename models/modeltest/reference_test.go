package modeltest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"cbench/internal/poll"
)

// reference is a server that is meant to be obviously right: a goroutine reads each connection, another writes what
// is owed to it, and one mutex guards everything. With a fault it is wrong in exactly that way.
type reference struct {
	fault    string
	maxConns int
	maxOwed  int
	grace    time.Duration // of shutdown
	ended    context.Context
	killed   chan struct{} // closed when shutdown has waited long enough
	places   chan struct{} // a place in it is the right to an offloaded sleep

	mu      sync.Mutex // guards all below, and what peers are owed
	peers   map[*peer]bool
	rooms   map[string]*room
	dropped int
	ever    int // connections ever
	ids     int // for a fault
	waiters int
}

// room has been told of head messages.
type room struct {
	head    int
	log     []said
	news    chan struct{} // closed at the next message
	members []*peer
	parked  int
	missed  bool // for a fault
	wakes   int  // for a fault
}

// peer is one connection.
type peer struct {
	s       *reference
	conn    *net.TCPConn
	changed *sync.Cond // what is owed, or done
	owed    []byte     // not yet taken by the writer
	held    int        // taken, not yet written
	done    bool       // nothing more will be owed
	room    *room
	name    string
	late    []byte // for a fault
}

func (s *reference) has(fault string) bool { return s.fault == fault }

// kept is what a faulty server forgets to let go.
var kept struct {
	sync.Mutex
	files []*os.File
}

func keep(f *os.File, _ error) {
	kept.Lock()
	defer kept.Unlock()
	kept.files = append(kept.files, f)
}

func serveReference(fault string) Serve {
	return func(ctx context.Context, l net.Listener, cfg StartConfig) error {
		s := &reference{
			fault: fault, maxConns: cfg.MaxConns, maxOwed: maxOwed, ended: ctx, killed: make(chan struct{}),
			places: make(chan struct{}, 64),
			peers:  map[*peer]bool{}, rooms: map[string]*room{},
		}
		if s.grace = 4500 * time.Millisecond; fault != "" {
			s.grace = 500 * time.Millisecond // it is waited for with less patience
		}
		if s.maxConns == 0 || s.has("limit-ignored") {
			s.maxConns = 1 << 20
		}
		switch fault {
		case "offload-unlimited":
			s.places = make(chan struct{}, 1000)
		case "owed-small":
			s.maxOwed = 16 << 10
		case "owed-large":
			s.maxOwed = 16 << 20
		case "owed-unbounded":
			s.maxOwed = 1 << 40
		case "descriptor-left":
			keep(os.Open(os.DevNull))
		}
		return s.serve(l)
	}
}

func (s *reference) serve(l net.Listener) error {
	defer context.AfterFunc(s.ended, func() { l.(*net.TCPListener).SetDeadline(time.Now()) })()
	var serving sync.WaitGroup
	for {
		conn, err := l.Accept()
		if err != nil {
			break
		}
		if p := s.admit(conn.(*net.TCPConn)); p != nil {
			serving.Go(p.serve)
			serving.Go(p.write)
		} else if s.has("limit-exits") {
			return errors.New("too many connections")
		}
	}
	if !s.has("listener-left-open") {
		l.Close()
	}
	s.shutdown()
	if s.has("shutdown-keeps-connections") {
		return nil
	}
	if !s.has("shutdown-waits") {
		defer time.AfterFunc(s.grace, func() { close(s.killed); s.closeAll() }).Stop()
	}
	serving.Wait()
	if s.has("ends-in-disorder") {
		return errors.New("exit status 2")
	}
	return nil
}

func (s *reference) admit(conn *net.TCPConn) *peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.peers) >= s.maxConns {
		if !s.has("limit-spins") || s.ended.Err() != nil {
			conn.Close()
			return nil
		}
		s.mu.Unlock()
		s.mu.Lock()
	}
	if s.has("owed-small") {
		conn.SetWriteBuffer(4096)
	}
	p := &peer{s: s, conn: conn, changed: sync.NewCond(&s.mu)}
	s.peers[p] = true
	s.ever++
	return p
}

func (s *reference) shutdown() {
	if s.has("shutdown-keeps-connections") {
		return
	}
	if s.has("shutdown-cuts") {
		s.closeAll()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		if s.has("shutdown-says") && p.room != nil {
			p.owe([]byte("MSG 1 server bye\n"))
		}
		p.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

func (s *reference) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		p.conn.Close()
	}
}

// serve reads requests until the connection is to close, then flushes and closes.
func (p *peer) serve() {
	size := maxLine + 1
	switch p.s.fault {
	case "long-accepted":
		size = 4 * maxLine
	case "long-by-one":
		size--
	}
	in := bufio.NewReaderSize(p, size)
	next := p.next
	if p.speaksHTTP(in) {
		next = p.nextHTTP
	}
	for next(in) {
	}
	p.close()
}

// next answers one request and reports whether the connection goes on.
func (p *peer) next(in *bufio.Reader) bool {
	if p.s.ended.Err() != nil && p.s.has("shutdown-forgets") {
		return false
	}
	line, err := in.ReadSlice('\n')
	if err == bufio.ErrBufferFull && p.s.has("long-waits-for-lf") {
		in.ReadSlice('\n')
	}
	switch {
	case err == bufio.ErrBufferFull && p.s.has("long-silent"):
		return false
	case err == bufio.ErrBufferFull:
		p.reply("ERR too-long\n")
		return false
	case err == nil:
		return p.answer(string(line))
	case err == io.EOF && p.s.has("half-line-answered"), err != io.EOF && p.s.has("half-line-said-at-reset"):
		p.answer(string(line) + "\n")
	default:
		p.lost(err)
	}
	return false // half a line is none
}

// lost is what faulty servers do when the client has gone.
func (p *peer) lost(err error) {
	switch {
	case err == io.EOF && p.s.has("fin-ignored"):
		<-p.s.ended.Done()
	case err == io.EOF && p.s.has("fin-forgets"):
		p.forget()
	case err != io.EOF && p.s.ended.Err() == nil && p.s.has("reset-closes-all"):
		p.s.closeAll()
	case err != io.EOF && p.s.has("reset-leaks"):
		keep(p.conn.File())
	}
}

// Read is what arrives.
func (p *peer) Read(b []byte) (int, error) {
	if p.s.has("idle-timeout") {
		p.conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	}
	for {
		n, err := p.conn.Read(b)
		if p.s.has("cut-requests-forgotten") {
			n = bytes.LastIndexByte(b[:n], '\n') + 1
		}
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 && p.s.has("one-request-a-packet") {
			n = i + 1
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// reply owes the answer to the peer's own request, and waits while too much is owed.
func (p *peer) reply(text string) {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(p.owed)+p.held > s.maxOwed && !p.done {
		switch s.fault {
		case "owed-lost":
			return
		case "slow-echo-dropped":
			p.drop()
		}
		p.changed.Wait()
	}
	to := p
	if s.has("crossed") {
		for q := range s.peers {
			if q != p {
				to = q
			}
		}
	}
	to.owe([]byte(text))
}

// owe has bytes written, unless nobody is there to read them. The caller holds s.mu.
func (p *peer) owe(b []byte) {
	if !p.done {
		p.owed = append(p.owed, b...)
		p.changed.Broadcast()
	}
}

// drop ends a member that does not read. The caller holds s.mu.
func (p *peer) drop() {
	p.leave()
	p.owed, p.done = nil, true
	p.changed.Broadcast()
	p.conn.Close()
}

// forget is a fault: what is owed is not flushed.
func (p *peer) forget() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.owed = nil
}

// write writes what is owed until nothing more will be.
func (p *peer) write() {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for len(p.owed) == 0 && !p.done {
			p.changed.Wait()
		}
		if s.has("fin-forgets") || s.has("quit-forgets") { // late enough to have something to forget
			s.mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			s.mu.Lock()
		}
		if len(p.owed) == 0 && p.done {
			p.changed.Broadcast()
			return
		}
		b := p.owed
		p.owed, p.held = nil, len(b)
		s.mu.Unlock()
		_, err := p.conn.Write(b)
		s.mu.Lock()
		p.held = 0
		if err != nil {
			p.owed, p.done = nil, true
			if !s.has("failed-send-stays") {
				p.conn.Close() // it may read well all the same
			}
		}
		p.changed.Broadcast()
	}
}

func (p *peer) close() {
	s := p.s
	if s.has("quit-hears-on") {
		time.Sleep(5 * time.Millisecond)
	}
	s.mu.Lock()
	p.leave()
	p.done = true
	p.changed.Broadcast()
	for len(p.owed)+p.held > 0 {
		p.changed.Wait()
	}
	s.mu.Unlock()
	if s.has("goroutines-leak") {
		go func() { <-s.ended.Done() }()
	}
	if !s.has("closes-at-once") {
		p.linger()
	}
	s.mu.Lock()
	delete(s.peers, p)
	s.mu.Unlock()
	p.conn.Close()
}

// linger reads on until the client has everything: to close before that, or with bytes unread, is to reset, which throws away
// what is on its way.
func (p *peer) linger() {
	raw, err := p.conn.SyscallConn()
	if err != nil {
		return
	}
	for longer, end := true, time.Now().Add(5*time.Second); longer && time.Now().Before(end); time.Sleep(time.Millisecond) {
		longer = false // a closed socket does not linger
		raw.Control(func(fd uintptr) { longer = poll.Linger(int(fd)) })
	}
}

// leave takes the peer out of its room. The caller holds s.mu.
func (p *peer) leave() {
	if p.room == nil || p.s.has("members-stay") {
		return
	}
	p.room.members = slices.DeleteFunc(p.room.members, func(q *peer) bool { return q == p })
	p.room.missed = p.s.has("leaving-loses")
	p.room = nil
}

func (s *reference) stats() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	conns, members, rooms := len(s.peers), 0, len(s.rooms)
	for _, r := range s.rooms {
		members += len(r.members)
	}
	more := ""
	switch s.fault {
	case "stats-more":
		more = `,"uptime":1`
	case "stats-text":
		return "5 connections\n"
	case "stats-conns-ever":
		conns = s.ever
	case "stats-rooms-members":
		rooms = members
	}
	return fmt.Sprintf(`{"model":"reference","conns":%d,"waiters":%d,"members":%d,"rooms":%d,"dropped_slow":%d%s}`+"\n",
		conns, s.waiters, members, rooms, s.dropped, more)
}

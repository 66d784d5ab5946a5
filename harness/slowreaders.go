package harness

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"time"

	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
	"cbench/scenarios/wire"
)

// slowLook is how often it is looked what members that do not read cost: a few hundred microseconds of one CPU each time.
const slowLook = 100 * time.Millisecond

// slowWatch looks at a server while some of its members do not read. When they are dropped only the server knows:
// what it closes stands in the socket behind bytes that nobody reads.
type slowWatch struct {
	proc  *server.Process
	stats *statsConn
	from  time.Time // of their not reading: the measured window begins then
	stop  chan struct{}
	done  chan struct{}

	// Of the looking goroutine until done is closed.
	found record.Deaf
	anon  level
	all   int64 // anonymous memory when all read, just before
	err   error // of asking for the counts, which ends that
}

// watchSlowReaders begins to look; nil where everybody reads. The load is to begin now.
func (s *session) watchSlowReaders() *slowWatch {
	p := s.plan
	of := scenarios.ByName(p.Scenario)
	if of == nil || !of.SlowReads {
		return nil
	}
	members := of.Extra(plan.Traffic(p.Params, p.Conns, p.Seed), p.Conns)
	w := &slowWatch{
		proc: s.proc, from: time.Now().Add(time.Duration(p.Params.WarmupNS)), stop: make(chan struct{}), done: make(chan struct{}),
		found: record.Deaf{Members: members, BoundBytes: int64(members) * wire.MaxOwed},
	}
	w.stats, w.err = dialStats(s.proc.Addr.String())
	go w.look()
	return w
}

func (w *slowWatch) look() {
	defer close(w.done)
	defer w.stats.close()
	tick := time.NewTicker(slowLook)
	defer tick.Stop()
	for {
		select {
		case <-w.stop:
			w.count() // who was dropped last is counted too
			return
		case <-tick.C:
			w.memory()
			w.count()
		}
	}
}

// memory keeps the most that there was. From counters: exact readings would hold up the server.
func (w *slowWatch) memory() {
	now := time.Now() // before it is read, so that what all hold who read is no more than that
	if at, err := probe.ReadResident(w.proc.PIDs()); err == nil {
		if now.Before(w.from) {
			w.all = at.Anon
		} else {
			w.anon.add(at.Anon)
		}
	}
	group, err := w.proc.Group()
	if err != nil {
		return
	}
	if k, err := probe.ReadKernel(group); err == nil {
		most := k.TCP
		if w.found.Buffers != nil {
			most = max(most, *w.found.Buffers)
		}
		w.found.Buffers = &most
	}
}

func (w *slowWatch) count() {
	if w.err != nil {
		return
	}
	var n int64
	if n, w.err = w.stats.dropped(); w.err != nil {
		return
	}
	if was := w.found.Dropped; n > 0 && (was == nil || n > *was) {
		at := time.Since(w.from).Nanoseconds()
		if w.found.FirstDropNS == nil {
			w.found.FirstDropNS = &at
		}
		w.found.LastDropNS = &at
	}
	w.found.Dropped = &n
}

// slowReaders writes down what was found. The load is through.
func (s *session) slowReaders(w *slowWatch) {
	if w == nil {
		return
	}
	close(w.stop)
	<-w.done
	if w.err != nil {
		s.warn("how many members were dropped is not known: %v", w.err)
	}
	if w.all == 0 && s.cell.Memory.Anon != nil { // no warm-up was long enough to look: what traffic takes is counted too
		w.all = *s.cell.Memory.Anon
	}
	if w.all > 0 && w.anon.peak > 0 {
		peak, held := max(0, w.anon.peak-w.all), max(0, w.anon.held-w.all)
		w.found.PeakAnon = &peak
		if w.anon.n >= looksASecond {
			w.found.HeldAnon = &held
		}
	}
	s.cell.Deaf, s.cell.Load.DroppedSlow = &w.found, w.found.Dropped
	s.bounded()
}

// leastGarbage is what a heap may hold beside what lives before it is collected, in any case (the Go runtime's
// heapMinimum, mgcpacer.go); else it is as much again as lives (GOGC=100).
const leastGarbage = 4 << 20

// bounded warns where the server grew by more than it may owe those that do not read, and as much again for garbage.
// The healthy are owed next to nothing but for a moment, which is no growth that holds for a second; and what traffic
// takes was there before, when all read. It is no reason to void: it is the server that does not keep to the
// workload, and what it did meanwhile was measured as well as ever.
func (s *session) bounded() {
	d := s.cell.Deaf
	if d.Members == 0 || d.HeldAnon == nil || *d.HeldAnon <= 2*d.BoundBytes+leastGarbage {
		return
	}
	s.warn("beside %d members that do not read the server's own memory grew by %s for a second and longer: "+
		"it may owe them %s together, and garbage is no more than as much again; what the rest is is not known",
		d.Members, words.Bytes(float64(*d.HeldAnon)), words.Bytes(float64(d.BoundBytes)))
}

// level is the most of something that was looked at again and again, and the most that it was for some looks on end:
// after a pause of the machine the healthy are owed much too, for a moment.
type level struct {
	peak, held int64
	recent     [looksASecond]int64 // a ring
	n          int
}

// looksASecond make a second.
const looksASecond = int(time.Second / slowLook)

func (l *level) add(v int64) {
	l.recent[l.n%looksASecond] = v
	l.n++
	l.peak = max(l.peak, v)
	if l.n >= looksASecond {
		l.held = max(l.held, slices.Min(l.recent[:]))
	}
}

// statsConn is a connection that asks a server for its counts.
type statsConn struct {
	conn net.Conn
	in   *bufio.Reader
}

// statsPatience is how long an answer is waited for: a server that is loaded answers late.
const statsPatience = 10 * time.Second

func dialStats(addr string) (*statsConn, error) {
	conn, err := net.DialTimeout("tcp", addr, statsPatience)
	if err != nil {
		return nil, err
	}
	return &statsConn{conn, bufio.NewReader(conn)}, nil
}

func (s *statsConn) close() {
	if s != nil {
		s.conn.Close()
	}
}

// dropped is how many members the server dropped because they did not read.
func (s *statsConn) dropped() (int64, error) {
	s.conn.SetDeadline(time.Now().Add(statsPatience))
	_, err := s.conn.Write([]byte("STATS\n"))
	line, readErr := s.in.ReadBytes('\n')
	if err = cmp.Or(err, readErr); err != nil {
		return 0, fmt.Errorf("STATS: %w", err)
	}
	var told struct {
		DroppedSlow *int64 `json:"dropped_slow"`
	}
	if err := json.Unmarshal(line, &told); err != nil || told.DroppedSlow == nil {
		return 0, fmt.Errorf("STATS: %q tells of no dropped_slow", line)
	}
	return *told.DroppedSlow, nil
}

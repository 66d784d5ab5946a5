package harness

import (
	"context"
	"errors"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/results/record"
)

// window is one load of a server: what the load measured, and what the server, and the machine beside it, used meanwhile.
type window struct {
	report   load.Report
	from, to account // at the start and the end of what is measured

	// The server's account at rest, before the load and when all that was sent is worked off. What is read thread by
	// thread takes 100 ms of a server with 1,500 of them, which in the measured part would be the load's and the
	// server's.
	rested, worked probe.Usage
	restErr        error
	took           time.Duration // all of it
}

// account is what the server and all of the machine had used at one moment.
type account struct {
	server     probe.Usage
	machine    probe.Machine
	err        error
	machineErr error
}

// accountOf reads it, the machine's inside the server's, so that what the readings cost is not taken for the work of others.
func accountOf(pids []int, start bool) (a account) {
	if start {
		a.server, a.err = probe.ReadClock(pids)
	}
	a.machine, a.machineErr = probe.ReadMachine()
	if !start {
		a.server, a.err = probe.ReadClock(pids)
	}
	return a
}

// lateAnswer is from when what a server was asked costs less CPU time than the part of the window that the answer
// took would hide.
const lateAnswer = 10 * time.Millisecond

// edge reads the accounts at the start or the end of what is measured. ask, which may be nil, asks the server itself:
// that costs it time, and so comes before the start and after the end.
func (w *window) edge(s *session, start bool, ask func(start bool)) {
	pids := s.proc.PIDs()
	if !start {
		w.to = accountOf(pids, false)
	} else {
		w.from = accountOf(pids, true)
	}
	if ask == nil {
		return
	}
	asked := time.Now()
	ask(start)
	if start && time.Since(asked) < lateAnswer { // else it has stopped, and the window began long ago
		w.from = accountOf(pids, true)
	}
}

// rest reads the server's account when it has worked off what it was sent.
func (w *window) rest(s *session) {
	var err error
	w.worked, err = probe.ReadUsage(s.proc.PIDs())
	w.restErr = errors.Join(w.restErr, err)
}

// drainTimeout is how long replies are waited for after a window at most: a server that was offered twice what it can
// do for a second or two has to work it off, and to cut that short would count them lost and spoil the next window.
const drainTimeout = 15 * time.Second

// load loads the server once.
func (s *session) load(d load.Drive, ask func(start bool)) (w window, err error) {
	ctx, done := context.WithTimeout(s.ctx, d.Warmup+d.Duration+drainTimeout+time.Minute)
	defer done()
	w.rested, w.restErr = probe.ReadUsage(s.proc.PIDs())
	began := time.Now()
	w.report, err = s.clients.Drive(ctx, d, load.Watch{Window: func(start bool) { w.edge(s, start, ask) }})
	w.took = time.Since(began)
	return w, err
}

// used is what the server used in what was measured.
func (w *window) used() (probe.Usage, error) {
	return w.to.server.Sub(w.from.server), errors.Join(w.from.err, w.to.err)
}

// beside is what the machine did beside it on these CPUs; nothing is known where an account is missing.
func (w *window) beside(cpus []int) (b beside) {
	if errors.Join(w.from.err, w.to.err, w.from.machineErr, w.to.machineErr) == nil && len(cpus) > 0 {
		ours := w.to.server.Sub(w.from.server).CPU + time.Duration(w.report.CPUNS)
		b.add(w.to.machine.Sub(w.from.machine), cpus, ours)
	}
	return b
}

// beside adds up what the machine did beside what is measured, over one window or over many.
type beside struct {
	wall, others, stolen, stalled time.Duration
	psi                           bool // the kernel tells of pressure
}

// add takes the machine's account of a window, in which server and load took so much CPU time of the CPUs.
func (b *beside) add(d probe.Machine, cpus []int, ours time.Duration) {
	b.wall += d.Wall
	b.others += d.Others(cpus, ours)
	b.stolen += d.Stolen(cpus)
	if d.Stalled != nil {
		b.psi, b.stalled = true, b.stalled+d.Stalled.CPU
	}
}

// join adds up two.
func (b *beside) join(o beside) {
	b.wall, b.others, b.stolen, b.stalled = b.wall+o.wall, b.others+o.others, b.stolen+o.stolen, b.stalled+o.stalled
	b.psi = b.psi || o.psi
}

// share is what others and the hypervisor took, as a share of the time on one CPU.
func (b *beside) share() float64 {
	if b.wall <= 0 {
		return 0
	}
	return max(0, float64(b.others+b.stolen)/float64(b.wall))
}

// shares is nil where nothing is known.
func (b *beside) shares() *record.Machine {
	if b.wall <= 0 {
		return nil
	}
	share := func(d time.Duration) *float64 {
		of := float64(d) / float64(b.wall)
		return &of
	}
	m := &record.Machine{OthersRatio: share(max(0, b.others)), StealRatio: share(b.stolen)}
	if b.psi {
		m.PressureRatio = share(b.stalled)
	}
	return m
}

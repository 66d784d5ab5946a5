package harness

import (
	"cmp"
	"context"
	"errors"
	"math"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
)

// solo takes a repetition with a server that has the machine to itself, and so can be watched at rest too: a window
// of load, or a storm.
func (s *session) solo(ctx context.Context) error {
	s.phase(FirstPhase)
	if !s.start(ctx) {
		return nil
	}
	defer s.end()
	s.quiet() // some listen before they are all there: gunicorn's workers start after that, and would be charged to connections
	// The first collection makes what the collector works with, about 1 MB, and what the heap has left over from the
	// start would hide the first connections: neither is to depend on how many there are.
	s.collect()
	empty := s.memory(true)
	if s.holds {
		s.moment("empty", empty, nil)
	}
	if err := s.startLoad(); err != nil {
		return err
	}
	steps := []step{
		{"connecting", func() error { return s.connect(empty) }},
		{"measuring", s.measure},
		{"closing", s.close},
	}
	if s.plan.Params.Loop == record.StormLoop {
		steps = []step{{"storming", func() error { return s.storm(empty) }}}
	}
	for _, step := range steps {
		s.phase(step.doing)
		if err := step.do(); err != nil {
			s.fail(step.doing, err)
			return nil
		}
	}
	s.leave()
	s.judge(validity.Judge)
	return nil
}

// step is a part of a repetition.
type step struct {
	doing string
	do    func() error
}

// connect opens all connections, and looks at what they cost at rest.
func (s *session) connect(empty memory) error {
	opened, err := s.clients.Open(s.ctx, s.loadPlan(s.plan.Conns))
	s.opened(opened)
	if err != nil || !s.holds {
		return err
	}
	if opened.Ended > 0 {
		s.holds = false // what they cost at rest is not known
		s.warn("memory a connection is not known: the server ended %d of %d connections behind their first answer "+
			"(Connection: close, or HTTP/1.0 without keep-alive)",
			opened.Ended, opened.Established)
		return nil
	}
	s.phase("measuring memory")
	s.quiet()
	full := s.memory(true)
	s.idle(empty, full)
	s.restingCPU()
	s.moment("idle", full, s.collect())
	return nil
}

// measure loads the server, and looks at what the window cost.
func (s *session) measure() error {
	p := s.plan.Params
	var of ownAccount
	slow := s.watchSlowReaders()
	w, err := s.load(s.drive(time.Duration(p.WarmupNS), time.Duration(p.DurationNS)), of.ask(s))
	s.slowReaders(slow)
	if err != nil {
		return err
	}
	w.rest(s)
	s.report(w.report)
	s.spent(&w, &of)
	b := w.beside(s.e.cpus())
	s.cell.Machine = b.shares()
	s.place()
	if s.holds {
		s.rested("rested")
	}
	if s.plan.Diagnose && s.holds {
		s.diagnose()
	}
	return nil
}

// close ends all connections by a FIN.
func (s *session) close() error {
	closed, err := s.clients.Close()
	if err != nil {
		return err
	}
	s.verified(closed.Verify)
	if open := s.cell.Load.Established - closed.Closed; open > 0 && s.holds && !s.exited() { // a death tells why by itself
		why := ""
		if errs := load.InWords(closed.Errors); errs != "" {
			why = ": " + errs
		}
		s.warn("%s not closed in answer to our FIN%s", words.Plural(open, "connection"), why)
	}
	return nil
}

// leave looks at what the server holds when all connections are closed, and gives back.
func (s *session) leave() {
	if !s.holds {
		return
	}
	s.quiet()
	last := s.memory(true)
	s.cell.Memory.AfterCloseRSS, s.cell.Memory.AfterCloseAnon = last.rss, last.anon
	if s.plan.Rep == 1 { // once is enough for what takes its time and is alike each time
		linger := s.e.Linger
		if said := s.plan.LingerNS; said != nil {
			linger = time.Duration(*said)
		}
		s.returned(linger)
	}
	s.rested("closed")
}

// ownAccount is what a server tells of itself at the edges of a window.
type ownAccount struct {
	pauseBefore, pauseAfter *int64 // stop-the-world time so far
	loaded                  memory // at the end
}

// ask asks the server, at either edge.
func (of *ownAccount) ask(s *session) func(start bool) {
	return func(start bool) {
		if rt, err := s.proc.Runtime(); err == nil {
			pause := rt.GCPause.Nanoseconds()
			if s.cell.CPU.Goroutines = &rt.Goroutines; start {
				of.pauseBefore = &pause
			} else {
				of.pauseAfter = &pause
			}
		}
		if !start {
			of.loaded = s.memory(false)
		}
	}
}

// report writes down what the load measured.
func (s *session) report(r load.Report) {
	c := &s.cell
	c.Load.Sent, c.Load.Received, c.Load.Expected = r.Sent, r.Received, r.Expected
	c.Load.LateSendRatio = r.LateRatio
	c.Latency, c.Service = r.Latency, r.Service
	c.First, c.Last, c.Spread, c.Aside = r.First, r.Last, r.Spread, r.Aside
	c.Warnings = append(c.Warnings, r.Warnings...)
	c.Fairness = r.Fairness
	s.failed(r.Errors)
	s.verified(r.Verify)
	s.renewed(r)
	s.tellRenewed()
	if s.plan.Params.Driver == "" { // others do not know it
		s.silence(time.Duration(r.Silence))
		s.stoppedBefore(time.Duration(r.SilenceBefore))
	}
	s.evidence.Overflow += r.Overflow
	s.evidence.Early = r.Behind
}

// spent writes down what the window cost both sides.
func (s *session) spent(w *window, of *ownAccount) {
	c, r := &s.cell, &w.report
	if r.WindowNS > 0 {
		wall := float64(r.WindowNS)
		throughput := float64(r.InWindow) * 1e9 / wall
		c.Load.ThroughputPerS = &throughput
		client := float64(r.CPUNS) / wall
		c.Load.ClientCPURatio, c.CPU.ClientNS = &client, &r.CPUNS
	}
	used, err := w.used()
	if err != nil {
		s.warn("CPU of the server: %v", err)
		return
	}
	cpu := used.CPU.Nanoseconds()
	ratio := float64(used.CPU) / float64(used.Wall)
	threads := int64(used.Threads)
	c.CPU.ServerNS, c.Load.ServerCPURatio, c.CPU.Threads = &cpu, &ratio, &threads
	s.cpuParts(used)
	s.waits(w, used)
	if r.InWindow > 0 && c.Load.ThroughputPerS != nil && !writtenAhead(c) {
		// Both edges of the window are read some tens of microseconds late: per message, by the time between the readings.
		per := float64(cpu) / (*c.Load.ThroughputPerS * used.Wall.Seconds())
		c.CPU.ServerNSPerMessage = &per
	}
	if of.pauseBefore != nil && of.pauseAfter != nil {
		pause := *of.pauseAfter - *of.pauseBefore
		c.CPU.GCPauseNS = &pause
	}
	at := of.loaded
	c.Memory.LoadedRSS, c.Memory.LoadedAnon, c.Memory.LoadedKernel = at.rss, at.anon, at.kernel
	c.Memory.LoadedHeap, c.Memory.LoadedStack = at.heap, at.stack
}

// writtenAhead reports whether the messages of a window are no measure of what the server did in it: readers at a
// steady rate take pieces that the server wrote before, as far ahead as the sockets' buffers go.
func writtenAhead(c *record.Cell) bool {
	s := scenarios.ByName(c.Scenario)
	return s != nil && s.Piece > 0 && c.Params.Loop == record.OpenLoop
}

// waits writes down what is kept by thread: the window's share, by the CPU time used in it, of what there was from rest to rest.
func (s *session) waits(w *window, used probe.Usage) {
	whole := w.worked.Sub(w.rested)
	if w.restErr != nil || whole.CPU <= 0 {
		s.warn("context switches of the server are not known: %v", cmp.Or(w.restErr, errors.New("it used no CPU time")))
		return
	}
	share := min(1, float64(used.CPU)/float64(whole.CPU))
	part := func(n int64) *int64 {
		n = int64(math.Round(share * float64(n)))
		return &n
	}
	cpu := &s.cell.CPU
	cpu.VoluntarySwitches, cpu.InvoluntarySwitches = part(whole.Voluntary), part(whole.Involuntary)
	if whole.QueueKnown {
		cpu.RunQueueNS = part(whole.RunQueue.Nanoseconds())
	}
}

// cpuParts splits the CPU time. The kernel's ticks give the shares of user and system time, its clock the sum.
func (s *session) cpuParts(used probe.Usage) {
	if ticks := used.User + used.System; ticks > 0 {
		user := int64(float64(used.CPU) * float64(used.User) / float64(ticks))
		system := used.CPU.Nanoseconds() - user
		s.cell.CPU.UserNS, s.cell.CPU.SystemNS = &user, &system
	}
}

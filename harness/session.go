package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cbench/harness/load"
	"cbench/harness/plan"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// session is one server under one load: its process, the clients that load it, and the cell that is made of what they
// did. There are four ways to take a repetition with it: alone, in a storm, in a rotation with others, and searching
// for a limit. What goes wrong with the server is in the cell; errors are for what no server is to blame for.
type session struct {
	e        *Experiment
	plan     record.Planned
	cell     record.Cell
	evidence validity.Evidence
	phase    func(string)
	holds    bool // connections are open while nothing is said: other drivers dial when they drive, and some servers end them

	proc    *server.Process // nil: it is not running
	clients *load.Remote    // nil: there is no load process
	ctx     context.Context // ends with the server: a dead one answers nothing, and is not waited for
	cancel  context.CancelFunc
}

// session is a repetition of which nothing is known yet but what was planned.
func (e *Experiment) session(p record.Planned, w Watch) *session {
	cpus := e.serverCPUs(p)
	s := &session{
		e: e, plan: p,
		cell: record.Cell{
			Schema: record.Schema, Model: p.Model, Scenario: p.Scenario, Conns: p.Conns, Rep: p.Rep,
			Order: p.Order, Seed: p.Seed, Params: p.Params, Void: []string{}, Warnings: []string{},
			Load: record.Load{
				Errors:     map[string]int64{"timeout": 0, "reset": 0, "refused": 0, "closed": 0},
				ServerCPUs: len(cpus), ClientCPUs: len(e.LoadCPUs),
			},
		},
		evidence: validity.Evidence{
			Window: time.Duration(p.Params.DurationNS), Slot: time.Duration(cmp.Or(p.Params.SlotNS, p.Params.DurationNS)),
			Loops: e.LoadLoops, Shared: overlap(cpus, e.LoadCPUs), SharedAsked: e.sharesAsked(p),
			ServerCPUs: probe.FormatCPUs(cpus), CPUs: e.cpus(), Noisy: e.Noisy, Quota: e.quota,
		},
		holds: p.Params.Driver == "",
		phase: func(phase string) {
			if w.Phase != nil {
				w.Phase(p, phase)
			}
		},
	}
	if e.quota != "" {
		s.warn("%s", e.quota)
	}
	if e.crowded {
		s.warn("another cbench was measuring on this machine")
	}
	return s
}

// start starts the server. Where it fails the cell says why.
func (s *session) start(ctx context.Context) bool {
	proc, err := s.e.start(ctx, s.plan)
	if err != nil {
		s.void("%v", err)
		return false
	}
	s.proc = proc
	s.ctx, s.cancel = context.WithCancel(ctx)
	go func(ctx context.Context, cancel func()) {
		select {
		case <-proc.Exited():
			cancel()
		case <-ctx.Done():
		}
	}(s.ctx, s.cancel)
	return true
}

// startLoad starts the load process.
func (s *session) startLoad() error {
	args := s.e.LoadArgs
	if driver := s.plan.Params.Driver; driver != "" {
		args = append(slices.Clone(args), "--driver="+driver)
	}
	clients, err := load.Start(load.Process{Args: args, CPUs: s.e.LoadCPUs, Threads: s.e.LoadLoops})
	if err != nil {
		return fmt.Errorf("load process: %w", err)
	}
	s.clients = clients
	return nil
}

// loadPlan is so many connections to the server.
func (s *session) loadPlan(conns int) load.Plan {
	return load.Plan{
		Addr: s.proc.Addr.String(), Scenario: s.plan.Scenario, Threads: s.e.LoadLoops,
		Params: plan.Traffic(s.plan.Params, conns, s.plan.Seed),
	}
}

// drive is what the plan has the connections say, for that long.
func (s *session) drive(warmup, length time.Duration) load.Drive {
	p := s.plan.Params
	return load.Drive{Rate: p.RatePerS, Arrivals: p.Arrivals, Pipeline: p.Pipeline, Warmup: warmup, Duration: length}
}

// opened writes down how the connections were.
func (s *session) opened(r load.ConnectReport) {
	s.cell.Load.Established, s.cell.Load.ConnectPerS = r.Established, r.PerS
	s.failed(r.Errors)
	s.verified(r.Verify)
	s.evidence.Odd = cmp.Or(s.evidence.Odd, r.Odd)
	if r.Established < s.cell.Conns {
		s.evidence.Missing, s.evidence.Unmade = r.Missing(s.cell.Conns), r.Errors
	}
}

// renewed notes that the server ended connections in good order, and others were opened in their place.
func (s *session) renewed(r load.Report) {
	if r.Idle > 0 && (s.evidence.Idle == 0 || r.Idle < s.evidence.Idle) {
		s.evidence.Idle = r.Idle
	}
	s.evidence.Odd = cmp.Or(s.evidence.Odd, r.Odd)
	if s.plan.Params.Driver != "" {
		return // they do not count them
	}
	n := r.Reconnects
	if so := s.cell.Load.Reconnects; so != nil {
		n += *so
	}
	s.cell.Load.Reconnects = &n
}

// tellRenewed tells a reader of the cell what it means.
func (s *session) tellRenewed() {
	n := s.cell.Load.Reconnects
	if n == nil || *n == 0 {
		return
	}
	why := "Connection: close, or HTTP/1.0 without keep-alive"
	if s.evidence.Idle > 0 {
		why = "idle for " + load.Silence(s.evidence.Idle)
	}
	s.warn("the server ended %s in good order (%s): others were opened in their place, and the time for that is part of the latency",
		words.Plural(int(*n), "connection"), why)
}

// end ends the load and the server, and notes how that took it.
func (s *session) end() {
	if s.clients != nil {
		s.clients.Stop()
		s.clients = nil
	}
	if s.proc == nil {
		return
	}
	proc := s.proc
	s.phase("stopping the server")
	defer func() {
		s.cancel()
		s.proc = nil
	}()
	if s.died() {
		s.cell.Void = append([]string{fmt.Sprintf("the server died: %v", proc.Err())}, s.otherThanDeath()...)
		s.cell.Load.Behind = nil
		proc.Stop(0)
		return
	}
	if ending, err := proc.Stop(wire.ShutdownGrace + 3*time.Second); ending != server.Clean {
		s.warn("shutdown: %s: %v", ending, err)
	} else if err != nil {
		s.warn("shutdown: %v", err)
	}
}

// otherThanDeath is the reasons against a repetition that do not follow from its server's death: wrong replies.
func (s *session) otherThanDeath() []string {
	e := s.evidence
	e.Cell = &record.Cell{Verify: s.cell.Verify}
	e.Cell.Verify.Lost = 0
	return validity.Replies(&e)
}

// died reports whether the server ended of itself. One that does closes its connections first, and is seen to have
// ended a moment later.
func (s *session) died() bool {
	if s.cell.Load.Errors["closed"]+s.cell.Load.Errors["reset"] > 0 {
		select {
		case <-s.proc.Exited():
		case <-time.After(time.Second):
		}
	}
	return s.exited()
}

func (s *session) exited() bool {
	select {
	case <-s.proc.Exited():
		return true
	default:
		return false
	}
}

// fail voids the cell for an error of the load, unless it only followed from the server's death, which end notes.
func (s *session) fail(doing string, err error) {
	if s.exited() {
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no end in sight: the server hangs, or the load does")
	}
	s.void("%s: %v", doing, err)
}

// quiet waits until the server does nothing any more, for two seconds at most.
func (s *session) quiet() {
	const look, idle = 50 * time.Millisecond, time.Millisecond
	var last time.Duration
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && s.ctx.Err() == nil; {
		used, err := probe.ReadCPU(s.proc.PIDs())
		if err != nil || last != 0 && used-last < idle {
			return
		}
		last = used
		s.pause(look)
	}
}

// pause waits for so long, or until the server is gone, which is an error.
func (s *session) pause(d time.Duration) error {
	select {
	case <-time.After(d):
	case <-s.ctx.Done():
	}
	return s.ctx.Err()
}

// place finds threads of the server that are not on its CPUs.
func (s *session) place() {
	cpus := s.e.serverCPUs(s.plan)
	if len(cpus) == 0 {
		return
	}
	strays, err := probe.ReadStrays(s.proc.PIDs(), cpus)
	if err != nil {
		s.warnOnce("%v", err)
	}
	for _, stray := range strays {
		s.evidence.Strays = append(s.evidence.Strays, stray.String())
	}
}

// failed adds up failed connections and messages by kind.
func (s *session) failed(errs map[string]int64) {
	for kind, n := range errs {
		s.cell.Load.Errors[kind] += n
	}
}

func (s *session) verified(v record.Verify) {
	sum := &s.cell.Verify
	sum.Lost += v.Lost
	sum.Duplicated += v.Duplicated
	sum.Reordered += v.Reordered
	sum.Corrupted += v.Corrupted
	sum.Surplus += v.Surplus
}

// silence notes that the server was silent for so long, if that is the longest.
func (s *session) silence(d time.Duration) {
	longest := &s.cell.Load.LongestSilenceNS
	if *longest == nil || d.Nanoseconds() > **longest {
		ns := d.Nanoseconds()
		*longest = &ns
	}
}

// stoppedBefore tells of a stop that was over when the window began, and so is in none of its figures.
func (s *session) stoppedBefore(d time.Duration) {
	if d >= validity.LongSilence {
		s.evidence.StoppedBefore = max(s.evidence.StoppedBefore, d)
		s.warnOnce("nothing was answered for %s before the measured window: that is in no figure", validity.Stretch(d))
	}
}

// judge writes down what the evidence comes to.
func (s *session) judge(by func(validity.Evidence) validity.Verdict) {
	s.evidence.Cell = &s.cell
	v := by(s.evidence)
	s.cell.Void = append(s.cell.Void, v.Void...)
	s.cell.Warnings = append(s.cell.Warnings, v.Warnings...)
	s.cell.Load.Behind = v.Behind
}

func (s *session) void(format string, args ...any) {
	s.cell.Void = append(s.cell.Void, fmt.Sprintf(format, args...))
}

func (s *session) warn(format string, args ...any) {
	s.cell.Warnings = append(s.cell.Warnings, fmt.Sprintf(format, args...))
}

func (s *session) warnOnce(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(s.cell.Warnings, text) {
		s.cell.Warnings = append(s.cell.Warnings, text)
	}
}

package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/validity"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// measurement is one repetition while it is taken.
type measurement struct {
	cell     record.Cell
	phase    func(string)
	evidence validity.Evidence

	before, after edge // the window's
	calm          calm
	alone         bool // our own engine loads it: it has connections at rest
}

// edge is the server's account at one edge of the measured window.
type edge struct {
	usage  probe.Usage
	pause  *int64 // stop-the-world time so far
	err    error
	memory idleMemory

	machine    probe.Machine
	machineErr error
}

// calm is the server's account at rest, before its load and after it: what is read thread by thread takes 100 ms of a server with
// 1,500 of them, which in the window would be the load's and the server's.
type calm struct {
	before, after probe.Usage
	err           error
}

// settled reads the account at rest.
func (m *measurement) settled(proc *server.Process, to *probe.Usage) {
	var err error
	*to, err = probe.ReadUsage(proc.PIDs())
	m.calm.err = errors.Join(m.calm.err, err)
}

// take goes through a repetition with a server that listens. What goes wrong with the server is in the cell; the error is for what no
// server is to blame for.
func (m *measurement) take(ctx context.Context, e *Experiment, p record.Planned, proc *server.Process) error {
	ctx, cancel := alive(ctx, proc)
	defer cancel()
	m.alone = p.Params.Driver == "" // others dial when they drive, and not before: there is no memory at rest
	m.quiet(ctx, proc)              // some listen before they are all there: gunicorn's workers start after that, and would be charged to connections
	// The first collection makes what the collector works with, about 1 MB, and what the heap has left over from the start would hide the first
	// connections: neither is to depend on how many there are.
	m.collect(proc)
	empty := m.memory(proc, true)
	if m.alone {
		m.moment("empty", empty, nil)
	}
	clients, err := load.Start(load.Process{Args: e.loadArgs(p.Params.Driver), CPUs: e.LoadCPUs, Threads: e.LoadLoops})
	if err != nil {
		return fmt.Errorf("load process: %w", err)
	}
	defer clients.Stop()
	plan := load.Plan{Addr: proc.Addr.String(), Scenario: p.Scenario, Params: traffic(p.Params, p.Conns, p.Seed), Threads: e.LoadLoops}
	steps := []step{
		{"connecting", func() error { return m.connect(ctx, proc, clients, plan, empty) }},
		{"measuring", func() error { return m.drive(ctx, e, p, proc, clients) }},
		{"closing", func() error { return m.close(clients) }},
	}
	if p.Params.Loop == record.StormLoop {
		steps = []step{{"storming", func() error { return m.storm(ctx, e, p, proc, clients, plan, empty) }}}
	}
	for _, s := range steps {
		m.phase(s.doing)
		if err := s.do(); err != nil {
			m.fail(proc, s.doing, err)
			return nil
		}
	}
	m.leave(ctx, e, p, proc)
	m.judge(validity.Judge)
	return nil
}

// step is a part of a repetition.
type step struct {
	doing string
	do    func() error
}

// connect opens all connections, and looks at what they cost at rest.
func (m *measurement) connect(ctx context.Context, proc *server.Process, clients *load.Remote, plan load.Plan, empty idleMemory) error {
	opened, err := clients.Open(ctx, plan)
	m.opened(opened)
	if err != nil || !m.alone {
		return err
	}
	if opened.Ended > 0 {
		m.alone = false // what they cost at rest is not known
		m.warn("memory a connection is not known: the server ended %d of %d connections behind their first answer (Connection: close, or HTTP/1.0 without keep-alive)",
			opened.Ended, opened.Established)
		return nil
	}
	m.phase("measuring memory")
	m.quiet(ctx, proc)
	full := m.memory(proc, true)
	m.idle(empty, full)
	m.rest(ctx, proc)
	m.moment("idle", full, m.collect(proc))
	return nil
}

// drive loads the server, and looks at what the window cost.
func (m *measurement) drive(ctx context.Context, e *Experiment, p record.Planned, proc *server.Process, clients *load.Remote) error {
	limit, done := context.WithTimeout(ctx, time.Duration(p.Params.WarmupNS+p.Params.DurationNS)+time.Minute)
	defer done()
	m.settled(proc, &m.calm.before)
	deaf := m.watchDeaf(p, proc)
	report, err := clients.Drive(limit, load.Drive{
		Rate: p.Params.RatePerS, Pipeline: p.Params.Pipeline, Arrivals: p.Params.Arrivals,
		Warmup: time.Duration(p.Params.WarmupNS), Duration: time.Duration(p.Params.DurationNS),
	}, load.Watch{Window: func(start bool) {
		if start {
			m.before = m.edge(proc, true)
		} else {
			m.after = m.edge(proc, false)
		}
	}})
	m.deaf(deaf)
	if err != nil {
		return err
	}
	m.settled(proc, &m.calm.after)
	m.report(report)
	m.window(report)
	m.machine(e, report)
	m.place(e, p, proc)
	if m.alone {
		m.rested(ctx, "rested", proc)
	}
	if p.Diagnose && m.alone {
		m.diagnose(ctx, proc, clients, p.Params)
	}
	return nil
}

// close ends all connections by a FIN.
func (m *measurement) close(clients *load.Remote) error {
	closed, err := clients.Close()
	if err != nil {
		return err
	}
	m.verified(closed.Verify)
	if open := m.cell.Load.Established - closed.Closed; open > 0 && m.alone {
		why := ""
		if errs := load.InWords(closed.Errors); errs != "" {
			why = ": " + errs
		}
		m.warn("%s not closed in answer to our FIN%s", words.Plural(open, "connection"), why)
	}
	return nil
}

// leave looks at what the server holds when all connections are closed, and gives back.
func (m *measurement) leave(ctx context.Context, e *Experiment, p record.Planned, proc *server.Process) {
	if !m.alone {
		return
	}
	m.quiet(ctx, proc)
	last := m.memory(proc, true)
	m.cell.Memory.AfterCloseRSS, m.cell.Memory.AfterCloseAnon = last.rss, last.anon
	if p.Rep == 1 { // once is enough for what takes its time and is alike each time
		m.returned(ctx, proc, time.Duration(or(p.LingerNS, e.Linger.Nanoseconds())))
	}
	m.rested(ctx, "closed", proc)
}

// or is what is said, or else otherwise.
func or(said *int64, otherwise int64) int64 {
	if said != nil {
		return *said
	}
	return otherwise
}

// alive is a context that ends with the server: a dead one answers nothing, and is not waited for.
func alive(ctx context.Context, proc *server.Process) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-proc.Exited():
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// loadArgs is the command line of the load process with that driver.
func (e *Experiment) loadArgs(driver string) []string {
	if driver == "" {
		return e.LoadArgs
	}
	return append(slices.Clone(e.LoadArgs), "--driver="+driver)
}

// stop ends the server and notes how it took it.
func (m *measurement) stop(proc *server.Process) {
	m.phase("stopping the server")
	if m.died(proc) {
		m.cell.Void = append([]string{fmt.Sprintf("the server died: %v", proc.Err())}, m.otherThanDeath()...)
		m.cell.Load.Behind = nil
		proc.Stop(0)
		return
	}
	if ending, err := proc.Stop(wire.ShutdownGrace + 3*time.Second); ending != server.Clean {
		m.warn("shutdown: %s: %v", ending, err)
	} else if err != nil {
		m.warn("shutdown: %v", err)
	}
}

// otherThanDeath is the reasons against a repetition that do not follow from its server's death: wrong replies.
func (m *measurement) otherThanDeath() []string {
	e := m.evidence
	e.Cell = &record.Cell{Verify: m.cell.Verify}
	e.Cell.Verify.Lost = 0
	return validity.Replies(&e)
}

// died reports whether the server ended of itself. One that does closes its connections first, and is seen to have ended a moment later.
func (m *measurement) died(proc *server.Process) bool {
	if m.cell.Load.Errors["closed"]+m.cell.Load.Errors["reset"] > 0 {
		select {
		case <-proc.Exited():
		case <-time.After(time.Second):
		}
	}
	select {
	case <-proc.Exited():
		return true
	default:
		return false
	}
}

// fail voids the cell for an error of the load, unless it only followed from the server's death, which stop notes.
func (m *measurement) fail(proc *server.Process, doing string, err error) {
	select {
	case <-proc.Exited():
		return
	default:
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no end in sight: the server hangs, or the load does")
	}
	m.void("%s: %v", doing, err)
}

// quiet waits until the server does nothing any more, for two seconds at most.
func (m *measurement) quiet(ctx context.Context, proc *server.Process) {
	const look, idle = 50 * time.Millisecond, time.Millisecond
	var last time.Duration
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; {
		used, err := probe.ReadCPU(proc.PIDs())
		if err != nil || last != 0 && used-last < idle {
			return
		}
		last = used
		select {
		case <-time.After(look):
		case <-ctx.Done():
		}
	}
}

// edge reads the server's account at the start or the end of the window. What asks the server itself costs it time, and so
// comes before the start and after the end. The machine's account is read inside the server's, so that what the readings cost is not
// taken for the work of others.
func (m *measurement) edge(proc *server.Process, start bool) (at edge) {
	pids := proc.PIDs()
	at.machine, at.machineErr = probe.ReadMachine()
	at.usage, at.err = probe.ReadClock(pids)
	asked := time.Now()
	if rt, err := proc.Runtime(); err == nil {
		pause := rt.GCPause.Nanoseconds()
		at.pause = &pause
		m.cell.CPU.Goroutines = &rt.Goroutines
	}
	if start && time.Since(asked) < lateAnswer { // else it has stopped, and the window began long ago
		at.usage, at.err = probe.ReadClock(pids)
		at.machine, at.machineErr = probe.ReadMachine()
	} else if !start {
		at.memory = m.memory(proc, false)
	}
	return at
}

// lateAnswer is from when what a server was asked costs less CPU time than the part of the window that the answer took would hide.
const lateAnswer = 10 * time.Millisecond

// failed adds up failed connections and messages by kind.
func (m *measurement) failed(errs map[string]int64) {
	for kind, n := range errs {
		m.cell.Load.Errors[kind] += n
	}
}

func (m *measurement) verified(v record.Verify) {
	sum := &m.cell.Verify
	sum.Lost += v.Lost
	sum.Duplicated += v.Duplicated
	sum.Reordered += v.Reordered
	sum.Corrupted += v.Corrupted
	sum.Surplus += v.Surplus
}

// judge writes down what the evidence comes to.
func (m *measurement) judge(by func(validity.Evidence) validity.Verdict) {
	m.evidence.Cell = &m.cell
	v := by(m.evidence)
	m.cell.Void = append(m.cell.Void, v.Void...)
	m.cell.Warnings = append(m.cell.Warnings, v.Warnings...)
	m.cell.Load.Behind = v.Behind
}

func (m *measurement) void(format string, args ...any) {
	m.cell.Void = append(m.cell.Void, fmt.Sprintf(format, args...))
}

func (m *measurement) warn(format string, args ...any) {
	m.cell.Warnings = append(m.cell.Warnings, fmt.Sprintf(format, args...))
}

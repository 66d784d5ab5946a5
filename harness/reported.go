package harness

import (
	"cmp"
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

func (m *measurement) opened(r load.ConnectReport) {
	m.cell.Load.Established = r.Established
	m.cell.Load.ConnectPerS = r.PerS
	m.failed(r.Errors)
	m.verified(r.Verify)
	m.evidence.Odd = cmp.Or(m.evidence.Odd, r.Odd)
	if r.Established < m.cell.Conns {
		m.evidence.Missing, m.evidence.Unmade = r.Missing(m.cell.Conns), r.Errors
	}
}

// renewed notes that the server ended connections in good order, and others were opened in their place.
func (m *measurement) renewed(r load.Report) {
	if r.Idle > 0 && (m.evidence.Idle == 0 || r.Idle < m.evidence.Idle) {
		m.evidence.Idle = r.Idle
	}
	m.evidence.Odd = cmp.Or(m.evidence.Odd, r.Odd)
	if m.cell.Params.Driver != "" {
		return // they do not count them
	}
	n := or(m.cell.Load.Reconnects, 0) + r.Reconnects
	m.cell.Load.Reconnects = &n
}

// tellRenewed tells a reader of the cell what it means.
func (m *measurement) tellRenewed() {
	if n := or(m.cell.Load.Reconnects, 0); n > 0 {
		why := "Connection: close, or HTTP/1.0 without keep-alive"
		if m.evidence.Idle > 0 {
			why = "idle for " + load.Silence(m.evidence.Idle)
		}
		m.warn("the server ended %s in good order (%s): others were opened in their place, and the time for that is part of the latency",
			words.Plural(int(n), "connection"), why)
	}
}

// report writes down what the load measured.
func (m *measurement) report(r load.Report) {
	c := &m.cell
	c.Load.Sent, c.Load.Received, c.Load.Expected = r.Sent, r.Received, r.Expected
	c.Load.LateSendRatio = r.LateRatio
	c.Latency, c.Service = r.Latency, r.Service
	c.First, c.Last, c.Spread, c.Aside = r.First, r.Last, r.Spread, r.Aside
	c.Warnings = append(c.Warnings, r.Warnings...)
	c.Fairness = r.Fairness
	m.failed(r.Errors)
	m.verified(r.Verify)
	m.renewed(r)
	m.tellRenewed()
	if m.alone { // other drivers do not know it
		m.silence(time.Duration(r.Silence))
		m.stoppedBefore(time.Duration(r.SilenceBefore))
	}
	m.evidence.Overflow += r.Overflow
	m.evidence.Early = r.Behind
}

// silence notes that the server was silent for so long, if that is the longest.
func (m *measurement) silence(d time.Duration) {
	longest := &m.cell.Load.LongestSilenceNS
	if *longest == nil || d.Nanoseconds() > **longest {
		ns := d.Nanoseconds()
		*longest = &ns
	}
}

// stoppedBefore tells of a stop that was over when the window began, and so is in none of its figures.
func (m *measurement) stoppedBefore(d time.Duration) {
	if d >= validity.LongSilence {
		m.evidence.StoppedBefore = max(m.evidence.StoppedBefore, d)
		m.warnOnce("nothing was answered for %s in the warm-up, which is not measured", validity.Stretch(d))
	}
}

// window writes down what the measured window cost both sides.
func (m *measurement) window(r load.Report) {
	c := &m.cell
	if r.WindowNS > 0 {
		wall := float64(r.WindowNS)
		throughput := float64(r.InWindow) * 1e9 / wall
		c.Load.ThroughputPerS = &throughput
		client := float64(r.CPUNS) / wall
		c.Load.ClientCPURatio, c.CPU.ClientNS = &client, &r.CPUNS
	}
	if err := errors.Join(m.before.err, m.after.err); err != nil {
		m.warn("CPU of the server: %v", err)
		return
	}
	used := m.after.usage.Sub(m.before.usage)
	cpu := used.CPU.Nanoseconds()
	ratio := float64(used.CPU) / float64(used.Wall)
	threads := int64(used.Threads)
	c.CPU.ServerNS, c.Load.ServerCPURatio, c.CPU.Threads = &cpu, &ratio, &threads
	m.cpuParts(used)
	m.waits(used)
	if r.InWindow > 0 && c.Load.ThroughputPerS != nil && !writtenAhead(c) {
		// Both edges of the window are read some tens of microseconds late: per message, by the time between the readings.
		per := float64(cpu) / (*c.Load.ThroughputPerS * used.Wall.Seconds())
		c.CPU.ServerNSPerMessage = &per
	}
	if m.before.pause != nil && m.after.pause != nil {
		pause := *m.after.pause - *m.before.pause
		c.CPU.GCPauseNS = &pause
	}
	at := m.after.memory
	c.Memory.LoadedRSS, c.Memory.LoadedAnon, c.Memory.LoadedKernel = at.rss, at.anon, at.kernel
	c.Memory.LoadedHeap, c.Memory.LoadedStack = at.heap, at.stack
}

// writtenAhead reports whether the messages of a window are no measure of what the server did in it: readers at a steady rate take pieces that the
// server wrote before, as far ahead as the sockets' buffers go.
func writtenAhead(c *record.Cell) bool {
	s := scenarios.ByName(c.Scenario)
	return s != nil && s.Piece > 0 && c.Params.Loop == "open"
}

// waits writes down what is kept by thread. It is read at rest, from before the warm-up until all is answered; the window's is its share
// of that, by the CPU time used in it.
func (m *measurement) waits(window probe.Usage) {
	whole := m.calm.after.Sub(m.calm.before)
	if m.calm.err != nil || whole.CPU <= 0 {
		m.warn("context switches of the server are not known: %v", cmp.Or(m.calm.err, errors.New("it used no CPU time")))
		return
	}
	share := min(1, float64(window.CPU)/float64(whole.CPU))
	part := func(n int64) *int64 {
		n = int64(math.Round(share * float64(n)))
		return &n
	}
	cpu := &m.cell.CPU
	cpu.VoluntarySwitches, cpu.InvoluntarySwitches = part(whole.Voluntary), part(whole.Involuntary)
	if whole.QueueKnown {
		cpu.RunQueueNS = part(whole.RunQueue.Nanoseconds())
	}
}

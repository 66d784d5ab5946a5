package harness

import (
	"fmt"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/validity"
	"cbench/results/record"
)

// sums is a server's slots added up.
type sums struct {
	slots                           int
	sent, expected, received        int64
	inWindow, all, windowNS, loadNS int64
	late                            float64
	overflow                        int64
	window, whole                   probe.Usage // the server's in the windows, and from rest to rest
	latency, service                merged
	first, last, spread, aside      merged
	machine                         beside
}

// add writes a slot down as a round, and adds it up if it counts.
func (srv *rotated) add(s slot) {
	round := s.round()
	srv.silence(s.silence(srv.evidence.CPUs))
	srv.cell.Rotation.Rounds = append(srv.cell.Rotation.Rounds, round)
	if srv.lost = round.Void != ""; srv.lost {
		srv.evidence.VoidRounds = append(srv.evidence.VoidRounds, round.Void)
		return
	}
	srv.sums.add(s)
	srv.cell.Fairness = s.report.Fairness
	srv.sums.machine.join(s.beside(srv.evidence.CPUs))
}

// taken says that other processes and the hypervisor took more of the CPUs in the slot's window than counting in
// ticks can err by and than leaves a comparison of neighbours what it is, or "".
func (s *slot) taken(cpus []int) string {
	b := s.beside(cpus)
	if share := b.share(); share > mostTaken+validity.Chance(cpus, b.wall) {
		return fmt.Sprintf("others took %.0f%% of a CPU", share*100)
	}
	return ""
}

// silence is the longest of the server's in the slot. Where others took too much of the CPUs meanwhile, it is what is
// left of it without the time that they took: the round does not count, and yet a server that stopped in it did.
func (s *slot) silence(cpus []int) time.Duration {
	longest := time.Duration(s.report.Silence)
	if s.disturbed == "" {
		return longest
	}
	b := s.beside(cpus)
	return max(0, longest-time.Duration(b.share()*float64(b.wall)))
}

// round is what a slot showed. CPU time per message is that from rest to rest, over all replies meanwhile, the ramp's
// too: read at rest it is exact. Under load what a thread used since the last tick is missing, of a server that never
// waits 2 ms on average: one per cent of a slot, and of the figure of slow servers only.
//
// A slot in which the server answered nothing counts: it is the server's worst one, with the latency of what waited,
// and without throughput. To drop it would be to drop a stall. What the few messages before and behind it cost is not
// the cost of a message, and so unknown.
func (s *slot) round() record.Round {
	r := s.report
	round := record.Round{Count: r.Received, IdleCPURatio: float64(s.others) / float64(max(1, s.took))}
	if r.WindowNS <= 0 || r.Latency == nil {
		round.Void = validity.SilentSlot
		return round
	}
	if r.InWindow > 0 {
		round.ServerNSPerMessage = float64(s.worked.Sub(s.rested).CPU) / float64(r.All)
		round.LoadNSPerMessage = float64(r.CPUNS) / float64(r.InWindow)
		round.ThroughputPerS = float64(r.InWindow) * 1e9 / float64(r.WindowNS)
	}
	round.P50, round.P99 = r.Latency.P50, r.Latency.P99
	switch {
	case s.disturbed != "":
		round.Void = s.disturbed
	case round.IdleCPURatio > mostIdle:
		round.Void = fmt.Sprintf("the other servers, %s before all, were not idle: they took %.1f%% of a CPU",
			s.busiest, round.IdleCPURatio*100)
	}
	return round
}

func (t *sums) add(s slot) {
	r := s.report
	t.slots++
	t.sent, t.expected, t.received = t.sent+r.Sent, t.expected+r.Expected, t.received+r.Received
	t.inWindow, t.all = t.inWindow+r.InWindow, t.all+r.All
	t.windowNS, t.loadNS = t.windowNS+r.WindowNS, t.loadNS+r.CPUNS
	t.overflow += r.Overflow
	if r.LateRatio != nil {
		t.late += *r.LateRatio * float64(r.Sent)
	}
	plus(&t.window, s.to.server.Sub(s.from.server))
	plus(&t.whole, s.worked.Sub(s.rested))
	for _, d := range []struct {
		to *merged
		l  *record.Latency
	}{
		{&t.latency, r.Latency}, {&t.service, r.Service}, {&t.first, r.First}, {&t.last, r.Last},
		{&t.spread, r.Spread}, {&t.aside, r.Aside},
	} {
		d.to.add(d.l)
	}
}

// plus adds what was used in one more stretch.
func plus(sum *probe.Usage, u probe.Usage) {
	sum.QueueKnown = (sum.Wall == 0 || sum.QueueKnown) && u.QueueKnown
	sum.Wall += u.Wall
	sum.CPU += u.CPU
	sum.User += u.User
	sum.System += u.System
	sum.Voluntary += u.Voluntary
	sum.Involuntary += u.Involuntary
	sum.RunQueue += u.RunQueue
	sum.Threads = u.Threads
}

// into writes the sums into the cell. CPU figures are from rest to rest, as in a round, but for the ratios.
// Throughput is all replies over all windows, the rounds' mean by time; their median is in the rounds. Memory is not
// known: several servers share the machine's caches, and this one was loaded long ago.
func (t *sums) into(srv *rotated) {
	c := &srv.cell
	srv.evidence.Window = time.Duration(t.slots) * time.Duration(c.Params.SlotNS)
	srv.evidence.Overflow += t.overflow
	if t.slots == 0 {
		return
	}
	c.Load.Sent, c.Load.Received, c.Load.Expected = t.sent, t.received, t.expected
	c.Latency, c.Service = t.latency.summary(), t.service.summary()
	c.First, c.Last, c.Spread, c.Aside = t.first.summary(), t.last.summary(), t.spread.summary(), t.aside.summary()
	wall := float64(t.windowNS)
	throughput, client := float64(t.inWindow)*1e9/wall, float64(t.loadNS)/wall
	busy := float64(t.window.CPU) / float64(t.window.Wall)
	c.Load.ThroughputPerS, c.Load.ClientCPURatio, c.Load.ServerCPURatio = &throughput, &client, &busy
	if c.Params.Loop == "open" && t.sent > 0 {
		late := t.late / float64(t.sent)
		c.Load.LateSendRatio = &late
	}
	cpu := t.whole.CPU.Nanoseconds()
	per, threads := float64(cpu)/float64(t.all), int64(t.whole.Threads)
	c.CPU.ServerNS, c.CPU.ServerNSPerMessage, c.CPU.ClientNS, c.CPU.Threads = &cpu, &per, &t.loadNS, &threads
	srv.cpuParts(t.whole)
	if queue := t.whole.RunQueue.Nanoseconds(); t.whole.QueueKnown {
		c.CPU.RunQueueNS = &queue
	}
	c.CPU.VoluntarySwitches, c.CPU.InvoluntarySwitches = &t.whole.Voluntary, &t.whole.Involuntary
	c.Machine = t.machine.shares()
}

// merged is a distribution out of several.
type merged struct {
	hdr      *hdrhistogram.Histogram
	min, max int64
	sum      float64 // for the mean, which a histogram knows to three digits only
	count    int64
}

func (m *merged) add(l *record.Latency) {
	h, err := l.Histogram()
	if err != nil {
		return // there is none: the slot had no such message
	}
	if m.hdr == nil {
		m.hdr, m.min = load.NewHistogram(), math.MaxInt64
	}
	m.hdr.Merge(h)
	m.min, m.max = min(m.min, l.Min), max(m.max, l.Max)
	m.sum, m.count = m.sum+l.Mean*float64(l.Count), m.count+l.Count
}

func (m *merged) summary() *record.Latency {
	l := record.NewLatency(m.hdr).Exact(m.min, m.max)
	if l != nil {
		l.Mean = m.sum / float64(m.count)
	}
	return l
}

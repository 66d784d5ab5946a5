package validity

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/harness/load"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
)

// Bounds beyond which the load did not do, or hardly did, what it was asked for.
const (
	LeastOfRate = 0.99                 // of the offered rate that must be achieved
	underWay    = 5 * time.Millisecond // of messages that may be under way more at one edge of a window than at the other
	mostBacklog = load.EdgeStall       // of messages: a machine's pause at an edge, and not yet a server that falls behind
	stopsEdge   = 110                  // per cent of a stop that the replies may be worth that it moved over an edge
	mostSteady  = 0.25                 // of what is missing that was so before such a pause could begin; of a steady deficit: half

	SomeLate    = 0.01 // of the sends that may be over 1 ms late before p99 tells of the client
	mostLate    = 0.1  // beyond which latency is the client's
	MostlyLate  = 0.5  // and that on a machine that is known to be in use
	enoughSends = 1000 // for that to be more than chance

	mostLagShare = 0.5                    // of the mean latency that may be the client's own before latency is the client's
	someLagShare = 0.1                    // and before a reader should know
	mostLag      = 100 * time.Microsecond // below which a lag is what a timer is late anyway
	someLag      = 50 * time.Microsecond  // and below which it is no news

	SaturatedFrom = 0.95 // of its CPUs that the client uses when it is the bottleneck

	// Of the messages under way that throughput and latency may disagree by. A client needs time to read and to send:
	// beyond 10,000 connections 5% of the way round are its own here.
	littleTolerance = 0.15

	poissonSigmas = 4 // by which a count of random arrivals may be off its mean: once in 30,000 it is by more
)

func judgeConnections(e *Evidence) Verdict {
	switch c := e.Cell; {
	case c.Load.Established >= c.Conns:
		return passed
	case e.Missing != "":
		return voided("%s", e.Missing)
	default:
		return voided("only %d of %d connections were established", c.Load.Established, c.Conns)
	}
}

// ended reports whether the server ended connections that the scenario needs. What was not sent or answered then follows from it.
func (e *Evidence) ended() bool { return e.Cell.Load.Errors["idle"]+e.Cell.Load.Errors["closing"] > 0 }

// judgeErrors: of connections and of messages.
func judgeErrors(e *Evidence) (v Verdict) {
	errs := e.Cell.Load.Errors
	switch {
	case errs["idle"] > 0:
		return voided("the server ends idle connections after %s; %s cannot be held: set its keep-alive timeout",
			load.Silence(e.Idle), words.Plural(e.Cell.Conns, "connection"))
	case errs["closing"] > 0:
		return voided("the server ends connections behind its answers (Connection: close, or HTTP/1.0 without keep-alive), "+
			"and %s needs ones that stay: have it keep them alive", e.Cell.Scenario)
	}
	for _, kind := range slices.Sorted(maps.Keys(errs)) {
		if n := errs[kind] - e.Unmade[kind]; n > 0 {
			v.Void = append(v.Void, load.InWords(map[string]int64{kind: n}))
		}
	}
	return v
}

func judgeReplies(e *Evidence) (v Verdict) {
	wrong := e.Cell.Verify
	if e.ended() {
		wrong.Lost = 0
	}
	for _, fault := range []struct {
		n    int64
		what string
	}{
		{wrong.Lost, "lost"}, {wrong.Duplicated, "duplicated"}, {wrong.Reordered, "reordered"},
		{wrong.Corrupted, "corrupted"}, {wrong.Surplus, "surplus"},
	} {
		if fault.n > 0 {
			v.Void = append(v.Void, fmt.Sprintf("replies: %d %s", fault.n, fault.what))
		}
	}
	if len(v.Void) > 0 {
		v.Void[len(v.Void)-1] += Odd(e.Odd)
	}
	return v
}

func judgeOverflow(e *Evidence) Verdict {
	if e.Overflow > 0 {
		return voided("%d latencies of over 60 s are in no histogram", e.Overflow)
	}
	return passed
}

// judgeUnsent: the client did not get round to what was due.
func judgeUnsent(e *Evidence) Verdict {
	c := e.Cell
	if c.Params.Loop != "open" || e.ended() {
		return passed
	}
	offered := c.Params.RatePerS * e.Window.Seconds()
	least := LeastOfRate*offered - 1
	if c.Params.Arrivals == record.Poisson {
		least -= poissonSigmas * math.Sqrt(offered)
	}
	if float64(c.Load.Sent) < least {
		return voided("only %d of %.0f messages were sent: the client could not keep up", c.Load.Sent, offered)
	}
	return passed
}

// judgeRate voids what was measured beyond a server's capacity, and gives that. A stall at the edge of a window moves
// replies over it, and to void for that would be to throw away the worst repetitions; a server that cannot do the
// rate falls behind by more and more, or in slot after slot. The two differ in when replies are missing: before the
// last 250 ms a stall at the end has not begun, and a steady deficit is there in proportion to the time gone by. On a
// machine in use (--noisy) a deficit that is no more than a stall may be is told, not void: it may be that of the
// CPU.
func judgeRate(e *Evidence) Verdict {
	c := e.Cell
	if c.Params.Loop != "open" || c.Load.ThroughputPerS == nil || c.Load.Expected == 0 || e.Window <= 0 {
		return passed
	}
	if c.Load.Errors["unsent"] > 0 || e.ended() { // with nobody left to say it: that is why
		return passed
	}
	// What was due, and not the rate, for random arrivals are never quite that; and a message may bring many replies.
	offered, achieved := float64(c.Load.Expected)/e.Window.Seconds(), *c.Load.ThroughputPerS
	if c.Rotation != nil {
		achieved = typical(c.Rotation.Rounds)
	}
	off := math.Abs(achieved/offered - 1)
	backlog := time.Duration(off * float64(e.Window))
	switch {
	case off <= 1-LeastOfRate+e.tolerance() || off*float64(c.Load.Expected) < float64(e.slots())*e.replies():
		return passed
	case c.Rotation != nil && achieved > offered, c.Rotation == nil && backlog <= mostBacklog && (achieved > offered || !e.steady()):
		return warned("a stall at the edge of the window moved %.0f%% of the replies over it", off*100)
	case c.Rotation == nil && backlog <= e.stop()*stopsEdge/100:
		return warned("the server stopped for %s: that moved %.0f%% of the replies over the edge of the window",
			Stretch(e.stop()), off*100)
	case c.Rotation == nil && backlog <= mostBacklog && e.Noisy:
		return warned("offered %.0f messages/s and achieved %.0f: the server could not keep up, or had not the CPU (kept: --noisy)",
			offered, achieved)
	case achieved > offered:
		return voided("offered %.0f messages/s and achieved %.0f: "+
			"the warm-up left a backlog, the server or the client could not keep up", offered, achieved)
	case e.behind():
		v := voided("offered %.0f messages/s and achieved %.0f, all that the client can do: what the server can is not known",
			offered, achieved)
		v.Behind = &record.Behind{OfferedPerS: offered, AchievedPerS: achieved, Client: true}
		return v
	}
	v := voided("offered %.0f messages/s and achieved %.0f, the server's capacity here: latency beyond it only grows with time",
		offered, achieved)
	v.Behind = &record.Behind{OfferedPerS: offered, AchievedPerS: achieved}
	return v
}

// steady reports whether the missing replies were missing before a stall at the end of the window could have begun.
func (e *Evidence) steady() bool {
	c := e.Cell
	missing := float64(c.Load.Expected) - *c.Load.ThroughputPerS*e.Window.Seconds()
	few := underWay.Seconds()*float64(c.Load.Expected)/e.Window.Seconds() + e.replies()
	return float64(e.Early) > max(mostSteady*missing, few)
}

// typical is the median throughput of the rounds that count: a stall at an edge of one of them does not move it.
func typical(rounds []record.Round) float64 {
	var perS []float64
	for _, r := range rounds {
		if r.Void == "" {
			perS = append(perS, r.ThroughputPerS)
		}
	}
	return Median(perS)
}

// slots is in how many stretches the window was measured.
func (e *Evidence) slots() int { return max(1, int(e.Window/max(1, e.Slot))) }

// replies is how many a message brings.
func (e *Evidence) replies() float64 {
	return float64(e.Cell.Load.Expected) / float64(max(1, e.Cell.Load.Sent))
}

// tolerance is the share by which what came may differ from what was due although the server keeps up. In one window,
// messages under way at its edges: some milliseconds of them, or as many as wait behind one that blocks. In a
// rotation, what Poisson arrivals in one slot are off their mean in the median of all slots, whose standard deviation
// is 1.25 times that of a mean of so many (the normal distribution's).
func (e *Evidence) tolerance() float64 {
	c := e.Cell
	switch {
	case c.Rotation == nil:
		return float64(underWay+time.Duration(c.Params.BlockNS)) / float64(e.Window)
	case c.Params.Arrivals != record.Poisson || c.Load.Sent == 0:
		return 0
	}
	return poissonSigmas * 1.25 / math.Sqrt(float64(c.Load.Sent))
}

// behind reports whether it was the client that could not keep up.
func (e *Evidence) behind() bool {
	late := e.Cell.Load.LateSendRatio
	return e.saturated() || e.lags() || late != nil && *late > mostLate && e.Cell.Load.Sent >= enoughSends
}

func judgeLate(e *Evidence) Verdict {
	const could = "%.0f%% of the sends were over 1 ms late: the client could not keep up"
	late, enough := e.Cell.Load.LateSendRatio, e.Cell.Load.Sent >= enoughSends
	switch {
	case late == nil:
	case *late > MostlyLate && enough:
		return voided(could, *late*100)
	case *late > mostLate && enough:
		return e.disturbed(could, *late*100)
	case *late > SomeLate:
		return warned("%.0f%% of the sends were over 1 ms late: the highest percentiles tell of the client too", *late*100)
	}
	return passed
}

// judgeLag: latency counts from when a message was due, service time from when it was sent, both of the same
// messages. What their medians differ by is how late the client typically was; their means, how late on average: a
// few pauses of the machine make all of that, and leave the median as it is.
func judgeLag(e *Evidence) Verdict {
	if e.lags() {
		lag, share := e.typicalLag()
		return e.disturbed("a message was typically sent %v after it was due, %.0f%% of its latency: it is the client's",
			lag.Round(time.Microsecond), share*100)
	}
	switch lag, share := e.lag(); {
	case lag > someLag && share > someLagShare:
		return warned("messages were sent %v after they were due on average, %.0f%% of their latency",
			lag.Round(time.Microsecond), share*100)
	}
	return passed
}

// lag is how late messages were sent on average, and which share of their latency that is.
func (e *Evidence) lag() (lag time.Duration, share float64) {
	c := e.Cell
	if c.Params.Loop != "open" || c.Latency == nil || c.Service == nil || c.Latency.Mean <= 0 {
		return 0, 0
	}
	lag = time.Duration(c.Latency.Mean - c.Service.Mean)
	return lag, float64(lag) / c.Latency.Mean
}

// typicalLag is the same of a message in the middle.
func (e *Evidence) typicalLag() (lag time.Duration, share float64) {
	c := e.Cell
	if c.Params.Loop != "open" || c.Latency == nil || c.Service == nil || c.Latency.P50 <= 0 {
		return 0, 0
	}
	lag = time.Duration(c.Latency.P50 - c.Service.P50)
	return lag, float64(lag) / float64(c.Latency.P50)
}

// lags reports whether most of the latency is the client's.
func (e *Evidence) lags() bool {
	lag, share := e.typicalLag()
	return lag > mostLag && share > mostLagShare && e.Cell.Load.Sent >= enoughSends
}

// judgeClient: a client without time to spare reads replies late. In a closed loop that limits the throughput, which
// is a figure to be read with care; in an open one it is latency that is not the server's.
func judgeClient(e *Evidence) Verdict {
	c := e.Cell
	switch cpu := c.Load.ClientCPURatio; {
	case !e.saturated():
	case c.Params.Loop == "open":
		return voided("the client used %.2f of a CPU: latency is its own", *cpu)
	default:
		return warned("the client used %.2f of a CPU: the throughput is its limit, not the server's; compare CPU per message",
			*cpu)
	}
	return passed
}

// saturated reports whether the client had no CPU time left.
func (e *Evidence) saturated() bool {
	cpu := e.Cell.Load.ClientCPURatio
	return cpu != nil && *cpu > SaturatedFrom*float64(max(1, e.Loops))
}

// judgeLittle: in a closed loop every connection has its messages under way at any time, and by Little's law
// (Operations Research 9, 1961) their number is throughput times mean latency. Where it is not, one of the two was
// measured wrong. Only where a message has one reply, and that on the connection that said it, is the number known.
func judgeLittle(e *Evidence) Verdict {
	c := e.Cell
	s := scenarios.ByName(c.Scenario)
	if c.Params.Loop != "closed" || c.Params.Driver != "" || c.Latency == nil || c.Load.ThroughputPerS == nil ||
		s == nil || s.RoomSize > 0 || s.OneRoom || s.Piece > 0 || s.Idle || e.Slot <= 0 {
		return passed
	}
	underway := float64(c.Conns * max(1, c.Params.Pipeline))
	found := *c.Load.ThroughputPerS * c.Latency.Mean / 1e9
	// What was sent before a window is answered in it, and what is answered after it was sent in it: a latency's
	// worth at each end, or a stop's.
	atEdge := c.Latency.Mean
	if e.stop() > 0 {
		atEdge += float64(c.Latency.Max)
	}
	edge := atEdge / float64(e.Slot)
	if off := found/underway - 1; math.Abs(off) > littleTolerance+edge {
		return voided("%.0f messages/s of %v each are %.0f under way, and there were %.0f: "+
			"throughput or latency is wrong (Little's law)",
			*c.Load.ThroughputPerS, time.Duration(c.Latency.Mean).Round(time.Microsecond), found, underway)
	}
	return passed
}

func judgeSamples(e *Evidence) Verdict { return Samples(e.Cell, e.Overflow) }

// Samples judges the latencies by themselves, of which overflow are in no histogram: every checked reply is one, and
// no message was sent before it was due.
func Samples(c *record.Cell, overflow int64) Verdict {
	if c.Latency == nil || c.Params.Driver != "" {
		return passed
	}
	if n := c.Latency.Count + overflow; n != c.Load.Received {
		return voided("%d replies were checked, and %d latencies taken", c.Load.Received, n)
	}
	if c.Service != nil && c.Service.Mean > c.Latency.Mean*1.001 { // histograms know a mean to three digits
		return voided("messages took longer from when they were sent than from when they were due: a clock is wrong")
	}
	return passed
}

// Wrong is what the checks of connections, errors and replies say of a load that was not measured, or "".
func Wrong(scenario string, conns int, r load.Report) string {
	e := &Evidence{
		Cell: &record.Cell{Scenario: scenario, Conns: conns, Verify: r.Verify, Load: record.Load{Established: conns, Errors: r.Errors}},
		Odd:  r.Odd, Idle: r.Idle,
	}
	return strings.Join(append(judgeErrors(e).Void, judgeReplies(e).Void...), ", ")
}

// Replies is the reasons against a repetition that wrong replies are.
func Replies(e *Evidence) []string { return judgeReplies(e).Void }

// Odd is the first wrong reply, to be appended to a reason.
func Odd(reply string) string {
	if reply == "" {
		return ""
	}
	return "; the first wrong one: " + reply
}

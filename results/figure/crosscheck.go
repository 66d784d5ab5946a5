package figure

import (
	"fmt"
	"slices"

	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// OwnDriver is what our own engine is called beside others.
const OwnDriver = "cbench"

// CrossCheck is one server under one load at one number of connections, driven by several drivers: what one of them says is
// checked by what the others say.
type CrossCheck struct {
	Setting Setting // without a driver
	Model   string
	Name    string // the model's, and its Procs where it ran on several numbers of them
	Conns   int
	Rows    []CrossRow // our own engine first, if it is among them
}

// CrossRow is what one driver measured. A Spread whose N is 0 is not known.
type CrossRow struct {
	Driver        string
	Throughput    stats.Spread // messages/s
	P50, P99      stats.Spread // ns
	CPUPerMessage stats.Spread // of the server, ns
	ClientCPU     stats.Spread // CPU time over wall time; 1 is one CPU
	ServerCPU     stats.Spread
	Difference    *float64   // of its throughput to our engine's, as a share of ours; nil: of our own, or not known
	Bottleneck    Bottleneck // what bounded the throughput
	Why           string     // in words
}

// Bottleneck is which side of a closed loop had no CPU time left.
type Bottleneck string

// The bottlenecks.
const (
	ClientBound Bottleneck = "client"
	ServerBound Bottleneck = "server"
	BothBound   Bottleneck = "both"
	Neither     Bottleneck = "neither"
	NotKnown    Bottleneck = "not known"
)

// busyFrom is the share of its CPUs from which a side is the bottleneck: the rest is what the kernel does not charge to it.
const BusyFrom = 0.95

// CrossChecks is every load of a closed loop that more than one driver measured, in the groups' order. Groups are Summarise's.
func CrossChecks(groups []Group) []CrossCheck {
	var all []CrossCheck
	var procs []int // of each
	for i := range groups {
		g := &groups[i]
		setting := g.Setting()
		setting.Params.Driver = ""
		if setting.Params.Loop != "closed" || len(g.Valid)+len(g.Rotated) == 0 {
			continue
		}
		at := -1
		for k := range all {
			if all[k].Setting == setting && all[k].Model == g.Model && all[k].Conns == g.Conns && procs[k] == g.Params.Procs {
				at = k
			}
		}
		if at < 0 {
			at = len(all)
			all = append(all, CrossCheck{Setting: setting, Model: g.Model, Name: NameOf(groups, g), Conns: g.Conns})
			procs = append(procs, g.Params.Procs)
		}
		all[at].Rows = append(all[at].Rows, g.crossRow())
	}
	all = slices.DeleteFunc(all, func(c CrossCheck) bool { return len(c.Rows) < 2 })
	for i := range all {
		all[i].compare()
	}
	return all
}

func (g *Group) crossRow() CrossRow {
	r := CrossRow{
		Driver: g.Params.Driver, Throughput: g.Of(Throughput), P50: g.Of(LatencyP50), P99: g.Of(LatencyP99), CPUPerMessage: g.Of(CPUPerMessage),
		ClientCPU: g.Of(func(c *record.Cell) (float64, bool) { return Known(c.Load.ClientCPURatio) }),
		ServerCPU: g.Of(func(c *record.Cell) (float64, bool) { return Known(c.Load.ServerCPURatio) }),
	}
	if r.Driver == "" {
		r.Driver = OwnDriver
	}
	cell := &slices.Concat(g.Rotated, g.Valid)[0]
	r.judge(max(1, cell.Load.ClientCPUs), max(1, cell.Load.ServerCPUs), g.Of(othersCPU))
	return r
}

// othersCPU is the CPU time of all else on the CPUs of both sides over wall time.
func othersCPU(c *record.Cell) (float64, bool) {
	if c.Machine == nil {
		return 0, false
	}
	return Known(c.Machine.OthersRatio)
}

// judge says which side had no CPU time left, of so many CPUs, of which others took some.
func (r *CrossRow) judge(clientCPUs, serverCPUs int, others stats.Spread) {
	if r.ClientCPU.N == 0 || r.ServerCPU.N == 0 {
		r.Bottleneck, r.Why = NotKnown, "the CPU time of a side is not known"
		return
	}
	client, server := r.ClientCPU.Median/float64(clientCPUs), r.ServerCPU.Median/float64(serverCPUs)
	used := fmt.Sprintf("client CPU %s used, server CPU %s", words.Percent(client), words.Percent(server))
	switch {
	case client >= BusyFrom && server >= BusyFrom:
		r.Bottleneck, r.Why = BothBound, used
	case client >= BusyFrom:
		r.Bottleneck, r.Why = ClientBound, used+": the server could have done more"
	case server >= BusyFrom:
		r.Bottleneck, r.Why = ServerBound, used
	default:
		r.Bottleneck, r.Why = Neither, used+": "+neitherWhy(r.Driver, others)
	}
}

// crowdedFrom is the share of a CPU that other programs may take before they are the reason why neither side was busy.
const crowdedFrom = 0.05

// neitherWhy is why a closed loop left both sides idle: other programs, or what is known of its driver.
func neitherWhy(driver string, others stats.Spread) string {
	why := "each waited for the other"
	if driver == "hey" {
		why = "hey waits at its own locks" // of net/http's transport, between workers
	}
	switch {
	case others.N == 0:
		return why + " or for other programs"
	case others.Median >= crowdedFrom:
		return "others took " + words.Percent(others.Median) + " of a CPU"
	}
	return why
}

// compare sets the differences to our own engine's throughput.
func (c *CrossCheck) compare() {
	own := slices.IndexFunc(c.Rows, func(r CrossRow) bool { return r.Driver == OwnDriver })
	if own < 0 {
		return
	}
	first := c.Rows[own]
	c.Rows = slices.Insert(slices.Delete(c.Rows, own, own+1), 0, first)
	for i := range c.Rows[1:] {
		if r := &c.Rows[1+i]; r.Throughput.N > 0 && first.Throughput.N > 0 && first.Throughput.Median > 0 {
			share := r.Throughput.Median/first.Throughput.Median - 1
			r.Difference = &share
		}
	}
}

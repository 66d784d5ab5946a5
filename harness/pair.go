package harness

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results"
)

// Pairing compares two servers that are alive at the same time, each with its connections open, by loading them in turn
// for short slots, A B B A A B B A …: what drifts on the machine meets both, and only the ratio of two neighbouring slots
// is taken. Restarting a server for each sample spreads such ratios by ±15% here; so they repeat to 1%.
type Pairing struct {
	Base, Other Server
	Conns       int
	Params      results.Params // DurationNS and WarmupNS do not matter
	Pairs       int            // how many ratios to take
	Slot        time.Duration

	ServerCPUs, LoadCPUs []int
	LoadArgs             []string
}

// Ratios is what a pairing found. Ratios are of the other server to the base, a value a pair.
type Ratios struct {
	ServerCPU  []float64 // CPU time of the server per message
	Throughput []float64 // messages a second; in an open loop always near 1
	// The CPU time per message of each, in nanoseconds, a value a slot; and of the load that drives it.
	BaseNS, OtherNS, BaseLoadNS, OtherLoadNS []float64
}

// side is one of the two servers with its clients.
type side struct {
	proc    *server.Process
	clients *load.Remote
}

// slot is what one slot measured, per message.
type slot struct{ serverNS, loadNS, perS float64 }

// Pair takes the ratios. A reply that is wrong or missing ends it: a server that errs is not compared.
func Pair(ctx context.Context, p Pairing) (r Ratios, err error) {
	var sides [2]side
	for i, s := range []Server{p.Base, p.Other} {
		if sides[i], err = p.open(ctx, s); err != nil {
			return r, fmt.Errorf("%s: %w", s.Name, err)
		}
		defer sides[i].close()
	}
	// One slot each to fill caches and grow buffers: not counted.
	for _, s := range sides {
		if _, err := p.load(ctx, s); err != nil {
			return r, err
		}
	}
	for pair := range p.Pairs {
		var got [2]slot
		order := []int{0, 1}
		if pair%2 == 1 {
			slices.Reverse(order)
		}
		for _, i := range order {
			if got[i], err = p.load(ctx, sides[i]); err != nil {
				return r, err
			}
		}
		base, other := got[0], got[1]
		r.ServerCPU = append(r.ServerCPU, other.serverNS/base.serverNS)
		r.Throughput = append(r.Throughput, other.perS/base.perS)
		r.BaseNS = append(r.BaseNS, base.serverNS)
		r.OtherNS = append(r.OtherNS, other.serverNS)
		r.BaseLoadNS = append(r.BaseLoadNS, base.loadNS)
		r.OtherLoadNS = append(r.OtherLoadNS, other.loadNS)
	}
	return r, nil
}

func (p Pairing) open(ctx context.Context, s Server) (side, error) {
	proc, err := server.Start(ctx, server.Spec{Name: s.Name, Args: s.Args, CPUs: p.ServerCPUs, Own: s.Own})
	if err != nil {
		return side{}, err
	}
	clients, err := load.Start(load.Process{Args: p.LoadArgs, CPUs: p.LoadCPUs, Threads: 1})
	if err != nil {
		proc.Stop(0)
		return side{}, err
	}
	opened := side{proc, clients}
	report, err := clients.Open(ctx, load.Plan{
		Addr: proc.Addr.String(), Scenario: "echo", Params: traffic(p.Params, p.Conns, 1), Threads: 1,
	})
	if err == nil && report.Established < p.Conns {
		err = fmt.Errorf("only %d of %d connections were established: %v", report.Established, p.Conns, report.Errors)
	}
	if err != nil {
		opened.close()
		return side{}, err
	}
	return opened, nil
}

func (s side) close() {
	s.clients.Stop()
	s.proc.Stop(time.Second)
}

// load loads one side for one slot. CPU time is read while the server is idle, before and after, and so is exact; and
// everything sent in between is counted.
func (p Pairing) load(ctx context.Context, s side) (slot, error) {
	pids := s.proc.PIDs()
	before, err := probe.ReadUsage(pids)
	if err != nil {
		return slot{}, err
	}
	r, err := s.clients.Drive(ctx, load.Drive{Rate: p.Params.RatePerS, Pipeline: p.Params.Pipeline, Duration: p.Slot}, load.Watch{})
	if err != nil {
		return slot{}, err
	}
	after, err := probe.ReadUsage(pids)
	if err != nil {
		return slot{}, err
	}
	if r.Received == 0 || r.Verify != (results.Verify{}) || len(r.Errors) > 0 {
		return slot{}, fmt.Errorf("%s: wrong replies: %+v, errors %v", s.proc.Name, r.Verify, r.Errors)
	}
	n := float64(r.Received)
	return slot{
		serverNS: float64(after.Sub(before).CPU) / n,
		loadNS:   float64(r.CPUNS) / n,
		perS:     float64(r.InWindow) / (float64(r.WindowNS) / 1e9), // what the drain brought took time too
	}, nil
}

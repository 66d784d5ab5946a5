package load

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"cbench/scenarios"
)

// Driver is clients that are open, in this process (Clients) or in one of their own (Remote). It is for one goroutine.
type Driver interface {
	// Drive measures once; it may be called again and again. Connections that fail are counted, and are no error; a drive that
	// ctx ends is.
	Drive(ctx context.Context, d Drive, w Watch) (Report, error)
	// Close ends every connection by a FIN and tells how the server took it.
	Close() (CloseReport, error)
}

// Clients is open clients in this process.
type Clients struct {
	plan   Plan
	loops  []*loop
	live   atomic.Int64
	heard  atomic.Int64 // when any loop last heard the server
	drives uint64
}

// Open connects every client, has it speak once, and returns when each was answered or given up. It fails where none was
// established; with fewer than were planned, the report says why.
func Open(ctx context.Context, p Plan) (*Clients, ConnectReport, error) {
	if err := ctx.Err(); err != nil {
		return nil, ConnectReport{}, err
	}
	p = p.withDefaults()
	scenario, addr, err := p.check()
	if err != nil {
		return nil, ConnectReport{}, err
	}
	c := &Clients{plan: p}
	if err := c.share(scenario, addr); err != nil {
		c.free()
		return nil, ConnectReport{}, fmt.Errorf("load: %w", err)
	}
	began := clock()
	err = c.each(ctx, (*loop).open)
	report := c.connectReport(began)
	if err == nil && report.Established == 0 {
		err = errors.New(report.Missing(p.Params.Conns))
	}
	if err != nil {
		c.free()
		return nil, report, err
	}
	return c, report, nil
}

// share deals the connections out to loops, in units that must not be parted (a room's members).
func (c *Clients) share(s *scenarios.Scenario, addr netip.AddrPort) error {
	n, unit := c.plan.Params.Conns, s.Unit(c.plan.Params)
	units := (n + unit - 1) / unit
	c.plan.Threads = min(c.plan.Threads, units)
	for i := range c.plan.Threads {
		first := units * i / c.plan.Threads * unit
		end := min(units*(i+1)/c.plan.Threads*unit, n)
		l, err := newLoop(c.plan, addr, s, first, end-first, &c.live)
		if err != nil {
			return err
		}
		l.silence.heard = &c.heard
		c.loops = append(c.loops, l)
	}
	return nil
}

// each has every loop do its work, a goroutine each, until all are done or ctx is.
func (c *Clients) each(ctx context.Context, work func(*loop) error) error {
	stop := new(atomic.Bool)
	for _, l := range c.loops {
		l.stop = stop
	}
	woken := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		defer close(woken)
		stop.Store(true)
		for _, l := range c.loops {
			l.waker.Wake()
		}
	})
	errs := make([]error, len(c.loops))
	var loops sync.WaitGroup
	for i, l := range c.loops {
		loops.Go(func() { errs[i] = work(l) })
	}
	loops.Wait()
	if !unwatch() {
		<-woken // or it would wake a loop that is freed
	}
	err := errors.Join(errs...)
	if errors.Is(err, errStopped) {
		return context.Cause(ctx)
	}
	return err
}

// Drive is Driver's.
func (c *Clients) Drive(ctx context.Context, d Drive, w Watch) (Report, error) {
	switch {
	case c.loops == nil:
		return Report{}, errNotOpen
	case c.live.Load() == 0:
		return Report{}, errors.New("load: no connection is left")
	}
	if err := d.check(); err != nil {
		return Report{}, err
	}
	c.plans(d, w)
	if err := c.each(ctx, (*loop).drive); err != nil {
		return Report{}, err
	}
	return c.report(d, &c.loops[0].round), nil
}

// plans sets what each loop is to do in a drive.
func (c *Clients) plans(d Drive, w Watch) {
	c.drives++
	c.heard.Store(0)
	for _, l := range c.loops {
		l.t.goOn(d.Keep, d.LeaveOut)
	}
	origin := clock() + int64(time.Millisecond) // until every loop runs
	for i, l := range c.loops {
		r := &l.round
		*r = round{
			closed:   d.Rate == 0,
			pipeline: max(d.Pipeline, 1),
			origin:   origin,
			start:    origin + int64(d.Warmup),
			end:      origin + int64(d.Warmup+d.Duration),
			edge:     origin + int64(d.Warmup+d.Duration-min(EdgeStall, d.Duration/2)),
			saying:   true,
			renewals: never,
			progress: origin + int64(time.Second),
			hearing:  never,
		}
		if l.slow != nil {
			r.hearing = r.start
		}
		r.giveUp = r.end + int64(c.plan.Timeout)
		l.sent.Store(0)
		l.received.Store(0)
		if !r.closed {
			rate := d.Rate * float64(l.counted) / float64(c.plan.Params.Conns)
			if d.Arrivals == "poisson" {
				r.arrivals = poisson(rate, c.plan.Params.Seed+c.drives, uint64(i))
			} else {
				r.arrivals = constant(rate, float64(i)/float64(len(c.loops)))
			}
		}
	}
	r := &c.loops[0].round
	r.watch, r.begun, r.ended = w, new(windowEdge), new(windowEdge)
	r.sum = func() Progress { return c.progress(origin) }
	for _, l := range c.loops {
		l.round.mark = l.round.nextMark()
	}
}

func (c *Clients) progress(origin int64) Progress {
	p := Progress{Elapsed: time.Duration(clock() - origin)}
	for _, l := range c.loops {
		p.Sent += l.sent.Load()
		p.Received += l.received.Load()
	}
	return p
}

// Close is Driver's.
func (c *Clients) Close() (CloseReport, error) {
	if c.loops == nil {
		return CloseReport{}, errNotOpen
	}
	err := c.each(context.Background(), (*loop).close)
	t := c.total()
	r := CloseReport{Errors: t.errors, Verify: t.verify()}
	for _, l := range c.loops {
		r.Closed += l.closed
	}
	c.loops = nil
	return r, err
}

// free ends clients that never came to be.
func (c *Clients) free() {
	for _, l := range c.loops {
		l.free()
	}
	c.loops = nil
}

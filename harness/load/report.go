package load

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/results/record"
)

// total is what all loops counted; what is kept by connection stays with them.
func (c *Clients) total() *tally {
	t := newTally(0)
	for _, l := range c.loops {
		t.add(l.t)
	}
	return t
}

func (c *Clients) connectReport(began int64) ConnectReport {
	t := c.total()
	r := ConnectReport{
		Errors: t.errors,
		Verify: t.verify(),
		Odd:    t.odd,

		Answered: t.opening.summary(),
	}
	for _, l := range c.loops {
		for i := range l.clients[:l.counted] {
			cl := &l.clients[i]
			if cl.there() {
				r.Established++
			}
			if cl.there() && cl.state != ready {
				r.Ended++
			}
		}
		r.Took = max(r.Took, time.Duration(l.opener.lastReady-began))
	}
	if r.Took > 0 && r.Established > 0 {
		perS := float64(r.Established) / r.Took.Seconds()
		r.PerS = &perS
	}
	return r
}

// Missing says how many of conns connections are not there, and why.
func (r *ConnectReport) Missing(conns int) string {
	words := fmt.Sprintf("only %d of %d connections were established", r.Established, conns)
	if r.Established == 0 {
		words = fmt.Sprintf("none of %d connections was established", conns)
	}
	for _, why := range []string{InWords(r.Errors), r.Odd} {
		if why != "" {
			words += ": " + why
		}
	}
	return words
}

// report is the drive d that the loops have just been through; first is the first loop's round.
func (c *Clients) report(d Drive, first *round) Report {
	t := c.total()
	r := Report{
		Sent:     t.measured,
		Expected: t.expected,
		Received: t.checked,
		InWindow: t.inWindow,
		All:      t.received,
		Behind:   t.behind,
		Errors:   t.errors,
		Latency:  t.latency.summary(),
		Service:  t.service.summary(),
		First:    t.first.summary(),
		Last:     t.last.summary(),
		Spread:   t.between.summary(),
		Aside:    t.aside.summary(),
		Overflow: t.latency.overflow,
		Start:    mono(first.begun.at),
		End:      mono(first.ended.at),
		WindowNS: first.ended.at - first.begun.at,
		CPUNS:    first.ended.cpu - first.begun.cpu,
		Verify:   t.verify(),
		Odd:      t.odd,

		Reconnects: t.reconnects,
		Idle:       t.idle,

		latency: t.latency.hdr,
		service: t.service.hdr,
	}
	if d.Rate == 0 {
		r.Service, r.service = r.Latency, r.latency // one and the same there
	} else if t.measured > 0 {
		ratio := float64(t.late) / float64(t.measured)
		r.LateRatio = &ratio
	}
	for _, l := range c.loops {
		r.Silence, r.SilenceBefore = max(r.Silence, l.silence.longest), max(r.SilenceBefore, l.silence.before)
	}
	tallies := make([]*tally, len(c.loops))
	for i, l := range c.loops {
		tallies[i] = l.t
	}
	r.Fairness = fairness(tallies)
	return r
}

// Histograms is the raw distributions of latency and service time in nanoseconds, also of a report that came from another
// process. It fails where those in the report do not decode; one of nothing is empty.
func (r *Report) Histograms() (latency, service *hdrhistogram.Histogram, err error) {
	if r.latency == nil {
		if r.latency, err = decode(r.Latency); err != nil {
			return nil, nil, err
		}
	}
	if r.service == nil {
		if r.service, err = decode(r.Service); err != nil {
			return nil, nil, err
		}
	}
	return r.latency, r.service, nil
}

func decode(l *record.Latency) (*hdrhistogram.Histogram, error) {
	if l == nil {
		return newSpread().hdr, nil
	}
	return l.Histogram()
}

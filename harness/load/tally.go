package load

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/results/record"
	"cbench/scenarios"
)

// tally is what one loop counts in one drive.
type tally struct {
	sent, received   int64 // from the beginning
	measured         int64 // sent, of the window
	expected         int64
	checked          int64 // received, of the window's messages
	inWindow         int64 // received in the window
	behind           int64 // expected before round.edge, less received before it
	late             int64
	latency, service spread
	first, last      spread // of a message's hearers, from when it was due; where the scenario tells
	between          spread // the two of them
	aside            spread // of messages that are not among those measured
	opening          spread // from the first attempt to connect until the opening was answered
	faults           [scenarios.Faults]int64
	errors           map[string]int64
	odd              string
	reconnects       int64         // connections in place of ones that the server had ended in good order
	idle             time.Duration // the shortest silence for which the server ended a connection; 0: none

	receipts []uint32 // by connection
	sketches []sketch // by connection
	before   struct { // the two, without the last drive
		receipts []uint32
		sketches []sketch
	}
}

// spread is a histogram in nanoseconds with its true extremes.
type spread struct {
	hdr      *hdrhistogram.Histogram
	min, max int64
	overflow int64
}

const highest = 60e9 // ns

func newSpread() spread { return spread{hdr: NewHistogram(), min: math.MaxInt64} }

// NewHistogram is an empty distribution in nanoseconds, such as every report's are.
func NewHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(1, highest, 3) }

func (s *spread) record(ns int64) {
	if s.hdr.RecordValue(ns) != nil {
		s.overflow++
		return
	}
	s.min, s.max = min(s.min, ns), max(s.max, ns)
}

func (s *spread) add(o *spread) {
	s.hdr.Merge(o.hdr)
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	s.overflow += o.overflow
}

func (s *spread) clear() {
	s.hdr.Reset()
	s.min, s.max, s.overflow = math.MaxInt64, 0, 0
}

func (s *spread) summary() *record.Latency { return record.NewLatency(s.hdr).Exact(s.min, s.max) }

func newTally(conns int) *tally {
	return &tally{
		latency:  newSpread(),
		service:  newSpread(),
		first:    newSpread(),
		last:     newSpread(),
		between:  newSpread(),
		aside:    newSpread(),
		opening:  newSpread(),
		errors:   map[string]int64{},
		receipts: make([]uint32, conns),
		sketches: make([]sketch, conns),
	}
}

// clear makes the tally ready for another drive, in the memory it has. What is kept by connection stays: goOn.
func (t *tally) clear() {
	fresh := tally{
		latency: t.latency, service: t.service, first: t.first, last: t.last, between: t.between, aside: t.aside, opening: t.opening,
		errors: map[string]int64{}, receipts: t.receipts, sketches: t.sketches, before: t.before,
	}
	for _, s := range []*spread{
		&fresh.latency, &fresh.service, &fresh.first, &fresh.last, &fresh.between, &fresh.aside, &fresh.opening,
	} {
		s.clear()
	}
	*t = fresh
}

// goOn makes what is kept by connection ready for another drive: it begins anew, or goes on from the drives before, which may be
// without the last.
func (t *tally) goOn(keep, leaveOut bool) {
	last := &t.before
	switch {
	case !keep:
		last.receipts, last.sketches = last.receipts[:0], last.sketches[:0]
		clear(t.receipts)
		clear(t.sketches)
	case leaveOut: // where nothing was before it, nothing is left
		clear(t.receipts)
		clear(t.sketches)
		copy(t.receipts, last.receipts)
		copy(t.sketches, last.sketches)
	default:
		last.receipts, last.sketches = append(last.receipts[:0], t.receipts...), append(last.sketches[:0], t.sketches...)
	}
}

func (t *tally) verify() record.Verify {
	return record.Verify{
		Lost:       t.faults[scenarios.Lost],
		Duplicated: t.faults[scenarios.Duplicated],
		Reordered:  t.faults[scenarios.Reordered],
		Corrupted:  t.faults[scenarios.Corrupted],
		Surplus:    t.faults[scenarios.Surplus],
	}
}

// add sums up two loops' counts; what is kept by connection stays apart.
func (t *tally) add(o *tally) {
	t.sent += o.sent
	t.received += o.received
	t.measured += o.measured
	t.expected += o.expected
	t.checked += o.checked
	t.inWindow += o.inWindow
	t.behind += o.behind
	t.late += o.late
	t.latency.add(&o.latency)
	t.service.add(&o.service)
	t.first.add(&o.first)
	t.last.add(&o.last)
	t.between.add(&o.between)
	t.aside.add(&o.aside)
	t.opening.add(&o.opening)
	for i, n := range o.faults {
		t.faults[i] += n
	}
	for kind, n := range o.errors {
		t.errors[kind] += n
	}
	if t.odd == "" {
		t.odd = o.odd
	}
	t.reconnects += o.reconnects
	if o.idle > 0 {
		t.idled(o.idle)
	}
}

// idled: the server ended a connection that had been silent for so long.
func (t *tally) idled(silent time.Duration) {
	if t.idle == 0 || silent < t.idle {
		t.idle = silent
	}
}

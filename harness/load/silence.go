package load

import (
	"sync/atomic"
	"time"
)

// silence is how long the server says nothing while messages wait for it. It is measured from one return of the
// poller to another, so that what the client needs to read and to say is no silence; and of the time in which the
// client itself was not there (it was not scheduled, or the hypervisor had its CPU) nothing is blamed on the server:
// what came meanwhile is found only afterwards.
type silence struct {
	heard *atomic.Int64 // when any loop last heard the server

	since int64 // when this loop last heard it, or began to wait; 0: no message waits
	woke  int64 // when the loop last came back from the poller
	late  int64 // by how much later than it had asked to
	away  int64 // the longest pause of the client since then

	longest int64 // of those that fall into the measured window, with all that lies before and behind it
	before  int64 // of those that were over when it began
}

const (
	// awake is how long a loop sleeps at most while messages wait: an answer that it then finds had come at most so
	// long ago, or else it was the loop that slept too long.
	awake = int64(2 * time.Millisecond)
	// pause is from when a sleep that took longer than it was to is the whole machine's, even where the server has
	// not answered afterwards either. Shorter ones, and all but the longest, are a busy CPU's, and the server's
	// silence goes on meanwhile: the client saw it each time.
	pause       = int64(10 * time.Millisecond)
	longSilence = int64(time.Millisecond) // beyond which one at the window's start is more than the way there and back: round.counts
)

// begin is the start of a drive.
func (s *silence) begin(at int64) { *s = silence{heard: s.heard, woke: at} }

// waits: a message is under way from here on.
func (s *silence) waits(at int64) {
	if s.since == 0 {
		s.since, s.away, s.late = at, 0, 0
	}
}

// limit is how long the loop may sleep that has nothing to do for so long.
func (s *silence) limit(wait int64) int64 {
	if s.since == 0 {
		return wait
	}
	return min(wait, awake)
}

// back is the return from a sleep that was to last so long at most.
func (s *silence) back(at, wait int64) {
	if s.late >= pause {
		s.away = max(s.away, s.late)
	}
	s.late = max(0, at-s.woke-max(wait, 0))
	s.woke = at
}

// answered: the server is heard, or given up.
func (l *loop) answered() {
	s, r := &l.silence, &l.round
	if s.since == 0 || s.since == s.woke {
		return
	}
	away := s.away + s.late
	switch all := s.woke - max(s.since, s.heard.Load()) - away; {
	case s.woke < r.start:
		s.before = max(s.before, all)
	case s.since < r.end:
		s.longest = max(s.longest, all)
		r.stalled = r.stalled || r.closed && s.since < r.start && s.woke-s.since-away >= longSilence
	}
	s.heard.Store(s.woke)
	s.since, s.away, s.late = s.woke, 0, 0
}

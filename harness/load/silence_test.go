package load

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

const ms = int64(time.Millisecond)

// asleep is a loop of a closed loop whose window is from 100 ms to 200 ms, and which heard the server and sent on at that time.
func asleep(at int64) *loop {
	l := &loop{silence: silence{heard: new(atomic.Int64)}, round: round{closed: true, start: 100 * ms, end: 200 * ms}}
	l.silence.begin(at)
	l.silence.waits(at)
	return l
}

// sleep has the loop wait in vain until that time, awake as often as it is to be.
func (l *loop) sleep(until int64) {
	for l.silence.woke < until {
		l.silence.back(min(until, l.silence.woke+awake), l.silence.limit(never))
	}
}

func TestSilence(t *testing.T) {
	for _, tt := range []struct {
		name            string
		from, to        int64 // ms: when the server stops and when it goes on
		longest, before int64 // ms
		stalled         bool
	}{
		{"3 ms", 150, 153, 3, 0, false},
		{"30 ms", 150, 180, 30, 0, false},
		{"over the window's end", 150, 450, 300, 0, false},
		{"from the warm-up into the window", 90, 120, 30, 0, true},
		{"all of the window and more", 10, 3010, 3000, 0, true},
		{"in the warm-up", 20, 90, 0, 70, false},
		{"after the window", 210, 300, 0, 0, false},
		{"on the way there and back", 100, 100, 0, 0, false},
	} {
		l := asleep(tt.from * ms)
		l.sleep(tt.to * ms)
		l.answered()
		if s := l.silence; s.longest != tt.longest*ms || s.before != tt.before*ms || l.round.stalled != tt.stalled {
			t.Errorf("%s: %v, before the window %v, stalled %t", tt.name, time.Duration(s.longest), time.Duration(s.before), l.round.stalled)
		}
	}
	l := asleep(150 * ms)
	l.round.closed = false
	if l.sleep(160 * ms); l.round.stalled {
		t.Error("an open loop has messages due in the window")
	}
}

// What the client slept too long is not the server's silence; what it saw of the server before and after is.
func TestSilenceLeavesOutTheClient(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sleep func(l *loop)
		want  int64
	}{
		{"asleep when the answer came", func(l *loop) { l.silence.back(450*ms, awake) }, awake},
		{"away while the server was too", func(l *loop) { l.silence.back(400*ms, awake); l.sleep(405 * ms) }, awake + 5*ms},
		{"a busy CPU, and a server that stops", func(l *loop) {
			for range 20 {
				l.silence.back(l.silence.woke+5*ms, awake)
			}
		}, 97 * ms},
		{"a busy CPU, often by much", func(l *loop) {
			for range 20 {
				l.silence.back(l.silence.woke+50*ms, awake)
			}
		}, 904 * ms}, // of a second, less the longest and the last
		{"it says much before it waits", func(l *loop) { l.silence.back(180*ms, 0) }, 0},
	} {
		l := asleep(150 * ms)
		tt.sleep(l)
		l.answered()
		if got := l.silence.longest; got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, time.Duration(got), time.Duration(tt.want))
		}
	}
}

// What another loop heard ends the silence of the server, not the wait of this loop's own messages.
func TestSilenceOfLoops(t *testing.T) {
	l := asleep(90 * ms)
	l.silence.heard.Store(130 * ms)
	l.sleep(140 * ms)
	l.answered()
	if l.silence.longest != 10*ms || !l.round.stalled || l.silence.heard.Load() != 140*ms {
		t.Errorf("%+v, stalled %t", l.silence, l.round.stalled)
	}
	l.silence.since = 0 // nothing waits
	l.sleep(190 * ms)
	if l.answered(); l.silence.longest != 10*ms || l.silence.limit(7) != 7 || l.silence.limit(never) != never {
		t.Errorf("a server that owes nothing may be silent: %+v", l.silence)
	}
}

// A server that stops is charged for it wherever it does: each message that it kept waiting is a latency, once.
func TestStop(t *testing.T) {
	const stop = 300 * time.Millisecond
	for _, scenario := range []string{"echo", "chat"} {
		for _, d := range []Drive{{}, {Pipeline: 2}, {Rate: 400}} {
			for _, when := range []string{"within", "over the end", "from the warm-up", "throughout"} {
				t.Run(fmt.Sprintf("%s/%v/%d/%s", scenario, d.Rate, d.Pipeline, when), func(t *testing.T) {
					t.Parallel()
					s, d := serve(t, nil), d
					clients := open(t, plan(s.addr(), scenario, 8))
					d.Warmup, d.Duration = 20*time.Millisecond, 500*time.Millisecond
					if when == "over the end" {
						d.Duration = 100 * time.Millisecond
					}
					if when == "from the warm-up" || when == "throughout" {
						s.pause.Lock()
					}
					r, err := clients.Drive(t.Context(), d, Watch{Window: func(start bool) {
						switch {
						case start && (when == "within" || when == "over the end"):
							s.pause.Lock()
							fallthrough
						case start && when == "from the warm-up", !start && when == "throughout":
							time.AfterFunc(stop, s.pause.Unlock)
						}
					}})
					if err != nil {
						t.Fatal(err)
					}
					// What the client was away meanwhile, on a machine in use, is not the server's.
					if r.Silence < int64(stop/2) || r.Latency.Max < int64(stop) || r.Verify.Lost > 0 || r.Received != r.Expected {
						t.Errorf("silence %v, longest latency %v, received %d of %d, lost %d", time.Duration(r.Silence),
							time.Duration(r.Latency.Max), r.Received, r.Expected, r.Verify.Lost)
					}
					if r.Latency.Count != r.Received || r.Sent == 0 {
						t.Errorf("%d latencies of %d replies to %d messages", r.Latency.Count, r.Received, r.Sent)
					}
					if scenario == "echo" && d.Rate == 0 && when == "throughout" && (r.InWindow != 0 || r.Latency.Count != int64(8*max(1, d.Pipeline))) {
						t.Errorf("%d in the window, %d latencies", r.InWindow, r.Latency.Count)
					}
				})
			}
		}
	}
}

// The client's own pause is not the server's silence.
func TestClientPauses(t *testing.T) {
	clients := open(t, plan(serve(t, nil).addr(), "echo", 4))
	const away = 2 * time.Second
	r, err := clients.Drive(t.Context(), Drive{Duration: away + 100*time.Millisecond}, Watch{Window: func(start bool) {
		if start {
			time.Sleep(away)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Silence >= int64(away/2) {
		t.Errorf("silence %v", time.Duration(r.Silence))
	}
}

// A server that never goes on was silent from when it stopped until it was given up.
func TestStopForGood(t *testing.T) {
	s := serve(t, nil)
	p := plan(s.addr(), "echo", 4)
	p.Timeout = 300 * time.Millisecond
	clients := open(t, p)
	s.pause.Lock()
	t.Cleanup(s.pause.Unlock)
	r, err := clients.Drive(t.Context(), Drive{Duration: 100 * time.Millisecond}, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Verify.Lost != 4 || r.Silence < int64(p.Timeout/2) {
		t.Errorf("lost %d, silence %v", r.Verify.Lost, time.Duration(r.Silence))
	}
}

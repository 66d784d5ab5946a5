package harness

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/harness/plan"
	"cbench/results/record"
	"cbench/scenarios"
)

// fake is a made-up server and client, told by what each can do.
type fake struct {
	cpus, waits            float64 // that the server has; the share of them that it does not use at its end
	thread                 float64 // of a CPU, that one of its threads takes at its end
	serverMost, clientMost float64 // messages/s
	noise                  *rand.Rand
	taken                  int
	fail                   int // the window from 1 on that cannot be taken
}

var errTaken = errors.New("the load process died")

// at is a window at a rate: p99 grows as the server's CPU or the client's is used up.
func (f *fake) at(rate float64) (sample, error) {
	if f.taken++; f.taken == f.fail {
		return sample{}, errTaken
	}
	server, client := rate/f.serverMost, rate/f.clientMost
	p99 := 100e3 * math.Exp(0.1*f.noise.NormFloat64()) / max(1-server, 1e-6)
	late, service := 0.0, p99
	if client > 1 {
		p99, late, service = 50e6, 1-1/client, 50e3
	}
	s := sample{latency: hdrhistogram.New(1, 60e9, 3), service: hdrhistogram.New(1, 60e9, 3)}
	s.Window = record.Window{
		RatePerS: rate, Conns: 100, ThroughputPerS: min(rate, f.serverMost, f.clientMost), Count: 100,
		P50: 50e3, P99: int64(min(p99, 60e9)), ServiceP99: int64(min(service, 60e9)),
		ServerCPURatio: min(server, 1) * (1 - f.waits) * max(1, f.cpus), BusiestThread: min(server, 1) * f.thread, ClientCPURatio: min(client, 1), LateSendRatio: late,
	}
	s.latency.RecordValue(s.P99)
	s.service.RecordValue(s.ServiceP99)
	if p99 >= 5e6 {
		s.Why = "p99 was too long"
	}
	s.Held = s.Why == ""
	return s, nil
}

func (f *fake) search(p record.Params) *search {
	return &search{
		p: p, steps: rateSteps(p, scenarios.ByName("echo")), phase: func(string) {}, take: f.at, clientCPUs: 1, serverCPUs: max(1, f.cpus),
	}
}

func TestSearchNamesWhoWasAtItsEnd(t *testing.T) {
	tests := []struct {
		name           string
		server, client float64
		most           float64
		bound          string
		found          float64
		words          []string
	}{
		{"a client on its last legs, and on time", 80000, 81000, 0, BoundServer, 78400, nil},
		{"a slow server", 40000, 1e6, 0, BoundServer, 39200, []string{"p99 was too long", "the server "}},
		{"a fast server", 1e6, 80000, 0, BoundClient, 80000, []string{"could do more"}},
		{"a client that has other things to do", 1e6, 80000, 0, BoundClient, 80000, []string{"sent late", "could do more"}},
		{"both at once", 83000, 80000, 0, BoundClient, 79500, []string{"cannot be told"}},
		{"a ceiling", 1e6, 1e6, 3000, BoundLimit, 3000, []string{"3,000 messages/s held"}},
		{"slower than anything asked", 0.1, 1e6, 0, BoundServer, 0, []string{"at 1.00 messages/s"}},
	}
	for _, tt := range tests {
		f := &fake{serverMost: tt.server, clientMost: tt.client, noise: rand.New(rand.NewPCG(1, 2))}
		r, err := f.search(record.Params{Search: plan.SearchRate, MostPerS: tt.most}).run()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if r.Bound != tt.bound {
			t.Errorf("%s: bound %q, want %q: %s", tt.name, r.Bound, tt.bound, r.Why)
		}
		for _, w := range tt.words {
			if !strings.Contains(r.Why, w) {
				t.Errorf("%s: %q does not say %q", tt.name, r.Why, w)
			}
		}
		switch {
		case (r.Found == nil) != (tt.found == 0):
			t.Errorf("%s: found %v, want %v", tt.name, value(r.Found), tt.found)
		case r.Found == nil:
			if len(r.Curve) > 0 {
				t.Errorf("%s: a curve of nothing", tt.name)
			}
		case math.Abs(*r.Found/tt.found-1) > 0.05:
			t.Errorf("%s: found %v, want about %v", tt.name, *r.Found, tt.found)
		}
		if (r.High == nil) != (tt.bound == BoundLimit) {
			t.Errorf("%s: high %v", tt.name, value(r.High))
		}
	}
}

// A server is at its end where its CPUs are, or the one of the only thread that works; else nobody knows what it waited for.
func TestSearchNamesTheServerOnlyAtItsEnd(t *testing.T) {
	for _, tt := range []struct {
		name                string
		cpus, waits, thread float64
		bound, words        string
	}{
		{"all of its CPUs", 2, 0.02, 0.5, BoundServer, "the server 9"},
		{"it waits for something", 1, 0.5, 0.3, BoundUnknown, "neither was at its end"},
		{"one thread, and there is another CPU", 2, 0.5, 0.98, BoundServer, "one thread of it 9"},
		{"one thread is, and others work too", 2, 0.3, 0.98, BoundUnknown, "neither was at its end"},
	} {
		f := &fake{serverMost: 40000, clientMost: 1e6, noise: rand.New(rand.NewPCG(1, 2)), cpus: tt.cpus, waits: tt.waits, thread: tt.thread}
		r, err := f.search(record.Params{Search: plan.SearchRate}).run()
		if err != nil {
			t.Fatal(err)
		}
		if r.Bound != tt.bound || !strings.Contains(r.Why, tt.words) {
			t.Errorf("%s: bound %q, want %q: %s", tt.name, r.Bound, tt.bound, r.Why)
		}
		if last := r.Curve[len(plan.CurveShares)-1]; tt.thread > 0 && last.BusiestThread == 0 {
			t.Errorf("%s: the curve forgets the busiest thread: %+v", tt.name, last)
		}
	}
}

// A window whose clocks or counts are wrong is no window.
func TestSamplesOfAWindow(t *testing.T) {
	sound := load.Report{Received: 100, Latency: &record.Latency{Count: 98, Mean: 2e5}, Service: &record.Latency{Count: 98, Mean: 1e5}, Overflow: 2}
	if why := samplesOf(sound).Void; len(why) > 0 {
		t.Errorf("sound, and %q", why)
	}
	lost, early := sound, sound
	lost.Received = 120
	early.Service = &record.Latency{Count: 98, Mean: 3e5}
	for name, r := range map[string]load.Report{"120 replies were checked": lost, "a clock is wrong": early} {
		if why := strings.Join(samplesOf(r).Void, ""); !strings.Contains(why, name) {
			t.Errorf("%q, want %q", why, name)
		}
	}
}

func TestCurveIsOfSharesAndTheCommonRate(t *testing.T) {
	tests := []struct {
		common float64
		taken  bool
	}{{0, false}, {10000, true}, {500000, false}}
	for _, tt := range tests {
		f := &fake{serverMost: 40000, clientMost: 1e6, noise: rand.New(rand.NewPCG(1, 2))}
		r, err := f.search(record.Params{Search: plan.SearchRate, RatePerS: tt.common}).run()
		if err != nil {
			t.Fatal(err)
		}
		for i, share := range plan.CurveShares {
			w := r.Curve[i]
			if w.Share != share || w.RatePerS != share**r.Found || w.Count != int64(plan.CurveOf(plan.EdgeTries)) || w.P99 < w.ServiceP99 {
				t.Errorf("curve %d: %+v", i, w)
			}
		}
		rest := r.Curve[len(plan.CurveShares):]
		switch {
		case tt.common == 0 && len(rest) > 0, tt.common > 0 && len(rest) != 1:
			t.Errorf("common rate %v: %+v", tt.common, rest)
		case tt.common > 0 && (rest[0].RatePerS != tt.common || rest[0].Held != tt.taken || (rest[0].Count > 0) != tt.taken):
			t.Errorf("common rate %v: %+v", tt.common, rest[0])
		}
	}
}

func TestSearchEndsWithAnError(t *testing.T) {
	for _, fail := range []int{1, 20, 38} { // the last falls into the curve
		f := &fake{serverMost: 40000, clientMost: 1e6, noise: rand.New(rand.NewPCG(1, 2)), fail: fail}
		if r, err := f.search(record.Params{Search: plan.SearchRate}).run(); !errors.Is(err, errTaken) || r != nil && len(r.Curve) > 0 || f.taken != fail {
			t.Errorf("window %d fails: %v after %d", fail, err, f.taken)
		}
	}
}

func TestWindowHolds(t *testing.T) {
	slo, err := record.ParseSLO("p99<5ms")
	if err != nil {
		t.Fatal(err)
	}
	good := load.Report{Sent: 1000, Expected: 10000, Received: 10000, InWindow: 9950, Latency: &record.Latency{P99: 1e6, Count: 10000}}
	tests := []struct {
		name string
		mar  func(r *load.Report)
		want string
	}{
		{"good", func(*load.Report) {}, ""},
		{"a lost reply", func(r *load.Report) { r.Verify.Lost = 1 }, "1 replies were lost"},
		{"a connection that died", func(r *load.Report) { r.Errors = map[string]int64{"closed": 2} }, "2 connections were closed by the server"},
		{"a limit broken", func(r *load.Report) { r.Latency = &record.Latency{P99: 6e6} }, "p99 was 6.00 ms"},
		{"falling behind", func(r *load.Report) { r.InWindow = 9000 }, "only 90%"},
		{"no answer", func(r *load.Report) { r.Latency = nil }, "no message"},
		{"an endless one", func(r *load.Report) { r.Overflow = 3 }, "3 replies took over 60 s"},
		{"two messages over the edge", func(r *load.Report) { r.Sent, r.Expected, r.InWindow = 10, 100, 80 }, ""},
		{"three messages over the edge", func(r *load.Report) { r.Sent, r.Expected, r.InWindow = 10, 100, 70 }, "only 70%"},
	}
	for _, tt := range tests {
		r := good
		tt.mar(&r)
		w := record.Window{}
		if r.Latency != nil {
			w.P99 = r.Latency.P99
		}
		if got := whyNot(slo, r, w); got != tt.want && (tt.want == "" || !strings.Contains(got, tt.want)) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPool(t *testing.T) {
	window := func(ns int64, held bool) sample {
		s := sample{latency: hdrhistogram.New(1, 60e9, 3), service: hdrhistogram.New(1, 60e9, 3)}
		for range 100 {
			s.latency.RecordValue(ns)
			s.service.RecordValue(ns / 10)
		}
		s.Window = record.Window{RatePerS: 500, Conns: 7, ThroughputPerS: float64(ns), Max: ns, Held: held}
		if !held {
			s.Why = "it did not"
		}
		return s
	}
	w := pool([]sample{window(1000, true), window(9000, false), window(2000, true)})
	if w.Count != 300 || w.ThroughputPerS != 2000 || w.Max != 9000 || !w.Held || w.Why != "" || w.Conns != 7 || w.RatePerS != 500 {
		t.Errorf("%+v", w)
	}
	if math.Abs(float64(w.P50)/2000-1) > 0.01 || math.Abs(float64(w.P99)/9000-1) > 0.01 || math.Abs(float64(w.ServiceP99)/900-1) > 0.01 {
		t.Errorf("percentiles of all together: %+v", w)
	}
	if w := pool([]sample{window(1, true), window(1, false)}); w.Held || w.Why == "" {
		t.Errorf("one of two is not more than half: %+v", w)
	}
}

package harness

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/harness/validity"
	"cbench/results/record"
)

// sample is one window with what only its neighbours need to know.
type sample struct {
	record.Window
	latency, service *hdrhistogram.Histogram // of all its messages
}

// sampleOf is what a window measured.
func sampleOf(r load.Report, rate float64, conns int, serverCPU float64) (sample, error) {
	s := sample{Window: record.Window{RatePerS: rate, Conns: conns, ServerCPURatio: serverCPU}}
	if r.WindowNS > 0 {
		wall := float64(r.WindowNS)
		s.ThroughputPerS = float64(r.InWindow) * 1e9 / wall
		s.ClientCPURatio = float64(r.CPUNS) / wall
	}
	if r.LateRatio != nil {
		s.LateSendRatio = *r.LateRatio
	}
	if l := r.Latency; l != nil {
		s.P50, s.P90, s.P99, s.P999, s.Max, s.Count = l.P50, l.P90, l.P99, l.P999, l.Max, l.Count
	}
	if r.Service != nil {
		s.ServiceP99 = r.Service.P99
	}
	var err error
	s.latency, s.service, err = r.Histograms()
	return s, err
}

// whyNot is the reason why a window did not hold, or "". Besides the limits, everything sent must come back, and as
// fast as it is sent.
func whyNot(s record.SLO, r load.Report, w record.Window) string {
	switch {
	case r.Verify.Lost > 0:
		return fmt.Sprintf("%d replies were lost", r.Verify.Lost)
	case len(r.Errors) > 0:
		return load.InWords(r.Errors)
	case r.InWindow == 0 && r.Silence >= validity.LongSilence.Nanoseconds():
		return fmt.Sprintf("the server stopped for %s", validity.Stretch(time.Duration(r.Silence)))
	case r.Latency == nil:
		return "no message was answered in the window"
	case r.Overflow > 0:
		return fmt.Sprintf("%d replies took over 60 s", r.Overflow)
	}
	return tooMuch(s, r, w)
}

// tooMuch is what tells that it was more than server or client can do, or "".
func tooMuch(s record.SLO, r load.Report, w record.Window) string {
	const slack = 2 // messages that fall over an edge of the window, however short it is
	achieved, expected := float64(r.InWindow), float64(r.Expected)
	perSend := expected / float64(max(r.Sent, 1))
	if why := s.Broken(w); why != "" {
		return why
	}
	if achieved+float64(r.Verify.Lost) < validity.LeastOfRate*expected-slack*perSend {
		return fmt.Sprintf("only %.0f%% of what was sent was answered in time to keep up", 100*achieved/expected)
	}
	return ""
}

// pool is several windows at one rate as one: percentiles are of all messages together, the rest medians; it held if
// more than half did.
func pool(samples []sample) record.Window {
	first := samples[0]
	w := record.Window{RatePerS: first.RatePerS, Conns: first.Conns}
	latency, service := load.NewHistogram(), load.NewHistogram()
	for _, s := range samples {
		latency.Merge(s.latency)
		service.Merge(s.service)
	}
	if l := record.NewLatency(latency); l != nil {
		w.P50, w.P90, w.P99, w.P999, w.Count = l.P50, l.P90, l.P99, l.P999, l.Count
		w.ServiceP99 = service.ValueAtQuantile(99)
	}
	median := func(of func(sample) float64) float64 {
		var values []float64
		for _, s := range samples {
			values = append(values, of(s))
		}
		return validity.Median(values)
	}
	w.ThroughputPerS = median(func(s sample) float64 { return s.ThroughputPerS })
	w.ServerCPURatio = median(func(s sample) float64 { return s.ServerCPURatio })
	w.ClientCPURatio = median(func(s sample) float64 { return s.ClientCPURatio })
	w.LateSendRatio = median(func(s sample) float64 { return s.LateSendRatio })
	w.BusiestThread = median(func(s sample) float64 { return s.BusiestThread })
	held := 0
	for _, s := range samples {
		w.Max, w.SilenceNS, w.Anon = max(w.Max, s.Max), max(w.SilenceNS, s.SilenceNS), max(w.Anon, s.Anon)
		if s.Held {
			held++
		} else if w.Why == "" {
			w.Why = s.Why
		}
	}
	if w.Held = 2*held > len(samples); w.Held {
		w.Why = ""
	}
	return w
}

package figure

import (
	"strings"

	"cbench/results/record"
	"cbench/results/words"
)

// Figure is a metric with what its name and size mean.
type Figure struct {
	Name   string // "cpu_ns_per_message": the key in files and exports
	Title  string // "CPU per message"
	Metric Metric
	Less   bool                                 // less is better
	Words  func(v float64) string               // with its unit
	Round  func(r record.Round) (float64, bool) // of one round of a rotation; nil: rotations do not know it

	Busy     bool // tells of the traffic: a server at rest, or whose limit is searched for, has too little to tell of
	Searched bool // only searches know it

	Most bool // shown as the greatest of all repetitions: a median of three would hide the one in which a server stopped

	Tail bool // of the slowest few: the median over short rounds hides a rare stall that the whole repetition shows
}

// Figures are those that models are compared by, in the order they are shown in.
var Figures = []Figure{
	{Name: "throughput_per_s", Title: "throughput", Metric: Throughput, Words: perSecondInFull, Busy: true,
		Round: func(r record.Round) (float64, bool) { return r.ThroughputPerS, r.ThroughputPerS > 0 }},
	{Name: "p50_ns", Title: "p50", Metric: LatencyP50, Less: true, Words: words.Nanoseconds, Busy: true,
		Round: func(r record.Round) (float64, bool) { return float64(r.P50), r.P50 > 0 && r.Count > 0 }},
	{Name: "p99_ns", Title: "p99", Metric: LatencyP99, Less: true, Words: words.Nanoseconds, Busy: true, Tail: true,
		Round: func(r record.Round) (float64, bool) { return float64(r.P99), r.P99 > 0 && r.Count >= 100 }},
	{Name: "p999_ns", Title: "p99.9", Metric: LatencyP999, Less: true, Words: words.Nanoseconds, Busy: true, Tail: true},
	{Name: "cpu_ns_per_message", Title: "CPU per message", Metric: CPUPerMessage, Less: true, Words: NanosecondsInFull, Busy: true,
		Round: func(r record.Round) (float64, bool) { return r.ServerNSPerMessage, r.ServerNSPerMessage > 0 }},
	{Name: "user_per_conn_bytes", Title: "memory per connection", Metric: UserPerConn, Less: true, Words: words.Bytes},
	{Name: "kernel_per_conn_bytes", Title: "kernel memory per connection", Metric: KernelPerConn, Less: true, Words: words.Bytes},
	{Name: "capacity", Title: "capacity", Metric: Capacity, Words: words.PerSecond, Busy: true, Searched: true},
	{Name: "spread_p99_ns", Title: "p99 from first to last hearer", Metric: SpreadP99, Less: true, Words: words.Nanoseconds, Busy: true, Tail: true},
}

// Silence stands beside the percentiles of a load. Models are not compared by it: StopsOf judges it.
var Silence = Figure{Name: "longest_silence_ns", Title: "longest silence", Metric: LongestSilence, Less: true, Words: words.Nanoseconds, Busy: true, Most: true}

// FigureNamed is the figure of that name.
func FigureNamed(name string) (Figure, bool) {
	for _, f := range Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// comparable reports whether the figure says anything under this load: in an open loop all servers are given the same rate, and
// one that falls short of it is void.
func (f Figure) Comparable(s Setting) bool {
	switch {
	case !f.Busy:
		return true
	case f.Searched || s.Params.Searches():
		return f.Searched && s.Params.Searches()
	}
	if s.Scenario == CoresScenario && f.Name != "throughput_per_s" {
		return false // what each message costs is what was asked for
	}
	open := s.Params.Loop == "open"
	return (open || s.Params.Loop == "closed" || s.Params.Storms()) && !s.AtRest() && !(open && f.Name == "throughput_per_s")
}

func Named(name string) Figure {
	f, ok := FigureNamed(name)
	if !ok {
		panic("results: no figure " + name)
	}
	return f
}

// short is the figure's title where room is short.
func (f Figure) Short() string {
	return strings.NewReplacer(" per connection", "/conn", " per message", "/message").Replace(f.Title)
}

// finePercent is a share of a CPU. The kernel charges by ticks: what is less than a few microseconds a second may be none at all.
func finePercent(v float64) string {
	if v < 1e-4 {
		return "<0.01%"
	}
	return words.Digits(100*v) + "%"
}

// nanosecondsInFull is for a cost, which one compares, where a latency is something one reads.
func NanosecondsInFull(v float64) string { return words.PerSecond(v) + " ns" }

func perSecondInFull(v float64) string { return words.PerSecond(v) + "/s" }

// coresScenario is the one in which the server has the cores that it was told to use, and hardly any load beside it.
const CoresScenario = "work"

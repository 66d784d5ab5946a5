package results

import (
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
	{Name: "cpu_ns_per_message", Title: "CPU per message", Metric: CPUPerMessage, Less: true, Words: nanosecondsInFull, Busy: true,
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
func (f Figure) comparable(s Setting) bool {
	switch {
	case !f.Busy:
		return true
	case f.Searched || s.Params.Searches():
		return f.Searched && s.Params.Searches()
	}
	if s.Scenario == coresScenario && f.Name != "throughput_per_s" {
		return false // what each message costs is what was asked for
	}
	open := s.Params.Loop == "open"
	return (open || s.Params.Loop == "closed" || s.Params.Storms()) && !s.atRest() && !(open && f.Name == "throughput_per_s")
}

// Interval is a figure with its 95% confidence interval. Where N is 0 it is not known; where Low and High are NaN the figure is, and
// how sure it is not: there were too few samples.
type Interval struct {
	Low, Mid, High float64
	N              int // samples
}

// Verdict is what a comparison says.
type Verdict string

// The verdicts.
const (
	Less    Verdict = "less"    // the other's figure is less than the base's
	More    Verdict = "more"    // the other's figure is more than the base's
	Same    Verdict = "same"    // no difference was found
	Unknown Verdict = "unknown" // too little is known to say
)

// Comparison is one model's figure over that of another, the base, under one load at one number of connections.
type Comparison struct {
	Setting Setting
	Conns   int
	Figure  Figure
	Base    string
	Other   string
	Twin    bool // a control: Other is Base under another name. It is never ranked

	Ratio   Interval // other / base
	Paired  bool     // by rounds of rotations, else by repetitions apart
	Test    Test     // what P is of
	P       float64  // of there being no difference, adjusted by Holm over all comparisons of this figure in a run
	Floor   float64  // the same server twice would differ by up to this share in 19 of 20 such comparisons, by the run's controls and rotations; 0: not known
	Control string   // how many controls that is known from; empty: there was none
	Drowned float64  // by what factor a control differs from itself here, where that is so much that nobody can be ranked; 0: it is not
	Verdict Verdict
	Why     string // where the verdict is Unknown, or where a difference was found that is within the noise
}

// Differs reports whether a difference was found.
func (c *Comparison) Differs() bool { return c.Verdict == Less || c.Verdict == More }

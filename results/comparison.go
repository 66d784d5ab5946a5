package results

// Figure is a metric with what its name and size mean.
type Figure struct {
	Name   string // "cpu_ns_per_message": the key in files and exports
	Title  string // "CPU per message"
	Metric Metric
	Less   bool                          // less is better
	Words  func(v float64) string        // with its unit
	Round  func(r Round) (float64, bool) // of one round of a rotation; nil: rotations do not know it
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

	Ratio   Interval // other / base
	Paired  bool     // by rounds of rotations, else by repetitions apart
	P       float64  // of there being no difference, adjusted by Holm over all comparisons of a run
	Floor   float64  // differences up to this share are noise here: an A/A control of the same load showed them
	Verdict Verdict
	Why     string // where the verdict is Unknown, or where a difference was found that is within the noise
}

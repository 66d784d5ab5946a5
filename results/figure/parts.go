package figure

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"cbench/results/record"
	"cbench/results/stats"
)

// Part is one of the parts that a server's memory is split into.
type Part struct {
	Name   string // as in files, without its unit: "heap_live"
	Title  string
	Kernel bool // of kernel memory, else of anonymous memory
	of     func(*record.Moment) (int64, bool)
}

// The parts, in the order they are stacked.
var (
	UserParts = []Part{
		{"heap_live", "live objects", false, field(func(m *record.Moment) *int64 { return m.HeapLive })},
		{"heap_unused", "rest of the heap", false, field(func(m *record.Moment) *int64 { return m.HeapUnused })},
		{"stacks", "goroutine stacks", false, field(func(m *record.Moment) *int64 { return m.Stacks })},
		{"runtime", "Go runtime", false, field(func(m *record.Moment) *int64 { return m.Runtime })},
		{"program", "program's data", false, field(func(m *record.Moment) *int64 { return m.Program })},
		{"rest", "not accounted for", false, field(func(m *record.Moment) *int64 { return m.Rest })},
	}
	KernelParts = []Part{
		{"sockets", "sockets", true, field(func(m *record.Moment) *int64 { return m.Sockets })},
		{"files", "files", true, field(func(m *record.Moment) *int64 { return m.Files })},
		{"epoll", "epoll items", true, field(func(m *record.Moment) *int64 { return m.Epoll })},
		{"page_tables", "page tables", true, field(func(m *record.Moment) *int64 { return m.PageTables })},
		{"buffers", "data in buffers", true, field(func(m *record.Moment) *int64 { return m.Buffers })},
		{"other_kernel", "other", true, otherKernel},
	}
)

func field(of func(*record.Moment) *int64) func(*record.Moment) (int64, bool) {
	return func(m *record.Moment) (int64, bool) {
		if v := of(m); v != nil {
			return *v, true
		}
		return 0, false
	}
}

// otherKernel is what the group was charged and no part of it is known by name: stacks of threads in the kernel, per-CPU
// stocks, and by what the computed parts are wrong. Where a part is not known, neither is this.
func otherKernel(m *record.Moment) (int64, bool) {
	if m.Kernel == nil {
		return 0, false
	}
	left := *m.Kernel
	for _, part := range []*int64{m.Sockets, m.Files, m.Epoll, m.PageTables, m.Buffers} {
		if part == nil {
			return 0, false
		}
		left -= *part
	}
	return left, true
}

// Total is the whole part in bytes, of the server at the moment of that name.
func (p Part) Total(moment string) Metric {
	return func(c *record.Cell) (float64, bool) {
		at := c.Memory.At(moment)
		if at == nil {
			return 0, false
		}
		v, known := p.of(at)
		return float64(v), known
	}
}

// PerConn is what N idle connections add to the part, in bytes a connection; below 0 where it shrank meanwhile.
func (p Part) PerConn(c *record.Cell) (float64, bool) {
	empty, before := p.Total("empty")(c)
	full, after := p.Total("idle")(c)
	if !before || !after || c.Load.Established == 0 {
		return 0, false
	}
	return (full - empty) / float64(c.Load.Established), true
}

// anonAt is all anonymous memory at a moment.
func AnonAt(moment string) Metric {
	return func(c *record.Cell) (float64, bool) {
		if at := c.Memory.At(moment); at != nil {
			return Known(at.Anon)
		}
		return 0, false
	}
}

// stillHeld is the anonymous memory in bytes that the server had not given back within the time after its last connection
// was closed, as seen when it was last looked at within it.
func StillHeld(within int64) Metric {
	return func(c *record.Cell) (float64, bool) {
		var held *record.Returned
		for i := range c.Memory.Returned {
			if r := &c.Memory.Returned[i]; r.AfterNS <= within {
				held = r
			}
		}
		if held == nil {
			return 0, false
		}
		return float64(held.Anon), true
	}
}

// UserCPU is the server's CPU time in user space, in nanoseconds a checked reply.
func UserCPU(c *record.Cell) (float64, bool) { return ofMessage(c, c.CPU.UserNS) }

// SystemCPU is the server's CPU time in the kernel, in nanoseconds a checked reply.
func SystemCPU(c *record.Cell) (float64, bool) { return ofMessage(c, c.CPU.SystemNS) }

// RunQueueWait is the time that the server's threads were ready to run and did not, in nanoseconds a checked reply.
func RunQueueWait(c *record.Cell) (float64, bool) { return ofMessage(c, c.CPU.RunQueueNS) }

// ofMessage shares a time over the messages that all of the CPU time was shared over.
func ofMessage(c *record.Cell, ns *int64) (float64, bool) {
	if ns == nil || c.CPU.ServerNS == nil || c.CPU.ServerNSPerMessage == nil || *c.CPU.ServerNS == 0 {
		return 0, false
	}
	return *c.CPU.ServerNSPerMessage * float64(*ns) / float64(*c.CPU.ServerNS), true
}

// PartGrowth is how one part of a model's memory grows with its connections.
type PartGrowth struct {
	Setting Setting
	Model   string
	Procs   int
	Name    string // the model's, and its Procs where it ran on several numbers of them
	Part    Part
	Slope   stats.Interval // bytes a connection
}

// The wholes that the parts are of.
var (
	AllUser   = Part{"user", "all", false, field(func(m *record.Moment) *int64 { return m.Anon })}
	AllKernel = Part{"kernel", "all", true, field(func(m *record.Moment) *int64 { return m.Kernel })}
)

// partsGrowth is how every part of every model's memory grows, and the wholes ("user", "kernel"), under every load at two
// numbers of connections or more.
func PartsGrowth(groups []Group) []PartGrowth {
	var all []PartGrowth
	for _, r := range Rows(groups) {
		for _, p := range slices.Concat([]Part{AllUser}, UserParts, []Part{AllKernel}, KernelParts) {
			if s, ok := SlopeInterval(r.Groups, p.Total("idle")); ok {
				all = append(all, PartGrowth{r.Setting, r.Model, r.Procs, r.Name, p, s})
			}
		}
	}
	return all
}

// slopeInterval is how a figure grows with the number of connections over groups of one model and load: the slope of
// leastSquares through the medians, with its 95% confidence interval; not ok where fewer than two numbers of connections
// know the figure.
//
// Repetitions scatter more where there is more to scatter, so that all N are not worth as much: a repetition at N weighs
// 1/N² (weightAt), and those at a small share of the most connections tell nothing (telling). The interval is slope ±
// t·s/√Σw(x - x̄)², with s² = Σw·r²/(n - 2) over the residuals r of all n repetitions, not of their medians alone, x̄ the
// weighted mean, and t the 97.5% quantile of Student's distribution with n - 2 degrees of freedom (Draper and Smith, Applied
// Regression Analysis, 2.11). It takes repetitions to be independent. With fewer than three of them in all its ends are NaN.
func SlopeInterval(groups []Group, m Metric) (stats.Interval, bool) {
	s, ok := SlopeOf(groups, m)
	return s.Interval, ok
}

// slope is one with what its interval was made of.
type Slope struct {
	stats.Interval
	se, free float64 // standard error and degrees of freedom; NaN where there are too few repetitions
}

func SlopeOf(groups []Group, m Metric) (Slope, bool) {
	groups = telling(groups, m)
	line := growthOf(groups, m)
	if line == nil {
		return Slope{}, false
	}
	var xs, weights []float64
	var squares float64
	for i := range groups {
		for _, v := range groups[i].values(m) {
			x := float64(groups[i].Conns)
			xs, weights = append(xs, x), append(weights, weightAt(x))
			squares += weightAt(x) * sq(v-line.Intercept-line.Slope*x)
		}
	}
	s := Slope{stats.Interval{Low: math.NaN(), Mid: line.Slope, High: math.NaN(), N: len(xs)}, math.NaN(), math.NaN()}
	if len(xs) < 3 {
		return s, true
	}
	mean, spread := stat.Mean(xs, weights), 0.0
	for i, x := range xs {
		spread += weights[i] * sq(x-mean)
	}
	s.free = float64(len(xs) - 2)
	s.se = math.Sqrt(squares / s.free / spread)
	off := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: s.free}.Quantile(0.975) * s.se
	s.Low, s.High = s.Mid-off, s.Mid+off
	return s, true
}

// tellingFrom is the share of the most connections from which on others tell of the slope.
const tellingFrom = 1.0 / 100

// telling is the groups that a line is drawn through: without those of so few connections that what a server scatters by at
// rest, whatever their number, would be all there is to see, for as weightAt has it they would count the most. Two numbers
// of connections are kept at least.
func telling(groups []Group, m Metric) []Group {
	var known []Group
	for _, g := range groups {
		if g.Of(m).N > 0 {
			known = append(known, g)
		}
	}
	slices.SortStableFunc(known, func(a, b Group) int { return cmp.Compare(b.Conns, a.Conns) })
	numbers := 0
	for i, g := range known {
		if i == 0 || g.Conns != known[i-1].Conns {
			numbers++
		}
		if numbers > 2 && float64(g.Conns) < tellingFrom*float64(known[0].Conns) {
			return known[:i]
		}
	}
	return known
}

// weightAt is what a repetition at n connections is worth in the line over all n: weighted least squares with the scatter
// taken to be in proportion to n, σ² ∝ N^2θ with θ = 1 (Carroll and Ruppert, Transformation and Weighting in Regression,
// 1988, 2.2). In the reference run it grows less than that, with θ of a half in the middle of the models. Whoever takes θ
// too great is surer at the least n and less sure of the slope than he might be; whoever takes it too small calls a slope
// sure that is not: a test holds the interval to cover for every θ from 0 to 1.
func weightAt(n float64) float64 { return 1 / max(n*n, 1) }

func sq(x float64) float64 { return x * x }

// chance is how far the logarithm of the slope may be off.
func (s Slope) StdErr() stats.StdErr { return stats.StdErr{Se: s.se / s.Mid, Df: s.free} }

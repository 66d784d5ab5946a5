package figure

import "cbench/results/record"

// Metric is one figure of a cell; known is false where the cell does not know it, which is never the same as 0.
type Metric func(c *record.Cell) (value float64, known bool)

// Throughput is checked replies or deliveries a second.
func Throughput(c *record.Cell) (float64, bool) {
	if c.Load.ThroughputPerS == nil || c.Load.Sent == 0 {
		return 0, false
	}
	return *c.Load.ThroughputPerS, true
}

// LatencyP50 is the median latency in nanoseconds: from when a message was due in an open loop, from when it was sent in a closed
// one.
func LatencyP50(c *record.Cell) (float64, bool) {
	return percentileOf(c.Latency, 1, p50Of)
}

// LatencyP99 is the latency in nanoseconds that 1 in 100 messages exceeds. It is not known from fewer than 100 messages:
// there it would be the slowest of them by another name.
func LatencyP99(c *record.Cell) (float64, bool) {
	return percentileOf(c.Latency, 100, func(l *record.Latency) int64 { return l.P99 })
}

// LatencyP999 is the latency in nanoseconds that 1 in 1,000 messages exceeds. It is not known from fewer than 1,000.
func LatencyP999(c *record.Cell) (float64, bool) {
	return percentileOf(c.Latency, 1000, func(l *record.Latency) int64 { return l.P999 })
}

// LongestSilence is the longest time in nanoseconds in which messages waited and nothing came from the server.
func LongestSilence(c *record.Cell) (float64, bool) { return Known(c.Load.LongestSilenceNS) }

func p50Of(l *record.Latency) int64 { return l.P50 }

func percentileOf(l *record.Latency, least int64, of func(*record.Latency) int64) (float64, bool) {
	if l == nil || l.Count < least {
		return 0, false
	}
	return float64(of(l)), true
}

// CPUPerMessage is the server's CPU time, all threads, in nanoseconds a checked reply.
func CPUPerMessage(c *record.Cell) (float64, bool) { return Known(c.CPU.ServerNSPerMessage) }

// IdleCPU is the server's CPU time over wall time while every connection was open and nothing was sent: 1 is one CPU.
func IdleCPU(c *record.Cell) (float64, bool) { return Known(c.CPU.IdleRatio) }

// FirstP50 is the median time in nanoseconds from when a message was due until the first of its hearers had it.
func FirstP50(c *record.Cell) (float64, bool) { return percentileOf(c.First, 1, p50Of) }

// LastP50 is the median time in nanoseconds from when a message was due until the last of its hearers had it.
func LastP50(c *record.Cell) (float64, bool) { return percentileOf(c.Last, 1, p50Of) }

// SpreadP50 is the median time in nanoseconds between the first and the last hearer of a message.
func SpreadP50(c *record.Cell) (float64, bool) { return percentileOf(c.Spread, 1, p50Of) }

// SpreadP99 is the time in nanoseconds between the first and the last hearer that 1 message in 100 exceeds. It is not known from
// fewer than 100.
func SpreadP99(c *record.Cell) (float64, bool) {
	return percentileOf(c.Spread, 100, func(l *record.Latency) int64 { return l.P99 })
}

// DroppedSlow is how many members the server dropped for not reading.
func DroppedSlow(c *record.Cell) (float64, bool) { return Known(c.Load.DroppedSlow) }

// AsideP50 is the median time in nanoseconds of replies that are not among those measured: of blocking, the slow requests' own.
func AsideP50(c *record.Cell) (float64, bool) { return percentileOf(c.Aside, 1, p50Of) }

// AsideP99 is what 1 in 100 of those exceeds. It is not known from fewer than 100.
func AsideP99(c *record.Cell) (float64, bool) {
	return percentileOf(c.Aside, 100, func(l *record.Latency) int64 { return l.P99 })
}

// PeakRSS is the most that the server ever held resident, in bytes.
func PeakRSS(c *record.Cell) (float64, bool) { return Known(c.Memory.PeakRSS) }

// UserPerConn is anonymous memory above that of the empty server, in bytes a connection.
func UserPerConn(c *record.Cell) (float64, bool) { return Known(c.Memory.UserPerConn) }

// KernelPerConn is kernel memory above that of the empty server, in bytes a connection.
func KernelPerConn(c *record.Cell) (float64, bool) { return Known(c.Memory.KernelPerConn) }

// Anon is the anonymous memory of the whole server, in bytes, with every connection open and idle.
func Anon(c *record.Cell) (float64, bool) { return Known(c.Memory.Anon) }

// Kernel is the kernel memory of the server's own cgroup, in bytes, with every connection open and idle.
func Kernel(c *record.Cell) (float64, bool) { return Known(c.Memory.Kernel) }

func Known[T int64 | float64](v *T) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

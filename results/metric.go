package results

// Metric is one figure of a cell; known is false where the cell does not know it, which is never the same as 0.
type Metric func(c *Cell) (value float64, known bool)

// Throughput is checked replies or deliveries a second.
func Throughput(c *Cell) (float64, bool) {
	if c.Load.ThroughputPerS == nil || c.Load.Sent == 0 {
		return 0, false
	}
	return *c.Load.ThroughputPerS, true
}

// LatencyP50 is the median latency in nanoseconds: from when a message was due in an open loop, from when it was sent in a closed
// one.
func LatencyP50(c *Cell) (float64, bool) {
	return percentile(c, 1, func(l *Latency) int64 { return l.P50 })
}

// LatencyP99 is the latency in nanoseconds that 1 in 100 messages exceeds. It is not known from fewer than 100 messages:
// there it would be the slowest of them by another name.
func LatencyP99(c *Cell) (float64, bool) {
	return percentile(c, 100, func(l *Latency) int64 { return l.P99 })
}

// LatencyP999 is the latency in nanoseconds that 1 in 1,000 messages exceeds. It is not known from fewer than 1,000.
func LatencyP999(c *Cell) (float64, bool) {
	return percentile(c, 1000, func(l *Latency) int64 { return l.P999 })
}

func percentile(c *Cell, least int64, of func(*Latency) int64) (float64, bool) {
	if c.Latency == nil || c.Latency.Count < least {
		return 0, false
	}
	return float64(of(c.Latency)), true
}

// CPUPerMessage is the server's CPU time, all threads, in nanoseconds a checked reply.
func CPUPerMessage(c *Cell) (float64, bool) { return known(c.CPU.ServerNSPerMessage) }

// UserPerConn is anonymous memory above that of the empty server, in bytes a connection.
func UserPerConn(c *Cell) (float64, bool) { return known(c.Memory.UserPerConn) }

// KernelPerConn is kernel memory above that of the empty server, in bytes a connection.
func KernelPerConn(c *Cell) (float64, bool) { return known(c.Memory.KernelPerConn) }

// Anon is the anonymous memory of the whole server, in bytes, with every connection open and idle.
func Anon(c *Cell) (float64, bool) { return known(c.Memory.Anon) }

// Kernel is the kernel memory of the server's own cgroup, in bytes, with every connection open and idle.
func Kernel(c *Cell) (float64, bool) { return known(c.Memory.Kernel) }

func known[T int64 | float64](v *T) (float64, bool) {
	if v == nil {
		return 0, false
	}
	return float64(*v), true
}

// SpreadP99 is the time in nanoseconds between the first and the last hearer of a message that 1 in 100 messages exceeds.
func SpreadP99(c *Cell) (float64, bool) {
	if c.Spread == nil || c.Spread.Count < 100 {
		return 0, false
	}
	return float64(c.Spread.P99), true
}

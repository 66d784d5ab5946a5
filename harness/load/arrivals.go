package load

import "math/rand/v2"

// arrivals is when the messages of an open loop are due, in nanoseconds from its start: a pure sequence.
type arrivals struct {
	gap    float64    // mean nanoseconds between two
	at     float64    // of the next, Poisson
	n      int64      // of the next, constant
	phase  float64    // of the first, constant
	random *rand.Rand // nil: constant spacing
}

// constant spaces messages evenly. phase from 0 to 1 is the part of a gap before the first: loops that share a rate are so
// interleaved.
func constant(rate, phase float64) arrivals {
	return arrivals{gap: 1e9 / rate, phase: phase}
}

// poisson spaces messages as independent users would: exponentially. The sum of such loops is such a one again.
func poisson(rate float64, seed, loop uint64) arrivals {
	a := arrivals{gap: 1e9 / rate, random: rand.New(rand.NewPCG(seed, loop))}
	a.at = a.gap * a.random.ExpFloat64()
	return a
}

// due is when the next message is.
func (a *arrivals) due() int64 {
	if a.random != nil {
		return int64(a.at)
	}
	return int64((float64(a.n) + a.phase) * a.gap) // not summed up: no drift
}

// pass goes on to the next but one.
func (a *arrivals) pass() {
	if a.random != nil {
		a.at += a.gap * a.random.ExpFloat64()
		return
	}
	a.n++
}

package scenarios

// flight is the messages under way on one connection, numbered as they were sent. One needs no memory but this; the ring
// comes with the second and grows by doubling, so that a connection at rest costs little and a message no allocation.
type flight struct {
	head uint64  // number of the oldest under way
	next uint64  // number of the next to be sent
	one  times   // of the only one under way, while ring is nil
	ring []times // by number; its length a power of two
}

type times struct{ due, sent int64 }

func (f *flight) len() int { return int(f.next - f.head) }

func (f *flight) push(t times) {
	if f.len() == max(len(f.ring), 1) {
		f.grow()
	}
	*f.at(f.next) = t
	f.next++
}

// pop takes the oldest off.
func (f *flight) pop() times {
	t := *f.at(f.head)
	f.head++
	return t
}

func (f *flight) at(number uint64) *times {
	if f.ring == nil {
		return &f.one
	}
	return &f.ring[number&uint64(len(f.ring)-1)]
}

func (f *flight) grow() {
	ring := make([]times, max(4, 2*len(f.ring)))
	for n := f.head; n < f.next; n++ {
		ring[n&uint64(len(ring)-1)] = *f.at(n)
	}
	f.ring = ring
}

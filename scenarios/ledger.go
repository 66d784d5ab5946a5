package scenarios

// queue is values numbered in a row, oldest first. One needs no memory but this; the ring comes with the second and grows by doubling, so
// that a connection at rest costs little and a message no allocation.
type queue[T any] struct {
	head uint64 // number of the oldest
	next uint64 // number of the next to be pushed
	one  T      // the only one, while ring is nil
	ring []T    // by number; its length a power of two
}

// flight is the messages under way on one connection, numbered as they were sent.
type flight = queue[times]

type times struct{ due, sent int64 }

func (q *queue[T]) len() int { return int(q.next - q.head) }

func (q *queue[T]) has(number uint64) bool { return q.head <= number && number < q.next }

// at is the value of a number from head to next-1, good until the next push.
func (q *queue[T]) at(number uint64) *T {
	if q.ring == nil {
		return &q.one
	}
	return &q.ring[number&uint64(len(q.ring)-1)]
}

func (q *queue[T]) push(v T) {
	if q.len() == max(len(q.ring), 1) {
		q.grow()
	}
	q.next++
	*q.at(q.next - 1) = v
}

func (q *queue[T]) grow() {
	ring := make([]T, max(4, 2*len(q.ring)))
	for n := q.head; n < q.next; n++ {
		ring[n&uint64(len(ring)-1)] = *q.at(n)
	}
	q.ring = ring
}

// pop takes the oldest off.
func (q *queue[T]) pop() T {
	v := *q.at(q.head)
	q.head++
	return v
}

func (q *queue[T]) clear() { q.head = q.next }

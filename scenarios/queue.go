package scenarios

// queue is values numbered in a row, oldest first: a ring that grows by doubling.
type queue[T any] struct {
	base, next uint64 // the oldest number kept, and the next to be given
	ring       []T    // by number; its length a power of two
}

// at is the value of a number from base to next-1, good until the next push.
func (q *queue[T]) at(number uint64) *T { return &q.ring[number&uint64(len(q.ring)-1)] }

func (q *queue[T]) has(number uint64) bool { return q.base <= number && number < q.next }

func (q *queue[T]) push(v T) {
	if int(q.next-q.base) == len(q.ring) {
		ring := make([]T, max(2, 2*len(q.ring)))
		for n := q.base; n < q.next; n++ {
			ring[n&uint64(len(ring)-1)] = *q.at(n)
		}
		q.ring = ring
	}
	q.next++
	*q.at(q.next - 1) = v
}

func (q *queue[T]) clear() { q.base = q.next }

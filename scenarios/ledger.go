package scenarios

import (
	"bytes"
	"slices"
)

// The ledger of a connection: what is under way on it, and what is odd about its replies. Where nothing is odd, it holds no more
// memory than the numbers of what is under way.

// queue is values numbered in a row, oldest first. One needs no memory but this; the ring comes with the second and grows by
// doubling, so that a connection at rest costs little and a message no allocation.
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

// asked is requests under way on one connection whose answers do not say which request they answer: they come in order, and are
// counted.
type asked[T any] struct {
	queue[T]
	ready    bool // the opening was answered
	forgiven int  // answers that were told as lost, and may come yet
}

// quiet reports whether no answer is to come.
func (a *asked[T]) quiet() bool { return a.len() == 0 && a.forgiven == 0 }

// forgive gives up all that is under way, and returns how much that was. It may be answered yet.
func (a *asked[T]) forgive() (n int) {
	n = a.len()
	a.forgiven += n
	a.clear()
	return n
}

// delivery is what is known of a message that goes to several: when it was due and sent, and when the first and the last heard
// it, 0 while nobody did.
type delivery struct{ due, sent, first, last int64 }

func (d *delivery) hear(now int64) {
	d.last = now
	if d.first == 0 {
		d.first = now
	}
}

// lose tells n messages as lost, where there are any.
func lose(n int, rec Recorder) {
	if n > 0 {
		rec.Fault(Lost, n, nil)
	}
}

// strays is the numbers of replies that were passed over: each was to come before one that came. It is one word where there are
// none.
type strays struct{ list *[]stray }

type stray struct {
	number uint64
	told   bool // as a fault: if it comes after all, that is no second one
}

// maxStrays a connection are remembered; older ones are given up as lost.
const maxStrays = 1024

func (s *strays) add(number uint64, told bool, rec Recorder) {
	if s.list == nil {
		s.list = new([]stray)
	}
	if list := *s.list; len(list) == maxStrays {
		if !list[0].told {
			lose(1, rec)
		}
		*s.list = slices.Delete(list, 0, 1)
	}
	*s.list = append(*s.list, stray{number, told})
}

// came judges a reply whose place was past when it came.
func (s *strays) came(number uint64, line []byte, rec Recorder) {
	at := slices.IndexFunc(s.all(), func(of stray) bool { return of.number == number })
	if at < 0 {
		rec.Fault(Duplicated, 1, line)
		return
	}
	if !(*s.list)[at].told {
		rec.Fault(Reordered, 1, line)
	}
	*s.list = slices.Delete(*s.list, at, at+1)
}

// settle tells those that never came as lost.
func (s *strays) settle(rec Recorder) {
	all := s.all()
	for i := range all {
		if !all[i].told {
			all[i].told = true
			lose(1, rec)
		}
	}
}

func (s *strays) all() []stray {
	if s.list == nil {
		return nil
	}
	return *s.list
}

// cut is the length of the line at the front of in where it is not the reply of size bytes that was due: 0 while that
// cannot be told. A line that ends elsewhere than it should is torn: what follows may be the rest of it.
func cut(in []byte, size int) (n int, torn bool) {
	if end := bytes.IndexByte(in[:min(len(in), size)], '\n'); end >= 0 {
		return end + 1, end+1 != size
	}
	if len(in) >= size {
		return size, true
	}
	return 0, false
}

// mend skips the rest of a torn line: all up to the next LF, unless a reply, which starts with word, begins right
// here. whole says that the line is over; it may take more bytes to tell.
func mend(in []byte, word string) (skip int, whole bool) {
	if len(in) < len(word) && string(in) == word[:len(in)] {
		return 0, false
	}
	if bytes.HasPrefix(in, []byte(word)) {
		return 0, true
	}
	if end := bytes.IndexByte(in, '\n'); end >= 0 {
		return end + 1, true
	}
	return len(in), false
}

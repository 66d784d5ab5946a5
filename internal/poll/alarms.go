package poll

import (
	"container/heap"
	"time"
)

// Alarms is what a loop has to do later: a heap by time. Any number of them costs no kernel timer: the loop waits no longer than
// until the first. T says what to do. It has no lock.
type Alarms[T any] struct{ heap alarmHeap[T] }

// Alarm is one thing to do, or done, or cancelled.
type Alarm[T any] struct {
	at    time.Time
	what  T
	index int // in the heap; -1: not in it any more
}

// Set adds something to do at the time at.
func (a *Alarms[T]) Set(at time.Time, what T) *Alarm[T] {
	alarm := &Alarm[T]{at: at, what: what}
	heap.Push(&a.heap, alarm)
	return alarm
}

// Cancel takes an alarm off, if it has not gone off yet. A nil alarm is none.
func (a *Alarms[T]) Cancel(alarm *Alarm[T]) {
	if alarm != nil && alarm.index >= 0 {
		heap.Remove(&a.heap, alarm.index)
	}
}

// PollTimeout is the time until the next alarm, or -1 if there is none.
func (a *Alarms[T]) PollTimeout(now time.Time) time.Duration {
	if len(a.heap) == 0 {
		return -1
	}
	return max(0, a.heap[0].at.Sub(now))
}

// Due takes off the first alarm if its time has come.
func (a *Alarms[T]) Due(now time.Time) (what T, due bool) {
	if len(a.heap) == 0 || a.heap[0].at.After(now) {
		return what, false
	}
	return heap.Pop(&a.heap).(*Alarm[T]).what, true
}

// Len is how many alarms are set.
func (a *Alarms[T]) Len() int { return len(a.heap) }

type alarmHeap[T any] []*Alarm[T]

func (h alarmHeap[T]) Len() int           { return len(h) }
func (h alarmHeap[T]) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarmHeap[T]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *alarmHeap[T]) Push(x any) {
	x.(*Alarm[T]).index = len(*h)
	*h = append(*h, x.(*Alarm[T]))
}
func (h *alarmHeap[T]) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	last.index = -1
	return last
}

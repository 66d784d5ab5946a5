package coroutine

import (
	"fmt"
	"runtime"
	"testing"
)

// BenchmarkCreate is a coroutine's whole life: made, run, waited in once, ended.
func BenchmarkCreate(b *testing.B) {
	lp := newLoop(b)
	b.ReportAllocs()
	for range b.N {
		lp.spawn(func() { lp.wait(turn) })
		lp.turn()
		lp.turn()
	}
}

// BenchmarkSwitch is a switch to a coroutine and back, in turn to each of so many: of one the stack stays in the first-level
// cache; of ten thousand (20 MB of stacks, and as much again beside them) none does.
func BenchmarkSwitch(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprintf("coroutines=%d", n), func(b *testing.B) {
			lp := newLoop(b)
			over := false
			for range n {
				lp.spawn(func() {
					for !over {
						lp.wait(turn)
					}
				})
			}
			lp.turn()
			b.ResetTimer()
			for i := 0; i < b.N; i += n {
				lp.turn()
			}
			b.StopTimer()
			over = true
			lp.turn()
			if lp.alive != 0 {
				b.Errorf("%d coroutines are left", lp.alive)
			}
		})
	}
}

// BenchmarkCreateGoroutine is the neighbour's: a goroutine's whole life, made, run, waited in once, ended.
func BenchmarkCreateGoroutine(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // as one thread's loop has it
	b.ReportAllocs()
	wake, back := make(chan struct{}), make(chan struct{})
	for range b.N {
		go func() {
			back <- struct{}{}
			<-wake
			back <- struct{}{}
		}()
		<-back
		wake <- struct{}{}
		<-back
	}
}

// BenchmarkSwitchGoroutine is BenchmarkSwitch's for goroutines: there over one channel and back over another, in turn to each
// of so many.
func BenchmarkSwitchGoroutine(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(fmt.Sprintf("goroutines=%d", n), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			back := make(chan struct{})
			wake := make([]chan struct{}, n)
			for i := range wake {
				wake[i] = make(chan struct{})
				go func() {
					for range wake[i] {
						back <- struct{}{}
					}
					back <- struct{}{}
				}()
			}
			b.ResetTimer()
			for i := 0; i < b.N; i += n {
				for _, w := range wake {
					w <- struct{}{}
					<-back
				}
			}
			b.StopTimer()
			for _, w := range wake {
				close(w)
				<-back
			}
		})
	}
}

// BenchmarkStack is not of time: it tells the bytes of stack and of heap that a waiting coroutine holds. A first lot waits while
// the second is measured, for the runtime sizes new stacks by what the average one uses (runtime/mgcmark.go,
// gcComputeStartingStackSize).
func BenchmarkStack(b *testing.B) {
	const n = 10000
	for range b.N {
		lp := newLoop(b)
		waiting := make([]*coroutine, 0, 2*n) // to grow it would take more stack than to wait
		var at [2]runtime.MemStats
		for lot := range at {
			for range n {
				lp.spawn(func() {
					waiting = append(waiting, lp.running)
					lp.wait(done)
				})
			}
			lp.turn()
			runtime.GC()
			runtime.ReadMemStats(&at[lot])
		}
		b.ReportMetric(float64(at[1].StackInuse-at[0].StackInuse)/n, "stack-B/coroutine")
		b.ReportMetric(float64(at[1].HeapAlloc-at[0].HeapAlloc)/n, "heap-B/coroutine")
		for _, co := range waiting {
			lp.notify(co, done)
		}
		lp.turn()
	}
}

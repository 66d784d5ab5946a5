package thread

import (
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// Go has a scheduler of its own above the kernel's: to run, a thread needs one of GOMAXPROCS places. One that comes back from a
// system call takes the place it had, from whoever is in a system call with it now, or a free one; failing both it queues. But
// threads that only ever block in system calls never look at that queue. It is served by the runtime's monitor alone, which
// takes a place away from such threads every 10 ms (runtime: exitsyscall, retake): with few places and many busy threads some
// wait for that long, and longer, while there is work for all.
//
// Here the kernel is to be the scheduler. So there are more places than threads that a CPU could be shared out to in the
// meantime, and what GOMAXPROCS is to say, how many CPUs are used, the kernel is told instead. A place costs some 20 KiB,
// whoever is connected.
//
// NOTE: the end of a thread stays Go's. It is looked for in a list of all threads, under the scheduler's one lock (runtime:
// mexit), which those that wake need, too. Where all clients leave at once, that grows with the square of their number, and the
// last are closed late.
const enoughPlaces = 64

// ceded is the scheduler's state while it is out of the way: it is the whole process's.
var ceded struct {
	mu      sync.Mutex // guards all below
	servers int        // that have it so
	procs   int        // what GOMAXPROCS was
}

// cedeScheduler gets Go's scheduler out of the way until it is taken back, and returns the CPUs for threads to keep to; nil is
// all.
func cedeScheduler() (cpus *unix.CPUSet, takeBack func()) {
	ceded.mu.Lock()
	defer ceded.mu.Unlock()
	if ceded.servers == 0 {
		ceded.procs = runtime.GOMAXPROCS(0)
		if ceded.procs < enoughPlaces {
			runtime.GOMAXPROCS(enoughPlaces)
		}
	}
	ceded.servers++
	return firstCPUs(ceded.procs), takeBackScheduler
}

func takeBackScheduler() {
	ceded.mu.Lock()
	defer ceded.mu.Unlock()
	if ceded.servers--; ceded.servers == 0 && ceded.procs < enoughPlaces {
		runtime.GOMAXPROCS(ceded.procs)
	}
}

// firstCPUs is the first n of the CPUs that this process may use, or nil if there are no more.
func firstCPUs(n int) *unix.CPUSet {
	var all, first unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil || all.Count() <= n {
		return nil
	}
	for cpu := 0; first.Count() < n; cpu++ {
		if all.IsSet(cpu) {
			first.Set(cpu)
		}
	}
	return &first
}

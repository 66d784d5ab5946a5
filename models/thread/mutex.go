package thread

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mutex is a lock that has its thread wait in the kernel, as a pthread mutex does: the second of Drepper's, "Futexes Are Tricky"
// (2011). sync.Mutex would do, but waits in Go's scheduler, which wakes a locked goroutine by way of another thread.
type mutex struct {
	state atomic.Uint32 // unlocked, taken or wanted
}

const (
	unlocked = iota
	taken    //
	wanted   // taken, and there may be threads that wait
)

func (m *mutex) Lock() {
	if m.state.CompareAndSwap(unlocked, taken) {
		return
	}
	for m.state.Swap(wanted) != unlocked {
		unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&m.state)), futexWait, wanted, 0, 0, 0)
	}
}

func (m *mutex) Unlock() {
	switch m.state.Swap(unlocked) {
	case wanted:
		unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&m.state)), futexWake, 1, 0, 0, 0)
	case unlocked:
		panic("thread: a lock that nobody holds is unlocked")
	}
}

// Operations of futex(2), on memory that this process alone has.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)

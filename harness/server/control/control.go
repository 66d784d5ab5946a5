// Package control is how the harness asks one of our own servers about its Go runtime: over an inherited socket, so that the
// measured port and its threads see nothing of it. A request is one line of JSON, and so is its answer.
package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FdEnv is the environment variable that names the inherited descriptor.
const FdEnv = "CBENCH_CONTROL_FD"

// Runtime is what a Go server says of itself at one moment. Memory is in bytes.
type Runtime struct {
	Heap         int64         `json:"heap_bytes"` // objects, live or not yet swept
	HeapUnused   int64         `json:"heap_unused_bytes"`
	HeapFree     int64         `json:"heap_free_bytes"`     // kept for later
	HeapReleased int64         `json:"heap_released_bytes"` // given back to the kernel
	Stack        int64         `json:"stack_bytes"`         // goroutine stacks
	Other        int64         `json:"other_bytes"`         // the runtime's own: metadata, thread stacks, profiling …
	Goroutines   int64         `json:"goroutines"`
	Procs        int64         `json:"procs"` // GOMAXPROCS
	GCCycles     int64         `json:"gc_cycles"`
	GCPause      time.Duration `json:"gc_pause_ns"` // stop-the-world time of all collections so far
	Allocs       int64         `json:"allocs"`      // heap objects allocated so far
	AllocBytes   int64         `json:"alloc_bytes"` // and their bytes
	HeapAt       uint64        `json:"heap_at"`     // an address in the heap: tells its mapping from others in /proc

	Sched Waits `json:"sched_ns,omitempty"` // where asked for
}

type request struct {
	GC    bool `json:"gc"`    // collect, and give free memory back, before answering
	Sched bool `json:"sched"` // answer with the distribution of scheduling latencies, too: some 2 KB
}

// Answer serves the harness that started this process on a goroutine of its own, if one did with a control socket.
// It must be called before this process starts others, for the descriptor is not to leak into them.
func Answer() {
	fd, err := strconv.Atoi(os.Getenv(FdEnv))
	os.Unsetenv(FdEnv)
	if err != nil || fd < 3 {
		return
	}
	unix.CloseOnExec(fd)
	go Serve(fd)
}

// Serve answers requests on fd, a blocking descriptor, until the other side hangs up. It takes fd over.
//
// The read blocks a thread of its own. The other way, a descriptor in the runtime's poller, would cost a silent server
// more: while any goroutine waits there, the scheduler polls it, one more system call, whenever a P runs dry (proc.go,
// findRunnable: netpollAnyWaiters). For an event loop of our own with GOMAXPROCS=1 that is at every blocking wait. A
// blocked thread costs nothing but its stacks, and is one thread more in every model alike.
func Serve(fd int) error {
	defer unix.Close(fd)
	var held []byte
	buf := make([]byte, 256)
	for {
		n, err := unix.Read(fd, buf)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n <= 0 || err != nil {
			return err
		}
		held = append(held, buf[:n]...)
		for {
			line, rest, whole := bytes.Cut(held, []byte("\n"))
			if !whole {
				break
			}
			held = rest
			if err := reply(fd, line); err != nil {
				return err
			}
		}
	}
}

func reply(fd int, line []byte) error {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return err
	}
	if req.GC {
		runtime.GC() // a sync.Pool lives through one collection
		debug.FreeOSMemory()
	}
	now := Read()
	if req.Sched {
		now.Sched = readWaits()
	}
	out, err := json.Marshal(now)
	if err != nil {
		return err
	}
	for out = append(out, '\n'); len(out) > 0; {
		n, err := unix.Write(fd, out)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		out = out[max(n, 0):]
	}
	return nil
}

// Read is this process's own figures. The world is not stopped for them.
func Read() Runtime {
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/total:bytes"},
		{Name: "/sched/goroutines:goroutines"},
		{Name: "/sched/gomaxprocs:threads"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/gc/heap/allocs:objects"},
		{Name: "/gc/heap/allocs:bytes"},
	}
	metrics.Read(samples)
	at := func(i int) int64 { return int64(samples[i].Value.Uint64()) }
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	return Runtime{
		Heap: at(0), HeapUnused: at(1), HeapFree: at(2), HeapReleased: at(3), Stack: at(4),
		Other:      at(5) - at(0) - at(1) - at(2) - at(3) - at(4),
		Goroutines: at(6), Procs: at(7), GCCycles: at(8),
		GCPause: gc.PauseTotal,
		Allocs:  at(9), AllocBytes: at(10), HeapAt: heapAt(),
	}
}

// spot keeps one object of the heap alive, and so its address an address in the heap: objects do not move.
var spot *[64]byte

var heapAt = sync.OnceValue(func() uint64 {
	spot = new([64]byte)
	return uint64(uintptr(unsafe.Pointer(spot)))
})

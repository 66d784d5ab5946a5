package harness

import (
	"context"
	"errors"
	"time"

	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results/record"
)

// details reads where the memory is, of a quiet server: its mappings first, for they are to add up to what was just read.
func (m *measurement) details(at *idleMemory, proc *server.Process, pids []int) {
	if at.runtime != nil {
		if mappings, err := probe.ReadMappings(proc.PID, at.runtime.HeapAt); err == nil {
			at.mappings = &mappings
		} else {
			m.warnOnce("memory by its parts is not known: %v", err)
		}
	}
	if objects, err := probe.ReadObjects(pids, proc.Addr.Port()); err == nil {
		at.objects = &objects
	} else {
		m.warnOnce("kernel memory by its parts is not known: %v", err)
	}
}

// moment writes down where the memory was. live is what a collection left that came after at was read, or nil where none was forced.
func (m *measurement) moment(name string, at idleMemory, live *int64) {
	o := record.Moment{Name: name, Anon: at.anon, Kernel: at.kernel, Buffers: at.tcp}
	if k := at.objects; k != nil {
		o.Sockets, o.Files, o.Epoll, o.PageTables = k.Sockets, k.Files, k.Epoll, &k.PageTables
	}
	if at.runtime != nil && at.mappings != nil && at.anon != nil {
		m.userParts(&o, at, live)
	}
	m.cell.Memory.Moments = append(m.cell.Memory.Moments, o)
}

// mostBeyond is the share of the memory by which the runtime's account and the kernel's may differ before the parts are not to be trusted.
const mostBeyond = 0.05

// userParts splits the anonymous memory. How much each mapping holds is the kernel's account, for the runtime counts pages that were
// never touched. What of the heap's are live objects and stacks is the runtime's, and what else of it is resident is unused. Where they
// are more than is resident, it is the live ones that were never touched: a queue made for the worst case, a table.
func (m *measurement) userParts(o *record.Moment, at idleMemory, live *int64) {
	rt, in := at.runtime, at.mappings
	lives := rt.Heap
	if live != nil {
		lives = min(*live, rt.Heap)
	}
	if rt.Stack > in.GoHeap { // stacks that were made and never touched: what else there is cannot be told from them
		o.Runtime, o.Program = &in.Other, &in.Program
		m.warnOnce("memory by its parts: the runtime counts %d KB of stacks, and %d are resident in all of its heap: not told apart", rt.Stack>>10, in.GoHeap>>10)
		return
	}
	lives = min(lives, max(0, in.GoHeap-rt.Stack))
	unused := max(0, in.GoHeap-lives-rt.Stack)
	rest := *at.anon - lives - unused - rt.Stack - in.Other - in.Program
	o.HeapLive, o.HeapUnused, o.Stacks, o.Runtime, o.Program, o.Rest = &lives, &unused, &rt.Stack, &in.Other, &in.Program, &rest

	holds := rt.Heap + rt.HeapUnused + rt.HeapFree + rt.Stack
	slack := int64(mostBeyond * float64(*at.anon))
	if in.GoHeap > holds+slack {
		m.warnOnce("memory by its parts: the Go heap has %d KB resident, and the runtime knows of %d", in.GoHeap>>10, holds>>10)
	}
	if rest > slack || -rest > slack {
		m.warnOnce("memory by its parts: %d KB of %d are not accounted for", rest>>10, *at.anon>>10)
	}
}

// collect has the server collect its garbage and give back what it does not need, and returns the bytes that live; nil if it cannot.
func (m *measurement) collect(proc *server.Process) *int64 {
	rt, err := proc.Collect()
	if err != nil {
		if !errors.Is(err, server.ErrForeign) {
			m.warnOnce("the server's Go runtime: %v", err)
		}
		return nil
	}
	return &rt.Heap
}

// rested waits until the server is quiet, and writes down what it needs then.
func (m *measurement) rested(ctx context.Context, name string, proc *server.Process) {
	m.phase("measuring memory")
	m.quiet(ctx, proc)
	m.collect(proc)
	m.moment(name, m.memory(proc, true), nil)
}

// returned watches for as long as linger says what the server gives back by itself. Its times count from now: the connections are closed,
// and it has come to rest.
func (m *measurement) returned(ctx context.Context, proc *server.Process, linger time.Duration) {
	m.phase("watching what it gives back")
	began := time.Now()
	for _, after := range record.ReturnedAfter {
		if after > linger {
			return
		}
		select {
		case <-time.After(time.Until(began.Add(after))):
		case <-ctx.Done():
			return
		}
		at, err := probe.ReadMemory(proc.PIDs())
		if err != nil {
			return
		}
		left := record.Returned{AfterNS: time.Since(began).Nanoseconds(), RSS: at.RSS, Anon: at.Anon}
		if group, err := proc.Group(); err == nil {
			if k, err := probe.ReadKernel(group); err == nil {
				left.Kernel = &k.Bytes
			}
		}
		m.cell.Memory.Returned = append(m.cell.Memory.Returned, left)
	}
}

// cpuParts splits the CPU time. The kernel's ticks give the shares of user and system time, its clock the sum.
func (m *measurement) cpuParts(used probe.Usage) {
	if ticks := used.User + used.System; ticks > 0 {
		user := int64(float64(used.CPU) * float64(used.User) / float64(ticks))
		system := used.CPU.Nanoseconds() - user
		m.cell.CPU.UserNS, m.cell.CPU.SystemNS = &user, &system
	}
}

package harness

import (
	"errors"
	"time"

	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/server/control"
	"cbench/results/record"
)

// memory is what the server holds at one moment, in bytes; nil is not known. What is below kernel is known of quiet moments only.
type memory struct {
	rss, pss, anon, heap, stack, kernel *int64

	tcp      *int64 // of kernel
	runtime  *control.Runtime
	mappings *probe.Mappings
	objects  *probe.Objects
}

// memory reads it: exactly, for quiet moments, or from counters, under load.
func (s *session) memory(exact bool) (at memory) {
	pids := s.proc.PIDs()
	// Asked first: the first answer makes the server touch some 70 KB, which would else be taken for what connections cost.
	switch rt, err := s.proc.Runtime(); {
	case err == nil:
		at.heap, at.stack, at.runtime = &rt.Heap, &rt.Stack, &rt
	case !errors.Is(err, server.ErrForeign):
		s.warnOnce("the server's Go runtime: %v", err)
	}
	if exact {
		if mem, err := probe.ReadMemory(pids); err == nil {
			at.rss, at.pss, at.anon = &mem.RSS, &mem.PSS, &mem.Anon
			s.details(&at, pids)
		} else if !s.exited() {
			s.warnOnce("memory of the server: %v", err)
		}
	} else if mem, err := probe.ReadResident(pids); err == nil {
		at.rss, at.anon = &mem.RSS, &mem.Anon
	}
	group, err := s.proc.Group()
	if err == nil {
		var kernel probe.Kernel
		if kernel, err = probe.ReadKernel(group); err == nil {
			at.kernel, at.tcp = &kernel.Bytes, &kernel.TCP
		}
	}
	if err != nil {
		s.warnOnce("kernel memory is not known: %v", err)
	}
	return at
}

// idle writes down what the empty server held, what it holds with every connection open, and what one of them costs.
func (s *session) idle(empty, full memory) {
	s.empty(empty)
	of := &s.cell.Memory
	of.RSS, of.PSS, of.Anon = full.rss, full.pss, full.anon
	of.Heap, of.Stack, of.Kernel = full.heap, full.stack, full.kernel
	of.UserPerConn = each(empty.anon, full.anon, s.cell.Load.Established)
	of.KernelPerConn = each(empty.kernel, full.kernel, s.cell.Load.Established)
}

// empty writes down what the server held before its first connection.
func (s *session) empty(at memory) {
	of := &s.cell.Memory
	of.EmptyRSS, of.EmptyAnon, of.EmptyKernel = at.rss, at.anon, at.kernel
}

// each is what full has over empty, for each of n.
func each(empty, full *int64, n int) *float64 {
	if empty == nil || full == nil || n == 0 {
		return nil
	}
	per := float64(*full-*empty) / float64(n)
	return &per
}

// details reads where the memory is, of a quiet server: its mappings first, for they are to add up to what was just read.
func (s *session) details(at *memory, pids []int) {
	if at.runtime != nil {
		if mappings, err := probe.ReadMappings(s.proc.PID, at.runtime.HeapAt); err == nil {
			at.mappings = &mappings
		} else {
			s.warnOnce("memory by its parts is not known: %v", err)
		}
	}
	if objects, err := probe.ReadObjects(pids, s.proc.Addr.Port()); err == nil {
		at.objects = &objects
	} else {
		s.warnOnce("kernel memory by its parts is not known: %v", err)
	}
}

// moment writes down where the memory was. live is what a collection left that came after at was read, or nil where
// none was forced.
func (s *session) moment(name string, at memory, live *int64) {
	o := record.Moment{Name: name, Anon: at.anon, Kernel: at.kernel, Buffers: at.tcp}
	if k := at.objects; k != nil {
		o.Sockets, o.Files, o.Epoll, o.PageTables = k.Sockets, k.Files, k.Epoll, &k.PageTables
	}
	if at.runtime != nil && at.mappings != nil && at.anon != nil {
		s.userParts(&o, at, live)
	}
	s.cell.Memory.Moments = append(s.cell.Memory.Moments, o)
}

// mostBeyond is the share of the memory by which the runtime's account and the kernel's may differ before the parts
// are not to be trusted.
const mostBeyond = 0.05

// userParts splits the anonymous memory. How much each mapping holds is the kernel's account, for the runtime counts
// pages that were never touched. What of the heap's are live objects and stacks is the runtime's, and what else of it
// is resident is unused. Where they are more than is resident, it is the live ones that were never touched: a queue
// made for the worst case, a table.
func (s *session) userParts(o *record.Moment, at memory, live *int64) {
	rt, in := at.runtime, at.mappings
	lives := rt.Heap
	if live != nil {
		lives = min(*live, rt.Heap)
	}
	if rt.Stack > in.GoHeap { // stacks that were made and never touched: what else there is cannot be told from them
		o.Runtime, o.Program = &in.Other, &in.Program
		s.warnOnce("memory by its parts: the runtime counts %d KB of stacks, and %d are resident in all of its heap: not told apart",
			rt.Stack>>10, in.GoHeap>>10)
		return
	}
	lives = min(lives, max(0, in.GoHeap-rt.Stack))
	unused := max(0, in.GoHeap-lives-rt.Stack)
	rest := *at.anon - lives - unused - rt.Stack - in.Other - in.Program
	o.HeapLive, o.HeapUnused, o.Stacks, o.Runtime, o.Program, o.Rest = &lives, &unused, &rt.Stack, &in.Other, &in.Program, &rest

	holds := rt.Heap + rt.HeapUnused + rt.HeapFree + rt.Stack
	slack := int64(mostBeyond * float64(*at.anon))
	if in.GoHeap > holds+slack {
		s.warnOnce("memory by its parts: the Go heap has %d KB resident, and the runtime knows of %d", in.GoHeap>>10, holds>>10)
	}
	if rest > slack || -rest > slack {
		s.warnOnce("memory by its parts: %d KB of %d are not accounted for", rest>>10, *at.anon>>10)
	}
}

// collect has the server collect its garbage and give back what it does not need, and returns the bytes that live;
// nil if it cannot.
func (s *session) collect() *int64 {
	rt, err := s.proc.Collect()
	if err != nil {
		if !errors.Is(err, server.ErrForeign) {
			s.warnOnce("the server's Go runtime: %v", err)
		}
		return nil
	}
	return &rt.Heap
}

// rested waits until the server is quiet, and writes down what it needs then.
func (s *session) rested(name string) {
	s.phase("measuring memory")
	s.quiet()
	s.collect()
	s.moment(name, s.memory(true), nil)
}

// returned watches for as long as linger says what the server gives back by itself. Its times count from now: the
// connections are closed, and it has come to rest.
func (s *session) returned(linger time.Duration) {
	s.phase("watching what it gives back")
	began := time.Now()
	for _, after := range record.ReturnedAfter {
		if after > linger {
			return
		}
		if s.pause(time.Until(began.Add(after))) != nil {
			return
		}
		at, err := probe.ReadMemory(s.proc.PIDs())
		if err != nil {
			return
		}
		left := record.Returned{AfterNS: time.Since(began).Nanoseconds(), RSS: at.RSS, Anon: at.Anon}
		if group, err := s.proc.Group(); err == nil {
			if k, err := probe.ReadKernel(group); err == nil {
				left.Kernel = &k.Bytes
			}
		}
		s.cell.Memory.Returned = append(s.cell.Memory.Returned, left)
	}
}

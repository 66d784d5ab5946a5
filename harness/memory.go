package harness

import (
	"errors"

	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/harness/server/control"
)

// idleMemory is what the server holds at one moment, in bytes; nil is not known. What is below kernel is known of quiet moments only.
type idleMemory struct {
	rss, pss, anon, heap, stack, kernel *int64

	tcp      *int64 // of kernel
	runtime  *control.Runtime
	mappings *probe.Mappings
	objects  *probe.Objects
}

// memory reads it: exactly, for quiet moments, or from counters, under load.
func (m *measurement) memory(proc *server.Process, exact bool) (at idleMemory) {
	pids := proc.PIDs()
	// Asked first: the first answer makes the server touch some 70 KB, which would else be taken for what connections cost.
	switch rt, err := proc.Runtime(); {
	case err == nil:
		at.heap, at.stack, at.runtime = &rt.Heap, &rt.Stack, &rt
	case !errors.Is(err, server.ErrForeign):
		m.warnOnce("the server's Go runtime: %v", err)
	}
	if exact {
		if mem, err := probe.ReadMemory(pids); err == nil {
			at.rss, at.pss, at.anon = &mem.RSS, &mem.PSS, &mem.Anon
			m.details(&at, proc, pids)
		} else {
			m.warnOnce("memory of the server: %v", err)
		}
	} else if mem, err := probe.ReadResident(pids); err == nil {
		at.rss, at.anon = &mem.RSS, &mem.Anon
	}
	group, err := proc.Group()
	if err == nil {
		var kernel probe.Kernel
		if kernel, err = probe.ReadKernel(group); err == nil {
			at.kernel, at.tcp = &kernel.Bytes, &kernel.TCP
		}
	}
	if err != nil {
		m.warnOnce("kernel memory is not known: %v", err)
	}
	return at
}

// idle writes down what the empty server held, what it holds with every connection open, and what one of them costs.
func (m *measurement) idle(empty, full idleMemory) {
	m.empty(empty)
	mem := &m.cell.Memory
	mem.RSS, mem.PSS, mem.Anon = full.rss, full.pss, full.anon
	mem.Heap, mem.Stack, mem.Kernel = full.heap, full.stack, full.kernel
	mem.UserPerConn = each(empty.anon, full.anon, m.cell.Load.Established)
	mem.KernelPerConn = each(empty.kernel, full.kernel, m.cell.Load.Established)
}

// empty writes down what the server held before its first connection.
func (m *measurement) empty(at idleMemory) {
	mem := &m.cell.Memory
	mem.EmptyRSS, mem.EmptyAnon, mem.EmptyKernel = at.rss, at.anon, at.kernel
}

// each is what full has over empty, for each of n.
func each(empty, full *int64, n int) *float64 {
	if empty == nil || full == nil || n == 0 {
		return nil
	}
	per := float64(*full-*empty) / float64(n)
	return &per
}

func (m *measurement) warnOnce(format string, args ...any) {
	n := len(m.cell.Warnings)
	m.warn(format, args...)
	for _, w := range m.cell.Warnings[:n] {
		if w == m.cell.Warnings[n] {
			m.cell.Warnings = m.cell.Warnings[:n]
			return
		}
	}
}

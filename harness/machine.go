package harness

import (
	"errors"
	"time"

	"cbench/harness/load"
	"cbench/harness/probe"
	"cbench/harness/server"
	"cbench/results/record"
)

// beside adds up what the machine did beside what is measured, over one window or over many.
type beside struct {
	wall, others, stolen, stalled time.Duration
	psi                           bool // the kernel tells of pressure
}

// add takes the machine's account of a window, in which server and load took so much CPU time of the CPUs.
func (b *beside) add(d probe.Machine, cpus []int, ours time.Duration) {
	b.wall += d.Wall
	b.others += d.Others(cpus, ours)
	b.stolen += d.Stolen(cpus)
	if d.Stalled != nil {
		b.psi, b.stalled = true, b.stalled+d.Stalled.CPU
	}
}

// join adds up two.
func (b *beside) join(o beside) {
	b.wall, b.others, b.stolen, b.stalled = b.wall+o.wall, b.others+o.others, b.stolen+o.stolen, b.stalled+o.stalled
	b.psi = b.psi || o.psi
}

// share is what others and the hypervisor took, as a share of the time on one CPU.
func (b *beside) share() float64 {
	if b.wall <= 0 {
		return 0
	}
	return max(0, float64(b.others+b.stolen)/float64(b.wall))
}

// shares is nil where nothing is known.
func (b *beside) shares() *record.Machine {
	if b.wall <= 0 {
		return nil
	}
	share := func(d time.Duration) *float64 {
		of := float64(d) / float64(b.wall)
		return &of
	}
	m := &record.Machine{OthersRatio: share(max(0, b.others)), StealRatio: share(b.stolen)}
	if b.psi {
		m.PressureRatio = share(b.stalled)
	}
	return m
}

// machine writes down what the machine did in the measured window.
func (m *measurement) machine(e *Experiment, r load.Report) {
	cpus := e.cpus()
	if errors.Join(m.before.err, m.after.err, m.before.machineErr, m.after.machineErr) != nil || len(cpus) == 0 {
		return // not known, and the CPU of the server neither, which is told
	}
	ours := m.after.usage.Sub(m.before.usage).CPU + time.Duration(r.CPUNS)
	var b beside
	b.add(m.after.machine.Sub(m.before.machine), cpus, ours)
	m.cell.Machine = b.shares()
}

// place finds threads of the server that are not on its CPUs.
func (m *measurement) place(e *Experiment, p record.Planned, proc *server.Process) {
	cpus := e.serverCPUs(p)
	if len(cpus) == 0 {
		return
	}
	strays, err := probe.ReadStrays(proc.PIDs(), cpus)
	if err != nil {
		m.warnOnce("%v", err)
	}
	for _, s := range strays {
		m.evidence.Strays = append(m.evidence.Strays, s.String())
	}
}

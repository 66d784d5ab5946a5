package probe

import (
	"fmt"
	"time"

	"github.com/prometheus/procfs"
)

// CPUTime is how one CPU spent its time since the boot, in ticks of 10 ms.
type CPUTime struct {
	Busy  time.Duration // running anything, interrupts too
	IRQ   time.Duration // of Busy, the interrupts, soft ones too
	Idle  time.Duration // waiting for I/O too
	Steal time.Duration // taken by the hypervisor for others
}

// Machine is how the whole machine was used since its boot, or, as a difference of two (Sub), between two moments.
type Machine struct {
	At   time.Time     // when it was read; with Sub: zero
	Wall time.Duration // with Sub: from one reading to the other

	CPUTime                 // all CPUs together
	CPUs    map[int]CPUTime // by CPU
	Stalled *Stalled        // nil: the kernel does not tell (CONFIG_PSI)
}

// Stalled is how long at least one task was held up for want of something (Documentation/accounting/psi.rst, "some").
type Stalled struct{ CPU, Memory, IO time.Duration }

// ReadMachine reads how the machine is used.
func ReadMachine() (Machine, error) {
	proc, err := procfs.NewDefaultFS()
	if err != nil {
		return Machine{}, err
	}
	stat, err := proc.Stat()
	if err != nil {
		return Machine{}, fmt.Errorf("machine: %w", err)
	}
	m := Machine{At: time.Now(), CPUTime: cpuTime(stat.CPUTotal), CPUs: map[int]CPUTime{}}
	for cpu, s := range stat.CPU {
		m.CPUs[int(cpu)] = cpuTime(s)
	}
	m.Stalled = readStalled(proc)
	return m, nil
}

// cpuTime sorts a line of /proc/stat. Guest time is in user time already (proc_stat(5)).
func cpuTime(s procfs.CPUStat) CPUTime {
	d := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	return CPUTime{
		Busy:  d(s.User + s.Nice + s.System + s.IRQ + s.SoftIRQ),
		IRQ:   d(s.IRQ + s.SoftIRQ),
		Idle:  d(s.Idle + s.Iowait),
		Steal: d(s.Steal),
	}
}

func readStalled(proc procfs.FS) *Stalled {
	var s Stalled
	for resource, d := range map[string]*time.Duration{"cpu": &s.CPU, "memory": &s.Memory, "io": &s.IO} {
		psi, err := proc.PSIStatsForResource(resource)
		if err != nil || psi.Some == nil {
			return nil
		}
		*d = time.Duration(psi.Some.Total) * time.Microsecond
	}
	return &s
}

func (t CPUTime) sub(before CPUTime) CPUTime {
	return CPUTime{t.Busy - before.Busy, t.IRQ - before.IRQ, t.Idle - before.Idle, t.Steal - before.Steal}
}

// Sub is how the machine was used from the reading before to the reading m.
func (m Machine) Sub(before Machine) Machine {
	d := Machine{Wall: m.At.Sub(before.At), CPUTime: m.CPUTime.sub(before.CPUTime), CPUs: map[int]CPUTime{}}
	for cpu, t := range m.CPUs {
		d.CPUs[cpu] = t.sub(before.CPUs[cpu])
	}
	if m.Stalled != nil && before.Stalled != nil {
		a, b := *m.Stalled, *before.Stalled
		d.Stalled = &Stalled{a.CPU - b.CPU, a.Memory - b.Memory, a.IO - b.IO}
	}
	return d
}

package probe

import (
	"fmt"
	"slices"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// Stray is a thread that is not where it was put.
type Stray struct {
	PID, TID int
	Allowed  []int // CPUs that it may run on
	Last     int   // the CPU that it ran on last
}

func (s Stray) String() string {
	return fmt.Sprintf("thread %d may run on CPUs %s and last ran on %d", s.TID, FormatCPUs(s.Allowed), s.Last)
}

// ReadStrays finds the processes' threads that may run elsewhere than on the CPUs, or last did. It reads a file of /proc for
// every thread: some 20 µs each.
func ReadStrays(pids, cpus []int) (strays []Stray, err error) {
	err = each(pids, func(p procfs.Proc) error {
		threads, err := procfs.AllThreads(p.PID)
		if err != nil {
			return err
		}
		for _, t := range threads {
			stat, err := t.Stat()
			var set unix.CPUSet
			if err != nil || unix.SchedGetaffinity(t.PID, &set) != nil {
				continue // it ended
			}
			s := Stray{PID: p.PID, TID: t.PID, Last: int(stat.Processor)} // field 39 of proc_pid_stat(5)
			for cpu := range maxCPUs {
				if set.IsSet(cpu) {
					s.Allowed = append(s.Allowed, cpu)
				}
			}
			outside := func(cpu int) bool { return !slices.Contains(cpus, cpu) }
			if outside(s.Last) || slices.ContainsFunc(s.Allowed, outside) {
				strays = append(strays, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("CPUs of the server: %w", err)
	}
	return strays, nil
}

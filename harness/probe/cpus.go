package probe

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// maxCPUs is what a CPU set of the kernel's can name here (unix.CPUSet: 1024 bits).
const maxCPUs = 1024

// ParseCPUs reads a list such as "0-2,4", as taskset and /sys write it. The result is sorted, each CPU once.
func ParseCPUs(s string) ([]int, error) {
	var cpus []int
	for part := range strings.SplitSeq(s, ",") {
		low, high, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.Atoi(low)
		last := first
		if err == nil && isRange {
			last, err = strconv.Atoi(high)
		}
		if err != nil || first < 0 || last < first || last >= maxCPUs {
			return nil, fmt.Errorf("CPUs %q: want a list such as 0-2,4", s)
		}
		for cpu := first; cpu <= last; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	slices.Sort(cpus)
	return slices.Compact(cpus), nil
}

// FormatCPUs writes what ParseCPUs reads, as short as can be. The CPUs must be sorted.
func FormatCPUs(cpus []int) string {
	var parts []string
	for i := 0; i < len(cpus); {
		j := i
		for j+1 < len(cpus) && cpus[j+1] == cpus[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, strconv.Itoa(cpus[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", cpus[i], cpus[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ",")
}

// AvailableCPUs is the CPUs that the calling thread may run on, sorted.
func AvailableCPUs() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("CPU affinity: %w", err)
	}
	var cpus []int
	for cpu := range maxCPUs {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

// SetAffinity binds the calling thread, and what it starts, to the CPUs.
func SetAffinity(cpus []int) error {
	var set unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("CPUs %s: %w", FormatCPUs(cpus), err)
	}
	return nil
}

// Split is which CPUs the server has and which the load.
type Split struct {
	Server, Load []int
	Apart        bool // no CPU is in both
	SharedCore   bool // but they are two threads of one core, and slow each other down
}

// SplitCPUs shares the CPUs out: the first half to the server, the last to the load. Threads of one core stay on one side where
// there is more than one core: on most machines CPU 0 and CPU n/2 are such a pair. With one CPU both sides have it, and each
// takes its time from the other.
func SplitCPUs(cpus []int) Split { return split(cpus, coreOf) }

func split(cpus []int, core func(cpu int) string) Split {
	if len(cpus) < 2 {
		return Split{Server: cpus, Load: cpus}
	}
	var order []string
	threads := map[string][]int{}
	for _, cpu := range cpus {
		c := core(cpu)
		if threads[c] == nil {
			order = append(order, c)
		}
		threads[c] = append(threads[c], cpu)
	}
	if len(order) == 1 {
		half := len(cpus) / 2
		return Split{Server: cpus[:half], Load: cpus[half:], Apart: true, SharedCore: true}
	}
	s := Split{Apart: true}
	for i, c := range order {
		if i < len(order)/2 {
			s.Server = append(s.Server, threads[c]...)
		} else {
			s.Load = append(s.Load, threads[c]...)
		}
	}
	slices.Sort(s.Server)
	slices.Sort(s.Load)
	return s
}

// coreOf names the core that a CPU is a thread of: by the list of its threads, or by itself where the kernel does not tell.
func coreOf(cpu int) string {
	list, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu))
	if err != nil {
		return strconv.Itoa(cpu)
	}
	return strings.TrimSpace(string(list))
}

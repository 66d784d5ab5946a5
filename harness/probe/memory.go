// Package probe reads what a server costs (memory, CPU, context switches) and what the machine allows, from the
// outside: from /proc, from control groups and from the kernel's clocks.
package probe

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"

	"cbench/harness/server/cgroup"
)

// Memory is what processes hold, in bytes.
type Memory struct {
	RSS  int64 // resident, pages shared between the processes counted in each
	PSS  int64 // resident, a shared page split among those that share it
	Anon int64 // anonymous: heap and stacks, and no file's pages; of what forked processes share yet, each has its part
}

// ReadMemory adds up the processes' memory, exactly: the kernel walks their page tables (smaps_rollup) for some milliseconds a
// GB and holds up their page faults meanwhile. It is for quiet moments. A child that ended since is left out.
func ReadMemory(pids []int) (Memory, error) {
	var m Memory
	err := each(pids, func(p procfs.Proc) error {
		r, err := p.ProcSMapsRollup()
		if err == nil && r.Rss == 0 {
			err = unix.ESRCH // a zombie has no memory
		}
		m.RSS += int64(r.Rss)
		m.PSS += int64(r.Pss)
		m.Anon += int64(r.Anonymous)
		if len(pids) > 1 {
			m.Anon -= sharedAnon(p.PID, int64(r.Anonymous))
		}
		return err
	})
	if err != nil {
		return Memory{}, fmt.Errorf("memory: %w", err)
	}
	return m, nil
}

// sharedAnon is how much of a process's anonymous memory is to be counted with others. What a server forks has the pages of its
// parent until one of them writes (copy on write): "Anonymous" counts them in each, "Pss_Anon" splits them (proc_pid_smaps(5);
// since Linux 5.4).
func sharedAnon(pid int, anon int64) int64 {
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil || !bytes.Contains(rollup, []byte("\nPss_Anon:")) {
		return 0
	}
	return max(0, anon-statusField(rollup, "Pss_Anon:")<<10)
}

// Resident is what processes hold, in bytes, as the kernel's counters have it.
type Resident struct{ RSS, Anon int64 }

// ReadResident adds up the processes' memory from counters: cheap enough for a server under load. The counters are kept per CPU
// and folded now and then, so they may be off by some 128 KiB a CPU and process; and pages that forked processes share are
// counted in each.
func ReadResident(pids []int) (Resident, error) {
	var m Resident
	err := each(pids, func(p procfs.Proc) error {
		s, err := p.NewStatus()
		if err == nil && s.VmRSS == 0 {
			err = unix.ESRCH
		}
		m.RSS += int64(s.VmRSS)
		m.Anon += int64(s.RssAnon)
		return err
	})
	if err != nil {
		return Resident{}, fmt.Errorf("memory: %w", err)
	}
	return m, nil
}

// ReadPeak is the most that the processes ever held resident at once, each at its own time, in bytes.
func ReadPeak(pids []int) (peak int64, err error) {
	err = each(pids, func(p procfs.Proc) error {
		s, err := p.NewStatus()
		peak += int64(s.VmHWM)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("memory: %w", err)
	}
	return peak, nil
}

// each calls read for every process. That one is gone is an error only if all are.
func each(pids []int, read func(procfs.Proc) error) error {
	var gone error = unix.ESRCH
	alive := 0
	for _, pid := range pids {
		p, err := procfs.NewProc(pid)
		if err == nil {
			err = read(p)
		}
		switch {
		case err == nil:
			alive++
		case errors.Is(err, unix.ESRCH) || errors.Is(err, fs.ErrNotExist):
			gone = fmt.Errorf("process %d: %w", pid, err)
		default:
			return fmt.Errorf("process %d: %w", pid, err)
		}
	}
	if alive == 0 {
		return gone
	}
	return nil
}

// Kernel is the kernel memory charged to a control group, in bytes. Package cgroup says what is charged and what is not.
type Kernel struct {
	Bytes int64 // all, TCP included
	TCP   int64 // of it, reserved for data in TCP socket buffers
}

// ReadKernel reads a group's kernel memory.
//
// In v1 two counters that share nothing are added up: kmem (slab objects, stacks, page tables) and kmem.tcp (socket buffers);
// each lags by less than a page a CPU, for objects are charged in pages out of a stock per CPU (memcontrol.c,
// obj_cgroup_charge). In v2 they are "kernel" and "sock" of memory.stat, which lag by up to 64 pages a CPU, and by two seconds
// at most (mem_cgroup_flush_stats).
func ReadKernel(g *cgroup.Group) (Kernel, error) {
	read := readKernelV2
	if g.Version == 1 {
		read = readKernelV1
	}
	k, err := read(g.Dir)
	if err != nil {
		return Kernel{}, fmt.Errorf("kernel memory: %w", err)
	}
	return k, nil
}

func readKernelV1(dir string) (Kernel, error) {
	kmem, err := readInt(filepath.Join(dir, "memory.kmem.usage_in_bytes"))
	if err != nil {
		return Kernel{}, err
	}
	tcp, err := readInt(filepath.Join(dir, "memory.kmem.tcp.usage_in_bytes"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Kernel{}, err
	}
	return Kernel{Bytes: kmem + tcp, TCP: tcp}, nil
}

func readKernelV2(dir string) (Kernel, error) {
	data, err := os.ReadFile(filepath.Join(dir, "memory.stat"))
	if err != nil {
		return Kernel{}, err
	}
	stat := map[string]int64{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), " ")
		if stat[key], err = strconv.ParseInt(value, 10, 64); err != nil {
			return Kernel{}, err
		}
	}
	kernel, ok := stat["kernel"]
	if !ok { // before Linux 5.18 only its parts are told
		kernel = stat["kernel_stack"] + stat["pagetables"] + stat["percpu"] + stat["slab"]
	}
	return Kernel{Bytes: kernel + stat["sock"], TCP: stat["sock"]}, nil
}

// readInt reads a file that holds one number.
func readInt(path string) (int64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
}

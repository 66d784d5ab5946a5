package probe

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Mappings is where a process's anonymous memory is, in bytes that are resident: by the mappings of /proc/<pid>/smaps.
type Mappings struct {
	GoHeap  int64 // arenas of the Go heap, where its goroutines' stacks are too
	Program int64 // written pages of the program and its libraries (data, bss), the C heap and the main thread's stack
	Other   int64 // all else: of a Go program the runtime's own tables, and its threads' stacks
}

// ReadMappings splits the anonymous memory of a process by what its mappings are. heapAt is an address in its Go heap; 0: it has
// none. As smaps_rollup, it makes the kernel walk the page tables: it is for quiet moments.
func ReadMappings(pid int, heapAt uint64) (Mappings, error) {
	smaps, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps", pid))
	if err != nil {
		return Mappings{}, fmt.Errorf("mappings: %w", err)
	}
	m, err := parseMappings(bytes.NewReader(smaps), heapAt)
	if err != nil {
		return Mappings{}, fmt.Errorf("mappings of process %d: %w", pid, err)
	}
	return m, nil
}

// mapping is the head line of one mapping.
type mapping struct {
	from, to uint64
	path     string // empty: no file
}

// parseMappings reads smaps (proc_pid_smaps(5)).
func parseMappings(smaps io.Reader, heapAt uint64) (m Mappings, err error) {
	var at mapping
	var of *int64
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		if !strings.HasSuffix(fields[0], ":") {
			before := at
			if at, err = parseMapping(fields); err != nil {
				return Mappings{}, err
			}
			of = m.of(&at, before, heapAt)
			continue
		}
		if fields[0] == "Anonymous:" && of != nil && len(fields) > 1 {
			kb, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				return Mappings{}, err
			}
			*of += kb << 10
		}
	}
	return m, nil
}

func parseMapping(fields []string) (m mapping, err error) {
	from, to, _ := strings.Cut(fields[0], "-")
	if m.from, err = strconv.ParseUint(from, 16, 64); err != nil {
		return m, err
	}
	if m.to, err = strconv.ParseUint(to, 16, 64); err != nil {
		return m, err
	}
	if len(fields) > 5 {
		m.path = strings.Join(fields[5:], " ")
	}
	return m, nil
}

// heapSpan is how far from one address of a Go heap others are looked for. Arenas follow one another from a base in a part of the
// address space of its own (runtime/malloc.go, mallocinit), far from where the kernel maps all else.
const heapSpan = 64 << 30

// of is the part that a mapping belongs to. What has no name and begins where a file's mapping ends is that file's bss.
func (m *Mappings) of(at *mapping, before mapping, heapAt uint64) *int64 {
	bss := at.path == "" && before.path != "" && before.path[0] == '/' && before.to == at.from
	switch {
	case bss:
		at.path = before.path // the bss may be in several mappings
		return &m.Program
	case at.path == "[stack]", at.path == "[heap]", strings.HasPrefix(at.path, "/"):
		return &m.Program
	case heapAt != 0 && at.from < heapAt+heapSpan && at.to > heapAt-min(heapAt, heapSpan):
		return &m.GoHeap
	}
	return &m.Other
}

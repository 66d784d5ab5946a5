package probe

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// Objects counts what the kernel keeps for a server, and says what that takes: a figure computed from the number of objects that
// are open in the server and from the size of one, not a reading. Where sizes are not told (only root may read them) it is not
// known.
//
// An open connection is one object of each of these caches: a socket (TCP) with its inode (sock_inode_cache), a file (filp) with
// its name (dentry), and in an epoll set an item (eventpoll_epi) with its place in the socket's wait queue (eventpoll_pwq). The
// client's end, on the same machine, is in the same caches: their own counts, in /proc/slabinfo, are of both, and so are not
// used.
type Objects struct {
	Sockets *int64 // bytes: every open socket, taken for a TCP one, with its inode
	Files   *int64 // bytes: of every open descriptor that is a socket, its file and its name, and the tables of descriptors
	Epoll   *int64 // bytes: items of epoll sets

	PageTables int64 // bytes, a reading: VmPTE
}

// ReadObjects counts the objects of the processes; port is where the server listens.
func ReadObjects(pids []int, port uint16) (Objects, error) {
	var o Objects
	var sockets, items, tables int64
	v6 := false
	err := each(pids, func(p procfs.Proc) error {
		open, err := readOpen(p.PID)
		if err != nil {
			return err
		}
		sockets, items = sockets+open.sockets, items+open.items
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
		if err != nil {
			return err
		}
		tables += tableBytes(statusField(status, "FDSize:"))
		o.PageTables += statusField(status, "VmPTE:") << 10
		v6 = v6 || listensV6(p.PID, port)
		return nil
	})
	if err != nil {
		return Objects{}, fmt.Errorf("kernel objects: %w", err)
	}
	tcp := "TCP"
	if v6 {
		tcp = "TCPv6"
	}
	o.Sockets = take(sockets, tcp, "sock_inode_cache")
	if o.Files = take(sockets, "filp", "dentry"); o.Files != nil {
		*o.Files += tables
	}
	o.Epoll = take(items, "eventpoll_epi", "eventpoll_pwq")
	return o, nil
}

// opened is what a process has open.
type opened struct{ sockets, items int64 }

// readOpen counts open sockets, and items of the epoll sets that are open.
func readOpen(pid int) (o opened, err error) {
	dir := fmt.Sprintf("/proc/%d", pid)
	fds, err := os.Open(filepath.Join(dir, "fd"))
	if err != nil {
		return o, err
	}
	defer fds.Close()
	names, err := fds.Readdirnames(-1)
	if err != nil {
		return o, err
	}
	for _, fd := range names {
		to, _ := os.Readlink(filepath.Join(dir, "fd", fd)) // one that was closed since is none
		switch {
		case strings.HasPrefix(to, "socket:"):
			o.sockets++
		case to == "anon_inode:[eventpoll]":
			// One "tfd:" line an item (proc_pid_fdinfo(5)).
			info, _ := os.ReadFile(filepath.Join(dir, "fdinfo", fd))
			o.items += int64(bytes.Count(info, []byte("tfd:")))
		}
	}
	return o, nil
}

// tableBytes is what tables of n descriptors take: a pointer each, two bits for open and close-on-exec, and a bit for every 64 of
// them (alloc_fdtable in fs/file.c). The first 64 are in the files_struct itself.
func tableBytes(n int64) int64 {
	if n <= 64 {
		return 0
	}
	return n*8 + n/4 + n/512
}

// charged is what a group is charged for an object beyond its size: a pointer to the group (obj_full_size in mm/memcontrol.c).
const charged = 8

// take is the bytes that n objects of each cache take; nil if the size of one is not told. Caches of like objects are merged, and
// their own names are links then (mm/slub.c).
func take(n int64, caches ...string) *int64 {
	var bytes int64
	for _, cache := range caches {
		size, err := readInt(filepath.Join("/sys/kernel/slab", cache, "slab_size"))
		if err != nil {
			return nil
		}
		bytes += n * (size + charged)
	}
	return &bytes
}

// statusField is a number of /proc/<pid>/status; 0 if it is not there.
func statusField(status []byte, name string) int64 {
	for lines := bufio.NewScanner(bytes.NewReader(status)); lines.Scan(); {
		if rest, is := strings.CutPrefix(lines.Text(), name); is {
			fields := strings.Fields(rest)
			if len(fields) == 0 {
				return 0
			}
			n, _ := strconv.ParseInt(fields[0], 10, 64)
			return n
		}
	}
	return 0
}

// listensV6 reports whether a process's network has an IPv6 listener on the port: what it accepts is of another cache then,
// though the client may speak IPv4.
func listensV6(pid int, port uint16) bool {
	table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/tcp6", pid))
	if err != nil {
		return false
	}
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		const listen = "0A"
		if len(fields) > 3 && fields[3] == listen && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", port)) {
			return true
		}
	}
	return false
}

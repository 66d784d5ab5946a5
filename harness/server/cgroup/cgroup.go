// Package cgroup makes a control group (v1 or v2) for one server, so that the kernel memory its sockets and files take is
// charged to it and can be told from everybody else's.
//
// What is charged to a server's group, found by experiment on Linux 6.18 with v1 and in the source: what is allocated in the
// server's own system calls with __GFP_ACCOUNT (struct file, the socket's inode, its dentry, epoll items, kernel stacks, page
// tables): some 1.5 KB a connection in epoll. The TCP socket itself (2.4 KB) is allocated while the client's SYN is
// handled, in whatever context that runs, and is charged to the acceptor at accept(2) (inet_csk_accept; Linux 6.12 and
// later), but only where the group accounts TCP memory. In v2 it always does; in v1 it begins when
// memory.kmem.tcp.limit_in_bytes is first written (memcg_update_tcp_max), and so New writes it: no limit. That makes
// 3.9 KB a connection.
//
// Not charged: a connection that was not accepted yet, the client's end, TIME_WAIT sockets, hash tables, and the data in
// socket buffers, of which v1 tells page-grained reservations only (kmem.tcp) and v2 "sock".
package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Group is one control group that has the memory controller. Its name is cbench-<pid of the harness>-<n>.
type Group struct {
	Dir     string // absolute
	Version int    // 1 or 2
}

const prefix = "cbench-"

var (
	count atomic.Int64
	sweep sync.Once
)

// New makes a group of its own for one server, beside or below the group this process is in. The error says why there can
// be none. The first call also removes the empty groups that dead harnesses left.
func New() (*Group, error) {
	places, err := find()
	if err != nil {
		return nil, fmt.Errorf("no control group with memory accounting: %w", err)
	}
	sweep.Do(func() {
		for _, p := range places {
			p.sweep()
		}
	})
	name := fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), count.Add(1))
	var why []error
	for _, p := range places {
		g, err := p.make(name)
		if err == nil {
			return g, nil
		}
		why = append(why, err)
	}
	return nil, fmt.Errorf("no control group with memory accounting: %w", errors.Join(why...))
}

// make makes the group name here.
func (p place) make(name string) (*Group, error) {
	g := &Group{Dir: filepath.Join(p.dir, name), Version: p.version}
	if err := os.Mkdir(g.Dir, 0o755); err != nil {
		return nil, err
	}
	if err := g.account(p); err != nil {
		os.Remove(g.Dir)
		return nil, err
	}
	return g, nil
}

// account sees to it that the group's kernel memory is counted.
func (g *Group) account(p place) error {
	if g.Version == 1 {
		// See the package's doc. -1 is no limit. A kernel without TCP accounting lacks the file: what is left is charged still.
		err := os.WriteFile(filepath.Join(g.Dir, "memory.kmem.tcp.limit_in_bytes"), []byte("-1"), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_, err = os.Stat(filepath.Join(g.Dir, "memory.kmem.usage_in_bytes"))
		return err
	}
	stat := filepath.Join(g.Dir, "memory.stat")
	if _, err := os.Stat(stat); err == nil {
		return nil
	}
	// The parent must hand the controller down, which it may not while it has processes (cgroup-v2.rst, "no internal processes").
	if err := os.WriteFile(filepath.Join(p.dir, "cgroup.subtree_control"), []byte("+memory"), 0); err != nil {
		return err
	}
	_, err := os.Stat(stat)
	return err
}

// sweep removes the empty groups of harnesses that are no more. Processes in one are left alone: that they are ours is not
// certain.
func (p place) sweep() {
	dirs, _ := filepath.Glob(filepath.Join(p.dir, prefix+"*-*"))
	for _, dir := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && pid > 0 && errors.Is(unix.Kill(pid, 0), unix.ESRCH) {
			os.Remove(dir)
		}
	}
}

// Join moves the calling process into the group at dir.
func Join(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0)
}

// Procs is the processes in the group that this process can see.
func (g *Group) Procs() ([]int, error) {
	data, err := os.ReadFile(filepath.Join(g.Dir, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, word := range strings.Fields(string(data)) {
		if pid, err := strconv.Atoi(word); err == nil && pid > 0 { // 0: of a foreign pid namespace
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// Kill sends SIGKILL to every process in the group but those named.
func (g *Group) Kill(but ...int) {
	pids, _ := g.Procs()
next:
	for _, pid := range pids {
		for _, b := range but {
			if pid == b {
				continue next
			}
		}
		unix.Kill(pid, unix.SIGKILL)
	}
}

// Remove kills what is in the group, and removes it, within five seconds.
func (g *Group) Remove() error {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		err := unix.Rmdir(g.Dir)
		if err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
		// A killed process is in its group until it is through with dying: EBUSY.
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return &fs.PathError{Op: "rmdir", Path: g.Dir, Err: err}
		}
		g.Kill()
	}
}

// Available is the version of the groups that New makes here, or why it makes none.
func Available() (version int, err error) {
	g, err := New()
	if err != nil {
		return 0, err
	}
	return g.Version, g.Remove()
}

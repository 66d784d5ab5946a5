package harness

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// flock is flock(2); a test says what a file system answers that has no locks.
var flock = unix.Flock

// locks keeps other runs out of the directory, and finds out whether one is at work on this machine. Where that cannot be found
// out, the run goes on and says so: that another was there is not known.
func (e *Experiment) locks() (unlock func(), warnings []string, err error) {
	mine, err := lock(e.Dir)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, nil, fmt.Errorf("%s: another cbench is at work in it: wait for it, or choose another --out", e.Dir)
	case unlockable(err):
		warnings = append(warnings, fmt.Sprintf("%s: its file system has no locks (%v): see to it that no other cbench writes "+
			"there", e.Dir, err))
	case err != nil:
		return nil, nil, err
	}
	machine, err := lock(os.TempDir())
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		e.crowded = true
	case unlockable(err):
		warnings = append(warnings, fmt.Sprintf(
			"TMPDIR %s: its file system has no locks (%v): whether another cbench measures on this machine is not known",
			os.TempDir(), err))
	case err != nil:
		warnings = append(warnings, fmt.Sprintf(
			"TMPDIR %s: %v: whether another cbench measures on this machine is not known; point TMPDIR to a directory",
			os.TempDir(), cause(err)))
	}
	return func() { mine(); machine() }, warnings, nil
}

// unlockable reports whether it was the file system that has no locks (NFS without its lock daemon, FUSE, some overlays).
func unlockable(err error) bool {
	for _, e := range []unix.Errno{unix.ENOLCK, unix.ENOTSUP, unix.EOPNOTSUPP, unix.ENOSYS, unix.EINVAL} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// cause is the reason alone, where the path was said already.
func cause(err error) error {
	if path := new(os.PathError); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// lock keeps other runs out of a directory for as long as this process lives, or until unlock, which may always be called.
func lock(dir string) (unlock func(), err error) {
	unlock = func() {}
	f, err := os.Open(dir)
	if err != nil {
		return unlock, err
	}
	for {
		if err = flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return unlock, err
	}
	return func() { f.Close() }, nil
}

package load

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/sys/unix"
)

var (
	errStopped = errors.New("stopped")
	errTimeout = errors.New("not answered in time")
	errStalled = errors.New("the server does not read")
	errGarbled = errors.New("the server sends no lines")
)

// kind is the word under which an error is counted.
func kind(err error) string {
	var number unix.Errno
	switch {
	case errors.Is(err, io.EOF):
		return "closed"
	case errors.Is(err, errTimeout):
		return "timeout"
	case errors.Is(err, errStalled):
		return "stalled"
	case errors.Is(err, errGarbled):
		return "garbled"
	case !errors.As(err, &number):
		return "other"
	}
	switch number {
	case unix.ECONNREFUSED:
		return "refused"
	case unix.ECONNRESET, unix.EPIPE:
		return "reset"
	case unix.ETIMEDOUT:
		return "timeout"
	case unix.EMFILE, unix.ENFILE:
		return "nofile"
	case unix.ENETUNREACH, unix.EHOSTUNREACH:
		return "unreachable"
	}
	return strings.ToLower(strings.TrimPrefix(unix.ErrnoName(number), "E"))
}

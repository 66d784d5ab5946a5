package load

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var (
	errStopped = errors.New("stopped")
	errTimeout = errors.New("not answered in time")
	errStalled = errors.New("the server does not read")
	errGarbled = errors.New("the server sends no lines")
	errWrong   = errors.New("the first reply is wrong")
	errClosing = errors.New("the server ends the connection behind its answer")
)

// errIdle: the server ended a connection that had been idle for so long.
type errIdle time.Duration

func (e errIdle) Error() string { return fmt.Sprintf("idle for %v", time.Duration(e)) }

// kind is the word under which an error is counted.
func kind(err error) string {
	var number unix.Errno
	var idle errIdle
	switch {
	case errors.As(err, &idle):
		return "idle"
	case errors.Is(err, errWrong):
		return "wrong"
	case errors.Is(err, errClosing):
		return "closing"
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

// worded is kinds of errors in words: of one connection, and of several.
var worded = map[string][2]string{
	"closed": {"connection was closed by the server", "connections were closed by the server"},
	"closing": {"connection was ended by the server behind an answer that announced it (Connection: close, HTTP/1.0)",
		"connections were ended by the server behind answers that announced it (Connection: close, HTTP/1.0)"},
	"garbled":     {"connection got a reply without an end", "connections got replies without an end"},
	"idle":        {"idle connection was ended by the server", "idle connections were ended by the server"},
	"nofile":      {"connection had no descriptor left (ulimit -n)", "connections had no descriptors left (ulimit -n)"},
	"refused":     {"connection was refused", "connections were refused"},
	"reset":       {"connection was reset by the server", "connections were reset by the server"},
	"stalled":     {"connection was not read by the server any more", "connections were not read by the server any more"},
	"timeout":     {"connection timed out", "connections timed out"},
	"unreachable": {"connection found the address unreachable", "connections found the address unreachable"},
	"unsent": {"message was not sent: no connection was left to send it on",
		"messages were not sent: no connection was left to send them on"},
	"wrong": {"connection got a wrong first reply", "connections got a wrong first reply"},
}

// Silence is how long a server let a connection be idle, as whoever set its limit would say it, "5 s": timers are late, and
// never early.
func Silence(d time.Duration) string {
	const late = 250 * time.Millisecond
	if whole := d.Truncate(time.Second); whole > 0 && d-whole < late {
		d = whole
	}
	return strconv.FormatFloat(d.Round(100*time.Millisecond).Seconds(), 'f', -1, 64) + " s"
}

// InWords is errors by kind, as reports count them, in words: "4 connections timed out".
func InWords(errs map[string]int64) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(errs)) {
		n := errs[kind]
		if n == 0 {
			continue
		}
		words, known := worded[kind]
		if !known {
			words = [2]string{"connection failed: " + kind, "connections failed: " + kind}
		}
		if n == 1 {
			all = append(all, "1 "+words[0])
		} else {
			all = append(all, fmt.Sprintf("%d %s", n, words[1]))
		}
	}
	return strings.Join(all, ", ")
}

// Package tail keeps the last words of a process that we started, to say why it ended.
package tail

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// Size is how many bytes of what was written are kept.
const Size = 8 << 10

// Tail keeps the newest bytes that are written to it, and of what was before them the line that says of a crash why. The zero
// value is ready for use, by several goroutines at once.
type Tail struct {
	mu    sync.Mutex
	held  []byte // guarded by mu
	crash string // guarded by mu: of what is not held any more
}

// Write never fails.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = append(t.held, p...)
	if len(t.held) > 2*Size { // seldom: a dump of all goroutines is megabytes
		over := len(t.held) - Size
		over -= len(t.held[:over]) - 1 - bytes.LastIndexByte(t.held[:over], '\n') // whole lines
		if t.crash == "" && over > 0 {
			t.crash = crash(lines(t.held[:over]))
		}
		over = max(over, len(t.held)-2*Size) // of a line without an end
		t.held = append(t.held[:0], t.held[over:]...)
	}
	return len(p), nil
}

// String is the newest that is kept.
func (t *Tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.held[max(0, len(t.held)-Size):])
}

// Reason is the line that most likely says what went wrong, fit for a terminal: "" if nothing was said.
func (t *Tail) Reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	said := lines(t.held)
	for _, why := range []string{traceback(said), t.crash, crash(said), failure(said), logged(said), last(said)} {
		if why != "" {
			return shorten(why)
		}
	}
	return ""
}

// escapes are what terminals take for colours, titles and the like.
var escapes = regexp.MustCompile(`\x1b(\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[ -/]*[0-~])`)

// lines is what was said, line by line, without what only a terminal understands. Blank ones are left out.
func lines(said []byte) (all []string) {
	text := escapes.ReplaceAllString(string(said), "")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' || r == 0x7f {
				return -1
			}
			return r
		}, strings.TrimRight(line, " \t"))
		if line != "" {
			all = append(all, line)
		}
	}
	return all
}

func indented(line string) bool { return line[0] == ' ' || line[0] == '\t' }

// traceback is what Python says behind its last one.
func traceback(said []string) string {
	for i := len(said) - 1; i >= 0; i-- {
		if !strings.HasPrefix(said[i], "Traceback (most recent call last)") {
			continue
		}
		for _, line := range said[i+1:] {
			if !indented(line) {
				return line
			}
		}
		return ""
	}
	return ""
}

// crashes are how a program's end by its own runtime begins; more of it, in other threads, may follow.
var crashes = regexp.MustCompile(`^(panic: |fatal error: |Exception in thread |Unhandled exception|Uncaught[ :]|` +
	`(PHP )?Fatal error: |==\d+==\s*ERROR: |terminate called |thread '.*panicked at )`)

// crash is the first of them, with its message where that stands on the next line.
func crash(said []string) string {
	for i, line := range said {
		if !crashes.MatchString(line) {
			continue
		}
		goesOn := strings.HasSuffix(line, ":") || strings.HasPrefix(line, "terminate called ")
		if goesOn && i+1 < len(said) {
			line += " " + strings.TrimSpace(said[i+1])
		}
		return line
	}
	return ""
}

// failures are lines that name an error by its type, as Node, Ruby and others do above or below a stack.
var failures = regexp.MustCompile(`^(([\w$]+[.:]+)*[\w$]*(Error|Exception)( \[\w+\])?: |[Ee]rror: |` +
	`flag provided but not defined|[^ ].*:\d+:in .*\(\w+\)$)`)

// failure is the last of them.
func failure(said []string) (why string) {
	for _, line := range said {
		if failures.MatchString(line) {
			why = line
		}
	}
	return why
}

// levels are how a log marks an error, behind its time and its program: "ERROR", "[error]", "level=error", "E1201 ".
var levels = regexp.MustCompile(`^([\d\-:.,/TZ+ ]*|[\w.-]+:|\[[^\]]*\]|\s)*` +
	`((ERROR|CRITICAL|FATAL|ALERT|EMERG|PANIC|Error|Fatal)\b|\[(error|critical|crit|fatal|alert|emerg)\]|[EF]\d{4} )|` +
	`\blevel"?[=:] ?"?(?i:error|critical|fatal|panic)\b`)

// logged is the last line that a log marks so: lines of farewell may follow.
func logged(said []string) (why string) {
	for _, line := range said {
		if levels.MatchString(line) {
			why = line
		}
	}
	return why
}

// hints are what programs say behind the reason: versions, advice, frames of a stack.
var hints = regexp.MustCompile("^(Node\\.js v|note: |BEGIN failed--compilation aborted|\\(Use `node|Stack trace:|#\\d|" +
	"\\s+(at|from|thrown in|File) |[\\s^~}\\])({\\[]*$)")

// last is the last line that is none, or the last of all.
func last(said []string) string {
	for i := len(said) - 1; i >= 0; i-- {
		if !hints.MatchString(said[i]) {
			return strings.TrimSpace(said[i])
		}
	}
	if len(said) == 0 {
		return ""
	}
	return strings.TrimSpace(said[len(said)-1])
}

func shorten(line string) string {
	const most = 300 // bytes
	if len(line) > most {
		return strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

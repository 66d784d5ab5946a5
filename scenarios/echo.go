package scenarios

import "math/rand/v2"

const echoWord = "ECHO "

// echo is connections that say "ECHO <text>" and hear the very same again. Number 0 of each is its opening.
type echo struct {
	texts
	conns    []echoConn
	first    uint32 // the share's first connection, of all
	line     int    // bytes of a line, its LF included
	underway int

	before, after []byte // the text of every message

	random bool // open loop: speakers at random, not in turn
	seed   uint64
}

type echoConn struct {
	flight
	strays strays
	torn   bool // the last line was: see cut
}

func newEcho(p Params, first, n int) Traffic { return makeEcho(p, first, n) }

func makeEcho(p Params, first, n int) *echo {
	return &echo{
		texts: newTexts(p.Seed, p.Payload),
		conns: make([]echoConn, n),
		first: uint32(first),
		line:  len(echoWord) + p.Payload + 1,
		seed:  p.Seed,

		before: []byte(echoWord),
		after:  []byte{'\n'},
	}
}

func (e *echo) Open(c int, out []byte) []byte {
	e.underway -= e.conns[c].len()
	e.conns[c] = echoConn{}
	out, _ = e.Send(c, 0, 0, out)
	return out
}

func (e *echo) Speaker(k uint64) int {
	if e.random {
		return int(rand.NewPCG(e.seed, k).Uint64() % uint64(len(e.conns)))
	}
	return int(k % uint64(len(e.conns)))
}

func (e *echo) Speaks(int) bool { return true }

func (e *echo) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	conn := &e.conns[c]
	out = e.say(c, conn.next, out)
	conn.push(times{due, sent})
	e.underway++
	return out, 1
}

// say appends message number of connection c.
func (e *echo) say(c int, number uint64, out []byte) []byte {
	out = e.texts.append(append(out, e.before...), e.first+uint32(c), number)
	return append(out, e.after...)
}

func (e *echo) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	conn := &e.conns[c]
	for took < len(in) {
		rest := in[took:]
		if conn.torn {
			skip, whole := mend(rest, echoWord)
			took, conn.torn = took+skip, !whole
			if !whole {
				return took
			}
			continue
		}
		if len(rest) >= e.line && conn.len() > 0 && e.isLine(rest[:e.line], c, conn.head) {
			took += e.line
			e.answered(c, now, rec)
			continue
		}
		n, torn := cut(rest, e.line)
		if n == 0 && conn.head == 0 && !e.begins(rest, c) {
			n, torn = len(rest), true // what else may follow it: it is no answer to the opening
		}
		if n == 0 {
			return took
		}
		took, conn.torn = took+n, torn
		e.judge(c, e.text(rest[:n]), rest[:n], now, rec)
	}
	return took
}

// text is what a line echoes, nil if it is no line of the right form.
func (e *echo) text(line []byte) []byte {
	end := len(line) - 1
	if len(line) != e.line || string(line[:len(echoWord)]) != echoWord || line[end] != '\n' {
		return nil
	}
	return line[len(echoWord):end]
}

// isLine reports whether line, of the right length, is message number of connection c, byte for byte.
func (e *echo) isLine(line []byte, c int, number uint64) bool {
	text := len(line) - 1
	return string(line[:len(echoWord)]) == echoWord && line[text] == '\n' &&
		e.is(line[len(echoWord):text], e.first+uint32(c), number)
}

// begins reports whether in may be the beginning of the line that is due next.
func (e *echo) begins(in []byte, c int) bool {
	want := e.due(c)
	return len(in) <= len(want) && string(in) == string(want[:len(in)])
}

// due is the line that connection c is to hear next.
func (e *echo) due(c int) []byte { return e.say(c, e.conns[c].head, nil) }

func (e *echo) Wanted(c int) Wanted {
	if e.conns[c].len() == 0 {
		return Wanted{}
	}
	return wantedLine(e.due(c))
}

// answered: the oldest under way was.
func (e *echo) answered(c int, now int64, rec Recorder) {
	conn := &e.conns[c]
	opening := conn.head == 0
	t := conn.pop()
	e.underway--
	if opening {
		rec.Ready(c)
		return
	}
	rec.Received(c, t.due, t.sent, now)
	rec.Next(c)
}

// judge finds what is wrong with a reply that is not the one due next: line is all of it, text what it echoes.
func (e *echo) judge(c int, text, line []byte, now int64, rec Recorder) {
	conn := &e.conns[c]
	speaker, number, own := e.read(text)
	own = own && speaker == e.first+uint32(c)
	switch {
	case !own && conn.len() == 0, own && number >= conn.next:
		rec.Fault(Surplus, 1, line)
	case !own:
		rec.Fault(Corrupted, 1, line)
		e.pass(c, true, rec)
	case number >= conn.head:
		for conn.head < number {
			e.pass(c, false, rec)
		}
		e.answered(c, now, rec)
	default:
		conn.strays.came(number, line, rec)
	}
}

// pass gives up the place of the oldest under way: its reply did not come there.
func (e *echo) pass(c int, told bool, rec Recorder) {
	conn := &e.conns[c]
	conn.strays.add(conn.head, told, rec)
	conn.pop()
	e.underway--
	rec.Next(c)
}

func (e *echo) Underway() int { return e.underway }

func (e *echo) Torn(c int, rec Recorder) {
	conn := &e.conns[c]
	if conn.len() == 0 && !conn.torn {
		rec.Fault(Surplus, 1, nil)
	}
	conn.torn = true
}

func (e *echo) Gone(c int, rec Recorder) {
	conn := &e.conns[c]
	lost := conn.len()
	e.underway -= lost
	if lost > 0 && conn.head == 0 {
		lost-- // an opening is no message
	}
	lose(lost, rec)
	conn.strays.settle(rec)
	*conn = echoConn{}
}

func (e *echo) Settle(rec Recorder) {
	for c := range e.conns {
		conn := &e.conns[c]
		conn.strays.settle(rec)
		lose(conn.len(), rec)
		for conn.len() > 0 {
			e.pass(c, true, quiet{})
		}
	}
}

// quiet hears nothing.
type quiet struct{}

func (quiet) Ready(int)                         {}
func (quiet) Received(int, int64, int64, int64) {}
func (quiet) Next(int)                          {}
func (quiet) Say(int, []byte)                   {}
func (quiet) Aside(int64, int64)                {}
func (quiet) Heard(int64, int64, int64)         {}
func (quiet) Closing(int)                       {}
func (quiet) Fault(Fault, int, []byte)          {}

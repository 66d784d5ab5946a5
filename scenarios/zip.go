package scenarios

import (
	"bytes"
	"fmt"

	"cbench/scenarios/wire"
)

// zipPiece is how many bytes a reader takes at a time, chunk marks included: in an open loop, whenever they are due. That
// is the scenario's message, and its latency how long they took to be there.
const zipPiece = 8 << 10

// zipReading is readers of large archives. The engine reads no more of a connection than was asked for by Send.
type zipReading struct {
	conns    []stream
	underway int
}

// stream is the HTTP/1.1 answer with chunks (RFC 9112, section 7.1) that a reader takes in, and the archive in it.
type stream struct {
	flight
	got   int // bytes of the piece under way
	at    mark
	line  []byte // the head, or a line, that is being read
	left  int    // bytes of the chunk to come
	one   bool   // there are no chunks: the body is one, of a length told before
	last  bool   // the connection ends behind this archive
	zip   unzip
	ready bool
	bad   bool // it is not looked at any more
}

type mark uint8

const (
	atHead    mark = iota
	atSize         // of a chunk
	inChunk        //
	atEnd          // of a chunk: CRLF
	atTrailer      // after the last chunk, which is empty: fields, and an empty line
)

const zipHead = wire.MaxHead // bytes

func newZip(p Params, first, n int) Traffic { return &zipReading{conns: make([]stream, n)} }

var zipRequest = fmt.Sprintf("GET /zip?files=%d&bytes=%d HTTP/1.1\r\n%s\r\n", zipFiles, zipBytes, hostField)

func (z *zipReading) Open(c int, out []byte) []byte {
	z.underway -= z.conns[c].len()
	z.conns[c] = stream{}
	return append(out, zipRequest...)
}

func (z *zipReading) Speaker(k uint64) int { return int(k % uint64(len(z.conns))) }

func (z *zipReading) Speaks(int) bool { return true }

// Send says nothing: it asks for a piece more.
func (z *zipReading) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	z.conns[c].push(times{due, sent})
	z.underway++
	return out, 1
}

func (z *zipReading) Receive(c int, in []byte, now int64, rec Recorder) int {
	s := &z.conns[c]
	if !s.bad && !s.take(in, c, rec) {
		rec.Fault(Corrupted, 1, in)
		s.bad = true
	}
	if !s.ready {
		if !s.bad && s.at != atHead {
			s.ready = true
			rec.Ready(c)
		}
		return len(in)
	}
	for s.got += len(in); s.got >= zipPiece && s.len() > 0; s.got -= zipPiece {
		t := s.pop()
		z.underway--
		if !s.bad {
			rec.Received(c, t.due, t.sent, now)
		}
		rec.Next(c)
	}
	return len(in)
}

// take reads on. It reports false when this is no such answer.
func (s *stream) take(p []byte, c int, rec Recorder) bool {
	for len(p) > 0 {
		if s.at == inChunk {
			n := min(s.left, len(p))
			if !s.zip.take(p[:n]) {
				return false
			}
			p = p[n:]
			if s.left -= n; s.left > 0 {
				continue
			}
			if s.at = atEnd; s.one {
				if !s.zip.whole() {
					return false
				}
				s.again(c, rec)
			}
			continue
		}
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 {
			end = len(p)
		}
		s.line = append(s.line, p[:end]...)
		p = p[end:]
		if len(s.line) > zipHead {
			return false
		}
		if s.line[len(s.line)-1] != '\n' {
			return true
		}
		if !s.mark(c, rec) {
			return false
		}
	}
	return true
}

// mark reads the line that was collected: some of the head, or what stands between chunks.
func (s *stream) mark(c int, rec Recorder) bool {
	if s.at == atHead {
		return s.head200()
	}
	line, _, wrong := chunkLine(s.line)
	ok := wrong == ""
	switch s.at {
	case atSize:
		if s.left, s.at = 0, inChunk; ok {
			s.left, ok = chunkSize(line)
		}
		if s.left == 0 {
			s.at = atTrailer
			ok = ok && s.zip.whole()
		}
	case atEnd:
		s.at = atSize
		ok = ok && len(line) == 0
	case atTrailer:
		if len(line) == 0 {
			s.again(c, rec)
		}
	}
	s.line = s.line[:0]
	return ok
}

// head200 reads the head, once it is whole. It reports false where it is none of a stream.
func (s *stream) head200() bool {
	var heads answers
	n, says, wrong := heads.head(s.line)
	if n == 0 || wrong != "" {
		return wrong == ""
	}
	s.line = s.line[:0]
	switch {
	case says.status < 200 && says.status != 101: // the answer is to follow
		return true
	case says.status != 200 || says.length == toTheEnd:
		return false
	}
	if s.at, s.left, s.one, s.last = inChunk, says.length, true, says.closes; says.length == inChunks {
		s.at, s.left, s.one = atSize, 0, false
	}
	return says.length != 0
}

// again: the archive is read to its end. Another is asked for.
func (s *stream) again(c int, rec Recorder) {
	if s.at, s.zip = atHead, (unzip{buf: s.zip.buf[:0]}); s.last {
		rec.Closing(c)
		return
	}
	rec.Say(c, []byte(zipRequest))
}

func (z *zipReading) Wanted(c int) Wanted {
	if !z.conns[c].ready {
		return Wanted{Words: fmt.Sprintf("status 200 and a zip archive of %d files of %d bytes", zipFiles, zipBytes)}
	}
	return Wanted{Words: fmt.Sprintf("more of a zip archive of %d files of %d bytes", zipFiles, zipBytes)}
}

func (z *zipReading) Underway() int { return z.underway }

func (z *zipReading) Torn(int, Recorder) {} // all that comes is taken

func (z *zipReading) Gone(c int, rec Recorder) {
	z.lose(c, rec)
	z.conns[c] = stream{}
}

func (z *zipReading) Settle(rec Recorder) {
	for c := range z.conns {
		z.lose(c, rec)
	}
}

func (z *zipReading) lose(c int, rec Recorder) {
	s := &z.conns[c]
	z.underway -= s.len()
	lose(s.len(), rec)
	s.head, s.got = s.next, 0
}

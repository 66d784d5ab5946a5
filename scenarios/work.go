package scenarios

import (
	"bytes"
	"fmt"
)

// work is connections that each ask the server for some CPU time, again and again. Next to that, what the client does for a
// message is nothing, so the server's cores limit how many messages there are. An answer does not say which message it answers:
// on one connection they come in order, and are counted.
type work struct {
	ask, answer []byte
	conns       []asked[times]
	underway    int
}

func newWork(p Params, _, n int) Traffic {
	ms := p.Block.Milliseconds()
	return &work{
		ask:    fmt.Appendf(nil, "BLOCK %d spin\n", ms),
		answer: fmt.Appendf(nil, "BLOCKED %d\n", ms),
		conns:  make([]asked[times], n),
	}
}

func (w *work) Open(c int, out []byte) []byte {
	w.underway -= w.conns[c].len()
	w.conns[c] = asked[times]{}
	out, _ = w.Send(c, 0, 0, out)
	return out
}

func (w *work) Speaker(k uint64) int { return int(k % uint64(len(w.conns))) }

func (w *work) Speaks(int) bool { return true }

func (w *work) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	w.conns[c].push(times{due, sent})
	w.underway++
	return append(out, w.ask...), 1
}

func (w *work) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	for took < len(in) {
		end := bytes.IndexByte(in[took:], '\n') + 1
		if end == 0 {
			return took
		}
		w.worked(c, in[took:took+end], now, rec)
		took += end
	}
	return took
}

// worked judges one line that connection c was told.
func (w *work) worked(c int, line []byte, now int64, rec Recorder) {
	conn := &w.conns[c]
	right := bytes.Equal(line, w.answer)
	switch {
	case right && conn.forgiven > 0:
		conn.forgiven--
		return
	case conn.len() == 0:
		rec.Fault(Surplus, 1, line)
		return
	}
	asked := conn.pop()
	w.underway--
	switch {
	case !right:
		rec.Fault(Corrupted, 1, line)
	case !conn.ready:
		conn.ready = true
		rec.Ready(c)
		return
	default:
		rec.Received(c, asked.due, asked.sent, now)
	}
	if conn.ready {
		rec.Next(c)
	}
}

func (w *work) Wanted(c int) Wanted {
	if w.conns[c].len() == 0 {
		return Wanted{}
	}
	return wantedLine(w.answer)
}

func (w *work) Underway() int { return w.underway }

func (w *work) Torn(c int, rec Recorder) {
	if w.conns[c].quiet() {
		rec.Fault(Surplus, 1, nil)
	}
}

func (w *work) Gone(c int, rec Recorder) {
	w.forgive(c, rec)
	w.conns[c] = asked[times]{}
}

func (w *work) Settle(rec Recorder) {
	for c := range w.conns {
		w.forgive(c, rec)
	}
}

// forgive tells what connection c was not answered as lost.
func (w *work) forgive(c int, rec Recorder) {
	conn := &w.conns[c]
	n := conn.forgive()
	w.underway -= n
	if !conn.ready {
		n-- // an opening is no message
	}
	lose(n, rec)
}

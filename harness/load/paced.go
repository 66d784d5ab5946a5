package load

import (
	"golang.org/x/sys/unix"

	"cbench/internal/poll"
)

// Readers that are paced take so much of a stream as messages allow them, when they are due, and else let it wait in the socket.

const (
	firstTaste = 512      // bytes read before the first message: the head of the answer
	narrowRoom = 64 << 10 // bytes of receive buffer asked for; the kernel takes twice as much (socket(7), SO_RCVBUF)
)

// narrow keeps what the kernel takes in for a reader that is paced, or stops at times, small: else megabytes would hide how slow
// it is.
func (l *loop) narrow(fd int, stops bool) {
	if l.piece > 0 || stops {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, narrowRoom)
	}
}

// room is where the next read goes, behind what was kept: as much as may be read.
func (l *loop) room(c, kept int) []byte {
	if l.piece == 0 {
		return l.in[kept:]
	}
	return l.in[kept:min(len(l.in), kept+int(l.clients[c].want))]
}

// allow lets n bytes more be read.
func (l *loop) allow(c, n int) {
	cl := &l.clients[c]
	if n == 0 || cl.state == gone {
		return
	}
	if cl.want == 0 && cl.state == ready {
		l.watch(c, poll.In)
	}
	cl.want += int32(n)
}

// spend notes n bytes as read. When no more may be, readiness is not asked for.
func (l *loop) spend(c, n int) {
	cl := &l.clients[c]
	if l.piece == 0 {
		return
	}
	if cl.want -= int32(n); cl.want <= 0 {
		l.watch(c, 0)
	}
}

// sate ends what a connection may read.
func (l *loop) sate(c int) {
	if l.piece > 0 {
		l.clients[c].want = 0
		l.watch(c, 0)
	}
}

// forbid sates every reader at the end of a round.
func (l *loop) forbid() {
	for c := range l.clients {
		if l.clients[c].state == ready && l.clients[c].want > 0 {
			l.sate(c)
		}
	}
}

// breakOff ends a stream by a reset. It counts as ended in good order: it is as a reader does who has seen enough.
func (l *loop) breakOff(c int) {
	poll.Abort(int(l.clients[c].fd))
	l.closed++
	l.ready--
	l.live.Add(-1)
	l.bury(c, nil)
}

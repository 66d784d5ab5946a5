package load

import (
	"time"

	"cbench/internal/poll"
)

// Connections that stop reading at times (scenarios.Deaf) stand behind those that are counted. What they are owed then fills the
// socket buffers, and after those the server.

const deafTick = int64(50 * time.Millisecond) // how often it is looked who reads

// mayBeDropped reports whether the server may close connection c for its not reading.
func (l *loop) mayBeDropped(c int) bool { return l.deaf != nil && c >= l.counted }

// listen has every such connection read or not, as it is to at that time since the measured window began: before, all read.
func (l *loop) listen(since time.Duration) {
	for c := l.counted; l.deaf != nil && c < len(l.clients); c++ {
		l.turnDeaf(c, !l.deaf.Reads(c, since))
	}
}

// wake has all of them read again.
func (l *loop) wake() {
	for c := l.counted; l.deaf != nil && c < len(l.clients); c++ {
		l.turnDeaf(c, false)
	}
}

func (l *loop) turnDeaf(c int, deaf bool) {
	cl := &l.clients[c]
	if cl.state != ready || cl.deaf == deaf {
		return
	}
	cl.deaf = deaf
	if deaf {
		l.watch(c, 0)
	} else {
		l.watch(c, poll.In)
	}
}

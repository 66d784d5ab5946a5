package load

import (
	"time"

	"cbench/internal/poll"
)

// Connections that stop reading at times (scenarios.SlowReaders) stand behind those that are counted. What they are owed then
// fills the socket buffers, and after those the server.

const slowTick = int64(50 * time.Millisecond) // how often it is looked who reads

// mayBeDropped reports whether the server may close connection c for its not reading.
func (l *loop) mayBeDropped(c int) bool { return l.slow != nil && c >= l.counted }

// listen has every such connection read or not, as it is to at that time since the measured window began: before, all read.
func (l *loop) listen(since time.Duration) {
	for c := l.counted; l.slow != nil && c < len(l.clients); c++ {
		l.setReading(c, l.slow.Reads(c, since))
	}
}

// wake has all of them read again.
func (l *loop) wake() {
	for c := l.counted; l.slow != nil && c < len(l.clients); c++ {
		l.setReading(c, true)
	}
}

func (l *loop) setReading(c int, reads bool) {
	cl := &l.clients[c]
	if cl.state != ready || cl.stopped != reads {
		return
	}
	if cl.stopped = !reads; reads {
		l.watch(c, poll.In)
	} else {
		l.watch(c, 0)
	}
}

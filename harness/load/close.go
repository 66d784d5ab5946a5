package load

import (
	"cbench/internal/poll"
)

// close says goodbye on every connection with a FIN, hears the server out, and waits for its own FIN.
func (l *loop) close() error {
	l.t.clear()
	l.round = idleRound()
	l.closed = 0
	for c := range l.clients {
		if cl := &l.clients[c]; cl.state >= leaving { // the server ended it before we could
			if cl.fd >= 0 {
				poll.Close(int(cl.fd))
			}
			l.closed++
			l.ready--
			l.live.Add(-1)
			l.bury(c, nil)
		}
		if l.clients[c].state != ready {
			continue
		}
		if l.piece > 0 { // a stream has no end in sight: it is broken off
			l.breakOff(c)
			continue
		}
		l.clients[c].state = finishing
		if err := poll.Finish(int(l.clients[c].fd)); err != nil {
			l.drop(c, err)
		}
	}
	limit := clock() + int64(l.plan.Timeout)
	for l.ready > 0 {
		at := clock()
		if l.stop.Load() || at >= limit {
			break
		}
		if _, err := l.poll(limit - at); err != nil {
			return err
		}
	}
	l.free()
	return nil
}

// free ends what is left, by a reset, and frees the loop's descriptors.
func (l *loop) free() {
	for c := range l.clients {
		cl := &l.clients[c]
		if cl.state == unborn || cl.state == gone {
			continue
		}
		if cl.state == finishing {
			l.t.errors[kind(errTimeout)]++
		}
		if cl.fd >= 0 {
			poll.Abort(int(cl.fd))
		}
		*cl = client{fd: -1, slot: -1, state: gone}
	}
	l.waker.Close()
	l.poller.Close()
}

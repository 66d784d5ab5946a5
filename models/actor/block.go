package actor

import (
	"time"

	"cbench/models/internal/stack"
	"cbench/scenarios/wire"
)

// block is a slow request. Inline, the actor sleeps or spins where it stands: it takes no message from its room meanwhile, and no
// other client notices. Offloaded, another actor has it slept, and this one serves the messages that come before the answer.
// block reports false if the server was forced to end first.
func (c *conn) block(how wire.How, d time.Duration) (ended bool) {
	switch how {
	case wire.Spin:
		for end := time.Now().Add(d); time.Now().Before(end); {
			if c.killed.Err() != nil {
				return false
			}
		}
		return true
	case wire.Offload:
		return c.ask(c.sleepers, &sleepRequest{asked: asked{from: &c.address}, delay: d})
	case wire.Deep:
		stack.Deep(func() { ended = sleep(d, c.killed.Done()) })
		return ended
	}
	return sleep(d, c.killed.Done())
}

// sleep reports whether it came to its end.
func sleep(d time.Duration, killed <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-killed:
		return false
	}
}

// sleepRequest is a sleep to be slept for the asker; lost if the server was forced to end.
type sleepRequest struct {
	asked
	delay time.Duration
}

// sleepers is the actor that has at most so many sleeps taken at once, each in a goroutine that does nothing else. It ends when
// its mailbox is closed.
func sleepers(mailbox <-chan any, most int, killed <-chan struct{}) {
	var queue []*sleepRequest
	awake := make(chan struct{}) // from those that it started
	busy := 0
	for mailbox != nil || busy > 0 {
		select {
		case m, open := <-mailbox:
			if !open {
				mailbox = nil
				continue
			}
			queue = append(queue, m.(*sleepRequest))
		case <-awake:
			busy--
		}
		for ; busy < most && len(queue) > 0; queue = queue[1:] {
			busy++
			go func(q *sleepRequest) {
				q.lost = !sleep(q.delay, killed)
				q.from.post(q)
				awake <- struct{}{}
			}(queue[0])
		}
	}
}

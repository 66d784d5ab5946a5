package actor

import "cbench/scenarios/wire"

// ledger keeps what of a room must outlive its host: what was said, and who is to be told if the host is replaced. It does so
// little that there is nothing in it to panic, as in Erlang a supervisor is kept too simple to fail.
type ledger struct {
	name    string // of the room
	mailbox chan any
	done    chan struct{} // a question of the host's is answered
	up      chan<- any

	log  wire.Log          // its own, as is
	roll map[*address]bool // members and waiters; true: it was called, and has not answered yet
}

// newLedger goes on with the log of a room that had one before.
func newLedger(name string, log wire.Log, up chan<- any) *ledger {
	return &ledger{
		name: name, mailbox: make(chan any, 16), done: make(chan struct{}, 1), up: up, log: log, roll: make(map[*address]bool),
	}
}

func (l *ledger) run() {
	for m := range l.mailbox {
		switch m := m.(type) {
		case *say:
			m.id = l.log.Append(m.name, m.text).ID
			l.done <- struct{}{}
		case *look:
			l.look(m)
			l.done <- struct{}{}
		case *replay:
			l.replay(m)
			l.done <- struct{}{}
		case enrol:
			l.roll[m.address] = false
		case strike:
			for _, a := range m {
				delete(l.roll, a)
			}
		case callRoll:
			l.callRoll()
		}
	}
	l.up <- ended{l}
}

func (l *ledger) look(q *look) {
	if q.since < 0 {
		q.since = l.log.Head()
	}
	q.answer, q.answered = q.form.AppendNews(nil, &l.log, q.since)
}

func (l *ledger) replay(q *replay) {
	first, last, missed := l.log.Since(q.since, wire.RingSize)
	for id := first; id <= last; id++ {
		q.lines = wire.AppendMessage(q.lines, l.log.At(id))
	}
	q.head, q.missed = l.log.Head(), missed
}

func (l *ledger) callRoll() {
	for a, called := range l.roll {
		if !called {
			l.roll[a] = true
			a.post(replaced{})
		}
	}
}

// ask is the host's: it waits for the answer.
func (l *ledger) ask(q any) {
	l.mailbox <- q
	<-l.done
}

package actor

import "cbench/scenarios/wire"

// history keeps what of a room must outlive its host: what was said, and who is to be told if the host is replaced. It does so
// little that there is nothing in it to panic, as in Erlang a supervisor is kept too simple to fail.
type history struct {
	name    string // of the room
	mailbox chan any
	done    chan struct{} // a question of the host's is answered
	up      chan<- any

	log        wire.Log          // its own, as is
	registered map[*address]bool // members and waiters; true: it was told of a new host, and has not answered yet
}

// newHistory goes on with the log of a room that had one before.
func newHistory(name string, log wire.Log, up chan<- any) *history {
	return &history{
		name: name, mailbox: make(chan any, 16), done: make(chan struct{}, 1), up: up, log: log, registered: make(map[*address]bool),
	}
}

func (hi *history) run() {
	for m := range hi.mailbox {
		switch m := m.(type) {
		case *sayRequest:
			m.id = hi.log.Append(m.name, m.text).ID
			hi.done <- struct{}{}
		case *newsQuery:
			hi.news(m)
			hi.done <- struct{}{}
		case *replayQuery:
			hi.replay(m)
			hi.done <- struct{}{}
		case register:
			hi.registered[m.address] = false
		case unregister:
			for _, a := range m {
				delete(hi.registered, a)
			}
		case announceHost:
			hi.announceHost()
		}
	}
	hi.up <- actorEnded{hi}
}

func (hi *history) news(q *newsQuery) {
	if q.since < 0 {
		q.since = hi.log.Head()
	}
	q.answer, q.answered = q.form.AppendNews(nil, &hi.log, q.since)
}

func (hi *history) replay(q *replayQuery) {
	first, last, missed := hi.log.Since(q.since, wire.RingSize)
	for id := first; id <= last; id++ {
		q.lines = wire.AppendMessage(q.lines, hi.log.At(id))
	}
	q.head, q.missed = hi.log.Head(), missed
}

func (hi *history) announceHost() {
	for a, called := range hi.registered {
		if !called {
			hi.registered[a] = true
			a.post(hostReplaced{})
		}
	}
}

// ask is the host's: it waits for the answer.
func (hi *history) ask(q any) {
	hi.mailbox <- q
	<-hi.done
}

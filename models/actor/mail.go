package actor

import (
	"net"

	"cbench/scenarios/wire"
)

// address is where a connection's actor is reached. Nothing in it ever changes.
type address struct {
	mailbox chan any
	nc      *net.TCPConn // closing it ends the actor, whatever it is at: Erlang's exit signal
}

// Of each of these there is one at most in a connection's mailbox, so that no room, nor anybody else, ever waits to post:
// the port waits until it is told to read on; a room says no more to a member until that asks for more; a connection asks one
// thing at a time; it parks one long poll; no second change of host is told before the first was answered; and there is one end.
const mailboxSize = 6

func (a *address) post(m any) {
	select {
	case a.mailbox <- m:
	default:
		panic("actor: a mailbox has no place for what it must hold")
	}
}

// asked is what every question has: it goes to another actor, which fills in the answer and posts it back.
type asked struct {
	from *address
	seen int64 // the newest id that the asker was told as a member
	lost bool  // whoever was to answer panicked, and has not done it
}

func (a *asked) question() *asked { return a }

type question interface{ question() *asked }

// To the supervisor.
type (
	enterRequest struct { // which room has that name? It will be there until it is left for another, or the connection is gone
		asked
		name string
		last *room // entered before
		room *room // the answer; nil: there are too many
	}
	statsRequest struct {
		asked
		wire.Counts
	}
	connClosed struct { // the connection is closed
		*address
		last *room
	}
	countChange struct { // so many more, or fewer
		room                      *room
		members, waiters, dropped int
	}
	hostPanic struct { // a host panicked
		room *room
		over any // what it had before it
		why  any
	}
	actorEnded struct { // an actor of a room came to its end
		history *history // if it was that
	}
)

// To a room's host.
type (
	joinRequest struct {
		asked
		head int64 // ids above it follow
	}
	leaveRequest struct {
		asked
		owed   []byte // what it had not been sent yet
		missed int64  // how many messages are gone that it was never sent
	}
	sayRequest struct {
		asked
		name, text []byte
		id         int64 // 0: it has none yet
	}
	pollRequest struct { // a long poll: comes back when there is news
		asked
		since  int64
		form   wire.Form
		answer []byte
	}
	cancelRequest struct { // no long poll comes back after this one has
		asked
	}
	rejoinRequest struct { // a member, when its host was replaced
		from *address
		seen int64
	}
)

// To a connection.
type (
	messages struct { // what was said in the room; many may hold it, so nobody changes it
		lines []byte
		id    int64 // of the last
	}
	hostReplaced struct{} // another host took over
	stop         struct{} // the server ends
	timeUp       struct{} // the time is over: its own clock's
)

// To the history of a room, from its host. The first three are answered, one at a time.
type (
	newsQuery struct { // for news to a long poll
		since    int64 // in: as asked for; out: never negative
		form     wire.Form
		answer   []byte
		answered bool
	}
	replayQuery struct {
		since  int64
		lines  []byte
		head   int64
		missed int64
	}
	register     struct{ *address }
	unregister   []*address
	announceHost struct{}
)

// Package wire is the protocol of the workload as pure bytes: what a client's bytes ask for, what bytes answer
// it, every bound, and a room's log. It does no I/O, starts no goroutine, takes no lock and reads no clock, so
// every model shares it without sharing how it waits.
//
// A request is the same [Request] whichever encoding carried it, and every answer is an append method of the
// [Form] that came with the request. A further encoding is therefore a further decoder and a further set of
// forms; nothing in a model that waits, schedules or owns a room has to know of it.
package wire

import "time"

// The bounds of the workload: the same figures in every model.
const (
	MaxLine  = 65536     // bytes of a line without its LF
	MaxOwed  = 256 << 10 // bytes owed to one connection
	MaxRoom  = 64        // bytes of a room's name
	MaxName  = 32        // bytes of a speaker's name
	MaxText  = 4096      // bytes of a message's text
	RingSize = 200       // messages a room keeps
	MinBlock = time.Millisecond
	MaxBlock = 10 * time.Second

	MaxOffload    = 64               // offloaded requests at once, by default
	SpareFiles    = 64               // descriptors kept back from connections
	ShutdownGrace = 5 * time.Second  // from SIGTERM to force-close
	RoomIdle      = 10 * time.Minute // after which an unused room may be dropped
)

// Kind is what a request asks for.
type Kind uint8

const (
	Echo  Kind = iota // the same bytes back
	Join              // membership of Room under Name
	Say               // Text to every member of the room joined
	Block             // a slow request: Delay, in the manner How
	Stats             // the server's counts
	Quit              // flush, BYE, close
	Bad               // refused for the reason Refusal; the connection closes
)

// How is the manner of a slow request.
type How uint8

const (
	Inline  How = iota // sleep where the handler stands
	Spin               // burn CPU where the handler stands
	Offload            // sleep on whatever the model has for blocking work, and serve on
)

// Request is one request. Its byte slices alias the decoder's input: they are good until the decoder's next
// Feed or Keep, and whoever parks a request copies what it needs.
type Request struct {
	Kind    Kind
	How     How
	Form    Form          // how the answer is to be put
	Delay   time.Duration // of Block
	Body    []byte        // of Echo: what goes back, framing included
	Room    []byte        // of Join
	Name    []byte        // of Join
	Text    []byte        // of Say
	Refusal Refusal       // of Bad
}

// Refusal is why a request is refused, in the words the client is told.
type Refusal string

const (
	NotJoined  Refusal = "not-joined" // the one refusal after which the connection stays open
	TooLong    Refusal = "too-long"
	BadRequest Refusal = "bad-request unknown request"
	BadJoin    Refusal = "bad-request JOIN takes a room and a name"
	BadRoom    Refusal = "bad-request a room is 1 to 64 of A-Z a-z 0-9 _ . -"
	BadName    Refusal = "bad-request a name is 1 to 32 of A-Z a-z 0-9 _ . -"
	BadText    Refusal = "bad-request a text is 1 to 4096 bytes of UTF-8 without control characters"
	BadBlock   Refusal = "bad-request BLOCK takes 1 to 10000 ms and inline, spin or offload"
	BadRejoin  Refusal = "bad-request already joined: one room a connection"
)

// Form is how an answer is put: the encoding of its request and what becomes of the connection. It is small, so
// that a parked request keeps its form and nothing else.
type Form uint8

// Lines is the form of every answer on a connection that speaks lines.
const Lines Form = 0

// Counts is what STATS tells.
type Counts struct {
	Conns       int // open connections
	Waiters     int // parked long polls
	Members     int // connections that joined a room
	Rooms       int // rooms that exist
	DroppedSlow int // members dropped because they did not read, ever
}

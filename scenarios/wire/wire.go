// Package wire is the protocol of the workload as pure bytes: what a client's bytes ask for, what bytes answer
// it, every bound, and a room's log. It does no I/O, starts no goroutine, takes no lock and reads no clock, so
// every model shares it without sharing how it waits.
//
// A request is the same [Request] whichever encoding carried it, lines or HTTP, and every answer is an append method of
// the [Form] that came with the request. Nothing in a model that waits, schedules or owns a room knows of encodings.
package wire

import "time"

// The bounds of the workload: the same figures in every model.
const (
	MaxLine  = 65536     // bytes of a line without its LF
	MaxHead  = 8 << 10   // bytes of an HTTP head
	MaxEcho  = 64 << 10  // bytes of a body to be echoed
	MaxBody  = 8 << 10   // bytes of any other body
	MaxOwed  = 256 << 10 // bytes owed to one connection
	MaxRoom  = 64        // bytes of a room's name
	MaxName  = 32        // bytes of a speaker's name
	MaxText  = 4096      // bytes of a message's text
	RingSize = 200       // messages a room keeps
	MaxNews  = 100       // messages in one answer to Wait
	MaxRooms = 65536     // rooms of a server

	MinBlock = time.Millisecond
	MaxBlock = 10 * time.Second
	MinWait  = time.Millisecond
	MaxWait  = 60 * time.Second
	AWait    = 25 * time.Second // unless the request says otherwise

	MaxFiles    = 1000    // of a zip
	MaxFileSize = 1 << 30 // bytes of each

	MaxOffload    = 64               // offloaded requests at once, by default
	DeepStack     = 16 << 10         // bytes of stack that a Deep request touches
	SpareFiles    = 64               // descriptors kept back from connections
	RequestGrace  = 10 * time.Second // for an HTTP request to be whole, from its first byte
	ShutdownGrace = 5 * time.Second  // from SIGTERM to force-close
	LingerGrace   = 5 * time.Second  // from the last answer to force-close, for a client that still sends
	RoomIdle      = 10 * time.Minute // after which an unused room may be dropped
)

// Lobby is the room of who names none.
const Lobby = "lobby"

// Kind is what a request asks for.
type Kind uint8

const (
	Echo     Kind = iota // Body back
	Join                 // membership of Room under Name
	Say                  // Text to every member of the room joined
	Send                 // Text from Name to every member and waiter of Room
	Wait                 // the messages of Room after Since, when there are any, or after Delay
	Block                // a slow request: Delay, in the manner How
	Stats                // the server's counts
	Page                 // the chat page
	Zip                  // an archive of Files files of Size bytes each
	Quit                 // flush, BYE, close
	Continue             // leave to send the body: answered, and no request yet
	Bad                  // refused for the reason Refusal
)

// How is the manner of a slow request.
type How uint8

const (
	Inline  How = iota // sleep where the handler stands
	Spin               // burn CPU where the handler stands
	Offload            // sleep on whatever the model has for blocking work, and serve on
	Deep               // as Inline, called so deep that DeepStack bytes of stack were touched
)

// Request is one request. Its byte slices alias the decoder's input: they are good until the decoder's next
// Feed or Keep, and whoever parks a request copies what it needs.
type Request struct {
	Kind    Kind
	How     How
	Form    Form          // how the answer is to be put, and whether it is the last
	Refusal Refusal       // of Bad
	Delay   time.Duration // of Block; of Wait, its timeout
	Since   int64         // of Wait; -1 is the head as of its arrival
	Files   int           // of Zip
	Size    int64         // of Zip
	Body    []byte        // of Echo: what goes back; of a line, the line with its end
	Room    []byte        // of Join, Send and Wait
	Name    []byte        // of Join and Send
	Text    []byte        // of Say and Send
}

// Form is how an answer is put: the encoding of its request and what becomes of the connection. It is small, so
// that a parked request keeps its form and nothing else.
type Form uint8

const (
	isHTTP   Form = 1 << iota
	last          // the connection closes after the answer
	version0      // HTTP/1.0: no chunks, and closing is the rule
	headOnly      // HEAD: no body
)

// Lines is the form of every answer on a connection that speaks lines.
const Lines Form = 0

// Refuse makes r a request that is refused for a reason that only the server can know. On lines such a refusal is the last
// answer.
func (r *Request) Refuse(why Refusal) {
	f := r.Form
	if f&isHTTP == 0 {
		f |= last
	}
	refuse(r, f, why)
}

// Last reports whether the connection is to be closed after the answer. No request follows it.
func (f Form) Last() bool { return f&last != 0 }

// Counts is what Stats tells.
type Counts struct {
	Conns       int // open connections
	Waiters     int // parked long polls
	Members     int // connections that joined a room
	Rooms       int // rooms that exist
	DroppedSlow int // members dropped because they did not read, ever
}

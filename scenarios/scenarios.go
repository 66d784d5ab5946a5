// Package scenarios is the table of all patterns of traffic: what clients say, and how they know that what they hear is
// right. A scenario is the client's side only, as a state machine: the load engine (harness/load) feeds it bytes and
// times. It has no goroutine, no socket and no clock of its own.
package scenarios

import (
	"fmt"
	"time"

	"cbench/scenarios/wire"
)

// Params is what a scenario's traffic is to be. It is plain data: the engine may run in another process.
type Params struct {
	Conns    int    `json:"conns"`
	Payload  int    `json:"payload_bytes"` // bytes of a message
	RoomSize int    `json:"room_size"`     // members of a room; 0 where there are no rooms
	Seed     uint64 `json:"seed"`

	// Of blocking and http-blocking: slow requests. Of work, Block is the CPU time of each.
	Share float64       `json:"share,omitempty"`    // of all messages, 0 to 0.5; of slow: of the members
	Block time.Duration `json:"block_ns,omitempty"` // how long each blocks
	How   string        `json:"how,omitempty"`      // "inline", "spin" or "offload"
}

// Scenario is one pattern of traffic.
type Scenario struct {
	Name  string
	Doc   string   // one line, for lists
	Needs []string // parts of the workload a server must speak: "lines:echo", "lines:chat", …

	Rate       float64 // messages/s in total unless told otherwise; 0: a closed loop is the default
	MaxPayload int     // bytes; the least is MinPayload everywhere
	RoomSize   int     // members of a room unless told otherwise; 0: no rooms
	Idle       bool    // its connections wait: there is no closed loop
	Waits      bool    // its connections wait with nothing to say: what the server does meanwhile is a figure of its own
	SlowReads  bool    // some of its connections do not read: a server drops them
	Storm      bool    // all connect at once and leave, again and again: there is no loop
	Cores      bool    // the server's cores are measured: it has as many as it was told to use, the load's too if its own are fewer
	OpenLoop   bool    // there is no closed loop: what is measured is how a steady rate is disturbed

	Payload int           // bytes of a message unless told otherwise; 0: the harness's choice
	Share   float64       // unless told otherwise; 0: nothing is shared out
	Block   time.Duration // unless told otherwise; 0: nothing blocks

	// Piece is the bytes of a message where a message is so much of a stream: it is read when it is due and not before, and
	// the payload is of this size and no other. 0: messages are said.
	Piece int
	// OneRoom: all connections share one room, whatever RoomSize is.
	OneRoom bool
	// Extra is how many connections a share of n has beside those that are counted: they speak and hear nothing. nil: none.
	Extra func(p Params, n int) int
	// Longest is more bytes than any reply has. nil: the payload's and 256.
	Longest func(p Params) int

	// More says what else is wrong with p. nil: nothing can be.
	More func(p Params) error

	// New makes the traffic of the connections first to first+n-1 out of p.Conns: one engine thread's share. Extra connections
	// are numbered from n within it.
	New func(p Params, first, n int) Traffic
}

// All is every scenario, in the order they are best read.
var All = []Scenario{
	{
		Name:       "echo",
		Doc:        "every connection says lines and hears each of them again",
		Needs:      []string{"lines:echo"},
		Rate:       20000,
		MaxPayload: wire.MaxLine - len(echoWord),
		New:        newEcho,
	},
	{
		Name:       "chat",
		Doc:        "rooms of members: whatever one says, every member of its room hears, in one order",
		Needs:      []string{"lines:chat"},
		Rate:       1000,
		MaxPayload: wire.MaxText,
		RoomSize:   10,
		New:        newChat,
	},
	{
		Name:       "idle",
		Doc:        "connections that each spoke once and then wait, but for a few pings a second",
		Needs:      []string{"lines:echo"},
		Rate:       10,
		Idle:       true,
		Waits:      true,
		MaxPayload: wire.MaxLine - len(echoWord),
		New:        newIdle,
	},
	{
		Name:       "http-echo",
		Doc:        "every connection posts bodies to /echo, keep-alive, and gets each of them back",
		Needs:      []string{"http:echo"},
		Rate:       20000,
		MaxPayload: wire.MaxEcho,
		Longest:    longestHTTPEcho,
		New:        newHTTPEcho,
	},
	{
		Name:       "comet",
		Doc:        "rooms of long polls: whatever is sent to a room wakes every waiter, which at once waits again",
		Needs:      []string{"http:comet"},
		Rate:       500,
		MaxPayload: wire.MaxText,
		Waits:      true,
		RoomSize:   10,
		Extra:      publishers,
		Longest:    func(p Params) int { return 2*wire.MaxHead + 2*wire.MaxNews*(p.Payload+128) }, // it may come in chunks
		New:        newComet,
	},
	{
		Name:       "zip",
		Doc:        "readers of large archives, made as they are sent, that take 8 KiB at a time: slowly in an open loop",
		Needs:      []string{"http:zip"},
		Rate:       5000,
		MaxPayload: zipPiece,
		Piece:      zipPiece,
		New:        newZip,
	},
	{
		Name:       "blocking",
		Doc:        "echo, while a share of all requests block the server where it handles them: how long do bystanders wait?",
		Needs:      []string{"lines:echo", "block"},
		Rate:       1000,
		OpenLoop:   true,
		MaxPayload: wire.MaxLine - len(echoWord),
		Share:      0.01,
		Block:      20 * time.Millisecond,
		Extra:      blockersBeside,
		More:       checkBlocking,
		New:        newBlocking,
	},
	{
		Name:       "http-blocking",
		Doc:        "blocking over HTTP: http-echo, while a share of all requests ask for /block",
		Needs:      []string{"http:echo", "block"},
		Rate:       1000,
		OpenLoop:   true,
		MaxPayload: wire.MaxEcho,
		Share:      0.01,
		Block:      20 * time.Millisecond,
		Extra:      blockersBeside,
		Longest:    longestHTTPEcho,
		More:       checkBlocking,
		New:        newHTTPBlocking,
	},
	{
		Name:       "work",
		Doc:        "every connection asks for CPU time and waits for it: what is a second core worth?",
		Needs:      []string{"lines:echo", "block"},
		Cores:      true,
		MaxPayload: wire.MaxLine,
		Block:      time.Millisecond,
		More:       checkBlock,
		New:        newWork,
	},
	{
		Name:       "slow",
		Doc:        "chat, with members beside it that do not read, for good or every other second: who else waits?",
		Needs:      []string{"lines:chat"},
		Rate:       500,
		SlowReads:  true,
		OpenLoop:   true,
		MaxPayload: wire.MaxText,
		Payload:    2048,
		RoomSize:   50,
		Share:      0.1,
		Extra:      slowReaders,
		More:       checkSlow,
		New:        newSlow,
	},
	{
		Name:       "fanout",
		Doc:        "one room of all connections: every message goes to everybody",
		Needs:      []string{"lines:chat"},
		Rate:       10,
		MaxPayload: wire.MaxText,
		OneRoom:    true,
		New:        newFanout,
	},
	{
		Name: "storm",
		Doc: "all connect at once, speak once and leave, again and again: " +
			"how many a second, and how long does the last one wait?",
		Needs:      []string{"lines:echo"},
		Storm:      true,
		OpenLoop:   true,
		MaxPayload: wire.MaxLine - len(echoWord),
		New:        newEcho,
	},
}

// Names is every scenario's name.
func Names() []string {
	var names []string
	for _, s := range All {
		names = append(names, s.Name)
	}
	return names
}

// ByName is the scenario of that name, nil if there is none.
func ByName(name string) *Scenario {
	for i := range All {
		if All[i].Name == name {
			return &All[i]
		}
	}
	return nil
}

// The bounds of every scenario.
const (
	MinPayload = stampSize // a message's stamp says whose it is and which
	MaxConns   = 1 << 24   // six hexadecimal digits of a stamp
)

// Check says what is wrong with p for this scenario: an error that names the flag to mend.
func (s *Scenario) Check(p Params) error {
	switch {
	case p.Conns < 1 || p.Conns > MaxConns:
		return fmt.Errorf("conns %d: must be 1 to %d", p.Conns, MaxConns)
	case p.Payload < MinPayload || p.Payload > s.MaxPayload:
		return fmt.Errorf("payload %d: %s takes %d to %d bytes", p.Payload, s.Name, MinPayload, s.MaxPayload)
	case s.Piece > 0 && p.Payload != s.Piece:
		return fmt.Errorf("payload %d: %s takes %d bytes at a time", p.Payload, s.Name, s.Piece)
	case s.RoomSize > 0 && p.RoomSize < 1:
		return fmt.Errorf("room-size %d: must be at least 1", p.RoomSize)
	}
	if s.More != nil {
		return s.More(p)
	}
	return nil
}

// Unit is how many connections must share an engine thread: a room's members.
func (s *Scenario) Unit(p Params) int {
	switch {
	case s.OneRoom:
		return p.Conns
	case s.RoomSize == 0:
		return 1
	}
	return p.RoomSize
}

// Traffic is a share of a scenario's connections in one run. Connections are numbered from 0 within the share.
// Times are nanoseconds on the engine's clock.
type Traffic interface {
	// Open appends what connection c says as soon as it is connected. Its answer makes the connection ready. A
	// connection that failed before it was ready may be opened again.
	Open(c int, out []byte) []byte

	// Speaker is the connection that says the k-th message of an open loop (k = 0, 1, 2 …), -1 if it is gone and no other
	// may say it.
	Speaker(k uint64) int
	// Speaks reports whether connection c begins to say messages of its own accord in a closed loop.
	Speaks(c int) bool

	// Send appends connection c's next message, due at due and sent at sent. receipts is how many replies or deliveries
	// it must bring.
	Send(c int, due, sent int64, out []byte) (message []byte, receipts int)

	// Receive takes what connection c was sent, as far as it is whole, and tells rec what it means. It returns how many
	// bytes it took; the engine keeps the rest and hands it in again with what follows.
	Receive(c int, in []byte, now int64, rec Recorder) int

	// Underway is how many messages wait for a receipt, over all connections.
	Underway() int

	// Torn: the bytes of connection c that Receive did not take are thrown away; no more are waited for.
	Torn(c int, rec Recorder)
	// Gone: connection c is closed. What it was still to receive is lost.
	Gone(c int, rec Recorder)
	// Settle: nothing more is waited for. What was sent and not answered is lost; if it comes after all, it is no second fault.
	Settle(rec Recorder)

	// Wanted is what connection c is to be told next.
	Wanted(c int) Wanted
}

// Renewing is traffic that goes on where a server ends a connection in good order, as HTTP lets it: on another connection, and
// with the same numbers.
type Renewing interface {
	// Ended: connection c ended, with a FIN or a reset, where a server may end one that is idle. rest is the bytes that Receive did
	// not take, heard when the last byte came. It reports whether that was in good order: what of rest is an answer that the end
	// makes whole was told to rec then.
	Ended(c int, rest []byte, heard, now int64, rec Recorder) bool
	// Kept is for how long the server says that it keeps an idle connection; 0: it does not say.
	Kept() time.Duration
	// Again appends what connection c asked for and was not answered, to be said on another connection.
	Again(c int, out []byte) []byte
}

// Recorder is told what replies mean.
type Recorder interface {
	// Ready: connection c was answered its opening and counts as established.
	Ready(c int)
	// Received: one reply or delivery on connection c to a message due and sent at those times, every byte checked.
	Received(c int, due, sent, now int64)
	// Next: in a closed loop it is connection c's turn to say a message.
	Next(c int)
	// Say: connection c, of which Receive was just handed the bytes, says p, which is no message: it asks for one.
	Say(c int, p []byte)
	// Aside: a reply to a message due at that time, every byte checked, that is not among those that are measured.
	Aside(due, now int64)
	// Heard: all that were to hear a message that was due then have, the first of them and the last at those times.
	Heard(due, first, last int64)
	// Closing: the server said that it ends connection c, of which Receive was just handed the bytes, behind this answer.
	Closing(c int)
	// Fault: n replies were not what they had to be. line is what came instead, nil where nothing came.
	Fault(kind Fault, n int, line []byte)
}

// Fault is a way in which a reply can be wrong. The kinds are those of results.Verify.
//
// One wrong reply is one fault: bytes that cannot be understood stand for the reply that was due next, so that it is not
// counted as lost too, and a reply that was already told as a fault is let pass when it comes.
type Fault uint8

// The kinds of fault.
const (
	Lost       Fault = iota // never came
	Duplicated              // came again
	Reordered               // came after a later one
	Corrupted               // something else came in its place
	Surplus                 // came where nothing, or nothing yet, was asked for
	Faults                  // how many kinds there are
)

func (f Fault) String() string {
	return [...]string{"lost", "duplicated", "reordered", "corrupted", "surplus"}[f]
}

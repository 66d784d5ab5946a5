// Package scenarios is the table of all patterns of traffic: what clients say, and how they know that what they hear is
// right. A scenario is the client's side only, as a state machine: the load engine (harness/load) feeds it bytes and
// times. It has no goroutine, no socket and no clock of its own.
package scenarios

// Params is what a scenario's traffic is to be. It is plain data: the engine may run in another process.
type Params struct {
	Conns    int    `json:"conns"`
	Payload  int    `json:"payload_bytes"` // bytes of a message
	RoomSize int    `json:"room_size"`
	Seed     uint64 `json:"seed"`
}

// Scenario is one pattern of traffic.
type Scenario struct {
	Name  string
	Doc   string   // one line, for lists
	Needs []string // parts of the workload a server must speak: "lines:echo", "lines:chat", …

	Rate       float64 // messages/s in total unless told otherwise; 0: a closed loop is the default
	MinPayload int
	RoomSize   int // members of a room unless told otherwise; 0: no rooms

	// New makes the traffic of the connections first to first+n-1 out of p.Conns: one engine thread's share.
	New func(p Params, first, n int) Traffic
	// Unit is the least number of connections that must share an engine thread (a room's members).
	Unit func(p Params) int
}

// Traffic is a share of a scenario's connections in one run. Connections are numbered from 0 within the share.
// Times are nanoseconds on the engine's clock.
type Traffic interface {
	// Open appends what connection c says as soon as it is connected. Its answer makes the connection ready.
	Open(c int, out []byte) []byte

	// Speaker is the connection that says the k-th message of an open loop (k = 0, 1, 2 …).
	Speaker(k uint64) int
	// Speaks reports whether connection c says messages of its own in a closed loop.
	Speaks(c int) bool

	// Send appends connection c's next message. It was due at due and is sent at sent; measured says whether it
	// falls in the measured window, and then rec.Expect is told how many receipts it must bring.
	Send(c int, due, sent int64, measured bool, out []byte, rec Recorder) []byte

	// Receive takes what connection c was sent, as far as it is whole, and tells rec what it means. It returns how many bytes it
	// took; the engine keeps the rest and hands it in again with what follows.
	Receive(c int, in []byte, now int64, rec Recorder) int

	// Close ends the run: what was sent and not answered is told to rec as lost.
	Close(rec Recorder)
}

// Recorder is told what replies mean.
type Recorder interface {
	// Ready: connection c was answered its opening and counts as established.
	Ready(c int)
	// Received: one reply or delivery on connection c to a message due and sent at those times, every byte checked.
	// measured is what Send was told of that message.
	Received(c int, due, sent, now int64, measured bool)
	// Done: connection c's own message is answered, in every copy if it has many; a closed loop sends the next.
	Done(c int)
	// Fault: n replies were not what they had to be.
	Fault(kind Fault, n int64)
	// Expect: a measured send is to bring n receipts.
	Expect(n int64)
}

// Fault is a way in which a reply can be wrong. The kinds are those of results.Verify.
type Fault uint8

// The kinds of fault.
const (
	Lost Fault = iota
	Duplicated
	Reordered
	Corrupted
	Surplus
)

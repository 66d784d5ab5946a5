package load

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"

	"cbench/internal/poll"
	"cbench/results/record"
	"cbench/scenarios"
	"cbench/scenarios/wire"
)

// Plan is which clients there are to be. It is plain data: see Remote.
type Plan struct {
	Addr           string           `json:"addr"` // host:port of the server
	Scenario       string           `json:"scenario"`
	Params         scenarios.Params `json:"params"`
	Threads        int              `json:"threads"`            // event loops; 0: one
	Timeout        time.Duration    `json:"timeout_ns"`         // how long a reply is waited for at the end; 0: 5 s
	ConnectTimeout time.Duration    `json:"connect_timeout_ns"` // from the first attempt to the answered opening; 0: 10 s
	Ramp           int              `json:"ramp"`               // connections that are being opened at once; 0: 256
}

// ConnectReport is how the opening went.
type ConnectReport struct {
	// Established spoke and were answered: a mere connect only proves the backlog. Extra connections are not counted.
	Established int              `json:"established"`
	PerS        *float64         `json:"per_s"` // established a second, from the first connect to the last answer
	Took        time.Duration    `json:"took_ns"`
	Answered    *record.Latency  `json:"answered_ns"` // from the first attempt of each to the answer of its opening
	Errors      map[string]int64 `json:"errors"`      // connections not established, by kind
	Verify      record.Verify    `json:"verify"`
	Odd         string           `json:"odd"` // the first wrong reply, shortened, and what was wanted

	// Ended is how many of those established the server ended in good order behind the answer to their opening.
	Ended int `json:"ended,omitempty"`
}

// Drive is one measurement: what the clients are to say and for how long.
type Drive struct {
	Rate     float64       `json:"rate_per_s"` // messages/s in total: an open loop; 0: a closed loop
	Arrivals string        `json:"arrivals"`   // open loop: "constant" spacing (also ""), or "poisson"
	Pipeline int           `json:"pipeline"`   // closed loop: messages under way a connection (chat: a room); 0: one
	Warmup   time.Duration `json:"warmup_ns"`  // sent, verified, not measured
	Duration time.Duration `json:"duration_ns"`
	Keep     bool          `json:"keep"`      // Report.Fairness goes on from the drive before, and is over both
	LeaveOut bool          `json:"leave_out"` // with Keep: but for that drive itself, which turned out not to count
}

// Report is what a drive measured. Counts are of the measured window's messages unless their names say otherwise.
type Report struct {
	Sent     int64 `json:"sent"`
	Expected int64 `json:"expected"`  // replies or deliveries those must bring
	Received int64 `json:"received"`  // of them, verified, whenever they came
	InWindow int64 `json:"in_window"` // verified replies that came within the window, whenever sent: over WindowNS, the throughput
	All      int64 `json:"all"`       // verified replies of the whole drive, its warm-up's too
	// Behind is by how many replies those under way had become more when EdgeStall of the window was left (half of a
	// shorter one) than they were at its start. Over the whole window that is Expected less InWindow.
	Behind int64            `json:"behind"`
	Errors map[string]int64 `json:"errors"` // connections that failed, by kind, and "unsent" messages; the whole drive's

	Latency  *record.Latency `json:"latency_ns"` // from when a message was due (open loop) or sent (closed loop)
	Service  *record.Latency `json:"service_ns"` // from the actual send
	Overflow int64           `json:"overflow"`   // latencies over 60 s, in no histogram

	// Of each message, where the scenario tells of all its hearers at once; else nil.
	First  *record.Latency `json:"first_ns"`  // from when it was due until the first heard it
	Last   *record.Latency `json:"last_ns"`   // from when it was due until all had
	Spread *record.Latency `json:"spread_ns"` // between the two

	Aside *record.Latency `json:"aside_ns"` // from due, of messages that are not among those measured; else nil

	// Silence is the longest time in which messages waited and nothing came from the server, of those that fall into
	// the window, counted whole also where it began before the window or ended after it. What the client itself was
	// not awake is not in it.
	Silence       int64 `json:"silence_ns"`
	SilenceBefore int64 `json:"silence_before_ns"` // the longest that was over when the window began

	Fairness  record.Fairness `json:"fairness"`        // p99 of a connection is of those with 100 receipts or more, to within 25%
	LateRatio *float64        `json:"late_send_ratio"` // of sends, those over 1 ms after they were due; nil in a closed loop
	Start     int64           `json:"start_mono_ns"`   // of the window, on CLOCK_MONOTONIC
	End       int64           `json:"end_mono_ns"`
	WindowNS  int64           `json:"window_ns"`
	CPUNS     int64           `json:"cpu_ns"` // of this process, in the window

	Verify record.Verify `json:"verify"` // the whole drive's
	Odd    string        `json:"odd"`    // the first wrong reply, shortened, and what was wanted

	Reconnects int64         `json:"reconnects,omitempty"` // for connections that the server ended in good order; the whole drive's
	Idle       time.Duration `json:"idle_ns,omitempty"`    // the shortest silence for which it ended one that is an error; 0: none

	Warnings []string `json:"warnings,omitempty"` // what a reader of the figures should know

	latency, service *hdrhistogram.Histogram
}

// EdgeStall is the longest pause of a machine at the end of a window that is taken for one. What was missing before
// is no pause's.
const EdgeStall = 250 * time.Millisecond

// CloseReport is how the connections ended.
type CloseReport struct {
	Closed int              `json:"closed"` // by the server in answer to our FIN, in good order
	Errors map[string]int64 `json:"errors"`
	Verify record.Verify    `json:"verify"` // of what still came
}

// Progress is how far a drive is; counts from its beginning, warm-up included.
type Progress struct {
	Elapsed  time.Duration `json:"elapsed_ns"`
	Sent     int64         `json:"sent"`
	Received int64         `json:"received"`
}

// Watch is told of a drive while it runs. Its functions may be nil. They are called on an event loop: whatever time they take
// is taken from it.
type Watch struct {
	Window   func(start bool) // at the exact start and end of the measured window
	Progress func(Progress)   // once a second
}

func (p Plan) withDefaults() Plan {
	p.Threads = max(p.Threads, 1)
	if p.Timeout <= 0 {
		p.Timeout = 5 * time.Second
	}
	if p.ConnectTimeout <= 0 {
		p.ConnectTimeout = 10 * time.Second
	}
	if p.Ramp <= 0 {
		p.Ramp = 256
	}
	return p
}

// check finds the scenario and the address, and what forbids the plan.
func (p Plan) check() (*scenarios.Scenario, netip.AddrPort, error) {
	scenario := scenarios.ByName(p.Scenario)
	if scenario == nil {
		return nil, netip.AddrPort{}, fmt.Errorf("scenario %q: there is none of that name", p.Scenario)
	}
	if err := scenario.Check(p.Params); err != nil {
		return nil, netip.AddrPort{}, err
	}
	tcp, err := net.ResolveTCPAddr("tcp", p.Addr)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	addr := tcp.AddrPort()
	extra := 0
	if scenario.Extra != nil {
		extra = scenario.Extra(p.Params, p.Params.Conns) + p.Threads // each share rounds up
	}
	return scenario, netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), reserve(p.Params.Conns + extra)
}

// reserve makes sure of the descriptors for so many connections.
func reserve(conns int) error {
	soft, hard := poll.Files()
	need := conns + wire.SpareFiles
	if need <= soft {
		return nil
	}
	raised := unix.Rlimit{Cur: uint64(need), Max: uint64(max(need, hard))}
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &raised) == nil {
		return nil
	}
	return fmt.Errorf("conns %d: needs %d descriptors, the limit is %d "+
		"(ulimit -Hn; raise LimitNOFILE or run as root with CAP_SYS_RESOURCE)", conns, need, hard)
}

func (d Drive) check() error {
	switch {
	case d.Duration <= 0:
		return fmt.Errorf("duration %v: must be more than 0", d.Duration)
	case d.Warmup < 0:
		return fmt.Errorf("warmup %v: must not be negative", d.Warmup)
	case !(d.Rate >= 0 && d.Rate <= 1e9):
		return fmt.Errorf("rate %v: must be 0 (closed loop) to 1e9 messages/s", d.Rate)
	case d.Pipeline < 0 || d.Pipeline > maxPipeline:
		return fmt.Errorf("pipeline %d: must be 1 to %d", d.Pipeline, maxPipeline)
	case d.Arrivals != "" && d.Arrivals != "constant" && d.Arrivals != "poisson":
		return fmt.Errorf("arrivals %q: must be constant or poisson", d.Arrivals)
	}
	return nil
}

const maxPipeline = 1 << 16

var errNotOpen = errors.New("load: no clients are open")

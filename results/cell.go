// Package results is the files of a run and all that is made of them: statistics, charts, tables. Everything here is a
// pure function of the files; nothing here measures.
package results

// Schema is the version of the files this package writes and reads.
const Schema = 1

// Cell is the raw facts of one repetition of one model under one scenario at one number of connections, as
// one line of cells.jsonl. Keys carry their unit. A pointer is nil, and null in the file, where a figure is
// not known: unknown is never 0.
type Cell struct {
	Schema   int    `json:"schema"`
	Model    string `json:"model"`
	Scenario string `json:"scenario"`
	Conns    int    `json:"conns"`
	Rep      int    `json:"rep"`   // 1, 2, 3 …
	Order    int    `json:"order"` // place in the plan, from 1
	Seed     uint64 `json:"seed"`

	Params   Params   `json:"params"`
	Load     Load     `json:"load"`
	Latency  *Latency `json:"latency_ns"`          // from the moment a message was due (open loop) or sent (closed loop)
	Service  *Latency `json:"service_ns"`          // from the actual send
	First    *Latency `json:"first_ns,omitempty"`  // of a message with many hearers, from due until the first heard it; comet
	Last     *Latency `json:"last_ns,omitempty"`   // until the last did
	Spread   *Latency `json:"spread_ns,omitempty"` // between the two, a message
	Fairness Fairness `json:"fairness"`
	Memory   Memory   `json:"memory"`
	CPU      CPU      `json:"cpu"`
	Verify   Verify   `json:"verify"`

	Valid    bool     `json:"valid"`
	Void     []string `json:"void"`     // why the cell is not valid: never averaged
	Warnings []string `json:"warnings"` // what a reader of the cell should know
}

// Params is what the load was asked to be.
type Params struct {
	PayloadBytes int     `json:"payload_bytes"`
	Loop         string  `json:"loop"`       // "open" (a fixed total rate) or "closed" (the next message after the reply)
	RatePerS     float64 `json:"rate_per_s"` // messages/s in total, open loop; 0 in a closed loop
	Pipeline     int     `json:"pipeline"`   // messages under way at once per connection, closed loop
	RoomSize     int     `json:"room_size"`  // members of a room; 0 where there are no rooms
	DurationNS   int64   `json:"duration_ns"`
	WarmupNS     int64   `json:"warmup_ns"`
	Procs        int     `json:"procs"`            // GOMAXPROCS of the server; 0 for a foreign one
	Driver       string  `json:"driver,omitempty"` // who loaded it: "hey", or our own engine where there is none
}

// Load is what the load really was, over the measured window.
type Load struct {
	Established    int              `json:"established"` // connections that spoke and were answered
	ConnectPerS    *float64         `json:"connect_per_s"`
	Sent           int64            `json:"sent"`             // messages sent in the window
	Received       int64            `json:"received"`         // replies or deliveries to those, every byte checked
	Expected       int64            `json:"expected"`         // replies or deliveries those must bring
	ThroughputPerS *float64         `json:"throughput_per_s"` // replies checked in the window, over its length
	Errors         map[string]int64 `json:"errors"`           // by kind: timeout, reset, refused, closed, …
	ClientCPURatio *float64         `json:"client_cpu_ratio"` // CPU time of the load process over wall time; 1 is one core
	ServerCPURatio *float64         `json:"server_cpu_ratio"`
	LateSendRatio  *float64         `json:"late_send_ratio"` // share of sends over 1 ms after they were due; null in a closed loop
}

// Latency is a distribution in nanoseconds.
type Latency struct {
	Count int64   `json:"count"`
	Min   int64   `json:"min"`
	Mean  float64 `json:"mean"`
	P50   int64   `json:"p50"`
	P90   int64   `json:"p90"`
	P99   int64   `json:"p99"`
	P999  int64   `json:"p999"`
	Max   int64   `json:"max"`
	HDR   string  `json:"hdr"` // the whole histogram: HdrHistogram V2, compressed, base64
}

// Fairness is how evenly the connections were served.
type Fairness struct {
	Jain           *float64 `json:"jain"`              // (Σx)²/(n·Σx²) over received messages a connection: 1 is even (Jain, Chiu, Hawe 1984)
	WorstConnP99NS *int64   `json:"worst_conn_p99_ns"` // the highest p99 of any one connection
}

// Memory is what the server held, in bytes: with every connection open and idle unless the name says otherwise.
type Memory struct {
	RSS    *int64 `json:"rss_bytes"`
	PSS    *int64 `json:"pss_bytes"`
	Anon   *int64 `json:"anon_bytes"`
	Heap   *int64 `json:"heap_bytes"`   // Go heap objects, live or not yet swept
	Stack  *int64 `json:"stack_bytes"`  // goroutine stacks
	Kernel *int64 `json:"kernel_bytes"` // kernel memory of the server's own cgroup

	EmptyRSS    *int64 `json:"empty_rss_bytes"` // before the first connection
	EmptyAnon   *int64 `json:"empty_anon_bytes"`
	EmptyKernel *int64 `json:"empty_kernel_bytes"`

	UserPerConn   *float64 `json:"user_per_conn_bytes"`   // (anon - empty anon) / connections
	KernelPerConn *float64 `json:"kernel_per_conn_bytes"` // (kernel - empty kernel) / connections

	LoadedRSS    *int64 `json:"loaded_rss_bytes"` // at the end of the measured window
	LoadedAnon   *int64 `json:"loaded_anon_bytes"`
	LoadedHeap   *int64 `json:"loaded_heap_bytes"`
	LoadedStack  *int64 `json:"loaded_stack_bytes"`
	LoadedKernel *int64 `json:"loaded_kernel_bytes"`

	AfterCloseRSS  *int64 `json:"after_close_rss_bytes"` // after every connection was closed
	AfterCloseAnon *int64 `json:"after_close_anon_bytes"`
}

// CPU is what the measured window cost.
type CPU struct {
	ServerNS            *int64   `json:"server_ns"`
	ServerNSPerMessage  *float64 `json:"server_ns_per_message"` // over received
	ClientNS            *int64   `json:"client_ns"`
	VoluntarySwitches   *int64   `json:"voluntary_switches"` // summed over the server's threads
	InvoluntarySwitches *int64   `json:"involuntary_switches"`
	Threads             *int64   `json:"threads"`
	Goroutines          *int64   `json:"goroutines"`
	GCPauseNS           *int64   `json:"gc_pause_ns"` // stop-the-world time in the window
}

// Verify counts replies that were not what they had to be; none of them is a latency sample.
type Verify struct {
	Lost       int64 `json:"lost"`       // never came
	Duplicated int64 `json:"duplicated"` // came again
	Reordered  int64 `json:"reordered"`  // came after a later one
	Corrupted  int64 `json:"corrupted"`  // bytes that answer nothing sent on this connection
	Surplus    int64 `json:"surplus"`    // well-formed, and never asked for
}

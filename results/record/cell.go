// Package record is the files of a run: cells, plan, environment. Everything that is made of them stands above; nothing here
// measures.
package record

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
	Aside    *Latency `json:"aside_ns,omitempty"`  // from due, of replies that are not among those measured: of blocking, the slow requests'
	Fairness Fairness `json:"fairness"`
	Memory   Memory   `json:"memory"`
	CPU      CPU      `json:"cpu"`
	Verify   Verify   `json:"verify"`

	Deaf      *Deaf      `json:"deaf,omitempty"`      // what members that did not read cost; of slow
	Machine   *Machine   `json:"machine,omitempty"`   // what the machine did meanwhile
	Rotation  *Rotation  `json:"rotation,omitempty"`  // where servers were loaded in turn: the samples, round by round
	Search    *Search    `json:"search,omitempty"`    // where a limit was searched for: what was found, and how
	Diagnosis *Diagnosis `json:"diagnosis,omitempty"` // of a pass that was not timed

	Valid    bool     `json:"valid"`
	Void     []string `json:"void"`     // why the cell is not valid: never averaged
	Warnings []string `json:"warnings"` // what a reader of the cell should know
}

// Params is what the load was asked to be.
type Params struct {
	PayloadBytes int     `json:"payload_bytes"`
	Loop         string  `json:"loop"`       // "open" (a fixed total rate), "closed" (the next message after the reply), "search" or "storm" (all connect at once)
	RatePerS     float64 `json:"rate_per_s"` // messages/s in total, open loop; 0 in a closed loop
	Pipeline     int     `json:"pipeline"`   // messages under way at once per connection, closed loop
	RoomSize     int     `json:"room_size"`  // members of a room; 0 where there are no rooms
	DurationNS   int64   `json:"duration_ns"`
	WarmupNS     int64   `json:"warmup_ns"`
	Procs        int     `json:"procs"`            // GOMAXPROCS of the server; 0 for a foreign one
	Driver       string  `json:"driver,omitempty"` // who loaded it: "hey" or "wrk", or our own engine where there is none

	Share   float64 `json:"share,omitempty"`    // of all messages that block, or of all members that do not read
	BlockNS int64   `json:"block_ns,omitempty"` // how long each of those messages blocks; of work, the CPU time that each asks for
	How     string  `json:"how,omitempty"`      // and how: "inline", "spin" or "offload"

	Arrivals string `json:"arrivals,omitempty"` // "poisson"; else messages are due at even distances. Open loop

	// Rotation names the servers that were alive together and loaded in turn, joined by "+", what they are compared
	// with first; one on another number of threads than that has it behind its name, as "pool/2". Empty: each repetition had a
	// server process of its own, and no other was alive.
	Rotation string `json:"rotation,omitempty"`
	Rounds   int    `json:"rounds,omitempty"`  // slots of each of them, at most
	SlotNS   int64  `json:"slot_ns,omitempty"` // length of a slot

	// Width ends a rotation early, once the 95% interval of every server's CPU ratio to the first is within ± this
	// share; 0: never.
	Width float64 `json:"width,omitempty"`

	Search string `json:"search,omitempty"` // what the most was searched of: "rate" or "conns"; Loop is "search" then
	SLO    string `json:"slo,omitempty"`    // the limits to hold, such as "p99<5ms"

	Edge  float64 `json:"edge,omitempty"`  // to which share the most was to be known; 0: 3%
	Tries int     `json:"tries,omitempty"` // windows at it at most; 0: 32

	MostPerS float64 `json:"most_per_s,omitempty"` // messages/s that a search of "rate" was to try at most; 0: no bound. RatePerS is its common rate
}

// Load is what the load really was, over the measured window.
type Load struct {
	Established    int              `json:"established"` // connections that spoke and were answered
	ConnectPerS    *float64         `json:"connect_per_s"`
	Sent           int64            `json:"sent"`                 // messages sent in the window
	Received       int64            `json:"received"`             // replies or deliveries to those, every byte checked
	Expected       int64            `json:"expected"`             // replies or deliveries those must bring
	ThroughputPerS *float64         `json:"throughput_per_s"`     // replies checked in the window, over its length
	Errors         map[string]int64 `json:"errors"`               // by kind: timeout, reset, refused, closed, …
	Reconnects     *int64           `json:"reconnects,omitempty"` // connections opened in place of ones that the server ended in good order, as HTTP lets it: the time is in the latency
	ClientCPURatio *float64         `json:"client_cpu_ratio"`     // CPU time of the load process over wall time; 1 is one core
	ServerCPURatio *float64         `json:"server_cpu_ratio"`
	ClientCPUs     int              `json:"client_cpus,omitempty"` // that the load process might use; 0: not on record
	ServerCPUs     int              `json:"server_cpus,omitempty"`
	DroppedSlow    *int64           `json:"dropped_slow,omitempty"` // members that the server dropped for not reading; of slow
	Behind         *Behind          `json:"behind,omitempty"`       // the server, or the client, fell behind what was offered: that is why the cell is void
	LateSendRatio  *float64         `json:"late_send_ratio"`        // share of sends over 1 ms after they were due; null in a closed loop

	// LongestSilenceNS is the longest time in which messages waited and nothing came from the server, of those that
	// fall into the measured window (of a rotation, into any slot, also of rounds that do not count; of a search,
	// into any window), counted whole also where it began before or ended after. Times in which the client itself was
	// not scheduled are left out. null: who loaded the server does not know it.
	LongestSilenceNS *int64 `json:"longest_silence_ns,omitempty"`
}

// Behind is how far a server fell behind an open loop, in replies or deliveries a second.
type Behind struct {
	OfferedPerS  float64 `json:"offered_per_s"`
	AchievedPerS float64 `json:"achieved_per_s"`   // its capacity under this load
	Client       bool    `json:"client,omitempty"` // it was the client that could do no more: what the server can is not known
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

// Fairness is how evenly the connections were served; of a rotation, over all slots of the rounds that count together.
type Fairness struct {
	Jain           *float64 `json:"jain"`              // (Σx)²/(n·Σx²) over received messages a connection: 1 is even (Jain, Chiu, Hawe 1984)
	WorstConnP99NS *int64   `json:"worst_conn_p99_ns"` // the highest p99 of any one connection, of those with 100 messages or more
	// MedianConnP99NS is that of the connection in the middle, to hold the worst against: what strikes the whole
	// machine strikes both.
	MedianConnP99NS *int64 `json:"median_conn_p99_ns"`
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

	PeakRSS *int64 `json:"peak_rss_bytes,omitempty"` // the most it ever was; of a storm

	AfterCloseRSS  *int64 `json:"after_close_rss_bytes"` // after every connection was closed
	AfterCloseAnon *int64 `json:"after_close_anon_bytes"`

	Moments  []Moment   `json:"moments,omitempty"`  // where all of it was, at quiet moments in the order of time
	Returned []Returned `json:"returned,omitempty"` // what was left, ever longer after every connection was closed; of first repetitions
}

// Moment is where the server's memory was at one quiet moment, in bytes. The user parts add up to Anon, but for what the
// kernel's and the runtime's counts differ by.
type Moment struct {
	// Name is "empty", "idle" (all connections open), "rested" (open, quiet again after the load) or "closed". The
	// first two are as the server was found; for the last two it has collected its garbage and given back what it did
	// not need.
	Name string `json:"name"`

	Anon       *int64 `json:"anon_bytes"`
	HeapLive   *int64 `json:"heap_live_bytes"`   // Go objects that a collection just then left, what of them is resident; when "empty", where none was forced, all of them
	HeapUnused *int64 `json:"heap_unused_bytes"` // what else the heap holds that is resident: garbage, and room for more
	Stacks     *int64 `json:"stacks_bytes"`      // of goroutines
	Runtime    *int64 `json:"runtime_bytes"`     // the Go runtime's own tables and its threads' stacks, what of them is resident
	Program    *int64 `json:"program_bytes"`     // written pages of the program's own data and its libraries', main thread's stack
	Rest       *int64 `json:"rest_bytes"`        // anonymous memory that is none of these: what the accounts differ by

	Kernel     *int64 `json:"kernel_bytes"`      // of the server's own cgroup, all of what follows included
	Sockets    *int64 `json:"sockets_bytes"`     // socket structures with their inodes: those open in the server × the size of one
	Files      *int64 `json:"files_bytes"`       // files and directory entries of the sockets, computed likewise, and tables of descriptors
	Epoll      *int64 `json:"epoll_bytes"`       // items of epoll sets, computed likewise
	PageTables *int64 `json:"page_tables_bytes"` // of the process
	Buffers    *int64 `json:"buffers_bytes"`     // reserved for data in socket buffers, in whole pages
}

// Returned is what a server still held some time after its last connection was closed.
type Returned struct {
	AfterNS int64 `json:"after_ns"`
	RSS     int64 `json:"rss_bytes"`
	Anon    int64 `json:"anon_bytes"`

	Kernel *int64 `json:"kernel_bytes,omitempty"` // of the server's own cgroup
}

// Deaf is what members that did not read, for good or every other second, cost their server while others spoke. Times
// are since they stopped to.
type Deaf struct {
	Members     int    `json:"members"`
	BoundBytes  int64  `json:"bound_bytes"`             // that the server may owe all of them: 256 KiB each
	PeakAnon    *int64 `json:"peak_anon_added_bytes"`   // the most that its anonymous memory was above that while all read, just before
	HeldAnon    *int64 `json:"held_anon_added_bytes"`   // the most that it was so for a second on end; of the healthy much may be owed for a moment
	Buffers     *int64 `json:"peak_buffers_bytes"`      // the most that the kernel had reserved for data in its socket buffers
	Dropped     *int64 `json:"dropped"`                 // members, as the server tells
	FirstDropNS *int64 `json:"first_drop_ns,omitempty"` // when the first was seen to be dropped, up to 100 ms after
	LastDropNS  *int64 `json:"last_drop_ns,omitempty"`  // and the last
}

// CPU is what the measured window cost.
type CPU struct {
	ServerNS            *int64   `json:"server_ns"`
	ServerNSPerMessage  *float64 `json:"server_ns_per_message"` // over received; null where those were written before the window (zip at a steady rate)
	ClientNS            *int64   `json:"client_ns"`
	VoluntarySwitches   *int64   `json:"voluntary_switches"` // summed over the server's threads
	InvoluntarySwitches *int64   `json:"involuntary_switches"`
	Threads             *int64   `json:"threads"`
	Goroutines          *int64   `json:"goroutines"`
	GCPauseNS           *int64   `json:"gc_pause_ns"` // stop-the-world time in the window
	IdleRatio           *float64 `json:"idle_ratio"`  // CPU time over wall time while all connections were open and nothing was sent

	UserNS     *int64 `json:"user_ns,omitempty"`      // of ServerNS, sampled at ticks: good over seconds
	SystemNS   *int64 `json:"system_ns,omitempty"`    // the rest of it
	RunQueueNS *int64 `json:"run_queue_ns,omitempty"` // time that the server's threads were ready to run and did not
}

// Machine is what the CPUs of the server and the load did in the measured window beside what was measured, as shares
// of the window on one CPU.
type Machine struct {
	OthersRatio   *float64 `json:"others_ratio"`   // CPU time of all else on those CPUs
	StealRatio    *float64 `json:"steal_ratio"`    // time that the hypervisor gave to others
	PressureRatio *float64 `json:"pressure_ratio"` // time in which some task on the machine waited for a CPU (PSI, "some")
}

// Rotation is the repetition of one server among others that were alive at the same time, each with its connections open, and
// loaded in turn: A B C … C B A. Round i of one is paired with round i of another, and with nothing else.
type Rotation struct {
	ID     string  `json:"id"`                // the same for all that were alive together, and for no others
	TwinOf string  `json:"twin_of,omitempty"` // the model that this one is, under another name: a control
	Rounds []Round `json:"rounds"`
	Early  string  `json:"early,omitempty"` // why there are fewer rounds than were planned: all was known well enough
}

// Round is one slot of one server.
type Round struct {
	ServerNSPerMessage float64 `json:"server_ns_per_message"`
	LoadNSPerMessage   float64 `json:"load_ns_per_message"`
	ThroughputPerS     float64 `json:"throughput_per_s"`
	P50                int64   `json:"p50_ns"`
	P99                int64   `json:"p99_ns"`
	Count              int64   `json:"count"`          // checked replies
	IdleCPURatio       float64 `json:"idle_cpu_ratio"` // CPU time of the other servers over the slot's length: they must be idle
	Void               string  `json:"void,omitempty"` // why the round does not count
}

// Search is the most that a server holds within limits: where half of the windows, each a short load, hold them and
// half do not. What every window is to hold lies lower.
type Search struct {
	Found *float64 `json:"found"` // messages/s, or connections, at which half of the windows hold; null: not even the least that was tried
	Low   *float64 `json:"low"`   // 95% interval of it
	High  *float64 `json:"high"`  // null: no end was seen
	Bound string   `json:"bound"` // what the end was: "server", "client" (the server could do more), "limit" (the most that was to be tried), "unknown"
	Why   string   `json:"why"`   // in words: the limit that broke, and how
	Tried []Window `json:"tried"` // in the order of time
	Curve []Window `json:"curve"` // at shares of what was found, from low to high; of a search of "rate"
}

// Window is one short load on the way.
type Window struct {
	Share          float64 `json:"share,omitempty"` // of what was found; 0: on the way to it
	RatePerS       float64 `json:"rate_per_s"`      // offered
	Conns          int     `json:"conns"`
	ThroughputPerS float64 `json:"throughput_per_s"`
	P50            int64   `json:"p50_ns"`
	P90            int64   `json:"p90_ns"`
	P99            int64   `json:"p99_ns"`
	P999           int64   `json:"p999_ns"`
	Max            int64   `json:"max_ns"`
	ServiceP99     int64   `json:"service_p99_ns"`
	Count          int64   `json:"count"`
	ServerCPURatio float64 `json:"server_cpu_ratio"`
	ClientCPURatio float64 `json:"client_cpu_ratio"`
	LateSendRatio  float64 `json:"late_send_ratio"`
	BusiestThread  float64 `json:"busiest_thread_ratio,omitempty"` // of a CPU, that the busiest thread of the server took from the warm-up until all was answered
	Anon           int64   `json:"anon_bytes,omitempty"`
	SilenceNS      int64   `json:"longest_silence_ns,omitempty"` // as of a cell
	Held           bool    `json:"held"`                         // the limits were
	Why            string  `json:"why,omitempty"`                // they were not
}

// Diagnosis is what a pass found that looked into the server and so slowed it down: shares, never times to compare.
type Diagnosis struct {
	Tool     string             `json:"tool"`                 // what counted system calls; empty: nothing here may, and Why says it
	Why      string             `json:"why,omitempty"`        //
	Messages int64              `json:"messages"`             // checked replies meanwhile
	Syscalls map[string]float64 `json:"syscalls_per_message"` // by name
	SchedP50 *int64             `json:"sched_p50_ns"`         // time that goroutines were ready and did not run (runtime/metrics, /sched/latencies)
	SchedP99 *int64             `json:"sched_p99_ns"`
	GCCycles *int64             `json:"gc_cycles"`
	Allocs   *float64           `json:"allocs_per_message"` // heap objects
	AllocB   *float64           `json:"alloc_bytes_per_message"`
}

// Verify counts replies that were not what they had to be; none of them is a latency sample.
type Verify struct {
	Lost       int64 `json:"lost"`       // never came
	Duplicated int64 `json:"duplicated"` // came again
	Reordered  int64 `json:"reordered"`  // came after a later one
	Corrupted  int64 `json:"corrupted"`  // bytes that answer nothing sent on this connection
	Surplus    int64 `json:"surplus"`    // well-formed, and never asked for
}

// At is the server's memory at the moment of that name; nil where it is not known.
func (m *Memory) At(name string) *Moment {
	for i := range m.Moments {
		if m.Moments[i].Name == name {
			return &m.Moments[i]
		}
	}
	return nil
}

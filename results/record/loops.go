package record

// What Params.Loop may be.
const (
	OpenLoop   = "open"   // messages are due at a fixed total rate
	ClosedLoop = "closed" // the next message is sent after the reply
	SearchLoop = "search" // an open loop at rates, or with connections, that a search chooses
	StormLoop  = "storm"  // all connect at once
)

// Poisson arrivals (Params.Arrivals) are those of independent users.
const Poisson = "poisson"

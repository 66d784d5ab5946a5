// Package load drives a server with many connections from few threads, proves every reply and measures honestly.
//
// Each thread is one event loop: its own poller, its own share of the connections and of the rate, its own histograms,
// merged at the end. A loop spends on a message one recvfrom, one sendto, one look at the clock and no memory;
// more loops than there are CPUs for them measure the scheduler and not the server.
//
// # What is measured
//
// An open loop sends at times fixed beforehand, whether or not replies came. Latency is taken from the moment a
// message was due, so that a server that stops is charged for every message it kept waiting, also those that could
// not even be sent meanwhile (coordinated omission: Tene, "How NOT to Measure Latency"). Service time is taken from
// the send itself. A closed loop sends when a reply came; there due and sent are the same, and it tells what a server
// can do, not what a user feels.
//
// The measured window begins after the warm-up. What was due in it is measured, wherever its reply falls; after it, replies are
// waited for up to Plan.Timeout, and what is missing then is lost. Wrong replies are counted (results.Verify) over
// the whole drive, warm-up and drain too, and none of them is a latency sample.
//
// The longest silence (Report.Silence) is told beside: how long messages waited and nothing came, while the client
// was awake to see it. A closed loop sends nothing meanwhile, and so would have no message to charge a stop to that
// begins before the window: there what was under way when it stopped is measured too.
//
// A message counts as sent once it is handed to its connection. What the socket does not take is kept and written as soon as it
// does: a server that does not read shows in the latency, as it would to a user. A connection that owes more
// than a mebibyte so is closed and counted as "stalled".
package load

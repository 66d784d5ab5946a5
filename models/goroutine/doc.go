// Package goroutine serves each connection with a goroutine of its own, in plain blocking code on package net: what most
// Go servers are.
//
// Who waits: the connection's goroutine, parked by the runtime's own poller inside Read. The code reads top to bottom.
// Who owns the room: nobody. Its state is shared, under the room's lock, by the goroutine of each speaker.
// What reaches a member: bytes in an outbox, sent by a writer goroutine that lives only while there is something to send.
// A parked long poll is that same goroutine, in that same Read, with a deadline; news interrupts it.
// An idle connection costs a 2 KiB stack, a 256-byte buffer that waits with it, and package net's own objects. A parked one costs
// little more, because it parks where the stack is shallow: a stack that has grown does not shrink while its goroutine waits.
// Shutdown is a read deadline in the past: every goroutine wakes in Read, answers what it has read, flushes and closes.
// Shines: code, blocking calls, many cores. Breaks: memory at very many idle connections; a switch for every message.
package goroutine

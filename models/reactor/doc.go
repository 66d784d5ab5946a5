// Package reactor serves all connections from one thread: epoll says who is ready, and a state machine a connection says what is
// done about it. No package net on the path.
//
// Who waits: the loop, for all, in one call. A connection that waits is an entry in a table.
// Who owns the room: the loop. There is one thread of control, so there is not one lock.
// What reaches a member: bytes added to what it is owed, written once for each member at the end of the loop's turn.
// A parked long poll is an entry in its room and one in the loop's heap of alarms: no timer of the kernel's.
// An idle connection costs its entry: its descriptor, what it waits for, and a few empty pointers. No buffer: all
// connections are read into the loop's one.
// Shutdown is a flag: each connection is closed once what was read of it is answered and written.
// Shines: memory, CPU per message. Breaks: a handler that blocks stalls everybody, and a second core is of no use.
package reactor

// Package thread serves each connection with an OS thread: blocking sockets and locks, the baseline that C10K was written
// against.
// No package net and no poller of the runtime's on the path.
//
// Who waits: the connection's thread, in the kernel, inside recv(2); as a member or parked, inside ppoll(2).
// Who owns the room: nobody. Its state is shared, under the room's lock, by the thread of each speaker.
// What reaches a member: the speaker's thread writes it, without waiting; what does not fit is owed, and the member's own thread,
// woken by a signal, writes it when it can. A parked long poll is that thread in its own ppoll, with a timeout; news is a signal.
// An idle connection costs a thread: in the kernel a stack of 16 KiB and a task, here what was touched of a stack for Go's
// scheduler and of one for signals (or of pthread's, where C is linked in), and the goroutine on top. A Go thread costs more than
// a thread of C, because it needs one of GOMAXPROCS places to run: see scheduler.go.
// Shutdown is a signal, sent until each thread has come back from recv(2): one that comes a moment before the call is lost.
// Shines: code, blocking calls, plain reasoning. Breaks: memory; the kernel's limits on threads; a switch for every message.
package thread

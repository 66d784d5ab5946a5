// Package actor makes every connection and every room an actor, as in Erlang, Stackless and Concurrence: a goroutine with a
// mailbox, whose state nobody else can reach. There is no lock and no shared variable; a request goes out as a message and
// comes back as its own answer.
//
// Who waits: the actor, in its mailbox. Go cannot wait for a mailbox and a socket at once, so that each connection has a second
// goroutine, its port, which waits in Read and tells the actor what came. Who owns the room: its host, an actor.
// What reaches a member: one message with all it is owed, whenever it has asked for more. That is what bounds its mailbox.
// A host that panics is replaced by the supervisor. What must outlive it is kept by others: the log and the roll by the room's
// ledger, what a member has heard by the member. Members stay, and hear what they had not.
// NOTE: a connection's actor is not replaced, for its socket's state is not to be had again; its panic ends the process, as elsewhere.
// A room that nobody may speak to costs its log: host and ledger come to their end, and are started anew for the next who enters.
// An idle connection costs two stacks of 2 KiB, a mailbox, a 256-byte buffer, and package net's own objects.
// Shines: faults end where they happen; no lock to forget. Breaks: memory; each hop between actors is a switch.
package actor

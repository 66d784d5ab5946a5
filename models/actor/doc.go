// Package actor makes every connection and every room an actor, as in Erlang, Stackless and Concurrence: a goroutine with a
// mailbox, whose state nobody else can reach. There is no lock and no shared variable.
//
// Who waits: the actor, in its mailbox. Go cannot wait for a mailbox and a socket at once, so each connection has a second
// goroutine, its port, which waits in Read. Who owns the room: its host, an actor. A message to a room takes this way:
//
//	port ─(what it read)▶ conn ─sayRequest─▶ host ─sayRequest─▶ history   it gets its id
//	                                              host ─messages───▶ conn      each member writes them to its client
//	                         conn ◀─sayRequest─ host                           the speaker has its answer
//	                         conn ─(more)─────▶ host                           a member may be sent the next messages
//
// A member that has not asked for more is sent nothing: that bounds its mailbox. A parked long poll is a pollRequest that the
// host keeps until there is news.
// A host that panics is replaced by the supervisor. Others keep what must outlive it: the room's history keeps the log and who is
// there, each member the last id that it was sent. Members stay, and are sent what they lack.
// NOTE: a connection's actor is not replaced, because the state of its socket is lost with it. Its panic ends the process.
// A room that nobody may speak to costs its log: its host and history end, and start anew for the next connection that enters.
// Shutdown is a message as well: the supervisor sends stop to each connection and waits until all have reported connClosed.
// An idle connection costs two stacks of 2 KiB, a mailbox, a 256-byte buffer, and package net's own objects.
// Shines: faults end where they happen; no lock to forget. Breaks: memory; each hop between actors is a switch.
package actor

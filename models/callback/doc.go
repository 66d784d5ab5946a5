// Package callback serves all connections from one thread, as reactor does, but its application is written as Deferreds, as
// in Twisted: a request is a result that is not there yet, with a chain of callbacks and errbacks for when it is.
//
// Who waiters: the loop, for all. Code that would wait returns a Deferred instead and is called back.
// Who owns the room: the loop; no locks.
// What reaches a member: bytes given to its transport, which the loop writes at the end of its turn.
// A parked long poll is a Deferred that nobody has fired yet.
// An idle connection costs its transport and protocol: a descriptor, flags, and three empty slices. No Deferred: those live
// only as long as a request does.
// Shutdown fires the Deferreds of long polls; each connection closes once its chain is through and written.
// Shines: memory; errors have one way to go. Breaks: as reactor, under a blocking handler; a Deferred and its
// closures for every message; and the reader, who must find out in which order it all happens.
package callback

// Package coroutine is the goroutine model's code run another way: a stackful coroutine a connection, all of them on one
// event loop. What gevent and Eventlet are to Python: change how you run your code, not how you write it.
//
// Who waits: the coroutine, in straight blocking-style code; but where it would block it yields to the loop, which waits in
// epoll for all of them (loop.go, coroutine.go, and socket.go, which stands where package net does in goroutine).
// Who owns the room: the coroutine that runs. No other runs until it waits, so there is not one lock.
// What reaches a member: bytes in an outbox, written once a turn; a coroutine writes what its client does not take at once.
// A parked long poll is its coroutine, which waits for any of several events: news, a client that leaves, a time.
// Shutdown is a read deadline in the past, as in goroutine: every coroutine wakes in Read, flushes and closes.
// An idle connection costs a 2 KiB stack and what the runtime keeps with it. No buffer: all are read into the loop's one.
// Shines: code, CPU per message. Breaks: a handler that blocks stalls everybody; a second core is of no use; a
// switch to a coroutine whose stack is not in the cache costs ten times one that is.
package coroutine

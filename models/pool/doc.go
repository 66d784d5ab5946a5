// Package pool hands ready connections over a queue to a fixed number of workers: threads and a Queue.
//
// Who waits: one poller, for all. It reads nothing; a ready connection is queued, and the next free worker serves it.
// Who owns a connection: the worker that took it from the queue, alone: the poller's watch is one-shot,
// and is set again only when the worker is done. Who owns the room: nobody; it is shared, under its lock.
// What reaches a member: bytes queued by the speaker's worker, which writes them at the end of its turn, without waiting.
// A parked long poll is an entry in its room: no worker waits with it. The worker that has news answers it.
// Shutdown queues every connection once more: a worker flushes and closes it.
// An idle connection costs its entry in the poller, a lock, and three empty slices.
// Shines: many idle connections, and blocking handlers up to the number of workers. Breaks: at one more; and every
// message pays for a trip over the queue and for re-arming the poller.
package pool

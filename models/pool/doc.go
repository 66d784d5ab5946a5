// Package pool hands ready connections over a queue to a fixed number of workers: threads and a Queue.
//
// Who waits: one poller, for all. It reads nothing; whoever is ready is queued, and served by the next free worker.
// Who owns a connection: the worker that took it from the queue, alone, for the poller told of it one-shot and is
// told to watch it again only when the worker is done. Who owns the room: nobody; it is shared, under its lock.
// What reaches a member: the speaker's worker writes it once it has read the speaker out, without waiting; what does not fit is owed.
// A parked long poll is an entry in its room: no worker waits with it. Who has news answers it.
// An idle connection costs its entry in the poller, a lock, and three empty slices.
// Shines: many idle connections, and blocking handlers up to the number of workers. Breaks: at one more; and every
// message pays for a trip over the queue and for re-arming the poller.
package pool

// Package models is the table of all concurrency models. Each is a package of its own with the same files in the same
// order, to be read side by side; what they share is bytes (scenarios/wire) and the kernel's calls (internal/poll),
// never who waits or who owns a room, for that is the experiment.
package models

import (
	"context"
	"net"

	"cbench/models/actor"
	"cbench/models/callback"
	"cbench/models/coroutine"
	"cbench/models/floor"
	"cbench/models/goroutine"
	"cbench/models/internal/config"
	"cbench/models/pool"
	"cbench/models/reactor"
	"cbench/models/thread"
)

// Config is how to serve; its zero value is the default in everything.
type Config = config.Config

// Model is one way to serve the workload.
type Model struct {
	Name   string
	Doc    string   // one line, for lists
	Speaks []string // the parts of the workload it serves
	Serve  Serve
}

// Serve speaks the workload on the listener, a TCP one, until ctx is done. Then it stops accepting, flushes what is
// owed (for at most wire.ShutdownGrace), closes every connection and the listener, and leaves nothing behind. It
// returns early only if it cannot serve on, with the reason.
type Serve func(ctx context.Context, l net.Listener, cfg Config) error

// Parts of the workload, as a server claims them and a scenario needs them.
const (
	LinesEcho = "lines:echo"
	LinesChat = "lines:chat"
	HTTPEcho  = "http:echo"
	HTTPComet = "http:comet"
	HTTPZip   = "http:zip"
	Slow      = "block"
)

// Parts is every part.
var Parts = []string{LinesEcho, LinesChat, HTTPEcho, HTTPComet, HTTPZip, Slow}

var whole = Parts

// All is every model, in teaching order.
var All = []Model{
	{"goroutine", "a goroutine per connection, blocking code on package net: what most Go servers are", whole, goroutine.Serve},
	{"pool", "a poller hands ready connections over a queue to a fixed number of workers", whole, pool.Serve},
	{"reactor", "one thread, epoll, non-blocking sockets, a state machine per connection", whole, reactor.Serve},
	{"callback", "one thread, epoll; the application written as Deferreds: callback and errback chains", whole, callback.Serve},
	{"coroutine", "a stackful coroutine per connection, blocking code that yields to one thread's event loop",
		whole, coroutine.Serve},
	{"actor", "every connection and every room an actor: a goroutine with a mailbox; no lock, a supervisor", whole, actor.Serve},
	{"thread", "an OS thread per connection, blocking sockets, locks: what C10K was written against", whole, thread.Serve},
	{"floor", "a control and no chat server: the least loop that echoes, so what the kernel alone costs",
		[]string{LinesEcho}, floor.Serve},
}

// Find is the model of that name.
func Find(name string) (Model, bool) {
	for _, m := range All {
		if m.Name == name {
			return m, true
		}
	}
	return Model{}, false
}

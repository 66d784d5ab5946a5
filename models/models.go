// Package models is the table of all concurrency models. Each is a package of its own with the same files in the same
// order, to be read side by side; what they share is bytes (scenarios/wire) and the kernel's calls (internal/poll),
// never who waits or who owns a room, for that is the experiment.
package models

import (
	"context"
	"net"

	"cbench/models/internal/config"
)

// Config is how to serve; its zero value is the default in everything.
type Config = config.Config

// Model is one way to serve the workload.
type Model struct {
	Name   string
	Doc    string   // one line, for lists
	Speaks []string // the parts of the workload it serves: see Parts

	// Serve speaks the workload on the listener until ctx is done, then stops accepting, flushes what is owed
	// (for at most wire.ShutdownGrace), closes every connection and the listener, and leaves nothing behind. It
	// returns early only if it cannot serve on, with the reason.
	Serve func(ctx context.Context, l net.Listener, cfg Config) error
}

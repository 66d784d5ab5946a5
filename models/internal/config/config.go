// Package config is what a model is told beside its listener. It is models.Config, and stands below the models
// because models imports them.
package config

import (
	"context"
	"time"

	"cbench/internal/poll"
	"cbench/scenarios/wire"
)

// Config is how to serve. Zero values mean the defaults named.
type Config struct {
	Name     string // in the model's answer to STATS
	Workers  int    // threads that serve, where the model has a fixed number (pool): 16
	Offload  int    // offloaded slow requests at once: wire.MaxOffload
	MaxConns int    // connections: the descriptor limit less wire.SpareFiles
}

// Resolve is c with its defaults filled in.
func (c Config) Resolve() Config {
	if c.Workers == 0 {
		c.Workers = 16
	}
	if c.Offload == 0 {
		c.Offload = wire.MaxOffload
	}
	if c.MaxConns == 0 {
		soft, _ := poll.Files()
		c.MaxConns = max(1, soft-wire.SpareFiles)
	}
	return c
}

// AcceptRetry is when a listener that could not be accepted from, for want of descriptors, is tried again.
const AcceptRetry = 100 * time.Millisecond

// Killed is done when a shutdown that began with ctx has taken wire.ShutdownGrace, or when kill is called.
func Killed(ctx context.Context) (killed context.Context, kill func()) {
	killed, kill = context.WithCancel(context.Background())
	context.AfterFunc(ctx, func() {
		grace := time.AfterFunc(wire.ShutdownGrace, kill)
		context.AfterFunc(killed, func() { grace.Stop() })
	})
	return killed, kill
}

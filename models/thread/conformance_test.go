package thread

import (
	"context"
	"net"
	"testing"

	"cbench/models/internal/config"
	"cbench/models/modeltest"
)

func TestConformance(t *testing.T) {
	modeltest.Test(t, func(ctx context.Context, l net.Listener, cfg modeltest.StartConfig) error {
		return Serve(ctx, l, config.Config{Name: "thread", MaxConns: cfg.MaxConns})
	})
}

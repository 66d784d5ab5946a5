package models_test

import (
	"context"
	"net"
	"testing"

	"cbench/models"
	"cbench/models/modeltest"
)

func TestConformance(t *testing.T) {
	for _, m := range models.All {
		t.Run(m.Name, func(t *testing.T) {
			modeltest.Test(t, func(ctx context.Context, l net.Listener, cfg modeltest.StartConfig) error {
				return m.Serve(ctx, l, models.Config{Name: m.Name, MaxConns: cfg.MaxConns})
			}, m.Speaks...)
		})
	}
}

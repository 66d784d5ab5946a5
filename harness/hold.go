package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cbench/harness/load"
	"cbench/harness/validity"
	"cbench/scenarios"
)

const (
	heldConns  = 4
	heldLoaded = 200 * time.Millisecond
)

const opensOthers = "run opens others, and the time for that is part of the latency"

// Hold opens a few connections to the server at addr with a run's own clients, leaves them idle for so long and loads them for a
// moment. note is what a reader should know of a server that passes; err is what a run would say.
func Hold(ctx context.Context, addr, scenario string, idle time.Duration) (note string, err error) {
	plan := load.Plan{Addr: addr, Scenario: scenario, Params: scenarios.Params{Conns: heldConns, Payload: 1024, Seed: 1}}
	clients, opened, err := load.Open(ctx, plan)
	if err != nil {
		return "", err
	}
	defer clients.Close()
	if opened.Established < heldConns {
		return "", errors.New(opened.Missing(heldConns))
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(idle):
	}
	r, err := clients.Drive(ctx, load.Drive{Duration: heldLoaded}, load.Watch{})
	if err != nil {
		return "", err
	}
	if why := validity.Wrong(scenario, heldConns, r); why != "" {
		return "", errors.New(why)
	}
	switch {
	case opened.Ended > 0:
		return "the server ends connections behind its answers (Connection: close, or HTTP/1.0 without keep-alive): " +
			opensOthers, nil
	case r.Reconnects > 0 && r.Idle > 0:
		return fmt.Sprintf("the server ends idle connections after %s: %s; to hold them, set its keep-alive timeout",
			load.Silence(r.Idle), opensOthers), nil
	case r.Reconnects > 0:
		return "the server ends connections in good order: " + opensOthers, nil
	}
	return "", nil
}

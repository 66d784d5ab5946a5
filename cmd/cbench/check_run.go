package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"cbench/harness/load"
	"cbench/harness/validity"
	"cbench/models/modeltest"
	"cbench/scenarios"
)

// What run will find, found by run's own clients: they open their connections, leave them idle, and load them for a moment. So
// check and run judge a server alike, and in the same words.

const (
	heldConns  = 4
	heldLoaded = 200 * time.Millisecond
)

// heldIdle is longer than the 5 s that some servers allow unless told: Node ends a connection after 6. Tests have less time.
var heldIdle = 7500 * time.Millisecond

// heldScenarios is what servers that speak a part are asked so.
var heldScenarios = []heldScenario{{modeltest.Echo, "echo"}, {modeltest.HTTPEcho, "http-echo"}}

type heldScenario struct{ part, scenario string }

// held starts what run will find: beside the other cases, on a server of its own, or before them where there is only one. The
// function that it returns waits and tells. It is not ok where the server does not start: that is told once, and not for each
// case.
func (c *checker) held(target modeltest.Target, parts []string, tell func(modeltest.Result)) (wait func(), ok bool) {
	if target.Start == nil {
		for _, r := range c.hold(target.Addr, parts) {
			tell(r)
		}
		return func() {}, true
	}
	began := time.Now()
	srv, err := target.Start(modeltest.StartConfig{})
	if err != nil {
		if c.ctx.Err() == nil {
			tell(modeltest.Result{Case: "start", Part: parts[0], Outcome: modeltest.Fail, Why: err.Error(), Took: time.Since(began)})
		}
		return nil, false
	}
	found := make(chan []modeltest.Result, 1)
	go func() { found <- c.hold(srv.Addr, parts) }()
	return func() {
		results := <-found
		if err := srv.Stop(); err != nil && c.ctx.Err() == nil {
			results = append(results, modeltest.Result{Case: "run/shutdown", Part: parts[0], Outcome: modeltest.Fail, Why: err.Error()})
		}
		for _, r := range results {
			tell(r)
		}
	}, true
}

// hold asks the server at addr for all that it speaks, side by side.
func (c *checker) hold(addr string, parts []string) (results []modeltest.Result) {
	asked := slices.DeleteFunc(slices.Clone(heldScenarios), func(h heldScenario) bool { return !slices.Contains(parts, h.part) })
	results = make([]modeltest.Result, len(asked))
	var all sync.WaitGroup
	for i, h := range asked {
		all.Go(func() {
			began := time.Now()
			note, err := hold(c.ctx, addr, h.scenario)
			results[i] = modeltest.Result{Case: "run/" + h.scenario, Part: h.part, Outcome: modeltest.Pass, Why: note}
			if err != nil {
				results[i].Outcome, results[i].Why = modeltest.Fail, err.Error()
			}
			results[i].Took = time.Since(began)
		})
	}
	all.Wait()
	if c.ctx.Err() != nil {
		return nil
	}
	return results
}

const opensOthers = "run opens others, and the time for that is part of the latency"

// hold opens connections, leaves them idle and loads them. note is what a reader should know of a server that passes.
func hold(ctx context.Context, addr, scenario string) (note string, err error) {
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
	case <-time.After(heldIdle):
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
		return "the server ends connections behind its answers (Connection: close, or HTTP/1.0 without keep-alive): " + opensOthers, nil
	case r.Reconnects > 0 && r.Idle > 0:
		return fmt.Sprintf("the server ends idle connections after %s: %s; to hold them, set its keep-alive timeout",
			load.Silence(r.Idle), opensOthers), nil
	case r.Reconnects > 0:
		return "the server ends connections in good order: " + opensOthers, nil
	}
	return "", nil
}

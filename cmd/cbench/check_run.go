package main

import (
	"slices"
	"sync"
	"time"

	"cbench/harness"
	"cbench/models/modeltest"
)

// What run will find, found by run's own clients: they open their connections, leave them idle, and load them for a moment. So
// check and run judge a server alike, and in the same words.

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
			note, err := harness.Hold(c.ctx, addr, h.scenario, heldIdle)
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

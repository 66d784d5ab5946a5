package main

import (
	"time"

	"cbench/harness"
)

// suite is a named experiment.
type suite struct {
	name, doc string
	blocks    []harness.Block
}

// suites are data: what each measures is all there is to them.
var suites = []suite{
	{"smoke", "does everything work? about a minute, for CI; its figures are no measurement", []harness.Block{
		{Scenario: "echo", Conns: []int{50, 500}, Reps: 1, Duration: 500 * time.Millisecond, Warmup: 200 * time.Millisecond, Rate: 2000},
		{Scenario: "chat", Conns: []int{50, 500}, Reps: 1, Duration: 500 * time.Millisecond, Warmup: 200 * time.Millisecond, Rate: 200},
		{Scenario: "idle", Conns: []int{500, 2000}, Reps: 1, Duration: 500 * time.Millisecond},
		{Scenario: "http-echo", Conns: []int{50}, Reps: 1, Duration: 500 * time.Millisecond, Warmup: 200 * time.Millisecond, Rate: 2000},
		{Scenario: "comet", Conns: []int{500}, Reps: 1, Duration: 500 * time.Millisecond, Warmup: 200 * time.Millisecond, Rate: 100},
		{Scenario: "zip", Conns: []int{50}, Reps: 1, Duration: time.Second},
	}},
	{"default", "the main question on two cores, in under ten minutes", []harness.Block{
		{Scenario: "echo", Conns: []int{100, 1000, 10000, harness.Max}, Reps: 3, Duration: 2 * time.Second, Warmup: 500 * time.Millisecond, Rate: 20000},
		{Scenario: "echo", Conns: []int{100, 1000, 10000}, Reps: 2, Duration: 2 * time.Second, Warmup: 500 * time.Millisecond, Closed: true},
		{Scenario: "chat", Conns: []int{100, 1000, 10000}, Reps: 2, Duration: 2 * time.Second, Warmup: 500 * time.Millisecond, Rate: 1000},
		{Scenario: "idle", Conns: []int{1000, 10000, harness.Max}, Reps: 1, Duration: 2 * time.Second},
		{Scenario: "http-echo", Conns: []int{100, 1000}, Reps: 1, Duration: 2 * time.Second, Warmup: 500 * time.Millisecond, Closed: true},
		{Scenario: "comet", Conns: []int{1000, 10000}, Reps: 1, Duration: 2 * time.Second, Warmup: 500 * time.Millisecond},
		{Scenario: "zip", Conns: []int{500}, Reps: 1, Duration: 3 * time.Second},
	}},
	{"full", "every scenario at every decade, five times over: about an hour", []harness.Block{
		{Scenario: "echo", Conns: []int{1, 10, 100, 1000, 10000, harness.Max}, Reps: 5, Duration: 5 * time.Second, Warmup: time.Second, Rate: 20000},
		{Scenario: "echo", Conns: []int{1, 10, 100, 1000, 10000, harness.Max}, Reps: 5, Duration: 5 * time.Second, Warmup: time.Second, Closed: true},
		{Scenario: "chat", Conns: []int{10, 100, 1000, 10000, harness.Max}, Reps: 5, Duration: 5 * time.Second, Warmup: time.Second, Rate: 1000},
		{Scenario: "idle", Conns: []int{1000, 10000, harness.Max}, Reps: 3, Duration: 5 * time.Second},
		{Scenario: "http-echo", Conns: []int{10, 100, 1000, 10000}, Reps: 5, Duration: 5 * time.Second, Warmup: time.Second, Closed: true},
		{Scenario: "comet", Conns: []int{100, 1000, 10000, harness.Max}, Reps: 5, Duration: 5 * time.Second, Warmup: time.Second},
		{Scenario: "zip", Conns: []int{500}, Reps: 5, Duration: 10 * time.Second},
	}},
}

func findSuite(name string) (suite, bool) {
	for _, s := range suites {
		if s.name == name {
			return s, true
		}
	}
	return suite{}, false
}

func suiteNames() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.name)
	}
	return names
}

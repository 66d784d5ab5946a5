package record

import "time"

// ReturnedAfter is when a server is looked at that has no connection any more, in the order of time.
var ReturnedAfter = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// Step is which of ReturnedAfter the look was for: the latest that had come, for a look is never early, and late by as long
// as the machine was busy.
func (r Returned) Step() time.Duration {
	step := ReturnedAfter[0]
	for _, after := range ReturnedAfter {
		if time.Duration(r.AfterNS) >= after {
			step = after
		}
	}
	return step
}

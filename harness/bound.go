package harness

import (
	"cmp"
	"fmt"
	"slices"

	"cbench/harness/validity"
	"cbench/results/record"
)

// Who was at an end.
const (
	BoundServer  = "server"
	BoundClient  = "client"  // the server could do more, or might
	BoundLimit   = "limit"   // the most that was to be tried held
	BoundUnknown = "unknown" // neither of them was at the end of its CPUs
)

// What tells a client at its end from a server at its own.
const (
	nearEdge = 1.1  // windows that failed up to so far above what was found tell why
	serverUp = 0.95 // of its CPUs from which a server is at its end
	serverAt = 0.85 // of its CPUs below which it is not, though others took some of its time
	oneDoes  = 0.9  // of a server's work: beyond it one thread does it all, and has but one CPU
)

// bound tells what the end of the search was, and why it is thought so: from the windows that failed next above what was found.
func (q *search) bound(found *float64) (bound, why string) {
	if found != nil && *found == q.steps.most {
		return BoundLimit, fmt.Sprintf("%s held, the most that was to be tried", q.inWords(*found))
	}
	edge := q.edge(found)
	median := func(of func(record.Window) float64) float64 {
		var values []float64
		for _, w := range edge {
			values = append(values, of(w))
		}
		return validity.Median(values)
	}
	client := median(func(w record.Window) float64 { return w.ClientCPURatio }) / q.clientCPUs
	server := median(func(w record.Window) float64 { return w.ServerCPURatio }) / q.serverCPUs
	late := median(func(w record.Window) float64 { return w.LateSendRatio })
	why = fmt.Sprintf("at %s %s", q.inWords(q.of(edge[0])), edge[0].Why)
	anon := median(func(w record.Window) float64 { return float64(w.Anon) })
	if most, limited := q.slo.Below("mem"); limited && anon >= float64(most) || edge[0].Count == 0 {
		return BoundServer, why // memory, or connections refused: no CPU has to do with it
	}
	use := fmt.Sprintf("the client used %.0f%% of its CPU and the server %.0f%% of its own", 100*client, 100*server)
	if late > validity.SomeLate {
		use += fmt.Sprintf(", and %.0f%% of the messages were sent late", 100*late)
	}
	// Some sends are late whenever the machine pauses. They are to blame where the wait to be sent is most of the latency.
	lags := late > validity.SomeLate && median(lag) >= validity.MostlyLate
	switch {
	case lags && server < serverAt || client >= validity.SaturatedFrom && server < serverUp:
		return BoundClient, why + "; but " + use + ": the server could do more"
	case lags && client >= validity.SaturatedFrom:
		return BoundClient, why + "; " + use + ": which of them was at its end cannot be told"
	}
	alone := median(func(w record.Window) float64 { return w.BusiestThread })
	switch single := alone >= oneDoes*server*q.serverCPUs; {
	case server >= serverAt:
		return BoundServer, why + "; " + use
	case single && alone >= serverAt:
		return BoundServer, fmt.Sprintf("%s; %s, one thread of it %.0f%% of a CPU: it has no more", why, use, 100*alone)
	}
	return BoundUnknown, why + "; " + use + ": neither was at its end, and what it waited for is not known"
}

// lag is the share of p99 that messages waited to be sent.
func lag(w record.Window) float64 {
	return float64(w.P99-w.ServiceP99) / float64(max(w.P99, 1))
}

// edge is the windows that failed next above what was found, the lowest first; where nothing was found, those of the
// least that was tried, and where the search ended before any failed above, the highest that did.
func (q *search) edge(found *float64) (edge []record.Window) {
	var failed []record.Window
	for _, s := range q.tried {
		if !s.Held {
			failed = append(failed, s.Window)
		}
	}
	slices.SortStableFunc(failed, func(a, b record.Window) int { return cmp.Compare(q.of(a), q.of(b)) })
	above := slices.IndexFunc(failed, func(w record.Window) bool { return found == nil || q.of(w) > *found })
	if above < 0 {
		return failed[max(len(failed)-3, 0):]
	}
	for _, w := range failed[above:] {
		if q.of(w) <= q.of(failed[above])*nearEdge {
			edge = append(edge, w)
		}
	}
	return edge
}

package report

import (
	"testing"

	"cbench/results"
)

// A client is busy when all CPUs that it may use are, not one of them.
func TestStallOfBusyClient(t *testing.T) {
	for _, tt := range []struct {
		used float64
		cpus int
		busy bool
	}{{0.97, 0, true}, {0.97, 1, true}, {0.97, 2, false}, {1.2, 2, false}, {1.95, 2, true}, {0.5, 1, false}} {
		c := results.Cell{Latency: &results.Latency{Count: 1000, P50: 1e5, P99: 3e8, Max: 3e8},
			Load: results.Load{ClientCPURatio: &tt.used, ClientCPUs: tt.cpus}}
		if s := stallOf([]results.Cell{c}); s.shown != 1 || s.clientIsBusy != tt.busy {
			t.Errorf("%v of %d CPUs: %+v", tt.used, tt.cpus, s)
		}
	}
}
